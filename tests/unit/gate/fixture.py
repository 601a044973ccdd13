"""The fixture `shop`, taken into the conftest of each folder that uses it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, new_repository

from planweir.journal import came


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "project"
    new_repository(root)
    return root


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that knows nothing of this machine's git, client and person."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "CLAUDE", "PLANWEIR_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("PLANWEIR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("PLANWEIR_ENGINE", "agents")  # who tests the wave's script says so
    monkeypatch.setattr(came, "_said", {"came": came.TYPED})  # whoever calls a verb here is a person who typed it
    return tmp_path


@pytest.fixture
def shop(alone: Path, template: Path) -> Shop:
    made = Shop(alone)
    shutil.copytree(template, made.root, symlinks=True)
    return made
