"""The smallest plan, from the typed command to its commit, in the real client."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.steps import bash
from tests.e2e.world import World

MakeWorld = Callable[..., World]

PLAN = """# Plan: Add a greeting

Goal: A greeting module.
Verify: `python3 -m pytest -q`

## Tasks

### T1: Create greet
- Depends on: none
- Files: `greet.py`, `test_greet.py`
- Verify: `python3 -m pytest -q test_greet.py`

Write greet().

#### Done when
- greet returns hello
"""


def write(path: str, content: str) -> dict[str, Any]:
    return {"call": {"tool": "Write", "input": {"file_path": path, "content": content}}}


def review(task: str, role: str, criterion: str) -> list[dict[str, Any]]:
    """A reviewer that files a pass."""
    score = {"criterion": criterion, "score": "PASS", "why": "read and run"}
    filed = {
        "task": task,
        "role": role,
        "scores": [score],
        "findings": [],
        "verdict": "pass",
        "summary": "Good.",
    }
    return [bash(f"task-planner file {task} <<'EOF'\n{json.dumps(filed)}\nEOF"), {"say": "FILED pass"}]


SCRIPT = {
    "main": [{"follow": True}],
    "T1 implementer 1": [
        write("greet.py", "def greet():\n    return 'hello'\n"),
        write("test_greet.py", "from greet import greet\n\n\ndef test_greet():\n    assert greet() == 'hello'\n"),
        {**bash("python3 -m pytest -q test_greet.py"), "expect": {"passes": True}},
        {"say": "DONE\nTask: T1\nChanged: greet.py, test_greet.py\nChecks: 1 passed"},
    ],
    "T1 task-reviewer 1": review("T1", "task-reviewer", "greet returns hello"),
    "T1 code-reviewer 1": review("T1", "code-reviewer", "greet returns hello"),
}


def test_a_plan_runs_from_the_typed_command_to_its_commit(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": PLAN})
    run = made.claude("-p", "/implement-plan plan.md --yes", script=SCRIPT)
    assert run.api is not None
    assert run.api.unplayed() == {}
    assert made.git("log", "-1", "--format=%s", "--name-only").split("\n\n") == [
        "T1: Create greet",
        "greet.py\ntest_greet.py\n",
    ]


def test_a_plan_runs_in_a_terminal_without_a_dialog(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": PLAN})
    with made.terminal(script=SCRIPT, mode="acceptEdits") as terminal:
        terminal.type("/implement-plan plan.md")
        terminal.expect("Type /implement-plan go to start it")
        assert terminal.run.requests == []
        terminal.type("/implement-plan go")
        terminal.expect("Every wave is closed", seconds=60)
        assert terminal.run.api is not None
        assert terminal.run.api.unplayed() == {}
    assert made.git("log", "-1", "--format=%s") == "T1: Create greet\n"
