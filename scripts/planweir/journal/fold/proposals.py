"""Events of a task that is planned first: the plan that its implementer submits, and who takes it or not."""

from __future__ import annotations

from planweir.journal.fold.answers import begin_anew
from planweir.journal.fold.common import end, free, hear, task_of
from planweir.journal.transitions import Illegal
from planweir.values import number, rows, sub, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, Proposal, State


def _proposed(state: State, event: Event) -> None:
    words, file, attempt, report = text(event, "text"), text(event, "file"), number(event, "attempt"), sub(event, "report")
    task = end(state, event, "planner")
    task["proposal"] = {
        "text": words,
        "file": file,
        "attempt": attempt,
        "verdict": "",
        "by": "",
        "why": "",
        "findings": [],
    }
    task["report"] = report
    hear(task, event, report)
    task["lost"] = task["review_losses"] = 0


def _judged(state: State, event: Event, verdict: str) -> None:
    """A person took or refused the submitted plan, or a reviewer that was bound to it did."""
    name, by, why = text(event, "task"), text(event, "by"), text_or(event, "why")
    findings = [row for row in rows(event, "findings") if isinstance(row, dict)]
    task = task_of(state, name)
    proposal = task["proposal"]
    if proposal is None or (proposal["verdict"] and task["status"] != "blocked"):
        raise Illegal(f"{name} has no plan that waits to be accepted")
    if task["status"] == "blocked" and by != "person":
        raise Illegal(f"{name} is blocked: a person decides")
    if text_or(event, "agent"):
        end(state, event, "plan-reviewer")
    else:
        free(state, name)
    if task["status"] == "blocked":
        begin_anew(task)
    judged: Proposal = {**proposal, "verdict": verdict, "by": by, "why": why, "findings": findings}
    task["proposal"] = judged
    task["review_losses"] = 0
    task["rejections"] = 0 if verdict == "accepted" else task["rejections"] + 1


def _plan_accepted(state: State, event: Event) -> None:
    _judged(state, event, "accepted")


def _plan_rejected(state: State, event: Event) -> None:
    _judged(state, event, "rejected")


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "proposed": _proposed,
    "plan_accepted": _plan_accepted,
    "plan_rejected": _plan_rejected,
}
