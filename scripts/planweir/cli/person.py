"""A person's verbs, for their own terminal. From within a session they are typed: /task-planner VERB."""

from __future__ import annotations

import os
import sys

import click

from planweir.cli.common import finish, places, refuse
from planweir.verbs import lifecycle, start
from planweir.verbs.words import VERBS, BadWords

RAW = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}


def _person_only(verb: str, in_json: bool) -> None:
    if os.environ.get("CLAUDECODE"):
        typed = {"start": "/implement-plan PLAN", "resume": "/implement-plan"}.get(
            verb, f"/task-planner {verb} …"
        )
        refuse(f"'{verb}' is a person's: they type {typed}, or run it in a terminal of their own.", in_json)


def _command(verb: str) -> click.Command:
    @click.command(
        name=verb, context_settings=RAW, help=f"A person's verb; /task-planner {verb} in a session."
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def run(words: tuple[str, ...]) -> None:
        rest = [word for word in words if word != "--json"]
        in_json = len(rest) != len(words)
        _person_only(verb, in_json)
        found = places()
        try:
            answer = VERBS[verb](found, rest)
        except BadWords as error:
            click.echo(f"nothing was done: {str(error).replace('/task-planner', 'task-planner')}", err=True)
            sys.exit(2)
        finish(answer, in_json)

    return run


@click.command(name="start")
@click.argument("plan")
@click.option("--branch", "on_branch", is_flag=True, help="Make a branch of the plan's own first: feature/….")
@click.option("--json", "as_json", is_flag=True)
def _start(plan: str, on_branch: bool, as_json: bool) -> None:
    """Start PLAN. A session takes it over with /implement-plan."""
    _person_only("start", as_json)
    finish(start.start(places(), os.path.abspath(plan), "", "", start.FEATURE if on_branch else ""), as_json)


@click.command(name="resume")
@click.option("--json", "as_json", is_flag=True)
def _resume(as_json: bool) -> None:
    """End a pause. The session that owns the plan keeps it."""
    _person_only("resume", as_json)
    finish(lifecycle.resume(places(), ""), as_json)


COMMANDS = [_start, _resume, *(_command(verb) for verb in VERBS if verb != "discard")]
