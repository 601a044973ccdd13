"""The journal's events folded into the state. Pure: the same events in the same order give the same state.

`apply` is the only function that changes a state, and it changes statuses only through `transitions`.
"""

from __future__ import annotations

from planweir.journal.transitions import (
    PLAN_LIVE,
    PLAN_TRANSITIONS,
    TASK_TRANSITIONS,
    Illegal,
    after,
    plan_after,
)
from planweir.values import Malformed, number, number_or, rows, sub, table, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import cast

    from planweir.journal.types import Baseline, Event, Graph, State, TaskState  # noqa: F401
else:

    def cast(_kind: object, value: object) -> object:
        return value


STATE_VERSION = 2
REVIEW_ROLES = ("task-reviewer", "code-reviewer")
KEPT_INCIDENTS = 50
# After one of these a gate that failed without naming a file may come out otherwise.
MENDS = ("bound", "sent_back", "allowed", "waived", "amended", "skipped", "resumed", "discarded")


def empty() -> State:
    """The state before any event."""
    return {
        "v": STATE_VERSION,
        "seq": 0,
        "bytes": 0,
        "plan": {
            "id": "",
            "file": "",
            "hash": "",
            "status": "",
            "opened_at": "",
            "updated_at": "",
            "why": "",
            "head": "",
            "version": "",
        },
        "owner": {"session": "", "since": ""},
        "graph": {
            "title": "",
            "goal": "",
            "setup": [],
            "verify": [],
            "verify_at_end": [],
            "commit": "per task",
            "grants": "default",
            "context": "",
            "tasks": [],
        },
        "waves": [],
        "tasks": {},
        "agents": {},
        "spawns": {},
        "gates": {},
        "baseline": {"dirty": {}, "failing": [], "unnamed": []},
        "waivers": {},
        "gate_made": [],
        "accepted": "",
        "allowed": {},
        "incidents": [],
    }


def new_task(wave: int) -> TaskState:
    return {
        "status": "pending",
        "wave": wave,
        "attempts": 0,
        "lost": 0,
        "cycles": 0,
        "review_attempts": {},
        "review_losses": 0,
        "evidence": {},
        "report": {},
        "reviews": {},
        "findings": [],
        "sent_back": "",
        "why": "",
        "note": "",
        "blocked_from": "",
        "digest": "",
        "start_tree": "",
        "start_sha": "",
        "files_changed": [],
        "commit": "",
        "skip_to": "",
        "tokens": 0,
        "duration_ms": 0,
    }


def apply(state: State, event: Event) -> None:
    """Take `event` into `state`, in place. Raises Illegal or Malformed and then leaves `state` as it was."""
    kind = text(event, "kind")
    handler = HANDLERS.get(kind)
    if handler is None:
        raise Illegal(f"'{kind}' is no event")
    status = state["plan"]["status"]
    if kind in PLAN_TRANSITIONS:
        status = plan_after(kind, status)
    elif status not in PLAN_LIVE:
        raise Illegal(f"the plan is {status or 'not open'}: '{kind}' cannot happen to it")
    if kind in TASK_TRANSITIONS:
        name = text(event, "task")
        task = _task(state, name)
        target = after(kind, task["status"], name)
        handler(state, event)
        if target == "blocked":
            task["blocked_from"] = task["status"]
        task["status"] = target
    else:
        handler(state, event)
    if kind in MENDS:
        for gate in state["gates"].values():
            gate["nameless"], gate["persons"] = "", False
    state["plan"]["status"] = status
    state["plan"]["updated_at"] = text_or(event, "at", state["plan"]["updated_at"])
    state["seq"] = number_or(event, "seq", state["seq"] + 1)


def _task(state: State, name: str) -> TaskState:
    task = state["tasks"].get(name)
    if task is None:
        raise Illegal(f"no task {name} in this plan")
    return task


def _opened(state: State, event: Event) -> None:
    graph = cast("Graph", table(event.get("graph")))
    waves = _waves(event)
    baseline = sub(event, "baseline")
    tasks = {name: new_task(number + 1) for number, wave in enumerate(waves) for name in wave}
    if sorted(tasks) != sorted(task["id"] for task in graph["tasks"]):
        raise Malformed("waves: they do not hold each task of the graph once")
    plan = state["plan"]
    plan["id"] = text(event, "plan_id")
    plan["file"] = text(event, "file")
    plan["hash"] = text(event, "hash")
    plan["head"] = text_or(event, "head")
    plan["version"] = text_or(event, "version")
    plan["opened_at"] = text_or(event, "at")
    state["owner"] = {"session": text_or(event, "session"), "since": text_or(event, "at")}
    state["graph"] = graph
    state["waves"] = waves
    state["tasks"] = tasks
    state["baseline"] = cast(
        "Baseline",
        {
            "dirty": sub(baseline, "dirty"),
            "failing": texts(baseline, "failing"),
            "unnamed": texts(baseline, "unnamed"),
        },
    )
    state["gate_made"] = texts(baseline, "made")


def _waves(event: Event) -> list[list[str]]:
    return [
        [name for name in wave if isinstance(name, str)]
        for wave in rows(event, "waves")
        if isinstance(wave, list)
    ]


def _paused(state: State, event: Event) -> None:
    state["plan"]["why"] = text_or(event, "why")


def _resumed(state: State, event: Event) -> None:
    state["plan"]["why"] = ""
    session = text_or(event, "session")
    if session:
        state["owner"] = {"session": session, "since": text_or(event, "at")}
    for gate in state["gates"].values():
        gate["failed"] = 0


def _plan_why(state: State, event: Event) -> None:
    state["plan"]["why"] = text(event, "why")


def _ended_plan(state: State, event: Event) -> None:
    state["agents"] = {}
    state["spawns"] = {}
    state["plan"]["why"] = text_or(event, "why")


def _spawn_allowed(state: State, event: Event) -> None:
    name, role = text(event, "task"), text(event, "role")
    task = _task(state, name)
    use = text(event, "tool_use_id")
    if use in state["spawns"]:
        raise Illegal(f"{use} was already allowed")
    if any(spawn["task"] == name for spawn in state["spawns"].values()):
        raise Illegal(f"{name} is being started already")
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    wanted = ("pending", "rework") if role == "implementer" else ("implemented",)
    if task["status"] not in wanted:
        raise Illegal(f"{name} is {task['status']}: no {role} is due")
    state["spawns"][use] = {
        "task": name,
        "role": role,
        "attempt": number(event, "attempt"),
        "session": text_or(event, "session"),
        "brief_sha": text_or(event, "brief_sha"),
        "digest": text_or(event, "digest"),
        "start_tree": text_or(event, "start_tree"),
        "start_sha": text_or(event, "start_sha"),
        "at": text_or(event, "at"),
    }


def _spawn_dropped(state: State, event: Event) -> None:
    if state["spawns"].pop(text(event, "tool_use_id"), None) is None:
        raise Illegal("no such spawn is waiting")


def _bound(state: State, event: Event) -> None:
    name, role, agent = text(event, "task"), text_or(event, "role", "implementer"), text(event, "agent")
    task = _task(state, name)
    if text(event, "kind") == "reviewer_bound" and (
        role not in REVIEW_ROLES or task["status"] != "implemented"
    ):
        raise Illegal(f"{name} is {task['status']}: no {role} can be bound to it")
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    known = state["agents"].get(agent)
    if known is not None and known["alive"]:
        raise Illegal(f"agent {agent} is bound already")
    attempt = number(event, "attempt")
    use = text_or(event, "tool_use_id")
    spawn = state["spawns"].pop(use, None)
    state["agents"][agent] = {
        "task": name,
        "role": role,
        "attempt": attempt,
        "tool_use_id": use,
        "session": text_or(event, "session"),
        "pid": number_or(event, "pid"),
        "pid_start": text_or(event, "pid_start"),
        "start_tree": text_or(event, "start_tree"),
        "digest": spawn["digest"] if spawn else text_or(event, "digest"),
        "holds": 0,
        "at": text_or(event, "at"),
        "alive": True,
    }
    if role == "implementer":
        task["attempts"] = attempt
        task["why"] = ""
        if not task["start_tree"]:
            task["start_tree"] = text_or(event, "start_tree")
            task["start_sha"] = text_or(event, "start_sha")
    else:
        task["review_attempts"][role] = attempt


def _held(state: State, event: Event) -> None:
    agent = state["agents"].get(text(event, "agent"))
    if agent is None or not agent["alive"]:
        raise Illegal("no such agent is running")
    agent["holds"] += 1


def _end(state: State, event: Event, role: str) -> TaskState:
    """The agent of this event has ended; it must be the one that runs for the task in that role."""
    name = text(event, "task")
    agent = state["agents"].get(text(event, "agent"))
    if agent is None or not agent["alive"] or agent["task"] != name or agent["role"] != role:
        raise Illegal(f"no {role} with that id is running for {name}")
    agent["alive"] = False
    return _task(state, name)


def _implemented(state: State, event: Event) -> None:
    task = _end(state, event, "implementer")
    task["evidence"] = sub(event, "evidence")
    task["report"] = sub(event, "report")
    task["digest"] = text_or(event, "digest")
    task["files_changed"] = texts(event, "files_changed")
    task["reviews"] = {}
    task["lost"] = 0
    task["sent_back"] = ""
    task["note"] = ""


def _lost(state: State, event: Event) -> None:
    task = _end(state, event, "implementer")
    task["lost"] += 1
    task["why"] = text_or(event, "why")


def _stuck(state: State, event: Event) -> None:
    task = _end(state, event, "implementer")
    task["why"] = text(event, "why")
    task["report"] = sub(event, "report")


def _reviewed(state: State, event: Event, role: str, verdict: str) -> TaskState:
    task = _end(state, event, role)
    task["reviews"][role] = {
        "verdict": verdict,
        "digest": text_or(event, "digest"),
        "agent": text(event, "agent"),
        "review": sub(event, "review"),
    }
    return task


def _task_review_passed(state: State, event: Event) -> None:
    _reviewed(state, event, "task-reviewer", "pass")


def _code_review_passed(state: State, event: Event) -> None:
    task = _task(state, text(event, "task"))
    first = task["reviews"].get("task-reviewer")
    if first is None or first["verdict"] != "pass":
        raise Illegal(f"{text(event, 'task')}: the task review has not passed")
    _reviewed(state, event, "code-reviewer", "pass")
    task["findings"] = []


def _review_failed(state: State, event: Event) -> None:
    role = text(event, "role")
    if role not in REVIEW_ROLES:
        raise Illegal(f"{role} is no reviewer")
    task = _reviewed(state, event, role, "fail")
    task["cycles"] += 1
    task["findings"] = [row for row in rows(sub(event, "review"), "findings") if isinstance(row, dict)]


def _reviewer_lost(state: State, event: Event) -> None:
    task = _end(state, event, text(event, "role"))
    task["review_losses"] += 1
    task["why"] = text_or(event, "why")


def _voided(state: State, event: Event) -> None:
    task = _task(state, text(event, "task"))
    task["reviews"] = {}
    task["why"] = text_or(event, "why")


def _sent_back(state: State, event: Event) -> None:
    task = _task(state, text(event, "task"))
    _no_agent(state, text(event, "task"))
    task["sent_back"] = text_or(event, "why")
    task["reviews"] = {}


def _closed(state: State, event: Event) -> None:
    _task(state, text(event, "task"))["why"] = ""


def _blocked(state: State, event: Event) -> None:
    _no_agent(state, text(event, "task"))
    _task(state, text(event, "task"))["why"] = text(event, "why")


def _no_agent(state: State, name: str) -> None:
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    for use in [use for use, spawn in state["spawns"].items() if spawn["task"] == name]:
        del state["spawns"][use]


def _unblocked(state: State, event: Event) -> None:
    task = _task(state, text(event, "task"))
    task["why"] = ""
    task["note"] = text_or(event, "note")
    task["lost"] = task["cycles"] = task["review_losses"] = 0


def _skipped(state: State, event: Event) -> None:
    _no_agent(state, text(event, "task"))
    task = _task(state, text(event, "task"))
    task["why"] = text_or(event, "why")
    task["skip_to"] = text_or(event, "to")


def _gate(state: State, event: Event) -> None:
    gate = state["gates"].setdefault(
        str(number(event, "wave")),
        {"passed": False, "failed": 0, "checks": [], "nameless": "", "persons": False, "at": ""},
    )
    gate["checks"] = [row for row in rows(event, "checks") if isinstance(row, dict)]
    gate["nameless"] = text_or(event, "nameless")
    gate["persons"] = event.get("persons") is True
    gate["at"] = text_or(event, "at")
    gate["passed"] = text(event, "kind") == "gate_passed"
    if gate["passed"]:
        state["accepted"] = text_or(event, "accepted", state["accepted"])
    gate["failed"] = 0 if gate["passed"] else gate["failed"] + 1
    state["gate_made"] = sorted({*state["gate_made"], *texts(event, "made")})
    working = texts(event, "now_passing")  # what has passed once is no longer forgiven
    state["baseline"]["unnamed"] = [row for row in state["baseline"]["unnamed"] if row not in working]


def _committed(state: State, event: Event) -> None:
    _task(state, text(event, "task"))["commit"] = text(event, "sha")


def _amended(state: State, event: Event) -> None:
    name = text(event, "task")
    _task(state, name)
    for task in state["graph"]["tasks"]:
        if task["id"] == name:
            changed = table(event.get("fields"))
            known = set(task) - {"id"}
            if not set(changed) <= known:
                raise Malformed(f"fields: {sorted(set(changed) - known)} are no fields of a task")
            task.update(changed)  # type: ignore[typeddict-item]
    if event.get("waves") is not None:
        state["waves"] = _waves(event)
        for number_, wave in enumerate(state["waves"]):
            for member in wave:
                _task(state, member)["wave"] = number_ + 1


def _allowed(state: State, event: Event) -> None:
    _task(state, text(event, "task"))
    state["allowed"].setdefault(text(event, "task"), []).append(text(event, "path"))


def _waived(state: State, event: Event) -> None:
    state["waivers"][text(event, "check")] = text(event, "why")


def _incident(state: State, event: Event) -> None:
    state["incidents"] = [*state["incidents"], text(event, "what")][-KEPT_INCIDENTS:]


def _cost(state: State, event: Event) -> None:
    agent = state["agents"].get(text(event, "agent"))
    if agent is None:
        raise Illegal("no such agent was bound")
    task = _task(state, agent["task"])
    task["tokens"] += number_or(event, "tokens")
    task["duration_ms"] += number_or(event, "duration_ms")


def _note(state: State, event: Event) -> None:
    text(event, "what")


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "opened": _opened,
    "paused": _paused,
    "resumed": _resumed,
    "plan_blocked": _plan_why,
    "completed": _ended_plan,
    "aborted": _ended_plan,
    "spawn_allowed": _spawn_allowed,
    "spawn_dropped": _spawn_dropped,
    "bound": _bound,
    "reviewer_bound": _bound,
    "held": _held,
    "implemented": _implemented,
    "lost": _lost,
    "stuck": _stuck,
    "task_review_passed": _task_review_passed,
    "code_review_passed": _code_review_passed,
    "review_failed": _review_failed,
    "reviewer_lost": _reviewer_lost,
    "voided": _voided,
    "sent_back": _sent_back,
    "closed": _closed,
    "blocked": _blocked,
    "unblocked": _unblocked,
    "review_again": _unblocked,
    "skipped": _skipped,
    "gate_failed": _gate,
    "gate_passed": _gate,
    "committed": _committed,
    "amended": _amended,
    "allowed": _allowed,
    "waived": _waived,
    "incident": _incident,
    "settings_changed": _note,
    "cost": _cost,
    "discarded": _note,
    "note": _note,
}


def running(state: State, name: str) -> list[str]:
    """The ids of the agents that run for task `name`."""
    return [agent for agent, row in state["agents"].items() if row["alive"] and row["task"] == name]
