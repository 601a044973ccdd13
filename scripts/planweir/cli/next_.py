"""`task-planner next`: the exact calls to make now."""

from __future__ import annotations

import os

import click

from planweir.attempt.seen import hooks_seen
from planweir.attempt.tending import tend
from planweir.brief.render import read_brief, write_brief
from planweir.brief.steps import next_step
from planweir.brief.told import by_hand, rejections, told
from planweir.cli.common import as_json, open_journal, places, refuse, say, say_json, to_json
from planweir.gate.gate import void_stale_reviews
from planweir.journal.ready import current_wave, due
from planweir.journal.store import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.brief.steps import Step
    from planweir.journal.types import State
    from planweir.places import Places


@click.command(name="next")
@as_json
def next_(as_json: bool) -> None:
    """What happens next, as the exact calls to make. Hands out no work until the session's hooks have been seen."""
    found = places()
    open_journal(found, as_json)
    try:
        step = now(found)
    except NoWork as error:
        refuse(str(error), as_json)
    if as_json:
        say_json(step)
    else:
        say("\n".join([*lines(step), *beside(Journal(found).state(), step)]))


class NoWork(Exception):
    """No work is handed out here; the message says why, and what a person does."""


def now(found: Places) -> Step:
    """The next step, its briefs written. Raises NoWork."""
    journal = Journal(found)
    tend(found)
    state = journal.state()
    state = void_stale_reviews(found, journal, state, current_wave(state))
    asking = os.environ.get("CLAUDE_CODE_SESSION_ID", "")
    if asking and state["owner"]["session"] not in ("", asking):
        raise NoWork(
            "Another session owns the plan, so no work is handed out here. A person types /implement-plan to go on with the "
            "plan in this session."
        )
    if not hooks_seen(found, state):
        raise NoWork(
            "No hook of the session that owns the plan has run in this client since the plan was opened, so nothing is enforced and "
            "no work is handed out. A person types /implement-plan in a session that has the Planweir plugin loaded."
        )
    for row in due(state):
        if read_brief(found, row) is None:
            write_brief(found, state, row)
    return next_step(state, found)


def lines(step: Step) -> list[str]:
    return [*_lines(step), *([step["note"]] if step["note"] and step["step"] == "spawn" else [])]


def _lines(step: Step) -> list[str]:
    calls = [f"{call['tool']} {to_json(call['input'])}" for call in step["calls"]]
    if step["step"] == "choose":
        return [step["say"], "Make one of these calls, exactly as it stands:", *calls]
    if step["step"] == "answer":
        return [step["say"], "In one message, each answer in its place and else exactly as they stand:", *calls]
    if step["step"] != "spawn":
        return [step["say"]]
    return [
        f"Wave {step['wave']} of {step['waves']}, in one message as they stand:",
        *calls,
    ]


def beside(state: State, step: Step) -> list[str]:
    """What a person should hear where the plan has stopped for them or is done."""
    if step["step"] not in ("person", "done"):
        return []
    names = list(state["tasks"])
    shown = [f"{name}: {line}" for name in names for line in rejections(state, name)]
    shown += told(state, names)
    return [*shown, *(by_hand(state, names) if step["step"] == "done" else [])]
