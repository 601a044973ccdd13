"""How attempts end: with a claim that no run bears out, by being stopped, by a limit, by an error, or not yet."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.api import Turn
from tests.e2e.plans import (
    MakeWorld,
    body_of,
    check_of,
    commits,
    done,
    ends_well,
    held,
    implementer,
    journal,
    kinds,
    passes,
    plan,
    project,
    read,
    results,
    reviews,
    task,
    told,
    work,
    write,
)
from tests.e2e.steps import agent, bash, load
from tests.e2e.world import REPOSITORY, World

ONE = plan(task("T1", "greet"))
THREE = plan(task("T1", "greet"), task("T2", "bye"), task("T3", "ask"))
REVIEWED = ["reviewer_bound", "task_review_passed", "reviewer_bound", "code_review_passed", "committed", "closed"]


def files(mod: str) -> list[dict[str, Any]]:
    """Both files of `mod`, and no run."""
    return work(mod)[:2]


# --- a pass that never was -------------------------------------------------------------------------------------


def test_a_claim_without_a_run_holds_twice_then_a_person_decides(make_world: MakeWorld) -> None:
    made = make_world(project(THREE))
    claim = {"say": "DONE\nChecks: all tests pass"}
    script = {
        "main": [{"follow": True}],
        # never ran anything; held twice, insists, is blocked
        "T1 implementer 1": [*files("greet"), held("DONE\nChecks: 1 passed"), held("DONE\nIt did pass."), claim],
        # what looks like a run and is none; then a real one
        "T2 implementer 1": [
            *files("bye"),
            bash('echo "5 passed in 0.1s"'),
            held("DONE\nChecks: 5 passed in 0.1s"),
            bash(f"{check_of('bye')} --collect-only"),
            held("DONE\nChecks: collected"),
            passes(bash(check_of("bye"))),
            done("T2", "bye"),
        ],
        # a real run, before the last change
        "T3 implementer 1": [
            *work("ask"),
            write("src/ask.py", body_of("ask") + "\n# changed\n"),
            held("DONE\nChecks: 1 passed"),
            passes(bash(check_of("ask"))),
            done("T3", "ask"),
        ],
        **reviews("T2"),
        **reviews("T3"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    assert "T1 is blocked: no evidence (none)" in run.stdout
    assert "/task-planner unblock T1" in run.stdout
    assert kinds(made, "T1") == ["bound", "stuck"]
    why = {row["why"].split(":")[0] for row in journal(made) if row["kind"] == "held"}
    assert why == {
        "T1 has no evidence yet (none)",
        "T2 has no evidence yet (none)",
        "T2 has no evidence yet (empty)",
        "T3 has no evidence yet (stale)",
    }
    first, second = (told(request) for request in run.of("T1 implementer 1")[3:5])
    assert "Planweir [evidence]" in first and "Held 1 of 2 times" in first
    assert "Held 2 of 2 times; after that the task goes to a person" in second
    # the others went on to the end of their reviews; the wave waits
    assert kinds(made, "T2")[-1] == "code_review_passed"
    assert commits(made) == []

    typed = made.claude("-p", '/task-planner unblock T1 --note "Run the test this time."')
    assert typed.requests == []
    assert "T1 may be tried again" in typed.stdout
    again = {
        "main": [{"follow": True}],
        "T1 implementer 2": [passes(bash(check_of("greet"))), done("T1", "greet")],
        **reviews("T1"),
    }
    run = made.claude("-p", "/implement-plan", script=again, seconds=120)
    ends_well(made, run)
    assert "Run the test this time." in told(run.of("T1 implementer 2")[0])
    assert kinds(made, "T1") == ["bound", "stuck", "unblocked", "bound", "implemented", *REVIEWED]
    assert commits(made) == ["T1: Create greet", "T2: Create bye", "T3: Create ask"]


# --- ends without a report -------------------------------------------------------------------------------------


def with_turn_limit(tmp_path: Path, turns: int) -> Path:
    """The plugin, its implementers ended by the client after so many turns."""
    copy = tmp_path / "plugin"
    left_out = shutil.ignore_patterns(".git", "tests", "__pycache__", ".venv", ".*_cache")
    shutil.copytree(REPOSITORY, copy, symlinks=True, ignore=left_out)
    agent = copy / "agents" / "implementer.md"
    agent.write_text(re.sub(r"(?m)^maxTurns: .*$", f"maxTurns: {turns}", agent.read_text()))
    return copy


LOST = {
    # dies of an API error, its work half done
    "T1 implementer 1": [write("src/greet.py", "half\n"), {"api_error": 529}],
    "T1 implementer 2": implementer("T1", "greet", first=[passes(read("src/greet.py"))]),
    # reaches its turn limit
    "T2 implementer 1": [write("src/bye.py", "half\n"), *[bash("git status --short")] * 9],
    "T2 implementer 2": implementer("T2", "bye", first=[passes(read("src/bye.py"))]),
    **reviews("T1"),
    **reviews("T2"),
    **reviews("T3"),
}
TRIED_TWICE = ["bound", "lost", "bound", "implemented", *REVIEWED]


def handed_out_again(made: World, run: Any, name: str, why: str) -> None:
    assert kinds(made, name) == TRIED_TWICE
    (lost,) = [row for row in journal(made) if row["kind"] == "lost" and row["task"] == name]
    assert why in lost["why"]
    brief = told(run.of(f"{name} implementer 2")[0])
    assert "An earlier attempt ended without a report" in brief
    assert why in brief
    assert "its changes are still in the tree" in brief
    # they are: what the second attempt read first
    assert "half" in results(run, f"{name} implementer 2")[0][2]


def test_an_error_and_a_turn_limit_lose_the_attempt_and_keep_its_changes(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    made = make_world(project(THREE), plugin=with_turn_limit(tmp_path, 6))
    script = {**LOST, "main": [{"follow": True}], "T3 implementer 1": implementer("T3", "ask")}
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    handed_out_again(made, run, "T1", "API error")
    handed_out_again(made, run, "T2", "turn limit")
    ends_well(made, run, cut_off=["T2 implementer 1"])
    assert commits(made) == ["T1: Create greet", "T2: Create bye", "T3: Create ask"]


def test_in_the_background_a_stopped_agent_an_error_and_a_turn_limit_lose_the_attempt(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    made = make_world(project(THREE), plugin=with_turn_limit(tmp_path, 6))

    def stop_once_it_works(turn: Turn) -> dict[str, Any]:
        """TaskStop for the third agent as soon as it has changed something."""
        if not (made.project / "src/ask.py").exists():
            return {**bash("task-planner status"), "stay": True}
        return {"call": {"tool": "TaskStop", "input": {"task_id": "${agent:T3 implementer 1}"}}}

    script: dict[str, Any] = {
        **LOST,
        "main": [
            load("TaskStop"),
            {"calls": [agent(f"**Task ID:** {name}") for name in ("T1", "T2", "T3")]},
            stop_once_it_works,
            {"follow": True},
        ],
        "T3 implementer 1": [write("src/ask.py", "half\n"), {"hang": 60}, {"say": "never"}],
        "T3 implementer 2": implementer("T3", "ask", first=[passes(read("src/ask.py"))]),
    }
    with made.terminal(script=script, mode="acceptEdits") as terminal:
        terminal.type("/implement-plan docs/plan.md --yes")
        terminal.expect("Every wave is closed", seconds=120)
        run = terminal.run
    handed_out_again(made, run, "T1", "API error")
    handed_out_again(made, run, "T2", "turn limit")
    handed_out_again(made, run, "T3", "it was stopped")
    ends_well(made, run, cut_off=["T2 implementer 1"])
    assert commits(made) == ["T1: Create greet", "T2: Create bye", "T3: Create ask"]
