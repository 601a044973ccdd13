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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planweir.journal.types import Event, State
    from planweir.plan.model import Plan
    from planweir.rehearsal.runner import Run, Turn

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


@dataclass
class Act:
    """One script of a wave, and what came of it."""

    wave: int
    words: str
    run: Run
    tasks: list[str]
    planned: list[str] = field(default_factory=list)  # planned first, before the script
    blocked: list[str] = field(default_factory=list)  # stopped by it: a person would be asked


@dataclass
class Rehearsal:
    """`stopped`: why not all of the plan was rehearsed; empty where it was."""

    acts: list[Act] = field(default_factory=list)
    stopped: str = ""


def rehearse(opened: Event, render: Callable[[State], str], fails: Mapping[str, int], at_once: int) -> Rehearsal:
    """Rehearse the plan that `opened` opens; `at_once`: how many agents the client runs at a time. Raises NoEngine."""
    state = empty()
    apply(state, opened)
    apply(state, {"kind": "engine_set", "engine": "workflow", "why": "a rehearsal"})
    cast = Cast(fails)
    done = Rehearsal()
    while not all_closed(state):
        wave = current_wave(state)
        planned = _plan_first(state)
        words = render(state)
        run = runner.run(words, cast.answer, at_once=at_once, takes=takes)
        act = Act(wave, words, run, _named(run), planned)
        done.acts.append(act)
        taken = _take_in(state, run.turns)
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


def _plan_first(state: State) -> list[str]:
    """Tasks that are planned first are planned, and their plans accepted: calls of the main thread, not the script's."""
    found = [name for name in wave_tasks(state, current_wave(state)) if unplanned(state, name) and role_due(state, name) == "planner"]
    for name in found:
        agent = _start(state, name, "planner")
        plan: Event = {"kind": "proposed", "task": name, "agent": agent, "text": "rehearsed", "file": "rehearsed", "attempt": 1}
        apply(state, {**plan, "role": "planner", "report": {"outcome": "done"}})
        apply(state, {"kind": "plan_accepted", "task": name, "by": "person"})
    return found


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
        agent = _start(state, name, role)
        base: Event = {"task": name, "agent": agent, "role": role}
        if role == "implementer":
            report = {"outcome": "done"}
            apply(state, {"kind": "implemented", **base, "evidence": {"ok": True, "new_tests": []}, "report": report, "digest": agent, "files_changed": []})
            continue
        passed = verdict(turn.answer) == "pass"
        review = turn.answer if isinstance(turn.answer, dict) else {"findings": []}
        apply(state, {"kind": PASSED[role] if passed else "review_failed", **base, "digest": state["tasks"][name]["digest"], "review": review})
        if state["tasks"][name]["cycles"] >= CYCLE_LIMIT and not passed:
            apply(state, {"kind": "blocked", "task": name, "why": f"{CYCLE_LIMIT} reviews in a row asked for changes"})
    return taken


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
