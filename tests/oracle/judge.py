"""Compares what the analysis foretold with what bash did."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.oracle.recorder import Batch, Run, canonical
from tests.oracle.world import environment, project

from planweir.shell.scan import Scan, Write, scan

BATCH = 25  # commands under one recorder


class Verdict:
    """One command: what was foretold against what happened.

    changed, missed: paths that it changed, and those of them that nothing foretold; admitted: the analysis says
    that it does not know all; certain, false: paths that it named for certain where they can be judged, and those of them that it did not
    change; seconds: what the analysis took.
    """

    def __init__(self, run: Run, found: Scan, seconds: float, meant: dict[str, tuple[str, ...]]) -> None:
        self.run = run
        self.found = found
        self.meant = meant
        self.seconds = seconds
        self.admitted = not found.readable or any(one.path is None and one.within is None for one in found.writes)
        self.changed = run.changed
        self.missed = sorted(path for path in run.changed if not self._foretold(path))
        self.certain: set[str] = set()
        self.false: list[str] = []
        if run.clean and found.readable:
            self._judge_certain()

    @property
    def surprised(self) -> bool:
        """Something happened that it neither foretold nor admitted not to know."""
        return bool(self.missed) and not self.admitted

    def _foretold(self, path: str) -> bool:
        return any(self._covers(one, path, path in self.run.folders) for one in self.found.writes)

    def _covers(self, write: Write, path: str, made_folder: bool) -> bool:
        place = write.path or write.within
        if place is None:
            return False
        told = (*self.meant[place], canonical(place), os.path.realpath(place))  # before and after
        if path in told:
            return True
        below = any(path.startswith(one.rstrip("/") + "/") for one in told)
        if write.path is None:
            return below and (write.pattern is None or _matches(path, write.pattern))
        return (below and write.kind == "tree") or (made_folder and any(one.startswith(path + "/") for one in told))

    def _judge_certain(self) -> None:
        run = self.run
        for write in self.found.writes:
            if write.path is None or not write.sure or write.kind == "link" or "never" in write.path:
                continue
            path, leads = self.meant[write.path]
            if not path.startswith(f"{run.world}/") or path.startswith(f"{run.world}/tmp/"):
                continue
            before, after = run.before.get(path), run.after.get(path)
            if before is None and after is None and write.kind in ("delete", "tree") and path not in run.changed:
                continue  # there was nothing to delete
            if write.by in ("mkdir", "install") and before is not None and os.path.isdir(path):
                continue  # it was there
            self.certain.add(path)
            if not any(one in (path, leads) or one.startswith(path + "/") for one in run.changed):
                self.false.append(path)

    def told(self) -> str:
        """What a person wants to see of a failure."""
        root = str(project(self.run.world)) + "/"
        writes = "\n    ".join(repr(one).replace(root, "") for one in self.found.writes)
        short = [path.replace(root, "") for path in (*self.missed, *self.false)]
        return f"{self.run.command.replace(root, '@')!r}\n  missed or false: {short}\n  foretold:\n    {writes}"


def _meanings(found: Scan) -> dict[str, tuple[str, ...]]:
    """Each path as a deletion means it (a link itself) and as a writer means it (what the link leads to)."""
    paths = {path for write in found.writes for path in (write.path, write.within) if path}
    return {path: (canonical(path), os.path.realpath(path)) for path in paths}


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    import fnmatch

    return any(
        fnmatch.fnmatchcase(path, "*" + one.lstrip(".")) if "/" in one else fnmatch.fnmatchcase(path.rsplit("/", 1)[-1], one)
        for one in patterns
    )


def judged(commands: list[str], how: str = "") -> Iterator[Verdict]:
    """Runs the commands in batches and judges each. The analysis sees the world before any of them ran."""
    for start in range(0, len(commands), BATCH):
        with tempfile.TemporaryDirectory(prefix="planweir-oracle-") as folder:
            batch = Batch(Path(folder), commands[start : start + BATCH])
            scans = []
            for run in batch.runs:
                began = time.process_time()
                found = scan(run.command, str(project(run.world)), environment(run.world))
                seconds = time.process_time() - began
                scans.append((found, seconds, _meanings(found)))
            for run, (found, seconds, meant) in zip(batch.run(how), scans, strict=True):
                yield Verdict(run, found, seconds, meant)


def words_of(command: str) -> int:
    return len(re.findall(r"\S+", command))
