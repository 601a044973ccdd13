"""A person's other session commits and takes back its own files, by name, while agents work in the same tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.commands import judge_command

GIT = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """T1 runs; README.md, docs/more.md and src/other.py are no running task's."""
    world = World(tmp_path)
    world.guard["running"] = {"T1": {"files": ["src/a.py", "src/util/**"], "scope": [r"src/a\.py", r"src/util/.*"]}}
    for name in ("docs/more.md", "src/other.py"):
        (world.project / name).parent.mkdir(exist_ok=True)
        (world.project / name).write_text("x\n")
    return world


def judged(world: World, command: str) -> tuple[str, str]:
    """(rule or "", the next step)."""
    found = judge_command(world.event("foreign", "Bash", {"command": world.fill(command)}), world.guard)
    return (found["rule"], found["reason"].rpartition("Next: ")[2]) if found else ("", "")


@pytest.mark.parametrize(
    "command",
    [
        "git commit -m x README.md",
        "git commit -qm 'say what it is' -- README.md docs/more.md",
        "git add docs/more.md && git commit -m 'docs: more'",
        "git add src/other.py README.md",
        "git add -v -- docs/more.md",
        "git restore README.md",
        "git checkout -- README.md docs/more.md",
        "git checkout README.md",
        "cd docs && git add more.md",
    ],
)
def test_files_that_are_named_and_nobodys_are_its_own_matter(world: World, command: str) -> None:
    assert judged(world, command) == ("", "")


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("git add -A", "name your own files"),
        ("git add .", "name your own files"),
        ("git add src", "name your own files"),
        ("git add 'src/*'", "name your own files"),
        ("git add :/", "name your own files"),
        ("git add src/a.py", "name your own files"),
        ("git commit -am x", "name your own files"),
        ("git commit --amend -m x README.md", "name your own files"),
        ("git commit -m x src/a.py", "name your own files"),
        ("git commit -im x README.md", "name your own files"),
        ("git commit -m x --pathspec-from-file=list", "name your own files"),
        ("git add README.md && git commit -am x", "name your own files"),
        ("GIT_INDEX_FILE=x git add README.md", "name your own files"),
        ("git restore src/a.py", "name your own files"),
        ("git checkout -- src", "name your own files"),
        ("git checkout work", "git restore PATH"),
        ("git checkout -b feature/y", "git worktree add"),
        ("git push", "ask the person"),
        ("git stash", "wait"),
        ("git reset --hard", "wait"),
    ],
)
def test_what_may_reach_a_running_tasks_files_is_refused_with_a_way_that_passes(world: World, command: str, instead: str) -> None:
    rule, following = judged(world, command)
    assert rule == "foreign-session"
    assert instead in following


def test_a_link_to_a_running_tasks_file_is_no_way_around(world: World) -> None:
    (world.project / "link").symlink_to("src")
    assert judged(world, "git add link/a.py")[0] == "foreign-session"


def test_a_commit_without_names_is_judged_by_what_is_staged(world: World) -> None:
    subprocess.run([*GIT, "add", "README.md", "docs/more.md"], cwd=world.project, check=True)
    assert judged(world, "git commit -qm 'docs: more'") == ("", "")
    subprocess.run([*GIT, "add", "-f", "src/a.py"], cwd=world.project, check=True)
    assert judged(world, "git commit -qm 'docs: more'")[0] == "foreign-session"


def test_a_hook_that_would_run_over_files_in_work_is_a_reason_to_wait(world: World) -> None:
    hook = world.project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nnpx lint-staged\n")
    hook.chmod(0o755)
    rule, following = judged(world, "git commit -m x README.md")
    assert rule == "foreign-session"
    assert "a hook of the repository" in following


def test_beside_a_task_without_files_nothing_is_surely_nobodys(world: World) -> None:
    world.guard["running"] = {"T3": {"files": [], "scope": [".*"]}}
    assert judged(world, "git commit -m x README.md")[0] == "foreign-session"
    assert judged(world, "git restore README.md")[0] == "foreign-session"
