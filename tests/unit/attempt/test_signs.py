"""Calls of several agents that run at once: each has a sign of its own, and each finds it."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.synchronize import Barrier
from pathlib import Path

from planweir.attempt import signs
from planweir.places import Places

CALLS = 6
ROUNDS = 60


def calls(home: str, barrier: Barrier, found: str) -> None:
    """One Bash call a round, in a process group of its own; writes down each round in which it found no sign."""
    os.setpgid(0, 0)
    os.environ.pop("CLAUDE_PID", None)
    for number in range(ROUNDS):
        barrier.wait(60)
        if not signs.take(Places(home, "/project"), f"s{number}"):
            Path(found).write_text(f"no sign in round {number}")


def test_calls_that_run_at_once_find_a_sign_each(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    for number in range(ROUNDS):
        for use in range(CALLS):
            signs.leave(Places(home, "/project"), f"s{number}", f"toolu_{use}")
    forked = multiprocessing.get_context("fork")
    barrier = forked.Barrier(CALLS)
    running = [
        forked.Process(target=calls, args=(home, barrier, str(tmp_path / f"missed-{one}"))) for one in range(CALLS)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    assert [path.read_text() for path in tmp_path.glob("missed-*")] == []


def test_a_call_without_a_sign_of_its_own_finds_none(tmp_path: Path) -> None:
    places = Places(str(tmp_path / "home"), "/project")
    assert not signs.take(places, "s")
    signs.leave(places, "s", "toolu_1")
    assert signs.take(places, "s")
    assert signs.take(places, "s")  # all commands of one call have the same
