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
        ("npm run format", "`npx prettier --write src/a.py`"),
        ("npm run lint -- --fix", "`npx prettier --write src/a.py`"),
        ("make fmt", "start the formatter itself on your own files"),
    ],
)
def test_a_denied_formatter_is_answered_with_a_call_that_can_be_made(world: World, command: str, instead: str) -> None:
    decision, rule, following = judged(world, command)
    assert (decision, rule) == ("deny", "neighbours")
    assert instead in following
