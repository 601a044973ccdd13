"""Who owns what changed: the tree against HEAD, less what was dirty before the plan and what the gate itself made."""

from __future__ import annotations

import re

from planweir.evidence import tree
from planweir.gate.baseline import fingerprint
from planweir.journal.ready import graph_task
from planweir.journal.render import task_scope
from planweir.places import RENDERED_COPY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

MAY_HAVE_CHANGED = ("reviewed", "completed")


class Owned:
    """The changed paths: by the task that owns them, and those that nobody owns."""

    __slots__ = ("by_task", "nobody", "too_early")

    def __init__(self) -> None:
        self.by_task: dict[str, list[str]] = {}
        self.nobody: list[str] = []
        self.too_early: dict[str, list[str]] = {}


def changed_paths(places: Places, state: State) -> list[str]:
    """What the plan's time has changed: not the person's earlier changes, not the gate's own by-products."""
    before = state["baseline"]["dirty"]
    return [
        path
        for path in sorted(tree.changed(places.project))
        if path != RENDERED_COPY
        and not (path in before and fingerprint(places.project, path) == before[path])
    ]


def owners(places: Places, state: State) -> Owned:
    """Give each changed path to its task: one that may have changed it first, else the one whose turn has not come."""
    found = Owned()
    order = [name for wave in state["waves"] for name in wave]
    named = [name for name in order if graph_task(state, name)["files"]]
    whole = [
        name for name in order if name not in named and state["tasks"][name]["status"] in MAY_HAVE_CHANGED
    ]
    scopes = {
        name: re.compile("|".join(f"(?:{regex})" for regex in task_scope(state, name))) for name in named
    }
    first = [name for name in named if state["tasks"][name]["status"] == "reviewed"]
    later = [name for name in named if name not in first]
    for path in changed_paths(places, state):
        owner = _owner(path, first, scopes) or _handed(state, path)
        if owner is None and whole and state["tasks"][whole[-1]]["status"] == "reviewed":
            owner = whole[-1]
        if owner is not None:
            found.by_task.setdefault(owner, []).append(path)
            continue
        other = _owner(path, later, scopes)
        if path in state["gate_made"] and other is None:
            continue
        if other is None or state["tasks"][other]["status"] in ("completed", "skipped"):
            found.nobody.append(path)
        else:
            found.too_early.setdefault(other, []).append(path)
    return found


def _owner(path: str, names: list[str], scopes: dict[str, re.Pattern[str]]) -> str | None:
    return next((name for name in names if scopes[name].fullmatch(path)), None)


def _handed(state: State, path: str) -> str | None:
    """A skipped task's changes that a person handed to another."""
    for name, task in state["tasks"].items():
        if (
            task["skip_to"]
            and task["status"] == "skipped"
            and state["tasks"][task["skip_to"]]["status"] == "reviewed"
        ):
            regexes = task_scope(state, name)
            if any(re.fullmatch(regex, path) for regex in regexes):
                return task["skip_to"]
    return None
