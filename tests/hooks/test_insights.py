"""`insight add`: whose it is the hook says, never the caller; closing and confirming are a person's, whoever tries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.hooks.stage import OTHER, PLAN, Stage

ADD = "task-planner insight add --kind defect 'hello() forgets the comma' --path src/hello.py"
WITH_REQUIREMENTS = PLAN.replace("## Tasks", "## Requirements\n\n- R1: it greets\n  - R1.1: (by hand) it sounds kind\n\n## Tasks").replace(
    "- Complexity: 2", "- Complexity: 2\n- Serves: R1"
)


def rows(stage: Stage) -> list[tuple[str, str, str, str]]:
    return [(row["sort"], row["role"], row["task"], row["path"]) for row in stage.state()["insights"]]


def typed(stage: Stage, words: str) -> str:
    return stage.typed("task-planner", words).reason


def test_an_implementers_is_bound_to_its_task(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert "noted as 1: defect" in stage.bash(agent, ADD, judged=True).output
    assert rows(stage) == [("defect", "implementer", "T1", "src/hello.py")]
    assert "1 open defect" in stage.run("task-planner status").output


def test_a_reviewers_is_bound_to_its_task(reviewing: tuple[Stage, str]) -> None:
    stage, reviewer = reviewing
    assert stage.bash(reviewer, ADD, judged=True).exit == 0
    assert rows(stage) == [("defect", "task-reviewer", "T1", "src/hello.py")]


def test_the_orchestrators_is_of_no_task(stage: Stage) -> None:
    assert stage.bash("", ADD, judged=True).exit == 0
    assert rows(stage) == [("defect", "orchestrator", "", "src/hello.py")]


def test_it_may_stand_among_other_commands_and_says_its_path_from_where_it_runs(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write({"src/hello.py": "x\n"})
    said = stage.bash(agent, "cd src && task-planner insight add --kind learning 'mind it' --path hello.py 2>&1 | tail -1", judged=True)
    assert "Briefs that are written from now on hold it" in said.output
    assert rows(stage) == [("learning", "implementer", "T1", "src/hello.py")]


@pytest.mark.parametrize("who", ["nobody", "another session", "an unbound agent"])
def test_a_call_that_no_hook_bound_notes_nothing(stage: Stage, who: str) -> None:
    if who == "another session":
        stage.pre("Bash", {"command": ADD}, session=OTHER)
    if who == "an unbound agent":
        stage.pre("Bash", {"command": ADD}, "a9999")
    ran = stage.run(ADD)
    assert ran.exit == 1
    assert "nobody saw whose call this is" in ran.output
    assert rows(stage) == []


def test_words_that_the_hook_cannot_read_note_nothing(working: tuple[Stage, str]) -> None:
    stage, agent = working
    ran = stage.bash(agent, "task-planner insight add --kind defect \"$(date)\"", judged=True)
    assert "with the words written out" in ran.output
    assert rows(stage) == []


def test_a_permit_is_for_one_call(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.bash(agent, ADD, judged=True).exit == 0
    assert stage.run(ADD).exit == 1


@pytest.mark.parametrize(
    "command",
    [
        "task-planner insight close 1 --why mended",
        "task-planner insight --json close 1 --why mended",
        "V=close; task-planner insight $V 1 --why mended",
        "task-planner insight $(echo close) 1 --why mended",
        "sh -c 'task-planner insight close 1 --why mended'",
        "python3 -c \"import subprocess; subprocess.run(['task-planner', 'insight', 'close', '1'])\"",
        "task-planner checked R1.1",
    ],
)
def test_closing_and_confirming_are_a_persons(reviewing: tuple[Stage, str], command: str) -> None:
    stage, reviewer = reviewing
    for agent in ("", reviewer):
        assert stage.pre("Bash", {"command": command}, agent).denied == "person-verbs"


@pytest.mark.parametrize("command", [ADD, "task-planner insight list --json", "task-planner insight list --open --kind defect | head -5"])
def test_adding_and_listing_need_no_dialog(working: tuple[Stage, str], command: str) -> None:
    stage, agent = working
    for one in ("", agent):
        assert stage.pre("Bash", {"command": command}, one).decision == "allow"


def test_a_person_types_it_and_closes_it(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert "noted as 1: defect" in typed(stage, 'insight add --kind defect "hello() forgets the comma" --task T1')
    assert "1. defect" in typed(stage, "insight list")
    assert "insight 1 is closed: mended" in typed(stage, "insight close 1 --why mended")
    (row,) = stage.state()["insights"]
    assert (row["by"], row["closed"]) == ("person", "mended")


def test_a_person_confirms_a_criterion_and_an_agents_try_is_refused(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(WITH_REQUIREMENTS)
    agent = stage.spawn("T1")
    assert stage.pre("Bash", {"command": "task-planner checked R1.1"}, agent).denied == "person-verbs"
    refused = stage.run("CLAUDECODE=1 task-planner checked R1.1")
    assert refused.exit == 1
    assert "T1 is in progress" in typed(stage, "checked R1.1")
    stage.typed("task-planner", "skip T1")
    assert "not satisfied" in typed(stage, "status --requirements")
    assert "not satisfied" in stage.run("task-planner status --requirements").output


def test_a_confirmation_says_that_it_was_typed(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(WITH_REQUIREMENTS)
    agent = stage.spawn("T1")
    stage.write({"src/hello.py": 'def hello():\n    return "hello"\n', "tests/test_hello.py": "from src.hello import hello\n\n\ndef test_a():\n    assert hello() == 'hello'\n"})
    assert stage.pre("Bash", {"command": "sh checks/hello.sh"}, agent).passes
    stage.bash(agent, "sh checks/hello.sh")
    stage.stop(agent, "DONE\nTask: T1\nChanged: its files\nChecks: its check passes\n")
    for role in ("task-reviewer", "code-reviewer"):
        stage.reviewed("T1", role)
    assert "is confirmed by" in typed(stage, "checked R1.1")
    assert ", typed at 20" in typed(stage, "--status --requirements")
