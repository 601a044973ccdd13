"""The journal on disk: append with fsync under a lock, read back, fold, and have the rendered files follow.

A line is one JSON object with a sequence number and a checksum (CRC-32: against crashes, not against forgers). An event
is acknowledged when `record` or `transact` returns; from then on a SIGKILL cannot lose it. `state.json` is a checkpoint
of the fold that says how many bytes of the journal it holds; it may lag and is never believed beyond its own checksum.
A large one lags on purpose: folding a few events is cheaper than writing 10,000 tasks at each.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from binascii import crc32
from contextlib import contextmanager

from planweir.journal.came import stamped
from planweir.journal.fold import STATE_VERSION, apply, empty
from planweir.journal.transitions import PLAN_LIVE
from planweir.places import sweep, write_whole
from planweir.values import number_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import cast

    from planweir.journal.types import Event, State
    from planweir.places import Places
else:

    def cast(_kind: object, value: object) -> object:
        return value


SUM_MARK = b',"sum":"'
# A checkpoint of so many bytes is written again only when the journal has grown by this part of them since.
LARGE_CHECKPOINT = 1_000_000
LAG = 1 / 32


class Damaged(Exception):
    """A line of the journal that is not its last cannot be read. What stands before it is intact."""

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(f"{path}: line {line} is damaged ({why}); what stands before it is intact")
        self.line = line


def now() -> str:
    """UTC, to the second, as ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def encode(event: Event) -> bytes:
    """`event` as one journal line, with its checksum."""
    body = json.dumps(event, separators=(",", ":"), sort_keys=False).encode()
    return body[:-1] + SUM_MARK + b'%08x"}\n' % crc32(body)


def decode(line: bytes) -> Event:
    """The event of one line. Raises ValueError where checksum or JSON is wrong."""
    body, mark, tail = line.rpartition(SUM_MARK)
    if not mark:
        raise ValueError("no checksum")
    body += b"}"
    if tail.rstrip(b"\n") != b'%08x"}' % crc32(body):
        raise ValueError("checksum differs")
    event = json.loads(body)
    if not isinstance(event, dict):
        raise ValueError("no object")
    return event


class Journal:
    """The journal of one project."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._checkpointed = (
            0  # bytes of the journal that state.json held when it was read last; 0: unknown or of no use
        )

    @property
    def exists(self) -> bool:
        return os.path.exists(self.places.journal)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the project's journal. Standard library, because hooks take it; `flock` ends with the process."""
        os.makedirs(self.places.base, exist_ok=True)
        fd = os.open(self.places.lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def events(self, offset: int = 0, seq: int = 0) -> tuple[list[Event], int]:
        """The events from byte `offset` on, where number `seq` was the last before it, and where the last whole line ends.

        A torn last line is left out. Raises Damaged where a line that is not the last cannot be read, or where a line's
        number does not follow the one before: a line is missing or is there twice.
        """
        try:
            with open(self.places.journal, "rb") as file:
                if offset:
                    file.seek(offset - 1)
                    if file.read(1) != b"\n":
                        raise Damaged(self.places.journal, seq, "no line ends there")
                data = file.read()
        except FileNotFoundError:
            return [], 0
        found: list[Event] = []
        position = 0
        # Not splitlines: a damaged byte may look like a carriage return, and what follows it is no torn line.
        for line in data.split(b"\n")[:-1]:
            number = seq + len(found) + 1
            try:
                event = decode(line)
            except ValueError as error:
                if position + len(line) + 1 == len(data):
                    break  # a last line that a crash left half written
                raise Damaged(self.places.journal, number, str(error)) from None
            if event.get("seq") != number:
                raise Damaged(self.places.journal, number, f"it is numbered {event.get('seq')}")
            found.append(event)
            position += len(line) + 1
        return found, offset + position

    def state(self) -> State:
        """The folded state: the checkpoint, and what the journal holds after it. Raises Damaged."""
        state = self._checkpoint()
        self._checkpointed = state["bytes"]
        if state["bytes"]:
            try:
                return self._follow(state)
            except Damaged:
                # A checkpoint of another journal, or damage, which the fold from the start names by its line.
                self._checkpointed = 0
        return self._follow(empty())

    def _follow(self, state: State) -> State:
        """`state` with what the journal holds after it."""
        events, end = self.events(state["bytes"], state["seq"])
        for event in events:
            try:
                apply(state, event)
            except ValueError as error:
                raise Damaged(
                    self.places.journal, number_or(event, "seq"), f"it cannot follow: {error}"
                ) from None
        state["bytes"] = max(end, state["bytes"])
        return state

    def _checkpoint(self) -> State:
        try:
            with open(self.places.state, "rb") as file:
                body, _, tail = file.read().rpartition(b"\n#")
            size = os.stat(self.places.journal).st_size
            if tail.strip() == b"%08x" % crc32(body):
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
        with self.locked():
            torn = self._drop_torn_line()
            state = self.state()
            lagging = not _same_bytes(self.places.guard, state["bytes"])
            events = decide(state)
            if torn and state["plan"]["status"] in ("open", "paused", "blocked"):
                events = [
                    {
                        "kind": "incident",
                        "what": f"a torn last line of {torn} bytes was dropped from the journal",
                    },
                    *events,
                ]
            if events:
                self._append(state, events)
            if lagging:
                self._sweep()
            if events or lagging:
                self._render(state)
            return state

    def _append(self, state: State, events: list[Event]) -> None:
        lines = b""
        for event in events:
            whole: Event = {"seq": state["seq"] + 1, "at": now(), **stamped(event)}
            apply(state, whole)
            lines += encode(whole)
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
            _sync_folder(self.places.base)

    def _drop_torn_line(self) -> int:
        """Cut a half-written last line off and keep it beside the journal. Returns its size in bytes."""
        if not self.exists:
            return 0
        size = os.stat(self.places.journal).st_size
        if _same_bytes(self.places.guard, size):
            return 0  # rendered after the last whole append
        _events, end = self.events()
        if end == size:
            return 0
        with open(self.places.journal, "rb+") as file:
            file.seek(end)
            write_whole(f"{self.places.journal}.torn", file.read().decode("utf-8", "surrogateescape"))
            file.truncate(end)
            os.fsync(file.fileno())
        return size - end

    def _sweep(self) -> None:
        """A write was cut short: nothing half written stays, above all not in the project, where it is nobody's change."""
        for path in (self.places.state, self.places.plan, self.places.rendered_copy, self.places.guard):
            sweep(path)

    def _render(self, state: State) -> None:
        from planweir.journal.render import render

        if not self._may_lag(state):
            body = json.dumps(state, separators=(",", ":")).encode()
            write_whole(self.places.state, (body + b"\n#%08x" % crc32(body)).decode())
        render(self.places, state)

    def _may_lag(self, state: State) -> bool:
        """Is the checkpoint large, and does it hold nearly all of the journal?"""
        if not self._checkpointed or state["plan"]["status"] not in PLAN_LIVE:
            return False
        try:
            size = os.stat(self.places.state).st_size
        except OSError:
            return False
        return size >= LARGE_CHECKPOINT and state["bytes"] - self._checkpointed <= size * LAG

    def rendered(self) -> bool:
        """Are the rendered files those of the journal as it is? Where a write was cut short they are not."""
        return self.exists and _same_bytes(self.places.guard, os.stat(self.places.journal).st_size)


def _same_bytes(guard: str, size: int) -> bool:
    """Was `guard.json` rendered from a journal of `size` bytes?"""
    try:
        with open(guard, encoding="utf-8") as file:
            return number_or(json.load(file), "bytes", -1) == size
    except (OSError, ValueError, AttributeError):
        return False


def _sync_folder(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
