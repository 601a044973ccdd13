"""`task-planner request-scope TASK PATH… --why "…"`: an implementer asks for files beyond its task's."""

from __future__ import annotations

import os
import sys

import click

from planweir.cli.common import as_json, finish, places
from planweir.permits import take
from planweir.verbs import requests
from planweir.verbs.answer import no


@click.command(name="request-scope")
@click.argument("task")
@click.argument("paths", nargs=-1, required=True)
@click.option("--why", default="", help="What it is needed for; a person decides by it.")
@as_json
def request_scope(task: str, paths: tuple[str, ...], why: str, as_json: bool) -> None:
    """Ask a person to let TASK change PATHS too."""
    found = places()
    agent = take(found, sys.argv[1:]) if os.environ.get("CLAUDECODE") else ""
    if not agent:
        finish(
            no(
                f"only the implementer of {task} asks for files, from its own call; a person types /task-planner allow {task} PATH."
            ),
            as_json,
        )
    whole = [path if os.path.isabs(path) else os.path.join(os.getcwd(), path) for path in paths]
    finish(requests.request(found, task, whole, why, agent), as_json)
