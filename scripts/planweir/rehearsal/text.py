"""A script's text taken apart as the client takes it: `export const meta = {…}` at its beginning, and what runs."""

from __future__ import annotations

import re
from typing import NamedTuple

_BEGINNING = re.compile(r"(?:\s|//[^\n]*\n|/\*.*?\*/)*export\s+const\s+meta\s*=\s*(?=\{)", re.DOTALL)
# One step through an object literal: a comment, a text in quotes, a bracket, or anything else.
_STEP = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\[{(]|[\]})]|\.\.\.|[^"'\[\]{}()/.]+|.""", re.DOTALL
)


class NoScript(ValueError):
    """The text is no script that the client would take; the message says why."""


class Parts(NamedTuple):
    """`meta` is the object literal's text; `body` what runs, with its lines where they were."""

    meta: str
    body: str


def take_apart(words: str) -> Parts:
    """Raises NoScript."""
    found = _BEGINNING.match(words)
    if found is None:
        raise NoScript("it does not begin with `export const meta = {`")
    end = _end_of_object(words, found.end())
    lines = words.count("\n", 0, end)
    return Parts(words[found.end() : end], "\n" * lines + words[end:].removeprefix(";"))


def _end_of_object(words: str, start: int) -> int:
    depth = 0
    for step in _STEP.finditer(words, start):
        what = step.group()
        if what in ("{", "["):
            depth += 1
        elif what in ("}", "]"):
            depth -= 1
            if depth == 0:
                return step.end()
        elif what in ("(", ")", "...") or ("`" in what and what[0] not in "\"'/"):
            raise NoScript("its meta is no plain literal")
    raise NoScript("its meta has no end")
