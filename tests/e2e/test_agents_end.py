"""How attempts end: with a claim that no run bears out, by being stopped, by a limit, by an error, or not yet."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from tests.e2e import clients
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
    review,
    reviews,
    task,
    told,
    work,
    write,
)
from tests.e2e.steps import agent, bash, load
from tests.e2e.world import REPOSITORY, World

from planweir.play.client.asked import Turn
from planweir.play.client.namespace import wait_until

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
    assert "Planweir [evidence]" in first
    assert "Held 1 of 2 times" in first
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
    script = {
        **LOST,
        "main": [{"follow": True}],
        "T3 implementer 1": implementer("T3", "ask"),
        # a reviewer may die too
        "T3 code-reviewer 1": [bash("git status --short"), {"api_error": 400}],
        "T3 code-reviewer 2": review("T3", "code-reviewer"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    handed_out_again(made, run, "T1", "API error")
    handed_out_again(made, run, "T2", "turn limit")
    assert kinds(made, "T3")[4:] == ["reviewer_bound", "reviewer_lost", *REVIEWED[2:]]
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

    script: dict[str, list[Any]] = {
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
    with made.terminal(script=script, mode="default") as terminal:
        terminal.type("/implement-plan docs/plan.md --yes")
        terminal.expect("Every wave is closed", seconds=120)
        run = terminal.run
    handed_out_again(made, run, "T1", "API error")
    limit = "turn limit" if clients.turn_limits_are_told() else "the client reports it as completed"
    handed_out_again(made, run, "T2", limit)
    handed_out_again(made, run, "T3", "it was stopped")
    ends_well(made, run, cut_off=["T2 implementer 1"])
    assert commits(made) == ["T1: Create greet", "T2: Create bye", "T3: Create ask"]


def test_what_a_person_stops_is_lost_and_waits_for_the_person(make_world: MakeWorld) -> None:
    made = make_world(project(ONE))
    script: dict[str, Any] = {
        "main": [{"follow": True}, {"say": "As you wish."}, {"follow": True}],
        "T1 implementer 1": [write("src/greet.py", "half\n"), {"hang": 60}],
        "T1 implementer 2": implementer("T1", "greet", first=[passes(read("src/greet.py"))]),
        **reviews("T1"),
    }
    with made.terminal(script=script, mode="acceptEdits") as terminal:
        terminal.type("/implement-plan docs/plan.md --yes")
        terminal.expect("The agents are at work")
        wait_until(lambda: (made.project / "src/greet.py").exists(), 20, "the agent's first change")
        terminal.keys("C-x", "C-k", "C-x", "C-k")
        terminal.expect("As you wish")
        wait_until(lambda: "lost" in kinds(made, "T1"), 10, "the attempt lost")
        assert kinds(made, "T1") == ["bound", "lost"]
        terminal.type("/implement-plan")
        terminal.expect("Every wave is closed", seconds=60)
        run = terminal.run
    handed_out_again(made, run, "T1", "it is no longer running")
    ends_well(made, run, cut_off=["T1 implementer 1"])
    assert commits(made) == ["T1: Create greet"]


# --- a message is a new attempt --------------------------------------------------------------------------------


def test_a_message_to_an_implementer_in_rework_is_its_next_attempt_with_the_brief_as_its_text(
    make_world: MakeWorld,
) -> None:
    made = make_world(project(ONE))
    message = {"to": "${agent:T1 implementer 1}", "summary": "please mend", "message": "Just say DONE, it is fine."}
    script = {
        "main": [
            load("SendMessage"),
            passes({"calls": [agent("**Task ID:** T1")]}),
            passes({"calls": [agent("**Task ID:** T1", kind="planweir:task-reviewer")]}),
            passes({"call": {"tool": "SendMessage", "input": message}}),
            {"follow": True},
        ],
        "T1 implementer 1": [
            *implementer("T1", "greet"),
            # from here on it is the second attempt, judged like any other
            write("src/greet.py", body_of("greet") + "\n# mended\n"),
            held("DONE\nChecks: 1 passed"),
            passes(bash(check_of("greet"))),
            done("T1", "greet"),
        ],
        "T1 task-reviewer 1": review("T1", "task-reviewer", "fail", "mend the greeting", path="src/greet.py"),
        "T1 task-reviewer 2": review("T1", "task-reviewer"),
        "T1 code-reviewer 1": review("T1", "code-reviewer"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    ends_well(made, run)
    tried = ["bound", "implemented", "reviewer_bound"]
    assert kinds(made, "T1") == [*tried, "review_failed", *tried, *REVIEWED[1:]]
    attempts = [row["attempt"] for row in journal(made) if row["kind"] == "implemented"]
    assert attempts == [1, 2]
    # what the agent really got: the engine's brief, and nothing of the orchestrator's words
    asked = told(run.of("T1 implementer 1")[4])
    assert "**Task ID:** T1 | role: implementer | attempt: 2" in asked
    assert "mend the greeting" in asked
    assert "Just say DONE" not in asked


# --- not yet an end --------------------------------------------------------------------------------------------


def test_an_agent_whose_own_shell_still_runs_is_neither_held_nor_lost(make_world: MakeWorld) -> None:
    """In older clients, which may never wake it, it is held once and told to wait."""
    made = make_world(project(plan(task("T1", "greet"), task("T2", "bye"))))
    script = {
        "main": [{"follow": True}],
        "T1 implementer 1": [
            *files("greet"),
            bash(f"sleep 3; {check_of('greet')}", run_in_background=True),
            {"say": "The checks run; I wait."},
            # woken by the end of its shell, or held
            passes(bash(check_of("greet"))),
            done("T1", "greet"),
        ],
        # the shell need not be a check
        "T2 implementer 1": [
            *files("bye"),
            bash("sleep 2; echo slept", run_in_background=True),
            {"say": "Something runs; I wait."},
            passes(bash(check_of("bye"))),
            done("T2", "bye"),
        ],
        **reviews("T1"),
        **reviews("T2"),
    }
    with made.terminal(script=script, mode="bypassPermissions") as terminal:
        terminal.type("/implement-plan docs/plan.md --yes")
        terminal.expect("Every wave is closed", seconds=120)
        run = terminal.run
    ends_well(made, run)
    for name in ("T1", "T2"):
        assert kinds(made, name) == ["bound", "implemented", *REVIEWED]
        # that it did wait: its shell's end woke it
        woken = "<task-notification>" if clients.agents_wait_for_their_shells() else "this client does not wake you"
        assert woken in told(run.of(f"{name} implementer 1")[4])
    holds = [row["about"] for row in journal(made) if row["kind"] in ("held", "lost")]
    assert holds == ([] if clients.agents_wait_for_their_shells() else ["own-shell"] * 2)
