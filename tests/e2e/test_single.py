"""--single in the real client: the main thread takes a task, is held to it, hands it in, and the gate closes the wave."""

from __future__ import annotations

import pytest
from tests.e2e.plans import (
    MakeWorld,
    check_of,
    commits,
    denied,
    ends_well,
    kinds,
    passes,
    plan,
    project,
    task,
    told,
    trailers,
    work,
    write,
)
from tests.e2e.steps import bash

HAND_IN = passes(bash("task-planner report T1 <<'REPORT'\nDONE\nTask: T1\nChecks: they pass\nREPORT"))


@pytest.mark.parametrize("mode", ["bypassPermissions", "acceptEdits"])
def test_the_main_thread_does_a_task_itself(make_world: MakeWorld, mode: str) -> None:
    made = make_world(project(plan(task("T1", "greet"))))
    steps = work("greet")
    script = {
        "main": [
            denied(write("src/greet.py", "x"), "main-thread-edits"),
            passes(bash("task-planner next")),
            passes(bash("task-planner take T1")),
            denied(write("notes.txt", "x"), "scope"),
            *steps[:2],
            HAND_IN,
            passes(bash(check_of("greet"))),
            HAND_IN,
            {"follow": True},
        ],
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --single --yes", script=script, mode=mode, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    assert kinds(made, "T1") == ["bound", "implemented", "unreviewed", "committed", "closed"]
    seen = "".join(told(request) for request in run.of("main"))
    assert "Planweir [evidence]: T1 has no evidence yet (none)" in seen  # the first time that it was handed in
    assert "T1 (Create greet) is reviewed. Nobody reviewed it" in seen
    assert commits(made) == ["T1: Create greet"]
    assert [row["Planweir-Review"] for row in trailers(made)] == ["none"]
