"""Three tasks in two waves, with a first try that fails, a review that rejects and a gate that fails once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.plans import (
    MakeWorld,
    check_of,
    commits,
    denied,
    done,
    ends_well,
    held,
    journal,
    kinds,
    left_behind,
    markers,
    passes,
    plan,
    project,
    read,
    refused_by_the_client,
    results,
    review,
    reviews,
    task,
    told,
    trailers,
    work,
    write,
)
from tests.e2e.steps import agent, bash
from tests.e2e.world import World

from planweir.play.client.run import Run

PLAN = plan(
    task("T1", "greet", title="Greet by name"),
    task("T2", "bye", title="Say goodbye"),
    task("T3", "cli", title="Command line", depends="T1, T2"),
)

# Passes alone, and fails once tests/test_bye.py has been imported in the same run: what only the gate sees.
GREET = "import os\n\n\ndef greet(name):\n    return os.environ.get('GREETING', 'Hello') + ', ' + name\n"
TEST_GREET = "from src.greet import greet\n\n\ndef test_greet():\n    assert greet('Ada') == 'Hello, Ada'\n"
TEST_GREET_ALONE = (
    "from src.greet import greet\n\n\n"
    "def test_greet(monkeypatch):\n    monkeypatch.delenv('GREETING', raising=False)\n"
    "    assert greet('Ada') == 'Hello, Ada'\n"
)
WRONG_BYE = "def bye(name):\n    return 'Bye ' + name\n"
BYE = "def bye(name):\n    return 'Bye, ' + name\n"
NICER_BYE = "def bye(name):\n    return f'Bye, {name}'\n"
TEST_BYE = (
    "import os\n\nfrom src.bye import bye\n\nos.environ['GREETING'] = 'Bye'\n\n\n"
    "def test_bye():\n    assert bye('Ada') == 'Bye, Ada'\n"
)
CLI = "from src.bye import bye\nfrom src.greet import greet\n\n\ndef main(name):\n    return greet(name) + bye(name)\n"
TEST_CLI = "from src.cli import main\n\n\ndef test_cli():\n    assert 'Bye, Ada' in main('Ada')\n"

SCRIPT: dict[str, list[dict[str, Any]]] = {
    "main": [
        denied(write("src/greet.py", GREET), "main-thread-edits"),
        denied(bash("echo '{}' > .claude/state/active_task_graph.json"), "guarded-paths"),
        denied({"calls": [agent("**Task ID:** T3")]}, "out-of-turn"),
        {"follow": True},
    ],
    "T1 implementer 1": [*work("greet", GREET, TEST_GREET), done("T1", "greet")],
    "T1 task-reviewer 1": review("T1", "task-reviewer"),
    "T1 code-reviewer 1": review("T1", "code-reviewer"),
    # The gate names tests/test_greet.py, which is T1's.
    "T1 implementer 2": [
        read("tests/test_greet.py"),
        write("tests/test_greet.py", TEST_GREET_ALONE),
        passes(bash(check_of("greet"))),
        done("T1", "greet"),
    ],
    "T1 task-reviewer 2": review("T1", "task-reviewer"),
    "T1 code-reviewer 2": review("T1", "code-reviewer"),
    "T2 implementer 1": [
        write("src/bye.py", WRONG_BYE),
        write("tests/test_bye.py", TEST_BYE),
        bash(check_of("bye")),
        held("DONE\nTask: T2\nChecks: all pass"),
        write("src/bye.py", BYE),
        passes(bash(check_of("bye"))),
        done("T2", "bye"),
    ],
    "T2 task-reviewer 1": review("T2", "task-reviewer"),
    "T2 code-reviewer 1": review("T2", "code-reviewer", "fail", "say it with an f-string", path="src/bye.py"),
    "T2 implementer 2": [read("src/bye.py"), write("src/bye.py", NICER_BYE), passes(bash(check_of("bye"))), done("T2", "bye")],
    "T2 task-reviewer 2": review("T2", "task-reviewer"),
    "T2 code-reviewer 2": review("T2", "code-reviewer"),
    "T3 implementer 1": [*work("cli", CLI, TEST_CLI), done("T3", "cli")],
    **reviews("T3"),
}

PASSED = ["task_review_passed", "code_review_passed"]


def whole_story(made: World, run: Run) -> None:
    """What must be true of the run, however it was started."""
    ends_well(made, run)
    assert refused_by_the_client(run) == []
    # what happened to each task
    tried = ["bound", "implemented", "reviewer_bound", "task_review_passed", "reviewer_bound"]
    end = ["committed", "closed"]
    assert kinds(made, "T1") == [*tried, PASSED[1], "sent_back", *tried, PASSED[1], *end]
    assert kinds(made, "T2") == [*tried, "review_failed", *tried, PASSED[1], *end]
    assert kinds(made, "T3") == [*tried, PASSED[1], *end]
    # the gates, and that a wave starts after the gate before it
    gates = [row["kind"] for row in journal(made) if row["kind"].startswith("gate_")]
    assert gates == ["gate_failed", "gate_passed", "gate_passed"]
    first_pass = next(n for n, row in enumerate(journal(made)) if row["kind"] == "gate_passed")
    first_t3 = next(n for n, row in enumerate(journal(made)) if row.get("task") == "T3")
    assert first_pass < first_t3
    # what the agents were told when they were held or sent back
    assert run.api is not None
    holds = [row for row in journal(made) if row["kind"] == "held"]
    assert [(row["agent"], "T2" in row["why"]) for row in holds] == [(run.api.agents["T2 implementer 1"], True)]
    assert "Planweir [evidence]: T2 has no evidence yet (failed)" in told(run.of("T2 implementer 1")[4])
    assert "say it with an f-string" in told(run.of("T2 implementer 2")[0])
    assert "tests/test_greet.py::test_greet" in told(run.of("T1 implementer 2")[0])
    # the commits
    assert commits(made) == ["T1: Greet by name", "T2: Say goodbye", "T3: Command line"]
    assert [(row["Planweir-Task"], row["Planweir-Gate"]) for row in trailers(made)] == [
        ("T1", "wave 1"),
        ("T2", "wave 1"),
        ("T3", "wave 2"),
    ]
    assert left_behind(made) == []


@pytest.mark.parametrize("mode", ["bypassPermissions", "default"])
def test_three_tasks_in_print_mode(make_world: MakeWorld, mode: str) -> None:
    made = make_world(project(PLAN))
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=SCRIPT, mode=mode, seconds=120)
    assert run.exit == 0
    whole_story(made, run)
    assert len(markers(made)) == 2
    ended = made.claude("-p", "/task-planner --complete", mode=mode)
    assert "done: Add greetings" in ended.stdout
    assert ended.requests == []
    assert markers(made) == []
    assert journal(made)[-1]["kind"] == "completed"
    # nothing holds any more
    free = made.claude("-p", "go", script={"main": [write("free.txt", "x"), {"say": "ok"}]}, mode=mode)
    ((_, stopped, _),) = results(free)
    assert stopped == (mode == "default")
    assert len(refused_by_the_client(free)) == int(stopped)  # so that this test would see a refusal


def test_three_tasks_in_a_terminal_without_a_dialog(make_world: MakeWorld) -> None:
    files = project(PLAN)
    del files["tests/test_there.py"]  # a project without a test: its Verify fails before the plan
    made = make_world(files)
    with made.terminal(script=SCRIPT, mode="acceptEdits") as terminal:
        terminal.type("/implement-plan docs/plan.md --yes")
        terminal.expect("Every wave is closed", seconds=120)
        terminal.type("/task-planner --complete")
        terminal.expect("done: Add greetings", seconds=60)
        run = terminal.run
    whole_story(made, run)
    assert markers(made) == []
    assert journal(made)[-1]["kind"] == "completed"
