"""Builds pass for those who only read where git ignores what they leave; scripts and aliases by what they hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.commands import judge_command


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def verdict(world: World, command: str, who: str = "main") -> str:
    decision = judge_command(world.event(who, "Bash", {"command": command}), world.guard)
    return "" if decision is None else decision["rule"]


def put(world: World, path: str, text: str) -> None:
    file = world.project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_script_builds_where_one_of_the_usual_folders_is_ignored(world: World) -> None:
    assert verdict(world, "npm run build") == ""
    put(world, ".gitignore", "*.log\n")
    assert verdict(world, "npm run build") == "main-thread-commands"
    assert verdict(world, "npm run build", "reviewer") == "reviewer-commands"
    assert verdict(world, "npm run build", "implementer") == ""
    assert verdict(world, "npm test") == ""


def test_tsc_passes_by_where_its_configuration_has_it_write(world: World) -> None:
    assert verdict(world, "npx tsc") == "main-thread-commands"
    assert verdict(world, "npx tsc", "reviewer") == ""  # opaque
    put(world, "tsconfig.json", '{"compilerOptions": {"outDir": "./build"}}')
    assert verdict(world, "npx tsc") == ""
    put(world, "tsconfig.json", '{"compilerOptions": {"outDir": "src/js"}}')
    assert verdict(world, "npx tsc") == "main-thread-commands"
    assert verdict(world, "npx tsc", "reviewer") == "reviewer-commands"
    put(world, "tsconfig.json", '{"compilerOptions": {"noEmit": true}}')
    assert verdict(world, "npx tsc") == ""


def test_go_build_leaves_a_binary_only_of_one_main_package(world: World) -> None:
    put(world, "go.mod", "module example.org/x/shop\n")
    put(world, "cmd/shop/main.go", "package main\n\nfunc main() {}\n")
    put(world, "lib/lib.go", "package lib\n")
    assert verdict(world, "go build ./...") == ""
    assert verdict(world, "go build ./lib") == ""
    assert verdict(world, "go build ./cmd/shop") == "main-thread-commands"
    assert verdict(world, "go build -o /dev/null ./cmd/shop") == ""
    assert verdict(world, "go build -o build/shop ./cmd/shop") == ""
    put(world, ".gitignore", "/shop\nbuild/\n")
    assert verdict(world, "go build ./cmd/shop") == ""


def test_a_reviewers_script_is_opaque_unless_it_surely_changes_the_project(world: World) -> None:
    put(world, "s/looks.sh", "ls src\npytest -q\n")
    put(world, "s/writes.sh", "echo x > src/b.py\n")
    put(world, "s/stash.sh", "git stash\n")
    put(world, "s/build.sh", "mkdir -p build\necho x > build/out.txt\n")
    assert verdict(world, "bash s/looks.sh", "reviewer") == ""
    assert verdict(world, "bash s/build.sh", "reviewer") == ""
    assert verdict(world, "bash s/writes.sh", "reviewer") == "reviewer-commands"
    assert verdict(world, "./s/stash.sh", "reviewer") == "reviewer-commands"
    assert verdict(world, "bash s/looks.sh", "main") == "main-thread-commands"


def test_an_alias_of_gits_is_what_it_stands_for(world: World) -> None:
    for name, value in {"lg": "log --oneline", "wip": "commit -am wip", "sh": "!git stash"}.items():
        subprocess.run(["git", "-C", str(world.project), "config", f"alias.{name}", value], check=True)
    for who in ("main", "implementer", "reviewer"):
        assert verdict(world, "git lg -3", who) == ""
    assert verdict(world, "git wip", "implementer") == "neighbours"
    assert verdict(world, "git sh", "implementer") == "neighbours"
    assert verdict(world, "git nothing", "implementer") == "neighbours"
    assert verdict(world, "git wip", "main") == "main-thread-commands"
    assert verdict(world, "git wip", "reviewer") == "reviewer-commands"


def test_a_denial_of_git_names_the_way_that_fits(world: World) -> None:
    def told(command: str, who: str = "implementer") -> str:
        decision = judge_command(world.event(who, "Bash", {"command": command}), world.guard)
        assert decision is not None
        return decision["reason"].partition("Next: ")[2]

    assert "git archive" in told("git worktree add /tmp/base HEAD~1")
    assert "git archive" in told("git stash", "reviewer")
    assert "task-planner discard" in told("git checkout -- src/a.py")
    assert "`rm`" in told("git rm src/a.py")
    assert "patch FILE" in told("git apply /tmp/x.diff")
    assert "the gate" in told("git commit -am x")
    assert "--files" in told("pre-commit run")
