"""A whole plan rehearsed: each wave's script is rendered, run, and taken into the state as the journal would take it in.

The state is folded from made-up events and never kept anywhere. What is made up is that all goes well: checks pass, gates pass,
persons accept. A script of a later wave is therefore the one that would run after such waves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from planweir.journal.fold import apply, empty
from planweir.journal.ready import (
    CYCLE_LIMIT,
    all_closed,
    current_wave,
    gate_due,
    next_attempt,
    role_due,
    unplanned,
    wave_tasks,
)
from planweir.plan.model import task_hash
from planweir.plan.waves import waves
from planweir.rehearsal import runner
from planweir.rehearsal.cast import Cast, part, takes, verdict
from planweir.rehearsal.runner import Run
from planweir.rehearsal.text import NoScript

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planweir.journal.types import Event, State
    from planweir.plan.model import Plan
    from planweir.rehearsal.runner import Turn

PASSED = {"task-reviewer": "task_review_passed", "code-reviewer": "code_review_passed"}


def opening(plan: Plan, file: str, version: str) -> Event:
    """The first event of `plan`, as `start` writes it where nothing of its baseline fails."""
    return {
        "kind": "opened",
        "plan_id": "rehearsal",
        "file": file,
        "hash": "",
        "graph": plan.to_json(),
        "task_hashes": {task.id: task_hash(task) for task in plan.tasks},
        "waves": waves(plan),
        "baseline": {"dirty": {}, "failing": [], "unnamed": []},
        "session": "",
        "head": "",
        "version": version,
    }


def begun(opened: Event) -> State:
    """The state of a plan that scripts carry out, right after `opened`."""
    state = empty()
    apply(state, opened)
    apply(state, {"kind": "engine_set", "engine": "workflow", "why": "a rehearsal"})
    return state


@dataclass
class Act:
    """One script of a wave, and what came of it."""

    wave: int
    words: str
    run: Run
    tasks: list[str]
    first: list[tuple[str, str]] = field(default_factory=list)  # task and role of agents that the main thread calls before it
    blocked: list[str] = field(default_factory=list)  # stopped by it: a person would be asked


@dataclass
class Rehearsal:
    """`stopped`: why not all of the plan was rehearsed; empty where it was."""

    acts: list[Act] = field(default_factory=list)
    stopped: str = ""


@dataclass(frozen=True)
class Scripts:
    """Where scripts come from: the current wave's as it would be written now, and the tasks that no script has room for."""

    render: Callable[[State], str]
    too_long: Callable[[State], list[str]]


def rehearse(opened: Event, scripts: Scripts, fails: Mapping[str, int], at_once: int) -> Rehearsal:
    """Rehearse the plan that `opened` opens; `at_once`: how many agents the client runs at a time. Raises NoEngine."""
    state = begun(opened)
    cast = Cast(fails)
    done = Rehearsal()
    while not all_closed(state):
        wave = current_wave(state)
        first = [*_plan_first(state), *_beside(state, scripts.too_long(state))]
        if not all(state["tasks"][name]["status"] == "reviewed" for name in wave_tasks(state, wave)):
            words = scripts.render(state)
            run = _run(words, cast, at_once)
        else:
            words, run = "", Run()
        act = Act(wave, words, run, _named(run), first)
        done.acts.append(act)
        taken = len(first) + _take_in(state, run.turns)
        act.blocked = _ask(state)
        done.stopped = run.error or next((turn.error for turn in run.turns if turn.error), "")
        if not done.stopped and not taken:
            done.stopped = "its agents did nothing that was due"
        if done.stopped:
            break
        if gate_due(state):
            _close(state, wave)
    return done


def _named(run: Run) -> list[str]:
    return list(dict.fromkeys(part(turn.call.prompt).task for turn in run.begun if part(turn.call.prompt).task))


def _run(words: str, cast: Cast, at_once: int) -> Run:
    try:
        return runner.run(words, cast.answer, at_once=at_once, takes=takes)
    except NoScript as error:
        return Run(error=f"the client would not take the script: {error}")


def _plan_first(state: State) -> list[tuple[str, str]]:
    """Tasks that are planned first are planned, and their plans accepted: calls of the main thread, not the script's."""
    called: list[tuple[str, str]] = []
    found = [name for name in wave_tasks(state, current_wave(state)) if unplanned(state, name) and role_due(state, name) == "planner"]
    for name in found:
        agent = _start(state, name, "planner")
        plan: Event = {"kind": "proposed", "task": name, "agent": agent, "text": "rehearsed", "file": "rehearsed", "attempt": 1}
        apply(state, {**plan, "role": "planner", "report": {"outcome": "done"}})
        called.append((name, "planner"))
        judge: Event = {"by": "person"}
        if state["graph"]["plans_accepted_by"] == "task-reviewer":
            judge = {"by": "task-reviewer", "agent": _start(state, name, "plan-reviewer")}
            called.append((name, "plan-reviewer"))
        apply(state, {"kind": "plan_accepted", "task": name, **judge})
    return called


def _beside(state: State, names: Sequence[str]) -> list[tuple[str, str]]:
    """Tasks that no script has room for: agents of the main thread carry them through."""
    called: list[tuple[str, str]] = []
    for name in names:
        while (role := role_due(state, name)) is not None:
            _pass(state, name, role, {"findings": []})
            called.append((name, role))
    return called


def _start(state: State, name: str, role: str) -> str:
    """An agent is let through and bound. Returns its id."""
    attempt = next_attempt(state, name, role)
    agent = f"{name}-{role}-{attempt}"
    kind = "bound" if role in ("implementer", "planner") else "reviewer_bound"
    apply(state, {"kind": "spawn_allowed", "task": name, "role": role, "tool_use_id": agent, "attempt": attempt})
    apply(state, {"kind": kind, "task": name, "role": role, "agent": agent, "attempt": attempt, "tool_use_id": agent})
    return agent


def _take_in(state: State, turns: Sequence[Turn]) -> int:
    """What the agents ended with, as events, in the order in which they ended. Returns how many of them were due."""
    taken = 0
    for turn in turns:
        name, role, _attempt = part(turn.call.prompt)
        if turn.error or name not in state["tasks"] or role_due(state, name) != role:
            continue
        taken += 1
        review = turn.answer if isinstance(turn.answer, dict) else {"findings": []}
        if role in PASSED and verdict(turn.answer) != "pass":
            _fail(state, name, role, review)
        else:
            _pass(state, name, role, review)
    return taken


def _pass(state: State, name: str, role: str, review: dict[str, object]) -> None:
    """An agent of `name` in `role` does what it is there for."""
    agent = _start(state, name, role)
    event: Event = {"task": name, "agent": agent, "role": role}
    if role in PASSED:
        event |= {"kind": PASSED[role], "digest": state["tasks"][name]["digest"], "review": review}
    else:
        report = {"outcome": "done"}
        event |= {"kind": "implemented", "evidence": {"ok": True, "new_tests": []}, "report": report, "digest": agent, "files_changed": []}
    apply(state, event)


def _fail(state: State, name: str, role: str, review: dict[str, object]) -> None:
    """A reviewer asks for changes; when it is the last time that it may, the task is blocked."""
    agent = _start(state, name, role)
    digest = state["tasks"][name]["digest"]
    apply(state, {"kind": "review_failed", "task": name, "agent": agent, "role": role, "digest": digest, "review": review})
    if state["tasks"][name]["cycles"] >= CYCLE_LIMIT:
        apply(state, {"kind": "blocked", "task": name, "why": f"{CYCLE_LIMIT} reviews in a row asked for changes"})


def _ask(state: State) -> list[str]:
    """The tasks that are blocked now; a person says that each is tried again."""
    found = [name for name in wave_tasks(state, current_wave(state)) if state["tasks"][name]["status"] == "blocked"]
    for name in found:
        apply(state, {"kind": "unblocked", "task": name, "note": "rehearsed"})
    return found


def _close(state: State, wave: int) -> None:
    apply(state, {"kind": "gate_passed", "wave": wave, "checks": [], "made": [], "now_passing": []})
    for name in wave_tasks(state, wave):
        apply(state, {"kind": "closed", "task": name})
