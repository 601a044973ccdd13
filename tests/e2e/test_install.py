"""The plugin as people get it: validated, installed from its own marketplace, run without any option."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e import clients
from tests.e2e.notes import events, implement, places, plan, script
from tests.e2e.world import REPOSITORY, World

from planweir.journal import markers

MakeWorld = Callable[..., World]

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests", "*.egg-info", ".hypothesis")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository's files, as a clone has them."""
    return Path(shutil.copytree(REPOSITORY, tmp_path / "planweir", symlinks=True, ignore=LEFT_OUT))


def test_the_plugin_validates_strictly(make_world: MakeWorld, copy: Path) -> None:
    known = clients.manifests_may_name_engines()
    how = ("--strict", "--profile", "directory") if known else ()
    run = make_world(plugin=None).tool("plugin", "validate", *how, str(copy))
    assert run.exit == 0, run.stdout + run.stderr
    if known:
        assert "warning" not in run.stdout.lower()
    else:
        assert all("Unknown field '" in warning for warning in re.findall(r"❯ .*", run.stdout))


def test_a_plan_runs_after_an_install_from_the_marketplace(make_world: MakeWorld, copy: Path) -> None:
    made = make_world({"plan.md": plan("T1")}, plugin=copy)
    made.plugin = None
    for words in (("marketplace", "add", str(copy)), ("install", "planweir@planweir")):
        run = made.tool("plugin", *words)
        assert run.exit == 0, run.stdout + run.stderr
    (listed,) = json.loads(made.tool("plugin", "list", "--json").stdout)
    assert (listed["id"], listed["enabled"], listed.get("errors", [])) == ("planweir@planweir", True, [])
    told = made.tool("plugin", "list").stdout
    assert "planweir@planweir" in told
    assert "error" not in told.lower()

    first = made.claude("-p", "/implement-plan plan.md --yes", script={"main": [{"say": "Later."}]})
    second = Path(markers.recorded(places(made))[1])
    assert second.is_relative_to(made.home / ".claude")
    second.unlink()
    run = made.claude(
        "-p",
        "/implement-plan",
        *("--resume", first.session_id),
        script=script([{"follow": True}], T1=implement("T1")),
    )
    assert f"Incident: the marker {second} was gone and was set again" in json.dumps(run.of()[0].messages)
    assert second.exists()
    assert [event["what"] for event in events(made, "incident")] == [f"the marker {second} was gone and was set again"]
    assert made.git("log", "--format=%s").splitlines() == ["T1: Write one.txt", "Begin"]
