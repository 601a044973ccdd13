"""Brace expansion: `{a,b}` and `{1..9}`. Needed only where a word holds an unquoted brace."""

from __future__ import annotations

import re
from itertools import pairwise

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_BRACES, Dear
from planweir.shell.marks import CLOSE, COMMA, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_RANGE = pattern(r"(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?\Z", re.A)
_BRACE_MARKS = pattern("[" + OPEN + COMMA + CLOSE + "]")


def braces(text: str, tick: Callable[[], None]) -> list[str]:
    """The words that a word with marked braces becomes."""
    done: list[str] = []
    waiting = [text]
    while waiting:
        tick()
        if len(waiting) + len(done) > MAX_BRACES:
            raise Dear("its braces make too many words")
        one = waiting.pop()
        choice = _first_brace(one, tick)
        if choice is None:
            done.append(one.replace(OPEN, "{").replace(CLOSE, "}").replace(COMMA, ","))
            continue
        head, options, tail = choice
        if len(options) > MAX_BRACES:
            raise Dear("its braces make too many words")
        waiting.extend(head + option + tail for option in reversed(options))
    return done


def _first_brace(text: str, tick: Callable[[], None]) -> tuple[str, list[str], str] | None:
    """The outermost brace expansion that comes first: what is before it, its choices, what is behind it."""
    opened: list[list[int]] = []  # of each brace that is open: where it and its commas stand
    found: dict[int, tuple[list[int], int]] = {}
    for match in _BRACE_MARKS.finditer(text, text.find(OPEN)):
        tick()
        char = match.group()
        if char == OPEN:
            opened.append([match.start()])
        elif opened and char == COMMA:
            opened[-1].append(match.start())
        elif opened:
            commas = opened.pop()
            found[commas[0]] = (commas, match.start())
            if not opened and (choice := _choice(text, *found[commas[0]])):
                return choice
    # What is never closed is text; what is closed inside of it, or inside one that is no choice, may be one.
    for start in sorted(found):
        if choice := _choice(text, *found[start]):
            return choice
    return None


def _choice(text: str, commas: list[int], end: int) -> tuple[str, list[str], str] | None:
    if len(commas) > MAX_BRACES:
        raise Dear("its braces make too many words")
    options = [text[a + 1 : b] for a, b in pairwise((*commas, end))]
    if len(options) == 1:
        options = _range(options[0]) if len(options[0]) < 60 else []
    return (text[: commas[0]], options, text[end + 1 :]) if options else None


def _range(inside: str) -> list[str]:
    match = _RANGE.match(inside)
    if match is None:
        return []
    low, high, step = match.groups()
    letters = low.isalpha()
    if letters != high.isalpha():
        return []
    a, b = (ord(low), ord(high)) if letters else (int(low), int(high))
    pace = abs(int(step or 1)) or 1
    if abs(b - a) // pace > MAX_BRACES:
        raise Dear("its braces make too many words")
    numbers = range(a, b + 1, pace) if a <= b else range(a, b - 1, -pace)
    width = (
        max(len(low.lstrip("-")), len(high.lstrip("-"))) if low.startswith("0") or high.startswith("0") else 0
    )
    return [chr(one) if letters else str(one).zfill(width) for one in numbers]
