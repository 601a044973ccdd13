"""`artifacts` and `summary`: what a plan left behind and what it came to, of the open plan or of the one that ended last."""

from __future__ import annotations

import os

from planweir.brief.record import artefacts, keep
from planweir.brief.required import matrix
from planweir.brief.summary import summary
from planweir.evidence.index import TreeError
from planweir.journal.store import Damaged, Journal
from planweir.places import write_whole
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

LIVE = ("open", "paused", "blocked")
NAME = "summary.md"


def listing(places: Places, task: str = "") -> Answer:
    """The files of the open plan, or of one of its tasks, each with what it says in a line."""
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] not in LIVE:
        last = _last(places)
        return no("no plan is open here." + (f" What the last one left lies in {os.path.dirname(last)}." if last else ""))
    if task and task not in state["tasks"]:
        return no(f"{task} is no task of this plan. Its tasks: {', '.join(list(state['tasks'])[:40])}.")
    events = journal.events()[0]
    keep(places, events)
    found = artefacts(places, state, events, task)
    if not found:
        return yes("nothing was left yet.", artifacts=[])
    shown: list[str] = []
    for row in found:
        title = f"{row.task}:" if row.task else "Gates:"
        if title not in shown:
            shown.append(title)
        shown += [f"  {row.kind:<7} {row.path}", f"          {row.said}"]
    return yes("\n".join(shown), artifacts=[row.to_json() for row in found])


def account(places: Places) -> Answer:
    """The summary of the open plan as it stands, or of the one that ended last."""
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] in LIVE:
        return yes(summary(state, journal.events()[0], _matrix(places, state)).rstrip())
    last = _last(places)
    if not last:
        return no("no plan is open here, and none has ended.")
    with open(last, encoding="utf-8") as file:
        return yes(file.read().rstrip(), path=last)


def write(places: Places, state: State) -> None:
    """Keep all that the plan left, and its summary, before it is put away. A damaged journal leaves what it can."""
    try:
        events = Journal(places).events()[0]
    except Damaged:
        return
    keep(places, events)
    words = summary(state, events, _matrix(places, state))
    write_whole(f"{places.artifacts}/{NAME}", words.encode("utf-8", "replace").decode())


def _matrix(places: Places, state: State) -> list[str]:
    """How the requirements stand; a tree that cannot be read keeps nothing else from being written."""
    try:
        return matrix(places, state)
    except TreeError as error:
        return [f"Requirements: {error}"]


def _last(places: Places) -> str:
    """The summary of the plan that ended last; empty where there is none."""
    folders = sorted(os.listdir(places.archive)) if os.path.isdir(places.archive) else []
    found = [f"{places.archive}/{name}/artifacts/{NAME}" for name in folders]
    return next((path for path in reversed(found) if os.path.exists(path)), "")
