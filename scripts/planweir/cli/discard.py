"""`task-planner discard PATH…`: put paths back; the patch is kept."""

from __future__ import annotations

import os
import sys

import click

from planweir.cli.common import as_json, finish, places
from planweir.cli.person import person_only
from planweir.permits import take
from planweir.verbs import mend
from planweir.verbs.answer import no


@click.command()
@click.argument("paths", nargs=-1, required=True)
@as_json
def discard(paths: tuple[str, ...], as_json: bool) -> None:
    """Put PATHS back: for an agent, what its own attempt changed; for a person, to the last commit."""
    found = places()
    agent = ""
    if os.environ.get("CLAUDECODE"):
        agent = take(found, sys.argv[1:])
        if not agent:
            finish(
                no(
                    "only an implementer's own call may discard here; a person types /task-planner discard PATH."
                ),
                as_json,
            )
    else:
        person_only("discard", as_json)
    relative = [path if os.path.isabs(path) else os.path.join(os.getcwd(), path) for path in paths]
    finish(mend.discard(found, relative, agent), as_json)
