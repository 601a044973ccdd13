"""An hour of honest work in each language: nothing of it is denied."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.redteam.world import World

from planweir.guard.commands import judge_command

WHO = {"any": ("main", "reviewer", "implementer"), "agents": ("reviewer", "implementer"), "readers": ("main", "reviewer")}
IGNORED = "build dist target node_modules .next coverage htmlcov .env bin .gradle .venv *.log *.bak *.sqlite3".split()


class Workshop(World):
    """A project in many languages, whose outputs git ignores; one task owns most of it, another works beside."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        (self.project / ".gitignore").write_text("\n".join(IGNORED) + "\n")
        (self.project / "src" / "shop").mkdir()
        owned = ("src/shop", "tests", "web", "internal", "crates", "lib")
        self.guard["running"] = {
            "T1": {"files": [f"{one}/**" for one in owned], "scope": [f"{one}/.*" for one in owned]},
            "T2": {"files": ["src/b.py"], "scope": [r"src/b\.py"]},
        }


def calls() -> list[tuple[str, str]]:
    """(who, command) for each line, `any` and its like told apart."""
    held = yaml.safe_load((Path(__file__).parent / "honest.yaml").read_text())
    return [
        (one, str(command))
        for lines in held.values()
        for line in lines
        for who, command in line.items()
        for one in WHO.get(who, (who,))
    ]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(autouse=True)
def _surroundings(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(workshop.root / "user"))
    monkeypatch.setenv("PLANWEIR_HOME", str(workshop.home))
    monkeypatch.setenv("PLANWEIR_PROJECT", str(workshop.project))
    monkeypatch.delenv("TMPDIR", raising=False)


@pytest.mark.parametrize(("who", "command"), calls())
def test_honest_work_is_not_denied(who: str, command: str, workshop: Workshop) -> None:
    event = workshop.event(who, "Bash", {"command": workshop.fill(command)})
    decision = judge_command(event, {**workshop.guard, "grants": True})
    assert decision is None or decision["decision"] == "allow", decision["reason"]


def test_there_are_enough_of_each() -> None:
    held = calls()
    assert len({command for _who, command in held}) >= 500
    assert all(sum(one == who for one, _command in held) >= 250 for who in ("main", "reviewer", "implementer"))
