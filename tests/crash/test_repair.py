"""SIGKILL at any step of a repair: the journal is still damaged and is repaired by the same verb, or it is whole. Real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.crash.armed import ROOT, Armed

from planweir.attempt.tending import tend
from planweir.journal.repair import Nothing, repair
from planweir.journal.store import Damaged

# Dies before its n-th step on the disk; says "done" where it came to the end.
REPAIR = """
import os, sys
sys.path[:0] = [sys.argv[1]]
from planweir.journal.repair import repair
from planweir.places import Places
left = int(sys.argv[4])
def dying(name):
    real = getattr(os, name)
    def step(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
        return real(*given, **named)
    setattr(os, name, step)
for name in ("replace", "rename", "unlink", "pwrite", "ftruncate", "fsync", "write", "utime"):
    dying(name)
repair(Places(sys.argv[2], sys.argv[3]))
print("done")
"""
MOST = 60  # steps; a repair takes fewer


@pytest.fixture
def world(tmp_path: Path) -> Armed:
    world = Armed(tmp_path)
    world.arm()
    for number in range(6):
        world.journal.record({"kind": "note", "what": f"{number}"})
    tend(world.places)
    return world


def damaged(whole: bytes, how: str) -> bytes:
    rows = whole.splitlines(keepends=True)
    return b"".join({"garbage": [*rows[:4], b"garbage\n", *rows[5:]], "put back": rows[:4], "added to": [*rows[:4], rows[3]]}[how])


@pytest.mark.parametrize("how", ["garbage", "put back", "added to"])
def test_a_repair_that_is_killed_at_any_step_is_done_by_the_next_and_loses_nothing(world: Armed, how: str) -> None:
    path = Path(world.places.journal)
    wrong = damaged(path.read_bytes(), how)
    kept = b"".join(wrong.splitlines(keepends=True)[:4])
    beside = {name: Path(name).read_bytes() for name in (world.places.guard, world.places.state, world.places.lock, world.places.armed)}
    times = {name: os.stat(name).st_mtime_ns for name in beside}
    for step in range(MOST):
        path.write_bytes(wrong)
        for name, content in beside.items():
            Path(name).unlink(missing_ok=True)
            Path(name).write_bytes(content)
            os.utime(name, ns=(times[name], times[name]))
        line = [sys.executable, "-I", "-S", "-c", REPAIR, str(ROOT / "scripts"), world.places.home, world.places.project, str(step)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        assert path.read_bytes().startswith(kept)
        try:
            world.journal.state()
        except Damaged:
            repair(world.places)
        else:
            with pytest.raises(Nothing):
                repair(world.places)
        assert tend(world.places)
        state = world.journal.state()
        assert state["plan"]["status"] == "blocked"
        assert "the journal was damaged" in state["incidents"][0]
        assert path.read_bytes().startswith(kept)
        assert state["seq"] == 6, state["incidents"]  # what is kept, one incident, one block
        asides = sorted(Path(world.places.base).glob("journal.jsonl.damaged-*"), key=lambda found: found.stat().st_mtime_ns)
        assert asides[0].read_bytes() == wrong
        for aside in asides:
            aside.unlink()
        if done.stdout:
            return
    pytest.fail("a repair never came to its end")
