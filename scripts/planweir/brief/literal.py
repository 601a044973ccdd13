"""Text as JavaScript source: what the literal evaluates to is the text, character for character, and what a person sees of it is
all that there is."""

from __future__ import annotations

import re

# Shown as nothing, or as something else than they are: control characters, marks of direction, joiners, fillers, half surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202f\u2060-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Line ends that the client, too, turns into one of its own where it indents a prompt; what it may not show; halves of a character.
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def plain(words: str) -> str:
    """`words` in the form in which a prompt reaches an agent unchanged, whichever way the client gives it."""
    return _NO_TEXT.sub("\ufffd", _BREAKS.sub("\n", words)).strip()


def template(words: str) -> str:
    """A template literal, which may run over many lines."""
    return f"`{_inside(words)}`"


def one_line(words: str) -> str:
    """A literal on one line. It suits an object's key, too."""
    words = words.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"'{_UNSEEN.sub(_escaped, words)}'"


def joined(words: str, part: str, name: str) -> str:
    """A template literal that names the constant `name` wherever `part` stands in `words`."""
    pieces = words.split(part) if part else [words]
    return "`" + f"${{{name}}}".join(_inside(piece) for piece in pieces) + "`"


def _inside(words: str) -> str:
    words = words.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return _UNSEEN.sub(_escaped, words)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"


def size(words: str) -> int:
    """How long the client finds `words`: it counts in UTF-16."""
    return len(words) + sum(1 for letter in words if letter > "\uffff")
