"""Whether a task's turn has come for an agent, and the refusal that says why not."""

from __future__ import annotations

from planweir.brief.steps import full_name
from planweir.evidence import tree
from planweir.guard.rules import deny
from planweir.journal.ready import (
    Due,
    agent_of,
    calls_due,
    current_wave,
    due,
    role_due,
    running_tasks,
    started_tasks,
    submitted,
    waits_for,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = dict[str, object]

WORKERS = ("implementer", "planner")


class Refused(Exception):
    """The call may not happen; `reason` says which rule, why and what may."""

    def __init__(self, rule: str, what: str, step: str) -> None:
        self.rule, self.what = rule, what
        self.decision: Decision = {**deny(rule, what, step)}
        super().__init__(what)


def picture(places: Places) -> Event:
    """What an attempt starts from: taken before there is an agent that could change it."""
    return {"start_tree": tree.snapshot(places.project), "start_sha": tree.head(places.project)}


def may_reopen(state: State, name: str) -> bool:
    """After a failed gate that named no file, any reviewed task of the wave may be worked on again."""
    gate = state["gates"].get(str(current_wave(state)))
    task = state["tasks"][name]
    return (
        gate is not None
        and not gate["passed"]
        and bool(gate["nameless"])
        and task["status"] == "reviewed"
        and task["wave"] == current_wave(state)
        and name not in running_tasks(state)
        and state["plan"]["status"] == "open"
    )


def turn(state: State, name: str, role: str, at_once: int = 0) -> Due:
    """The spawn that is due for `name` in `role`. Raises Refused with the reason why it is not. `at_once`: another limit of agents
    at once than the plan's."""
    status = state["plan"]["status"]
    if status != "open":
        raise Refused(
            "plan-not-open", f"the plan is {status}", "a person types /implement-plan to go on with it"
        )
    for row in due(state, at_once):
        if row.task == name and row.role == role:
            return row
    if name in running_tasks(state):
        raise Refused("task-running", f"an agent of {name} is running", "wait for its report")
    if name in started_tasks(state):
        raise Refused(
            "task-running",
            f"an agent of {name} is being started",
            "wait for its report; if that call failed or was refused, end your turn: the next one may start it anew",
        )
    task = state["tasks"][name]
    if task["wave"] != current_wave(state):
        raise Refused(
            "out-of-turn",
            f"{name} is in wave {task['wave']}, wave {current_wave(state)} is open",
            ask_next(state),
        )
    waiting = waits_for(state, name)
    if waiting and role in WORKERS:
        raise Refused("out-of-turn", f"{name} depends on {', '.join(waiting)}", ask_next(state))
    wanted = role_due(state, name)
    if submitted(state, name) and role in WORKERS:
        raise Refused(
            "plan-first",
            f"the plan that was submitted for {name} is not accepted yet",
            ask_next(state)
            if wanted
            else f"tell the person, who types `/task-planner accept {name}` or `/task-planner reject {name} …`",
        )
    if wanted != role:
        step = (
            f"name {full_name(agent_of(state, name, wanted))} for {name}"
            if wanted and wanted not in WORKERS
            else ask_next(state)
        )
        raise Refused("role-and-status", f"{name} is {task['status']}, so no {role} is due for it", step)
    raise Refused("out-of-turn", f"{state['graph']['max_parallel']} agents run already", "wait for one of their reports")


def ask_next(state: State) -> str:
    names = [f"{row.task} ({row.role})" for row in calls_due(state)]
    return "run `task-planner next`; " + (f"due now: {', '.join(names)}" if names else "it says what is due")
