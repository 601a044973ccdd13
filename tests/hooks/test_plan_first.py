"""`Plan first: yes`: an attempt submits a plan and changes nothing; a person or a reviewer takes it or sends it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import DONE, HELLO, PLAN, Ran, Reply, Stage

FIRST = PLAN[: PLAN.index("### T2")].replace("- Complexity: 2\n", "- Complexity: 2\n- Plan first: yes\n")
BY_REVIEWER = FIRST.replace("Goal:", "Plans accepted by: task-reviewer\nGoal:")
STEPS = "1. Write src/hello.py.\n2. Checks: sh checks/hello.sh.\n## Files\nThis task may change `**`"
SUBMITS = f"DONE\nPlan:\n{STEPS}"


def brief(reply: Reply) -> str:
    assert reply.passes, reply.reason
    return str((reply.updated or {})["prompt"])


def submits(stage: Stage, message: str = SUBMITS) -> str:
    agent = stage.spawn("T1")
    held = stage.stop(agent, message)
    assert not held.blocked, held.reason
    return agent


@pytest.fixture
def planning(open_plan: Callable[[str], Stage]) -> tuple[Stage, str]:
    """The planning attempt of T1 has begun."""
    stage = open_plan(FIRST)
    return stage, stage.spawn("T1")


@pytest.fixture
def submitted(planning: tuple[Stage, str]) -> Stage:
    """A plan of T1 waits for a person."""
    stage, agent = planning
    assert not stage.stop(agent, SUBMITS).blocked
    return stage


@pytest.fixture
def judging(open_plan: Callable[[str], Stage]) -> Stage:
    """A plan of T1 waits for a task reviewer."""
    stage = open_plan(BY_REVIEWER)
    submits(stage)
    return stage


# --- making the plan -----------------------------------------------------------------------------------------


def test_the_first_attempt_is_told_to_plan_and_to_change_nothing(open_plan: Callable[[str], Stage]) -> None:
    reply = open_plan(FIRST).ask("T1")
    words = brief(reply)
    assert words.startswith("**Task ID:** T1 | role: planner | attempt: 1\n")
    assert "makes a plan and changes nothing" in words
    assert "at most 4,000 bytes" in words
    assert "600 bytes" not in words
    assert (reply.updated or {})["subagent_type"] == "planweir:implementer"
    assert (reply.updated or {})["model"] == "haiku"


def test_plan_first_denies_a_change_before_the_plan_is_accepted(planning: tuple[Stage, str]) -> None:
    stage, agent = planning
    for reply in (
        stage.edit("src/hello.py", agent),
        stage.pre("Bash", {"command": "echo x > src/hello.py"}, agent),
        stage.pre("Bash", {"command": "sed -i s/a/b/ src/old.py"}, agent),
    ):
        assert reply.denied == "plan-first"
        assert "the plan that you submit" in reply.reason


@pytest.mark.parametrize("command", ["cat src/old.py", "git log --oneline", "sh checks/hello.sh"])
def test_one_who_plans_reads_and_runs_checks(planning: tuple[Stage, str], command: str) -> None:
    stage, agent = planning
    assert stage.pre("Bash", {"command": command}, agent).decision == "allow"


def test_no_evidence_is_asked_of_a_plan_which_is_kept_whole(submitted: Stage) -> None:
    task = submitted.task("T1")
    proposal = task["proposal"]
    assert task["status"] == "pending"
    assert task["attempts"] == 0
    assert proposal is not None
    assert (proposal["text"], proposal["verdict"]) == (STEPS, "")
    assert Path(proposal["file"]).read_text() == STEPS + "\n"


@pytest.mark.parametrize("message", ["DONE", "DONE\nTask: T1\nPlan:\n  \n", f"DONE\nPlan:\n{'x' * 7000}"])
def test_a_plan_that_is_none_is_held_and_then_a_persons(planning: tuple[Stage, str], message: str) -> None:
    stage, agent = planning
    for _ in range(2):
        assert stage.stop(agent, message).rule == "plan-first"
    assert not stage.stop(agent, message).blocked
    assert stage.task("T1")["status"] == "blocked"


def test_one_who_plans_may_ask_and_the_answer_reaches_the_next_plan(planning: tuple[Stage, str]) -> None:
    stage, agent = planning
    assert not stage.stop(agent, "NEEDS_CONTEXT\nQuestion: Which greeting?").blocked
    assert stage.ask("T1").denied == "open-question"
    words = brief(stage.ask("T1", prompt="**Task ID:** T1\n**Answer:** hello"))
    assert words.startswith("**Task ID:** T1 | role: planner | attempt: 2\n")
    assert "> hello" in words


def test_a_planning_attempt_that_is_lost_is_made_again(planning: tuple[Stage, str]) -> None:
    stage, agent = planning
    stage.notify(agent, "failed")
    assert stage.task("T1")["lost"] == 1
    assert brief(stage.ask("T1")).startswith("**Task ID:** T1 | role: planner | attempt: 2\n")


# --- a person ------------------------------------------------------------------------------------------------


def test_a_submitted_plan_is_a_persons_step_told_with_its_place_and_the_lines_to_type(submitted: Stage) -> None:
    proposal = submitted.task("T1")["proposal"]
    assert proposal is not None
    step = json.loads(submitted.run("task-planner next --json").output)
    assert step["step"] == "person"
    for words in (step["say"], submitted.typed("/task-planner", "--status").reason):
        assert f"The plan of T1 waits for a person; it is in {proposal['file']}." in words
        assert "/task-planner accept T1, or /task-planner reject T1 'why'" in words
    submitted.notify("a-nobody")
    assert not submitted.main_stop().blocked


def test_what_else_is_due_is_started_and_the_plan_is_told_all_the_same(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN.replace("- Complexity: 2\n", "- Plan first: yes\n"))
    submits(stage)
    said = stage.run("task-planner next").output
    assert '"prompt":"**Task ID:** T2"' in said
    assert '"prompt":"**Task ID:** T1"' not in said
    assert "The plan of T1 waits for a person" in said


def test_plan_first_denies_an_implementer_before_a_person_has_accepted(submitted: Stage) -> None:
    reply = submitted.ask("T1")
    assert reply.denied == "plan-first"
    assert "/task-planner accept T1" in reply.reason
    assert submitted.ask("T1", "task-reviewer").denied == "role-and-status"


def test_the_accepted_plan_reaches_the_implementer_and_its_reviewers_as_a_quotation(submitted: Stage) -> None:
    assert "is accepted" in submitted.typed("/task-planner", "accept T1").reason
    reply = submitted.ask("T1")
    words = brief(reply)
    assert words.startswith("**Task ID:** T1 | role: implementer | attempt: 1\n")
    quoted = "> 1. Write src/hello.py.\n> 2. Checks: sh checks/hello.sh.\n> ## Files\n> This task may change `**`"
    assert f"## The plan that you submitted, accepted by a person\n{quoted}" in words
    agent = submitted.appear(f"toolu_{submitted.uses:06}", words, "planweir:implementer")
    assert submitted.edit("src/hello.py", agent).passes
    assert submitted.edit("src/old.py", agent).denied == "scope"
    assert not submitted.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1")).blocked
    asked = brief(submitted.ask("T1", "task-reviewer"))
    assert f"## The plan that its implementer submitted, accepted by a person\n{quoted}" in asked


def test_an_accepted_plan_stays_accepted_through_rework(submitted: Stage) -> None:
    submitted.typed("/task-planner", "accept T1")
    submitted.hello()
    submitted.reviewed("T1", "task-reviewer", passes=False)
    assert brief(submitted.ask("T1")).startswith("**Task ID:** T1 | role: implementer | attempt: 2\n")


def test_a_refused_plan_is_made_again_with_the_reason(submitted: Stage) -> None:
    assert "sent back" in submitted.typed("/task-planner", "reject T1 no test of the greeting").reason
    words = brief(submitted.ask("T1"))
    assert words.startswith("**Task ID:** T1 | role: planner | attempt: 2\n")
    assert "## The plan before, sent back by a person\n> 1. Write src/hello.py." in words
    assert "> no test of the greeting" in words


def test_a_refusal_says_why(submitted: Stage) -> None:
    assert "say why" in submitted.typed("/task-planner", "reject T1").reason
    assert submitted.task("T1")["rejections"] == 0


def test_the_third_refusal_is_a_persons_decision_who_may_take_the_last_plan(submitted: Stage) -> None:
    for number in (1, 2, 3):
        said = submitted.typed("/task-planner", f"reject T1 'reason {number}'").reason
        if number < 3:
            submits(submitted)
    assert "blocked" in said
    assert submitted.task("T1")["status"] == "blocked"
    shown = submitted.run("task-planner next").output
    assert "reason 3" in shown
    assert "/task-planner accept T1" in shown
    submitted.typed("/task-planner", "accept T1")
    assert brief(submitted.ask("T1")).startswith("**Task ID:** T1 | role: implementer | attempt: 1\n")


def test_unblocked_after_three_refusals_it_is_planned_again(submitted: Stage) -> None:
    for number in (1, 2, 3):
        submitted.typed("/task-planner", f"reject T1 'reason {number}'")
        if number < 3:
            submits(submitted)
    submitted.typed("/task-planner", "unblock T1 --note 'keep it small'")
    words = brief(submitted.ask("T1"))
    assert "role: planner | attempt: 4" in words
    assert "A person says: keep it small" in words
    assert submitted.task("T1")["rejections"] == 0


def test_accepting_is_a_persons(submitted: Stage) -> None:
    for verb in ("accept T1", "reject T1 no"):
        assert submitted.pre("Bash", {"command": f"task-planner {verb}"}).denied == "person-verbs"
        assert submitted.run(f"task-planner {verb}").exit == 1
    assert submitted.run("task-planner accept T1", person=True).exit == 0


def test_what_was_not_submitted_cannot_be_accepted(planning: tuple[Stage, str]) -> None:
    stage, _agent = planning
    assert "at work" in stage.typed("/task-planner", "accept T1").reason
    assert "is no task" in stage.typed("/task-planner", "accept T9").reason


# --- a task reviewer -----------------------------------------------------------------------------------------


def plan_review(verdict: str = "pass", **scores: str) -> dict[str, object]:
    given = {"covers": "PASS", "fit": "PASS", "risk": "PASS", **scores}
    finding = {"severity": "major", "path": "src/hello.py", "line": 0, "what": "nobody tests the empty name"}
    return {
        "task": "T1",
        "role": "plan-reviewer",
        "scores": [{"criterion": name, "score": score, "why": f"saw {name}"} for name, score in given.items()],
        "findings": [] if verdict == "pass" else [finding],
        "verdict": verdict,
        "summary": "as read",
    }


def judges(stage: Stage, review: dict[str, object]) -> Ran:
    agent = stage.spawn("T1", "task-reviewer")
    ran = stage.file(agent, "T1", review)
    stage.stop(agent, "FILED")
    return ran


def test_by_policy_a_task_reviewer_judges_the_plan(judging: Stage) -> None:
    assert '"subagent_type":"planweir:task-reviewer"' in judging.run("task-planner next").output
    assert judging.ask("T1").denied == "plan-first"
    reply = judging.ask("T1", "task-reviewer")
    words = brief(reply)
    assert words.startswith("**Task ID:** T1 | role: plan-reviewer | attempt: 1\n")
    assert "> 1. Write src/hello.py." in words
    assert '"role": "plan-reviewer"' in words
    assert "covers, fit, risk" in words


def test_a_pass_of_the_plan_lets_the_work_begin(judging: Stage) -> None:
    ran = judges(judging, plan_review())
    assert ran.exit == 0, ran.output
    words = brief(judging.ask("T1"))
    assert words.startswith("**Task ID:** T1 | role: implementer | attempt: 1\n")
    assert "accepted by the task-reviewer" in words


def test_a_fail_of_the_plan_gives_its_findings_to_the_next_one(judging: Stage) -> None:
    assert judges(judging, plan_review("fail", covers="FAIL")).exit == 0
    words = brief(judging.ask("T1"))
    assert "role: planner | attempt: 2" in words
    assert "- [major] src/hello.py:0 nobody tests the empty name" in words
    assert "covers" in words
    assert "FAIL: saw covers" in words


def test_three_fails_of_plans_in_a_row_are_a_persons(judging: Stage) -> None:
    for number in (1, 2, 3):
        judges(judging, plan_review("fail", risk="FAIL"))
        if number < 3:
            submits(judging)
    assert judging.task("T1")["status"] == "blocked"
    assert "3 plans in a row were not accepted" in judging.task("T1")["why"]


@pytest.mark.parametrize(
    "review",
    [
        {**plan_review(), "scores": [{"criterion": "covers", "score": "PASS", "why": "x"}]},
        {**plan_review(), "role": "code-reviewer"},
        plan_review("pass", covers="FAIL"),
    ],
)
def test_a_review_of_a_plan_has_its_own_three_scores(judging: Stage, review: dict[str, object]) -> None:
    assert judges(judging, review).exit == 1
    assert judging.events("plan_accepted") == []


def test_a_person_may_overrule_the_policy_but_not_a_reviewer_at_work(judging: Stage) -> None:
    agent = judging.spawn("T1", "task-reviewer")
    assert "at work" in judging.typed("/task-planner", "accept T1").reason
    judging.notify(agent, "failed")
    assert "is accepted" in judging.typed("/task-planner", "accept T1").reason


def test_a_reviewer_of_a_plan_changes_nothing_and_is_not_talked_to(judging: Stage) -> None:
    agent = judging.spawn("T1", "task-reviewer")
    assert judging.edit("src/hello.py", agent).denied == "reviewer-edits"
    assert judging.pre("SendMessage", {"to": agent, "message": "pass it"}).denied == "reviewer-messages"
