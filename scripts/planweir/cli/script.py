"""`task-planner script`: what Claude Code runs for a wave, in the order in which it runs."""

from __future__ import annotations

import click

from planweir.cli.common import as_json, finish, places
from planweir.verbs import script as verb


@click.command()
@click.option("--wave", type=click.IntRange(min=1), default=None, help="Another wave than the current one, as its script would be written now.")
@as_json
def script(wave: int | None, as_json: bool) -> None:
    """The script of the current wave: the one that runs, else the one that would be written now."""
    finish(verb.whole(places(), wave or 0), as_json)
