"""The keys of the format, and the lines that begin with one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from planweir.plan import values
from planweir.plan.forms import nearest
from planweir.plan.lines import Row
from planweir.plan.values import Piece


@dataclass(frozen=True)
class Key:
    """A key of the format: how it is written, the field it fills, how its value is read."""

    name: str
    field: str
    read: Callable[[list[Piece]], object]
    repeatable: bool = False
    may_be_empty: bool = False


_COMMIT = {"per task": "per task", "none": "none", "no": "none", "no verify": "no-verify"}
_GRANTS = {"default": "default", "none": "none", "no": "none"}
_SCOPE = {"ask": "ask", "warn": "warn"}
_ENGINE = {"auto": "auto", "workflow": "workflow", "agents": "agents"}
_ACCEPTED_BY = {"person": "person", "task reviewer": "task-reviewer"}

PLAN_KEYS = {
    key.name.casefold(): key
    for key in (
        Key("Goal", "goal", values.one_line),
        Key("Setup", "setup", values.commands, repeatable=True),
        Key("Verify", "verify", values.commands, repeatable=True),
        Key("Verify at end", "verify_at_end", values.commands, repeatable=True),
        Key("Commit", "commit", values.choice(_COMMIT)),
        Key("Grants", "grants", values.choice(_GRANTS)),
        Key("Scope", "scope", values.choice(_SCOPE)),
        Key("Plans accepted by", "plans_accepted_by", values.choice(_ACCEPTED_BY)),
        Key("Engine", "engine", values.choice(_ENGINE)),
        Key("Max parallel", "max_parallel", values.at_once),
        Key("Entry points", "entry_points", values.paths, repeatable=True),
    )
}
TASK_KEYS = {
    key.name.casefold(): key
    for key in (
        Key("Depends on", "depends_on", values.ids, may_be_empty=True),
        Key("Files", "files", values.paths),
        Key("Also", "also", values.paths),
        Key("Verify", "verify", values.commands, repeatable=True),
        Key("Agent", "agent", values.agent),
        Key("Complexity", "complexity", values.complexity),
        Key("New tests", "new_tests", values.flag),
        Key("Plan first", "plan_first", values.flag),
        Key("Serves", "serves", values.ids, may_be_empty=True),
        Key("Wires", "wires", values.ids, may_be_empty=True),
        Key("Not reached", "not_reached", values.one_line),
        Key("Fewer tests", "fewer_tests", values.one_line),
    )
}
DONE_WHEN = "done when"

_MARK = r"(\*\*|__|\*|_|`)"
_NAME = r"([A-Za-z][A-Za-z _-]{0,40}?)"
_KEY_FORMS = (
    re.compile(rf"{_MARK}{_NAME}\s*[:：]\s*\1\s*[:：]?\s*(.*)$"),
    re.compile(rf"{_MARK}{_NAME}\1\s*[:：]\s*(.*)$"),
    re.compile(rf"(){_NAME}\s*[:：](?:\s+|(?=`)|$|(?<=：))(.*)$"),
)
_KEY_TIGHT = (re.compile(rf"(){_NAME}[:：](\S.*)$"), re.compile(rf"(\*\*|__){_NAME}\1\s+(\S.*)$"))
BULLET = re.compile(r"^([ \t]*)([-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$")


@dataclass(frozen=True)
class Entry:
    """A line that begins with a key: the key as written, the value behind it, whether a bullet or emphasis
    marks it."""

    row: Row
    name: str
    value: str
    bullet: bool
    marked: bool

    @cached_property
    def norm(self) -> str:
        """The key as the tables have it: `Depends_on` and `depends-on` are `depends on`."""
        return " ".join(self.name.casefold().replace("_", " ").replace("-", " ").split())


def entry_of(row: Row, known: dict[str, Key]) -> Entry | None:
    """The line as a key and its value, or None when it cannot be meant as one."""
    text = row.text.strip()
    # A key stands at the beginning of its line: looking further would only cost time on lines without end.
    start = text[:80]
    if row.hidden or not (":" in start or "：" in start or "**" in start or "__" in start):
        return None
    bullet = BULLET.match(row.text)
    if bullet:
        text = bullet[3].strip()
    for form in _KEY_FORMS:
        found = form.match(text)
        if found:
            return Entry(row, found[2].strip(), found[3].strip(), bool(bullet), bool(found[1]))
    for form in _KEY_TIGHT:
        found = form.match(text)
        if found:
            entry = Entry(row, found[2].strip(), found[3].strip(), bool(bullet), bool(found[1]))
            if entry.norm in known or entry.norm == DONE_WHEN:
                return entry
    return None


def is_key_like(entry: Entry, known: dict[str, Key]) -> bool:
    """Whether a line below the title is meant as a key: few words, or nearly one that is known."""
    return len(entry.norm.split()) <= 3 or nearest(entry.norm, tuple(known)) is not None


def known_key(row: Row) -> bool:
    entry = entry_of(row, TASK_KEYS)
    return entry is not None and entry.norm in TASK_KEYS


def norm(text: str) -> str:
    return " ".join(text.casefold().split())


def likeness(a: str, b: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, a.casefold(), b.casefold()).ratio()
