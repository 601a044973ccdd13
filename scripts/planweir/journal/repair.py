"""A damaged journal: what of it can be kept, and writing that. Only a person has it done (`verbs/repair.py`).

Kept is the longest beginning whose lines are whole, follow each other, are allowed by the tables and were written by us as
far as the witnesses tell. Nothing is invented: what is lost is said, and tasks of which the lost lines or the checkpoint say
something else are named. The damaged file stays beside the new one. A SIGKILL at any moment leaves a journal that is still
damaged, and repaired by the same verb, or the whole new one.
"""

from __future__ import annotations

import json
import os
import time
from binascii import crc32

from planweir.journal import markers, witness
from planweir.journal.came import stamped
from planweir.journal.fold import apply, empty
from planweir.journal.lines import Damaged, decode, encode
from planweir.journal.store import Journal, now, sync_folder
from planweir.journal.transitions import PLAN_LIVE
from planweir.values import many, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

# What a lost event would have made of its task; others leave its status open.
WOULD_BE = {
    "bound": "in progress",
    "implemented": "implemented",
    "task_review_passed": "implemented",
    "code_review_passed": "reviewed",
    "review_failed": "in rework",
    "sent_back": "in rework",
    "closed": "completed",
    "scaffold": "scaffold",
    "wired": "completed",
    "committed": "committed",
    "skipped": "skipped",
    "blocked": "blocked",
    "stuck": "blocked",
}


class Nothing(Exception):
    """There is nothing to repair, or nothing that could be kept; the message says which."""


class Salvage:
    """What of a damaged journal can be kept: `data` holds those lines, `state` is their fold."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.state: State = empty()
        self.data = b""
        self.lost: list[Event | None] = []  # None: a line that cannot be read
        self.gone = 0  # events that a witness knows of and that are not even there as lines
        self.doubtful: dict[str, str] = {}  # task -> what else is said of it
        self.since = ""  # the time of the last event that is kept
        self.aside = ""

    def lines(self) -> list[str]:
        """What happened, for the journal and for the person."""
        kept = self.state["seq"]
        shown = [f"the journal was damaged ({self.why}); {many(kept, 'event')} of it are kept, up to {self.since}"]
        if self.lost:
            shown.append(f"{many(len(self.lost), 'line')} from line {kept + 1} on are lost")
        if self.gone:
            shown.append(f"{many(self.gone, 'event')} that had been written are gone")
        if self.aside:
            shown.append(f"the damaged file is kept as {self.aside}")
        return shown


def salvage(places: Places) -> Salvage:
    """What can be kept of the journal. Raises Nothing. The caller holds the lock."""
    path = places.journal
    try:
        Journal(places).state()
    except Damaged as error:
        found = Salvage(error.why if not error.line else f"line {error.line}: {error.why}")
    else:
        raise Nothing("the journal is whole")
    if not os.path.isfile(path):
        raise Nothing(f"{path} is no file: nothing of the journal can be kept")
    with open(path, "rb") as file:
        data = file.read()
    limit = _limit(places, len(data))
    rest = _take(found, data, limit)
    if found.state["plan"]["status"] == "":
        raise Nothing("not even the first line can be read: nothing can be kept. /task-planner --abort puts it into the archive")
    for line in rest:
        try:
            found.lost.append(decode(line))
        except ValueError:
            found.lost.append(None)
    _doubts(places, found)
    return found


def _limit(places: Places, size: int) -> int:
    """Up to which byte the journal may be ours."""
    guard, said = witness.guard_file(places), witness.announced(places)
    if said is not None and said[2]:
        return said[0]["bytes"]  # a repair was cut short: what it was about to keep
    ends = [] if guard is None else [witness.mark_of(guard)["bytes"]]
    if said is not None:
        ends.append(said[1]["bytes"])
    return max(ends, default=size)


def _take(found: Salvage, data: bytes, limit: int) -> list[bytes]:
    """Take lines into `found` as long as they can be believed. Returns the others."""
    position = 0
    lines = data.split(b"\n")
    whole, torn = lines[:-1], lines[-1]
    for at, line in enumerate(whole):
        try:
            event = decode(line)
            if event.get("seq") != found.state["seq"] + 1 or position + len(line) + 1 > limit:
                return [*whole[at:], *([torn] if torn else [])]
            apply(found.state, event)
        except ValueError:
            return [*whole[at:], *([torn] if torn else [])]
        position += len(line) + 1
        found.data = data[:position]
        found.since = text_or(event, "at")
    return [torn] if torn else []


def _doubts(places: Places, found: Salvage) -> None:
    """Which tasks are said to be elsewhere than the kept lines have them, and how many events are gone without a line."""
    tasks = found.state["tasks"]
    for event in found.lost:
        name = text_or(event or {}, "task")
        would = WOULD_BE.get(text_or(event or {}, "kind"))
        if name in tasks and would:
            found.doubtful[name] = f"a lost line says {would}"
    guard, said = witness.guard_file(places), witness.announced(places)
    last = max(
        0 if guard is None else witness.mark_of(guard)["seq"],
        0 if said is None else said[0]["seq"],
        markers.last_seen(places, found.state["plan"]["id"]),
    )
    found.gone = max(0, last - found.state["seq"] - len(found.lost))
    for name, row in _remembered(places, found.state["plan"]["id"]).items():
        if name in tasks and name not in found.doubtful and row != tasks[name]["status"]:
            found.doubtful[name] = f"the checkpoint says {row.replace('_', ' ')}"


def _remembered(places: Places, plan: str) -> dict[str, str]:
    """The statuses in `state.json`, where it is whole and of this plan: a hint, for it may be older or forged."""
    try:
        with open(places.state, "rb") as file:
            body, _, tail = file.read().rpartition(b"\n#")
        value = json.loads(body) if tail.strip() == b"%08x" % crc32(body) else {}
        if text_or(sub(value, "plan"), "id") != plan:
            return {}
        return {name: text_or(row, "status") for name, row in sub(value, "tasks").items() if isinstance(row, dict)}
    except (OSError, ValueError, AttributeError):
        return {}


def repair(places: Places) -> Salvage:
    """Keep what can be kept, put the damaged file beside it, block the plan until a person resumes. Raises Nothing, OSError."""
    journal = Journal(places)
    with journal.locked() as lock:
        for name in os.listdir(places.base):
            if name.startswith("journal.jsonl.") and name.endswith(".new"):
                os.unlink(f"{places.base}/{name}")  # of a repair that was cut short: we hold the lock
        found = salvage(places)
        found.aside = f"{places.journal}.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        while os.path.lexists(found.aside):
            found.aside += "x"
        with open(places.journal, "rb") as file:
            _write(found.aside, file.read())
        kept: witness.Mark = {"seq": found.state["seq"], "bytes": len(found.data), "crc": crc32(found.data)}
        lines = found.data
        for event in _events(found):
            whole: Event = {"seq": found.state["seq"] + 1, "at": now(), **stamped(event)}
            apply(found.state, whole)
            lines += encode(whole)
        # From here on nothing of the old journal is a witness; the lock says what is to come, and that it is a repair.
        after: witness.Mark = {"seq": found.state["seq"], "bytes": len(lines), "crc": crc32(lines)}
        witness.announce(lock, kept, after, repair=True)
        for path in (places.guard, places.state):
            if os.path.isdir(path) and not os.path.islink(path):
                os.rename(path, f"{path}.was-{os.getpid()}")
            elif os.path.lexists(path):
                os.unlink(path)
        markers.arm(places, found.state["plan"]["id"])  # without the number that was seen last
        _write(places.journal, lines)
        journal.render_anew()
        witness.announce(lock, after, after)
    return found


def _events(found: Salvage) -> list[Event]:
    if found.state["plan"]["status"] not in PLAN_LIVE:
        return []
    words = [*found.lines(), *(f"{name}: {why}" for name, why in found.doubtful.items())]
    incident: Event = {"kind": "incident", "what": "; ".join(words), "by": "person"}
    blocked: Event = {"kind": "plan_blocked", "why": "its journal was repaired; see the incident, then /implement-plan"}
    return [incident, *([blocked] if found.state["plan"]["status"] == "open" else [])]


def _write(path: str, data: bytes) -> None:
    """Replace `path` in one step, on the disk before it is in its place."""
    scratch = f"{path}.{os.getpid()}.new"
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        while data:
            data = data[os.write(fd, data) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(scratch, path)
    sync_folder(os.path.dirname(path))
