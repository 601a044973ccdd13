"""A plan of small notes, whose checks cost next to nothing: for scenarios about sessions rather than about work."""

from __future__ import annotations

import json
import threading
from typing import Any

from tests.e2e.steps import bash
from tests.e2e.world import World

from planweir.journal.store import Journal
from planweir.journal.types import Event
from planweir.places import Places
from planweir.play.client.asked import Turn

FILES = {"T1": "one.txt", "T2": "two.txt", "T3": "three.txt", "T4": "four.txt"}
HELD_SECONDS = 60.0

_TASK = """### {task}: Write {path}
- Depends on: none
- Files: `{path}`
- Verify: `grep -q {task} {path}`
- New tests: no

One line.

#### Done when
- {path} names {task}
"""


def plan(*tasks: str, head: str = "") -> str:
    """A plan of one wave; each task writes its id into its file."""
    return "\n".join(
        [
            "# Plan: Write notes\n\nGoal: Notes.",
            head,
            "## Tasks\n",
            *(_TASK.format(task=task, path=FILES[task]) for task in tasks),
        ]
    )


class Latch:
    """A step that answers only once the test lets it: what comes after it in the script waits."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, _turn: Turn) -> None:
        """Waits, then lets the next step answer. Raises AssertionError where the test never came."""
        self._reached.set()
        assert self._opened.wait(HELD_SECONDS), "the test never opened the latch"

    def reached(self, seconds: float = 30) -> None:
        """Waits until the script is there. Raises AssertionError."""
        assert self._reached.wait(seconds), "the script never came to the latch"

    def open(self) -> None:
        self._opened.set()


def implement(task: str, *before: Any) -> list[Any]:
    """An implementer that does `before`, then its task."""
    path = FILES[task]
    return [
        *before,
        bash(f"echo {task} >> {path}"),
        {**bash(f"grep -q {task} {path}"), "expect": {"passes": True}},
        {"say": f"DONE\nTask: {task}\nChanged: {path}"},
    ]


def review(task: str, role: str) -> list[Any]:
    """A reviewer that files a pass."""
    score = {"criterion": f"{FILES[task]} names {task}", "score": "PASS", "why": "read"}
    filed = {"task": task, "role": role, "scores": [score], "findings": [], "verdict": "pass", "summary": "Good."}
    return [bash(f"task-planner file {task} <<'EOF'\n{json.dumps(filed)}\nEOF"), {"say": "FILED pass"}]


def script(main: list[Any], **implementers: list[Any]) -> dict[str, list[Any]]:
    """A script in which `main` conducts; each task's first implementer is the one given, its reviewers pass it."""
    actors: dict[str, list[Any]] = {"main": main}
    for task, steps in implementers.items():
        actors[f"{task} implementer 1"] = steps
        for role in ("task-reviewer", "code-reviewer"):
            actors[f"{task} {role} 1"] = review(task, role)
    return actors


def places(world: World) -> Places:
    return Places(str(world.planweir_home), str(world.project))


def events(world: World, *kinds: str) -> list[Event]:
    """The open plan's journal, or of it what is of these kinds."""
    found, _ = Journal(places(world)).events()
    return [event for event in found if not kinds or event["kind"] in kinds]
