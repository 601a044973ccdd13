"""What the commands share: which project this is, and how an answer is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import NoReturn

import click

from planweir.journal.store import Journal
from planweir.places import Places, home
from planweir.values import shown
from planweir.verbs.answer import Answer
from planweir.verbs.ending import take_in_abort

as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


def project() -> str:
    """The project: what the session says, else the nearest folder above with an open plan, else the repository, else here."""
    for name in ("PLANWEIR_PROJECT", "CLAUDE_PROJECT_DIR"):
        given = os.environ.get(name)
        if given:
            return given
    for here in dict.fromkeys([os.environ.get("PWD") or os.getcwd(), os.getcwd()]):
        folder = here
        while True:
            if os.path.exists(Places(home(), folder).armed):
                return folder
            if folder in ("/", ""):
                break
            folder = os.path.dirname(folder)
    try:
        shown = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=False
        )
    except OSError:  # no git: what needs it says so
        return os.getcwd()
    return shown.stdout.strip() or os.getcwd()


def places() -> Places:
    found = Places(home(), project())
    take_in_abort(found)
    return found


def open_journal(found: Places, in_json: bool) -> Journal:
    """The journal of the open plan; ends the command with 1 where there is none."""
    journal = Journal(found)
    if journal.state()["plan"]["status"] not in ("open", "paused", "blocked"):
        refuse("No plan is open here.", in_json)
    return journal


def say(words: str) -> None:
    """Print a line. The bytes of a file name that is no text are printed as what stands for them."""
    click.echo(shown(words).encode("utf-8", "replace").decode())


def say_json(value: object, indent: int | None = None) -> None:
    """Print JSON. Text stays readable; a file name that is no text is escaped."""
    click.echo(to_json(value, indent))


def to_json(value: object, indent: int | None = None) -> str:
    """`value` as JSON that can be printed; without `indent` without spaces, for a model pays for each byte."""
    separators = (",", ":") if indent is None else None
    words = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    try:
        words.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, separators=separators)
    return words


def refuse(words: str, in_json: bool) -> NoReturn:
    """Say why the answer is no, and end with 1. Under --json standard output holds JSON and nothing else."""
    if in_json:
        say_json({"ok": False, "text": words})
    else:
        click.echo(words, err=True)
    sys.exit(1)


def finish(answer: Answer, in_json: bool) -> NoReturn:
    """Print the answer and end with its status."""
    if in_json:
        say_json({"ok": answer.ok, "text": answer.text, **answer.data}, 1)
    else:
        say(answer.text)
    sys.exit(0 if answer.ok else 1)
