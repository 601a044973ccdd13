"""What stands beside the journal about it: how long it was when we wrote it last, and the checksum of all its bytes.

Three that say so: `guard.json` (of the journal that it was rendered from), the lock (which says before each append what
the journal is and what it will be), and the markers, which lie in other folders (the last number seen). A journal that is
as its witnesses say need not be read to be believed; one that is not is examined, and is damaged where it is shorter than
it was, was rewritten, or holds lines that nobody of ours was about to write.
"""

from __future__ import annotations

import json
import os
from binascii import crc32

from planweir.journal import markers
from planweir.journal.lines import Damaged, decode, encode, parse
from planweir.values import number_or, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from planweir.journal.types import Event
    from planweir.places import Places

    class Mark(TypedDict):
        """The journal at one moment: its last event's number, its length, the checksum of all of it."""

        seq: int
        bytes: int
        crc: int


GUARD_VERSION = 2


def guard_file(places: Places) -> dict[str, object] | None:
    """`guard.json` as it was written by us; None where it is missing, of an older version, or was written to since: it
    holds the time that its file then has."""
    try:
        with open(places.guard, encoding="utf-8") as file:
            value = json.load(file)
            when = os.fstat(file.fileno()).st_mtime_ns
        kept = sub(value, "kept")
        if value.get("v") != GUARD_VERSION or number_or(kept, "written") * 1_000_000_000 != when:
            return None
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return None
    return None if os.path.islink(places.guard) else value


def mark_of(guard: dict[str, object]) -> Mark:
    """The journal that the guard's file was rendered from."""
    return {
        "seq": number_or(guard, "seq"),
        "bytes": number_or(guard, "bytes"),
        "crc": number_or(sub(guard, "kept"), "crc"),
    }


def is_of(guard: dict[str, object], journal: str) -> bool:
    """Was the guard's file rendered from the journal as it is: as long, and not written to since? Two looks."""
    try:
        now = os.lstat(journal)
    except OSError:
        return False
    return (number_or(guard, "bytes", -1), number_or(sub(guard, "kept"), "mtime", -1)) == (now.st_size, now.st_mtime_ns)


def announce(lock: int, before: Mark, after: Mark, repair: bool = False) -> None:
    """Say in the lock, which is held, what the journal is and what it is about to be. `repair`: it is about to be replaced,
    and of what it is only `before` is to be kept."""
    line = encode({"before": before, "after": after, "repair": repair})
    os.pwrite(lock, line, 0)
    os.ftruncate(lock, len(line))


def announced(places: Places) -> tuple[Mark, Mark, bool] | None:
    """What the lock says last; None where it says nothing that can be read, as that of an older version."""
    try:
        with open(places.lock, "rb") as file:
            said = decode(file.read())
        return _mark(sub(said, "before")), _mark(sub(said, "after")), said["repair"] is True
    except (OSError, ValueError, KeyError):
        return None


def _mark(row: dict[str, object]) -> Mark:
    return {"seq": number_or(row, "seq"), "bytes": number_or(row, "bytes"), "crc": number_or(row, "crc")}


def examine(places: Places, data: bytes) -> tuple[list[Event], int]:
    """The events of the journal, whose bytes are `data`, and where its last whole line ends. Raises Damaged where it is not
    what was written. The caller holds the lock, or looks again with it before it believes that."""
    path = places.journal
    events, end = parse(path, data)
    guard, said = guard_file(places), announced(places)
    if said is not None and said[2] and not _is(said[1], data):
        raise Damaged(path, 0, "a repair was cut short")
    known = [*([mark_of(guard)] if guard is not None else []), *([said[0]] if said is not None else [])]
    for mark in known:
        if mark["bytes"] > end:
            raise Damaged(path, len(events) + 1, _gone(mark["seq"] - len(events)))
        if crc32(data[: mark["bytes"]]) != mark["crc"]:
            raise Damaged(path, 0, "what was written is changed, though each line is whole")
    if said is not None:
        known.append(said[1])
        if said[1]["bytes"] <= end and crc32(data[: said[1]["bytes"]]) != said[1]["crc"]:
            raise Damaged(path, said[0]["seq"] + 1, "Planweir wrote something else there")
    limit = max((mark["bytes"] for mark in known), default=end)
    if end > limit:
        raise Damaged(path, data[:limit].count(b"\n") + 1, "Planweir did not write it")
    if not known:  # the lock and the guard's file are both gone or of an older version
        last = max(_seen(places, events), default=0)
        if last > len(events):
            raise Damaged(path, len(events) + 1, _gone(last - len(events)))
    else:
        last = markers.last_seen(places, _plan(events))
        if last > len(events):
            raise Damaged(path, len(events) + 1, _gone(last - len(events)))
    return events, end


def _is(mark: Mark, data: bytes) -> bool:
    return mark["bytes"] == len(data) and mark["crc"] == crc32(data)


def _gone(count: int) -> str:
    return "an event that was written is gone" if count == 1 else f"{count} events that were written are gone"


def _plan(events: list[Event]) -> str:
    return text_or(events[0], "plan_id") if events else ""


def _seen(places: Places, events: list[Event]) -> list[int]:
    """The last numbers that the markers and the checkpoint know of this plan."""
    found = [markers.last_seen(places, _plan(events))]
    try:
        with open(places.state, "rb") as file:
            body, _, tail = file.read().rpartition(b"\n#")
        if tail.strip() == b"%08x" % crc32(body):
            value = json.loads(body)
            if text_or(sub(value, "plan"), "id") == _plan(events):
                found.append(number_or(value, "seq"))
    except (OSError, ValueError, AttributeError):
        pass
    return found
