"""Every line of hooks.json on input that no client should send, while a plan is open: a decision, never a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.armed import Armed, Done, hooks, payload
from tests.unit.journal.walks import OWNER

MANY = Path(__file__).with_name("many.py")
TOOL_OF = {
    "block_direct_edits": "Write",
    "guard_state_file": "Bash",
    "validate_task_execution": "Agent",
    "guard_other_tools": "mcp__files__write",
    "judge_review": "StructuredOutput",
    "record_run": "Bash",
    "track_agents": "Agent",
}


def nested(depth: int) -> bytes:
    return b'{"session_id": "x", "tool_input": ' + b'{"a": [' * depth + b"]}" * depth + b"}"


# What cannot be read as an event at all.
UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t ",
    "no JSON": b"hello",
    "half an object": b'{"session_id": "x", "tool_',
    "two objects": b"{}{}",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"5",
    "nothing": b"null",
    "NaN": b"NaN",
    "5,000 deep": nested(5_000),
    "no UTF-8": b'{"session_id": "\xff\xfe\xfa"}',
    "NUL bytes": b"\0\0\0\0",
    "a broken UTF-16": b"\xff\xfe{\0",
}
WRONG: list[object] = [None, 5, "", "x\ud800", ["x"], {"a": [1]}]
FIELDS = (
    "tool_input",
    "tool_response",
    "agent_id",
    "session_id",
    "tool_name",
    "hook_event_name",
    "prompt",
    "cwd",
)
FIELDS_OF_INPUT = ("file_path", "command", "prompt", "subagent_type", "task_id")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Armed:
    world = Armed(tmp_path_factory.mktemp("armed"))
    world.arm()
    world.bind("T1", "a1")
    return world


def good(event: str, script: str, world: Armed) -> dict[str, object]:
    """An event of the right shape that a guard would have something to say about."""
    given: dict[str, object] = {"file_path": str(world.project / "src" / "t9.py"), "content": "x"}
    if TOOL_OF.get(script) == "Bash":
        given = {"command": f"echo x > {world.places.guard}"}
    elif TOOL_OF.get(script) == "Agent":
        given = {"prompt": "do something", "subagent_type": "general-purpose", "description": "x"}
    elif script == "guard_other_tools":
        given = {"path": world.places.guard, "text": "x"}
    fields: dict[str, object] = {"session_id": OWNER, "cwd": str(world.project)}
    if script in TOOL_OF:
        fields |= {"tool_name": TOOL_OF[script], "tool_input": given, "tool_use_id": "toolu_1"}
    if event == "ConfigChange":
        fields |= {"source": "user_settings", "file_path": "/nowhere/settings.json"}
    if event == "UserPromptExpansion":
        fields |= {"command_name": "planweir:task-planner", "command_args": "--status"}
    return {**payload(event), **fields} if script not in TOOL_OF else payload(event, **fields)


def assert_an_answer(event: str, done: Done, why: str) -> None:
    assert done.status in (0, 2), why
    assert "Traceback" not in done.err, why
    assert done.err == "" or done.status == 2, why
    if done.out:
        assert isinstance(json.loads(done.out), dict), why


@pytest.mark.parametrize(("event", "script"), hooks())
def test_an_event_that_cannot_be_read_is_denied_before_a_tool_and_passed_over_elsewhere(
    world: Armed, event: str, script: str
) -> None:
    for name, data in UNREADABLE.items():
        done = world.hook(script, data)
        assert_an_answer(event, done, name)
        if event == "PreToolUse":
            assert done.decision == "deny", name
        elif event == "UserPromptExpansion":
            assert done.reply["decision"] == "block", name
        else:
            assert done.out == "", name


@pytest.mark.parametrize(("event", "script"), hooks())
def test_an_event_of_70_megabytes_is_answered_like_one_that_cannot_be_read(
    world: Armed, event: str, script: str
) -> None:
    big = json.dumps({**good(event, script, world), "filler": ""}).encode()[:-2] + b"x" * 70_000_000 + b'"}'
    done = world.hook(script, big)
    assert_an_answer(event, done, script)
    if event == "PreToolUse":
        assert done.decision == "deny"


def broken_events(event: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """`event` with one field of a wrong type, or without it."""
    for key in FIELDS:
        if key in event:
            yield f"no {key}", {name: value for name, value in event.items() if name != key}
        for value in WRONG:
            yield f"{key} = {value!r}", {**event, key: value}
    given = event.get("tool_input")
    if isinstance(given, dict):
        for key in FIELDS_OF_INPUT:
            for value in (None, [5], "x\ud800", "a\0b"):
                yield f"tool_input.{key} = {value!r}", {**event, "tool_input": {**given, key: value}}


def each(world: Armed, script: str, cases: list[dict[str, object]]) -> list[Done]:
    """How the hook's script ends on each event, every one in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-I", str(MANY), script],
        input=b"".join(json.dumps(case).encode() + b"\n" for case in cases),
        env=world.env(),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(cases)
    return [Done(row["status"], row["out"].encode(), row["err"].encode()) for row in rows]


@pytest.mark.parametrize(("event", "script"), hooks())
def test_a_field_of_a_wrong_type_never_becomes_a_trace_and_never_lets_a_guarded_path_through(
    world: Armed, event: str, script: str
) -> None:
    whole = good(event, script, world)
    cases = list(broken_events(whole))
    ended = each(world, script, [case for _name, case in cases])
    for (name, case), done in zip(cases, ended, strict=True):
        assert_an_answer(event, done, name)
        if event == "PreToolUse":
            assert done.decision != "allow", name
            # An answer by a schema of one who works for no task is not our business.
            odd = name.startswith("agent_id = ") and script != "judge_review"
            if not isinstance(case.get("tool_input"), dict) or odd:
                assert done.decision == "deny", name
    assert os.path.exists(world.places.armed)


@pytest.mark.parametrize(("event", "script"), [row for row in hooks() if row[0] == "PreToolUse"])
def test_an_event_with_no_session_to_judge_by_is_denied(world: Armed, event: str, script: str) -> None:
    """Not knowing whose call it is does not make it another session's."""
    whole = good(event, script, world)
    values: list[object] = [None, 5, [], {}, ""]
    cases = [{**whole, "session_id": value} for value in values]
    cases.append({key: value for key, value in whole.items() if key != "session_id"})
    for case, done in zip(cases, each(world, script, cases), strict=True):
        assert done.decision == "deny", case.get("session_id", "(none)")
