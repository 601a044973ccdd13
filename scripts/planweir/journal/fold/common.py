"""What handlers of several kinds ask of a state."""

from __future__ import annotations

from planweir.journal.ready import graph_task
from planweir.journal.transitions import Illegal
from planweir.values import number, number_or, sub, table, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State, TaskState

WORK_ROLES = ("implementer", "planner")
REVIEW_ROLES = ("task-reviewer", "code-reviewer")
HEARD = ("for the plan", "for later tasks")  # parts of a report that are for others than its reviewers


def task_of(state: State, name: str) -> TaskState:
    task = state["tasks"].get(name)
    if task is None:
        raise Illegal(f"no task {name} in this plan")
    return task


def running(state: State, name: str) -> list[str]:
    """The ids of the agents that run for task `name`."""
    return [agent for agent, row in state["agents"].items() if row["alive"] and row["task"] == name]


def end(state: State, event: Event, role: str) -> TaskState:
    """The agent of this event has ended; it must be the one that runs for the task in that role."""
    name = text(event, "task")
    agent = state["agents"].get(text(event, "agent"))
    if agent is None or not agent["alive"] or agent["task"] != name or agent["role"] != role:
        raise Illegal(f"no {role} with that id is running for {name}")
    agent["alive"] = False
    return task_of(state, name)


def end_work(state: State, event: Event) -> TaskState:
    """As `end`, of an agent that works on the task or plans it."""
    role = text_or(event, "role", "implementer")
    if role not in WORK_ROLES:
        raise Illegal(f"a {role} does not work on a task")
    return end(state, event, role)


def fits(state: State, name: str, role: str) -> bool:
    """May an agent in that role begin with task `name` as it stands?"""
    task = task_of(state, name)
    proposal = task["proposal"]
    submitted = proposal is not None and not proposal["verdict"]
    planned = not graph_task(state, name)["plan_first"] or (proposal is not None and proposal["verdict"] == "accepted")
    if role == "implementer":
        return task["status"] in ("pending", "rework") and planned
    if role == "planner":
        return task["status"] in ("pending", "rework") and not planned and not submitted
    if role == "plan-reviewer":
        return task["status"] == "pending" and submitted
    return role in REVIEW_ROLES and task["status"] == "implemented"


def free(state: State, name: str) -> None:
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    for use in [use for use, spawn in state["spawns"].items() if spawn["task"] == name]:
        del state["spawns"][use]


def hear(task: TaskState, event: Event, report: dict[str, object]) -> None:
    """Keep what a report says for others: the next attempt's report takes its place, what it said does not go with it."""
    for part in HEARD:
        words = text_or(report, part)
        if words and not any(row["part"] == part and row["words"] == words for row in task["heard"]):
            task["heard"] = [
                *task["heard"],
                {"attempt": number_or(event, "attempt", task["attempts"]), "part": part, "words": words},
            ]


def measure(state: State, source: dict[str, object]) -> None:
    """What full runs counted, and with which programs: what the next gate compares with. Older journals have neither."""
    counted = {command: table(row) for command, row in sub(source, "floors").items()}
    for command, row in counted.items():
        state["floors"][command] = {"passed": number(row, "passed"), "apart": number(row, "apart"), "passing": row.get("passing") is True, "witnessed": row.get("witnessed") is True}
    programs = sub(source, "programs")
    state["programs"].update({path: text(programs, path) for path in programs})
