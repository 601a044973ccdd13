"""Looking after our own files: markers that disagree, rendered files that are missing or of an older journal.

Editing or deleting them changes nothing: they are written again, and the incident is journaled. `tend` is the one function to
call for that: every hook that is not hot, `next` and the gate do. What it found stands in the state's `incidents`.
"""

from __future__ import annotations

import os

from planweir.host import Unusable
from planweir.journal import markers
from planweir.journal.render import render_copy
from planweir.journal.store import Damaged, Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

LIVE = ("open", "paused", "blocked")


def tend(places: Places) -> bool:
    """Bring markers and rendered files in line with the journal. False: the plan has ended, and the marker that was left
    over is gone. Raises Unusable where a marker has no ended plan to explain it."""
    journal = Journal(places)
    if not journal.exists:
        data = os.environ.get("CLAUDE_PLUGIN_DATA", "")
        there = [
            path
            for path in (places.armed, places.second(data) if data else "")
            if path and os.path.exists(path)
        ]
        if all(markers.explained(places, path) for path in there):
            for path in there:
                os.unlink(path)
            return False
        raise Unusable(
            "a marker says that a plan is open, but its journal is gone; a person types /task-planner --abort to clear it"
        )
    data = os.environ.get("CLAUDE_PLUGIN_DATA", "")
    try:
        ended = journal.state()["plan"]["status"] not in LIVE
    except Damaged as error:
        raise Unusable(str(error)) from None
    if ended:
        markers.disarm(places)
        return False
    lost = markers.missing(places)

    def decide(_state: State) -> list[Event]:
        return [
            {"kind": "incident", "what": f"the marker {path} was gone and was set again"} for path in lost
        ]

    if lost or not journal.rendered():
        state = journal.transact(decide)
        markers.arm(places, state["plan"]["id"])
    markers.record_second(places, data)
    return True


def tend_copy(places: Places, state: State) -> bool:
    """Render the copy in the project again where it is missing or was changed. Returns whether it was."""
    from planweir.journal.render import copy_text

    try:
        with open(places.rendered_copy, encoding="utf-8") as file:
            if file.read() == copy_text(state):
                return False
    except (OSError, ValueError):
        pass
    render_copy(places, state)
    return True
