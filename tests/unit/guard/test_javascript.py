"""What agents do in projects of npm: formatters, packages that all share, runners that never end."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.commands import judge_command


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setenv("HOME", str(made.root / "user"))
    monkeypatch.setenv("PLANWEIR_HOME", str(made.home))
    return made


def judged(world: World, command: str, who: str = "implementer") -> tuple[str, str, str]:
    """(decision, rule, what may be done instead) of one command."""
    found = judge_command(world.event(who, "Bash", {"command": command}), world.guard)
    if found is None:
        return "", "", ""
    return found["decision"], found["rule"], found["reason"].partition("Next: ")[2]


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("npx prettier --write .", "`npx prettier --write src/a.py`"),
        ("npx prettier . --write", "`npx prettier --write src/a.py`"),
        ("npx prettier -w src --log-level warn", "`npx prettier -w src/a.py`"),
        ("uv run ruff format", "`uv run ruff format src/a.py`"),
        ("go fmt ./...", "`go fmt src/a.py`"),
        ("cargo fmt", "`rustfmt src/a.py`"),
        ("cargo clippy --fix --allow-dirty", "run it without mending"),
        ("npm run format", "`npx prettier --write src/a.py`"),
        ("npm run lint -- --fix", "`npx prettier --write src/a.py`"),
        ("npx vitest run -u", "`npx vitest run -u tests/test_a.py`"),
        ("npm test -- -u", "`npx vitest run -u tests/test_a.py`"),
        ("make fmt", "start the formatter itself on your own files"),
    ],
)
def test_a_denied_formatter_is_answered_with_a_call_that_can_be_made(world: World, command: str, instead: str) -> None:
    decision, rule, following = judged(world, command)
    assert (decision, rule) == ("deny", "neighbours")
    assert instead in following


@pytest.mark.parametrize(
    ("command", "once"),
    [
        ("npx vitest --watch", "`npx vitest run`"),
        ("pnpm vitest dev", "`npx vitest run`"),
        ("npx jest --watchAll", "`npx jest`"),
        ("npm run test:watch", "`npm test`"),
        ("yarn test --watch", "`yarn test`"),
        ("npx tsc --noEmit -w", "`npx tsc --noEmit`"),
    ],
)
@pytest.mark.parametrize("who", ["main", "implementer", "reviewer"])
def test_endless_command_is_answered_with_how_it_is_run_once(world: World, who: str, command: str, once: str) -> None:
    decision, rule, following = judged(world, command, who)
    assert (decision, rule) == ("deny", "endless-command")
    assert once in following


def test_a_watching_command_that_the_person_wrote_into_the_plan_passes(world: World) -> None:
    world.guard["commands"] = ["npx vitest --watch"]
    assert judged(world, "npx vitest --watch")[1] == ""


@pytest.mark.parametrize(
    ("command", "granted"),
    [
        ("npx prettier --write src/a.py", True),
        ("npx eslint --fix src/a.py tests/test_a.py", True),
        ("ruff format -q src/a.py", True),
        ("npx prettier --write src/a.py README.md", False),
        ("npx prettier --write src/a.py --plugin=./evil.js", False),
        ("npx eslint --fix -c /tmp/evil.js src/a.py", False),
        ("NODE_OPTIONS=--require=./evil.js npx eslint --fix src/a.py", False),
        ("npx vitest run -u tests/test_a.py", False),
    ],
)
def test_a_formatter_on_the_tasks_own_files_raises_no_dialog(world: World, command: str, granted: bool) -> None:
    world.guard["grants"] = True
    assert (judged(world, command)[0] == "allow") is granted


def test_node_modules_may_be_installed_anew_where_nobody_else_works(world: World) -> None:
    running = world.guard["running"]
    assert isinstance(running, dict)
    world.guard["running"] = {"T1": running["T1"]}
    assert judged(world, "rm -rf node_modules && npm ci")[1] == ""


def test_a_task_that_has_the_manifest_may_add_a_dependency(world: World) -> None:
    running = world.guard["running"]
    assert isinstance(running, dict)
    running["T1"]["scope"].append(r"package\.json")
    assert judged(world, "npm install lodash")[1] == ""


@pytest.mark.parametrize("folder", ["coverage", "packages/core/dist"])
def test_an_ignored_folder_may_be_removed_though_there_is_none_yet(world: World, folder: str) -> None:
    (world.project / ".gitignore").write_text("coverage/\ndist/\n")
    assert judged(world, f"rm -rf {folder}")[1] == ""
    assert judged(world, "rm -rf other")[1] == "scope"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("cargo fmt --manifest-path core/Cargo.toml", ""),
        ("cargo fmt --manifest-path=core/Cargo.toml", ""),
        ("cargo fmt --manifest-path src/Cargo.toml", "neighbours"),
        ("npx prettier --write 'src/util/*.py'", ""),
        ("npx eslint --fix 'src/*.ts'", ""),
        ("npx eslint --fix 'src/*.py'", "neighbours"),  # src/b.py is T2's
        ("npx eslint --fix 'src/*'", "neighbours"),
        ("npx eslint --fix 'src/**/*.ts'", "neighbours"),
    ],
)
def test_a_formatter_reaches_the_folder_or_the_level_that_it_is_given(world: World, command: str, rule: str) -> None:
    (world.project / "core").mkdir()
    assert judged(world, command)[1] == rule


def test_a_pattern_of_one_level_meets_a_glob_of_a_neighbour(world: World) -> None:
    world.guard["running"] = {"T1": {"files": ["src/a.py"], "scope": [r"src/a\.py"]}, "T2": {"files": ["src/web/**"], "scope": ["src/web/.*"]}}
    assert judged(world, "npx prettier --write 'src/*.ts'")[1] == ""
    world.guard["running"] = {"T1": {"files": ["src/a.py"], "scope": [r"src/a\.py"]}, "T2": {"files": ["src/**/*.ts"], "scope": ["src/.*"]}}
    assert judged(world, "npx prettier --write 'src/*.ts'")[1] == "neighbours"
