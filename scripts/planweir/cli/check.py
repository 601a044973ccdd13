"""`task-planner check PLAN`"""

from __future__ import annotations

import gc
import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.verbs.offer import as_document, check_plan


@click.command()
@click.argument("plan")
@click.option("--markdown", is_flag=True, help="Print the plan as a Markdown document, whatever it was written in.")
@as_json
def check(plan: str, markdown: bool, as_json: bool) -> None:
    """Look a plan over: errors with their mend, waves, notices, warnings. Changes nothing."""
    gc.disable()  # a large plan is made of rows that all live to the end: looking for garbage among them is a fifth of the cost
    path = os.path.abspath(os.path.expanduser(plan))
    finish(as_document(path, plan) if markdown else check_plan(path, project(), plan), as_json)
