"""`task-planner check PLAN`"""

from __future__ import annotations

import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.verbs.offer import check_plan


@click.command()
@click.argument("plan")
@as_json
def check(plan: str, as_json: bool) -> None:
    """Look a plan over: errors with their mend, waves, notices, warnings. Changes nothing."""
    finish(check_plan(os.path.abspath(os.path.expanduser(plan)), project(), plan), as_json)
