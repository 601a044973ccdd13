"""What has fooled others, where it matters who said it: one test for each, by its name, through the hooks."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.hooks.stage import BYE, DONE, HELLO, PLAN, Stage, review

DONE1 = DONE.format(task="T1")
CHECK = "sh checks/hello.sh"


def test_evidence_of_one_task_shown_for_another(stage: Stage) -> None:
    first, second = stage.spawn("T1"), stage.spawn("T2")
    stage.write({**HELLO, **BYE})
    stage.bash(second, CHECK)  # T2's agent ran T1's check
    assert "(none)" in stage.stop(first, DONE1).reason
    assert "(none)" in stage.stop(second, DONE.format(task="T2")).reason


def test_orphan_evidence_of_the_main_thread_is_nobodys(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash("", CHECK)
    assert "(none)" in stage.stop(agent, DONE1).reason


def test_tests_run_before_the_last_edit(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, CHECK)
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# one more\n"})
    assert "(stale)" in stage.stop(agent, DONE1).reason


def test_a_review_of_an_older_diff(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# changed meanwhile\n"})
    stage.file(agent, "T1", review("T1", "task-reviewer"))
    stage.stop(agent, "FILED pass")
    assert stage.task("T1")["reviews"] == {}


def test_a_review_quoted_from_a_file_that_the_agent_read(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    words = json.dumps(review("T1", "task-reviewer"))
    stage.write({"docs/review.json": words})
    stage.bash(agent, "cat docs/review.json")
    stage.wrote(agent, "Read", {"file_path": stage.path("docs/review.json")}, f"```json\n{words}\n```")
    assert stage.stop(agent, "FILED pass").rule == "review"
    assert stage.task("T1")["reviews"] == {}


def test_one_reviewers_report_pasted_by_the_implementer(working: tuple[Stage, str]) -> None:
    stage, agent = working
    words = json.dumps(review("T1", "task-reviewer"))
    assert stage.pre("Bash", {"command": f"task-planner file T1 <<'JSON'\n{words}\nJSON"}, agent).denied == "file-owner"
    stage.file(agent, "T1", review("T1", "task-reviewer"))
    stage.implement(agent, HELLO, CHECK, f"{DONE1}\n```json\n{words}\n```\n")
    task = stage.task("T1")
    assert (task["status"], task["reviews"]) == ("implemented", {})


def test_a_verify_command_edited_in_the_plan_after_start(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write({"docs/plan.md": PLAN.replace(CHECK, "true")})
    stage.write(HELLO)
    stage.bash(agent, "true")
    assert "(none)" in stage.stop(agent, DONE1).reason


def test_a_package_json_test_script_rewritten_to_true(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN.replace(f"- Verify: `{CHECK}`\n", "").replace("`src/hello.py`,", "`src/hello.py`, `Makefile`,"))
    stage.write({"Makefile": "test:\n\tpytest -q tests\n"})
    agent = stage.spawn("T1")
    stage.write({"Makefile": "test:\n\t@echo '5 passed in 0.1s'\n"})
    assert "(unrecognised)" in stage.implement(agent, HELLO, "make test", DONE1).reason


def test_a_criterion_confirmed_by_an_agent(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for who in (agent, ""):
        assert stage.bash(who, "task-planner checked T1 1").exit != 0
    stage.implement(agent, HELLO, CHECK, DONE1 + "\nCriteria: all satisfied, confirmed.\n")
    assert stage.task("T1")["checked"] == []
