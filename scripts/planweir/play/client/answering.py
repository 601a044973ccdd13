"""A reviewer of a recording in a wave that is one script: what it files there, it answers here.

A recording's reviewer files its verdict (`task-planner file T3 <<'JSON' …`) and says so (`FILED pass`). The agent of a script
has a tool for its answer instead, and the client ends it once that is taken. So the same recording plays in both engines: the
object goes into the tool, and the words that say that it was filed are not said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from planweir.play.client.asked import Request
from planweir.play.recording import Call, Step

ANSWER = "StructuredOutput"
SAID = "FILED"

_FILED = re.compile(r"\s*task-planner file (\S+) <<-?\s*(['\"]?)(\w+)\2\n(.*)\n\s*\3\s*", re.DOTALL)


def answered(step: Step, request: Request) -> Call | None:
    """The answer that stands for what this step files; None where it files nothing, or has no such tool."""
    known = offered(request)
    filed = filed_by(step)
    if known is None or filed is None:
        return None
    _, found = filed
    return Call(ANSWER, {key: value for key, value in found.items() if not known or key in known})


def first_look(steps: Sequence[Any], request: Request) -> Step | None:
    """What a scripted reviewer does first, as its brief says, where its steps do not have it."""
    if offered(request) is None:
        return None
    asked = [call.input.get("command") for step in steps if isinstance(step, Step) for call in step.calls]
    asked += [call.get("input", {}).get("command") for step in steps if isinstance(step, dict) for call in calls_of(step)]
    filed = next((name for command in asked if (name := _task_filed(command))), "")
    if not filed or any(str(command).startswith("task-planner package") for command in asked):
        return None
    return Step(calls=(Call("Bash", {"command": f"task-planner package {filed}"}),))


def offered(request: Request) -> set[str] | None:
    """The fields that the answer may have; empty where the tool does not say, None where there is no such tool."""
    for tool in request.body.get("tools", []):
        if tool.get("name") == ANSWER:
            return set(tool.get("input_schema", {}).get("properties", {}))
    return None


def filed_by(step: Step) -> tuple[str, dict[str, Any]] | None:
    """The task and the object that this step files."""
    if len(step.calls) != 1 or step.calls[0].tool != "Bash":
        return None
    found = _FILED.fullmatch(str(step.calls[0].input.get("command", "")))
    if found is None:
        return None
    try:
        given = json.loads(found[4])
    except ValueError:
        return None
    return (found[1], given) if isinstance(given, dict) else None


def calls_of(step: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a step that is not read yet."""
    return [*step.get("calls", []), *([step["call"]] if "call" in step else [])]


def _task_filed(command: object) -> str:
    found = _FILED.fullmatch(str(command or ""))
    return found[1] if found else ""
