"""Pausing a plan and going on with it."""

from __future__ import annotations

from planweir.attempt import client_settings, engine, turns
from planweir.attempt.ending import loss
from planweir.attempt.losses import clients_gone, end_script
from planweir.brief.status import lines
from planweir.brief.steps import next_step
from planweir.evidence import tree
from planweir.gate.commits import foreign
from planweir.journal import markers
from planweir.journal.ready import MAIN, current_wave, script_runs, single, taken
from planweir.journal.store import Journal
from planweir.journal.transitions import Illegal
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.ending import take_in_abort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.commits import Foreign
    from planweir.journal.types import Event, State
    from planweir.places import Places


ALONE = (
    "The main thread does the tasks itself, one at a time (--single): the same files, evidence and gate, but no reviews, since "
    "nobody with a fresh context is there to give them. /implement-plan --agents has agents do them."
)

RUNS = (
    "the script of wave {wave} is running, and its agents with it. Type this again when it has ended; /workflows shows it, and stops it."
)


def pause(places: Places) -> Answer:
    """The plan waits: the main thread may edit, nothing is started, nothing is held."""
    state = Journal(places).state()
    if state["plan"]["status"] == "paused":
        return yes("the plan is paused already. Type /implement-plan to go on.")
    if state["plan"]["status"] not in ("open", "blocked"):
        return no("no plan is open here.")
    state = Journal(places).record({"kind": "paused", "by": "person"})
    running = sorted({row["task"] for row in state["agents"].values() if row["alive"]})
    note = f" Agents that run ({', '.join(running)}) end what they do." if running else ""
    return yes(f"the plan is paused; you and the main thread may edit.{note} Type /implement-plan to go on.")


def resume(places: Places, session: str, prompt_id: str = "", mode: str = "", flag: str = "") -> Answer:
    """Go on with the open plan, in this session: it owns the plan from now on. `mode`: agents or single, else as before.

    `flag`: the engine that the person typed. What carries the plan out is asked anew, since this may be another client.
    """
    take_in_abort(places)
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] not in ("open", "paused", "blocked"):
        return no("no plan is open here. Type /implement-plan PLAN to see one and start it.")
    if not markers.armed(places):
        markers.arm(places, state["plan"]["id"])
    before = state["owner"]["session"]
    left = 0
    if session:
        state = clients_gone(places, session)
        if session != before:
            left = state["workflow"]["wave"] if script_runs(state) else 0
            state = end_script(places, state["workflow"]["tool_use_id"], "another session goes on with the plan")
    theirs = _theirs(places, state)
    changes = bool(mode) and mode != state["plan"]["mode"]
    flag_now = flag or state["plan"]["engine_asked"]
    how = engine.choose(
        client_settings.here(places.project),
        state["graph"]["engine"],
        flag=flag_now,
        session=session,
        single=(mode or state["plan"]["mode"]) == "single",
    )
    moves = how.engine != state["plan"]["engine"]
    if flag and moves and script_runs(state):
        return no(f"nothing was changed: {RUNS.format(wave=state['workflow']['wave'])}")
    events: list[Event] = []
    if taken(state) and ((session and session != before) or mode == "agents"):
        events += loss(state, MAIN, "the main thread that worked on it does so no longer")
    if changes:
        events.append({"kind": "mode_set", "mode": mode, "by": "person"})
    anew = bool(session or flag or mode) and engine.changed(state, how, flag_now) and not (moves and script_runs(state))
    if anew:
        events.append(engine.event(how, flag_now, "person"))
    try:
        state = journal.record(*events) if events else state
    except Illegal as error:
        return no(f"nothing was changed: {error}. Wait for its report, or stop it, and type this again.")
    if changes or (anew and moves):
        engine.drop(places, state)
    state = journal.record(
        {
            "kind": "resumed",
            "session": session or before,
            "by": "person",
            **({"head": tree.head(places.project)} if theirs else {}),
        }
    )
    own = [path for row in theirs for path in row.paths if path in state["noticed"]["rows"]]
    if own:
        state = journal.record({"kind": "settled", "paths": own, "why": "a person's own commits hold them"})
    if session:
        turns.go_on(places, session, prompt_id)
    shown = ["going on."]
    if single(state):
        shown.append(ALONE)
    if how.warning and (session or flag):
        shown.append(how.warning)
    if session and before and session != before:
        shown.append(
            "This session owns the plan from now on; the one that had it is only kept from the plan's files."
        )
    if left:
        shown.append(
            f"The script of wave {left} still runs in that session and starts further agents, which are nobody's now: stop it there in "
            "/workflows, or close that session."
        )
    if theirs:
        shown.append("These commits count as yours from now on: " + ", ".join(str(row) for row in theirs) + ".")
    return Answer(
        True,
        "\n".join([*shown, *lines(places, state)]),
        {"step": next_step(state, places)["step"]},
        go_on=True,
    )


def _theirs(places: Places, state: State) -> list[Foreign]:
    """The commits of others that a failed gate has asked about, and what was committed since: a person who has seen that
    and goes on says that they are theirs."""
    gate = state["gates"].get(str(current_wave(state)))
    asked = gate is not None and any(
        row.get("name") == "changes" and row.get("result") == "fail" for row in gate["checks"]
    )
    return foreign(places, state) if asked else []
