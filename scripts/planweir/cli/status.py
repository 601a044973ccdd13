"""`task-planner status`"""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.journal.store import Journal
from planweir.verbs import status as verb


@click.command()
@as_json
def status(as_json: bool) -> None:
    """How the open plan stands."""
    found = places()
    finish(verb.status(found, Journal(found).state()), as_json)
