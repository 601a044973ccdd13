"""Patterns of file names: what `*`, `?` and `[…]` match, and the paths that they name."""

from __future__ import annotations

import os
import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_GLOB
from planweir.shell.marks import BRACKET, GLOBBED, PIECE, QUERY, STAR, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.state import State

# [:alpha:] and its like, as ranges of a regular expression.
_CLASS = pattern(r"\[:(\w+):\]")
_CLASSES = pattern("[!^]?(?:" + BRACKET + r":\w+:\])+")
_RANGES = {
    "alpha": "a-zA-Z\u00aa-\uffff", "digit": "0-9", "alnum": "0-9a-zA-Z\u00aa-\uffff", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\\[-`{-~", "xdigit": "0-9a-fA-F", "word": r"\w", "print": " -~\u00a0-\uffff",
    "graph": "!-~\u00a1-\uffff", "cntrl": "\\x00-\\x1f",
}  # fmt: skip


def add_paths(text: str, state: State, into: list[str], tick: Callable[[], None]) -> None:
    """Adds what a marked pattern names: the paths, the pattern itself where there are none, a marked text where that cannot be told."""
    if not text.startswith("/") and state.cwd is None:
        into.append(GLOBBED.sub(PIECE, text))
        return
    if "shopt nocaseglob" in state.vars:
        text = "".join(f"{BRACKET}{one.lower()}{one.upper()}]" if one.isascii() and one.isalpha() else one for one in text)
    found = glob(text, state.cwd or "/", tick)
    if state.others and not text.startswith("/"):
        if any(glob(text, other, tick) != found for other in state.others):
            found = None  # it depends on where the shell is
    if found is None:  # too many to look at
        into.append("/".join(PIECE if GLOBBED.search(part) else part for part in text.split("/")))
    elif found:
        into.extend(found)
    else:
        into.append(plain(text))


def glob(pattern: str, cwd: str, tick: Callable[[], None]) -> list[str] | None:
    """The paths that a marked pattern names, spelled as the shell spells them; None where that costs too
    much."""
    found = [""]
    parts = pattern.split("/")
    looked = 0
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        tail = "" if last else "/"
        if not GLOBBED.search(part):
            found = [one + part + tail for one in found]
            continue
        if part.count(STAR) > 3 or len(part) > 1_000:
            return None
        try:
            wanted = re.compile(to_regex(part) + r"\Z", re.S)
        except re.error:
            return None
        grown: list[str] = []
        for one in found:
            try:
                names = os.listdir(os.path.join(cwd, one))
            except OSError:
                continue
            looked += len(names)
            for _ in range(10 + len(names) // 4):  # a look at a folder is dear
                tick()
            if looked > MAX_GLOB:
                return None
            hidden = part.startswith(".")
            grown.extend(
                one + name + tail
                for name in sorted(names)
                if (hidden or not name.startswith(".")) and wanted.match(name)
            )
        found = grown
    return [one for one in found if os.path.lexists(os.path.join(cwd, one))]


def to_regex(text: str) -> str:
    """A marked pattern for one path component as a regular expression."""
    out: list[str] = []
    i = 0
    while i < len(text):
        char = text[i]
        i += 1
        if char == STAR:
            out.append(".*")
        elif char == QUERY:
            out.append(".")
        elif char == BRACKET:
            named = _CLASSES.match(text, i)
            end = text.find("]", named.end() if named else i + 1)
            if end < 0:
                out.append(r"\[")
                continue
            inside = plain(text[i:end]).replace("\\", "\\\\")
            inside = _CLASS.sub(lambda one: _RANGES.get(one.group(1), ""), inside).replace("[", "\\[")
            out.append("[^" + inside[1:] + "]" if inside[:1] in ("!", "^") else "[" + inside + "]")
            i = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)
