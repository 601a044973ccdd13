"""Work is handed out: by `task-planner next`, by a gate that passed, and by the hook that sees an agent's end.

What that hook says saves the main thread a round of asking; where it says nothing, `next` is asked.
"""

from __future__ import annotations

import json
import os

from planweir.attempt import turns
from planweir.attempt.seen import hooks_seen, unseen
from planweir.attempt.stale import void_stale_reviews
from planweir.attempt.tending import tend
from planweir.brief.render import brief_name, read_brief, write_brief
from planweir.brief.steps import next_step
from planweir.host import note
from planweir.journal.ready import (
    calls_due,
    current_wave,
    proposals,
    questions,
    running_tasks,
    script_runs,
    single,
    started_tasks,
    wave_tasks,
)
from planweir.journal.store import Journal
from planweir.notice.look import guard, look
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.brief.steps import Step
    from planweir.journal.types import State
    from planweir.places import Places

ASK = "Planweir: run `task-planner next`."
DUE = "Now due:"
GATE = "task-planner gate"


class NoWork(Exception):
    """No work is handed out here; the message says why, and what a person does."""


def now(found: Places) -> Step:
    """The next step, its briefs written. Raises NoWork."""
    state = _fresh(found)
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
    why = unseen(found, "next")
    if why:
        raise NoWork(why)
    for row in calls_due(state):
        if read_brief(found, row) is None:
            write_brief(found, state, row)
    return next_step(state, found)


def after_agent(found: Places, session: str, agent: str, alone: bool) -> str:
    """What the main thread of `session` does now that `agent` has ended, in words for the model; "" where nothing is new.

    `alone`: the model hears of this end before other agents have ended, so it is told what is due for this task at once. Else the
    last of those that run side by side tells all. What is told is marked, so that two that end at once do not both tell it.
    """
    state = _fresh(found)
    ours = state["owner"]["session"] == session and state["plan"]["status"] == "open"
    run = state["workflow"]
    script = agent == run["tool_use_id"] and bool(agent)
    row = state["agents"].get(agent)
    if not ours or (run["alive"] if script else row is None or row["alive"]):
        return ""
    last = not running_tasks(state) and not started_tasks(state) and not script_runs(state)
    alone = alone or script
    if not (last or alone):
        return ""
    step = next_step(state, found)
    asked = bool(questions(state)) and not script_runs(state)
    if single(state) or asked or (last and (proposals(state) or step["step"] in ("person", "choose"))):
        return ASK
    if last and step["step"] == "gate":
        wave = current_wave(state)
        work = sum(
            state["tasks"][name]["attempts"] + sum(state["tasks"][name]["review_attempts"].values())
            for name in wave_tasks(state, wave)
        )
        return f"{DUE} `{GATE}`" if _told_first(found, f"gate-{wave}-after-{work}") else ""
    shown: list[str] = []
    agents = calls_due(state) if step["step"] in ("spawn", "workflow") else []
    for one, call in zip(agents, step["calls"], strict=False):  # the call of a script comes after them
        if (last or row is None or one.task == row["task"]) and _told_first(found, brief_name(one)):
            write_brief(found, state, one)
            shown.append(in_short(call))
    for call in step["calls"][len(agents) :] if step["step"] in ("spawn", "workflow") else ():
        if _told_first(found, f"script-{run['wave']}-after-{state['seq']}"):
            shown.append(in_short(call))
    return "\n".join([DUE, *shown]) if shown else ""


def _told_first(found: Places, name: str) -> bool:
    """Has nobody told of `name` before? Two that ask at once get one yes."""
    path = f"{found.artifacts}/briefs/{name}.told"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def lines(step: Step) -> list[str]:
    """A step as `next` prints it."""
    return [*_lines(step), *([step["note"]] if step["note"] and step["step"] in ("spawn", "workflow") else [])]


def _lines(step: Step) -> list[str]:
    calls = [_call(call) for call in step["calls"]]
    if step["step"] == "choose":
        return [step["say"], "Make one of these calls, exactly as it stands:", *calls]
    if step["step"] == "answer":
        return [step["say"], "In one message, each answer in its place and else exactly as they stand:", *calls]
    if step["step"] not in ("spawn", "workflow"):
        return [step["say"]]
    return [f"Wave {step['wave']} of {step['waves']}, in one message as they stand:", *calls]


def in_short(call: dict[str, object]) -> str:
    """An Agent call for a model that has made such calls before: the hook that lets it through writes the rest."""
    given = sub(call, "input")
    if call["tool"] == "Workflow":
        return _call(call)
    return f'Agent {text_or(given, "subagent_type")}: "{text_or(given, "prompt")}"'


def _call(call: dict[str, object]) -> str:
    words = json.dumps(call["input"], ensure_ascii=False, separators=(",", ":"))  # a model pays for each byte
    return f"{call['tool']} {words}"


def _fresh(found: Places) -> State:
    """The state, once what can be seen without anybody's event has been taken in."""
    tend(found)
    journal = Journal(found)
    known = guard(found)
    if known.get("status") == "open" and not sub(known, "agents") and not sub(known, "spawns"):
        # What changed under a review is named to the reviewers that come after it.
        seen = look(found, "next", person=not turns.working(found, text_or(known, "owner")))
        if seen.failed:
            note(found, f"the look at the tree: {seen.failed}")
    state = journal.state()
    return void_stale_reviews(found, journal, state, current_wave(state))
