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


STATE_VERSION = 3
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
        "commits": {"base": "", "known": []},
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
        "faulted": "",
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
    graph = _graph(table(event.get("graph")))
    waves = _waves(event, [task["id"] for task in graph["tasks"]])
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


def _graph(given: dict[str, object]) -> Graph:
    """A copy of `given`, so that amending a task changes no event. Raises Malformed."""
    _fields(given, GRAPH_FIELDS, "graph")
    tasks = [dict(table(row)) for row in rows(given, "tasks")]
    for row in tasks:
        _fields(row, {"id": "text", **TASK_FIELDS}, "task")
    return cast("Graph", {**given, "tasks": tasks})


def _fields(given: dict[str, object], kinds: dict[str, str], subject: str) -> None:
    """Every field of `kinds` is in `given` and of its kind. Raises Malformed."""
    for key, kind in kinds.items():
        if key not in given or not FIELD_KINDS[kind](given[key]):
            raise Malformed(f"{subject}: {key}: expected {kind}")


def _all_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, str) for row in value)


def _criteria(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and isinstance(row.get("text"), str) and isinstance(row.get("by_hand"), bool)
        for row in value
    )


FIELD_KINDS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "yes or no": lambda value: isinstance(value, bool),
    "a list of texts": _all_text,
    "a number or nothing": lambda value: (
        value is None or (isinstance(value, int) and not isinstance(value, bool))
    ),
    "a list of criteria": _criteria,
}
GRAPH_FIELDS = {
    **dict.fromkeys(("title", "goal", "commit", "grants", "context"), "text"),
    **dict.fromkeys(("setup", "verify", "verify_at_end"), "a list of texts"),
}
TASK_FIELDS = {
    **dict.fromkeys(("title", "agent", "description"), "text"),
    **dict.fromkeys(("depends_on", "files", "also", "verify"), "a list of texts"),
    **dict.fromkeys(("new_tests", "plan_first"), "yes or no"),
    "complexity": "a number or nothing",
    "done_when": "a list of criteria",
}


def _waves(event: Event, names: list[str]) -> list[list[str]]:
    """The waves of `event`, which hold each of `names` once. Raises Malformed."""
    found = [
        [name for name in wave if isinstance(name, str)]
        for wave in rows(event, "waves")
        if isinstance(wave, list)
    ]
    if not all(found) or sorted(name for wave in found for name in wave) != sorted(names):
        raise Malformed("waves: they do not hold each task of the graph once")
    return found


def _paused(state: State, event: Event) -> None:
    state["plan"]["why"] = text_or(event, "why")


def _resumed(state: State, event: Event) -> None:
    state["plan"]["why"] = ""
    session = text_or(event, "session")
    if session:
        state["owner"] = {"session": session, "since": text_or(event, "at")}
    for gate in state["gates"].values():
        gate["failed"] = 0
    theirs = text_or(event, "head")
    if theirs:  # a person was told of the commits up to there and goes on: they count as theirs
        state["commits"] = {"base": theirs, "known": []}


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
        "pid": number_or(event, "pid"),
        "pid_start": text_or(event, "pid_start"),
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
    if text(event, "kind") == "reviewer_bound":
        if role not in REVIEW_ROLES or task["status"] != "implemented":
            raise Illegal(f"{name} is {task['status']}: no {role} can be bound to it")
    elif role != "implementer":
        raise Illegal(f"a {role} does not implement {name}")
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
        "told": [],
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
    about = text_or(event, "about")
    if about:
        agent["told"] = [*agent["told"], about]
    else:
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
    evidence, report, files = sub(event, "evidence"), sub(event, "report"), texts(event, "files_changed")
    rows(evidence, "new_tests")
    task = _end(state, event, "implementer")
    task["evidence"] = evidence
    task["report"] = report
    task["digest"] = text_or(event, "digest")
    task["files_changed"] = files
    task["reviews"] = {}
    task["lost"] = 0
    task["sent_back"] = ""
    task["note"] = ""


def _lost(state: State, event: Event) -> None:
    task = _end(state, event, "implementer")
    task["lost"] += 1
    task["why"] = text_or(event, "why")


def _stuck(state: State, event: Event) -> None:
    why, report = text(event, "why"), sub(event, "report")
    task = _end(state, event, "implementer")
    task["why"] = why
    task["report"] = report


def _reviewed(state: State, event: Event, role: str, verdict: str) -> TaskState:
    review = sub(event, "review")
    task = _end(state, event, role)
    task["reviews"][role] = {
        "verdict": verdict,
        "digest": text_or(event, "digest"),
        "agent": text(event, "agent"),
        "review": review,
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
    findings = [row for row in rows(sub(event, "review"), "findings") if isinstance(row, dict)]
    task = _reviewed(state, event, role, "fail")
    task["cycles"] += 1
    task["faulted"] = text_or(event, "digest")
    task["findings"] = findings


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
    seen = [review["digest"] for review in task["reviews"].values() if review["digest"]]
    task["faulted"] = seen[-1] if seen else task["digest"]
    task["reviews"] = {}


def _closed(state: State, event: Event) -> None:
    _task(state, text(event, "task"))["why"] = ""


def _blocked(state: State, event: Event) -> None:
    why = text(event, "why")
    _no_agent(state, text(event, "task"))
    _task(state, text(event, "task"))["why"] = why


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


def _review_again(state: State, event: Event) -> None:
    name = text(event, "task")
    before = _task(state, name)["blocked_from"]
    if before not in ("implemented", "reviewed"):
        raise Illegal(f"{name} was {before} before it was blocked: there is nothing to review")
    _unblocked(state, event)


def _skipped(state: State, event: Event) -> None:
    _no_agent(state, text(event, "task"))
    task = _task(state, text(event, "task"))
    task["why"] = text_or(event, "why")
    task["skip_to"] = text_or(event, "to")


def _gate(state: State, event: Event) -> None:
    wave, checks, made = number(event, "wave"), rows(event, "checks"), texts(event, "made")
    working = texts(event, "now_passing")  # what has passed once is no longer forgiven
    if not 0 < wave <= len(state["waves"]):
        raise Illegal(f"this plan has no wave {wave}")
    gate = state["gates"].setdefault(
        str(wave),
        {"passed": False, "failed": 0, "checks": [], "nameless": "", "persons": False, "at": ""},
    )
    gate["checks"] = [row for row in checks if isinstance(row, dict)]
    gate["nameless"] = text_or(event, "nameless")
    gate["persons"] = event.get("persons") is True
    gate["at"] = text_or(event, "at")
    gate["passed"] = text(event, "kind") == "gate_passed"
    if gate["passed"]:
        state["accepted"] = text_or(event, "accepted", state["accepted"])
        _know(state, texts(event, "foreign"))
    gate["failed"] = 0 if gate["passed"] else gate["failed"] + 1
    state["gate_made"] = sorted({*state["gate_made"], *made})
    state["baseline"]["unnamed"] = [row for row in state["baseline"]["unnamed"] if row not in working]


def _committed(state: State, event: Event) -> None:
    sha = text(event, "sha")
    _task(state, text(event, "task"))["commit"] = sha
    _know(state, [sha])


def _know(state: State, shas: list[str]) -> None:
    known = state["commits"]["known"]
    state["commits"]["known"] = [*known, *(sha for sha in shas if sha not in known)]


def _amended(state: State, event: Event) -> None:
    name, changed = text(event, "task"), table(event.get("fields"))
    _task(state, name)
    if not set(changed) <= set(TASK_FIELDS):
        raise Malformed(f"fields: {sorted(set(changed) - set(TASK_FIELDS))} are no fields of a task")
    _fields(changed, {key: TASK_FIELDS[key] for key in changed}, "fields")
    waves = _waves(event, list(state["tasks"])) if event.get("waves") is not None else state["waves"]
    for task in state["graph"]["tasks"]:
        if task["id"] == name:
            task.update(changed)  # type: ignore[typeddict-item]
    state["waves"] = waves
    for number_, wave in enumerate(waves):
        for member in wave:
            state["tasks"][member]["wave"] = number_ + 1


def _allowed(state: State, event: Event) -> None:
    path = text(event, "path")
    _task(state, text(event, "task"))
    state["allowed"].setdefault(text(event, "task"), []).append(path)


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
    "review_again": _review_again,
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
