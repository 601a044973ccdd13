"""Events of a wave's script as the client runs it, from the call that was let through to its end.

Its agents are bound one by one, like any other: `spawn_allowed` and `bound` with the `tool_use_id` of the script's call.
"""

from __future__ import annotations

from planweir.journal.transitions import Illegal
from planweir.values import number, number_or, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State, WorkflowRun


def _allowed(state: State, event: Event) -> None:
    if state["workflow"]["alive"]:
        raise Illegal("the script of a wave is running")
    if state["plan"]["engine"] != "workflow":
        raise Illegal("this plan runs no scripts now")
    before, wave = state["workflow"], number(event, "wave")
    state["workflow"] = {
        "tool_use_id": text(event, "tool_use_id"),
        "wave": wave,
        "sum": text_or(event, "sum"),
        "task": "",
        "run": "",
        "session": text_or(event, "session"),
        "pid": number_or(event, "pid"),
        "pid_start": text_or(event, "pid_start"),
        "at": text_or(event, "at"),
        "alive": True,
        "why": "",
        "bound": 0,
        "barren": before["barren"] if before["wave"] == wave else 0,
    }


def _running(state: State, event: Event) -> None:
    known = _of(state, event)
    known["task"], known["run"] = text(event, "host_task"), text_or(event, "run")


def _ended(state: State, event: Event) -> None:
    known = _of(state, event)
    known["alive"], known["why"] = False, text_or(event, "why")
    known["barren"] = 0 if known["bound"] else known["barren"] + 1


def _of(state: State, event: Event) -> WorkflowRun:
    """The run that this event is about, which must be the one that runs."""
    known = state["workflow"]
    if not known["alive"] or known["tool_use_id"] != text(event, "tool_use_id"):
        raise Illegal("no such script is running")
    return known


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "workflow_allowed": _allowed,
    "workflow_started": _running,
    "workflow_ended": _ended,
}
