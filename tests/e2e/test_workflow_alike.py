"""The same recording in both engines, through the real client: the journals tell the same, but for the engine's own events."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import test_javascript as javascript
from tests.e2e.journals import differences, tale
from tests.e2e.plans import MakeWorld, ends_well, journal, project, refused_by_the_client
from tests.e2e.test_three_tasks import PLAN, SCRIPT
from tests.e2e.world import REPOSITORY, World

from planweir.play.client.run import Run
from planweir.play.client.staged import client_player
from planweir.play.stage import Stage

WORKFLOW = {"PLANWEIR_ENGINE": "workflow"}


def in_both(make_world: MakeWorld, files: dict[str, str], script: dict[str, Any], **more: Any) -> tuple[World, Run]:
    """The plan in the loop and as scripts; both end well and alike. Returns the second."""
    told = []
    for env in ({}, WORKFLOW):
        made = make_world(files, env=env)
        run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=170, **more)
        ends_well(made, run)
        assert refused_by_the_client(run) == []
        told.append(journal(made))
    loop, scripts = told
    assert differences(loop, scripts) == []
    assert not [row for row in loop if row["kind"] == "workflow_allowed"]
    return made, run


def test_three_tasks_with_a_rejection_and_a_gate_that_fails(make_world: MakeWorld) -> None:
    script = {**SCRIPT, "main": [*SCRIPT["main"][:2], {"follow": True}]}
    made, run = in_both(make_world, project(PLAN), script)
    ended = [row["why"] for row in journal(made) if row["kind"] == "workflow_ended"]
    assert ["completed" in why for why in ended] == [True] * 3  # the gate sent T1 back once
    assert "say it with an f-string" in json.dumps(run.of("T2 implementer 2")[0].messages)


@pytest.mark.skipif(shutil.which("npm") is None, reason="node and npm are not installed")
def test_six_tasks_of_node_in_the_mode_that_asks(make_world: MakeWorld) -> None:
    made, _ = in_both(make_world, javascript.PROJECT, javascript.SCRIPT, mode="default")
    assert len([row for row in journal(made) if row["kind"] == "workflow_ended"]) == 3


def test_the_demonstration(real_client: Path, tmp_path: Path) -> None:
    told = {}
    for engine in ("agents", "workflow"):
        folder = tmp_path / engine
        folder.mkdir()
        stage = Stage("link-shortener", str(folder), lambda line: None)
        env = {**stage.env, "PLANWEIR_ENGINE": engine}
        player = client_player(
            *(str(REPOSITORY), str(folder / "claude"), stage.project, env, stage.recording, lambda seen: None)
        )
        try:
            player.play()
        finally:
            stage.host.cut()
        (kept,) = folder.glob("planweir/projects/**/archive/*/journal.jsonl")
        told[engine] = [json.loads(line).get("event", json.loads(line)) for line in kept.read_text().splitlines()]
    assert differences(told["agents"], told["workflow"]) == []
    assert {"T1", "T2", "T3", "T4", "T5", "T6"} < set(tale(told["workflow"]))
