"""A wave as one script of the client's: whole plans, the same ones that the loop of agents carries out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e import clients
from tests.e2e.journals import differences
from tests.e2e.plans import MakeWorld, check_of, commits, denied, done, ends_well, held, journal, kinds, passes, plan, project, results, review, reviews, task, told, work, write
from tests.e2e.steps import agent, bash
from tests.e2e.test_three_tasks import PASSED, PLAN, SCRIPT
from tests.e2e.world import World

from planweir.play.client.run import Run

WORKFLOW = {"PLANWEIR_ENGINE": "workflow"}


def of_kind(made: World, *wanted: str) -> list[dict[str, Any]]:
    return [row for row in journal(made) if row["kind"] in wanted]


@pytest.mark.parametrize("mode", ["bypassPermissions", "default"])
def test_three_tasks_are_two_scripts_and_the_journal_is_that_of_the_loop(make_world: MakeWorld, mode: str) -> None:
    loop, made = make_world(project(PLAN)), make_world(project(PLAN), env=WORKFLOW)
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=SCRIPT, mode=mode, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    loop.claude("-p", "/implement-plan docs/plan.md --yes", script=SCRIPT, mode=mode, seconds=120)
    assert differences(journal(loop), journal(made)) == []
