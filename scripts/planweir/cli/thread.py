"""`task-planner take TASK` and `report TASK`: the main thread of a plan that it does itself.

Neither decides anything: the hook before `take` binds, the hook after `report` judges.
"""

from __future__ import annotations

import contextlib
import sys

import click

from planweir.attempt.seen import unseen
from planweir.attempt.single import report_file
from planweir.brief.render import read_brief, write_brief
from planweir.cli.common import as_json, finish, open_journal, places
from planweir.evidence.filed import filed_sha
from planweir.journal.ready import MAIN, Due, taken
from planweir.places import write_whole
from planweir.verbs.answer import no, yes

LARGEST = 64_000  # bytes


@click.command()
@click.argument("task")
@as_json
def take(task: str, as_json: bool) -> None:
    """Take TASK, in a plan that the main thread does itself, and print its brief."""
    found = places()
    state = open_journal(found, as_json).state()
    if taken(state) != task:
        finish(
            no(
                f"{task} was not taken: only the main thread takes a task, alone in its Bash call, in a plan that it does itself "
                "(/implement-plan --single)."
            ),
            as_json,
        )
    row = state["agents"][MAIN]
    due = Due(task, row["role"], row["attempt"])
    words, _digest = read_brief(found, due) or write_brief(found, state, due)
    finish(yes(words), as_json)


@click.command()
@click.argument("task")
@as_json
def report(task: str, as_json: bool) -> None:
    """Hand TASK in, with the report from standard input."""
    found = places()
    state = open_journal(found, as_json).state()
    why = unseen(found, "report")
    if why:
        finish(no(why), as_json)
    if taken(state) != task:
        finish(no(f"You do not work on {task}: nothing was handed in. `task-planner next` says what is due."), as_json)
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        finish(no("Not handed in: it is larger than 64 kB."), as_json)
    words = data.decode("utf-8", "replace")
    if not words.strip():
        finish(no("Not handed in: standard input holds no report."), as_json)
    mark = filed_sha(words)
    with contextlib.suppress(OSError):  # in a sandbox the hook after this call has the words from the call itself
        write_whole(report_file(found, mark), words)
    finish(yes(f"Handed in {mark}; it is judged now.", filed=mark), as_json)
