"""PostToolUse and PostToolUseFailure of Bash: a bound agent's runs of checks are noted when they happen, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hooks.stage import DONE, HELLO, Ran, Stage, review

from planweir.attempt import filing
from planweir.evidence.filed import filed_sha
from planweir.evidence.runs import Row, read_runs


def runs(stage: Stage, agent: str) -> list[Row]:
    return read_runs(stage.places.runs(agent))


def test_a_run_of_a_verify_command_is_noted_with_its_exit_status_and_the_files_digest(
    working: tuple[Stage, str],
) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, "sh checks/hello.sh")
    (row,) = runs(stage, agent)
    assert (row["command"], row["exit"], row["verify"]) == ("sh checks/hello.sh", 0, True)
    assert row["digest"]


def test_a_run_that_failed_is_noted_too(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.bash(agent, "sh checks/hello.sh").exit != 0
    (row,) = runs(stage, agent)
    assert row["exit"] == 2
    assert row["verify"] is True


def test_a_known_runner_is_noted_with_what_it_counted(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.bash(agent, "python3 -m pytest -q tests/test_old.py")
    (row,) = runs(stage, agent)
    assert row["runner"] == "pytest"
    assert (row["summary"] or {}).get("passed") == 1


def test_what_is_no_check_is_not_noted(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for command in ("echo '5 passed'", "cat checks/hello.sh", "grep -r pytest ."):
        stage.told(agent, {"command": command}, Ran(0, "5 passed in 0.1s"))
    assert runs(stage, agent) == []


def test_the_digest_is_of_the_tasks_files_alone(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, "sh checks/hello.sh")
    stage.write({"src/bye.py": "a neighbour's\n", "README.md": "a person's\n"})
    stage.bash(agent, "sh checks/hello.sh")
    stage.write({"src/hello.py": "other\n"})
    stage.bash(agent, "sh checks/hello.sh")
    first, second, third = (row["digest"] for row in runs(stage, agent))
    assert first == second != third


def test_runs_of_the_main_thread_and_of_unbound_agents_are_nobodys(stage: Stage) -> None:
    agent = stage.appear("toolu_elsewhere", "x", "planweir:implementer")
    stage.bash(agent, "sh checks/hello.sh")
    stage.bash("", "sh checks/hello.sh")
    assert runs(stage, agent) == []
    assert runs(stage, "") == []


def test_a_filed_review_is_noted_for_the_agent_whose_call_filed_it(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    assert stage.file(agent, "T1", review("T1", "task-reviewer")).exit == 0
    assert [row["task"] for row in runs(stage, agent) if row.get("filed")] == ["T1"]


def test_a_review_that_a_sandbox_keeps_from_our_files_is_kept_by_the_hook_from_the_call_itself(
    reviewing: tuple[Stage, str],
) -> None:
    stage, agent = reviewing
    words = json.dumps(review("T1", "task-reviewer")) + "\n"
    said = Ran(0, f"Filed {filed_sha(words)}: pass (3 PASS, 0 WEAK, no FAIL).")
    stage.told(agent, {"command": f"task-planner file T1 <<'JSON'\n{words}JSON"}, said)
    assert Path(filing.path(stage.places, filed_sha(words))).read_text() == words
    assert not stage.stop(agent, "FILED pass").blocked
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"


def test_a_review_that_the_call_does_not_hold_is_not_made_up(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    said = Ran(0, f"Filed {filed_sha('other')}: pass (3 PASS, 0 WEAK, no FAIL).")
    stage.told(agent, {"command": "task-planner file T1 <<'JSON'\n{}\nJSON"}, said)
    assert not Path(stage.places.artifacts, "filed").exists()
    assert stage.stop(agent, "FILED pass").rule == "review"


def test_agents_that_run_side_by_side_keep_their_own_runs(stage: Stage) -> None:
    first, second = stage.spawn("T1"), stage.spawn("T2")
    stage.write(HELLO)
    stage.bash(first, "sh checks/hello.sh")
    stage.bash(second, "sh checks/bye.sh")
    assert [row["command"] for row in runs(stage, first)] == ["sh checks/hello.sh"]
    assert [row["command"] for row in runs(stage, second)] == ["sh checks/bye.sh"]
    assert not stage.stop(first, DONE.format(task="T1")).blocked


def test_a_background_shell_is_remembered_as_the_agents_own(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.in_background(agent, "sh checks/hello.sh", "b12")
    assert [row["shell"] for row in runs(stage, agent)] == ["b12"]


def test_events_at_the_same_moment_are_all_noted(working: tuple[Stage, str]) -> None:
    stage, agent = working
    started = [
        stage.start(
            "PostToolUse",
            agent,
            tool_name="Bash",
            tool_input={"command": "sh checks/hello.sh"},
            tool_use_id=f"toolu_p{number}",
            tool_response={"stdout": "", "stderr": "", "interrupted": False},
        )
        for number in range(8)
    ]
    for one in started:
        stage.finish(one)
    assert sorted(row["tool_use_id"] for row in runs(stage, agent)) == [f"toolu_p{n}" for n in range(8)]
