"""Who owns what changed: the tree against HEAD, less what was dirty before the plan, what an earlier gate let pass and what
the gate itself made."""

from __future__ import annotations

import os
import re

from planweir.brief.noticed import blamed
from planweir.brief.package import task_changes
from planweir.evidence import tree
from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.marks import fingerprint
from planweir.gate import commits
from planweir.journal.ready import CLOSED, graph_task, wanted
from planweir.journal.render import task_claims, task_scope
from planweir.places import RENDERED_COPY
from planweir.plan.scope import Covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Loose, State
    from planweir.places import Places


class Owned:
    """The changed paths: by the reviewed task that owns them, by the unfinished one that a person gave them to, by the one
    whose turn has not come, and those that nobody owns."""

    __slots__ = ("by_task", "foreign", "in_head", "nobody", "too_early", "unexplained", "waiting")

    def __init__(self) -> None:
        self.by_task: dict[str, list[str]] = {}
        self.nobody: list[str] = []
        self.too_early: dict[str, list[str]] = {}
        self.waiting: dict[str, list[str]] = {}
        self.unexplained: dict[str, Loose] = {}  # whoever's file it is
        self.foreign: list[commits.Foreign] = []
        self.in_head: set[str] = set()  # what a foreign commit holds as it is now: there is nothing to commit

    @property
    def stray(self) -> list[str]:
        """What fails the gate."""
        found = [*self.nobody, *(path for paths in self.too_early.values() for path in paths)]
        return [*found, *(path for path in self.unexplained if path not in found)]

    def took(self, name: str) -> list[commits.Foreign]:
        """The foreign commits that hold changes of task `name`, newest first."""
        own = set(self.by_task.get(name, []))
        return [row for row in self.foreign if own & set(row.paths)]


def changed_paths(places: Places, state: State) -> list[str]:
    """What the plan's time has changed: not the person's earlier changes."""
    paths = set(tree.changed(places.project))
    if state["graph"]["commit"] == "none" and state["accepted"]:
        # HEAD says little then: what a gate let pass and is put back now has changed too.
        paths |= _since_accepted(places, state)
    return [path for path in sorted(paths) if not apart(places, state, path)]


def apart(places: Places, state: State, path: str) -> bool:
    """Is `path` no change of the plan's time: our own copy, or the person's as they had it before?"""
    before = state["baseline"]["dirty"]
    return path == RENDERED_COPY or (path in before and fingerprint(places.project, path) == before[path])


def rewritten_checks(places: Places, state: State) -> list[str]:
    """The files that a Verify command names and that changed since the plan was opened, though no task owns them."""
    graph = state["graph"]
    commands = [*graph["verify"], *graph["verify_at_end"], *(row for task in graph["tasks"] for row in task["verify"])]
    commands += [row["check"] for row in wanted(state) if row["check"]]
    words = {os.path.normpath(word) for command in commands for word in re.split(r"[\s;&|<>()'\"=]+", command) if word}
    named = [word for word in sorted(words) if "/" in word or "." in word.strip(".")]
    if not named or not state["plan"]["head"]:
        return []
    changed = tree.changed_since(places.project, state["plan"]["head"], [re.escape(word) for word in named])
    own = Covered(
        regex for task in graph["tasks"] if task["files"] for regex in task_scope(state, task["id"])
    )
    return [
        path
        for path in changed
        if not apart(places, state, path) and path not in own
    ]


def _since_accepted(places: Places, state: State) -> set[str]:
    return set(tree.changed_since(places.project, state["accepted"], [".*"]))


def gone(places: Places, state: State) -> list[str]:
    """The person's changes from before the plan that are in no commit and in the tree no more."""
    before = state["baseline"]["dirty"]
    if not before:
        return []
    now = tree.changed(places.project)
    found = [
        path for path, mark in before.items() if path not in now and fingerprint(places.project, path) != mark
    ]
    committed = set(commits.changed_between(places, state["plan"]["head"], "HEAD")) if found else set()
    return sorted(path for path in found if path not in committed)


def owners(places: Places, state: State) -> Owned:
    """Give each changed path to its task: one that may have changed it first, else the one whose turn has not come."""
    found = Owned()
    found.unexplained = blamed(state)
    dirty = changed_paths(places, state)
    found.foreign = commits.foreign(places, state)
    held = {
        path
        for row in found.foreign
        for path in row.paths
        if not is_byproduct(path) and not apart(places, state, path)
    }
    found.in_head = held - set(dirty)
    paths = sorted({*dirty, *held})
    if not paths:
        return found
    order = [name for wave in state["waves"] for name in wave]
    status = {name: state["tasks"][name]["status"] for name in order}
    named = [name for name in order if graph_task(state, name)["files"]]
    scopes = {name: Covered(task_scope(state, name)) for name in named}
    claimed = {name: Covered(task_claims(state, name)) for name in named}
    first = [name for name in named if status[name] == "reviewed"]
    later = [name for name in named if name not in first]
    # A task without Files owns what changed meanwhile, not what had changed before it began.
    whole = {
        name: set(task_changes(places, state, name))
        for name in order
        if name not in named and status[name] == "reviewed"
    }
    made = set(state["gate_made"])
    mine = {name: set(task_changes(places, state, name)) for name in first} if made else {}
    fresh = _since_accepted(places, state) if state["accepted"] else set(paths)
    for path in paths:
        owners_ = [name for name in first if path not in made or path in mine[name]]
        # A lock file or a snapshot may be anybody's; one that names it comes first.
        owner = _owner(path, owners_, claimed) or _owner(path, owners_, scopes) or _handed(state, path)
        owner = owner or next((name for name, its in whole.items() if path in its), None)
        if owner is not None:
            found.by_task.setdefault(owner, []).append(path)
            continue
        given = next(
            (
                name
                for name in order
                if status[name] not in CLOSED and path in state["allowed"].get(name, [])
            ),
            None,
        )
        other = _owner(path, later, scopes)
        if given is not None:
            found.waiting.setdefault(given, []).append(path)
        elif path in made or path not in fresh:
            continue  # made by the gate, or let pass by an earlier one
        elif other is None or status[other] in CLOSED:
            found.nobody.append(path)
        else:
            found.too_early.setdefault(other, []).append(path)
    return found


def _owner(path: str, names: list[str], scopes: dict[str, Covered]) -> str | None:
    return next((name for name in names if path in scopes[name]), None)


def _handed(state: State, path: str) -> str | None:
    """A skipped task's changes that a person handed to another."""
    for name, task in state["tasks"].items():
        if (
            task["skip_to"]
            and task["status"] == "skipped"
            and state["tasks"][task["skip_to"]]["status"] == "reviewed"
        ):
            if graph_task(state, name)["files"] and any(
                re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name)
            ):
                return task["skip_to"]
    return None
