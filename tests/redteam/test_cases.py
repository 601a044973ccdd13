"""The corpus: each line of cases.txt is one command and the decision that it must meet."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.commands import judge_command
from planweir.guard.rules import RULES

WHO = {
    "any": ["main", "reviewer", "implementer", "foreign", "paused"],
    "agents": ["main", "reviewer", "implementer"],
    "readers": ["main", "reviewer"],
}


def cases() -> list[tuple[str, str, str, str]]:
    """verdict, rule, who, command; `any` and `agents` become one case for each of them."""
    found = []
    for line in (Path(__file__).parent / "cases.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        verdict, rule, who, command = (part.strip() for part in line.split("|", 3))
        found += [(verdict, rule, one, command) for one in WHO.get(who, [who])]
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize(("verdict", "rule", "who", "command"), cases())
def test_corpus(
    verdict: str, rule: str, who: str, command: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(world.root / "user"))
    monkeypatch.setenv("PLANWEIR_HOME", str(world.home))
    monkeypatch.setenv("PLANWEIR_PROJECT", str(world.project))
    monkeypatch.delenv("TMPDIR", raising=False)
    guard = {**world.guard, "status": "paused" if who == "paused" else "open", "grants": verdict == "allow"}
    event = world.event(who, "Bash", {"command": world.fill(command)})
    decision = judge_command(event, guard)
    if verdict == "deny":
        assert decision is not None, "it passed"
        assert decision["decision"] == "deny"
        assert not rule or decision["rule"] == rule, decision["reason"]
        assert RULES[decision["rule"]] in decision["reason"]
        assert "Next: " in decision["reason"]
    elif verdict == "allow":
        assert decision is not None
        assert decision["decision"] == "allow", decision["reason"]
    elif verdict == "ask":
        assert decision is None
    else:
        assert decision is None or decision["decision"] == "allow", decision["reason"]


def test_the_corpus_is_large_enough() -> None:
    lines = [
        line
        for line in (Path(__file__).parent / "cases.txt").read_text().splitlines()
        if line[:1] not in "# "
    ]
    assert sum(line.startswith("deny") for line in lines) >= 80
    assert sum(line.startswith(("pass", "allow", "ask")) for line in lines) >= 80
