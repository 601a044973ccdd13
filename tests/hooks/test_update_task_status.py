"""SubagentStop: what an attempt ends with is judged, from recorded runs and filed reviews; SubagentStart is a heartbeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, PLAN, Ran, Reply, Stage, review

from planweir.verbs import mend

DONE1 = DONE.format(task="T1")
CHECK = "sh checks/hello.sh"
NO_VERIFY = PLAN.replace("- Verify: `sh checks/hello.sh`\n", "")


def held(reply: Reply, reason: str) -> bool:
    """Was the agent held for that reason of evidence?"""
    return reply.blocked and reply.rule == "evidence" and f"({reason})" in reply.reason


# --- evidence ------------------------------------------------------------------------------------------------


def test_a_report_with_evidence_opens_the_door_to_review(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.implement(agent, HELLO, CHECK, DONE1).said is None
    task = stage.task("T1")
    assert task["status"] == "implemented"
    assert task["evidence"]["new_tests"] == ["test_hello"]
    assert sorted(task["files_changed"]) == ["src/hello.py", "tests/test_hello.py"]
    assert stage.bound(agent) is None


def test_none_holds_a_claim_without_a_run(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    reply = stage.stop(agent, "DONE\nChecks: sh checks/hello.sh passed, 12 passed in 0.3s")
    assert held(reply, "none")
    assert "Run `sh checks/hello.sh`" in reply.reason
    assert stage.task("T1")["status"] == "in_progress"


@pytest.mark.parametrize(
    "command", ["echo '12 passed in 0.3s'", "cat README.md", "true # sh checks/hello.sh"]
)
def test_none_holds_what_only_looks_like_a_run(working: tuple[Stage, str], command: str) -> None:
    stage, agent = working
    assert held(stage.implement(agent, HELLO, command, DONE1), "none")


def test_a_script_of_tests_does_not_count_where_what_it_runs_changed_meanwhile_whoever_changed_it(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(NO_VERIFY)
    stage.write({"Makefile": "test:\n\tpytest -q tests\n"})
    agent = stage.spawn("T1")
    stage.write({"Makefile": "test:\n\t@echo '5 passed in 0.1s'\n"})  # of no task: a command that is not read did it
    assert held(stage.implement(agent, HELLO, "make test", DONE1), "unrecognised")


def test_a_script_of_tests_does_not_count_where_it_may_go_on_to_one_that_the_attempt_changed(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(NO_VERIFY.replace("`tests/test_hello.py`", "`tests/test_hello.py`, `web/**`"))
    stage.write({"Makefile": "test:\n\t$(MAKE) -C web test\n", "web/Makefile": "test:\n\tpytest -q\n"})
    agent = stage.spawn("T1")
    stage.write({"web/Makefile": "test:\n\t@echo '5 passed in 0.1s'\n"})
    assert held(stage.implement(agent, HELLO, "make test", DONE1), "unrecognised")


def test_a_script_of_tests_counts_where_nothing_of_it_changed(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_VERIFY)
    stage.write({"Makefile": "test:\n\t@echo '5 passed in 0.1s'\n"})
    agent = stage.spawn("T1")
    assert not stage.implement(agent, HELLO, "make test", DONE1).blocked


def test_stale_holds_a_run_before_the_last_change(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, CHECK)
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# one more thing\n"})
    assert held(stage.stop(agent, DONE1), "stale")
    stage.bash(agent, CHECK)
    assert not stage.stop(agent, DONE1).blocked


def test_a_change_of_anothers_file_makes_no_run_stale(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, CHECK)
    stage.write({"src/bye.py": "a neighbour writes\n"})
    assert not stage.stop(agent, DONE1).blocked


def test_failed_holds_a_run_that_failed(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert held(stage.implement(agent, {"src/hello.py": "pass\n"}, CHECK, DONE1), "failed")


def test_failed_holds_a_pass_that_a_later_failure_overtook(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, CHECK)
    stage.told(agent, {"command": CHECK}, Ran(1, ""))
    assert held(stage.stop(agent, DONE1), "failed")


def test_empty_holds_a_runner_that_ran_no_test(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_VERIFY)
    agent = stage.spawn("T1")
    reply = stage.implement(agent, HELLO, "python3 -m pytest tests/test_hello.py -k nothing_like_it", DONE1)
    assert held(reply, "empty")
    assert stage.task("T1")["status"] == "in_progress"


def test_unread_holds_a_run_whose_output_went_elsewhere(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_VERIFY)
    agent = stage.spawn("T1")
    assert held(stage.implement(agent, HELLO, "python3 -m pytest tests > out.log", DONE1), "unread")


def test_unread_holds_a_run_whose_end_was_not_seen(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_VERIFY)
    agent = stage.spawn("T1")
    stage.write(HELLO)
    stage.in_background(agent, "python3 -m pytest tests", "b7")
    assert held(stage.stop(agent, DONE1), "unread")


def test_a_run_in_the_background_counts_at_its_end_as_the_clients_transcript_tells_it(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.in_background(agent, CHECK, "b1")
    use = f"toolu_{stage.uses:06}"
    assert held(stage.stop(agent, DONE1), "unread")
    output = stage.root / stage.session / "tasks" / "b1.output"
    output.parent.mkdir(parents=True)
    output.write_text("fine\n")
    told = (
        f"<task-notification>\n<task-id>b1</task-id>\n<tool-use-id>{use}</tool-use-id>\n<output-file>{output}</output-file>\n"
        '<status>completed</status>\n<summary>Background command "x" completed (exit code 0)</summary>\n</task-notification>'
    )
    entry = {
        "type": "user",
        "isMeta": True,
        "origin": {"kind": "task-notification", "producer": "session-task"},
        "sessionId": stage.session,
        "timestamp": "2199-11-21T20:58:39.012Z",
        "message": {"role": "user", "content": f"[SYSTEM NOTIFICATION - NOT USER INPUT]\n\n{told}"},
    }
    path = Path(stage.transcript().removesuffix(".jsonl")) / "subagents" / f"agent-{agent}.jsonl"
    with path.open("a") as file:
        file.write(json.dumps(entry) + "\n")
    assert stage.stop(agent, DONE1).said is None
    assert stage.task("T1")["status"] == "implemented"


def test_unrecognised_holds_a_runner_that_a_file_of_the_project_replaces(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(NO_VERIFY)
    agent = stage.spawn("T1")
    stage.write({**HELLO, "pytest.py": "print('1 passed in 0.01s')\n"})
    assert held(stage.implement(agent, {}, "python3 -m pytest", DONE1), "unrecognised")


def test_a_known_runner_is_evidence_where_the_plan_names_no_command(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(NO_VERIFY)
    agent = stage.spawn("T1")
    assert not stage.implement(agent, HELLO, "python3 -m pytest -q tests/test_hello.py", DONE1).blocked
    assert stage.task("T1")["evidence"]["passed"] == 1


def test_no_new_tests_holds_a_task_that_owes_them(working: tuple[Stage, str]) -> None:
    stage, agent = working
    reply = stage.implement(agent, {"src/hello.py": HELLO["src/hello.py"]}, CHECK, DONE1)
    assert held(reply, "no new tests")
    assert not stage.implement(agent, HELLO, CHECK, DONE1).blocked


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    pass", "its body is empty"),
        ("    assert True", "what it asserts is always true"),
        ("    hello()", "asserts nothing"),
        ("    pytest.skip('later')\n    assert hello()", "skipped"),
    ],
)
def test_no_new_tests_holds_one_that_proves_nothing_and_says_why(working: tuple[Stage, str], body: str, why: str) -> None:
    stage, agent = working
    hollow = {**HELLO, "tests/test_hello.py": f"from src.hello import hello\n\n\ndef test_hello():\n{body}\n"}
    reply = stage.implement(agent, hollow, CHECK, DONE1)
    assert held(reply, "no new tests")
    assert f"test_hello (tests/test_hello.py:4): {why}" in reply.reason
    assert not stage.implement(agent, HELLO, CHECK, DONE1).blocked


def test_stubs_holds_a_task_that_hands_in_one(working: tuple[Stage, str]) -> None:
    stage, agent = working
    more = HELLO["src/hello.py"] + "\n\ndef shout():\n    raise NotImplementedError\n"
    reply = stage.implement(agent, {**HELLO, "src/hello.py": more}, CHECK, DONE1)
    assert held(reply, "stubs")
    assert "src/hello.py:5 shout is not implemented" in reply.reason
    assert not stage.implement(agent, HELLO, CHECK, DONE1).blocked


def test_stubs_holds_nobody_once_a_person_waived_it(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert mend.waive(stage.places, "stubs", "a spike").ok
    more = HELLO["src/hello.py"] + "\n\ndef shout():\n    raise NotImplementedError\n"
    assert not stage.implement(agent, {**HELLO, "src/hello.py": more}, CHECK, DONE1).blocked


def test_a_test_in_another_language_is_parsed_in_the_hook_too(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN.replace("`tests/test_hello.py`", "`tests/hello.test.ts`"))
    agent = stage.spawn("T1")
    source = {"src/hello.py": HELLO["src/hello.py"]}
    reply = stage.implement(agent, {**source, "tests/hello.test.ts": "it('says hello', () => { hello() })\n"}, CHECK, DONE1)
    assert "says hello (tests/hello.test.ts:1): asserts nothing" in reply.reason
    good = "it('says hello', () => { expect(hello()).toBe('hello') })\n"
    assert not stage.implement(agent, {"tests/hello.test.ts": good}, CHECK, DONE1).blocked


def test_a_task_without_new_tests_and_without_verify_needs_its_report_alone(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(PLAN.replace("- Verify: `sh checks/bye.sh`\n", ""))
    agent = stage.spawn("T2")
    stage.write(BYE)
    assert not stage.stop(agent, DONE.format(task="T2")).blocked
    assert stage.task("T2")["status"] == "implemented"


def test_failures_in_a_running_neighbours_files_hold_nobody(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(
        NO_VERIFY.replace("`src/bye.py`", "`src/bye.py`, `tests/test_bye.py`").replace(
            "- Verify: `sh checks/bye.sh`\n", ""
        )
    )
    first = stage.spawn("T1")
    stage.spawn("T2")
    stage.write({**HELLO, "tests/test_bye.py": "def test_bye():\n    assert False\n"})
    assert not stage.implement(first, {}, "python3 -m pytest -q tests", DONE1).blocked


def test_failures_in_files_of_a_task_that_does_not_run_hold(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_VERIFY.replace("`src/bye.py`", "`src/bye.py`, `tests/test_bye.py`"))
    first = stage.spawn("T1")
    stage.write({**HELLO, "tests/test_bye.py": "def test_bye():\n    assert False\n"})
    assert held(stage.implement(first, {}, "python3 -m pytest -q tests", DONE1), "failed")


def test_a_run_that_no_hook_saw_is_read_from_the_transcript(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.wrote(agent, "Write", {"file_path": stage.path("src/hello.py"), "content": "x"}, "ok")
    stage.wrote(agent, "Bash", {"command": CHECK}, "")
    assert not stage.stop(agent, DONE1).blocked


def test_a_run_in_the_transcript_before_a_later_write_is_stale(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.wrote(agent, "Bash", {"command": CHECK}, "")
    stage.wrote(agent, "Write", {"file_path": stage.path("src/hello.py"), "content": "x"}, "ok")
    assert held(stage.stop(agent, DONE1), "stale")


def test_a_run_in_the_transcript_that_failed_is_no_evidence(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.wrote(agent, "Bash", {"command": CHECK}, "Exit code 1\n", failed=True)
    assert held(stage.stop(agent, DONE1), "failed")


def test_a_recorded_run_goes_before_the_transcript(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    use = stage.next_use()
    stage.told(agent, {"command": CHECK}, Ran(1, ""), use)
    stage.wrote(agent, "Bash", {"command": CHECK}, "", use=use)
    assert held(stage.stop(agent, DONE1), "failed")


# --- held, and let go ----------------------------------------------------------------------------------------


def test_an_agent_is_held_twice_and_then_its_task_is_a_persons(working: tuple[Stage, str]) -> None:
    stage, agent = working
    first, second = stage.stop(agent, DONE1), stage.stop(agent, DONE1)
    assert "Held 1 of 2 times." in first.reason
    assert "Held 2 of 2 times; after that the task goes to a person." in second.reason
    assert stage.stop(agent, DONE1).said is None
    task = stage.task("T1")
    assert task["status"] == "blocked"
    assert task["why"].startswith("no evidence (none): ")


def test_a_hold_names_the_other_ways_to_end(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert "end with BLOCKED or NEEDS_CONTEXT" in stage.stop(agent, DONE1).reason


def test_an_agent_whose_own_shell_still_runs_is_neither_held_nor_counted(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.in_background(agent, CHECK, "b12")
    running: dict[str, object] = {
        "id": "b12",
        "type": "shell",
        "status": "running",
        "description": CHECK,
        "command": CHECK,
    }
    for _ in range(3):
        assert stage.stop(agent, "I wait for the tests.", [running]).said is None
    row = stage.bound(agent)
    assert row is not None
    assert row["holds"] == 0
    stage.bash(agent, CHECK)
    assert not stage.stop(agent, DONE1).blocked


def test_a_client_that_wakes_no_agent_at_its_shells_end_is_told_once_to_wait_for_it(
    working: tuple[Stage, str],
) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.in_background(agent, CHECK, "b12")
    running: dict[str, object] = {"id": "b12", "type": "shell", "status": "running", "description": CHECK}
    transcript = Path(stage.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{agent}.jsonl"
    transcript.parent.mkdir(parents=True, exist_ok=True)
    for version, waits in (("2.1.329", True), ("2.2.0", True), ("none", True), ("2.1.285", False)):
        first = {"type": "user", "message": {"content": '"version": "2.1.240"'}, "version": version}
        transcript.write_text("torn\n5\n" + json.dumps(first) + "\n")
        reply = stage.stop(agent, "I wait for the tests.", [running])
        assert reply.blocked is not waits
    assert reply.rule == "own-shell"
    assert "this client does not wake you at its end" in reply.reason
    row = stage.bound(agent)
    assert row is not None
    assert row["holds"] == 0
    assert stage.stop(agent, "I wait for the tests.", [running]).rule == "evidence"
    stage.bash(agent, CHECK)
    assert not stage.stop(agent, DONE1, [running]).blocked


def test_anothers_shell_is_no_reason_to_wait(working: tuple[Stage, str]) -> None:
    stage, agent = working
    other: dict[str, object] = {"id": "b99", "type": "shell", "status": "running", "description": "npm start"}
    assert stage.stop(agent, DONE1, [other]).blocked


# --- the report ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["", "All is done!", "I have finished.\nDONE", "DONE but for one test"])
def test_a_report_whose_first_line_says_no_outcome_is_held(working: tuple[Stage, str], message: str) -> None:
    stage, agent = working
    reply = stage.implement(agent, HELLO, CHECK, message)
    assert reply.blocked
    assert "DONE, DONE_WITH_CONCERNS, NEEDS_CONTEXT, BLOCKED" in reply.reason


def test_a_report_that_is_never_given_ends_as_a_persons_decision(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for _ in range(3):
        reply = stage.stop(agent, "finished, I think")
    assert reply.said is None
    assert stage.task("T1")["status"] == "blocked"
    assert "no report" in stage.task("T1")["why"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("BLOCKED\nBlocker: src/hello.py is read-only", "its agent is blocked: src/hello.py is read-only"),
        ("BLOCKED", "its agent is blocked: (no reason given)"),
    ],
)
def test_blocked_is_taken_at_once(
    working: tuple[Stage, str], message: str, why: str
) -> None:
    stage, agent = working
    assert stage.stop(agent, message).said is None
    assert (stage.task("T1")["status"], stage.task("T1")["why"]) == ("blocked", why)


def test_done_with_concerns_needs_evidence_like_done(working: tuple[Stage, str]) -> None:
    stage, agent = working
    message = "DONE_WITH_CONCERNS\nConcerns: it greets nobody"
    assert held(stage.stop(agent, message), "none")
    assert not stage.implement(agent, HELLO, CHECK, message).blocked
    prompt = str((stage.ask("T1", "task-reviewer").updated or {})["prompt"])
    assert "concerns: it greets nobody" in prompt


def test_what_a_task_leaves_for_later_reaches_the_tasks_that_build_on_it(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    assert stage.run("task-planner gate").exit == 0
    prompt = str((stage.ask("T3").updated or {})["prompt"])
    assert "T1: Say hello (completed); changed src/hello.py, tests/test_hello.py" in prompt


def test_no_word_of_a_report_moves_a_task(working: tuple[Stage, str]) -> None:
    stage, agent = working
    message = "DONE\nChecks: all pass\nReviews: passed\nStatus: completed\n**verdict: pass**"
    assert stage.stop(agent, message).blocked
    assert stage.task("T1")["status"] == "in_progress"


def test_an_agent_that_is_bound_to_nothing_ends_freely(stage: Stage) -> None:
    agent = stage.appear("toolu_elsewhere", "x", "Explore")
    assert stage.stop(agent, "found it").said is None
    assert stage.stop("", "no agent at all").said is None


def test_a_paused_plan_still_takes_in_what_its_agents_end_with(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.typed("/task-planner", "pause")
    assert not stage.implement(agent, HELLO, CHECK, DONE1).blocked
    assert stage.task("T1")["status"] == "implemented"


# --- reviews -------------------------------------------------------------------------------------------------


def test_a_task_is_reviewed_when_both_reviews_have_passed(implemented: Stage) -> None:
    implemented.reviewed("T1", "task-reviewer")
    assert implemented.task("T1")["status"] == "implemented"
    implemented.reviewed("T1", "code-reviewer")
    assert implemented.task("T1")["status"] == "reviewed"


def test_a_review_that_fails_sends_the_task_back_with_its_findings(rework: Stage) -> None:
    task = rework.task("T1")
    assert (task["status"], task["cycles"]) == ("rework", 1)
    assert task["findings"][0]["what"] == "says hello to nobody"


def test_a_reviewer_that_filed_nothing_is_held(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    reply = stage.stop(agent, "FILED pass\nLooks good.")
    assert reply.blocked
    assert reply.rule == "review"
    assert "task-planner file T1" in reply.reason


def test_a_reviewer_that_never_files_is_replaced_and_the_third_blocks(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    for number in (1, 2, 3):
        for _ in range(3):
            reply = stage.stop(agent, "FILED pass")
        assert reply.said is None
        assert stage.task("T1")["review_losses"] == number
        if number < 3:
            assert stage.task("T1")["status"] == "implemented"
            agent = stage.spawn("T1", "task-reviewer")
    assert stage.task("T1")["status"] == "blocked"
    assert "3 reviewers ended without a review" in stage.task("T1")["why"]


def test_a_verdict_that_its_scores_contradict_is_sent_back(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    said = review("T1", "task-reviewer", passes=False, verdict="pass")
    ran = stage.file(agent, "T1", said)
    assert ran.exit == 1
    assert 'its scores and findings say "fail"' in ran.output
    reply = stage.stop(agent, f"```json\n{json.dumps(said)}\n```")
    assert reply.blocked
    assert 'Set "verdict" to "fail"' in reply.reason


def test_the_review_that_was_filed_last_counts(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.file(agent, "T1", review("T1", "task-reviewer", passes=True))
    stage.file(agent, "T1", review("T1", "task-reviewer", passes=False))
    assert not stage.stop(agent, "FILED fail").blocked
    assert stage.task("T1")["status"] == "rework"


def test_a_review_that_the_main_thread_filed_does_not_count(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.file("", "T1", review("T1", "task-reviewer"))
    assert stage.stop(agent, "FILED pass").blocked
    assert stage.pre("Bash", {"command": "task-planner file T1 < r.json"}).denied == "file-owner"


def test_a_review_that_another_agent_filed_does_not_count(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    other = stage.spawn("T2")
    stage.file(other, "T1", review("T1", "task-reviewer"))
    assert stage.stop(agent, "FILED pass").blocked
    unbound = stage.appear("toolu_elsewhere", "x", "planweir:task-reviewer")
    for one in (other, unbound):
        call: dict[str, object] = {"command": "task-planner file T1 < r.json"}
        assert stage.pre("Bash", call, one).denied == "file-owner"


def test_a_review_of_another_task_does_not_count(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    second = stage.spawn("T2")
    stage.implement(second, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    stage.spawn("T2", "task-reviewer")
    stage.file(agent, "T2", review("T2", "task-reviewer"))
    reply = stage.stop(agent, "FILED pass")
    assert reply.blocked
    assert 'Set "task" to "T1"' in reply.reason
    assert stage.pre("Bash", {"command": "task-planner file T2 < r"}, agent).denied == "file-owner"


def test_a_review_in_another_role_does_not_count(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    ran = stage.file(agent, "T1", review("T1", "code-reviewer"))
    assert ran.exit == 1
    assert 'Set "role" to "task-reviewer"' in ran.output
    assert stage.stop(agent, "FILED pass").blocked


def test_a_fenced_review_is_read_where_nothing_was_filed(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    words = f"FILED pass\n\n```json\n{json.dumps(review('T1', 'task-reviewer'))}\n```\n"
    assert stage.stop(agent, words).said is None
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"


def test_a_fenced_review_is_not_read_where_one_was_filed(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.file(agent, "T1", review("T1", "task-reviewer", passes=False))
    words = f"```json\n{json.dumps(review('T1', 'task-reviewer'))}\n```"
    assert stage.stop(agent, words).said is None
    assert stage.task("T1")["status"] == "rework"


def test_a_file_that_changes_during_the_review_voids_it(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# changed meanwhile\n"})
    stage.file(agent, "T1", review("T1", "task-reviewer"))
    assert stage.stop(agent, "FILED pass").said is None
    task = stage.task("T1")
    assert (task["status"], task["reviews"]) == ("implemented", {})
    assert "changed during the review" in task["why"]


def test_a_change_of_anothers_file_voids_no_review(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.write({"README.md": "a person writes\n"})
    stage.file(agent, "T1", review("T1", "task-reviewer"))
    stage.stop(agent, "FILED pass")
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"


def test_three_reviews_that_ask_for_changes_block_the_task(rework: Stage) -> None:
    for number in (2, 3):
        agent = rework.spawn("T1")
        words = HELLO["src/hello.py"] + f"# try {number}\n"
        assert not rework.implement(agent, {"src/hello.py": words}, CHECK, DONE1).blocked
        rework.reviewed("T1", "task-reviewer", passes=False)
    task = rework.task("T1")
    assert task["status"] == "blocked"
    assert task["why"].startswith("3 reviews in a row asked for changes; the last, by the task-reviewer: ")
    assert rework.ask("T1").denied == "role-and-status"


def test_a_critical_finding_fails_the_code_review_whatever_its_scores(implemented: Stage) -> None:
    implemented.reviewed("T1", "task-reviewer")
    agent = implemented.spawn("T1", "code-reviewer")
    finding = {"severity": "critical", "path": "src/hello.py", "line": 1, "what": "eval of input"}
    said = review("T1", "code-reviewer", findings=[finding])
    assert implemented.file(agent, "T1", said).exit == 1
    assert implemented.file(agent, "T1", {**said, "verdict": "fail"}).exit == 0
    implemented.stop(agent, "FILED fail")
    assert implemented.task("T1")["status"] == "rework"


# --- the heartbeat -------------------------------------------------------------------------------------------


def test_an_agents_start_shows_that_hooks_run(stage: Stage) -> None:
    sign = stage.root / "home" / f"projects{stage.project}" / "sessions" / f"{stage.session}.json"
    sign.unlink()
    assert stage.run("task-planner next").exit == 1
    assert stage.send("SubagentStart", "a1").said is None
    assert sign.exists()
    assert stage.run("task-planner next").exit == 0


# --- what an attempt is told once ------------------------------------------------------------------------------


def test_an_attempt_that_changed_nothing_since_the_findings_is_told_once_and_the_reviewers_learn_it(
    rework: Stage,
) -> None:
    stage = rework
    agent = stage.spawn("T1")
    stage.bash(agent, CHECK)
    reply = stage.stop(agent, DONE1)
    assert reply.blocked
    assert reply.rule == "unchanged"
    assert stage.state()["agents"][agent]["holds"] == 0
    assert not stage.stop(agent, DONE1).blocked
    assert stage.task("T1")["status"] == "implemented"
    prompt = stage.ask("T1", "task-reviewer").updated or {}
    assert "Nothing has changed since the findings" in str(prompt["prompt"])


def test_an_attempt_that_changed_something_since_the_findings_is_not_held(rework: Stage) -> None:
    stage = rework
    agent = stage.spawn("T1")
    mended = {"src/hello.py": HELLO["src/hello.py"] + "# to somebody\n"}
    assert not stage.implement(agent, mended, CHECK, DONE1).blocked


def test_what_an_attempt_leaves_outside_every_tasks_files_is_told_once(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write({"coverage.xml": "<x/>\n", "src/bye.py": "a neighbour's\n", "run.log": "ignored\n"})
    reply = stage.implement(agent, HELLO, CHECK, DONE1)
    assert reply.blocked
    assert reply.rule == "leftovers"
    assert "coverage.xml" in reply.reason
    assert "bye.py" not in reply.reason
    assert "run.log" not in reply.reason
    assert stage.state()["agents"][agent]["holds"] == 0
    assert not stage.stop(agent, DONE1).blocked
    assert stage.task("T1")["status"] == "implemented"


def test_what_the_report_names_is_not_asked_about(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write({"coverage.xml": "<x/>\n"})
    assert not stage.implement(
        agent, HELLO, CHECK, DONE1 + "Concerns: coverage.xml is the person's\n"
    ).blocked


def test_a_persons_file_that_was_changed_before_the_plan_holds_nobody(bare: Stage) -> None:
    stage = bare
    stage.write({"README.md": "a person writes\n"})
    assert "started." in stage.typed("/implement-plan", "docs/plan.md --yes").context
    agent = stage.spawn("T1")
    stage.write({"README.md": "a person writes on\n"})
    assert not stage.implement(agent, HELLO, CHECK, DONE1).blocked


# --- evidence that somebody wrote by hand --------------------------------------------------------------------


def forge(stage: Stage, agent: str, **fields: object) -> str:
    """Runs the check, which fails, and appends to the recorded runs one that passed. Returns the call's id."""
    stage.write({**HELLO, "src/hello.py": "def hello():\n    return 1\n"})
    use = stage.next_use()
    ran = stage.run(CHECK)
    assert ran.exit
    stage.told(agent, {"command": CHECK}, ran, use)
    stage.wrote(agent, "Bash", {"command": CHECK}, f"Exit code 1\n{ran.output}", failed=True, use=use)
    path = Path(stage.places.runs(agent))
    row = json.loads(path.read_text().splitlines()[-1])
    path.write_text(path.read_text() + json.dumps({**row, "exit": 0, "flags": [], "at": row["at"] + 1, **fields}) + "\n")
    return use


@pytest.mark.parametrize(
    "fields",
    [{"tool_use_id": "toolu_made_up"}, {"tool_use_id": ""}, {}],
    ids=["of no call", "of no id", "a second one of the call that failed"],
)
def test_a_run_that_no_call_explains_is_no_evidence_and_is_told_once(working: tuple[Stage, str], fields: dict[str, object]) -> None:
    stage, agent = working
    forge(stage, agent, **fields)
    for _ in range(2):
        assert held(stage.stop(agent, DONE1), "failed")
    (event,) = stage.events("incident")
    assert "holds 1 run that no call of its agent explains (`sh checks/hello.sh`)" in str(event["what"])


def test_a_run_of_a_call_that_ran_something_else_is_no_evidence(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.wrote(agent, "Bash", {"command": "ls"}, "", use="toolu_ls")
    forge(stage, agent, tool_use_id="toolu_ls")
    assert held(stage.stop(agent, DONE1), "failed")


def test_a_run_of_a_call_that_the_client_has_is_evidence(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    use = stage.next_use()
    ran = stage.run(CHECK)
    stage.told(agent, {"command": CHECK}, ran, use)
    stage.wrote(agent, "Bash", {"command": CHECK}, ran.output, use=use)
    assert stage.stop(agent, DONE1).said is None
    assert stage.state()["tasks"]["T1"]["status"] == "implemented"
    assert stage.events("incident") == []


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_filed_review_that_was_tampered_with_comes_from_the_call_that_filed_it(reviewing: tuple[Stage, str], how: str) -> None:
    stage, agent = reviewing
    stage.file(agent, "T1", review("T1", "task-reviewer", passes=False))
    (path,) = (Path(stage.places.artifacts) / "filed").glob("*.json")
    path.unlink()
    if how == "changed":
        path.write_text(json.dumps(review("T1", "task-reviewer", passes=True)))
    assert not stage.stop(agent, "FILED fail").blocked
    assert stage.task("T1")["status"] == "rework"
    assert "is not what was filed; it comes from the call itself" in str(stage.events("incident")[0]["what"])


def test_a_filed_review_that_nothing_else_holds_counts_for_nothing_once_it_was_changed(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    given = stage.root / "review.json"
    given.write_text(json.dumps(review("T1", "task-reviewer", passes=False)))
    stage.bash(agent, f"task-planner file T1 < {given}")
    given.unlink()
    (path,) = (Path(stage.places.artifacts) / "filed").glob("*.json")
    path.write_text(json.dumps(review("T1", "task-reviewer", passes=True)))
    assert "No review of T1 was filed" in stage.stop(agent, "FILED pass").reason
    assert "it counts for nothing" in str(stage.events("incident")[0]["what"])


def test_a_review_in_a_fence_that_was_filed_is_kept_as_it_came_in(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    given = stage.root / "review.md"
    given.write_text(f"My review:\n```json\n{json.dumps(review('T1', 'task-reviewer'))}\n```\n")
    stage.bash(agent, f"task-planner file T1 < {given}")
    assert not stage.stop(agent, "FILED pass").blocked
    assert stage.events("incident") == []
