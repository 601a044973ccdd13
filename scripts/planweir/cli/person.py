"""A person's verbs, for their own terminal. From within a session they are typed: /task-planner VERB."""

from __future__ import annotations

import os
import sys

import click

from planweir import lineage
from planweir.cli.common import finish, places, refuse
from planweir.journal import came, incident
from planweir.plan.model import ENGINES
from planweir.verbs import lifecycle, start
from planweir.verbs.words import VERBS, BadWords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

RAW = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}


def person_only(verb: str, in_json: bool) -> None:
    """Let a person in and say how they came; end the command where an agent calls.

    CLAUDECODE is the host's sign. Where it is gone, what is left of the session in the environment, or the client among
    the processes above, tells that it was taken away: that is noted as an incident.
    """
    word = {"start": "/implement-plan PLAN", "resume": "/implement-plan"}.get(verb, f"/task-planner {verb} …")
    if os.environ.get("CLAUDECODE"):
        refuse(f"'{verb}' is a person's: they type {word}, or run it in a terminal of their own.", in_json)
    found = places()
    processes = lineage.above()
    sign = _left_over(found, processes)
    if sign:
        incident.note(found, f"`task-planner {verb}` by an agent's shell was refused: {sign}, though CLAUDECODE was not set")
        refuse(
            f"nothing was done: '{verb}' is a person's, and {sign}, though CLAUDECODE is not set. A person types {word}, or runs it "
            "in a terminal that was not opened from a session.",
            in_json,
        )
    came.say(came.COMMAND_LINE, f"{_terminal()}, {lineage.shown(processes)}")


def _left_over(found: Places, processes: list[lineage.Process]) -> str:
    """The sign that an agent's shell runs this; empty where there is none."""
    client = lineage.client_above(found, processes)
    if client is not None:
        return f"{client.name} (process {client.pid}) is above it"
    session = os.environ.get("CLAUDE_CODE_SESSION_ID", "")
    if session and os.path.exists(found.session(session)):
        return "its environment is that of a session of this project"
    return ""


def _terminal() -> str:
    held = [name for name, stream in (("input", sys.stdin), ("output", sys.stdout)) if stream is not None and stream.isatty()]
    return "in a terminal" if len(held) == 2 else f"a terminal on its {held[0]} alone" if held else "no terminal"


def _command(verb: str) -> click.Command:
    @click.command(
        name=verb, context_settings=RAW, help=f"A person's verb; /task-planner {verb} in a session."
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def run(words: tuple[str, ...]) -> None:
        rest = [word for word in words if word != "--json"]
        in_json = len(rest) != len(words)
        person_only(verb, in_json)
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
@click.option("--engine", type=click.Choice(ENGINES), help="What runs a wave; else the plan says, or the client.")
@click.option("--json", "as_json", is_flag=True)
def _start(plan: str, on_branch: bool, engine: str | None, as_json: bool) -> None:
    """Start PLAN. A session takes it over with /implement-plan."""
    person_only("start", as_json)
    finish(start.start(places(), os.path.abspath(plan), "", "", start.FEATURE if on_branch else "", flag=engine or ""), as_json)


@click.command(name="resume")
@click.option("--json", "as_json", is_flag=True)
def _resume(as_json: bool) -> None:
    """End a pause. The session that owns the plan keeps it."""
    person_only("resume", as_json)
    finish(lifecycle.resume(places(), ""), as_json)


COMMANDS = [_start, _resume, *(_command(verb) for verb in VERBS if verb not in ("discard", "insight"))]
