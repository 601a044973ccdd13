"""`task-planner doctor`: what may be wrong here, each with its mend. Reads alone, so an agent may ask too."""

from __future__ import annotations

import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.doctor.report import doctor as look
from planweir.doctor.world import World
from planweir.places import Places, home


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """What may be wrong with this machine, project and plan, and the mend. Ends with 1 where something is bad."""
    finish(look(World(Places(home(), project()), agent=bool(os.environ.get("CLAUDECODE")))), as_json)
