from __future__ import annotations

import json
from typing import Any

from planweir.play.client.answering import answered, filed_by, first_look
from planweir.play.client.asked import Request, first_prompt
from planweir.play.recording import Step, actor_of, step_from_json

FILED = {"task": "T1", "role": "task-reviewer", "scores": [], "verdict": "pass"}
FRAME = (
    "[Workflow harness — computed task] The task text below was computed. The computed task text follows:\n"
    "  **Task ID:** T1 | role: implementer | attempt: 2\n  \n  Do it:\n    indented"
)


def request(*fields: str, tools: bool = True) -> Request:
    schema = {"type": "object", "properties": {name: {} for name in fields}}
    offered = [{"name": "StructuredOutput", "input_schema": schema}] if tools else []
    return Request("T1 task-reviewer 1", "a1", "s", 0.0, {"tools": [{"name": "Bash"}, *offered], "messages": []}, 0)


def files(text: str = "") -> Step:
    return bash(f"task-planner file T1 <<'JSON'\n{text or json.dumps(FILED, indent=1)}\nJSON")


def bash(command: str) -> Step:
    return step_from_json({"call": {"tool": "Bash", "input": {"command": command}}})


def test_what_a_recording_files_is_answered_where_the_tool_is_offered() -> None:
    call = answered(files(), request("scores", "verdict"))
    assert call is not None
    assert (call.tool, call.input) == ("StructuredOutput", {"scores": [], "verdict": "pass"})


def test_the_whole_object_is_given_where_the_tool_names_no_fields() -> None:
    call = answered(files(), request())
    assert call is not None
    assert call.input == FILED


def test_it_is_filed_where_no_such_tool_is_offered() -> None:
    assert answered(files(), request(tools=False)) is None
    assert first_look([files()], request(tools=False)) is None


def test_other_commands_stay_what_they_are() -> None:
    for step in (bash("git status"), bash("task-planner file T1 < a.json"), files("not json"), Step(say="FILED pass")):
        assert filed_by(step) is None
        assert answered(step, request()) is None


def test_a_scripted_reviewer_looks_at_its_package_first() -> None:
    steps: list[Any] = [bash("git status"), files(), Step(say="FILED pass")]
    looks = first_look(steps, request())
    assert looks is not None
    assert looks.calls[0].input == {"command": "task-planner package T1"}
    raw = {"call": {"tool": "Bash", "input": {"command": "task-planner file T2 <<'E'\n{}\nE"}}}
    looks = first_look([raw], request())
    assert looks is not None
    assert looks.calls[0].input == {"command": "task-planner package T2"}


def test_who_looks_of_itself_or_files_nothing_is_left_as_it_is() -> None:
    assert first_look([bash("task-planner package T1"), files()], request()) is None
    assert first_look([bash("git status")], request()) is None


def test_a_prompt_is_found_in_the_hosts_frame() -> None:
    prompt = first_prompt([{"role": "user", "content": [{"type": "text", "text": FRAME}]}])
    assert prompt == "**Task ID:** T1 | role: implementer | attempt: 2\n\nDo it:\n  indented"
    assert actor_of(prompt) == actor_of(FRAME) == "T1 implementer 2"
    assert first_prompt([{"role": "user", "content": "  as it stands"}]) == "as it stands"
