"""Events of files beyond a task's own: asked for by its agent, allowed or refused by a person, or taken where the plan lets it."""

from __future__ import annotations

from planweir.journal.fold.common import task_of
from planweir.journal.fold.noticed import settle
from planweir.journal.ready import asked_for
from planweir.journal.transitions import Illegal
from planweir.values import number_or, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State

BY_PLAN = "plan"  # who allows a change where the plan says `Scope: warn`


def _requested(state: State, event: Event) -> None:
    name, path, why = text(event, "task"), text(event, "path"), text(event, "why")
    task = task_of(state, name)
    if path in asked_for(state, name):
        raise Illegal(f"{path} waits for a person already")
    state["requests"].append(
        {
            "task": name,
            "path": path,
            "why": why,
            "attempt": number_or(event, "attempt", task["attempts"]),
            "at": text_or(event, "at"),
            "answer": "",
            "said": "",
        }
    )


def _allowed(state: State, event: Event) -> None:
    name, path = text(event, "task"), text(event, "path")
    task = task_of(state, name)
    if path not in state["allowed"].setdefault(name, []):
        state["allowed"][name].append(path)
    taken = text_or(event, "by") == BY_PLAN
    if not taken:
        settle(state, [path])
    if taken and path not in asked_for(state, name):
        state["requests"].append(
            {
                "task": name,
                "path": path,
                "why": text_or(event, "why"),
                "attempt": number_or(event, "attempt", task["attempts"]),
                "at": text_or(event, "at"),
                "answer": "taken",
                "said": "",
            }
        )
    _answer(state, name, path, "taken" if taken else "allowed", "")


def _refused(state: State, event: Event) -> None:
    name, path = text(event, "task"), text(event, "path")
    task_of(state, name)
    if path not in asked_for(state, name):
        raise Illegal(f"{name} does not ask for {path}")
    _answer(state, name, path, "refused", text_or(event, "why"))


def _answer(state: State, name: str, path: str, answer: str, said: str) -> None:
    for row in state["requests"]:
        if row["task"] == name and row["path"] == path and not row["answer"]:
            row["answer"], row["said"] = answer, said


def lapse(state: State, name: str) -> None:
    """What task `name` asked for and got no answer to, it was done without."""
    for path in asked_for(state, name):
        _answer(state, name, path, "lapsed", "")


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "scope_requested": _requested,
    "allowed": _allowed,
    "scope_refused": _refused,
}
