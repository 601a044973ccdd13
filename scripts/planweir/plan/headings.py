"""Which headings are tasks, and what their names mean."""

from __future__ import annotations

import re

from planweir.plan.lines import HEADING, Row
from planweir.plan.model import ID_PATTERN

# How a task's heading may begin. The sure form is a task wherever it stands; any other id needs `## Tasks`
# above it.
_SURE_ID = r"(?:task\s+)?(?:[a-z]{1,8}-?)?\d+[a-z]?(?:\.\d+[a-z]?)*"
_OPEN, _CLOSE, _SEP = (
    r"(?:\*\*|__|`|\[)?",
    r"(?:\*\*|__|`|\])?",
    r"\s*(?:[:：.)]|\s[-–—])(?:\*\*|__)?(?:\s+|$|(?<=：))",
)
SURE = re.compile(rf"{_OPEN}({_SURE_ID}){_CLOSE}(?:{_SEP}|\s+(?=\S))(.*)", re.IGNORECASE)
LOOSE = re.compile(rf"{_OPEN}(?:task\s+)?({ID_PATTERN}){_CLOSE}{_SEP}(.*)", re.IGNORECASE)
# Surely a task, even in a place where none belongs: `T3: …` or `Task 3: …`, not `3. …` and not `Phase 3: …`.
STRAY = re.compile(rf"{_OPEN}(?:task\s+T?|T)\d+[a-z]?(?:\.\d+[a-z]?)*{_CLOSE}{_SEP}", re.IGNORECASE)
_TIGHT_HEADING = re.compile(r"^ {0,3}(#{1,6})((?:Task\s+|T)\d.*)$")
_BOX = re.compile(r"^\\?\[([ xX~-])\\?\]\s+")
_TASKS_SECTION = re.compile(
    r"(?:\d+[.)]\s*)?(?:the\s+)?tasks?(?:\s+list)?(?:\s*\([^)]*\))?\s*[:：]?", re.IGNORECASE
)


def heading_of(row: Row) -> tuple[int, str] | None:
    """Level and text of a visible heading."""
    if row.hidden or "#" not in row.text[:4]:
        return None
    found = HEADING.match(row.text) or _TIGHT_HEADING.match(row.text)
    if not found:
        return None
    text = (found[2] or "").strip()
    closing = text.rstrip("#")
    # Closing marks of a heading stand behind a space; `C#` does not.
    if closing != text and (not closing or closing[-1] in " \t"):
        text = closing.strip()
    return len(found[1]), text


def is_tasks(text: str) -> bool:
    return len(text) < 80 and _TASKS_SECTION.fullmatch(text.strip("*_ ")) is not None


def is_sure(text: str) -> bool:
    found = SURE.fullmatch(unboxed(text))
    return found is not None and (not found[1][0].isdigit() or re.match(r"\d+[a-z]?[:：]", text) is not None)


def unboxed(text: str) -> str:
    """A heading's text without a tick box and without bold marks around the whole of it."""
    text = _BOX.sub("", text)
    for mark in ("**", "__"):
        if text.startswith(mark) and text.endswith(mark) and text.count(mark) == 2:
            text = text[2:-2].strip()
    return text


def task_id(name: str) -> str:
    """`Task 3`, `3` and `T3` are T3."""
    bare = re.sub(r"^task\s+", "", name.strip(), flags=re.IGNORECASE)
    return f"T{bare}" if bare[:1].isdigit() else bare
