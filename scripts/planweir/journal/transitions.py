"""Every change of a task's or a plan's status, as tables. There is no transition anywhere else.

A row reads: this event takes a task in that status to this one. An event that has no row for the present status is
illegal: the store refuses it and the fold never sees it.
"""

from __future__ import annotations

TASK_STATUSES = (
    "pending",  # not started
    "in_progress",  # an implementer is bound to it
    "implemented",  # the implementer stopped with evidence; reviews due
    "rework",  # a review or the gate asked for changes
    "reviewed",  # both reviews passed on its present files
    "scaffold",  # the gate passed, and nothing reaches the code that it added
    "completed",  # the gate passed
    "blocked",  # a person decides
    "skipped",  # a person dropped it
)

PLAN_STATUSES = ("open", "paused", "blocked", "complete", "aborted")

TASK_TRANSITIONS: dict[str, dict[str, str]] = {
    "bound": {"pending": "in_progress", "rework": "in_progress"},
    "implemented": {"in_progress": "implemented"},
    "lost": {"in_progress": "pending"},
    "stuck": {"in_progress": "blocked"},
    "asked": {"in_progress": "pending"},
    "answered": {"pending": "pending", "blocked": "pending"},
    "proposed": {"in_progress": "pending"},
    "plan_accepted": {"pending": "pending", "blocked": "pending"},
    "plan_rejected": {"pending": "pending"},
    "unreviewed": {"implemented": "reviewed"},
    "task_review_passed": {"implemented": "implemented"},
    "code_review_passed": {"implemented": "reviewed"},
    "review_failed": {"implemented": "rework"},
    "voided": {"implemented": "implemented", "reviewed": "implemented"},
    "sent_back": {"implemented": "rework", "reviewed": "rework"},
    "closed": {"reviewed": "completed"},
    "scaffold": {"reviewed": "scaffold", "completed": "scaffold"},
    "wired": {"scaffold": "completed"},
    "blocked": {
        "pending": "blocked",
        "rework": "blocked",
        "implemented": "blocked",
        "reviewed": "blocked",
    },
    "unblocked": {"blocked": "pending", "scaffold": "pending"},
    "review_again": {"blocked": "implemented"},
    "skipped": {
        "pending": "skipped",
        "rework": "skipped",
        "implemented": "skipped",
        "reviewed": "skipped",
        "blocked": "skipped",
    },
}

PLAN_TRANSITIONS: dict[str, dict[str, str]] = {
    "opened": {"": "open"},
    "paused": {"open": "paused", "blocked": "paused"},
    "resumed": {"open": "open", "paused": "open", "blocked": "open"},
    "plan_blocked": {"open": "blocked"},
    "completed": {"open": "complete", "paused": "complete", "blocked": "complete"},
    "aborted": {"open": "aborted", "paused": "aborted", "blocked": "aborted"},
}

# What may be journaled in which status of the plan. A paused plan still takes in what its agents end with.
PLAN_LIVE = ("open", "paused", "blocked")


class Illegal(ValueError):
    """An event that the tables do not allow in the present status."""


def after(kind: str, status: str, subject: str) -> str:
    """The status of task `subject` after the event `kind`. Raises Illegal."""
    try:
        return TASK_TRANSITIONS[kind][status]
    except KeyError:
        raise Illegal(f"{subject} is {status}: '{kind}' cannot happen to it") from None


def plan_after(kind: str, status: str) -> str:
    """The status of the plan after the event `kind`. Raises Illegal."""
    try:
        return PLAN_TRANSITIONS[kind][status]
    except KeyError:
        raise Illegal(f"the plan is {status or 'not open'}: '{kind}' cannot happen to it") from None
