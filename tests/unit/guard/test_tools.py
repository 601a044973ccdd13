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
    assert judge(world, who, "Unheard", code="open('journal.jsonl')") == "guarded-paths"


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
