"""Where each task of a play stands: the copy of the state that Planweir renders into the project, and who works now.

Pure but for `read`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from planweir.places import RENDERED_COPY
from planweir.play.recording import MAIN, Json


@dataclass(frozen=True)
class Task:
    """One task, as a person wants to see it."""

    id: str
    title: str
    wave: int
    status: str = "pending"
    why: str = ""
    tests: int | None = None
    rejected: int = 0
    commit: str = ""


@dataclass(frozen=True)
class Board:
    title: str = ""
    waves: int = 0
    tasks: tuple[Task, ...] = ()

    @property
    def wave(self) -> int:
        """The first wave with a task that is not done; the last one when all are."""
        return min((task.wave for task in self.tasks if task.status not in ("completed", "scaffold", "skipped")), default=self.waves)


def read(project: str) -> Board | None:
    """The board of the plan in `project`; None where there is no copy to be read, as before the start."""
    try:
        with open(f"{project}/{RENDERED_COPY}", encoding="utf-8") as file:
            copy: Json = json.load(file)
    except (OSError, ValueError):
        return None
    return board(copy) if isinstance(copy, dict) else None


def board(copy: Mapping[str, Json]) -> Board:
    tasks = copy.get("tasks")
    rows = [row for row in tasks if isinstance(row, dict)] if isinstance(tasks, list) else []
    return Board(
        title=str(copy.get("plan_title", "")),
        waves=_count(copy.get("total_waves")) or 0,
        tasks=tuple(
            Task(
                id=str(row.get("id")),
                title=str(row.get("description")),
                wave=_count(row.get("wave")) or 0,
                status=str(row.get("status")),
                why=str(row.get("why") or ""),
                tests=_count(row.get("tests_passed_count")),
                rejected=_count(row.get("failed_reviews")) or 0,
                commit=str(row.get("commit") or "")[:7],
            )
            for row in rows
        ),
    )


def set_back(before: Board, after: Board) -> list[tuple[str, str, str]]:
    """What tasks lost from one board to the next without an agent's doing: (task, void or lost, why)."""
    was = {task.id: task.status for task in before.tasks}
    steps = {("reviewed", "implemented"): "void", ("in_progress", "pending"): "lost"}
    return [
        (task.id, steps[was.get(task.id, ""), task.status], task.why)
        for task in after.tasks
        if (was.get(task.id, ""), task.status) in steps
    ]


def task_of(actor: str) -> str:
    """The task that an actor works for; empty for the main thread and persons."""
    return "" if actor in (MAIN, "person") else actor.partition(" ")[0]


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) else None
