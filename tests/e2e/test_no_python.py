"""Without a Python that could judge: nothing passes while a plan is open, all is as ever while none is, abort works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.notes import plan
from tests.e2e.steps import agent, bash
from tests.e2e.test_typed_commands import answered
from tests.e2e.world import World

MakeWorld = Callable[..., World]

WRITE = {"call": {"tool": "Write", "input": {"file_path": "mine.txt", "content": "x\n"}}}
EXPLORE = {"calls": [agent("look", kind="Explore", background=False)]}
OURS = r"Planweir( \[|:)|hook (error|additional context|blocking)"
NOTHING = ("python3", "python")


def undecided(step: Mapping[str, Any]) -> dict[str, Any]:
    return {**step, "expect": {"denied": "undecided"}}


def armed_without_python(make_world: MakeWorld) -> World:
    """A world with an open plan, whose only Python has gone since."""
    made = make_world({"plan.md": plan("T1")}, without=NOTHING)
    runtime = next((made.planweir_home / "runtime").iterdir())
    made.claude("-p", "/implement-plan plan.md --yes", script={"main": [{"say": "Later."}]})
    assert made.run("sh", "-c", "command -v python3 || command -v python")[0] != 0
    runtime.rename(runtime.with_name("gone"))
    return made


def test_no_python_while_armed_denies_until_a_person_aborts(make_world: MakeWorld) -> None:
    made = armed_without_python(make_world)
    run = made.claude(
        "-p",
        "go on",
        script={"main": [undecided(WRITE), undecided(bash("ls")), undecided(EXPLORE), {"say": "Nothing passed."}]},
    )
    assert run.stdout == "Nothing passed.\n"
    assert run.stderr == ""
    assert "there is no python3 (3.10 or newer) on PATH" in str(run.of()[1].messages)
    assert "a person types /task-planner doctor" in str(run.of()[1].messages)
    status = answered(made, "/task-planner --status")
    assert status.startswith("Planweir could not run: it needs python3 (3.10 or newer) on PATH.")
    assert "/task-planner --abort works without Python" in status
    assert answered(made, "/task-planner --abort").startswith("Planweir: the plan is aborted. No Python could be run")
    assert_silent(made)
    gone = made.planweir_home / "runtime" / "gone"
    gone.rename(gone.with_name("0.5.0"))
    assert answered(made, "/task-planner --status") == "Planweir: No plan is open here.\n"
    assert list((made.planweir_home / "projects").glob("**/archive/*-write-notes/journal.jsonl"))


def test_no_python_while_armed_is_told_in_a_terminal(make_world: MakeWorld) -> None:
    made = armed_without_python(make_world)
    with made.terminal(script={"main": [undecided(bash("ls")), {"say": "It did not pass."}]}) as terminal:
        terminal.type("go on")
        terminal.expect("It did not pass")
        asked = len(terminal.run.requests)
        terminal.type("/task-planner --status")
        terminal.expect("Planweir could not run: it needs python3")
        terminal.type("/task-planner --abort")
        terminal.expect("the plan is aborted. No Python could be run")
        assert len(terminal.run.requests) == asked


def test_no_python_while_nothing_is_open_is_silent(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1")}, without=NOTHING, runtime=False)
    assert_silent(made)
    assert "could not run: it needs python3" in answered(made, "/implement-plan plan.md")


def assert_silent(made: World) -> None:
    """The client works as if we were not there: no word to the model, none to the person."""
    passes = {"expect": {"passes": True}}
    run = made.claude(
        "-p", "work", script={"main": [{**WRITE, **passes}, {**bash("echo y >> mine.txt"), **passes}, {"say": "Worked."}]}
    )
    assert (run.exit, run.stdout, run.stderr) == (0, "Worked.\n", "")
    assert made.read("mine.txt") == "x\ny\n"
    assert not any(re.search(OURS, json.dumps(request.messages)) for request in run.of())
