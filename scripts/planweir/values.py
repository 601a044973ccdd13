"""Reading values out of JSON that somebody else wrote. Standard library only: hot hooks use it.

Every getter either returns a value of the type that its name says or raises `Malformed` with the key's name, so that
a payload of the wrong shape is one kind of error everywhere.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Malformed(ValueError):
    """A value is missing or of the wrong type; the message names the key."""


def table(source: object) -> dict[str, object]:
    """`source` as a JSON object."""
    if not isinstance(source, dict):
        raise Malformed(f"expected an object, got {type(source).__name__}")
    return source


def text(source: Mapping[str, object], key: str) -> str:
    value = source.get(key)
    if not isinstance(value, str):
        raise Malformed(f"{key}: expected text, got {type(value).__name__}")
    return value


def text_or(source: Mapping[str, object], key: str, default: str = "") -> str:
    value = source.get(key)
    return value if isinstance(value, str) else default


def number(source: Mapping[str, object], key: str) -> int:
    value = source.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{key}: expected a whole number, got {type(value).__name__}")
    return value


def number_or(source: Mapping[str, object], key: str, default: int = 0) -> int:
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def sub(source: Mapping[str, object], key: str) -> dict[str, object]:
    """The object under `key`; an absent one reads as empty."""
    value = source.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{key}: expected an object, got {type(value).__name__}")
    return value


def rows(source: Mapping[str, object], key: str) -> list[object]:
    """The list under `key`; an absent one reads as empty."""
    value = source.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{key}: expected a list, got {type(value).__name__}")
    return value


def texts(source: Mapping[str, object], key: str) -> list[str]:
    """The strings of the list under `key`."""
    return [row for row in rows(source, key) if isinstance(row, str)]


def many(count: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def shown(words: str) -> str:
    """`words` as a terminal may be given them: what agents said and named files after moves no cursor, overwrites nothing and
    turns no line around. Line ends and tabs stay."""
    if words.isprintable():
        return words
    import re

    words = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)", "", words)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", "", words.replace("\r\n", "\n"))
