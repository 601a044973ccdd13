"""`task-planner insight add|list|close`: what agents and persons note for others.

An agent adds by its own call, which a hook saw: the hook left word whose it is. Closing is a person's.
"""

from __future__ import annotations

import os
import sys

import click

from planweir.cli.common import finish, places
from planweir.cli.person import RAW, person_only
from planweir.permits import take
from planweir.verbs import insights
from planweir.verbs.answer import no
from planweir.verbs.words import BadWords, insight_words


@click.command(name="insight", context_settings=RAW)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def insight(words: tuple[str, ...]) -> None:
    """Note something for others: add --kind defect|learning|friction|upstream "…"; list; close N --why "…" (a person's)."""
    rest = [word for word in words if word != "--json"]
    in_json = len(rest) != len(words)
    try:
        given = insight_words(rest)
    except BadWords as error:
        click.echo(f"nothing was done: {str(error).replace('/task-planner', 'task-planner')}", err=True)
        sys.exit(2)
    if given.verb == "list":
        finish(insights.listing(places(), given.kind, given.open), in_json)
    if given.verb == "close":
        person_only("insight close", in_json)
        finish(insights.close(places(), given.number, given.reason), in_json)
    noted = insights.Given(given.kind, given.said, given.task, _whole(given.path))
    if not os.environ.get("CLAUDECODE"):
        person_only("insight add", in_json)
        finish(insights.add_by_person(places(), noted), in_json)
    found = places()
    agent = take(found, sys.argv[1:])
    if not agent:
        finish(
            no(
                "nobody saw whose call this is: an agent of the plan notes something with the words written out, in a Bash call of its own. "
                "A person types /task-planner insight add …"
            ),
            in_json,
        )
    finish(insights.add_by_agent(found, noted, agent), in_json)


def _whole(path: str) -> str:
    return os.path.join(os.getcwd(), path) if path else ""
