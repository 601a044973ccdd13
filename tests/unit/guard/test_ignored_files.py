"""What the project ignores is no change; what lay there before the attempt and git could not bring back is kept."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.evidence.byproducts import BYPRODUCTS
from planweir.guard import ignoring
from planweir.guard.commands import judge_command
from planweir.guard.edits import judge_edit
from planweir.guard.tools import judge_other_tool

IGNORE = """build/
dist/
.next/
target/
*.log
.venv/
node_modules/
.env
.env.*
*.pem
*.sqlite3
data/
.idea/
src/gen/
cache.db
"""
OLD = {
    ".env": "KEY=secret\n",
    "certs/server.pem": "x",
    "db.sqlite3": "x",
    "data/seed.csv": "1\n",
    "data/deep/more.csv": "1\n",
    ".idea/workspace.xml": "<x/>",
    "cache.db": "x",
    "build/out.txt": "x",
    "dist/app.js": "x",
    ".next/cache/a": "x",
    "target/debug/app": "x",
    "node_modules/.cache/x": "x",
    "debug.log": "x",
    "src/gen/api.py": "x",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    (made.project / ".gitignore").write_text(IGNORE)
    for name, text in OLD.items():
        path = made.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    running = made.guard["running"]
    assert isinstance(running, dict)
    for row in running.values():
        row["since"] = time.time() + 3600  # what is there now was there before the attempt
    return made


def begins_now(world: World) -> None:
    """The attempt of every task began before anything that is there."""
    running = world.guard["running"]
    assert isinstance(running, dict)
    for row in running.values():
        row["since"] = 1


def judged(world: World, command: str, who: str = "implementer") -> str:
    found = judge_command(world.event(who, "Bash", {"command": command}), {**world.guard})
    return found["rule"] if found and found["decision"] == "deny" else ""


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf dist",
        "rm -rf build coverage .next target node_modules/.cache",
        "> debug.log",
        "rm *.log",
        "python -m venv .venv",
        "echo x > src/gen/api.py",
        "mv build /tmp/old-build",
        "cp -r dist/. build/",
        "find . -name '*.log' -delete",
    ],
)
def test_scope_leaves_free_what_a_command_makes_again(world: World, command: str) -> None:
    assert judged(world, command) == ""


@pytest.mark.parametrize(
    "command",
    [
        "rm .env",
        "rm -f .env certs/server.pem",
        "rm -rf data/",
        "rm -rf data/deep",
        "rm db.sqlite3",
        "mv .env .env.old",
        "echo KEY= > .env",
        "echo KEY=1 >> .env",
        "cp .env.example .env",
        "sed -i s/a/b/ .env",
        "truncate -s 0 cache.db",
        "rm -rf .idea",
        "bash -c 'rm -rf data'",
        "rm -rf dist data",
    ],
)
def test_scope_keeps_what_git_could_not_bring_back(world: World, command: str) -> None:
    assert judged(world, command) == "scope"


@pytest.mark.parametrize("command", ["cat .env", "cp .env /tmp/env.copy", "ls data", "sqlite3 -readonly x.db .dump < data/seed.csv"])
def test_what_is_kept_may_be_read(world: World, command: str) -> None:
    assert judged(world, command) == ""


def test_scope_leaves_free_what_came_with_the_attempt(world: World) -> None:
    begins_now(world)
    assert judged(world, "rm -rf data .env db.sqlite3 && echo x > cache.db") == ""


def test_scope_leaves_free_an_ignored_file_that_is_new(world: World) -> None:
    assert judged(world, "cp .env .env.test && echo x > data/new.csv") == ""


def test_a_denial_says_that_it_would_be_lost_and_how_to_ask(world: World) -> None:
    found = judge_command(world.event("implementer", "Bash", {"command": "rm -rf data"}), {**world.guard})
    assert found is not None
    assert "data/deep/more.csv was there before your attempt and git ignores it" in found["reason"]
    assert "task-planner request-scope T1 data/deep/more.csv --why" in found["reason"]
    assert "outside" not in found  # no `Scope: warn` lets it pass


def test_the_same_holds_for_every_tool(world: World) -> None:
    env: dict[str, object] = {"file_path": str(world.project / ".env"), "content": "x"}
    for found in (
        judge_edit(world.event("implementer", "Write", env), {**world.guard}),
        judge_edit(world.event("implementer", "Edit", env), {**world.guard}),
        judge_other_tool(world.event("implementer", "mcp__files__write_file", {"path": str(world.project / ".env")}), {**world.guard}),
        judge_other_tool(world.event("implementer", "mcp__files__delete", {"path": str(world.project / "data")}), {**world.guard}),
    ):
        assert found is not None
        assert found["rule"] == "scope"
    new: dict[str, object] = {"notebook_path": str(world.project / "data/new.ipynb")}
    assert judge_edit(world.event("implementer", "NotebookEdit", new), {**world.guard}) is None


@pytest.mark.parametrize("command", ["rm .env", "rm -rf data", "echo x > .env", "echo x > db.sqlite3"])
def test_scope_keeps_it_from_a_task_without_files_too(world: World, command: str) -> None:
    assert judged(world, command, "free") == "scope"


@pytest.mark.parametrize("command", ["rm -rf dist build", "echo x > src/gen/api.py", "rm README.md", "echo x > .env.new"])
def test_a_task_without_files_may_do_the_rest(world: World, command: str) -> None:
    assert judged(world, command, "free") == ""


def test_a_report_of_coverage_is_free_though_nothing_ignores_it(world: World) -> None:
    for name in ("coverage/lcov.info", "coverage/base.css", "coverage/src/a.js.html"):
        (world.project / name).parent.mkdir(parents=True, exist_ok=True)
        (world.project / name).write_text("x")
    assert judged(world, "rm -rf coverage") == ""
    subprocess.run(["git", "-C", str(world.project), "add", "-f", "coverage"], check=True)
    assert judged(world, "rm -rf coverage") == "scope"


def test_a_folder_called_coverage_that_is_no_report_is_not(world: World) -> None:
    (world.project / "coverage").mkdir()
    (world.project / "coverage/plan.py").write_text("x")
    assert judged(world, "rm -rf coverage") == "scope"


def test_tracked_files_are_not_ignored_whatever_the_patterns_say(world: World) -> None:
    subprocess.run(["git", "-C", str(world.project), "add", "-f", "build/out.txt"], check=True)
    assert judged(world, "rm -rf build") == "scope" or (world.project / ".git/index").exists()
    assert judged(world, "echo x > build/out.txt") == "scope"


def test_git_is_asked_once_for_all_paths_of_a_command(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    real = subprocess.run

    def count(words: list[str], **given: object) -> object:
        asked.append(words)
        return real(words, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", count)
    assert judged(world, "for f in 1; do :; done; touch dist/a dist/b build/c target/d .next/e; echo x > x.log") == ""
    assert len(asked) == 1
    assert judged(world, "echo x > src/a.py; cat README.md; mkdir -p src/util; echo x > src/util/n.py") == ""
    assert len(asked) == 1  # nothing but the task's own: git is not asked


def test_one_path_that_git_will_not_look_at_does_not_spoil_the_others(world: World) -> None:
    project = str(world.project)
    found = ignoring.ignored([f"{project}/dist/a", "/elsewhere/x", f"{project}/src/a.py"], project, {})
    assert found == {f"{project}/dist/a"}


@pytest.mark.parametrize("row", [row for row in BYPRODUCTS if not row.startswith("/.claude/")])
def test_every_byproduct_of_a_known_tool_is_free_for_the_guard(row: str) -> None:
    name = row.strip("/").replace("*", "x")
    inside = f"packages/a/{name}" + ("/deep/x" if row.endswith("/") else "")
    assert ignoring.cached(inside)


def test_an_old_file_is_known_by_when_it_was_changed_last_whatever_its_dates_say(world: World) -> None:
    path = world.project / ".env"
    os.utime(path, (1, 1))
    assert ignoring.older(str(path), time.time() + 10)
    assert not ignoring.older(str(path), time.time() - 10)
    assert not ignoring.older(str(world.project / "none"), time.time() + 10)
