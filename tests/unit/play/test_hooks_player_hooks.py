"""hooks.json read and started as the client does it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from planweir.play.hooksfile import BadHooks, Hooks, Verdict, matches, run
from planweir.play.recording import Json

PLUGIN = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("matcher", [None, "", "*"])
def test_no_matcher_an_empty_one_and_a_star_fit_everything(matcher: str | None) -> None:
    assert matches(matcher, "Bash")


def test_a_list_of_names_is_compared_whole() -> None:
    assert matches("Edit|Write, NotebookEdit", "NotebookEdit")
    assert not matches("Edit|Write", "NotebookEdit")
    assert not matches("mcp__server", "mcp__server__tool")
    assert not matches("edit", "Edit")


def test_a_name_with_a_hyphen_is_still_a_name() -> None:
    assert matches("code-reviewer", "code-reviewer")
    assert not matches("code-reviewer", "planweir:code-reviewer")


def test_anything_else_is_an_expression_that_is_not_anchored() -> None:
    assert matches("mcp__.*", "mcp__server__tool")
    assert matches("d.t|x.*", "Edit")
    assert not matches("^d.t", "Edit")
    assert matches(r"(^|:)(implement-plan|task-planner)$", "planweir:implement-plan")
    assert not matches(r"(^|:)(implement-plan|task-planner)$", "implement-plans")


def test_the_old_name_of_a_tool_still_fits() -> None:
    assert matches("Task", "Agent")
    assert not matches("Task", "TaskCreate")


@pytest.mark.parametrize(
    ("event", "fields", "script"),
    [
        ("PreToolUse", {"tool_name": "Write"}, "block_direct_edits"),
        ("PreToolUse", {"tool_name": "Monitor"}, "guard_state_file"),
        ("PreToolUse", {"tool_name": "Agent"}, "validate_task_execution"),
        ("PreToolUse", {"tool_name": "mcp__files__write"}, "guard_other_tools"),
        ("PostToolUseFailure", {"tool_name": "Bash"}, "record_run"),
        ("UserPromptSubmit", {"prompt": "hello"}, "track_agents"),
        ("UserPromptExpansion", {"command_name": "planweir:wave-gate"}, "person_command"),
        ("SubagentStop", {"agent_type": "planweir:implementer"}, "update_task_status"),
        ("SessionStart", {"source": "compact"}, "restore_session"),
    ],
)
def test_our_hooks_start_one_script_an_event(event: str, fields: dict[str, Json], script: str) -> None:
    handlers = Hooks(str(PLUGIN)).of(event, fields)
    assert [handler.argv for handler in handlers] == [("/bin/sh", f"{PLUGIN}/hooks/launch", script)]


@pytest.mark.parametrize("tool", ["Read", "Grep", "Glob", "TodoWrite"])
def test_our_hooks_start_nothing_for_tools_that_only_read(tool: str) -> None:
    assert Hooks(str(PLUGIN)).of("PreToolUse", {"tool_name": tool}) == []


def test_the_same_handler_is_started_once(tmp_path: Path) -> None:
    one: dict[str, Json] = {"type": "command", "command": "/bin/sh", "args": ["-c", "exit 0"]}
    hooks = _hooks(tmp_path, {"Stop": [{"hooks": [one, one]}, {"hooks": [one]}]})
    assert len(hooks.of("Stop", {})) == 1


def test_a_matcher_counts_for_nothing_on_an_event_without_one(tmp_path: Path) -> None:
    one: dict[str, Json] = {"type": "command", "command": "/bin/sh", "args": ["-c", "exit 0"]}
    assert len(_hooks(tmp_path, {"Stop": [{"matcher": "never", "hooks": [one]}]}).of("Stop", {})) == 1


def test_a_hook_in_shell_form_is_refused(tmp_path: Path) -> None:
    hooks = _hooks(tmp_path, {"Stop": [{"hooks": [{"type": "command", "command": "exit 0"}]}]})
    with pytest.raises(BadHooks, match="exec form"):
        hooks.of("Stop", {})


# --- answers -------------------------------------------------------------------------------------------------------


def test_a_denial_beats_an_allow(tmp_path: Path) -> None:
    said = _said(tmp_path, "PreToolUse", [_decision("allow", "fine"), _decision("deny", "no"), _decision("allow", "")])
    assert said.denied == "no"


def test_updated_input_and_context_are_read(tmp_path: Path) -> None:
    answer = {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": {"a": 1}}}
    context = {"hookSpecificOutput": {"hookEventName": "PreToolUse", "additionalContext": "a fact"}}
    said = _said(tmp_path, "PreToolUse", [f"printf %s '{json.dumps(answer)}'", f"printf %s '{json.dumps(context)}'"])
    assert (said.allowed, said.denied, said.updated, said.context) == (True, None, {"a": 1}, ["a fact"])


def test_exit_status_2_blocks_with_what_stands_on_standard_error(tmp_path: Path) -> None:
    assert _said(tmp_path, "PreToolUse", ["echo 'not this' >&2; exit 2"]).denied == "not this"
    assert _said(tmp_path, "Stop", ["echo 'go on' >&2; exit 2"]).held == "go on"


@pytest.mark.parametrize("script", ["exit 1", "printf '{not json'; exit 0", "sleep 5"])
def test_a_hook_that_fails_decides_nothing(tmp_path: Path, script: str) -> None:
    said = _said(tmp_path, "PreToolUse", [script], timeout=0.2)
    assert said.denied is None
    assert len(said.failures) == 1


@pytest.mark.parametrize("script", ["exit 1", "printf '{not json'; exit 0", "sleep 5"])
def test_on_failure_block_makes_it_a_denial(tmp_path: Path, script: str) -> None:
    said = _said(tmp_path, "PreToolUse", [script], timeout=0.2, onFailure="block")
    assert said.denied is not None


def test_on_failure_block_does_not_hold_a_stop(tmp_path: Path) -> None:
    assert _said(tmp_path, "Stop", ["exit 1"], onFailure="block").held is None


def test_an_answer_for_another_event_is_lost_but_for_its_decision(tmp_path: Path) -> None:
    wrong = {"decision": "block", "reason": "stay", "hookSpecificOutput": {"hookEventName": "Stop", "additionalContext": "x"}}
    said = _said(tmp_path, "SubagentStop", [f"printf %s '{json.dumps(wrong)}'"])
    assert (said.held, said.context) == ("stay", [])
    assert len(said.failures) == 1


def _hooks(folder: Path, events: Mapping[str, Json]) -> Hooks:
    (folder / "hooks").mkdir(exist_ok=True)
    (folder / "hooks" / "hooks.json").write_text(json.dumps({"hooks": events}))
    return Hooks(str(folder))


def _decision(decision: str, reason: str) -> str:
    answer = {"hookEventName": "PreToolUse", "permissionDecision": decision, "permissionDecisionReason": reason}
    return f"printf %s '{json.dumps({'hookSpecificOutput': answer})}'"


def _said(folder: Path, event: str, scripts: list[str], **more: Json) -> Verdict:
    rows: list[Json] = [{"type": "command", "command": "/bin/sh", "args": ["-c", script], **more} for script in scripts]
    payload: dict[str, Json] = {"hook_event_name": event, "tool_name": "Bash", "agent_type": "x"}
    handlers = _hooks(folder, {event: [{"hooks": rows}]}).of(event, payload)
    return run(handlers, payload, os.environ, str(folder))
