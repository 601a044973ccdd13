"""$'…': quotes between which a backslash stands for a character."""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern

_ESCAPE = pattern(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.S
)
_LETTERS = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def ansi(text: str) -> str:
    """The text between $' and ' with its escapes made real."""

    def one(match: re.Match[str]) -> str:
        hexa, short, long, octal, control, letter = match.groups()
        if letter is not None:
            return _LETTERS.get(letter, letter if letter in "\\'\"?" else "\\" + letter)
        if control is not None:
            return chr(ord(control) & 0x1F)
        code = int(octal, 8) & 0xFF if octal is not None else int(hexa or short or long, 16)
        return chr(code) if code < 0x110000 else "\ufffd"

    return _ESCAPE.sub(one, text).split("\0", 1)[0]
