"""A repository of 50,000 files with a plan open in it, and what looking at it costs: for the tests and for benchmarks/scale.py."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hooks.stage import Stage, opened

FILES = 50_000
FOLDERS = 500
TOUCHED = 1_000  # files that were written again with what they held


class Look:
    """One look: its seconds by the clock, those it may take, and those that `git status` takes beside it."""

    def __init__(self, name: str, seconds: float, budget: float, floor: float) -> None:
        self.name = name
        self.seconds = seconds
        self.budget = budget
        self.floor = floor

    def __repr__(self) -> str:
        return f"{self.name}: {self.seconds:.2f} s of {self.budget}, {self.seconds / self.floor:.1f} times git status"


class Wide:
    def __init__(self, root: Path, files: int = FILES) -> None:
        self.stage = Stage(root)
        opened(self.stage)
        for folder in range(FOLDERS):
            place = self.stage.project / f"lib/d{folder}"
            place.mkdir(parents=True)
            for number in range(files // FOLDERS):
                (place / f"f{number}.py").write_text(f"X = {folder * 1000 + number}\n" * 10)
        self.stage.git("add", "-A")
        self.stage.git("commit", "-qm", "Wide")
        time.sleep(1.1)  # files as young as the index are read anew, as git does; none is in a project at rest

    def _batch(self, command: str, agent: str = "") -> float:
        """A whole hook after a batch, by the clock."""
        call = {"tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "toolu_1", "tool_response": ""}
        began = time.monotonic()
        self.stage.send("PostToolBatch", agent, tool_calls=[call])
        return time.monotonic() - began

    def _status(self) -> float:
        """The best of three: what any program pays that asks git."""
        return min(self._one_status() for _ in range(3))

    def _one_status(self) -> float:
        began = time.monotonic()
        words = ["git", "--no-optional-locks", "status", "--porcelain", "-z", "--untracked-files=all"]
        subprocess.run(words, cwd=self.stage.project, stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - began

    def figures(self) -> Iterator[Look]:
        def row(name: str, budget: float, work: Callable[[], float]) -> Look:
            floor = self._status()
            return Look(name, work(), budget, floor)

        yield row("the first look after 50,000 files came", 10.0, lambda: self._batch("make"))
        yield row("nothing has changed", 1.0, lambda: self._batch("make"))
        self.stage.write({f"lib/d{n}/f1.py": "changed\n" for n in range(20)})
        yield row("20 files have changed", 1.0, lambda: self._batch("make"))
        for number in range(TOUCHED):
            path = self.stage.project / f"lib/d{number % FOLDERS}/f{2 + number // FOLDERS}.py"
            path.write_text(path.read_text())
        yield row(f"{TOUCHED} files were written with what they held", 1.5, lambda: self._batch("make"))
        yield row("nothing has changed since", 1.0, lambda: self._batch("make"))
        yield row("a batch that only read", 0.2, lambda: self._batch("task-planner status"))
        yield row("an agent's batch", 0.2, lambda: self._batch("make", "a1"))

    def noticed(self) -> int:
        """How many files the journal names."""
        return sum(len(json.loads(json.dumps(event["paths"]))) for event in self.stage.events("unexplained"))
