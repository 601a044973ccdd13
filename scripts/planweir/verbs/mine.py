"""A person says that a change is theirs."""

from __future__ import annotations

import re

from planweir.evidence import tree
from planweir.evidence.marks import fingerprint
from planweir.journal.ready import FINISHED, graph_task, running_tasks
from planweir.journal.render import task_scope
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.mend import closed, inside, live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places


def mine(places: Places, paths: list[str]) -> Answer:
    """Changed paths are the person's own: kept as they are, committed by no gate, and looked at again once they change again."""
    journal, state = live(places)
    refused = closed(state)
    if refused:
        return refused
    marks: dict[str, str] = {}
    changed = tree.changed(places.project)
    busy = [name for name, role in running_tasks(state).items() if role == "implementer"]
    for path in paths:
        relative = inside(places, path)
        if relative is None:
            return no(f"{path} is not inside the project.")
        own = next((name for name in busy if _covers(state, name, relative)), None)
        if own is not None:
            return no(f"{relative} belongs to {own}, which an agent works on now. Wait for its report, then type this again.")
        if relative not in changed and relative not in state["noticed"]["rows"]:
            return no(f"{relative} has not changed: there is nothing to call yours.")
        marks[relative] = fingerprint(places.project, relative)
    if not marks:
        return no("name the paths that are yours.")
    state = journal.record({"kind": "mine", "marks": marks, "what": ", ".join(marks), "by": "person"})
    due = [name for name, task in state["tasks"].items() if task["status"] not in FINISHED]
    named = [name for name in due if graph_task(state, name)["files"] and any(_covers(state, name, path) for path in marks)]
    note = f" The commit of {', '.join(named)}, whose files it is among, leaves it out." if named else ""
    return yes(f"yours: {', '.join(marks)}. No gate asks about it or commits it, as long as it stays as it is.{note}")


def _covers(state: State, name: str, path: str) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name))
