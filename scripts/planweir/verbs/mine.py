"""A person says that a change is theirs, also that of a guarded file which holds the gate."""

from __future__ import annotations

import os
import re

from planweir.evidence import tree
from planweir.evidence.marks import fingerprint
from planweir.gate.inhead import drifted
from planweir.journal.ready import CLOSED, all_closed, graph_task, running_tasks
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
    held: list[str] = []
    for path in paths:
        guarded = _held(places, state, path)
        if guarded:
            held.append(guarded)
            continue
        relative = inside(places, path)
        if relative is None:
            return no(f"{path} is not inside the project.")
        own = next((name for name in busy if _covers(state, name, relative)), None)
        if own is not None:
            return no(f"{relative} belongs to {own}, which an agent works on now. Wait for its report, then type this again.")
        committed = relative not in changed and relative not in state["noticed"]["rows"]
        if committed and (not all_closed(state) or relative not in drifted(places)):
            return no(f"{relative} has not changed: there is nothing to call yours.")
        marks[relative] = fingerprint(places.project, relative)
    if not marks and not held:
        return no("name the paths that are yours.")
    given = {"held": held} if held else {}
    named_ = ", ".join([*marks, *held])
    state = journal.record({"kind": "mine", "marks": marks, **given, "what": named_, "by": "person"})
    if not marks:
        return yes(f"yours: {named_}, as {'it is' if len(held) == 1 else 'they are'} now. The gate does not wait for that any longer.")
    due = [name for name, task in state["tasks"].items() if task["status"] not in CLOSED]
    named = [name for name in due if graph_task(state, name)["files"] and any(_covers(state, name, path) for path in marks)]
    note = f" The commit of {', '.join(named)}, whose files it is among, leaves it out." if named else ""
    return yes(f"yours: {named_}. No gate asks about it or commits it, as long as it stays as it is.{note}")


def _held(places: Places, state: State, path: str) -> str:
    """The guarded file that is meant, if its change holds the gate."""
    held = state["keepsake"]["held"]
    whole = os.path.normpath(os.path.join(places.project, os.path.expanduser(path)))
    return path if path in held else whole if whole in held else ""


def _covers(state: State, name: str, path: str) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name))
