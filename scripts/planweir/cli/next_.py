"""`task-planner next`: the exact calls to make now."""

from __future__ import annotations

import os

import click

from planweir.attempt.seen import hooks_seen
from planweir.attempt.tending import tend
from planweir.brief.render import read_brief, write_brief
from planweir.brief.steps import next_step
from planweir.cli.common import as_json, open_journal, places, refuse, say, say_json, to_json
from planweir.gate.gate import void_stale_reviews
from planweir.journal.ready import current_wave, due

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.brief.steps import Step


@click.command(name="next")
@as_json
def next_(as_json: bool) -> None:
    """What happens next, as the exact calls to make. Hands out no work until the session's hooks have been seen."""
    found = places()
    journal = open_journal(found, as_json)
    tend(found)
    state = journal.state()
    state = void_stale_reviews(found, journal, state, current_wave(state))
    asking = os.environ.get("CLAUDE_CODE_SESSION_ID", "")
    if asking and state["owner"]["session"] not in ("", asking):
        refuse(
            "Another session owns the plan, so no work is handed out here. A person types /implement-plan to go on with the "
            "plan in this session.",
            as_json,
        )
    if not hooks_seen(found, state):
        refuse(
            "No hook of the session that owns the plan has run in this client since the plan was opened, so nothing is enforced and "
            "no work is handed out. A person types /implement-plan in a session that has the Planweir plugin loaded.",
            as_json,
        )
    for row in due(state):
        if read_brief(found, row) is None:
            write_brief(found, state, row)
    step = next_step(state, found)
    if as_json:
        say_json(step)
    else:
        say("\n".join(lines(step)))


def lines(step: Step) -> list[str]:
    calls = [f"{call['tool']} {to_json(call['input'])}" for call in step["calls"]]
    if step["step"] == "choose":
        return [step["say"], "Make one of these calls, exactly as it stands:", *calls]
    if step["step"] != "spawn":
        return [step["say"]]
    return [
        f"Wave {step['wave']} of {step['waves']}. In one message, exactly as they stand:",
        *calls,
    ]
