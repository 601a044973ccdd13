"""Reads the tasks of a document: heading, keys, description, criteria."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from planweir.plan import values
from planweir.plan.blocks import items_of, text_of, unruled, value_end
from planweir.plan.forms import nearest
from planweir.plan.headings import LOOSE, STRAY, SURE, heading_of, is_sure, task_id, unboxed
from planweir.plan.keys import DONE_WHEN, TASK_KEYS, Entry, entry_of, known_key, likeness, norm
from planweir.plan.lines import RULE, Row
from planweir.plan.model import ID_LENGTH, MAX_TASKS, Criterion, Task
from planweir.plan.notes import Notes, listed, short

_BY_HAND = re.compile(
    r"^[*_]{0,2}\(by[ -]hand\)[*_]{0,2}\s*:?\s*|\s*[*_]{0,2}\(by[ -]hand\)[*_]{0,2}\.?$", re.IGNORECASE
)


class TaskReader:
    """Gathers the tasks in document order."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.tasks: list[Task] = []

    def read(self, heading: Row, body: list[Row]) -> None:
        head = heading_of(heading)
        text = unboxed(head[1] if head else "")
        if len(self.tasks) >= MAX_TASKS:
            if len(self.tasks) == MAX_TASKS and not any(
                p.code == "too-many-tasks" for p in self.notes.problems
            ):
                self.notes.problem(
                    "too-many-tasks", f"more than {MAX_TASKS} tasks", "split the plan", heading.number
                )
            return
        found = SURE.fullmatch(text) or LOOSE.fullmatch(text)
        if found is None or (not is_sure(text) and not any(known_key(row) for row in body)):
            self.notes.problem(
                "not-a-task",
                f"the heading `{short(text)}` is no task",
                "write `### T1: <title>`, or use #### for a heading inside a task",
                heading.number,
            )
            return
        name = task_id(found[1])
        title = found[2].strip()
        if title.endswith(("**", "__")) and title.count(title[-2:]) % 2:
            title = title[:-2].rstrip()
        if len(name) > ID_LENGTH or name.casefold() in values.NOTHING:
            self.notes.problem(
                "bad-id",
                f"`{short(name)}` is no task id",
                "write a short id such as `T1`",
                heading.number,
                name,
            )
        if not title:
            self.notes.problem(
                "no-title",
                f"{name} has no title",
                f"write `### {name}: <what it does>`",
                heading.number,
                name,
            )
        elif re.fullmatch(r"<[^>]+>", title):
            self.notes.problem(
                "placeholder",
                f"{name}: the title is a placeholder",
                "write what the task does",
                heading.number,
                name,
            )
        task = Task(id=name, title=title, line=heading.number)
        self.notes.lines.setdefault((name, ""), heading.number)
        self.tasks.append(self._read_body(task, body))

    def _read_body(self, task: Task, body: list[Row]) -> Task:
        fields: dict[str, object] = {}
        description: list[Row] = []
        criteria: list[Criterion] = []
        at = 0
        in_keys, seen_key = True, False
        while at < len(body):
            row = body[at]
            if row.blank:
                if not in_keys:
                    description.append(row)
                at += 1
                continue
            done = self._done_when_at(row, in_keys)
            if done is not None:
                end = self._read_done_when(row, done, body, at + 1, criteria, task.id)
                in_keys = in_keys and done.bullet
                at = end
                continue
            entry = entry_of(row, TASK_KEYS)
            if in_keys:
                if row.hidden == "comment" or RULE.match(row.text):
                    at += 1
                    continue
                tight = at == 0 or not body[at - 1].blank or not seen_key
                if entry is not None and self._belongs_to_keys(entry, tight):
                    end = value_end(body, at)
                    self.notes.set(fields, entry, body[at + 1 : end], TASK_KEYS, task.id)
                    seen_key = True
                    at = end
                    continue
                in_keys = False
            if entry is not None and entry.norm in TASK_KEYS and row.indent < 2:
                if not seen_key and (at == 0 or body[at - 1].blank):
                    # The description came first and the keys below it.
                    in_keys = True
                    continue
                self.notes.problem(
                    "late-key",
                    f"{task.id}: `{entry.name}` stands in the description",
                    "move it up to the other keys under the task's heading, or word it differently",
                    row.number,
                    task.id,
                )
            self._check_inner_heading(row, task.id)
            description.append(row)
            at += 1
        return replace(
            task,
            depends_on=listed(fields, "depends_on"),
            files=listed(fields, "files"),
            also=listed(fields, "also"),
            verify=listed(fields, "verify"),
            agent=cast(str, fields.get("agent") or ""),
            complexity=cast("int | None", fields.get("complexity")),
            new_tests=fields.get("new_tests") is not False,
            plan_first=fields.get("plan_first") is True,
            serves=listed(fields, "serves"),
            wires=listed(fields, "wires"),
            not_reached=cast(str, fields.get("not_reached") or ""),
            fewer_tests=cast(str, fields.get("fewer_tests") or ""),
            description=text_of(unruled(description)),
            done_when=tuple(criteria),
        )

    def _belongs_to_keys(self, entry: Entry, tight: bool) -> bool:
        """Among a task's keys: a known key always; an unknown one where the list of keys stands, or nearly a
        key."""
        if entry.norm in TASK_KEYS:
            return entry.row.indent < 4
        if len(entry.norm.split()) > 3 and not nearest(entry.norm, tuple(TASK_KEYS)):
            return False
        if tight and entry.bullet:
            return True
        close = nearest(entry.norm, tuple(TASK_KEYS))
        return close is not None and likeness(entry.norm, close) >= 0.8

    def _check_inner_heading(self, row: Row, task: str) -> None:
        head = heading_of(row)
        if head is None:
            return
        if STRAY.match(unboxed(head[1])):
            self.notes.problem(
                "task-level",
                f"`{short(head[1])}` looks like a task and stands inside {task}",
                "give all tasks headings of one level: `### T1: <title>`",
                row.number,
                task,
            )
        elif " ".join(head[1].rstrip(":： ").casefold().split()) in TASK_KEYS:
            key = TASK_KEYS[" ".join(head[1].rstrip(":： ").casefold().split())].name
            self.notes.problem(
                "key-as-heading",
                f"{task}: `{key}` is a key, not a heading",
                f"write `- {key}: …` directly under the task's heading",
                row.number,
                task,
            )

    def _done_when_at(self, row: Row, in_keys: bool) -> Entry | None:
        """The line that begins the criteria: a heading, a bold line, or a bullet among the keys."""
        if row.hidden:
            return None
        head = heading_of(row)
        if head is not None:
            text = head[1].strip("*_ ").rstrip(":： ").strip("*_ ")
            return Entry(row, text, "", False, False) if norm(text) == DONE_WHEN else None
        if "one when" not in row.text[:40].casefold() or row.indent > 1:
            return None
        entry = entry_of(row, TASK_KEYS)
        if entry is None or entry.norm != DONE_WHEN:
            return None
        if entry.bullet and not in_keys:
            return None
        return entry if entry.bullet or entry.marked or not entry.value else None

    def _read_done_when(
        self, row: Row, entry: Entry, body: list[Row], at: int, criteria: list[Criterion], task: str
    ) -> int:
        """Reads the criteria from `at` on; gives the position of the first line that is none of them."""
        self.notes.lines.setdefault((task, "done_when"), row.number)
        items, at = items_of(body, at, row.indent if entry.bullet else -1)
        if entry.value:
            items.insert(0, (row.number, entry.value))
        if not items:
            self.notes.problem(
                "empty-criterion",
                f"{task}: nothing stands under `Done when`",
                "write `- <what must hold>` below it, or take the heading out",
                row.number,
                task,
            )
        for line, text in items:
            bare = _BY_HAND.sub("", text).strip()
            if not bare or not bare.strip(".…-–—_*"):
                self.notes.problem(
                    "empty-criterion",
                    f"{task}: a criterion is empty",
                    "write what must hold, or take the bullet out",
                    line,
                    task,
                )
            else:
                criteria.append(Criterion(bare, bare != text))
        return at

    def resolve_dependencies(self) -> None:
        """`task 2`, `2` and `t2` mean T2 where that is a task."""
        names = {task.id: task.id for task in self.tasks}
        for task in self.tasks:
            names.setdefault(task.id.casefold(), task.id)

        def real(name: str) -> str:
            return (
                names.get(name) or names.get(task_id(name).casefold()) or names.get(name.casefold()) or name
            )

        self.tasks = [
            replace(
                task,
                depends_on=tuple(dict.fromkeys(real(name) for name in task.depends_on)),
                wires=tuple(dict.fromkeys(real(name) for name in task.wires)),
            )
            if task.depends_on or task.wires
            else task
            for task in self.tasks
        ]
