"""`task-planner file TASK`: a reviewer's review, from standard input.

What is kept here counts only for the agent whose own call filed it; the hook after that call notes whose it was.
"""

from __future__ import annotations

import sys

import click

from planweir.attempt import filing
from planweir.attempt.reviewed import by_script
from planweir.attempt.seen import unseen
from planweir.brief.inside import inside
from planweir.cli.common import as_json, finish, open_journal, places
from planweir.evidence.filed import filed_sha
from planweir.review import judge, shape
from planweir.review.tidy import tidy
from planweir.verbs.answer import no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State

LARGEST = 2_000_000  # bytes


def _reviewing(state: State, task: str) -> str | None:
    """The role whose review of `task` may come now: of the reviewer that runs or was allowed to start."""
    rows = [row for row in (*state["agents"].values(), *state["spawns"].values()) if row["task"] == task]
    live = [row["role"] for row in rows if row.get("alive", True) and row["role"] not in ("implementer", "planner")]
    return live[0] if live else None


@click.command()
@click.argument("task")
@as_json
def file(task: str, as_json: bool) -> None:
    """File the review of TASK, as JSON from standard input."""
    found = places()
    state = open_journal(found, as_json).state()
    why = unseen(found, "file")
    if why:
        finish(no(why), as_json)
    role = _reviewing(state, task)
    if role is None:
        finish(no(f"No reviewer runs for {task}: nothing was filed."), as_json)
    if any(row["alive"] and row["task"] == task and by_script(row) for row in state["agents"].values()):
        finish(no("Not filed: its reviewer works in the script of the wave. Answer with StructuredOutput, as your brief says."), as_json)
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        finish(no("Not filed: it is larger than 2 MB. File a shorter one."), as_json)
    words = data.decode("utf-8", "surrogateescape")
    try:
        review = filing.read(words)
    except ValueError as error:
        finish(
            no(f"Not filed: standard input is no JSON ({error}). File it again, alone in its call."), as_json
        )
    review = tidy(review, task, role)
    faults = shape.problems(review, task, role, lambda: inside(found, state, task, role))
    if faults:
        mend = ["Not filed. Mend this and file it again:", *(f"- {fault}" for fault in faults)]
        finish(no("\n".join(mend), faults=faults), as_json)
    mark = filed_sha(words)
    written = filing.keep(found, mark, words)
    verdict = judge.judge(review, role)
    said = f"Filed {mark}: {verdict['verdict']} ({verdict['why']})."
    if not written:
        said += " It cannot be kept from here (a sandbox?): the hook after this call keeps it, if the call holds it as a here-document."
    finish(yes(said, filed=mark, **verdict), as_json)
