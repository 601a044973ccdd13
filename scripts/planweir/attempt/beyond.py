"""A write outside a task's files: whose the file is, though its task does not run, and what the plan's `Scope: warn` lets pass.

Asked only where the guard denies such a write: what runs before every call knows the running tasks alone.
"""

from __future__ import annotations

import re

from planweir.guard.rules import deny
from planweir.guard.scope import ask
from planweir.guard.who import binding, table
from planweir.journal.fold.requests import BY_PLAN
from planweir.journal.ready import CLOSED, graph_task
from planweir.journal.render import task_claims
from planweir.journal.store import Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = Mapping[str, object] | None
    Judge = Callable[[dict[str, object], dict[str, object]], Decision]

_LITERAL = re.compile(r"(?:\./)*([^*?\[{\\]*)")
MOST_AT_ONCE = 20  # files that one call may take in
STANDS = {
    "pending": "has not begun",
    "in_progress": "is running",
    "implemented": "awaits its reviews",
    "rework": "is to be done again",
    "reviewed": "is reviewed",
    "scaffold": "is closed, though nothing reaches it yet",
    "completed": "is completed",
    "blocked": "is blocked",
    "skipped": "was skipped",
}


def owner_among(state: State, name: str, path: str) -> str | None:
    """The task but `name` that names `path` as its own; one that is not finished comes first."""
    found: str | None = None
    for task in state["graph"]["tasks"]:
        other = task["id"]
        if other == name or not task["files"]:
            continue
        named = [*task["files"], *task["also"], *state["allowed"].get(other, [])]
        # Most of 10,000 tasks lie elsewhere: that costs no regular expression.
        near = any(path.startswith(_LITERAL.match(one)[1]) for one in named)  # type: ignore[index]  # it matches anything
        if not near and not path.endswith((".snap", ".ambr")):
            continue
        if path not in named and not any(re.fullmatch(regex, path, re.DOTALL) for regex in task_claims(state, other)):
            continue
        if state["tasks"][other]["status"] not in CLOSED:
            return other
        found = found or other
    return found


def told(state: State, owner: str) -> str:
    return f"it belongs to {owner}, {graph_task(state, owner)['title']}, which {STANDS[state['tasks'][owner]['status']]}"


def judge_beyond(places: Places, event: dict[str, object], guard: dict[str, object], judge: Judge) -> Decision:
    """The decision on a call, where the guard alone would say that it writes outside the task's files."""
    decision = judge(event, guard)
    if decision is None or not decision.get("outside"):
        return decision
    state = Journal(places).state()
    name = text_or(binding(event, guard), "task")
    taken: list[str] = []
    while decision is not None and (path := text_or(decision, "outside")):
        owner = owner_among(state, name, path)
        unfinished = owner is not None and state["tasks"][owner]["status"] not in CLOSED
        if state["graph"]["scope"] != "warn" or unfinished or path in taken or len(taken) >= MOST_AT_ONCE:
            return decision if owner is None else _owned(state, name, owner, path)
        taken.append(path)
        row = table(guard, "running").get(name)
        if isinstance(row, dict) and isinstance(row.get("scope"), list):
            row["scope"].append(re.escape(path))
        decision = judge(event, guard)
    if decision is None or decision.get("decision") != "deny":
        _take(places, name, taken, text_or(event, "tool_name"))
    return decision


def _owned(state: State, name: str, owner: str, path: str) -> Decision:
    if state["tasks"][owner]["status"] in CLOSED:
        step = f"leave it as it is; if {name} needs it changed, {ask(name, path)}"
    else:
        step = f"leave it to {owner}; if {name} cannot do without, {ask(name, path)}"
    stands = STANDS[state["tasks"][owner]["status"]]
    return deny("scope", f"{path} belongs to {owner}, which {stands}; you work on {name}", step)


def _take(places: Places, name: str, paths: list[str], tool: str) -> None:
    """Journal that the task has these files from now on; another call may have taken one meanwhile."""

    def decide(state: State) -> list[Event]:
        return [
            {"kind": "allowed", "task": name, "path": path, "by": BY_PLAN, "why": "", "how": tool}
            for path in paths
            if path not in state["allowed"].get(name, [])
        ]

    Journal(places).transact(decide)
