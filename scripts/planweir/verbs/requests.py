"""Files beyond a task's own: its agent asks, a person allows or refuses, and the task goes on with the answer."""

from __future__ import annotations

import os

from planweir.attempt.beyond import owner_among, told
from planweir.brief.render import drop_briefs
from planweir.journal.fold.requests import BY_PLAN
from planweir.journal.ready import CLOSED, asked_for
from planweir.journal.render import guarded, task_scope
from planweir.journal.store import Journal
from planweir.plan.scope import Covered
from planweir.verbs import mend
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

MOST_OPEN = 8  # requests of one task that wait
LONGEST_WHY = 500  # characters


class _Not(Exception):
    """The request is not taken; the message says why."""


def request(places: Places, name: str, paths: list[str], why: str, agent: str) -> Answer:
    """What agent `agent`, bound to task `name`, asks for. With `Scope: warn` it has it at once, unless another task owns it."""
    journal = Journal(places)
    why = " ".join(why.split())
    wanted: list[str] = []
    said: list[str] = []

    def decide(state: State) -> list[Event]:
        row = _asker(state, name, agent)
        if not why:
            raise _Not("say what for: --why '…'. A person reads it and decides by it")
        if len(why) > LONGEST_WHY:
            raise _Not(f"the reason has {len(why)} characters, and {LONGEST_WHY} are the most")
        events: list[Event] = []
        for path in paths:
            inside = _askable(places, state, name, path)
            if inside in wanted:
                continue
            wanted.append(inside)
            base: Event = {"task": name, "path": inside, "why": why, "attempt": row["attempt"], "agent": agent}
            owner = owner_among(state, name, inside)
            open_ = owner is None or state["tasks"][owner]["status"] in CLOSED
            if state["graph"]["scope"] == "warn" and open_:
                events.append({"kind": "allowed", **base, "by": BY_PLAN})
                said.append(f"{name} may change {inside}. The reviewers and a person are told.")
                continue
            events.append({"kind": "scope_requested", **base})
            whose = f" ({told(state, owner)})" if owner else ""
            said.append(
                f"Asked: {inside}{whose}. A person answers with /task-planner allow {name} {inside}, or refuse. Go on with the other "
                f"files of {name}; where nothing is left to do without it, end with BLOCKED naming it: the task goes on with the answer."
            )
        if len(asked_for(state, name)) + sum(event["kind"] == "scope_requested" for event in events) > MOST_OPEN:
            raise _Not(f"{MOST_OPEN} requests of one task are the most that wait; end with BLOCKED and say what the plan lacks")
        return events

    try:
        journal.transact(decide)
    except _Not as error:
        return no(f"nothing was asked: {error}.")
    drop_briefs(places, name)
    return yes("\n".join(said), paths=wanted)


def _asker(state: State, name: str, agent: str) -> AgentState:
    row = state["agents"].get(agent)
    if state["plan"]["status"] not in mend.LIVE:
        raise _Not("no plan is open here")
    if row is None or not row["alive"] or row["role"] != "implementer" or row["task"] != name:
        raise _Not(f"only the agent that works on {name} asks for it")
    return row


def _askable(places: Places, state: State, name: str, path: str) -> str:
    """`path` inside the project, if a person could allow it. Raises _Not."""
    inside = mend.inside(places, path)
    if inside is None:
        raise _Not(f"{path} is not inside the project")
    whole = os.path.join(places.project, inside)
    real = os.path.realpath(whole)
    if inside.lower().split("/")[0] == ".git" or any(
        one == place or one.startswith(place + "/") for place in guarded(places, state) for one in (whole, real)
    ):
        raise _Not(f"{inside} is guarded: it is written by the engine or a person alone")
    if os.path.isdir(whole):
        raise _Not(f"{inside} is a folder: name the files")
    if inside in Covered(task_scope(state, name)):
        raise _Not(f"{inside} is among the files of {name} already")
    for row in state["requests"]:
        if row["task"] == name and row["path"] == inside:
            if not row["answer"]:
                raise _Not(f"{inside} waits for a person already")
            if row["answer"] == "refused":
                raise _Not(f"a person refused {inside}" + (f": {row['said']}" if row["said"] else ""))
    return inside


def allow(places: Places, name: str, path: str) -> Answer:
    """`mend.allow`, of all that the task asked for where no path is named; a task that waited for it goes on."""
    state = Journal(places).state()
    refused = mend.closed(state) or mend.unknown(state, name)
    if refused:
        return refused
    paths = [path] if path else asked_for(state, name)
    if not paths:
        return no(f"{name} asks for nothing; say which file: /task-planner allow {name} PATH.")
    said: list[str] = []
    for one in paths:
        done = mend.allow(places, name, one)
        said.append(done.text)
        if not done.ok:
            return no(" ".join(said))
    return yes(" ".join(said) + _goes_on(places, state, name))


def refuse(places: Places, name: str, path: str, why: str) -> Answer:
    """A file that the task asked for stays out of it; the reason is in its next brief."""
    journal = Journal(places)
    state = journal.state()
    refused = mend.closed(state) or mend.unknown(state, name)
    if refused:
        return refused
    inside = mend.inside(places, path)
    if inside not in asked_for(state, name):
        waiting = ", ".join(asked_for(state, name)) or "nothing"
        return no(f"{name} does not ask for {path}. It asks for: {waiting}.")
    journal.record({"kind": "scope_refused", "task": name, "path": inside, "why": why.strip(), "by": "person"})
    drop_briefs(places, name)
    return yes(f"{name} may not change {inside}; its next brief says so." + _goes_on(places, state, name))


def _goes_on(places: Places, before: State, name: str) -> str:
    """Let a task go on that had ended to wait for what is answered now. Returns what to say of it."""
    journal = Journal(places)
    state = journal.state()
    task = state["tasks"][name]
    mine = [row for row in state["requests"] if row["task"] == name and row["attempt"] == task["attempts"]]
    if not asked_for(before, name) or task["status"] != "blocked" or task["blocked_from"] != "in_progress" or not mine:
        return ""
    left = asked_for(state, name)
    if left:
        return f" {name} still asks for {', '.join(left)}."
    words = "; ".join(
        f"{row['path']} {'may be changed now' if row['answer'] != 'refused' else 'was refused'}"
        + (f" ({row['said']})" if row["said"] else "")
        for row in mine
    )
    journal.record({"kind": "unblocked", "task": name, "note": f"What you asked for: {words}.", "by": "answer"})
    drop_briefs(places, name)
    return f" {name} waited for this and is tried again. Type /implement-plan to have the plan go on."
