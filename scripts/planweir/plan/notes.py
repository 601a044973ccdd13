"""What reading a document leaves beside the plan: its problems, where each key stands, and the values of keys."""

from __future__ import annotations

import re
from typing import cast

from planweir.plan import values
from planweir.plan.forms import nearest
from planweir.plan.keys import PLAN_KEYS, TASK_KEYS, Entry, Key
from planweir.plan.lines import Row
from planweir.plan.model import MAX_VALUE, Level, Problem
from planweir.plan.values import Piece, Unreadable

Lines = dict[tuple[str, str], int]


class Notes:
    """Problems and lines, filled by the readers of a document and of its tasks."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: Lines = {}

    def problem(
        self,
        code: str,
        message: str,
        mend: str,
        line: int | None,
        task: str | None = None,
        level: Level = "error",
    ) -> None:
        self.problems.append(Problem(level, code, message, mend, line, task))

    def set(
        self,
        fields: dict[str, object],
        entry: Entry,
        rows: list[Row],
        known: dict[str, Key],
        task: str | None,
    ) -> None:
        """Reads one key into `fields`, or tells why it cannot be."""
        line = entry.row.number
        who = f"{task}: " if task else ""
        key = known.get(entry.norm)
        if key is None:
            other = PLAN_KEYS if known is TASK_KEYS else TASK_KEYS
            near = nearest(entry.norm, tuple(k.name for k in known.values()))
            if near:
                mend = f"did you mean `{near}`?"
            elif entry.norm in other:
                place = "below the plan's title" if known is TASK_KEYS else "under a task's heading"
                mend = f"`{other[entry.norm].name}` stands {place}"
            else:
                mend = "the keys are " + ", ".join(f"`{k.name}`" for k in known.values())
                mend += (
                    "; a bullet of the description needs a line of prose before it"
                    if task
                    else ("; free text goes under `## Context`")
                )
            self.problem("unknown-key", f"{who}`{entry.name}` is no key", mend, line, task)
            return
        if key.field in fields and not key.repeatable:
            first = self.lines.get((task or "", key.field))
            self.problem(
                "repeated-key",
                f"{who}`{key.name}` is given twice (first on line {first})",
                "keep one, with all values in it",
                line,
                task,
            )
            return
        self.lines.setdefault((task or "", key.field), line)
        if sum(len(row.text) for row in rows) > MAX_VALUE:
            self.problem("bad-value", f"{who}`{key.name}` is too long", "shorten it", line, task)
            return
        parts = values.pieces(line, entry.value, rows)
        if not parts and not key.may_be_empty:
            self.problem(
                "empty-value",
                f"{who}`{key.name}` has no value",
                "give it one, or take the line out",
                line,
                task,
            )
            return
        try:
            value = key.read(parts)
        except Unreadable as why:
            self.problem("bad-value", f"{who}`{key.name}`: {why.what}", why.mend, why.line or line, task)
            fields.setdefault(key.field, None)
            return
        if key.read is values.commands:
            self._warn_of_prose(key, parts, line, task)
            value = [*listed(fields, key.field), *cast("list[str]", value)]
        fields[key.field] = value

    def _warn_of_prose(self, key: Key, parts: list[Piece], line: int, task: str | None) -> None:
        for part in parts:
            # No program begins with a capital and is followed by words alone, and "and" joins no commands: this is a sentence.
            if (
                not part.script
                and "`" not in part.text
                and re.fullmatch(r"[A-Z][a-z]+(?: [A-Za-z,']+){2,}\.?|[\w ./:-]+ (?:and|then) [\w ./:-]+", part.text)
            ):
                self.problem(
                    "prose-command",
                    f"`{key.name}: {short(part.text)}` reads as a sentence and will be run as a command",
                    "write the command that shows it; what a person must see goes under `Done when`",
                    line,
                    task,
                    level="warning",
                )


def listed(fields: dict[str, object], name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", fields.get(name) or ()))


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
