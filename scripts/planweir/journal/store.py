"""The journal on disk: append with fsync under a lock, read back, fold, and have the rendered files follow.

An event is acknowledged when `record` or `transact` returns; from then on a SIGKILL cannot lose it. `state.json` is a
checkpoint of the fold that says how many bytes of the journal it holds; it may lag. It is believed while the guard's file
says that both are as we wrote them, which costs two looks; else the journal is examined from its start (`witness`).
A large one lags on purpose: folding a few events is cheaper than writing 10,000 tasks at each.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from _thread import get_ident
from binascii import crc32
from contextlib import contextmanager, suppress

from planweir.journal import markers, witness
from planweir.journal.came import stamped
from planweir.journal.fold import STATE_VERSION, apply, empty
from planweir.journal.lines import Damaged, decode, encode, parse
from planweir.journal.transitions import PLAN_LIVE
from planweir.places import sweep, write_whole
from planweir.values import number_or, sub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import cast

    from planweir.journal.types import Event, State
    from planweir.places import Places
else:

    def cast(_kind: object, value: object) -> object:
        return value


__all__ = ("Damaged", "Journal", "decode", "encode", "now")

# A checkpoint of so many bytes is written again only when the journal has grown by this part of them since.
LARGE_CHECKPOINT = 1_000_000
LAG = 1 / 32
_HELD: set[tuple[str, int]] = set()  # locks that a thread of this process holds: it must not wait for itself


def now() -> str:
    """UTC, to the second, as ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class _Look:
    """The journal as it was found: the folded state, the checksum of its whole lines, the size of a torn last line, the
    checksum of the checkpoint that may stay as it is (-1: none), and whether what is rendered is of it."""

    __slots__ = ("checkpoint", "crc", "held", "rendered", "state", "torn")

    def __init__(self, state: State, crc: int, rendered: bool, torn: int = 0) -> None:
        self.state = state
        self.crc = crc
        self.rendered = rendered
        self.torn = torn
        self.checkpoint = -1
        self.held = 0  # bytes of the journal that the checkpoint holds


class Journal:
    """The journal of one project."""

    def __init__(self, places: Places) -> None:
        self.places = places

    @property
    def exists(self) -> bool:
        return os.path.lexists(self.places.journal)

    @contextmanager
    def locked(self, shared: bool = False) -> Iterator[int]:
        """Hold the project's journal. Standard library, because hooks take it; `flock` ends with the process."""
        path = self.places.lock
        if not shared:
            os.makedirs(self.places.base, exist_ok=True)
        while True:
            fd = os.open(path, os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            with suppress(OSError):
                if os.path.samestat(os.stat(path), os.fstat(fd)):
                    break
            os.close(fd)  # somebody took the file away while we waited: what we hold keeps nobody out
        mine = (path, get_ident())
        _HELD.add(mine)
        try:
            yield fd
        finally:
            _HELD.discard(mine)
            os.close(fd)

    def events(self, offset: int = 0, seq: int = 0) -> tuple[list[Event], int]:
        """The events from byte `offset` on, where number `seq` was the last before it, and where the last whole line ends.
        Raises Damaged; see `lines.parse`."""
        try:
            with open(self.places.journal, "rb") as file:
                if offset:
                    file.seek(offset - 1)
                    if file.read(1) != b"\n":
                        raise Damaged(self.places.journal, seq, "no line ends there")
                data = file.read()
        except FileNotFoundError:
            return [], 0
        found, end = parse(self.places.journal, data, seq)
        return found, offset + end

    def state(self) -> State:
        """The folded state: the checkpoint, and what the journal holds after it. Raises Damaged."""
        return self._look().state

    def anew(self) -> tuple[list[Event], State]:
        """Every event, and the state folded from them alone: no checkpoint is believed. Raises Damaged."""
        if not self.exists:
            return [], empty()
        if (self.places.lock, get_ident()) in _HELD or not os.path.isfile(self.places.lock):
            return self._read_whole()
        with self.locked(shared=True):
            return self._read_whole()

    def _read_whole(self) -> tuple[list[Event], State]:
        path = self.places.journal
        if os.path.islink(path) or not os.path.isfile(path):
            raise Damaged(path, 0, "a link or a folder lies in its place")
        with open(path, "rb") as file:
            events, end = witness.examine(self.places, file.read())
        state = empty()
        self._apply(state, events)
        state["bytes"] = end
        return events, state

    def _look(self) -> _Look:
        """Look at the journal; with the lock where something is amiss, for it may be in the middle of an append."""
        found = self._sound()
        if found is not None:
            return found
        if not self.exists:
            return _Look(empty(), 0, False)
        if (self.places.lock, get_ident()) in _HELD or not os.path.isfile(self.places.lock):
            return self._examined()
        with self.locked(shared=True):
            return self._sound() or self._examined()

    def _sound(self) -> _Look | None:
        """The journal by its checkpoint, where nobody has written to it, or to the guard's file, since we did."""
        guard = witness.guard_file(self.places)
        if guard is None or not witness.is_of(guard, self.places.journal):
            return None
        try:
            found = self._folded(guard, True)
        except Damaged:
            return None
        seen = markers.last_seen(self.places, found.state["plan"]["id"])
        return found if seen <= found.state["seq"] else None  # the whole folder was put back to an earlier day

    def _folded(self, guard: dict[str, object] | None, rendered: bool) -> _Look:
        crc = -1 if guard is None else number_or(sub(guard, "kept"), "state", -1)
        state = self._checkpoint(crc)
        found = _Look(state, 0 if guard is None else witness.mark_of(guard)["crc"], rendered)
        if state["bytes"]:
            found.checkpoint, found.held = crc, state["bytes"]
        self._follow(state)
        return found

    def _follow(self, state: State) -> None:
        """Take into `state` what the journal holds after it."""
        events, end = self.events(state["bytes"], state["seq"])
        self._apply(state, events)
        state["bytes"] = max(end, state["bytes"])

    def _apply(self, state: State, events: list[Event]) -> None:
        for event in events:
            try:
                apply(state, event)
            except ValueError as error:
                raise Damaged(
                    self.places.journal, number_or(event, "seq"), f"it cannot follow: {error}"
                ) from None

    def _examined(self) -> _Look:
        """The journal, read from its start and held against what its witnesses say. Raises Damaged."""
        path = self.places.journal
        if os.path.islink(path) or not os.path.isfile(path):
            raise Damaged(path, 0, "a link or a folder lies in its place")
        with open(path, "rb") as file:
            data = file.read()
        events, end = witness.examine(self.places, data)
        guard = witness.guard_file(self.places)
        whole = crc32(data[:end])
        if guard is not None:
            with suppress(Damaged):  # else a checkpoint of another journal
                found = self._folded(guard, False)
                if found.state["bytes"] == end:
                    found.crc, found.torn = whole, len(data) - end
                    return found
        state = empty()
        self._apply(state, events)
        state["bytes"] = end
        return _Look(state, whole, False, len(data) - end)

    def _checkpoint(self, crc: int) -> State:
        """`state.json`, if it is the one with this checksum."""
        try:
            with open(self.places.state, "rb") as file:
                body, _, tail = file.read().rpartition(b"\n#")
            size = os.stat(self.places.journal).st_size
            if tail.strip() == b"%08x" % crc32(body) and crc32(body) == crc:
                state = cast("State", json.loads(body))
                if state["v"] == STATE_VERSION and 0 < state["bytes"] <= size:
                    return state
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return empty()

    def record(self, *events: Event) -> State:
        """Append `events` and return the state after them. Raises Illegal, Malformed, Damaged; then nothing is written."""
        return self.transact(lambda _state: list(events))

    def transact(self, decide: Callable[[State], list[Event]]) -> State:
        """Under the lock: let `decide` see the present state, append the events that it returns, render, return the state.

        Nothing is written when `decide` or an event's legality raises.
        """
        with self.locked() as lock:
            found = self._look()
            state = found.state
            if found.torn:
                self._drop_torn_line(state["bytes"])
            events = decide(state)
            if found.torn and state["plan"]["status"] in PLAN_LIVE:
                events = [
                    {
                        "kind": "incident",
                        "what": f"a torn last line of {found.torn} bytes was dropped from the journal",
                    },
                    *events,
                ]
            if events:
                found.crc = self._append(state, events, found.crc, lock)
            if not found.rendered:
                self._sweep()
            if events or not found.rendered:
                self._render(found)
            return state

    def _append(self, state: State, events: list[Event], crc: int, lock: int) -> int:
        """Append, and return the checksum of the journal after that."""
        before: witness.Mark = {"seq": state["seq"], "bytes": state["bytes"], "crc": crc}
        lines = b""
        for event in events:
            whole: Event = {"seq": state["seq"] + 1, "at": now(), **stamped(event)}
            apply(state, whole)
            lines += encode(whole)
        crc = crc32(lines, crc)
        after: witness.Mark = {"seq": state["seq"], "bytes": before["bytes"] + len(lines), "crc": crc}
        witness.announce(lock, before, after)
        fresh = not self.exists
        fd = os.open(self.places.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            rest = lines
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fsync(fd)
            state["bytes"] = os.fstat(fd).st_size
        finally:
            os.close(fd)
        if fresh:
            sync_folder(self.places.base)
        witness.announce(lock, after, after)
        return crc

    def _drop_torn_line(self, end: int) -> None:
        """Cut a half-written last line off and keep it beside the journal."""
        with open(self.places.journal, "rb+") as file:
            file.seek(end)
            write_whole(f"{self.places.journal}.torn", file.read().decode("utf-8", "surrogateescape"))
            file.truncate(end)
            os.fsync(file.fileno())

    def _sweep(self) -> None:
        """A write was cut short: nothing half written stays, above all not in the project, where it is nobody's change."""
        for path in (self.places.state, self.places.plan, self.places.rendered_copy, self.places.guard):
            sweep(path)

    def _render(self, found: _Look) -> None:
        from planweir.journal.render import render

        state = found.state
        checkpoint = found.checkpoint
        if not self._may_lag(found):
            body = json.dumps(state, separators=(",", ":")).encode()
            checkpoint = crc32(body)
            write_whole(self.places.state, (body + b"\n#%08x" % checkpoint).decode())
        render(self.places, state, found.crc, checkpoint)

    def _may_lag(self, found: _Look) -> bool:
        """Is the checkpoint large, and does it hold nearly all of the journal?"""
        if not found.held or found.state["plan"]["status"] not in PLAN_LIVE:
            return False
        try:
            size = os.stat(self.places.state).st_size
        except OSError:
            return False
        return size >= LARGE_CHECKPOINT and found.state["bytes"] - found.held <= size * LAG

    def render_anew(self) -> None:
        """Render everything from the journal. The caller holds the lock."""
        self._render(self._look())

    def rendered(self) -> bool:
        """Are the rendered files those of the journal as it is? Where a write was cut short they are not."""
        guard = witness.guard_file(self.places)
        return guard is not None and witness.is_of(guard, self.places.journal)


def sync_folder(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
