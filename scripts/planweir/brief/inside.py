"""What a review of a task is about: where its findings may stand.

Honest findings are about what the task changed; what it may change and has not (a missing file, a neglected one); what a line of
Done when names, for that is judged; and what changed since the plan began that no task names as its own, for a reviewer may
be the first to see whose it is.
"""

from __future__ import annotations

import os
import re

from planweir.evidence import tree
from planweir.evidence.index import TreeError
from planweir.journal.ready import graph_task
from planweir.journal.render import task_claims, task_scope
from planweir.plan.globs import literal_prefix
from planweir.plan.scope import Covered
from planweir.review.placed import Package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

LARGEST = 4 * 1024 * 1024  # bytes of a file whose lines are counted


def inside(places: Places, state: State, name: str, role: str) -> Package | None:
    """The package of the review of `name`; None where any path of the project will do: of a plan nothing is changed yet. Also
    where git cannot be asked, as in some sandboxes; it is asked again when the reviewer ends."""
    if role == "plan-reviewer":
        return None
    task, text = state["tasks"][name], graph_task(state, name)
    try:
        changed = tree.changed_since(places.project, task["start_tree"], [".*"])
        since = tree.changed_since(places.project, state["plan"]["head"], [".*"]) if state["plan"]["head"] else []
    except (TreeError, OSError):
        return None
    own = Covered(task_scope(state, name))
    others = Covered(regex for row in state["graph"]["tasks"] if row["id"] != name for regex in task_claims(state, row["id"]))
    of_nobody = {path for path in (*changed, *since) if path not in others}
    mine = [path for path in changed if path in own]
    named = [literal_prefix(glob) for glob in (*text["files"], *text["also"], *state["allowed"].get(name, []))]
    judged = "\n".join(row["text"] for row in text["done_when"])

    def holds(path: str) -> bool:
        if path in own or path in of_nobody:
            return True
        if path != "." and any(one.startswith(f"{path}/") for one in (*mine, *named)):
            return True  # a folder in which it works
        return re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w/-])", judged) is not None

    return Package(name, mine, holds, lambda path: _lines(os.path.join(places.project, path)))


def _lines(path: str) -> int | None:
    try:
        if not os.path.isfile(path) or os.stat(path).st_size > LARGEST:
            return None
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if b"\0" in data[:8000]:
        return None
    return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)
