"""What a transcript and a journal become in a recording. The rows are those of Claude Code 2.1.329."""

from __future__ import annotations

from typing import Any

import pytest

from planweir.play.record.person import typed
from planweir.play.record.redact import redacted
from planweir.play.record.steps import Left, Paths, Steps, of_agent, of_turn, turns
from planweir.play.record.transcript import CALLED, HELD, PERSON, SAID, TOLD, Message, messages

HERE = Paths("/home/me/app", {"/home/me/": "~/"})
SKILL = "Base directory for this skill: /x\n\nDo this."


def user(content: Any, *, meta: bool = False) -> dict[str, Any]:
    return {"type": "user", "isMeta": meta, "timestamp": "2026-01-01T10:00:00.5Z", "message": {"role": "user", "content": content}}


def answer(*blocks: dict[str, Any], name: str = "") -> dict[str, Any]:
    message = {"role": "assistant", "id": name or None, "content": list(blocks)}
    return {"type": "assistant", "timestamp": "2026-01-01T10:00:01Z", "message": message}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(use: str, tool: str = "Bash", **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": use, "name": tool, "input": given}


def result(use: str, said: str = "", *, failed: bool = False) -> dict[str, Any]:
    return user([{"type": "tool_result", "tool_use_id": use, "content": said, "is_error": failed}])


def agent(*rows: dict[str, Any], end: str = "") -> tuple[Steps, Left]:
    left = Left()
    return of_agent(messages([user("the brief"), *rows]), end, HERE, left), left


def turn(*rows: dict[str, Any]) -> Steps:
    ((_person, rest),) = turns(messages([user("go on"), *rows]))
    return of_turn(rest, HERE, Left())


# --- the transcript --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        (user("how far is it?"), PERSON, "how far is it?"),
        (user([text("how far is it?")]), PERSON, "how far is it?"),
        (
            user("<command-message>planweir:implement-plan</command-message>\n<command-name>/planweir:implement-plan</command-name>\n<command-args>go</command-args>"),
            PERSON,
            "/implement-plan go",
        ),
        (user("<task-notification>\n<task-id>a1</task-id>"), TOLD, "<task-notification>\n<task-id>a1</task-id>"),
        (user("Stop hook feedback:\nPlanweir: go on.", meta=True), HELD, "Planweir: go on."),
    ],
)  # fmt: skip
def test_what_is_told_is_a_persons_the_hosts_or_a_hooks(row: dict[str, Any], kind: str, words: str) -> None:
    (found,) = messages([row])
    assert (found.kind, found.text) == (kind, words)


def test_what_the_host_adds_of_its_own_is_nobodys() -> None:
    summary = {**user("The conversation so far"), "isCompactSummary": True}
    assert messages([user([text(SKILL)], meta=True), summary, user("")]) == []


def test_calls_of_one_message_stand_in_rows_of_their_own() -> None:
    rows = [answer(text("I look."), name="m1"), answer(call("1", command="a"), name="m1"), answer(call("2", command="b"), name="m1")]
    found = messages([*rows, result("2", "B"), result("1", "A", failed=True)])
    assert [(message.kind, [made.answer for made in message.calls]) for message in found] == [(CALLED, ["A", "B"])]
    assert [made.failed for made in found[0].calls] == [True, False]


def test_two_messages_stay_two() -> None:
    found = messages([answer(text("One."), name="m1"), answer(text("Two."), name="m2")])
    assert [(message.kind, message.text) for message in found] == [(SAID, "One."), (SAID, "Two.")]


# --- an agent --------------------------------------------------------------------------------------------------


def test_an_agents_calls_are_told_with_what_became_of_them() -> None:
    steps, left = agent(
        answer(call("1", "Write", file_path="/home/me/app/a.py", content="cd /home/me/app")),
        result("1", "PreToolUse:Write hook error: Planweir [scope]: no.", failed=True),
        answer(call("2", command="pytest")),
        result("2", "Exit code 1", failed=True),
        answer(call("3", command="ls /home/me/app-2")),
        result("3"),
        answer(call("4", "Glob", pattern="*")),
        result("4"),
        answer(text("DONE")),
        user("Stop hook feedback:\nPlanweir: no evidence.", meta=True),
        answer(text("BLOCKED")),
    )
    assert steps == [
        {"call": {"tool": "Write", "input": {"file_path": "${project}/a.py", "content": "cd ${project}"}}, "expect": {"denied": "scope"}},
        {"call": {"tool": "Bash", "input": {"command": "pytest"}}, "expect": {"fails": True}},
        {"call": {"tool": "Bash", "input": {"command": "ls ~/app-2"}}},
        {"say": "DONE", "expect": {"held": True}},
        {"say": "BLOCKED"},
    ]  # fmt: skip
    assert left.calls == {"Glob": 1}


def test_an_agent_whose_client_was_killed_is_cut_after_what_it_had_written() -> None:
    steps, _ = agent(answer(call("1", "Write", file_path="a", content="b")), answer(call("2", command="make")), end="cut")
    assert steps == [{"call": {"tool": "Write", "input": {"file_path": "a", "content": "b"}}}, {"cut": True}]


def test_an_agent_that_ended_without_a_word_is_given_one_and_that_is_told() -> None:
    steps, left = agent(answer(call("1", command="ls")), result("1"))
    assert steps[-1] == {"say": "BLOCKED\nIt ended here without a last message."}
    assert left.words


def test_a_shell_in_the_background_is_left_out_and_counted() -> None:
    steps, left = agent(answer(call("1", command="serve", run_in_background=True)), result("1"), answer(text("DONE")))
    assert (steps, left.calls) == ([{"say": "DONE"}], {"Bash": 1})


# --- the main thread -------------------------------------------------------------------------------------------

NEXT = [answer(call("n", command="task-planner next")), result("n", "Wave 1 of 1: start T1")]
SPAWN = [answer(call("s", "Agent", prompt="**Task ID:** T1", run_in_background=True)), result("s", "Async agent launched")]
DENIED = [answer(call("d", "Edit", file_path="a")), result("d", "Planweir [main-thread-edits]: no.", failed=True)]


def test_a_main_thread_that_did_what_next_says_follows_it() -> None:
    woken = [answer(text("At work.")), user("<task-notification>"), *NEXT, answer(text("All is done."))]
    assert turn(*NEXT, *SPAWN, *woken) == [{"follow": True}]


def test_up_to_the_last_denial_it_is_told_call_by_call() -> None:
    assert turn(*NEXT, *DENIED, *SPAWN) == [
        {"call": {"tool": "Bash", "input": {"command": "task-planner next"}}},
        {"call": {"tool": "Edit", "input": {"file_path": "a"}}, "expect": {"denied": "main-thread-edits"}},
        {"follow": True},
    ]


def test_an_answer_to_a_question_is_said() -> None:
    assert turn(answer(text("Two of three."))) == [{"say": "Two of three."}]


# --- a person --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ({"kind": "skipped", "task": "T1", "to": "T2", "why": "not now", "by": "person"}, "/task-planner skip T1 --to T2 --why 'not now'"),
        ({"kind": "amended", "task": "T1", "fields": {"files": ["a", "b c"], "verify": ["x y", "z"], "new_tests": False}},
         "/task-planner amend T1 --files 'a,b c' --verify 'x y' --verify z --new-tests no"),
        ({"kind": "scope_refused", "task": "T1", "path": "a b", "why": "no"}, "/task-planner refuse T1 'a b' no"),
        ({"kind": "unblocked", "task": "T1", "note": "You asked", "by": "answer"}, None),
        ({"kind": "allowed", "task": "T1", "path": "x", "by": "plan"}, None),
        ({"kind": "unblocked", "task": "T1", "note": "the \"first\""}, "/task-planner unblock T1 --note 'the \"first\"'"),
        ({"kind": "waived", "check": "changes", "why": "mine"}, "/task-planner waive changes --why mine"),
        ({"kind": "confirmed", "criterion": "R1.2", "by": "person"}, "/task-planner checked R1.2"),
        ({"kind": "insight_added", "sort": "defect", "text": "it leaks", "task": "T1", "path": "a", "by": "person"},
         "/task-planner insight add --kind defect 'it leaks' --task T1 --path a"),
        ({"kind": "insight_added", "sort": "defect", "text": "it leaks", "by": "agent"}, None),
        ({"kind": "insight_closed", "number": 3, "why": "not so", "by": "person"}, "/task-planner insight close 3 --why 'not so'"),
        ({"kind": "rolled_back_somehow", "by": "person"}, ""),
        ({"kind": "resumed", "by": "person"}, None),
        ({"kind": "implemented"}, None),
    ],
)  # fmt: skip
def test_what_a_person_typed_is_read_from_the_journal(event: dict[str, object], line: str | None) -> None:
    assert typed(event, {}) == line


def test_what_a_skipped_task_hands_over_was_typed_with_it() -> None:
    allowed = {"kind": "allowed", "task": "T2", "path": "a", "by": "person"}
    assert typed(allowed, {"kind": "skipped"}) is None
    assert typed(allowed, {"kind": "held"}) == "/task-planner allow T2 a"


def test_redaction_leaves_no_contents() -> None:
    secret = "token = 'abc'"
    steps: list[Any] = [
        {"calls": [{"tool": "Write", "input": {"file_path": "a.py", "content": secret}}, {"tool": "Bash", "input": {"command": f"echo here is {secret}"}}]},
        {"say": f"I wrote {secret}", "note": secret, "expect": {"held": True}},
        {"type": f"/implement-plan p {secret}"},
    ]  # fmt: skip
    out = redacted({"format": 1, "title": secret, "plan": "p.md", "files": {"a": secret}, "actors": {"main": steps}})
    assert secret not in repr(out)
    assert "abc" not in repr(out)
    assert out["redacted"] is True


def test_no_one_message_is_two_persons() -> None:
    assert turns([Message(SAID, 0, "before anybody spoke")]) == []
