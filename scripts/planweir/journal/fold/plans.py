"""Events of the plan as a whole, and what a person changes in it."""

from __future__ import annotations

from planweir.journal.fold.beginning import new_task
from planweir.journal.fold.common import measure, task_of
from planweir.journal.fold.graph import TASK_FIELDS, graph_of, need_fields, waves_of
from planweir.journal.fold.noticed import keep, settle
from planweir.journal.ready import MAIN, scaffolds
from planweir.journal.transitions import Illegal
from planweir.values import Malformed, sub, table, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import cast

    from planweir.journal.types import Baseline, Event, State  # noqa: F401
else:

    def cast(_kind: object, value: object) -> object:
        return value


KEPT_INCIDENTS = 50
MODES = ("agents", "single")
ENGINES = ("agents", "workflow")


def _opened(state: State, event: Event) -> None:
    graph = graph_of(table(event.get("graph")))
    waves = waves_of(event, [task["id"] for task in graph["tasks"]])
    baseline = sub(event, "baseline")
    found = {
        "dirty": sub(baseline, "dirty"),
        "failing": texts(baseline, "failing"),
        "unnamed": texts(baseline, "unnamed"),
    }
    made = texts(baseline, "made")
    names = text(event, "plan_id"), text(event, "file"), text(event, "hash")
    plan = state["plan"]
    plan["id"], plan["file"], plan["hash"] = names
    plan["head"] = text_or(event, "head")
    state["commits"] = {"base": plan["head"], "known": []}
    plan["version"] = text_or(event, "version")
    plan["opened_at"] = text_or(event, "at")
    state["owner"] = {"session": text_or(event, "session"), "since": text_or(event, "at")}
    state["graph"] = graph
    state["waves"] = waves
    state["tasks"] = {name: new_task(number + 1) for number, wave in enumerate(waves) for name in wave}
    state["baseline"] = cast("Baseline", found)
    state["gate_made"] = made
    measure(state, baseline)
    if "keepsake" in event:
        keep(state, sub(event, "keepsake"))


def _paused(state: State, event: Event) -> None:
    state["plan"]["why"] = text_or(event, "why")


def _resumed(state: State, event: Event) -> None:
    state["plan"]["why"] = ""
    session = text_or(event, "session")
    if session:
        state["owner"] = {"session": session, "since": text_or(event, "at")}
    for gate in state["gates"].values():
        gate["failed"] = 0
    state["workflow"]["barren"] = 0
    theirs = text_or(event, "head")
    if theirs:  # a person was told of the commits up to there and goes on: they count as theirs
        state["commits"] = {"base": theirs, "known": []}


def _plan_why(state: State, event: Event) -> None:
    state["plan"]["why"] = text(event, "why")


def _ended_plan(state: State, event: Event) -> None:
    left = scaffolds(state) if text(event, "kind") == "completed" else []
    if left:
        raise Illegal(f"{', '.join(left)}: nothing reaches the code that it added; the plan is not complete")
    state["agents"] = {}
    state["spawns"] = {}
    state["workflow"]["alive"] = False
    state["plan"]["why"] = text_or(event, "why")


def _mode_set(state: State, event: Event) -> None:
    mode = text(event, "mode")
    if mode not in MODES:
        raise Malformed(f"mode: '{mode}' is none of {', '.join(MODES)}")
    busy = [row["task"] for agent, row in state["agents"].items() if row["alive"] and agent != MAIN]
    busy += [row["task"] for row in state["spawns"].values()]
    if state["workflow"]["alive"]:
        raise Illegal("the script of a wave is running")
    if mode == "single" and busy:
        raise Illegal(f"an agent of {busy[0]} is at work")
    if mode == "single" and state["workflow"]["alive"]:
        raise Illegal("the script of a wave is running")
    if mode == "agents" and MAIN in state["agents"] and state["agents"][MAIN]["alive"]:
        raise Illegal(f"the main thread is at work on {state['agents'][MAIN]['task']}")
    state["plan"]["mode"] = mode


def _engine_set(state: State, event: Event) -> None:
    engine = text(event, "engine")
    if engine not in ENGINES:
        raise Malformed(f"engine: '{engine}' is none of {', '.join(ENGINES)}")
    if engine != state["plan"]["engine"] and state["workflow"]["alive"]:
        raise Illegal("the script of a wave is running")
    state["workflow"]["barren"] = 0
    state["plan"]["engine"], state["plan"]["engine_why"] = engine, text_or(event, "why")
    state["plan"]["engine_asked"] = text_or(event, "asked", state["plan"]["engine_asked"])


def _amended(state: State, event: Event) -> None:
    name, changed = text(event, "task"), table(event.get("fields"))
    task_of(state, name)
    if not set(changed) <= set(TASK_FIELDS):
        raise Malformed(f"fields: {sorted(set(changed) - set(TASK_FIELDS))} are no fields of a task")
    need_fields(changed, {key: TASK_FIELDS[key] for key in changed}, "fields")
    waves = waves_of(event, list(state["tasks"])) if event.get("waves") is not None else state["waves"]
    for task in state["graph"]["tasks"]:
        if task["id"] == name:
            task.update(changed)  # type: ignore[typeddict-item]
    state["waves"] = waves
    for number_, wave in enumerate(waves):
        for member in wave:
            state["tasks"][member]["wave"] = number_ + 1


def _waived(state: State, event: Event) -> None:
    state["waivers"][text(event, "check")] = text(event, "why")


def _incident(state: State, event: Event) -> None:
    state["incidents"] = [*state["incidents"], text(event, "what")][-KEPT_INCIDENTS:]


def _note(state: State, event: Event) -> None:
    text(event, "what")


def _discarded(state: State, event: Event) -> None:
    text(event, "what")
    if text_or(event, "by") == "person":  # an agent takes back its own; whether that settles anything the next look sees
        settle(state, texts(event, "paths"))


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "opened": _opened,
    "mode_set": _mode_set,
    "engine_set": _engine_set,
    "paused": _paused,
    "resumed": _resumed,
    "plan_blocked": _plan_why,
    "completed": _ended_plan,
    "aborted": _ended_plan,
    "amended": _amended,
    "waived": _waived,
    "incident": _incident,
    "settings_changed": _note,
    "discarded": _discarded,
    "note": _note,
}
