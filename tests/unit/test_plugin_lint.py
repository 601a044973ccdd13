"""The plugin's files, and the lint that reads them: bad samples first, then the real ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests import lint

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ROOT / "hooks" / "hooks.json"

Handler = dict[str, object]
Hooks = dict[str, dict[str, list[dict[str, object]]]]


def handler(rule: str = "block_direct_edits", /, **more: object) -> Handler:
    """A handler as all of ours are; a key given as None is left out."""
    fields: Handler = {
        "type": "command",
        "command": "/bin/sh",
        "args": ["${CLAUDE_PLUGIN_ROOT}/hooks/launch", rule],
        "timeout": 10,
        "onFailure": "block",
        **more,
    }
    return {key: value for key, value in fields.items() if value is not None}


def hooks(event: str, *groups: tuple[str | None, Handler]) -> Hooks:
    """A hooks.json with one event."""
    entries: list[dict[str, object]] = []
    for matcher, one in groups:
        entries.append({"hooks": [one]} if matcher is None else {"matcher": matcher, "hooks": [one]})
    return {"hooks": {event: entries}}


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin folder that holds what `handler()` names."""
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "launch").write_text("#!/bin/sh\n")
    (tmp_path / "hooks" / "block_direct_edits.py").write_text("")
    return tmp_path


# --- hooks.json: good, and each thing that the validator lets through ---------------------------------------


def test_a_good_hooks_file_has_no_findings(plugin: Path) -> None:
    good = hooks("PreToolUse", ("Edit|Write", handler()), ("Bash|Monitor", handler()))
    assert lint.lint_hooks(good, str(plugin)) == []


@pytest.mark.parametrize(
    ("bad", "finding"),
    [
        (hooks("PreTool", (None, handler())), "PreTool: no such event"),
        (hooks("PreToolUse", ("Edit", handler(once=True))), "'once': honoured only in a skill's"),
        (hooks("PreToolUse", ("Edit", handler(onfailure="block"))), "'onfailure': no such key"),
        (hooks("Stop", (None, handler(onFailure=None, **{"if": "Bash(git *)"}))), "this hook never runs"),
        (hooks("PreToolUse", ("Edit", handler(**{"if": "Edit(src/**)"}))), "filter in the script"),
        (hooks("PreToolUse", ("Edit", handler(type="prompt"))), "type 'prompt'"),
        (hooks("PreToolUse", ("Edit", handler(**{"async": True}))), "would come too late"),
        (hooks("PreToolUse", ("Edit", handler(timeout=None))), "no timeout"),
        (hooks("PreToolUse", ("Edit", handler(timeout="10"))), "timeout '10'"),
        (hooks("PreToolUse", ("Edit", handler(timeout=True))), "timeout True"),
        (hooks("PreToolUse", ("Edit", handler(timeout=10000))), "timeout 10000"),
        (hooks("PreToolUse", ("Edit", handler(onFailure=None))), "a hook that breaks lets the call pass"),
        (hooks("PreToolUse", ("Edit", handler(onFailure="continue"))), "lets the call pass"),
        (hooks("SubagentStop", (None, handler())), "'onFailure' is ignored on this event"),
        (hooks("PostToolUse", ("Edit", handler(onFailure="deny"))), "neither block nor continue"),
        (hooks("PreToolUse", ("Edit", handler("missing_rule"))), "hooks/missing_rule.py is missing"),
        (
            hooks(
                "PreToolUse",
                ("Edit", handler(args=["${CLAUDE_PLUGIN_ROOT}/hooks/lunch", "block_direct_edits"])),
            ),
            "hooks/lunch is missing",
        ),
        (
            hooks(
                "PreToolUse",
                ("Edit", handler(args=["${CLAUDE_PROJECT_DIR}/hooks/launch", "block_direct_edits"])),
            ),
            "has a placeholder that is not the root",
        ),
        (
            hooks(
                "PreToolUse", ("Edit", handler(command="sh ${CLAUDE_PLUGIN_ROOT}/hooks/launch x", args=None))
            ),
            "not in exec form",
        ),
        (hooks("PreToolUse", ("Edit", handler()), ("Write|Edit", handler())), "Edit meets"),
        (hooks("PreToolUse", ("Agent", handler()), ("Task", handler())), "Agent meets"),
        (hooks("PreToolUse", ("TaskStop", handler()), ("KillShell", handler())), "TaskStop meets"),
        (hooks("PreToolUse", ("Bash", handler()), ("Monitor", handler())), "Monitor meets"),
        (hooks("PreToolUse", ("Edit", handler()), ("Write|.*Edit$", handler())), "Edit meets"),
        (hooks("PreToolUse", ("Agent", handler()), ("^(?!Agent$)", handler())), "Agent meets"),
        (hooks("PreToolUse", (None, handler()), ("Edit", handler())), "Edit meets"),
        (hooks("PreToolUse", ("Edti", handler())), "no tool is called 'Edti'"),
        (hooks("PreToolUse", ("mcp__files", handler())), "no tool is called 'mcp__files'"),
        (hooks("PreToolUse", ("^(Edit", handler())), "PreToolUse[0] '^(Edit':"),
        (hooks("PreToolUse", ("(?P<name>Edit)", handler())), "not a JavaScript regular expression"),
        (hooks("Stop", ("main", handler(onFailure=None))), "ignores matchers on this event"),
        (
            hooks("Stop", (None, handler(onFailure=None)), (None, handler(onFailure=None))),
            "Stop: anything meets",
        ),
        (
            hooks("SessionStart", ("startup|resume", handler()), ("resume|compact", handler())),
            "SessionStart: resume meets",
        ),
        (
            hooks("UserPromptExpansion", ("implement-plan$", handler()), ("^planweir:", handler())),
            "planweir:implement-plan meets",
        ),
        ({"hooks": {"PreToolUse": [{"hooks": [handler(), handler()]}]}}, "the same command twice"),
        ({"hooks": {"PreToolUse": [{"hooks": [handler(), handler(timeout=5)]}]}}, "2 handlers"),
        ({"hooks": {"PreToolUse": [{"hooks": []}]}}, "0 handlers"),
        ({"hooks": {"PreToolUse": [{"match": "Edit", "hooks": [handler()]}]}}, "unknown key 'match'"),
        ({"hooks": {"PreToolUse": [{"matcher": 3, "hooks": [handler()]}]}}, "the matcher is not a string"),
        ({"hooks": {"PreToolUse": handler()}}, "not a list of groups"),
        ({"PreToolUse": []}, "no events under the key 'hooks'"),
        ([], "no events under the key 'hooks'"),
    ],
)
def test_a_bad_hooks_file_is_found_out(bad: object, finding: str, plugin: Path) -> None:
    assert finding in "\n".join(lint.lint_hooks(bad, str(plugin)))


def test_a_rule_that_no_event_runs_is_found_out(plugin: Path) -> None:
    (plugin / "hooks" / "forgotten.py").write_text("")
    (plugin / "hooks" / "_shared.py").write_text("")
    found = lint.lint_hooks(hooks("PreToolUse", ("Edit", handler())), str(plugin))
    assert found == ["hooks/forgotten.py: no event runs it"]


@pytest.mark.parametrize(
    ("matcher", "value", "event", "answer"),
    [
        (None, "Edit", "PreToolUse", True),
        ("", "Edit", "PreToolUse", True),
        ("*", "Edit", "PreToolUse", True),
        ("Edit|Write", "Write", "PreToolUse", True),
        ("Edit, Write", "Write", "PreToolUse", True),
        ("Edit", "NotebookEdit", "PreToolUse", False),
        ("Edit$", "NotebookEdit", "PreToolUse", True),
        ("edit", "Edit", "PreToolUse", False),
        ("mcp__files", "mcp__files__write_file", "PreToolUse", False),
        ("mcp__.*", "mcp__files__write_file", "PreToolUse", True),
        ("Task", "Agent", "PreToolUse", True),
        ("^Task$", "Agent", "PreToolUse", True),
        ("Task", "Agent", "SubagentStart", False),
        ("Bash", "Monitor", "PreToolUse", True),
        ("^(Bash|Read)$", "Monitor", "PreToolUse", True),
        ("^(?!Monitor$)", "Monitor", "PreToolUse", False),
        ("Bash", "Monitor", "PostToolUse", False),
        ("(^|:)(implement-plan|wave-gate)$", "planweir:wave-gate", "UserPromptExpansion", True),
        ("(^|:)(implement-plan|wave-gate)$", "rewave-gate", "UserPromptExpansion", False),
    ],
)
def test_matchers_mean_what_the_host_takes_them_for(
    matcher: str | None, value: str, event: str, answer: bool
) -> None:
    assert lint.meets(matcher, value, event) is answer


def test_what_no_group_judges_is_told() -> None:
    some = hooks("PreToolUse", ("Edit|Bash", handler()))
    assert lint.uncovered(some, "PreToolUse", ("Edit", "Write")) == ["PreToolUse: nothing judges Write"]


# --- manifest, marketplace, links, icon ---------------------------------------------------------------------

MANIFEST = lint.as_map(lint.load_json(str(ROOT / ".claude-plugin" / "plugin.json")))
MARKETPLACE = lint.as_map(lint.load_json(str(ROOT / ".claude-plugin" / "marketplace.json")))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"name": "Plan Weir"}, "kebab case"),
        ({"version": 1}, "'version': not a str"),
        ({"version": "1.0"}, "not of the form"),
        ({"keywords": "plan"}, "'keywords': not a list"),
        ({"engines": {}}, "'engines' names no range"),
        ({"engines": {"claude-code": "2.1"}}, "'engines' names no range"),
        ({"network": {}}, "no host is reached"),
        ({"colour": "blue"}, "'colour': no such field"),
        ({"agents": ["./agents/nobody.md"]}, "'./agents/nobody.md' is missing"),
        ({"skills": "skills"}, "does not begin with ./"),
        ({"skills": "./../skills"}, "leaves the plugin"),
    ],
)
def test_a_bad_manifest_is_found_out(change: dict[str, object], finding: str) -> None:
    assert finding in "\n".join(lint.lint_manifest({**MANIFEST, **change}, str(ROOT)))


def test_naming_the_default_hooks_file_again_is_found_out(plugin: Path) -> None:
    (plugin / "hooks" / "hooks.json").write_text("{}")
    found = lint.lint_manifest({**MANIFEST, "hooks": "./hooks/hooks.json"}, str(plugin))
    assert found == ["'hooks': hooks/hooks.json is loaded anyway; named again it is an error"]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"source": "./planweir"}, "source is not './'"),
        ({"name": "weir"}, "name is not the manifest's"),
        ({"strict": False}, "in place of the manifest"),
    ],
)
def test_a_bad_marketplace_is_found_out(change: dict[str, object], finding: str) -> None:
    entry = lint.as_map(lint.as_list(MARKETPLACE["plugins"])[0])
    bad = {**MARKETPLACE, "plugins": [{**entry, **change}]}
    assert finding in "\n".join(lint.lint_marketplace(bad, MANIFEST))


def test_a_link_the_wrong_way_round_is_found_out(tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    shutil.copy(ROOT / ".claude-plugin" / "plugin.json", tmp_path / "plugin.json")
    os.symlink("../plugin.json", tmp_path / ".claude-plugin" / "plugin.json")
    assert lint.lint_links(str(tmp_path)) == [
        ".claude-plugin/plugin.json is not a real file",
        "plugin.json is not a link",
    ]


def test_versions_that_differ_are_found_out() -> None:
    assert lint.lint_versions({"a": "0.1.0", "b": "0.1.0"}) == []
    assert lint.lint_versions({"a": "0.1.0", "b": "0.2.0"}) == ["versions differ: a 0.1.0, b 0.2.0"]


@pytest.mark.parametrize("bad", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0"])
def test_a_bad_icon_is_found_out(bad: bytes) -> None:
    assert lint.lint_icon(bad)


# --- the real files -----------------------------------------------------------------------------------------


def test_the_manifest_is_good() -> None:
    assert lint.lint_manifest(MANIFEST, str(ROOT)) == []


def test_the_repository_is_its_own_marketplace() -> None:
    assert lint.lint_marketplace(MARKETPLACE, MANIFEST) == []


def test_the_root_link_leads_to_the_real_manifest() -> None:
    assert lint.lint_links(str(ROOT)) == []


def test_the_icon_is_one_that_the_directory_takes() -> None:
    assert lint.lint_icon((ROOT / ".claude-plugin" / "icon.png").read_bytes()) == []


def test_all_versions_are_the_same() -> None:
    stated = lint.versions(str(ROOT))
    assert lint.lint_versions(stated) == []
    assert {"pyproject.toml", "scripts/planweir/__init__.py", "CHANGELOG.md"} <= set(stated)


def test_the_readme_has_the_forty_words_that_the_directory_asks_for() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) >= 40


# These need hooks/hooks.json. The plugin is none without it, so its absence is told, not hidden.
needs_hooks = pytest.mark.skipif(not HOOKS.exists(), reason="hooks/hooks.json is not there yet")


@needs_hooks
def test_the_hooks_file_is_good() -> None:
    assert lint.lint_hooks(lint.load_json(str(HOOKS)), str(ROOT)) == []


@needs_hooks
def test_every_tool_that_can_write_or_start_something_is_judged() -> None:
    judged = lint.words(
        "Edit Write NotebookEdit Bash Monitor Agent SendMessage Workflow PowerShell EnterWorktree"
        " mcp__files__write_file mcp__plugin_other_server__edit-file ATool2030"
    )
    assert lint.uncovered(lint.load_json(str(HOOKS)), "PreToolUse", judged) == []


@needs_hooks
@pytest.mark.parametrize(
    ("event", "values"),
    [
        ("PostToolUse", ("Bash", "Agent", "TaskStop")),
        ("PostToolUseFailure", ("Bash", "Agent", "Task")),
        ("PostToolBatch", ("",)),
        ("UserPromptSubmit", ("",)),
        ("StopFailure", lint.MATCHED_VALUES["StopFailure"]),
        ("SubagentStart", lint.AGENT_TYPES),
        ("SubagentStop", lint.AGENT_TYPES),
        ("Stop", ("",)),
        ("SessionStart", lint.MATCHED_VALUES["SessionStart"]),
        (
            "UserPromptExpansion",
            tuple(
                name
                for name in lint.MATCHED_VALUES["UserPromptExpansion"]
                if "plan" in name or "gate" in name
            ),
        ),
        ("ConfigChange", lint.MATCHED_VALUES["ConfigChange"]),
    ],
)
def test_every_event_of_the_design_is_heard(event: str, values: tuple[str, ...]) -> None:
    assert lint.uncovered(lint.load_json(str(HOOKS)), event, values) == []


@needs_hooks
def test_other_commands_are_left_alone() -> None:
    others = ("commit", "other:command")
    found = lint.uncovered(lint.load_json(str(HOOKS)), "UserPromptExpansion", others)
    assert len(found) == len(others)
