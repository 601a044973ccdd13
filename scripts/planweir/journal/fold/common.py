"""What handlers of several kinds ask of a state."""

from __future__ import annotations

from planweir.journal.transitions import Illegal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State, TaskState

REVIEW_ROLES = ("task-reviewer", "code-reviewer")


def task_of(state: State, name: str) -> TaskState:
    task = state["tasks"].get(name)
    if task is None:
        raise Illegal(f"no task {name} in this plan")
    return task


def running(state: State, name: str) -> list[str]:
    """The ids of the agents that run for task `name`."""
    return [agent for agent, row in state["agents"].items() if row["alive"] and row["task"] == name]


def free(state: State, name: str) -> None:
    if running(state, name):
        raise Illegal(f"an agent of {name} is running")
    for use in [use for use, spawn in state["spawns"].items() if spawn["task"] == name]:
        del state["spawns"][use]
