"""Looking after our own files: markers that disagree, files that were changed, replaced or taken away.

Editing or deleting them changes nothing: they are written again, and the incident is journaled with the calls since the last
good look. `tend` is the one function to call for that: every hook that is not hot, `next` and the gate do; a hot one does
where the guard's file is not as we wrote it. What it found stands in the state's `incidents`.
"""

from __future__ import annotations

import json
import os
import stat
import time

from planweir.attempt import calls, keeping, owned
from planweir.attempt.excluded import exclude
from planweir.host import Unusable
from planweir.journal import markers
from planweir.journal.store import Damaged, Journal
from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

LIVE = ("open", "paused", "blocked")
REPAIR = (
    "The plan is blocked until a person has it repaired: they type /task-planner doctor --repair, which keeps what is intact and "
    "the damaged file beside it, or /task-planner --abort to leave the plan"
)
SHOWN = 3  # calls that an incident names; the journal has more


def tend(places: Places, event: dict[str, object] | None = None) -> bool:
    """Bring markers and our own files in line with the journal. False: the plan has ended, and the marker that was left
    over is gone. Raises Unusable where a marker has no ended plan to explain it, and where the journal is damaged.

    `event`: the hook's, which says where the session's transcript lies.
    """
    journal = Journal(places)
    data = os.environ.get("CLAUDE_PLUGIN_DATA", "")
    if not journal.exists:
        return _without_journal(places, data)
    unlocked = _reopen(places)
    try:
        state = journal.state()
    except Damaged as error:
        raise Unusable(f"{error}. {REPAIR}") from None
    if state["plan"]["status"] not in LIVE:
        markers.disarm(places)
        return False
    seen, when = _last(places)
    if unlocked or owned.wrong(places, state, seen) or not journal.rendered():
        _make_room(places)
        made: list[list[str]] = []  # what was done since, read once

        def decide(fresh: State) -> list[Event]:
            found = [*unlocked, *owned.wrong(places, fresh, seen)]  # again, with the lock: nobody is writing now
            if found and not made:
                made.append(calls.since(fresh, event or {}, when or fresh["plan"]["opened_at"]))
            return [_incident(what, made[0]) for what in found]

        state = journal.transact(decide)
        _set_again(places, state)
    markers.record_second(places, data)
    state = keeping.look(places, state, event)
    if markers.last_seen(places, state["plan"]["id"]) < state["seq"]:
        markers.arm(places, state["plan"]["id"], state["seq"])
    _looked(places, state, seen)
    return True


def _without_journal(places: Places, data: str) -> bool:
    there = [
        path for path in (places.armed, places.second(data) if data else "") if path and os.path.exists(path)
    ]
    if all(markers.explained(places, path) for path in there):
        for path in there:
            os.unlink(path)
        return False
    raise Unusable(
        "a marker says that a plan is open, but its journal is gone; a person types /task-planner --abort to clear it"
    )


def _incident(what: str, made: list[str]) -> Event:
    if not made:
        return {"kind": "incident", "what": what}
    named = " | ".join(made[-SHOWN:])
    return {"kind": "incident", "what": f"{what} (calls since the last good look: {named})", "calls": made}


def note_once(journal: Journal, what: str) -> None:
    """Journal an incident, unless the state has it already."""

    def decide(state: State) -> list[Event]:
        told = what in state["incidents"] or state["plan"]["status"] not in LIVE
        return [] if told else [{"kind": "incident", "what": what}]

    journal.transact(decide)


def _reopen(places: Places) -> list[str]:
    """Give ourselves back what we need of the journal and its lock, where another hand took the permission to write."""
    found = []
    for path in (places.journal, places.lock):
        try:
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            if os.path.isfile(path) and mode & 0o600 != 0o600:
                os.chmod(path, mode | 0o600)
                found.append(f"{path} could not be written (mode {mode:o}); the permission was given back")
        except OSError:
            continue
    return found


def _make_room(places: Places) -> None:
    """A folder in the place of one of our files is moved aside; it may hold what somebody wants."""
    for path in (places.guard, places.state, places.plan, places.markers):
        if os.path.isdir(path) and not os.path.islink(path):
            os.rename(path, f"{path}.was-{int(time.time())}-{os.getpid()}")


def _set_again(places: Places, state: State) -> None:
    markers.arm(places, state["plan"]["id"], state["seq"])
    if os.path.exists(f"{places.project}/.git"):
        try:
            exclude(places.project)
        except OSError:
            return  # the project's own; nothing of ours relies on it


def _last(places: Places) -> tuple[dict[str, object], str]:
    """What the last good look saw, and when it was (ISO 8601, UTC); nothing before the first."""
    try:
        with open(places.looked, encoding="utf-8") as file:
            value = json.load(file)
            when = os.fstat(file.fileno()).st_mtime
    except (OSError, ValueError, RecursionError):
        return {}, ""
    return value if isinstance(value, dict) else {}, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when))


def _looked(places: Places, state: State, before: dict[str, object]) -> None:
    now = owned.look(places, state)
    if now == before:
        os.utime(places.looked)
    else:
        if os.path.isdir(places.looked):
            os.rename(places.looked, f"{places.looked}.was-{int(time.time())}-{os.getpid()}")
        write_whole(places.looked, json.dumps(now))
