"""What the last look saw, kept in the plan's folder. Lost or damaged it is no loss of truth: the next look compares with the
last tree that the journal names, and takes in more at once."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager

from planweir.places import write_whole
from planweir.values import Malformed, number, table, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.notice.picture import Picture
    from planweir.places import Places

POLL = 0.02  # seconds between two tries for the lock


class Busy(Exception):
    """Another look is under way and does not end in time; it sees what this one would."""


class Memory:
    """`alive`: the runs of agents (`explain.run_of`) of then, whose changes the next look may find. `rest`: the owner's client waits for a person,
    so that what changes now is theirs. `slow`: until when hooks leave looking to the gate, in Unix seconds."""

    __slots__ = ("alive", "at", "branch", "bytes", "head", "rest", "seq", "slow", "stash", "tree")

    def __init__(self) -> None:
        self.tree = self.head = self.branch = self.stash = self.at = ""
        self.seq = self.bytes = 0
        self.alive: list[str] = []
        self.rest = False
        self.slow = 0

    def saw(self, picture: Picture) -> None:
        self.tree, self.head, self.branch, self.stash = picture.tree, picture.head, picture.branch, picture.stash

    def same(self, picture: Picture) -> bool:
        return (self.tree, self.head, self.branch, self.stash) == (picture.tree, picture.head, picture.branch, picture.stash)

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


def _path(places: Places) -> str:
    return f"{places.notice}/last.json"


def read(places: Places) -> Memory:
    """The last look; an empty one where there is none that can be read."""
    found = Memory()
    try:
        with open(_path(places), encoding="utf-8") as file:
            kept = table(json.load(file))
        found.tree, found.head = text(kept, "tree"), text(kept, "head")
        found.branch, found.stash, found.at = text(kept, "branch"), text(kept, "stash"), text(kept, "at")
        found.seq, found.bytes = number(kept, "seq"), number(kept, "bytes")
        found.alive = texts(kept, "alive")
        found.rest, found.slow = kept.get("rest") is True, number(kept, "slow")
    except (OSError, ValueError, Malformed):
        return Memory()
    return found


def write(places: Places, memory: Memory) -> None:
    write_whole(_path(places), json.dumps(memory.to_json(), separators=(",", ":")))


def at_rest(places: Places, rest: bool) -> None:
    """The owner's turn ended, or a turn began. Nothing is written where that is known."""
    memory = read(places)
    if memory.tree and memory.rest != rest:
        memory.rest = rest
        write(places, memory)


def leave(places: Places, until: int) -> None:
    """Looking takes too long: hooks leave it to gates until then."""
    memory = read(places)
    memory.slow = until
    write(places, memory)


@contextmanager
def alone(places: Places, limit: float) -> Iterator[None]:
    """One look at a time. Raises Busy after `limit` seconds."""
    os.makedirs(places.notice, exist_ok=True)
    until = time.monotonic() + limit
    fd = os.open(f"{places.notice}/lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy("another look is under way") from None
                time.sleep(POLL)
        yield
    finally:
        os.close(fd)
