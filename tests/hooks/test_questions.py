"""NEEDS_CONTEXT: an implementer's question reaches the orchestrator at most twice, its answer the next brief, and no more."""

from __future__ import annotations

import json

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, Reply, Stage

from planweir.attempt.asking import LONGEST_ANSWER

QUESTION = "Which greeting: hello or hi? I would take hello."
ASKS = f"NEEDS_CONTEXT\nTask: T1\nQuestion: {QUESTION}"
CALL = "**Task ID:** T1"


def asks(stage: Stage, task: str = "T1", question: str = QUESTION) -> None:
    """The implementer of `task` ends with a question."""
    agent = stage.spawn(task) if not stage.agents or stage.bound(list(stage.agents)[-1]) is None else list(stage.agents)[-1]
    assert stage.stop(agent, f"NEEDS_CONTEXT\nQuestion: {question}").said is None


def answer(stage: Stage, words: str, task: str = "T1", role: str = "implementer") -> Reply:
    """The decision on the call that answers."""
    return stage.ask(task, role, prompt=f"**Task ID:** {task}\n**Answer:** {words}")


def brief(reply: Reply) -> str:
    assert reply.passes, reply.reason
    return str((reply.updated or {})["prompt"])


@pytest.fixture
def asked(working: tuple[Stage, str]) -> Stage:
    """T1's first attempt has ended with a question."""
    stage, agent = working
    assert stage.stop(agent, ASKS).said is None
    return stage


# --- the question --------------------------------------------------------------------------------------------


def test_a_question_is_kept_with_its_task_which_waits(asked: Stage) -> None:
    task = asked.task("T1")
    assert (task["status"], task["question"], task["why"]) == ("pending", QUESTION, "")


def test_next_prints_the_question_and_the_call_that_answers_it_beside_what_else_is_due(asked: Stage) -> None:
    said = asked.run("task-planner next").output
    assert QUESTION in said
    assert '"prompt":"**Task ID:** T1\\n**Answer:** <your answer>"' in said
    assert '"prompt":"**Task ID:** T2"' in said
    step = json.loads(asked.run("task-planner next --json").output)
    assert (step["step"], len(step["calls"])) == ("answer", 2)


def test_a_question_that_says_nothing_is_held_and_then_a_persons(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert "a line `Question:`" in stage.stop(agent, "NEEDS_CONTEXT").reason
    assert stage.stop(agent, "NEEDS_CONTEXT\nQuestion:").blocked
    assert not stage.stop(agent, "NEEDS_CONTEXT").blocked
    assert stage.task("T1")["status"] == "blocked"


# --- the orchestrator's answer -------------------------------------------------------------------------------


def test_an_answer_reaches_the_next_brief_as_a_quotation(asked: Stage) -> None:
    words = brief(answer(asked, "hello.\n## Files\nThis task may change `**`"))
    assert words.startswith("**Task ID:** T1 | role: implementer | attempt: 2\n")
    assert f"You asked:\n> {QUESTION}\nThe answer (from the orchestrator):\n> hello.\n> ## Files\n> This task" in words
    (event,) = asked.events("answered")
    assert (event["by"], event["answer"]) == ("orchestrator", "hello.\n## Files\nThis task may change `**`")
    assert asked.task("T1")["question"] == ""


def test_an_answer_widens_no_scope(asked: Stage) -> None:
    reply = answer(asked, "You may change README.md and src/old.py too.")
    agent = asked.appear(f"toolu_{asked.uses:06}", brief(reply), "planweir:implementer")
    assert asked.edit("src/hello.py", agent).passes
    assert asked.edit("src/old.py", agent).denied == "scope"


@pytest.mark.parametrize(
    "prompt",
    [CALL, f"{CALL}\nhello!", f"{CALL}\n**Answer:**", f"{CALL}\n**Answer:**  \n ", f"{CALL}\n**Answer:** <your answer>"],
)
def test_open_question_denies_a_start_without_an_answer(asked: Stage, prompt: str) -> None:
    reply = asked.ask("T1", prompt=prompt)
    assert reply.denied == "open-question"
    assert QUESTION in reply.reason
    assert "task-planner next" in reply.reason
    assert "/task-planner answer T1" in reply.reason
    assert asked.task("T1")["question"] == QUESTION


def test_open_question_denies_an_answer_that_is_a_document(asked: Stage) -> None:
    assert answer(asked, "x" * (LONGEST_ANSWER + 1)).denied == "open-question"
    assert answer(asked, "é" * LONGEST_ANSWER).denied == "open-question"
    assert answer(asked, "x" * LONGEST_ANSWER).passes


def test_words_in_a_call_are_dropped_where_nothing_was_asked(stage: Stage) -> None:
    words = brief(answer(stage, "Skip the tests, they are slow."))
    assert "Skip the tests" not in words
    assert stage.events("answered") == []


def test_a_question_of_one_task_is_no_way_to_speak_to_another(asked: Stage) -> None:
    assert "Skip the tests" not in brief(answer(asked, "Skip the tests.", "T2"))
    assert asked.task("T1")["question"] == QUESTION


def test_an_answer_to_a_reviewer_is_none(asked: Stage) -> None:
    assert answer(asked, "pass it", role="task-reviewer").denied == "role-and-status"
    assert asked.task("T1")["question"] == QUESTION


def test_a_message_is_no_answer(asked: Stage) -> None:
    agent = next(iter(asked.agents))
    reply = asked.pre("SendMessage", {"to": agent, "message": "hello", "summary": "x"})
    assert reply.denied == "implementer-messages"
    assert "ended with a question" in reply.reason


def test_a_foreign_session_answers_nothing(asked: Stage) -> None:
    reply = asked.ask("T1", session="309c380e-9972-4e62-8374-e97c042a6cac", prompt=f"{CALL}\n**Answer:** hi")
    assert reply.denied == "foreign-session"


def test_the_reviewers_see_what_was_asked_and_answered_and_by_whom(asked: Stage) -> None:
    agent = asked.appear(f"toolu_{asked.uses + 1:06}", brief(answer(asked, "hello")), "planweir:implementer")
    assert not asked.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1")).blocked
    words = brief(asked.ask("T1", "task-reviewer"))
    assert f"Its implementer asked:\n> {QUESTION}\nThe answer (from the orchestrator):\n> hello" in words


def test_an_answer_whose_agent_never_came_is_not_asked_for_again(asked: Stage) -> None:
    assert answer(asked, "hello").passes
    asked.send(
        "PostToolUseFailure", tool_name="Agent", tool_input={}, tool_use_id=f"toolu_{asked.uses:06}", error="Cancelled"
    )
    assert "> hello" in brief(asked.ask("T1"))


# --- turns ---------------------------------------------------------------------------------------------------


def test_a_turn_may_end_with_a_question_so_that_the_person_can_be_asked(asked: Stage) -> None:
    agent = asked.spawn("T2")
    assert not asked.implement(agent, BYE, "sh checks/bye.sh", DONE.format(task="T2")).blocked
    asked.reviewed("T2", "task-reviewer")
    asked.reviewed("T2", "code-reviewer")
    asked.notify(agent)
    assert not asked.main_stop().blocked


def test_a_turn_is_held_for_what_else_is_due(asked: Stage) -> None:
    asked.notify(next(iter(asked.agents)))
    assert "Start T2 (implementer)" in asked.main_stop().reason


# --- the limit, and a person ---------------------------------------------------------------------------------


def third(stage: Stage) -> None:
    """Two questions answered by the orchestrator, and a third."""
    for number in (1, 2):
        agent = stage.appear(
            f"toolu_{stage.uses + 1:06}", brief(answer(stage, f"answer {number}")), "planweir:implementer"
        )
        assert stage.stop(agent, f"NEEDS_CONTEXT\nQuestion: What about {number}?").said is None


def test_the_third_question_is_a_persons_who_sees_all_of_them(asked: Stage) -> None:
    third(asked)
    assert asked.task("T1")["status"] == "blocked"
    assert answer(asked, "answer 3").denied == "role-and-status"
    said = asked.typed("/task-planner", "--status").reason
    for words in ("needs context: What about 2?", QUESTION, "answer 1", "What about 1?", "answer 2"):
        assert words in said
    assert asked.stop(asked.spawn("T2"), "BLOCKED\nBlocker: no disk").said is None
    assert "A person types /task-planner answer T1 '…' or" in asked.run("task-planner next").output


def test_a_person_answers_a_blocked_task_which_then_has_fresh_tries(asked: Stage) -> None:
    third(asked)
    said = asked.typed("/task-planner", "answer T1 say hello, always").reason
    assert "in the next brief of T1" in said
    assert asked.task("T1")["status"] == "pending"
    assert "The answer (from a person):\n> say hello, always" in brief(asked.ask("T1"))


def test_unblocking_with_a_note_answers_too(asked: Stage) -> None:
    third(asked)
    asked.typed("/task-planner", "unblock T1 --note 'always hello'")
    assert "> What about 2?\nThe answer (from a person):\n> always hello" in brief(asked.ask("T1"))


def test_a_person_answers_before_the_orchestrator_and_the_plain_call_is_due(asked: Stage) -> None:
    assert asked.run("task-planner next").exit == 0
    asked.typed("/task-planner", 'answer T1 "hi, not hello"')
    assert '"prompt":"**Task ID:** T1"' in asked.run("task-planner next").output
    assert "The answer (from a person):\n> hi, not hello" in brief(answer(asked, "hello"))


def test_an_answer_to_nothing_is_refused_and_says_why(stage: Stage) -> None:
    assert "T1 asks nothing; it is pending" in stage.typed("/task-planner", 'answer T1 "hello"').reason
    assert "T9 is no task" in stage.typed("/task-planner", 'answer T9 "hello"').reason
    assert "usage" in stage.typed("/task-planner", "answer T1").reason


def test_answering_as_a_person_is_a_persons(asked: Stage) -> None:
    assert asked.pre("Bash", {"command": "task-planner answer T1 hello"}).denied == "person-verbs"
    assert asked.run("task-planner answer T1 hello").exit == 1
    assert asked.run("task-planner answer T1 hello", person=True).exit == 0
