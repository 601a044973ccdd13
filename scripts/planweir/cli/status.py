"""`task-planner status`"""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.journal.store import Journal
from planweir.verbs import status as verb


@click.command()
@click.option("--requirements", is_flag=True, help="Each requirement, the tasks that serve it and what shows that it holds.")
@as_json
def status(requirements: bool, as_json: bool) -> None:
    """How the open plan stands."""
    found = places()
    state = Journal(found).state()
    finish(verb.requirements(found, state) if requirements else verb.status(found, state), as_json)
