"""SIGKILL at any moment loses no acknowledged event; many writers at once keep the order. Real processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.crash.armed import ROOT
from tests.unit.journal.walks import opened

from planweir.journal.fold import apply, empty
from planweir.journal.render import copy_text, guard
from planweir.journal.store import Journal
from planweir.places import Places

ROUNDS = 30
# Records until it is killed; says each event after `record` has returned. Some records hold several events, of some size.
WRITER = """
import sys
sys.path[:0] = [sys.argv[1]]
from planweir.journal.store import Journal
from planweir.places import Places
journal = Journal(Places(sys.argv[2], sys.argv[3]))
name, most = sys.argv[4], int(sys.argv[5])
for number in range(most):
    events = [{"kind": "note", "what": f"{name}-{number}-{part}", "filler": "x" * (number * 37 % 5000)} for part in range(number % 3 + 1)]
    journal.record(*events)
    sys.stdout.write("".join(event["what"] + "\\n" for event in events))
    sys.stdout.flush()
"""


def writer(places: Places, name: str, most: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", "-c", WRITER, str(ROOT / "scripts"), places.home, places.project]
    return subprocess.Popen([*command, name, str(most)], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "project").mkdir()
    found = Places(str(tmp_path / "home"), str(tmp_path / "project"))
    Journal(found).record(opened())
    return found


def notes(journal: Journal) -> list[str]:
    events, _end = journal.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    return [str(event["what"]) for event in events if event["kind"] == "note"]


def assert_rendered_files_agree(journal: Journal) -> None:
    state = journal.record({"kind": "incident", "what": "the next record"})
    again = empty()
    for event in journal.events()[0]:
        apply(again, event)
    assert {**again, "bytes": state["bytes"]} == state
    assert json.loads(Path(journal.places.state).read_bytes().rpartition(b"\n#")[0]) == state
    shown = json.loads(Path(journal.places.guard).read_bytes())
    del shown["kept"]
    assert shown == guard(journal.places, state)
    assert Path(journal.places.rendered_copy).read_text() == copy_text(state)


def test_sigkill_at_random_moments_loses_no_acknowledged_event(places: Places) -> None:
    """The moment is random in what has been written, not in time: after so many acknowledgements, and then a little more."""
    journal = Journal(places)
    chance = random.Random(20261120)
    acknowledged: list[str] = []
    for turn in range(ROUNDS):
        process = writer(places, f"round{turn}", 10_000)
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 12)):
            acknowledged.append(process.stdout.readline().strip())
        for _ in range(chance.randrange(0, 60_000)):
            pass  # so that the kill falls anywhere between two acknowledgements
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += process.stdout.read().splitlines()
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        assert set(acknowledged) <= set(notes(journal))
        assert_rendered_files_agree(journal)
    assert [what for what in notes(journal) if what in set(acknowledged)] == acknowledged


def test_a_kill_between_the_write_and_its_acknowledgement_leaves_the_event_whole_or_away(
    places: Places,
) -> None:
    """A process that dies inside the write itself: every byte that it may have got out, then the next writer."""
    journal = Journal(places)
    journal.record({"kind": "note", "what": "acknowledged"})
    whole = Path(places.journal).read_bytes()
    half = """
import os, sys
sys.path[:0] = [sys.argv[1]]
from planweir.journal.store import Journal
from planweir.places import Places
real, most = os.write, int(sys.argv[4])
def write(fd, data):
    if os.readlink(f"/proc/self/fd/{fd}").endswith("journal.jsonl"):
        real(fd, data[:most])
        os.kill(os.getpid(), 9)
    return real(fd, data)
os.write = write
Journal(Places(sys.argv[2], sys.argv[3])).record({"kind": "note", "what": "one"}, {"kind": "note", "what": "two"})
"""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not tell which file a descriptor is of")
    for most in (0, 1, 40, 80, 95, 100, 150, 190, 10_000):
        Path(places.journal).write_bytes(whole)
        for beside in (places.guard, places.state, places.lock):
            os.unlink(beside)
        command = [sys.executable, "-I", "-S", "-c", half, str(ROOT / "scripts"), places.home, places.project]
        assert subprocess.run([*command, str(most)], check=False).returncode == -signal.SIGKILL
        found = notes(journal)
        assert found in (["acknowledged"], ["acknowledged", "one"], ["acknowledged", "one", "two"])
        assert_rendered_files_agree(journal)


def test_two_dozen_processes_that_record_at_once_lose_nothing_and_keep_the_sequence(places: Places) -> None:
    journal = Journal(places)
    writers = [writer(places, f"writer{number}", 8) for number in range(24)]
    said = [process.communicate()[0].splitlines() for process in writers]
    assert [process.returncode for process in writers] == [0] * 24
    found = notes(journal)
    assert len(found) == len(set(found)) == sum(map(len, said)) == 24 * (1 + 2 + 3 + 1 + 2 + 3 + 1 + 2)
    for number, mine in enumerate(said):
        assert [what for what in found if what.startswith(f"writer{number}-")] == mine
    for number in range(24):
        together = [what.rpartition("-")[0] for what in found]
        for record in range(8):
            places_of = [place for place, what in enumerate(together) if what == f"writer{number}-{record}"]
            assert places_of == list(
                range(places_of[0], places_of[0] + len(places_of))
            )  # a record is never split
    assert_rendered_files_agree(journal)
    assert journal.state()["incidents"] == ["the next record"]
