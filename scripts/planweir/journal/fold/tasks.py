"""Events that move a task on: what its agents ended with, its reviews, and what a person decides about it."""

from __future__ import annotations

from planweir.journal.fold.answers import begin_anew, take_answer
from planweir.journal.fold.common import REVIEW_ROLES, end, end_work, free, hear, task_of
from planweir.journal.fold.requests import lapse
from planweir.journal.ready import MAIN
from planweir.journal.transitions import Illegal
from planweir.values import rows, sub, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State, TaskState


def _implemented(state: State, event: Event) -> None:
    evidence, report, files = sub(event, "evidence"), sub(event, "report"), texts(event, "files_changed")
    rows(evidence, "new_tests")
    task = end(state, event, "implementer")
    task["evidence"] = evidence
    task["report"] = report
    hear(task, event, report)
    task["digest"] = text_or(event, "digest")
    task["files_changed"] = files
    task["reviews"] = {}
    task["lost"] = 0
    task["sent_back"] = ""
    task["note"] = ""
    task["unreviewed"] = False


def _lost(state: State, event: Event) -> None:
    task = end_work(state, event)
    task["lost"] += 1
    task["why"] = text_or(event, "why")


def _stuck(state: State, event: Event) -> None:
    why, report = text(event, "why"), sub(event, "report")
    task = end_work(state, event)
    task["why"] = why
    task["report"] = report
    hear(task, event, report)
    task["question"] = text_or(event, "question")


def _unreviewed(state: State, event: Event) -> None:
    name = text(event, "task")
    if state["plan"]["mode"] != "single":
        raise Illegal(f"{name} is to be reviewed: the plan is carried out by agents")
    row = state["agents"].get(MAIN)
    if row is None or row["task"] != name:
        raise Illegal(f"{name} is to be reviewed: an agent did it")
    free(state, name)
    task_of(state, name)["unreviewed"] = True


def _reviewed(state: State, event: Event, role: str, verdict: str) -> TaskState:
    review = sub(event, "review")
    task = end(state, event, role)
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
    task = task_of(state, text(event, "task"))
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
    task["failed_reviews"] += 1
    task["faulted"] = text_or(event, "digest")
    task["findings"] = findings


def _reviewer_lost(state: State, event: Event) -> None:
    task = end(state, event, text(event, "role"))
    task["review_losses"] += 1
    task["why"] = text_or(event, "why")


def _voided(state: State, event: Event) -> None:
    task = task_of(state, text(event, "task"))
    task["reviews"] = {}
    task["why"] = text_or(event, "why")


def _sent_back(state: State, event: Event) -> None:
    task = task_of(state, text(event, "task"))
    free(state, text(event, "task"))
    task["sent_back"] = text_or(event, "why")
    seen = [review["digest"] for review in task["reviews"].values() if review["digest"]]
    task["faulted"] = seen[-1] if seen else task["digest"]
    task["reviews"] = {}


def _closed(state: State, event: Event) -> None:
    lapse(state, text(event, "task"))
    task_of(state, text(event, "task"))["why"] = ""


def _scaffold(state: State, event: Event) -> None:
    why = text(event, "why")
    lapse(state, text(event, "task"))
    task_of(state, text(event, "task"))["why"] = why


def _wired(state: State, event: Event) -> None:
    task_of(state, text(event, "task"))["why"] = ""


def _blocked(state: State, event: Event) -> None:
    why = text(event, "why")
    free(state, text(event, "task"))
    task_of(state, text(event, "task"))["why"] = why


def _unblocked(state: State, event: Event) -> None:
    task = task_of(state, text(event, "task"))
    note = text_or(event, "note")
    begin_anew(task)
    if task["question"] and note:
        take_answer(task, note, "person")
        note = ""
    task["question"] = ""
    task["note"] = note


def _review_again(state: State, event: Event) -> None:
    name = text(event, "task")
    before = task_of(state, name)["blocked_from"]
    if before not in ("implemented", "reviewed"):
        raise Illegal(f"{name} was {before} before it was blocked: there is nothing to review")
    _unblocked(state, event)


def _skipped(state: State, event: Event) -> None:
    free(state, text(event, "task"))
    lapse(state, text(event, "task"))
    task = task_of(state, text(event, "task"))
    task["why"] = text_or(event, "why")
    task["skip_to"] = text_or(event, "to")
    task["taken_out"] = event.get("taken_out") is True


def _noted(state: State, event: Event) -> None:
    words = text(event, "what")
    task = task_of(state, text(event, "task"))
    task["notes"] = [*task["notes"], words]


def _checked(state: State, event: Event) -> None:
    name, words = text(event, "task"), text(event, "text")
    task = task_of(state, name)
    if not any(
        row["by_hand"] and row["text"] == words
        for text_ in state["graph"]["tasks"]
        if text_["id"] == name
        for row in text_["done_when"]
    ):
        raise Illegal(f"{name} has no such criterion for a person")
    kept = [row for row in task["checked"] if row["text"] != words]
    task["checked"] = [*kept, {"text": words, "at": text_or(event, "at")}]


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "implemented": _implemented,
    "lost": _lost,
    "stuck": _stuck,
    "unreviewed": _unreviewed,
    "task_review_passed": _task_review_passed,
    "code_review_passed": _code_review_passed,
    "review_failed": _review_failed,
    "reviewer_lost": _reviewer_lost,
    "voided": _voided,
    "sent_back": _sent_back,
    "closed": _closed,
    "scaffold": _scaffold,
    "wired": _wired,
    "blocked": _blocked,
    "unblocked": _unblocked,
    "review_again": _review_again,
    "skipped": _skipped,
    "noted": _noted,
    "checked": _checked,
}
