"""`task-planner script`: what Claude Code runs for a wave, in the order in which it runs."""

from __future__ import annotations

import os

import click

from planweir.cli.common import as_json, finish, places
from planweir.verbs import script as verb


@click.command()
@click.argument("plan", required=False)
@click.option("--wave", type=click.IntRange(min=1), default=None, help="Another wave than the current one, as its script would be written now.")
@as_json
def script(plan: str | None, wave: int | None, as_json: bool) -> None:
    """The script of the current wave: the one that runs, else the one that would be written now.

    With PLAN that of its first wave, before it is started."""
    if plan is not None:
        from planweir.rehearsal.verb import planned_script

        answer = planned_script(places(), os.path.abspath(os.path.expanduser(plan)), plan, wave or 1)
    else:
        answer = verb.whole(places(), wave or 0)
    if not answer.ok or as_json:
        finish(answer, as_json)
    click.echo(answer.text.encode(), nl=False)  # as it is: its sum can be taken
