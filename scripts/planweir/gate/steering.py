"""What decides what tests mean, at the gate: what reviewed tasks changed of it is told, what git ignores of it holds the gate.

An unowned change of such a file is a change that no task owns, and `changes` fails on it; a clean checkout does not hold it. So the
plan's commands are run with these files as they were at the start, or as tasks, which were reviewed with these facts, or a person
have made them. Left is the file that git ignores: no look at the tree, no review and no commit has it, and a runner reads it all the same.
"""

from __future__ import annotations

import os

from planweir.brief import meanings
from planweir.evidence.index import TreeError, run_git
from planweir.evidence.meaning import steers
from planweir.gate.outcome import Check
from planweir.guard.ignoring import made_again
from planweir.journal.render import seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.changes import Owned
    from planweir.journal.types import State
    from planweir.places import Places

NAME = "steering"
SHOWN = 12


def told_and_visible(places: Places, state: State, owned: Owned) -> Check:
    lines = [f"{name}: {line}" for name, paths in owned.by_task.items() for line in meanings.told(places, state, name, paths)]
    try:
        hidden = ignored_since(places, state)
    except TreeError as error:
        return Check(NAME, "not checked", f"what decides what tests mean: git could not say what it ignores: {error}", lines)
    if hidden:
        mend = f"take away what nobody needs; what tests need must not be ignored; where it is a person's own, they type /task-planner waive {NAME} --why '…'"
        said = f"git ignores what decides what tests mean, and it is younger than the plan: {', '.join(hidden[:SHOWN])}"
        return Check(NAME, "fail", said, lines, mend)
    return Check(NAME, "ok", "what decides what tests mean was changed by reviewed tasks; their reviewers were told" if lines else "what decides what tests mean is as it was", lines)


def ignored_since(places: Places, state: State) -> list[str]:
    """Such files that git ignores and that were made or changed since the plan began; not what a tool makes again. They act on
    what lies beside and below them, so a folder in which git ignores everything holds none that matters."""
    root = places.project
    began = seconds(state["plan"]["opened_at"]) + 1  # the journal's times are whole seconds
    asked = ("ls-files", "-z", "-o", "-i", "--exclude-standard", "--directory")
    rows = [os.fsdecode(row) for row in run_git(root, asked).split(b"\0")]
    whole = tuple(row for row in rows if row.endswith("/"))
    return [
        path
        for path in dict.fromkeys(rows)
        if steers(path) and not path.startswith(whole) and not made_again(path) and _young(os.path.join(root, path), began)
    ]


def _young(path: str, began: float) -> bool:
    try:
        return os.lstat(path).st_ctime > began
    except OSError:
        return False
