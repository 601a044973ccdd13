"""Names as people type them."""


def tidy(name: str) -> str:
    """The name without stray blanks, each word with a capital.

    >>> tidy("  ada   lovelace ")
    'Ada Lovelace'
    """
    return " ".join(word[:1].upper() + word[1:] for word in name.split())
