"""`task-planner check PLAN`"""

from __future__ import annotations

import gc
import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.verbs.offer import check_plan


@click.command()
@click.argument("plan")
@as_json
def check(plan: str, as_json: bool) -> None:
    """Look a plan over: errors with their mend, waves, notices, warnings. Changes nothing."""
    gc.disable()  # a large plan is made of rows that all live to the end: looking for garbage among them is a fifth of the cost
    finish(check_plan(os.path.abspath(os.path.expanduser(plan)), project(), plan), as_json)
