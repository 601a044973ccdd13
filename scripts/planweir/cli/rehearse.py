"""`task-planner rehearse PLAN`: the scripts that would carry it out, run with agents that only announce themselves."""

from __future__ import annotations

import os

import click

from planweir.cli.common import as_json, finish, project
from planweir.places import Places, home
from planweir.rehearsal.verb import rehearse as play


@click.command()
@click.argument("plan")
@click.option("--fail", "fail", multiple=True, metavar="TASK[:TIMES]", help="Let reviews of this task ask for changes first.")
@click.option("--at-once", type=click.IntRange(1, 64), help="Agents at a time, where another machine will run it.")
@as_json
def rehearse(plan: str, fail: tuple[str, ...], at_once: int | None, as_json: bool) -> None:
    """Play a plan through with agents that only announce themselves.

    Shows order, parallelism and cost before anything is spent. Starts no agent, needs no client and no network, writes nothing."""
    path = os.path.abspath(os.path.expanduser(plan))
    finish(play(Places(home(), project()), path, plan, fail, at_once or 0), as_json)
