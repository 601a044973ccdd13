"""`task-planner artifacts [TASK]` and `task-planner summary`: what a plan left behind, and what it came to."""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.verbs import record


@click.command()
@click.argument("task", default="")
@as_json
def artifacts(task: str, as_json: bool) -> None:
    """The files that each task left (or TASK alone): briefs, reports, reviews, runs, diff; and the gates' output."""
    finish(record.listing(places(), task), as_json)


@click.command()
@as_json
def summary(as_json: bool) -> None:
    """What the open plan has come to so far, or what the last one came to."""
    finish(record.account(places()), as_json)
