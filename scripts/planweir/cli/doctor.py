"""`task-planner doctor`: what may be wrong here, each with its mend. Reads alone, so an agent may ask too; `--repair` is a person's."""

from __future__ import annotations

import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.cli.person import person_only
from planweir.doctor.report import doctor as look
from planweir.doctor.world import World
from planweir.places import Places, home
from planweir.verbs.repair import repair as mend


@click.command()
@click.option("--repair", is_flag=True, help="A person's: keep what is intact of a damaged journal.")
@as_json
def doctor(repair: bool, as_json: bool) -> None:
    """What may be wrong with this machine, project and plan, and the mend. Ends with 1 where something is bad."""
    if repair:
        person_only("doctor --repair", as_json)
        finish(mend(Places(home(), project())), as_json)
    finish(look(World(Places(home(), project()), agent=bool(os.environ.get("CLAUDECODE")))), as_json)
