"""PreToolUse of every other tool: MCP servers and tools that we do not know are held to the limits of Edit and Bash."""

from __future__ import annotations

import pytest
from tests.hooks.stage import OTHER, Stage


def test_guarded_paths_are_found_anywhere_in_the_input(working: tuple[Stage, str]) -> None:
    stage, agent = working
    deep: dict[str, object] = {"ops": [{"do": {"to": [stage.places.journal]}}]}
    for tool in ("mcp__fs__write_file", "mcp__other__anything", "BrandNewTool"):
        for who in ("", agent):
            assert stage.pre(tool, deep, who).denied == "guarded-paths"
        assert stage.pre(tool, deep, session=OTHER).denied == "guarded-paths"


def test_guarded_paths_are_found_within_code(working: tuple[Stage, str]) -> None:
    stage, agent = working
    code = f"open('{stage.places.guard}', 'w').write('{{}}')"
    assert stage.pre("mcp__repl__anything", {"code": code}, agent).denied == "guarded-paths"


@pytest.mark.parametrize("tool", ["mcp__fs__write_file", "mcp__git__remove", "mcp__ide__applyEdit"])
def test_other_tools_stops_file_writers_of_the_main_thread_and_of_reviewers(
    reviewing: tuple[Stage, str], tool: str
) -> None:
    stage, reviewer = reviewing
    given: dict[str, object] = {"path": stage.path("src/hello.py"), "content": "x"}
    reply = stage.pre(tool, given)
    assert reply.denied == "other-tools"
    assert "task-planner next" in reply.reason
    assert stage.pre(tool, given, reviewer).denied == "other-tools"


def test_a_file_writer_of_an_implementer_stays_in_its_scope(working: tuple[Stage, str]) -> None:
    stage, agent = working
    tool = "mcp__fs__write_file"
    assert stage.pre(tool, {"path": stage.path("src/hello.py"), "content": "x"}, agent).passes
    assert stage.pre(tool, {"path": stage.path("src/old.py"), "content": "x"}, agent).denied == "scope"
    assert stage.pre(tool, {"path": "src/old.py", "content": "x"}, agent).denied == "scope"


@pytest.mark.parametrize("tool", ["PowerShell", "REPL"])
def test_other_tools_stops_tools_that_run_code(stage: Stage, tool: str) -> None:
    assert stage.pre(tool, {"command": "Get-ChildItem"}).denied == "other-tools"


def test_other_tools_keeps_everybody_in_the_projects_own_tree(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.pre("EnterWorktree", {"name": "aside"}).denied == "other-tools"
    assert stage.pre("EnterWorktree", {"name": "aside"}, agent).denied == "other-tools"


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Skill", {"skill": "commit"}),
        ("TaskCreate", {"subject": "x", "description": "y"}),
        ("mcp__github__create_issue", {"title": "A bug", "body": "in `hello`"}),
        ("mcp__github__search_code", {"query": "hello"}),
        ("mcp__docs__read_page", {"url": "https://example.org/a/b"}),
        ("CronList", {}),
    ],
)
def test_harmless_tools_pass(stage: Stage, tool: str, given: dict[str, object]) -> None:
    assert stage.pre(tool, given).said is None


def test_a_reader_may_read_what_is_guarded(stage: Stage) -> None:
    assert stage.pre("mcp__fs__read_file", {"path": stage.places.journal}).said is None


def test_a_paused_plan_lets_the_main_thread_write(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    given: dict[str, object] = {"path": stage.path("src/hello.py"), "content": "x"}
    assert stage.pre("mcp__fs__write_file", given).said is None
    assert stage.pre("mcp__fs__write_file", {"path": stage.places.guard}).denied == "guarded-paths"


def test_another_session_is_kept_from_files_of_running_tasks(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    tool = "mcp__fs__write_file"
    given: dict[str, object] = {"path": stage.path("src/hello.py"), "content": "x"}
    assert stage.pre(tool, given, session=OTHER).denied == "foreign-session"
    given["path"] = stage.path("README.md")
    assert stage.pre(tool, given, session=OTHER).said is None


@pytest.mark.parametrize("tool", ["Read", "Grep", "Glob", "LS", "WebFetch", "TodoWrite", "AskUserQuestion"])
def test_tools_that_only_read_start_no_hook_at_all(stage: Stage, tool: str) -> None:
    assert stage.scripts("PreToolUse", tool) == []


@pytest.mark.parametrize(
    "tool",
    [
        "Edit",
        "Bash",
        "Agent",
        "Task",
        "SendMessage",
        "Workflow",
        "mcp__fs__write_file",
        "New",
        "EditX",
        "Reader",
    ],
)
def test_every_other_tool_starts_exactly_one(stage: Stage, tool: str) -> None:
    assert len(stage.scripts("PreToolUse", tool)) == 1
