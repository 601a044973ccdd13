"""Tools beside Edit, Bash and Agent."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.tools import judge_other_tool


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def judge(world: World, who: str, tool: str, **tool_input: object) -> str:
    """The rule that denies, "" where none does."""
    filled = {key: world.fill(one) if isinstance(one, str) else one for key, one in tool_input.items()}
    found = judge_other_tool(world.event(who, tool, filled), world.guard)
    assert found is None or found["decision"] == "deny"
    return found["rule"] if found else ""


@pytest.mark.parametrize("who", ["main", "reviewer", "implementer", "foreign"])
def test_guarded_paths_anywhere_in_the_input_are_denied(world: World, who: str) -> None:
    assert judge(world, who, "mcp__fs__write_file", path="{P}/docs/plan.md") == "guarded-paths"
    assert judge(world, who, "mcp__fs__batch", steps=[{"to": str(world.home / "x")}]) == "guarded-paths"
    assert judge(world, who, "Unheard", code="open('.claude/state/guard.json')") == "guarded-paths"


@pytest.mark.parametrize("who", ["main", "reviewer", "implementer", "foreign"])
def test_guarded_paths_may_be_read(world: World, who: str) -> None:
    assert judge(world, who, "Read", file_path="{P}/docs/plan.md") == ""
    assert judge(world, who, "Grep", pattern="x", path="{H}") == ""
    assert judge(world, who, "mcp__fs__read_file", path="{P}/docs/plan.md") == ""


def test_other_tools_that_write_are_denied_to_main_thread_and_reviewers(world: World) -> None:
    for who in ("main", "reviewer"):
        assert judge(world, who, "mcp__fs__write_file", path="{P}/src/a.py") == "other-tools"
        assert judge(world, who, "PowerShell", command="dir") == "other-tools"
        assert judge(world, who, "EnterWorktree", name="x") == "other-tools"
        assert judge(world, who, "mcp__gh__create_issue", title="a and b") == ""
        assert judge(world, who, "mcp__fs__list_directory", path="{P}/src") == ""
        assert judge(world, who, "ScheduleWakeup", delaySeconds=60) == ""


def test_scope_holds_for_tools_of_servers_too(world: World) -> None:
    assert judge(world, "implementer", "mcp__fs__edit_file", path="{P}/src/a.py") == ""
    assert judge(world, "implementer", "mcp__fs__edit_file", path="{P}/src/b.py") == "scope"
    assert judge(world, "implementer", "mcp__fs__edit_file", path="/tmp/x") == ""


@pytest.mark.parametrize("who", ["main", "reviewer"])
def test_a_command_given_to_another_tool_is_judged_as_in_bash(world: World, who: str) -> None:
    assert judge(world, who, "mcp__shell__run_command", command="git commit -am x")
    assert judge(world, who, "mcp__serena__execute_shell_command", command="rm -rf src")
    assert judge(world, who, "mcp__desktop-commander__start_process", command="sed -i s/a/b/ src/a.py")
    if who == "main":  # code is opaque: of a reviewer the person's own permissions decide
        assert judge(world, who, "mcp__ide__executeCode", code="open('src/other.py','w').write('x')")
    assert judge(world, who, "mcp__x__execute", command="task-planner abort", env={"CLAUDECODE": ""})
    assert judge(world, who, "mcp__shell__run_command", command="bash", args=["-c", "rm -rf src"])
    assert judge(world, who, "mcp__shell__run_command", command="git status") == ""
    assert judge(world, who, "mcp__shell__run_command", command="pytest -q") == ""


def test_a_command_given_to_another_tool_keeps_implementers_and_others_in_their_limits(world: World) -> None:
    assert judge(world, "implementer", "mcp__shell__run_command", command="git stash") == "neighbours"
    assert judge(world, "implementer", "mcp__shell__run_command", command="echo x > src/a.py") == ""
    assert judge(world, "foreign", "mcp__shell__run_command", command="rm -rf src") == "foreign-session"
    assert judge(world, "foreign", "mcp__shell__run_command", command="npm install") == ""


def test_git_tools_of_servers_are_git(world: World) -> None:
    for tool in ("mcp__git__git_commit", "mcp__git__git_reset", "mcp__git__git_checkout", "mcp__git__git_add"):
        assert judge(world, "main", tool, repo_path="{P}", message="x") == "other-tools"
        assert judge(world, "implementer", tool, repo_path="{P}") == "neighbours"
        assert judge(world, "foreign", tool, repo_path="{P}") == "foreign-session"
    assert judge(world, "main", "mcp__git__git_status", repo_path="{P}") == ""
    assert judge(world, "main", "mcp__github__add_issue_comment", body="x") == ""


def test_an_unknown_tool_with_a_path_counts_as_a_writer(world: World) -> None:
    assert judge(world, "main", "CreateFile", file_path="src/other.py") == "other-tools"
    assert judge(world, "reviewer", "ApplyPatch", path="{P}/src/a.py") == "other-tools"
    assert judge(world, "implementer", "CreateFile", file_path="{P}/src/b.py") == "scope"
    assert judge(world, "implementer", "CreateFile", file_path="{P}/src/a.py") == ""
    assert judge(world, "foreign", "CreateFile", file_path="{P}/src/b.py") == "foreign-session"
    assert judge(world, "main", "mcp__fs__save", filename="Makefile") == "other-tools"
    assert judge(world, "main", "LSP", filePath="{P}/src/a.py", operation="hover") == ""
    assert judge(world, "main", "ListThings", path="{P}/src") == ""


@pytest.mark.parametrize("who", ["main", "reviewer", "implementer", "foreign"])
def test_prose_may_name_what_is_guarded(world: World, who: str) -> None:
    assert judge(world, who, "mcp__slack__post_message", text="see docs/plan.md and guard.json") == ""
    assert judge(world, who, "mcp__linear__create_comment", body="docs/plan.md says so") == ""
    assert judge(world, who, "mcp__term__send_text", text="rm docs/plan.md") == "guarded-paths"


def test_a_file_that_is_taken_to_a_page_is_read(world: World) -> None:
    for who in ("implementer", "main", "reviewer"):
        assert judge(world, who, "mcp__playwright__browser_file_upload", paths=["{P}/README.md"]) == ""
    assert judge(world, "main", "mcp__sftp__upload_file", path="{P}/README.md", content="x") == "other-tools"
    assert judge(world, "implementer", "mcp__sftp__upload", path="{P}/README.md") == "scope"
