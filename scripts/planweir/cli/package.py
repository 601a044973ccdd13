"""`task-planner package TASK`: what a reviewer of TASK judges, in parts that Bash shows whole.

For a reviewer that works it is what was kept when it was bound: its review is bound to the digest of just that.
"""

from __future__ import annotations

import os

import click

from planweir.brief import quotes
from planweir.brief.package import package as facts_of
from planweir.brief.render import matter, principles, read_matter
from planweir.cli.common import as_json, finish, open_journal, places
from planweir.guard.who import REVIEWERS
from planweir.journal.ready import Due, role_due
from planweir.verbs.answer import no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

SHOWN = 30_000  # characters that Bash shows of a command's output (Claude Code 2.1.329)
ROOM = 1_000  # of those, for the line that says how to go on
LEAST = 4_000


@click.command()
@click.argument("task")
@click.option("--from", "start", type=click.IntRange(0), default=0, metavar="N", help="Go on at character N.")
@as_json
def package(task: str, start: int, as_json: bool) -> None:
    """Print what a reviewer of TASK judges: notes, facts, recorded runs and the diff."""
    found = places()
    state = open_journal(found, as_json).state()
    if task not in state["tasks"]:
        finish(no(f"{task} is no task of this plan. `task-planner status` lists them."), as_json)
    whole = _kept(found, state, task) or _now(found, state, task)
    if not whole:
        status = state["tasks"][task]["status"]
        finish(no(f"{task} is {status}: nothing of it can be reviewed yet. `task-planner next` says what is due."), as_json)
    if start >= len(whole):
        finish(no(f"The package of {task} has {len(whole)} characters; it ends before {start}."), as_json)
    end = _end(whole, start)
    words = whole[start:end]
    if end < len(whole):
        words += f"\n… {len(whole) - end} characters more. Run `task-planner package {task} --from {end}`, alone on its line."
    finish(yes(words, task=task, start=start, end=end, size=len(whole)), as_json)


def _kept(places: Places, state: State, task: str) -> str | None:
    """What the reviewer that works for `task` was bound with."""
    live = [row for row in state["agents"].values() if row["alive"] and row["task"] == task and row["role"] in REVIEWERS]
    return read_matter(places, Due(task, live[0]["role"], live[0]["attempt"])) if live else None


def _now(places: Places, state: State, task: str) -> str:
    """What a reviewer would be given now; nothing where there is nothing to judge."""
    if role_due(state, task) == "plan-reviewer":
        facts = quotes.submitted_plan(state["tasks"][task])
    elif state["tasks"][task]["start_tree"]:
        facts = facts_of(places, state, task, keep=False)[0]
    else:
        return ""
    return matter(state, task, facts, principles(places, state, task))


def _end(whole: str, start: int) -> int:
    """Where the part from `start` ends: at the end of a line, if one is near."""
    try:
        shown = min(SHOWN, int(os.environ.get("BASH_MAX_OUTPUT_LENGTH", SHOWN)))
    except ValueError:
        shown = SHOWN
    most = start + max(LEAST, shown) - ROOM
    if most >= len(whole):
        return len(whole)
    line = whole.rfind("\n", start + (most - start) // 2, most) + 1
    return line or most
