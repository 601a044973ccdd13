"""A Markdown document as lines that know whether a code fence or a comment hides them."""

from __future__ import annotations

import re
from typing import NamedTuple

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*))?$")
RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")


class Row(NamedTuple):
    """One line: `number` from 1; `hidden` is "" for a line to be read, else "fence" or "comment"; `indent`:
    columns before its first character, where a tab goes to the next multiple of four."""

    number: int
    text: str
    hidden: str
    indent: int
    blank: bool


def split(text: str) -> tuple[list[Row], int | None]:
    """The lines, and the number of the line that opens a fence which nothing closes.

    People nest fences of equal length, where CommonMark ends the outer one at the inner one's end and the
    rest of the plan flips. So a fence line with an info string inside a fence opens an inner one; where that
    leaves a fence open at the end, the document is read again as CommonMark has it. Only `\\n` ends a line
    (`splitlines` would also break at form feeds, and the numbers would drift)."""
    text = text.removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    raw = [line.rstrip("\r") for line in text.split("\n")]
    rows, open_at = _pass(raw, nested=True)
    if open_at is not None:
        rows, open_at = _pass(raw, nested=False)
    return rows, open_at


def _pass(raw: list[str], nested: bool) -> tuple[list[Row], int | None]:
    rows: list[Row] = []
    fences: list[str] = []
    opened = 0
    comment = False
    for number, line in enumerate(raw, 1):
        found = FENCE.match(line)
        hidden = "fence" if fences else ""
        if fences:
            mark = fences[-1]
            if found and found[1][0] == mark[0] and len(found[1]) >= len(mark):
                if not found[2].strip():
                    fences.pop()
                elif nested and len(found[1]) == len(mark):
                    fences.append(found[1])
        elif found and not comment and not (found[1][0] == "`" and "`" in found[2]):
            fences, hidden, opened = [found[1]], "fence", number
        else:
            comment = comment or line.lstrip().startswith("<!--")
            hidden = "comment" if comment else ""
            comment = comment and "-->" not in line
        rows.append(Row(number, line, hidden, _indent(line), not hidden and not line.strip()))
    return rows, opened if fences else None


def _indent(line: str) -> int:
    if line[:1] not in (" ", "\t"):
        return 0
    text = line[: len(line) - len(line.lstrip())].expandtabs(4)
    return len(text)
