"""Which client runs, and that the manifest promises no older one than the tests run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planweir.play.client.fetch import OLDEST, PINNED, version

TOP = Path(__file__).resolve().parents[3]


def test_the_manifest_names_the_oldest_client_that_the_tests_run() -> None:
    manifest = json.loads((TOP / ".claude-plugin" / "plugin.json").read_text())
    assert manifest["engines"] == {"claude-code": f">={OLDEST}"}


@pytest.mark.parametrize(("asked", "runs"), [("", PINNED), ("oldest", OLDEST), ("2.1.300", "2.1.300")])
def test_another_client_than_the_pinned_one_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, asked: str, runs: str
) -> None:
    monkeypatch.setenv("PLANWEIR_CLIENT", asked)
    assert version() == runs
