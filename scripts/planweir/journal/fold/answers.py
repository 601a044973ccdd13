"""Events of what an implementer asks and what it is told."""

from __future__ import annotations

from planweir.journal.fold.common import end_work, hear, task_of
from planweir.journal.transitions import Illegal
from planweir.values import sub, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State, TaskState


def _asked(state: State, event: Event) -> None:
    question, report = text(event, "question"), sub(event, "report")
    task = end_work(state, event)
    task["question"] = question
    task["asked"] += 1
    task["report"] = report
    hear(task, event, report)
    task["lost"] = 0


def _answered(state: State, event: Event) -> None:
    name, answer, by = text(event, "task"), text(event, "answer"), text(event, "by")
    task = task_of(state, name)
    if not task["question"]:
        raise Illegal(f"{name} asks nothing")
    if task["status"] == "blocked":
        if by != "person":
            raise Illegal(f"{name} is blocked: a person answers it")
        begin_anew(task)
    take_answer(task, answer, by)


def take_answer(task: TaskState, answer: str, by: str) -> None:
    """The open question of `task` is answered."""
    task["answers"] = [*task["answers"], {"question": task["question"], "answer": answer, "by": by}]
    task["question"] = ""


def begin_anew(task: TaskState) -> None:
    """A person lets a blocked task be tried again: every limit counts from here."""
    task["why"] = ""
    task["lost"] = task["cycles"] = task["review_losses"] = task["asked"] = task["rejections"] = 0


HANDLERS: dict[str, Callable[[State, Event], None]] = {"asked": _asked, "answered": _answered}
