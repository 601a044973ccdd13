"""A journal that is not what was written: what notices, what is kept, and what a repair says and never invents."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.crash.armed import Armed
from tests.unit.journal.walks import OWNER

from planweir.attempt.tending import tend
from planweir.host import Unusable
from planweir.journal.lines import decode, encode
from planweir.journal.repair import Nothing, repair
from planweir.journal.store import Damaged, Journal
from planweir.journal.types import Event

Lines = list[bytes]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Armed:
    """A plan of three tasks: T1 was handed in, then some notes."""
    world = Armed(tmp_path)
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(world.data))
    world.arm()
    world.bind("T1", "a1")
    world.journal.record(handed_in("T1", "a1"))
    world.journal.record(note("a"), note("b"))
    world.journal.record(note("c"))
    assert tend(world.places)
    return world


def note(what: str) -> Event:
    return {"kind": "note", "what": what}


def handed_in(task: str, agent: str) -> Event:
    return {"kind": "implemented", "task": task, "agent": agent, "role": "implementer", "digest": "d", "evidence": {}, "report": {}}


def lines(world: Armed) -> Lines:
    return Path(world.places.journal).read_bytes().splitlines(keepends=True)


def write(world: Armed, rows: Lines) -> None:
    Path(world.places.journal).write_bytes(b"".join(rows))


def forged(rows: Lines, **event: object) -> bytes:
    """A line of another hand that knows our checksum."""
    return encode({"seq": len(rows) + 1, "at": "2026-11-20T20:00:00Z", **event})


def altered(row: bytes, **fields: object) -> bytes:
    return encode({**decode(row), **fields})


# name -> how the lines are damaged, how many events a repair keeps, words of the reason
DAMAGE: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "garbage in the middle": (lambda rows: [*rows[:3], b"garbage\n", *rows[4:]], 3, "line 4: no checksum"),
    "a line in the middle is gone": (lambda rows: [*rows[:3], *rows[4:]], 3, "line 4: it is numbered 5"),
    "a line is there twice": (lambda rows: [*rows[:4], rows[3], *rows[4:]], 4, "line 5: it is numbered 4"),
    "a byte is wrong": (lambda rows: [*rows[:2], rows[2].replace(b"implemented", b"implemEnted"), *rows[3:]], 2, "line 3: checksum differs"),
    "the last lines are gone": (lambda rows: rows[:3], 3, "line 4: 3 events that were written are gone"),
    "the last line is gone": (lambda rows: rows[:-1], 5, "line 6: an event that was written is gone"),
    "the last line is cut in half": (lambda rows: [*rows[:-1], rows[-1][:20]], 5, "line 6: an event that was written is gone"),
    "emptied but for the start": (lambda rows: rows[:1], 1, "line 2: 5 events that were written are gone"),
    "a legal line was added": (
        lambda rows: [*rows, forged(rows, kind="code_review_passed", task="T1", agent="a1", role="code-reviewer")], 6, "line 7: Planweir did not write it",
    ),
    "an illegal line was added": (lambda rows: [*rows, forged(rows, kind="closed", task="T2")], 6, "line 7: Planweir did not write it"),
    "a line was rewritten with its checksum": (lambda rows: [*rows[:3], altered(rows[3], what="z"), *rows[4:]], 6, "what was written is changed"),
    "the last line was rewritten with its checksum": (lambda rows: [*rows[:5], altered(rows[5], what="z")], 6, "what was written is changed"),
    "the plan was ended by another hand": (lambda rows: [*rows, forged(rows, kind="completed")], 6, "line 7: Planweir did not write it"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_noticed_keeps_the_plan_armed_and_says_what_a_person_does(world: Armed, name: str) -> None:
    damage, _kept, why = DAMAGE[name]
    write(world, damage(lines(world)))
    with pytest.raises(Damaged):
        world.journal.state()
    with pytest.raises(Damaged):
        world.journal.record(note("more"))
    with pytest.raises(Unusable, match="/task-planner doctor --repair") as told:
        tend(world.places)
    assert why.rpartition(": ")[2] in str(told.value)
    assert os.path.exists(world.places.armed)


@pytest.mark.parametrize("name", DAMAGE)
def test_a_repair_keeps_what_is_intact_and_blocks_the_plan(world: Armed, name: str) -> None:
    damage, kept, why = DAMAGE[name]
    rows = damage(lines(world))
    write(world, rows)
    found = repair(world.places)
    assert why in found.why
    assert Path(found.aside).read_bytes() == b"".join(rows)
    state = world.journal.state()
    assert (state["plan"]["status"], state["seq"]) == ("blocked", kept + 2)
    assert b"".join(lines(world)).startswith(b"".join(rows[:kept]))
    assert "the journal was damaged" in state["incidents"][-1]
    assert tend(world.places)
    assert world.journal.state()["seq"] == state["seq"]  # all is rendered and no further incident
    with pytest.raises(Nothing, match="whole"):
        repair(world.places)


@pytest.mark.parametrize("without", [("guard",), ("lock",), ("state",), ("guard", "state"), ("lock", "state"), ("guard", "lock")])
def test_a_journal_put_back_to_an_earlier_day_is_noticed_though_its_witnesses_are_gone(
    world: Armed, without: tuple[str, ...]
) -> None:
    write(world, lines(world)[:4])
    for name in without:
        os.unlink(getattr(world.places, name))
    with pytest.raises(Damaged, match="2 events that were written are gone"):
        world.journal.state()


def test_a_whole_folder_put_back_to_an_earlier_day_is_noticed_by_the_marker(world: Armed, tmp_path: Path) -> None:
    shutil.copytree(world.places.base, tmp_path / "old")
    world.journal.record(note("d"))
    assert tend(world.places)
    shutil.rmtree(world.places.base)
    shutil.copytree(tmp_path / "old", world.places.base)
    with pytest.raises(Unusable, match="an event that was written is gone"):
        tend(world.places)
    repair(world.places)
    assert tend(world.places)


def test_a_backup_that_was_copied_back_whole_is_no_damage(world: Armed, tmp_path: Path) -> None:
    shutil.copytree(world.places.base, tmp_path / "old")
    shutil.rmtree(world.places.base)
    shutil.copytree(tmp_path / "old", world.places.base)
    assert tend(world.places)
    assert world.journal.state()["plan"]["status"] == "open"


@pytest.mark.parametrize("how", ["link", "folder"])
def test_a_link_or_a_folder_in_its_place_is_damage(world: Armed, tmp_path: Path, how: str) -> None:
    os.rename(world.places.journal, tmp_path / "elsewhere")
    if how == "link":
        os.symlink(tmp_path / "elsewhere", world.places.journal)
    else:
        os.mkdir(world.places.journal)
    with pytest.raises(Unusable, match="a link or a folder"):
        tend(world.places)


def test_a_touched_journal_whose_lines_are_as_they_were_is_an_incident_and_no_damage(world: Armed) -> None:
    os.utime(world.places.journal)
    assert tend(world.places)
    assert "was written to by another hand; each line is as it was written" in world.journal.state()["incidents"][-1]


def test_a_repair_names_the_tasks_of_which_something_else_is_said(world: Armed) -> None:
    rows = lines(world)
    write(world, [*rows[:2], b"garbage\n", *rows[3:]])
    found = repair(world.places)
    assert list(found.doubtful) == ["T1"]
    assert found.doubtful["T1"] == "the checkpoint says implemented"
    assert len(found.lost) == 4
    assert world.journal.state()["tasks"]["T1"]["status"] == "in_progress"  # nothing is invented
    assert "T1: the checkpoint says implemented" in world.journal.state()["incidents"][-1]


def test_a_lost_line_that_can_be_read_says_what_it_would_have_been(world: Armed) -> None:
    rows = lines(world)
    write(world, [rows[0], b"garbage\n", *rows[2:]])
    os.unlink(world.places.state)
    found = repair(world.places)
    assert found.doubtful == {"T1": "a lost line says implemented"}
    assert world.journal.state()["tasks"]["T1"]["status"] == "pending"


def test_a_paused_plan_stays_paused(world: Armed) -> None:
    world.journal.record({"kind": "paused"})
    write(world, [*lines(world), b"garbage\n", b"more\n"])
    repair(world.places)
    assert world.journal.state()["plan"]["status"] == "paused"


def test_a_journal_whose_first_line_is_gone_cannot_be_kept_and_is_left_alone(world: Armed) -> None:
    write(world, [b"garbage\n", *lines(world)[1:]])
    before = Path(world.places.journal).read_bytes()
    with pytest.raises(Nothing, match="nothing can be kept"):
        repair(world.places)
    assert Path(world.places.journal).read_bytes() == before


def test_an_old_journal_without_witnesses_still_folds(world: Armed) -> None:
    """What 0.2.0 left: a guard's file without checksums, a lock that says nothing, markers with a plan's id alone."""
    state = world.journal.state()
    guard = json.loads(Path(world.places.guard).read_text())
    del guard["kept"]
    Path(world.places.guard).write_text(json.dumps({**guard, "v": 1}))
    Path(world.places.lock).write_text("")
    Path(world.places.armed).write_text(state["plan"]["id"])
    assert tend(world.places)
    after = Journal(world.places).state()
    assert (after["seq"], after["incidents"], after["owner"]["session"]) == (state["seq"], [], OWNER)
    assert "kept" in json.loads(Path(world.places.guard).read_text())


def test_looking_while_others_write_sees_no_damage(world: Armed) -> None:
    """A reader without the lock may see an append in its middle; it looks again with the lock before it says damaged."""
    import threading

    stop = threading.Event()
    seen: list[str] = []

    def read() -> None:
        while not stop.is_set():
            try:
                Journal(world.places).state()
            except Damaged as error:
                seen.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        world.journal.record(note(f"{number}"))
    stop.set()
    reader.join()
    assert seen == []
