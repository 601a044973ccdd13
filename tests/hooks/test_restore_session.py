"""SessionStart: what the session needs for Bash, how the plan stands, and whose client is gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest
from tests.hooks.stage import OTHER, Stage, parallel

SOURCES = ("startup", "resume", "clear", "compact", "fork")


@pytest.fixture
def client() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the client that started an agent."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


# --- the environment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("planned", [False, True])
def test_bash_gets_the_project_our_home_and_our_command_first_on_path(
    bare: Stage, open_plan: Callable[[], Stage], planned: bool
) -> None:
    stage = open_plan() if planned else bare
    file = stage.root / "env.sh"
    file.write_text("export FROM_ANOTHER_PLUGIN=1\n")
    stage.begins(env={"CLAUDE_ENV_FILE": str(file)})
    shown = subprocess.run(
        [
            "sh",
            "-c",
            '. "$0"; echo "$FROM_ANOTHER_PLUGIN $PLANWEIR_PROJECT $PLANWEIR_HOME"; command -v task-planner',
            file,
        ],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = shown.stdout.splitlines()
    assert first == f"1 {stage.project} {stage.places.home}"
    assert second.endswith("/bin/task-planner")


# --- how the plan stands -------------------------------------------------------------------------------------


def test_nothing_is_said_where_no_plan_is_open(bare: Stage) -> None:
    assert bare.begins().said is None


@pytest.mark.parametrize("source", SOURCES)
def test_the_owner_is_told_the_plans_state_and_its_next_step(stage: Stage, source: str) -> None:
    words = stage.begins(source).context
    assert "this session carries it out" in words
    assert "Plan: Small words" in words
    assert "[ ] T1: Say hello (implementer)" in words
    assert "Next: Wave 1 of 2: start T1 (implementer), T2 (implementer)" in words
    assert len(words.splitlines()) < 40


def test_another_session_is_told_what_it_is_kept_from(stage: Stage) -> None:
    words = stage.begins(session=OTHER).context
    assert "This session does not own it" in words
    assert "A person types /implement-plan to go on with the plan in this session." in words


def test_a_long_plan_is_told_in_under_40_lines_with_its_next_step(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(parallel(60))
    lines = stage.begins().context.splitlines()
    assert len(lines) < 40
    assert lines[-1].startswith("Next: ")


def test_long_words_of_an_agent_do_not_make_it_longer(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.stop(agent, "BLOCKED\nBlocker: one\n" + "\n".join(f"line {n}" for n in range(80)))
    lines = stage.begins().context.splitlines()
    assert len(lines) < 40
    assert lines[-1].startswith("Next: ")
    assert any("[!] T1" in line for line in lines)


def test_a_paused_plan_says_who_goes_on(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    words = stage.begins("resume").context
    assert "(paused)" in words
    assert "A person types /implement-plan to go on." in words


# --- agents --------------------------------------------------------------------------------------------------


def test_an_attempt_whose_client_is_gone_is_lost(stage: Stage, client: subprocess.Popen[bytes]) -> None:
    stage.env["CLAUDE_PID"] = str(client.pid)
    agent = stage.spawn("T1")
    client.kill()
    client.wait()
    stage.env["CLAUDE_PID"] = str(os.getpid())
    stage.begins("resume")
    assert stage.bound(agent) is None
    assert (stage.task("T1")["status"], stage.task("T1")["why"]) == ("pending", "its client is gone")


def test_an_attempt_whose_client_lives_is_not(stage: Stage, client: subprocess.Popen[bytes]) -> None:
    stage.env["CLAUDE_PID"] = str(client.pid)
    agent = stage.spawn("T1")
    stage.env["CLAUDE_PID"] = str(os.getpid())
    stage.begins("startup", session=OTHER)
    assert stage.bound(agent) is not None


def test_compaction_marks_nothing_while_agents_run(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.begins("compact")
    assert stage.bound(agent) is not None


def test_resuming_from_another_session_marks_only_what_is_gone(
    stage: Stage, client: subprocess.Popen[bytes]
) -> None:
    living = stage.spawn("T2")
    stage.env["CLAUDE_PID"] = str(client.pid)
    gone = stage.spawn("T1")
    client.kill()
    client.wait()
    stage.env["CLAUDE_PID"] = str(os.getpid())
    stage.typed("/implement-plan", session=OTHER)
    assert stage.bound(gone) is None
    assert stage.bound(living) is not None


# --- what was lost meanwhile ---------------------------------------------------------------------------------


def test_rendered_files_that_are_gone_are_written_again(stage: Stage) -> None:
    copy = stage.project / ".claude/state/active_task_graph.json"
    folder = stage.root / "home" / f"projects{stage.project}"
    copy.unlink()
    for name in ("guard.json", "state.json"):
        (folder / name).unlink()
    stage.begins("compact")
    assert copy.exists()
    assert (folder / "guard.json").exists()
    assert stage.ask("T1").decision == "allow"


def test_a_marker_without_a_journal_is_told_with_the_way_out(stage: Stage, sound: list[str]) -> None:
    (stage.root / "home" / f"projects{stage.project}" / "journal.jsonl").unlink()
    assert "a person types /task-planner --abort" in stage.begins().context
