"""The journal's events folded into the state. Pure: the same events in the same order give the same state.

`apply` is the only function that changes a state, and it changes statuses only through `transitions`. What an event says
beyond that is taken in by its handler: `plans`, `agents`, `tasks`, `answers`, `proposals`, `requests`, `gates`, `noticed`,
`confirmed`, `insights` and `workflow` hold them.
"""

from __future__ import annotations

from planweir.journal.came import TYPED
from planweir.journal.fold import (
    agents,
    answers,
    confirmed,
    gates,
    insights,
    noticed,
    plans,
    proposals,
    requests,
    tasks,
    workflow,
)
from planweir.journal.fold.beginning import STATE_VERSION, empty, new_task
from planweir.journal.fold.common import running, task_of
from planweir.journal.transitions import (
    PLAN_LIVE,
    PLAN_TRANSITIONS,
    TASK_TRANSITIONS,
    Illegal,
    after,
    plan_after,
)
from planweir.values import number_or, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Aside, Event, State

__all__ = ("HANDLERS", "STATE_VERSION", "apply", "empty", "new_task", "running")

HANDLERS: dict[str, Callable[[State, Event], None]] = {
    **plans.HANDLERS,
    **agents.HANDLERS,
    **workflow.HANDLERS,
    **tasks.HANDLERS,
    **answers.HANDLERS,
    **proposals.HANDLERS,
    **requests.HANDLERS,
    **gates.HANDLERS,
    **noticed.HANDLERS,
    **confirmed.HANDLERS,
    **insights.HANDLERS,
}
# After one of these a gate that failed without naming a file may come out otherwise.
MENDS = ("bound", "sent_back", "allowed", "scope_refused", "waived", "amended", "skipped", "resumed", "discarded", "mine", "settled")

KEPT_ASIDE = 50


def _aside(event: Event) -> Aside:
    """A person's verb that came another way than typed."""
    return {
        "kind": text(event, "kind"),
        "task": text_or(event, "task") or text_or(event, "criterion"),
        "how": text_or(event, "came"),
        "signs": text_or(event, "signs"),
        "at": text_or(event, "at"),
    }


def apply(state: State, event: Event) -> None:
    """Take `event` into `state`, in place. Raises Illegal or Malformed and then leaves `state` as it was."""
    kind = text(event, "kind")
    handler = HANDLERS.get(kind)
    if handler is None:
        raise Illegal(f"'{kind}' is no event")
    status = state["plan"]["status"]
    if kind in PLAN_TRANSITIONS:
        status = plan_after(kind, status)
    elif status not in PLAN_LIVE:
        raise Illegal(f"the plan is {status or 'not open'}: '{kind}' cannot happen to it")
    if kind in TASK_TRANSITIONS:
        name = text(event, "task")
        task = task_of(state, name)
        target = after(kind, task["status"], name)
        handler(state, event)
        if target == "blocked":
            task["blocked_from"] = task["status"]
        task["status"] = target
    else:
        handler(state, event)
    if text_or(event, "came", TYPED) != TYPED:
        state["aside"] = [*state["aside"], _aside(event)][-KEPT_ASIDE:]
    if kind in MENDS or (kind == "kept" and event.get("back")):  # a guarded file is as it was
        for gate in state["gates"].values():
            gate["nameless"], gate["persons"] = "", False
    state["plan"]["status"] = status
    state["plan"]["updated_at"] = text_or(event, "at", state["plan"]["updated_at"])
    state["seq"] = number_or(event, "seq", state["seq"] + 1)
