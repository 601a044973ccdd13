"""`task-planner done`: what is missing until the plan is done, and a look back at one that was."""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.verbs.complete import done as look
from planweir.verbs.verify import verify as hold


@click.command()
@click.argument("which", nargs=-1)
@click.option("--verify", is_flag=True, help="Hold a signed-off record (a plan's id, its line, or the last) against its journal and HEAD.")
@as_json
def done(which: tuple[str, ...], verify: bool, as_json: bool) -> None:
    """What `complete` would find missing now. Looks alone: it runs none of the plan's commands and ends nothing."""
    if which and not verify:
        raise click.UsageError(f"unexpected: {' '.join(which)}. `task-planner done --verify {' '.join(which)}` looks at a record.")
    finish(hold(places(), " ".join(which)) if verify else look(places()), as_json)
