"""A plan that the main thread does itself, one task at a time: it takes a task, and hands it in.

It is bound like an implementer, under an id of its own: the same scope, the same evidence. What it cannot have is a review
in a fresh context; every later report says so.
"""

from __future__ import annotations

import contextlib
import os

from planweir.attempt.admission import WORKERS, Refused, may_reopen, picture, turn
from planweir.attempt.binding import client_process, sha
from planweir.brief.render import write_brief
from planweir.journal.ready import (
    MAIN,
    Due,
    asks,
    current_wave,
    graph_task,
    next_attempt,
    role_due,
    single,
    taken,
)
from planweir.journal.store import Journal
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.attempt.holds import Held
    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = dict[str, object]


def take(event: dict[str, object], places: Places, words: list[str]) -> Decision | None:
    """Before `task-planner take T3`: bind the main thread to the task. The denial where it may not be; None where it is."""
    try:
        if len(words) != 3:
            raise Refused("single-mode", "a task is taken by name", "run `task-planner take T3`, alone on its line")
        _take(event, places, words[2])
    except Refused as refused:
        return refused.decision
    return None


def _take(event: dict[str, object], places: Places, name: str) -> None:
    use, session = text_or(event, "tool_use_id"), text_or(event, "session_id")
    pid, pid_start = client_process()

    def decide(state: State) -> list[Event]:
        if not single(state):
            raise Refused("single-mode", "the tasks of this plan are done by agents", "run `task-planner next`")
        if name not in state["tasks"]:
            raise Refused("unknown-task", f"{name} is no task of this plan", "run `task-planner next`")
        if taken(state) == name:
            return []  # it asks for the brief again
        if taken(state):
            raise Refused("task-running", f"you work on {taken(state)}", f"hand it in with `task-planner report {taken(state)}`")
        if asks(state, name):
            raise Refused("open-question", f"{name} asks something", f"the person types `/task-planner answer {name} …`")
        events: list[Event] = []
        due_role = role_due(state, name)
        role = due_role if due_role in WORKERS else "implementer"
        if may_reopen(state, name):
            why = state["gates"][str(current_wave(state))]["nameless"]
            events.append({"kind": "sent_back", "task": name, "why": why})
            state["tasks"][name]["sent_back"] = why
            row = Due(name, role, next_attempt(state, name, role))
        else:
            row = turn(state, name, role)
        brief, _digest = write_brief(places, state, row)
        whose: Event = {
            "tool_use_id": use,
            "task": name,
            "role": role,
            "attempt": row.attempt,
            "session": session,
            "pid": pid,
            "pid_start": pid_start,
            **(picture(places) if role == "implementer" else {}),
        }
        with contextlib.suppress(FileNotFoundError):  # runs of the task before are not this one's
            os.replace(places.runs(MAIN), places.runs(f"{MAIN}-{state['seq']}"))
        return [
            *events,
            {"kind": "spawn_allowed", **whose, "brief_sha": sha(brief)},
            {"kind": "bound", "agent": MAIN, **whose, "how": "taken"},
        ]

    Journal(places).transact(decide)


def handed_in(event: dict[str, object], places: Places, mark: str) -> tuple[Held, str]:
    """After `task-planner report T3`: judge it as an agent's end is judged. Why it is not taken, else how the task stands."""
    from planweir.attempt.ending import agent_stopped

    name = taken(Journal(places).state()) or ""
    try:
        with open(report_file(places, mark), encoding="utf-8") as file:
            words = file.read()
    except OSError:  # as in a sandbox, which keeps the command line from our files
        from planweir.attempt.filing import held_by_call

        words = held_by_call(mark, text_or(sub(event, "tool_input"), "command"), text_or(event, "cwd") or places.project)
        if not words:
            return None, ""
    held = agent_stopped({**event, "last_assistant_message": words}, places, MAIN)
    state = Journal(places).state()
    status = state["tasks"][name]["status"]
    if held is not None:
        return held.replace("end with BLOCKED", "report BLOCKED"), ""
    title = graph_task(state, name)["title"]
    note = " Nobody reviewed it: that is told in every report." if state["tasks"][name]["unreviewed"] else ""
    return None, f"{name} ({title}) is {status}.{note} Run `task-planner next`."


def report_file(places: Places, mark: str) -> str:
    return f"{places.artifacts}/filed/{mark}.md"
