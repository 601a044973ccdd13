"""hooks.json as the client reads it: which handlers an event starts, and what their answers come to.

Facts: Claude Code 2.1.329, hooks reference.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planweir.play.recording import Json

LEGACY = {"Agent": "Task", "TaskStop": "KillShell"}  # tool -> its old name, which a list of names may still hold
NEVER_BLOCKED_BY_FAILURE = ("Stop", "SubagentStop", "TaskCompleted", "TeammateIdle")
DEFAULT_TIMEOUT = 600.0  # seconds
# event -> the field whose value its matcher is compared with; events that are not here ignore matchers
MATCHED = {
    "PreToolUse": "tool_name",
    "PostToolUse": "tool_name",
    "PostToolUseFailure": "tool_name",
    "PermissionRequest": "tool_name",
    "SessionStart": "source",
    "SessionEnd": "reason",
    "SubagentStart": "agent_type",
    "SubagentStop": "agent_type",
    "UserPromptExpansion": "command_name",
    "ConfigChange": "source",
    "StopFailure": "error",
}

_NAMES_ONLY = re.compile(r"[A-Za-z0-9_|, -]*")


class BadHooks(ValueError):
    """hooks.json does not have the shape; the text says where."""


@dataclass(frozen=True)
class Handler:
    """One command of hooks.json, in exec form. `timeout` is in seconds."""

    argv: tuple[str, ...]
    timeout: float = DEFAULT_TIMEOUT
    blocks_on_failure: bool = False


@dataclass
class Verdict:
    """What the handlers of one event said, taken together.

    `denied` and `held` are reasons; `updated` is the call's whole new input; `context` was added for the model; `failures`
    are handlers that came to no decision, each in words.
    """

    denied: str | None = None
    allowed: bool = False
    held: str | None = None
    updated: dict[str, Json] | None = None
    context: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def matches(matcher: str | None, value: str) -> bool:
    """Does a matcher fit this value? Names alone are compared whole, anything else is an unanchored expression."""
    if matcher is None or matcher in ("", "*"):
        return True
    if _NAMES_ONLY.fullmatch(matcher):
        names = {name.strip() for name in re.split(r"[|,]", matcher)}
        return value in names or LEGACY.get(value) in names
    return re.search(matcher, value, re.ASCII) is not None


class Hooks:
    """The hooks of the plugin at `plugin` (an absolute path). Raises BadHooks, OSError."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin
        with open(f"{plugin}/hooks/hooks.json", encoding="utf-8") as file:
            whole: Json = json.load(file)
        self._groups = _object(_object(whole, "hooks.json").get("hooks"), "hooks")

    def of(self, event: str, fields: Mapping[str, Json]) -> list[Handler]:
        """The handlers that this event starts, each once."""
        key = MATCHED.get(event)
        value = str(fields.get(key, "")) if key else ""
        found: list[Handler] = []
        for group in _rows(self._groups.get(event, []), event):
            matcher = group.get("matcher")
            if key is None or matches(matcher if isinstance(matcher, str) else None, value):
                found += [self._handler(row, event) for row in _rows(group.get("hooks", []), event)]
        return list(dict.fromkeys(found))

    def _handler(self, row: Mapping[str, Json], event: str) -> Handler:
        command, args = row.get("command"), row.get("args")
        if row.get("type") != "command" or not isinstance(command, str) or not isinstance(args, list):
            raise BadHooks(f"{event}: only commands in exec form (command and args) are played")
        words = [str(word).replace("${CLAUDE_PLUGIN_ROOT}", self._plugin) for word in (command, *args)]
        limit = row.get("timeout", DEFAULT_TIMEOUT)
        return Handler(
            tuple(words),
            float(limit) if isinstance(limit, (int, float)) else DEFAULT_TIMEOUT,
            row.get("onFailure") == "block" and event not in NEVER_BLOCKED_BY_FAILURE,
        )


def run(handlers: Iterable[Handler], payload: Mapping[str, Json], env: Mapping[str, str], cwd: str) -> Verdict:
    """Start the handlers on one event and take their answers together: a denial beats everything."""
    verdict = Verdict()
    event = str(payload.get("hook_event_name"))
    given = json.dumps(payload).encode()
    for handler in handlers:
        try:
            done = subprocess.run(
                handler.argv, input=given, capture_output=True, timeout=handler.timeout, env=dict(env), cwd=cwd, check=False
            )
        except subprocess.TimeoutExpired:
            _failed(verdict, handler, event, f"no answer within {handler.timeout:g} s")
            continue
        except OSError as error:
            _failed(verdict, handler, event, str(error))
            continue
        _read(verdict, handler, event, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr)
    return verdict


def _failed(verdict: Verdict, handler: Handler, event: str, why: str) -> None:
    words = f"{handler.argv[-1]} on {event}: {why}"
    verdict.failures.append(words)
    if handler.blocks_on_failure:
        _block(verdict, event, f"hook failed: {words}")


def _block(verdict: Verdict, event: str, why: str) -> None:
    if event == "PreToolUse":
        verdict.denied = why
    else:
        verdict.held = why


def _read(verdict: Verdict, handler: Handler, event: str, status: int, said: str, errors: bytes) -> None:
    if said.lstrip().startswith("{"):
        try:
            answer: Json = json.loads(said)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            _failed(verdict, handler, event, f"an answer that is no JSON: {said[:200]!r}")
            return
    else:
        if status == 2:
            _block(verdict, event, errors.decode("utf-8", "replace").strip())
        elif status != 0:
            _failed(verdict, handler, event, f"exit status {status}: {errors.decode('utf-8', 'replace').strip()[-300:]}")
        return
    specific = answer.get("hookSpecificOutput")
    specific = specific if isinstance(specific, dict) else {}
    if specific and specific.get("hookEventName") != event:
        _failed(verdict, handler, event, f"an answer for {specific.get('hookEventName')}")
        specific = {}
    if answer.get("decision") == "block":
        verdict.held = str(answer.get("reason", ""))
    decision = specific.get("permissionDecision")
    if decision in ("deny", "ask"):  # nobody is there to be asked
        verdict.denied = str(specific.get("permissionDecisionReason", ""))
    elif decision == "allow":
        verdict.allowed = True
    updated = specific.get("updatedInput")
    if isinstance(updated, dict):
        verdict.updated = updated
    context = specific.get("additionalContext")
    if isinstance(context, str):
        verdict.context.append(context)
    if status == 2 and verdict.denied is None and verdict.held is None:
        _block(verdict, event, errors.decode("utf-8", "replace").strip())


def _object(value: Json, where: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise BadHooks(f"{where}: must be an object")
    return value


def _rows(value: Json, where: str) -> list[dict[str, Json]]:
    if not isinstance(value, list):
        raise BadHooks(f"{where}: must be a list")
    return [_object(row, where) for row in value]
