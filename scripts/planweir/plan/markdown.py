"""The native Markdown form of a plan."""

from __future__ import annotations

import re
from typing import cast

from planweir.plan.blocks import header_value_end, text_of, unruled
from planweir.plan.demands import NAME as REQUIREMENTS
from planweir.plan.demands import DemandReader, is_entry_heading, names_ids
from planweir.plan.headings import STRAY, heading_of, is_sure, is_tasks, unboxed
from planweir.plan.keys import DONE_WHEN, PLAN_KEYS, entry_of, is_key_like
from planweir.plan.lines import RULE, Row, split
from planweir.plan.model import AT_ONCE, MAX_LINE, AcceptedBy, Commit, Engine, Grants, Plan, Problem, Scope
from planweir.plan.notes import Lines, Notes, listed
from planweir.plan.tasks import TaskReader

_TITLE = re.compile(r"^(?:implementation\s+)?plan\s*(?:[:：]|\s[-–—])\s*", re.IGNORECASE)


def read_markdown(text: str) -> tuple[Plan | None, list[Problem], Lines]:
    """The plan as far as it can be read, every problem on the way, and on which line each key of a task
    stands (the task is "" for the plan's own keys)."""
    reader = _Reader(text)
    plan = reader.read()
    return plan, reader.notes.problems, reader.notes.lines


class _Reader:
    def __init__(self, text: str) -> None:
        self.rows, self.open_fence = split(text)
        self.notes = Notes()
        self.tasks = TaskReader(self.notes)
        self.demands = DemandReader(self.notes)
        self.context: list[str] = []
        self.title = ""
        self.fields: dict[str, object] = {}
        self.has_tasks_section = any(
            (head := heading_of(row)) is not None and head[0] <= 2 and is_tasks(head[1]) for row in self.rows
        )

    # -- the document -------------------------------------------------------------------------------

    def read(self) -> Plan | None:
        for row in self.rows:
            if len(row.text) > MAX_LINE and not row.hidden:
                self.notes.problem(
                    "long-line",
                    f"the line has {len(row.text)} characters, more than {MAX_LINE}",
                    "break it, or put it into a code fence",
                    row.number,
                )
        if self.notes.problems:
            return None
        if self.open_fence is not None:
            self.notes.problem(
                "unclosed-fence",
                "a code fence is never closed, so everything below it is hidden",
                "close it with the same backticks (an outer fence needs more of them than an inner one)",
                self.open_fence,
            )
        rows = self._without_front_matter()
        at = self._read_title(rows)
        end = self._next_section(rows, at)
        self._read_header(rows[at:end])
        while end < len(rows):
            start, end = end, self._next_section(rows, end + 1)
            self._read_section(rows[start], rows[start + 1 : end])
        if not self.tasks.tasks and not any(
            p.code in ("not-a-task", "no-title") for p in self.notes.problems
        ):
            self.notes.problem(
                "no-tasks",
                "the plan has no tasks",
                "write `### T1: <title>` under a heading `## Tasks`",
                None,
            )
        self.tasks.resolve_dependencies()
        self.tasks.resolve_served(self.demands.found)
        fields = self.fields
        return Plan(
            title=self.title,
            goal=cast(str, fields.get("goal") or ""),
            setup=listed(fields, "setup"),
            verify=listed(fields, "verify"),
            verify_at_end=listed(fields, "verify_at_end"),
            commit=cast(Commit, fields.get("commit") or "per task"),
            grants=cast(Grants, fields.get("grants") or "default"),
            scope=cast(Scope, fields.get("scope") or "ask"),
            plans_accepted_by=cast(AcceptedBy, fields.get("plans_accepted_by") or "person"),
            engine=cast(Engine, fields.get("engine") or "auto"),
            max_parallel=cast(int, fields.get("max_parallel") or AT_ONCE),
            entry_points=listed(fields, "entry_points"),
            context="\n\n".join(part for part in self.context if part),
            requirements=tuple(self.demands.found),
            tasks=tuple(self.tasks.tasks),
        )

    def _without_front_matter(self) -> list[Row]:
        rows = self.rows
        if rows and rows[0].text.rstrip() == "---":
            end = next(
                (n for n in range(1, min(len(rows), 200)) if rows[n].text.rstrip() in ("---", "...")), None
            )
            if end is not None and not any(heading_of(row) for row in rows[1:end]):
                self.notes.problem(
                    "front-matter",
                    "the front matter is not read",
                    "nothing need be done; keys go below the title",
                    1,
                    level="notice",
                )
                return rows[end + 1 :]
        return rows

    def _read_title(self, rows: list[Row]) -> int:
        """Reads the first heading as the title; gives the position below it."""
        mend = "begin the document with `# Plan: <title>`"
        for at, row in enumerate(rows):
            head = heading_of(row)
            if head is None:
                continue
            level, text = head
            if level > 1 or is_tasks(text):
                break
            self.title = _TITLE.sub("", text).strip()
            if not self.title or self.title.casefold() == "plan":
                self.notes.problem("no-title", "the plan's heading has no title", mend, row.number)
            self.context.append(text_of(unruled(rows[:at])))
            return at + 1
        first = next((row.number for row in rows if not row.blank), 1)
        self.notes.problem("no-title", "the plan has no title", mend, first)
        return 0

    def _next_section(self, rows: list[Row], at: int) -> int:
        """The next heading that begins a section: level 1 or 2, or a task in a document without `##
        Tasks`."""
        above = heading_of(rows[at - 1]) if at else None
        demands = above is not None and _is_requirements(above[1])
        for n in range(at, len(rows)):
            head = heading_of(rows[n])
            if head is None or (demands and head[0] > 2 and is_entry_heading(head[1])):
                continue
            if head[0] <= 2 or (not self.has_tasks_section and head[0] == 3 and is_sure(head[1])):
                return n
        return len(rows)

    def _read_section(self, heading: Row, body: list[Row]) -> None:
        head = heading_of(heading)
        if head is None:
            return
        level, text = head
        name = text.rstrip(":： ").casefold()
        if is_tasks(text):
            self._read_tasks(level, body)
        elif not self.has_tasks_section and is_sure(text):
            self.tasks.read(heading, body)
        elif _is_requirements(text) and (names_ids(body) or self.demands.found):
            self._stray_tasks(body)
            self.context.append(self.demands.read(body))
        elif name == "context":
            self._stray_tasks(body)
            self.context.append(text_of(unruled(body)))
        elif name == "goal" and "goal" not in self.fields:
            self.fields["goal"] = " ".join(text_of(unruled(body)).split())
        elif name in PLAN_KEYS:
            self.notes.problem(
                "key-as-heading",
                f"`{text}` is a key, not a section",
                f"write `{PLAN_KEYS[name].name}: …` as a line of its own below the title",
                heading.number,
            )
        else:
            self._stray_tasks([heading, *body])
            free = _is_requirements(text)
            self.notes.problem(
                "other-section",
                f"the section `{text}` {'names no ids and ' if free else ''}is read as part of the Context",
                "write `- R1: <text>`, if tasks are to serve it" if free else "nothing need be done; every brief holds it",
                heading.number,
                level="notice",
            )
            self.context.append(text_of([heading, *unruled(body)]))

    def _stray_tasks(self, rows: list[Row]) -> None:
        for row in rows:
            head = heading_of(row)
            if head is not None and STRAY.match(unboxed(head[1])):
                self.notes.problem(
                    "task-outside",
                    f"`{head[1]}` looks like a task and does not stand under `## Tasks`",
                    "move it under `## Tasks`, as `### T1: <title>`",
                    row.number,
                )

    # -- the plan's own keys ------------------------------------------------------------------------

    def _read_header(self, rows: list[Row]) -> None:
        prose: list[Row] = []
        at = 0
        while at < len(rows):
            row = rows[at]
            entry = entry_of(row, PLAN_KEYS)
            if entry is None or not is_key_like(entry, PLAN_KEYS) or (prose and not prose[-1].blank):
                if not (row.hidden == "comment" or RULE.match(row.text)) or prose:
                    prose.append(row)
                at += 1
                continue
            end = header_value_end(rows, at, entry)
            self.notes.set(self.fields, entry, rows[at + 1 : end], PLAN_KEYS, None)
            at = end
        self._stray_tasks(prose)
        self.context.append(text_of(unruled(prose)))

    def _read_tasks(self, level: int, body: list[Row]) -> None:
        heads = [(n, head) for n, row in enumerate(body) if (head := heading_of(row)) is not None]
        task_level = heads[0][1][0] if heads else level + 1
        cuts = [
            n
            for n, head in heads
            if head[0] <= task_level
            and not (head[1].rstrip(":： ").casefold() == DONE_WHEN and n != heads[0][0])
        ]
        before = unruled([row for row in body[: cuts[0] if cuts else len(body)] if row.hidden != "comment"])
        if before:
            self.context.append(text_of(before))
        for n, at in enumerate(cuts):
            self.tasks.read(body[at], body[at + 1 : cuts[n + 1] if n + 1 < len(cuts) else len(body)])


def _is_requirements(text: str) -> bool:
    return text.strip("*_ ").rstrip(":： ").strip("*_ ").casefold() == REQUIREMENTS
