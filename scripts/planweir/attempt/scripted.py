"""An agent of a wave's script is bound at its first call: by the run that it comes from and by its first message.

The client tells no call that started it. Its transcript lies in the folder of the run; its first message must be one that the
script, as it was written, gives an agent. Then its task's turn must have come: where it has not, nothing is bound and every call
of that agent is denied.
"""

from __future__ import annotations

import copy
import glob
import os
import re
import time

from planweir.attempt.admission import Refused, picture, turn
from planweir.attempt.binding import client_process, first_message, sha, transcript_of
from planweir.attempt.ending import loss
from planweir.brief.render import write_brief
from planweir.brief.written import recognised
from planweir.journal.fold import apply
from planweir.journal.ready import ANY_NUMBER, of_script
from planweir.journal.store import Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

    Decision = dict[str, object]

ENDS = {
    "implementer": "end your turn with BLOCKED as its first line and this as the blocker; the engine knows what became of the task",
    "reviewer": 'answer with StructuredOutput and the verdict "void", and this as the reason; the engine knows what became of the task',
}
# Where what a person typed led to the run, the host relays it to each agent first (2.1.329): the task is in the message after it.
PERSONS = "[Workflow harness \u2014 user request]"
# Seconds that an agent's first call waits for its transcript, which usually is there, and between two looks.
WRITTEN = 3.0
WRITTEN_LOOK = 0.05
CAME_BACK = "## What came back"
# Of what came back, that which the script cannot know: its own reviewers' findings it has.
_NOT_REVIEWERS = ("A person says:", "The gate sent", "An earlier attempt")


class Admitted:
    """What came of it: the binding; or the decision on every call of an agent that is not bound; neither for an agent that is
    none of the script's. `told`: what its brief did not say yet."""

    __slots__ = ("refused", "row", "told")

    def __init__(self, row: AgentState | None = None, refused: Decision | None = None, told: str = "") -> None:
        self.row = row
        self.refused = refused
        self.told = told


def transcript_in_run(event: dict[str, object]) -> str:
    """The transcript of the agent of this event, where it is an agent of a script; else ""."""
    own = text_or(event, "agent_transcript_path")
    if own:
        return own if os.path.basename(os.path.dirname(os.path.dirname(own))) == "workflows" else ""
    main, agent = text_or(event, "transcript_path"), text_or(event, "agent_id")
    if not main.endswith(".jsonl") or not re.fullmatch(r"\w+", agent):
        return ""
    found = glob.glob(f"{glob.escape(main[: -len('.jsonl')])}/subagents/workflows/*/agent-{agent}.jsonl")
    return found[0] if len(found) == 1 else ""


def admit(event: dict[str, object], places: Places, agent: str) -> Admitted:
    """Bind `agent`, if it is one of the running script's and its turn has come."""
    journal = Journal(places)
    run = journal.state()["workflow"]
    if not run["alive"] or run["session"] != text_or(event, "session_id"):
        return Admitted()
    path, message = _began(event)
    if not path:
        return Admitted()
    if run["run"] and os.path.basename(os.path.dirname(path)) != run["run"]:
        return Admitted()  # another script's, of the same session
    named = recognised(places, run["sum"], message)
    if named is None and not run["run"]:
        return Admitted()  # whose it is, is not known yet
    name, role = named[:2] if named is not None else ("", "")
    words: list[str] = []

    def decide(state: State) -> list[Event]:
        known = state["agents"].get(agent)
        if known is not None and known["alive"]:
            return []  # another hook of the same agent was faster
        if not state["workflow"]["alive"] or state["workflow"]["tool_use_id"] != run["tool_use_id"]:
            raise Refused("workflow-scripts", "the script that started this agent has ended", "")
        if not name:
            raise Refused("workflow-scripts", "the first message of this agent is none of the script's", "")
        if known is not None:
            raise Refused("role-and-status", f"this agent's work for {known['task']} has ended", "")
        before = _left(state, name)
        state = _after(state, before)
        stale = _stale_review(places, state, name) if role == "code-reviewer" else []
        if stale:
            return [*before, *stale]  # and it is refused below: the task review comes first again
        chosen = turn(state, name, role, ANY_NUMBER)
        brief, digest = write_brief(places, state, chosen)
        words[:] = [brief]
        pid, pid_start = client_process()
        start = picture(places) if role == "implementer" else {}
        session = text_or(event, "session_id")
        common: Event = {
            "task": name,
            "role": role,
            "attempt": chosen.attempt,
            "tool_use_id": f"{run['tool_use_id']}/{agent}",
            "session": session,
            "pid": pid,
            "pid_start": pid_start,
            **start,
        }
        kind = "bound" if role == "implementer" else "reviewer_bound"
        return [
            *before,
            {"kind": "spawn_allowed", **common, "brief_sha": sha(brief), "digest": digest},
            {"kind": kind, **common, "agent": agent},
        ]

    try:
        row = journal.transact(decide)["agents"].get(agent)
        if row is None or not row["alive"]:
            raise Refused("out-of-turn", f"files of {name} changed after its task review, which is void", "")
    except Refused as refused:
        if not name:
            _note_unknown(journal, event)
        return Admitted(refused=_ends(refused, role))
    return Admitted(row, told=_since(words[-1], message) if words and role == "implementer" else "")


def _began(event: dict[str, object]) -> tuple[str, str]:
    """The transcript of a script's agent and the words that it began with. The client writes transcripts late, so that an agent's
    first call may come before either is there; an agent that is no script's has its transcript elsewhere."""
    end = time.monotonic() + WRITTEN
    while True:
        path = transcript_in_run(event)
        message = first_message(path, PERSONS) if path else ""
        if message or (not path and os.path.exists(transcript_of(event))) or time.monotonic() > end:
            return path, message
        time.sleep(WRITTEN_LOOK)


def _ends(refused: Refused, role: str) -> Decision:
    """The same refusal with the one step that an agent of a script has."""
    step = ENDS.get(role, ENDS["reviewer"]) if role else "end your turn"
    return Refused(refused.rule, refused.what, step).decision


def _left(state: State, name: str) -> list[Event]:
    """An agent of the same run that still counts as working for `name`: the script has one at a time, so it has ended."""
    return [
        event
        for agent, row in state["agents"].items()
        if row["alive"] and row["task"] == name and of_script(state, row["tool_use_id"])
        for event in loss(state, agent, "its script went on without its end")
    ]


def _after(state: State, events: list[Event]) -> State:
    """`state` as it is after `events`."""
    if not events:
        return state
    view = copy.deepcopy(state)
    for event in events:
        apply(view, {"seq": view["seq"] + 1, "at": view["plan"]["updated_at"], **event})
    return view


def _stale_review(places: Places, state: State, name: str) -> list[Event]:
    from planweir.attempt.stale import stale

    found = stale(places, state, name)
    return [found] if found is not None else []


def _note_unknown(journal: Journal, event: dict[str, object]) -> None:
    from planweir.attempt.tending import note_once

    note_once(
        journal,
        f"an agent of the wave's script ({text_or(event, 'agent_type') or 'of no type'}) began with words that are none of the script's; "
        "it may do nothing",
    )


def _since(brief: str, message: str) -> str:
    """The parts of `brief`, as it is now, that the message does not have: what a person said or allowed since the script was written."""
    have = {line.strip() for line in message.splitlines()}
    body = brief.partition("\n")[2]
    reviewed = CAME_BACK in have
    parts: list[str] = []
    for part in re.split(r"\n\n(?=#{1,2} )", body.strip("\n")):
        fresh = [line for line in part.splitlines() if line.strip() and line.strip() not in have]
        if part.startswith(CAME_BACK) and reviewed:
            fresh = [line for line in fresh if line.startswith(_NOT_REVIEWERS)]
            part = "\n".join([CAME_BACK, *fresh])
        if fresh:
            parts.append(part)
    return "\n\n".join(["Planweir: since your brief was written this is so:", *parts]) if parts else ""
