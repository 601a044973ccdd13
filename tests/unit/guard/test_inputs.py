"""What servers' tools hide in their inputs, and what looks like it and is none of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.redteam.world import World

from planweir.guard.inputs import command_lines, paths, plain, strings
from planweir.guard.tools import judge_other_tool

AGENTS = ("main", "reviewer", "implementer")
EVERYBODY = (*AGENTS, "foreign")
Given = dict[str, object]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def filled(world: World, value: object) -> object:
    if isinstance(value, str):
        return world.fill(value)
    if isinstance(value, list):
        return [filled(world, one) for one in value]
    if isinstance(value, dict):
        return {world.fill(str(key)): filled(world, one) for key, one in value.items()}
    return value


def judge(world: World, who: str, tool: str, tool_input: Given) -> str:
    """The rule that denies, "" where none does."""
    row = filled(world, tool_input)
    assert isinstance(row, dict)
    found = judge_other_tool(world.event(who, tool, row), world.guard)
    assert found is None or found["decision"] == "deny"
    assert found is None or " Next: " in found["reason"]
    return found["rule"] if found else ""


GUARDED: list[tuple[str, Given]] = [
    ("mcp__fs__write_file", {"path": "file://{P}/docs/plan.md"}),
    ("mcp__fs__write_file", {"path": "file://localhost{P}/docs/plan.md"}),
    ("mcp__fs__write_file", {"path": "file:{P}/docs/plan.md"}),
    ("mcp__ide__edit", {"uri": "vscode-remote+file://host{P}/.claude/settings.json", "text": "{}"}),
    ("mcp__fs__write_file", {"path": "{P}/docs%2Fplan.md"}),
    ("mcp__fs__write_file", {"path": "file://{P}/docs/plan%2Emd"}),
    ("mcp__fs__write_file", {"path": "file://{P}/docs/plan%252Emd"}),
    ("mcp__fs__write_file", {"path": "docs/plan.md"}),
    ("mcp__fs__write_file", {"root": "{P}/docs", "path": "plan.md"}),
    ("mcp__fs__write_file", {"path": ".claude/settings.json"}),
    ("mcp__fs__write_file", {"path": "../user/.local/state/planweir/projects/app/guard.json"}),
    ("mcp__x__do", {"request": json.dumps({"path": "docs/plan.md", "op": "write"})}),
    ("mcp__x__do", {"request": json.dumps({"args": json.dumps({"file": "state.json", "dir": "{H}/projects/app"})})}),
    ("mcp__x__do", {"files": {"docs/plan.md": "# new"}}),
    ("mcp__x__do", {"ops": [["put", {"to": "{H}/armed/app/open"}]]}),
    ("mcp__x__do", {"patch": "--- a/docs/plan.md\n+++ b/docs/plan.md\n@@ -1 +1 @@\n-x\n+y\n"}),
    ("ApplyPatch", {"input": "*** Begin Patch\n*** Update File: docs/plan.md\n@@\n-x\n+y\n*** End Patch\n"}),
    ("mcp__fs__move_file", {"source": "{H}", "destination": "/tmp/x"}),
    ("mcp__fs__delete_directory", {"path": "{R}/user/.local"}),
    ("mcp__fs__read_file", {"path": "{P}/docs/plan.md", "new_content": "x"}),
    ("mcp__sql__query", {"command": "echo x > {P}/docs/plan.md"}),
    ("mcp__x__fetch", {"url": "https://example.org", "output_path": "{P}/docs/plan.md"}),
    ("Unheard", {"anything": ["{P}/.claude/settings.json"]}),
]


@pytest.mark.parametrize(("tool", "given"), GUARDED, ids=lambda one: one if isinstance(one, str) else "")
@pytest.mark.parametrize("who", EVERYBODY)
def test_what_is_guarded_is_found_however_an_input_spells_it(world: World, who: str, tool: str, given: Given) -> None:
    assert judge(world, who, tool, given) == "guarded-paths"


FOREIGN: list[tuple[str, Given]] = [
    ("mcp__fs__write_file", {"path": "src/b.py", "content": "x"}),
    ("mcp__fs__write_file", {"path": "file://{P}/src/b.py", "content": "x"}),
    ("mcp__fs__write_file", {"path": "{P}/src/%62.py", "content": "x"}),
    ("mcp__fs__write_file", {"root": "{P}/src", "path": "b.py", "content": "x"}),
    ("mcp__fs__write_file", {"directory": "{P}", "path": "src/b.py", "content": "x"}),
    ("mcp__x__document", {"file": "src/b.py", "text": "x"}),
    ("mcp__x__document", {"path": "src/b.py", "action": "delete"}),
    ("mcp__x__do", {"request": json.dumps({"path": "src/b.py", "content": "x"})}),
    ("mcp__x__do", {"files": {"src/b.py": "x"}, "content": "x"}),
    ("mcp__x__get_file", {"path": "src/b.py", "contents": "x"}),
    ("mcp__x__apply_patch", {"patch": "--- a/src/b.py\n+++ b/src/b.py\n@@ -1 +1 @@\n-x\n+y\n"}),
    ("mcp__fs__move_file", {"source": "{P}/src/a.py", "destination": "{P}/src/b.py"}),
    ("mcp__fs__copy_file", {"source": "{P}/src/a.py", "destination": "{P}/src/b.py"}),
    ("mcp__fs__delete_directory", {"directory": "{P}/src"}),
    ("NewTool", {"target_file": "src/b.py"}),
]


@pytest.mark.parametrize(("tool", "given"), FOREIGN, ids=lambda one: one if isinstance(one, str) else "")
def test_a_change_of_anothers_file_is_denied_whatever_the_tool_is_called(world: World, tool: str, given: Given) -> None:
    assert judge(world, "implementer", tool, given) == "scope"
    assert judge(world, "main", tool, given) == "other-tools"
    assert judge(world, "reviewer", tool, given) == "other-tools"
    assert judge(world, "foreign", tool, given) == "foreign-session"


OWN: list[tuple[str, Given]] = [
    ("mcp__fs__write_file", {"path": "src/a.py", "content": "x"}),
    ("mcp__fs__write_file", {"root": "{P}", "path": "src/a.py", "content": "see docs/plan.md"}),
    ("mcp__fs__write_file", {"cwd": "{P}/src", "path": "a.py", "content": "x"}),
    ("mcp__fs__copy_file", {"source": "{P}/src/b.py", "destination": "{P}/src/a.py"}),
    ("mcp__x__apply_patch", {"patch": "--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-x\n+y\n"}),
    ("mcp__x__document", {"file": "src/a.py", "text": "x"}),
]


@pytest.mark.parametrize(("tool", "given"), OWN, ids=lambda one: one if isinstance(one, str) else "")
def test_an_implementer_changes_its_own_files_by_any_tool(world: World, tool: str, given: Given) -> None:
    assert judge(world, "implementer", tool, given) == ""


HARMLESS: list[tuple[str, Given]] = [
    ("mcp__fs__read_file", {"path": "{P}/docs/plan.md"}),
    ("mcp__fs__read_multiple_files", {"paths": ["{P}/docs/plan.md", "{H}/projects/app/state.json"]}),
    ("mcp__serena__find_symbol", {"name_path": "A/b", "relative_path": "src/b.py"}),
    ("mcp__serena__get_symbols_overview", {"relative_path": "src/b.py"}),
    ("mcp__github__create_issue", {"owner": "x", "repo": "y", "title": "docs/plan.md is wrong", "body": "see docs/plan.md"}),
    ("mcp__github__get_file_contents", {"owner": "x", "repo": "y", "path": "docs/plan.md"}),
    ("mcp__github__add_issue_comment", {"owner": "x", "repo": "y", "body": "--- a/x\nnothing"}),
    ("mcp__slack__post_message", {"channel": "dev", "text": "src/b.py and docs/plan.md are done"}),
    ("mcp__memory__create_entities", {"entities": [{"name": "plan", "observations": ["docs/plan.md is frozen"]}]}),
    ("mcp__ide__getDiagnostics", {"uri": "file://{P}/src/b.py"}),
    ("mcp__playwright__browser_navigate", {"url": "http://localhost:3000/a/b"}),
    ("mcp__playwright__browser_type", {"element": "name", "ref": "e3", "text": "src/b.py"}),
    ("mcp__zen__chat", {"prompt": "what of this?", "files": ["{P}/src/b.py"]}),
    ("mcp__postgres__query", {"sql": "select * from a where path = 'src/b.py'"}),
    ("mcp__context7__resolve-library-id", {"libraryName": "click"}),
    ("ListMcpResourcesTool", {"server": "x"}),
    ("ReadMcpResourceTool", {"server": "x", "uri": "file://{P}/docs/plan.md"}),
    ("TaskCreate", {"subject": "docs/plan.md", "description": "x"}),
    ("Artifact", {"file_path": "{P}/src/b.py"}),
    ("LSP", {"operation": "goToDefinition", "filePath": "{P}/src/b.py", "line": 3}),
    ("SendUserFile", {"file_path": "{P}/docs/plan.md"}),
]


@pytest.mark.parametrize(("tool", "given"), HARMLESS, ids=lambda one: one if isinstance(one, str) else "")
@pytest.mark.parametrize("who", EVERYBODY)
def test_what_reads_or_speaks_passes(world: World, who: str, tool: str, given: Given) -> None:
    assert judge(world, who, tool, given) == ""


def test_a_list_of_words_is_one_command_and_its_folder_counts(world: World) -> None:
    run = "mcp__shell__run_command"
    assert judge(world, "implementer", run, {"command": ["git", "stash"]}) == "neighbours"
    assert judge(world, "implementer", run, {"command": ["bash", "-c", "echo x > src/b.py"]}) == "scope"
    assert judge(world, "implementer", run, {"command": "echo x > b.py", "cwd": "{P}/src"}) == "scope"
    assert judge(world, "implementer", run, {"command": "echo x > a.py", "workdir": "src"}) == ""
    assert judge(world, "main", run, {"command": ["git", "log", "--oneline"]}) == ""
    assert judge(world, "main", run, {"commands": ["git status", "pytest -q"]}) == ""
    assert judge(world, "main", run, {"commands": ["git status", "rm -rf src"]}) == "main-thread-commands"
    assert judge(world, "main", run, {"request": json.dumps({"cmd": "task-planner abort"})}) == "person-verbs"
    assert judge(world, "main", run, {"command": "make x", "env": {"CLAUDECODE": ""}}) == "person-verbs"


def test_what_is_typed_into_a_terminal_is_a_command(world: World) -> None:
    assert judge(world, "implementer", "mcp__tmux__send_keys", {"pane": "1", "keys": "task-planner abort"}) == "person-verbs"
    assert judge(world, "implementer", "mcp__iterm__write_to_terminal", {"command": "git reset --hard"}) == "neighbours"
    assert judge(world, "main", "mcp__dc__send_terminal_input", {"pid": 3, "input": "rm -rf src"}) == "main-thread-commands"
    assert judge(world, "main", "mcp__tmux__send_keys", {"pane": "1", "keys": "ls"}) == ""


def test_code_is_judged_as_its_interpreter_would_be_from_bash(world: World) -> None:
    run = "mcp__sandbox__run_code"
    assert judge(world, "implementer", run, {"code": "import os; os.system('git stash')"}) == judge_bash(
        world, "python3 -c \"import os; os.system('git stash')\""
    )
    assert judge(world, "implementer", run, {"language": "bash", "code": "git stash"}) == "neighbours"
    assert judge(world, "implementer", run, {"code": "print(1 + 1)"}) == ""
    assert judge(world, "main", run, {"code": "print(1 + 1)"}) == ""
    assert judge(world, "main", run, {"language": "javascript", "code": "require('fs').writeFileSync('src/b.py', '')"})


def judge_bash(world: World, command: str) -> str:
    from planweir.guard.commands import judge_command

    found = judge_command(world.event("implementer", "Bash", {"command": command}), world.guard)
    return found["rule"] if found and found["decision"] == "deny" else ""


def test_publishing_with_edits_writes_the_file(world: World) -> None:
    changed: Given = {"file_path": "{P}/src/b.py", "edits": [{"old_str": "a", "new_str": "b"}]}
    assert judge(world, "implementer", "Artifact", changed) == "scope"
    assert judge(world, "main", "Artifact", changed) == "main-thread-edits"
    assert judge(world, "implementer", "Artifact", {**changed, "file_path": "{P}/docs/plan.md"}) == "guarded-paths"
    assert judge(world, "implementer", "Artifact", {**changed, "file_path": "{P}/src/a.py"}) == ""


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("file:///a/b%20c", "/a/b c"),
        ("file://host/a", "/a"),
        ("FILE:/a", "/a"),
        ("/a%2Fb", "/a/b"),
        ("/a b", "/a b"),
        ("profile:/a", "profile:/a"),
        ("src/a.py", "src/a.py"),
    ],
)
def test_a_path_is_taken_out_of_what_it_is_wrapped_in(given: str, path: str) -> None:
    assert plain(given) == path


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["{", "[[", '{"a":"[1]"}', "file:///a", "%", "a\n+++ b"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["path", "cwd", "command", "args", "env"]), inner),
    max_leaves=12,
)


@given(json_values)
def test_no_input_is_too_odd_to_be_looked_at(value: object) -> None:
    found = strings(value)
    assert all(isinstance(one, str) for pair in found for one in pair)
    paths(found, "/work", "/work")
    command_lines("mcp__x__shell", value)


def test_depth_and_size_are_bounded() -> None:
    deep: object = "/x"
    for _ in range(200):
        deep = [deep]
    assert strings(deep)
    nested = "x"
    for _ in range(14):
        nested = json.dumps([nested])
    assert strings(nested)
    assert strings("[" * 100_000) == [("", "[" * 100_000)]
