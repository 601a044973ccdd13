"""The doctor where people and agents ask: typed, in Bash of the session, and from what makes them wonder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.hooks.stage import OTHER, PLUGIN, Stage

from planweir import __version__
from planweir.doctor.checks import CHECKS
from planweir.places import write_whole


def typed(stage: Stage, words: str = "doctor") -> list[str]:
    """The answer to a typed command, in lines; no request to the model is made."""
    reply = stage.typed("/task-planner", words, prompted=False)
    assert reply.blocked, reply.said
    return reply.reason.removeprefix("Planweir: ").splitlines()


def found(lines: list[str]) -> dict[str, str]:
    """Check -> the worst line's state."""
    rows = [line.split(None, 2) for line in lines[1:] if not line.startswith(" ")]
    return {name: state for state, name, _what in rows}


def content(root: str) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(root).rglob("*")
        if path.is_file() and "runtime" not in path.parts
    }


@pytest.mark.parametrize("words", ["doctor", "--doctor"])
def test_typed_it_is_answered_by_the_hook_itself(stage: Stage, words: str) -> None:
    lines = typed(stage, words)
    assert lines[0].startswith("the doctor's findings: ")
    states = found(lines)
    assert set(states) <= set(CHECKS)
    assert states["hooks"] == "ok"  # the answer is the sign
    assert states["bash"] == "unknown"  # a hook has not what Bash was given
    assert "bad" not in states.values(), "\n".join(lines)


def test_typed_in_another_session_it_says_who_owns_the_plan(stage: Stage) -> None:
    reply = stage.typed("/task-planner", "doctor", OTHER, prompted=False)
    assert f"session {stage.session} owns the plan" in reply.reason


def test_a_marker_of_an_ended_plan_is_told_and_status_takes_it_away_as_it_says(stage: Stage) -> None:
    plan = stage.state()["plan"]["id"]
    typed(stage, "--abort")
    write_whole(stage.places.armed, plan)
    assert any("/task-planner --status takes it away" in line for line in typed(stage))
    typed(stage, "--status")
    assert found(typed(stage))["markers"] == "ok"


def test_it_is_in_the_help(stage: Stage) -> None:
    assert any(line.startswith("/task-planner doctor ") for line in typed(stage, "help"))


def test_a_request_that_begins_with_the_word_is_no_verb(bare: Stage) -> None:
    assert not bare.typed("/task-planner", "doctor appointments with reminders").blocked


@pytest.mark.parametrize("session", ["", "another session"])
def test_an_agent_may_ask_and_nothing_of_ours_changes(stage: Stage, session: str) -> None:
    agent = stage.spawn("T1")
    for who in ("", agent):
        assert stage.pre("Bash", {"command": "task-planner doctor --json"}, who, session).passes
    before = content(stage.places.home)
    ran = stage.run("task-planner doctor --json")
    assert content(stage.places.home) == before
    assert {row["name"] for row in json.loads(ran.output)["findings"]} == set(CHECKS)


def test_mending_by_it_is_no_agents(stage: Stage) -> None:
    assert stage.pre("Bash", {"command": "task-planner doctor --repair"}).denied == "person-verbs"


def test_a_call_that_could_not_be_judged_leads_to_it_and_it_names_why(stage: Stage, sound: list[str]) -> None:
    sound.append("its journal is gone")
    os.unlink(stage.places.journal)
    denied = stage.edit("README.md")
    assert denied.denied == "undecided"
    assert "/task-planner doctor" in denied.reason
    states = found(typed(stage))
    assert states["markers"] == "bad"
    assert states["faults"] == "warn"


def test_a_status_with_an_incident_leads_to_it(stage: Stage) -> None:
    os.unlink(stage.places.armed)
    assert any("/task-planner doctor" in line for line in typed(stage, "--status"))


def test_a_status_that_is_well_does_not(stage: Stage) -> None:
    assert not any("doctor" in line for line in typed(stage, "--status"))


def test_it_answers_where_the_packages_are_missing(stage: Stage, tmp_path: Path) -> None:
    """The typed command runs before any runtime is built, with whatever python3 is on PATH."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "plain")], check=True)
    os.unlink(f"{stage.places.home}/runtime/{__version__}")
    stage.env["PATH"] = f"{tmp_path}/plain/bin:/usr/bin:/bin"
    lines = typed(stage)
    assert lines[0].startswith("the doctor's findings: ")
    assert found(lines)["packages"] == "warn"
    assert any("mend: task-planner --version" in line for line in lines)


def test_the_command_lines_own_failure_leads_to_it(stage: Stage) -> None:
    journal = Path(stage.places.journal)
    journal.write_bytes(b"garbage\n" + journal.read_bytes())
    os.unlink(stage.places.state)
    assert "task-planner doctor --repair" in stage.run("task-planner status").output
    assert stage.run("task-planner doctor").exit == 1


def test_the_page_that_denials_lead_to_is_there() -> None:
    assert "docs/recovery.md" in (PLUGIN / "README.md").read_text()
    assert "(doctor.md)" in (PLUGIN / "docs/recovery.md").read_text()
