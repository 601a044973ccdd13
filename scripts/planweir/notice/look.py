"""A look at the tree: what differs from the last look, what of it the journal explains, and the rest journaled.

`look` is what everybody calls. It never raises: what it could not do stands in `Look.failed`, and the gate's own comparison with
HEAD holds all the same.
"""

from __future__ import annotations

import os
import time

from planweir import jobs
from planweir.evidence.index import TooSlow, TreeError
from planweir.journal.store import Damaged, Journal, now
from planweir.journal.transitions import PLAN_LIVE
from planweir.journal.witness import guard_file
from planweir.notice import memory as kept
from planweir.notice.explain import Since, during, moved, run_of, runs_in, unexplained
from planweir.notice.memory import Busy, Memory
from planweir.notice.picture import Camera
from planweir.values import number_or, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planweir.journal.types import Event, State
    from planweir.places import Places

LIMIT = 8.0  # seconds that a hook gives a look; a repository of 50,000 files takes 0.3
LONG = 120.0  # seconds, where somebody waits for it anyway
PATIENCE = 600  # seconds for which hooks leave the looking to gates, where one took too long
MOST_NAMED = 50  # paths in one event; a stash or a switched branch may change any number
JOBS = ("gate", "complete")  # what they change they tell themselves
# Who looks, and what is said of a change that no agent and no call can be named for.
TURNS = {
    "batch": "during the main thread's turn",
    "stop": "during the main thread's turn",
    "next": "during the main thread's turn",
    "prompt": "before this prompt, in a turn that was broken off",
    "session": "before this session began",
}


class Look:
    """What one look found; `state` only where something differs from the last one. `unexplained`: paths that are told for the first time, or again. `by`: during what they changed.
    `moved`: what happened to HEAD and the stash. `failed`: why nothing could be looked at."""

    __slots__ = ("by", "changed", "failed", "more", "moved", "person", "settled", "state", "unexplained")

    def __init__(self, state: State | None = None, failed: str = "") -> None:
        self.state = state
        self.failed = failed
        self.changed: list[str] = []
        self.unexplained: list[str] = []
        self.more = 0
        self.settled: list[str] = []
        self.moved: list[str] = []
        self.by = ""
        self.person = False


def look(
    places: Places,
    why: str,
    *,
    calls: Sequence[str] = (),
    person: bool = False,
    made: Iterable[str] = (),
    limit: float = LIMIT,
) -> Look:
    """Look, journal what nothing explains, and remember the tree as it is now.

    `why`: a key of TURNS, `end` of an attempt, `gate`, or `start`. `calls`: what the main thread just called, in words.
    `person`: what changed since the last look was changed while a person was at it, where no agent ran. `made`: paths
    that the caller itself has changed.
    """
    if why not in ("gate", "start") and any(jobs.running(places, name) for name in JOBS):
        return Look()
    try:
        with kept.alone(places, limit):
            return _look(places, why, calls, person, set(made), limit)
    except TooSlow as error:
        if limit <= LIMIT:
            kept.leave(places, int(time.time()) + PATIENCE)
        return Look(failed=f"{error}; hooks leave looking to the gate for {PATIENCE // 60} minutes")
    except Busy:
        return Look()
    except (TreeError, Damaged, OSError, ValueError) as error:
        return Look(failed=f"{type(error).__name__}: {error}")


def _look(
    places: Places, why: str, calls: Sequence[str], person: bool, made: set[str], limit: float
) -> Look:
    journal = Journal(places)
    before = kept.read(places)
    if limit <= LIMIT and before.slow > time.time():
        return Look(failed="a look took too long here a moment ago; the next gate looks")
    camera = Camera(places.project, places.notice, limit)
    picture = camera.take()
    after = Memory()
    after.saw(picture)
    after.rest = before.rest
    if before.tree and before.same(picture):
        rendered = guard(places)
        if number_or(rendered, "bytes", -1) == os.stat(places.journal).st_size:  # what it says is so: the state need not be folded
            after.seq, after.bytes, after.at = number_or(rendered, "seq"), number_or(rendered, "bytes"), now()
            after.alive = _running(rendered)
            kept.write(places, after)
            return Look()
    state = journal.state()
    found = Look(state)
    if state["plan"]["status"] not in PLAN_LIVE:
        return found
    if why != "start":
        try:
            events = journal.events(before.bytes, before.seq)[0] if before.tree else []
            found.changed = camera.between(before.tree, picture.tree) if before.tree else []
        except TooSlow:
            raise
        except (TreeError, Damaged):
            before, events = Memory(), []  # of another plan, or of a tree that git has thrown away
        base = before.tree
        if not base:
            base = camera.first_there([state["accepted"], state["plan"]["head"], picture.head])
            found.changed = camera.between(base, picture.tree)
        alive = _runs(state)
        if not before.tree:  # whoever ran since the plan began
            before.alive, events = alive, [row for row in journal.events()[0] if row.get("kind") != "discarded"]
        since = Since(before.alive, events, alive)
        found.person = (person or state["plan"]["status"] == "paused") and not since.ran
        turn = TURNS.get(why, "") or (f"since the last look, at {before.at}," if before.at else "since the plan began")
        found.by = during(since, calls, found.person, turn.rstrip(","))
        _judge(places, camera, picture.tree, before, state, since, made, found)
        if before.tree:
            commits = camera.commits(before.head, picture.head) if before.head != picture.head else []
            found.moved = moved(state, before, picture, commits)
        told = _events(found, base, before.at, why, calls)
        if told:
            found.state = state = journal.record(*told)
    after.seq, after.bytes, after.at = state["seq"], state["bytes"], now()
    after.alive = _runs(state)
    kept.write(places, after)
    return found


def _judge(
    places: Places, camera: Camera, tree: str, before: Memory, state: State, since: Since, made: set[str], found: Look
) -> None:
    rows = state["noticed"]["rows"]
    again = [path for path in found.changed if path in rows]
    if again:
        for base in {rows[path]["tree"] for path in again}:
            asked = [path for path in again if rows[path]["tree"] == base]
            differs = camera.differs(base, tree, asked)
            found.settled += [path for path in asked if path not in differs]
    fresh = [path for path in found.changed if path not in found.settled]
    loose = unexplained(places.project, state, fresh, since, made)
    ignored = camera.ignored(loose)
    loose = [path for path in loose if path not in ignored]
    if not before.tree:
        loose = [path for path in loose if path not in rows]  # told before the memory was lost
    found.unexplained, found.more = loose[:MOST_NAMED], max(0, len(loose) - MOST_NAMED)


def _events(found: Look, base: str, at: str, why: str, calls: Sequence[str]) -> list[Event]:
    events: list[Event] = []
    if found.settled:
        events.append({"kind": "settled", "paths": found.settled, "why": "they are as they were before"})
    if found.unexplained:
        events.append(
            {
                "kind": "unexplained",
                "paths": found.unexplained,
                "more": found.more,
                "tree": base,
                "since": at,
                "why": why,
                "by": found.by,
                "calls": list(calls)[:MOST_NAMED],
                "person": found.person,
            }
        )
    for what in found.moved:
        events.append({"kind": "note" if found.person else "incident", "what": f"{what} ({found.by})"})
    return events


def due(places: Places) -> bool:
    """Has an attempt ended since the last look?"""
    before = kept.read(places)
    try:
        events = Journal(places).events(before.bytes, before.seq)[0] if before.tree else []
    except Damaged:
        return True
    return bool({*before.alive, *runs_in(events)} - {*_running(guard(places))})


def _runs(state: State) -> list[str]:
    return [run_of(agent, {**row}) for agent, row in state["agents"].items() if row["alive"]]


def _running(rendered: dict[str, object]) -> list[str]:
    """The same from what is rendered for the guards."""
    return [run_of(agent, row) for agent, row in sub(rendered, "agents").items() if isinstance(row, dict)]


def begin(places: Places) -> Look:
    """The first look of a plan: what it finds is what the plan begins with."""
    return look(places, "start", limit=LONG)


def guard(places: Places) -> dict[str, object]:
    """What is rendered for the guards: who owns the plan, and which agents run. Small, however large the plan is; empty where
    it is not as we wrote it."""
    return guard_file(places) or {}


def owner(places: Places) -> str:
    """The session that owns the plan."""
    known = guard(places)
    return text_or(known, "owner") if known else Journal(places).state()["owner"]["session"]
