"""Events of spawns and of agents at work, up to the end of an agent."""

from __future__ import annotations

from planweir.journal.fold.common import WORK_ROLES, fits, running, task_of
from planweir.journal.ready import of_script
from planweir.journal.transitions import Illegal
from planweir.values import number, number_or, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State


def _spawn_allowed(state: State, event: Event) -> None:
    name, role = text(event, "task"), text(event, "role")
    task = task_of(state, name)
    use = text(event, "tool_use_id")
    if use in state["spawns"]:
        raise Illegal(f"{use} was already allowed")
    if any(spawn["task"] == name for spawn in state["spawns"].values()):
        raise Illegal(f"{name} is being started already")
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    if not fits(state, name, role):
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
    task = task_of(state, name)
    if text(event, "kind") == "reviewer_bound":
        if role in WORK_ROLES or not fits(state, name, role):
            raise Illegal(f"{name} is {task['status']}: no {role} can be bound to it")
    elif role not in WORK_ROLES:
        raise Illegal(f"a {role} does not implement {name}")
    elif not fits(state, name, role):
        raise Illegal(f"no {role} is due for {name}")
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
        "seq": number_or(event, "seq", state["seq"] + 1),
        "alive": True,
    }
    if state["workflow"]["alive"] and of_script(state, use):
        state["workflow"]["bound"] += 1
    if role in WORK_ROLES:
        task["why"] = ""
    if role == "implementer":
        task["attempts"] = attempt
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


def _cost(state: State, event: Event) -> None:
    agent = state["agents"].get(text(event, "agent"))
    if agent is None:
        raise Illegal("no such agent was bound")
    task = task_of(state, agent["task"])
    task["tokens"] += number_or(event, "tokens")
    task["duration_ms"] += number_or(event, "duration_ms")


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "spawn_allowed": _spawn_allowed,
    "spawn_dropped": _spawn_dropped,
    "bound": _bound,
    "reviewer_bound": _bound,
    "held": _held,
    "cost": _cost,
}
