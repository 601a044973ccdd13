"""What reviewed files are while the gate's commands run: one that is another then, and itself again afterwards, was not tested.

A look every 50 ms at times, inode and size; the content is read where these changed. A command that writes the same bytes again
(a generator, a formatter that found nothing) is not meant: the content must have been another at two looks. What is another at
the end is for the reviews (`rewrites`).
"""

from __future__ import annotations

import os
import threading

from planweir.evidence.index import TreeError, listing
from planweir.evidence.marks import fingerprint
from planweir.evidence.meaning import steers
from planweir.gate.outcome import Check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "watched"
EVERY = 0.05  # seconds
MOST = 400  # files
SHOWN = 12


class Watch:
    """A context manager around commands; `swapped` is known at its end."""

    def __init__(self, root: str, paths: Iterable[str]) -> None:
        self._root = root
        self._paths = list(dict.fromkeys(paths))[:MOST]
        self._first: dict[str, str] = {}
        self._seen: dict[str, tuple[int, ...]] = {}
        self._other: dict[str, int] = {}  # at how many looks running it was another
        self._swapped: set[str] = set()
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self.swapped: list[str] = []

    def __enter__(self) -> Watch:
        for path in self._paths:
            self._first[path] = fingerprint(self._root, path)
            self._seen[path] = self._stat(path)
        if self._paths:
            self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._looking.ident is not None:
            self._looking.join()
        self.swapped = sorted(path for path in self._swapped if fingerprint(self._root, path) == self._first[path])

    def _stat(self, path: str) -> tuple[int, ...]:
        try:
            info = os.lstat(os.path.join(self._root, path))
        except OSError:
            return ()
        return (info.st_ctime_ns, info.st_mtime_ns, info.st_ino, info.st_size)

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            for path in self._paths:
                now = self._stat(path)
                if now != self._seen[path]:
                    self._seen[path] = now
                    other = fingerprint(self._root, path) != self._first[path]
                    self._other[path] = 1 if other else 0
                elif self._other.get(path):
                    self._swapped.add(path)


def watching(root: str, reviewed: Iterable[str]) -> Watch:
    """Watch the reviewed tasks' files and what decides what tests mean."""
    try:
        more = [path for tag, path in listing(root) if tag != "?" and steers(path)]
    except TreeError:
        more = []
    return Watch(root, [*reviewed, *more])


def as_they_are(swapped: list[str], clean: bool) -> Check:
    """`clean`: every command that passed did so in a clean checkout too, which nobody else knows of."""
    if not swapped:
        return Check(NAME, "ok", "the files were as reviewed while the commands ran")
    said = f"while the gate's commands ran, {', '.join(swapped[:SHOWN])} held something else, and afterwards what it had held before"
    if clean:
        return Check(NAME, "ok", f"{said}; the commands pass in a clean checkout as well")
    mend = (
        "a command that changes files for its own time (mutations, a stash) does not belong into Verify; end what else changes "
        f"them, then run the gate again; where it is meant, a person types /task-planner waive {NAME} --why '…'"
    )
    return Check(NAME, "fail", said, ["what was tested is not what was reviewed"], mend, files=list(swapped))
