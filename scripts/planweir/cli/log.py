"""`task-planner log`: the journal."""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.verbs import log as verb


@click.command()
@click.option("-n", "last", type=int, default=None, help="Only the last so many events.")
@as_json
def log(last: int | None, as_json: bool) -> None:
    """The events of the open plan, oldest first."""
    finish(verb.log(places(), last), as_json)
