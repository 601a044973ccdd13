"""What is kept of the plan: the journal, what is rendered from it, its lock, and what failed in our own hooks."""

from __future__ import annotations

import json
import os

from planweir.doctor.finding import Finding, bad, ok, unknown, warn
from planweir.doctor.world import held, holders, until
from planweir.journal.render import copy_text
from planweir.journal.store import Damaged, Journal
from planweir.journal.witness import guard_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World

IN_PASSING = 2.0  # seconds for which a hook may hold the journal or be in the middle of an append
NONE = "no plan is open"
MEND = (
    "a person types /task-planner doctor --repair: it keeps what is intact, puts the damaged file beside it, and the plan waits "
    "until they go on; /task-planner --abort ends the plan instead"
)


def journal(world: World) -> list[Finding]:
    """Every line has its number and its checksum, each follows from those before it, and the last one is whole."""
    places = world.places
    if not os.path.exists(places.journal):
        return ok(NONE)
    kept = Journal(places)
    try:
        kept.state()
    except Damaged as error:
        return [bad(f"{error}: the plan is blocked, and hooks deny every guarded call while it is so", MEND)]
    try:
        events, _end = kept.events()
    except Damaged as error:  # its times say that nobody wrote to it
        return [bad(f"{error}; the disk, or who set its times back: the plan goes on until the next look from the start", MEND)]
    if not until(lambda: _whole(kept), IN_PASSING):
        return [
            warn(
                "its last line is half written (a crash): that one event is lost, all before it is whole",
                "/task-planner --status, typed: drops the half line and keeps it beside the journal",
            )
        ]
    return ok(f"{len(events)} events, each whole")


def _whole(kept: Journal) -> bool:
    size = os.stat(kept.places.journal).st_size
    return kept.events()[1] >= size


def rendered(world: World) -> list[Finding]:
    """What is written from the journal is there and is of its present."""
    state = world.plan
    if state is None:
        return ok(NONE)
    places = world.places
    found: list[Finding] = []
    again = "/implement-plan writes them again; hooks do so by themselves where they need to"
    guard = _json(places.guard)
    if guard is None or guard.get("bytes") != state["bytes"] or guard_file(places) is None:
        if not until(
            lambda: (_json(places.guard) or {}).get("bytes") == os.stat(places.journal).st_size, IN_PASSING
        ):
            found.append(
                warn(f"{places.guard} is missing or behind the journal: each hook takes longer", again)
            )
    graph: dict[str, object] = {"waves": state["waves"], **state["graph"]}
    if _json(places.plan) != json.loads(json.dumps(graph)):
        found.append(warn(f"{places.plan} is missing or differs: scripts read a wrong graph", again))
    if not _checkpoint(places.state, state["bytes"]):
        found.append(
            warn(f"{places.state} is missing or behind: the journal is read from its start each time", again)
        )
    try:
        with open(places.rendered_copy, encoding="utf-8") as file:
            same = file.read() == copy_text(state)
    except (OSError, ValueError):
        same = False
    if not same:
        found.append(
            warn(
                f"{places.rendered_copy} is missing or differs: ticks in it are not the plan's (nothing relies on it)",
                again,
            )
        )
    return found or ok("guard, graph, checkpoint and the copy in the project are of the present")


def _json(path: str) -> dict[str, object] | None:
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _checkpoint(path: str, size: int) -> bool:
    try:
        with open(path, "rb") as file:
            value = json.loads(file.read().rpartition(b"\n#")[0])
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and value.get("bytes") == size


def lock(world: World) -> list[Finding]:
    """Nobody holds the journal for longer than an append takes."""
    path = world.places.lock
    if until(lambda: not held(path), IN_PASSING):
        return ok("free")
    pids = holders(path)
    who = ", ".join(f"{pid} ({_name(pid)})" for pid in pids) or "a process that this one cannot see"
    mend = "see what it does: ps -fp " + (",".join(map(str, pids)) if pids else f"$(fuser {path})")
    if pids and not world.agent:
        mend += f"; where it hangs: kill {' '.join(map(str, pids))}"
    return [
        bad(
            f"the journal is held by {who}: every hook waits for it, and the client denies what takes too long",
            mend,
        )
    ]


def _name(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "ended"


def faults(world: World) -> list[Finding]:
    """What failed in our own hooks: such a call was denied as undecided, or not recorded."""
    path = world.places.faults
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            heads = [line.rstrip() for line in file if line[:2] == "20" and "Z " in line[:22]]
    except FileNotFoundError:
        return ok("no hook of ours has failed")
    except OSError as error:
        return [unknown(f"{path} cannot be read ({error})")]
    if not heads:
        return ok("no hook of ours has failed")
    return [
        warn(
            f"a hook of ours failed {len(heads)} times, last: {heads[-1][:300]}",
            f"mend what it names, if it is of this machine, and try again; else report it with {path}",
        )
    ]
