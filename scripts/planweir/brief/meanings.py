"""What a task changed of the files that decide what tests mean, in words, and whether its Files name them."""

from __future__ import annotations

import os
import re

from planweir.evidence import meaning, tree
from planweir.evidence.index import TreeError, run_git
from planweir.evidence.marks import fingerprint
from planweir.journal.ready import graph_task
from planweir.journal.render import task_scope
from planweir.plan.globs import is_glob, tidy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.journal.types import State
    from planweir.places import Places

LARGEST = 400_000  # bytes of a file that is compared


def told(places: Places, state: State, name: str, changed: Sequence[str]) -> list[str]:
    """One line a file: `conftest.py +3 -0 lines, with pytest_collection_modifyitems (its Files name it)`."""
    lines = []
    for path in changed:
        if meaning.steers(path):
            what = _what(places, state["tasks"][name]["start_tree"], path)
            if what:
                lines.append(f"{path} {what} ({owned_how(state, name, path)})")
    return lines


def by_others(places: Places, state: State, changed: Sequence[str]) -> list[str]:
    """Such files that differ from the commit that the plan began at, and that no task names."""
    head = state["plan"]["head"]
    if not head:
        return []
    try:
        found = [path for path in tree.changed_since(places.project, head, [".*"]) if meaning.steers(path) and path not in changed]
    except TreeError:
        return []
    names = [task["id"] for task in state["graph"]["tasks"] if task["files"]]
    before = state["baseline"]["dirty"]
    found = [path for path in found if path not in before or fingerprint(places.project, path) != before[path]]
    mine = {path for path in found for name in names if _fits(state, name, path)}
    return [f"{path} {what}" for path in found if path not in mine and (what := _what(places, head, path))]


def _fits(state: State, name: str, path: str) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name))


def owned_how(state: State, name: str, path: str) -> str:
    task = graph_task(state, name)
    if path in state["allowed"].get(name, []):
        return "a person allowed it"
    given = [tidy(one) for one in (*task["files"], *task["also"])]
    if path in given:
        return "its Files name it"
    globs = [one for one in given if is_glob(one)]
    if task["files"] and globs:
        return f"its Files hold it by a pattern alone: {', '.join(globs[:3])}"
    return "the task names no Files" if not task["files"] else "its Files do not name it"


def _what(places: Places, before: str, path: str) -> str:
    try:
        then = run_git(places.project, ("cat-file", "blob", f"{before}:./{path}"), ok=(0, 128))
        there = run_git(places.project, ("ls-tree", before, "--", path))
    except TreeError:
        return "changed"
    try:
        with open(os.path.join(places.project, path), "rb") as file:
            now: bytes | None = file.read(LARGEST)
    except OSError:
        now = None
    old = then[:LARGEST].decode("utf-8", "replace") if there else None
    return meaning.changed(path, old, None if now is None else now.decode("utf-8", "replace"))
