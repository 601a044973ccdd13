"""The journal on disk: what is acknowledged is there, what cannot be believed is not believed."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
import time
from binascii import crc32
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.journal.walks import fold, opened, walk

from planweir.journal import markers, store
from planweir.journal.fold import empty
from planweir.journal.render import copy_text, guard
from planweir.journal.store import Damaged, Journal, decode, encode
from planweir.journal.transitions import Illegal
from planweir.journal.types import Event, State
from planweir.places import Places
from planweir.values import Malformed

choices = st.lists(st.integers(0, 2**20), max_size=60)
RENDERED = ("guard", "state", "plan", "rendered_copy")


def places_in(folder: Path) -> Places:
    (folder / "project").mkdir(exist_ok=True)
    return Places(str(folder / "home"), str(folder / "project"))


@contextmanager
def a_folder() -> Iterator[Places]:
    with tempfile.TemporaryDirectory() as name:
        yield places_in(Path(name))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_in(tmp_path)


@pytest.fixture
def journal(places: Places) -> Journal:
    return Journal(places)


def note(what: str = "x") -> Event:
    return {"kind": "note", "what": what}


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def write(path: str, content: bytes) -> None:
    Path(path).unlink(missing_ok=True)
    Path(path).write_bytes(content)


def forget_rendered(places: Places) -> None:
    """Nothing stands beside the journal that knows what it was."""
    for name in (*RENDERED, "lock"):
        Path(getattr(places, name)).unlink(missing_ok=True)


def same(one: State, other: State) -> bool:
    """Equal but for what only the store knows: where the journal ends, and the times."""
    keep = [json.dumps({**state, "bytes": 0}) for state in (one, other)]
    return keep[0] == keep[1]


# --- writing ---------------------------------------------------------------------------------------------------


def test_events_of_one_record_are_one_write_and_synced_before_it_returns(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.record(opened())
    calls: list[str] = []
    real_write, real_sync, real_open = os.write, os.fsync, os.open
    fds: set[int] = set()

    def open_(path: str, flags: int, mode: int = 0o777) -> int:
        fd = real_open(path, flags, mode)
        if path == journal.places.journal:
            fds.add(fd)
        else:
            fds.discard(fd)
        return fd

    def write_(fd: int, data: bytes) -> int:
        if fd in fds:
            calls.append("write")
        return real_write(fd, data)

    def sync(fd: int) -> None:
        if fd in fds:
            calls.append("fsync")
        real_sync(fd)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "write", write_)
    monkeypatch.setattr(os, "fsync", sync)
    journal.record(note("a"), note("b"), note("c"))
    assert calls == ["write", "fsync"]


def test_lines_are_numbered_from_one_and_carry_a_checksum(journal: Journal) -> None:
    journal.record(opened())
    journal.record(note("a"), note('b","sum":"00000000"}'))
    lines = read(journal.places.journal).splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    for line, row in zip(lines, rows, strict=True):
        body = line[: line.rindex(b',"sum":"')] + b"}"
        assert row["sum"] == f"{crc32(body):08x}"
    assert journal.state()["seq"] == 3


@given(
    st.dictionaries(
        st.text(max_size=5), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)
    )
)
def test_a_line_gives_back_its_event(event: dict[str, object]) -> None:
    event = {"kind": "note", **event}
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode(line) == event


@given(st.data())
def test_a_line_with_any_byte_changed_is_not_believed(data: st.DataObject) -> None:
    line = encode({"seq": 7, "kind": "note", "what": "something happened"})[:-1]
    place = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != line[place]))
    with pytest.raises(ValueError):
        decode(line[:place] + bytes([byte]) + line[place + 1 :])


def test_an_illegal_event_writes_nothing_not_even_the_legal_ones_beside_it(journal: Journal) -> None:
    journal.record(opened())
    before = {name: read(getattr(journal.places, name)) for name in ("journal", *RENDERED)}
    wrong: list[Event] = [{"kind": "closed", "task": "T1"}, {"kind": "note"}, {"kind": "nonsense"}, {}]
    for event in wrong:
        with pytest.raises((Illegal, Malformed)):
            journal.record(note(), event)
    assert {name: read(getattr(journal.places, name)) for name in ("journal", *RENDERED)} == before


def test_nothing_is_written_when_the_decision_fails(journal: Journal) -> None:
    journal.record(opened())
    before = read(journal.places.journal)

    def decide(_state: State) -> list[Event]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        journal.transact(decide)
    assert read(journal.places.journal) == before


def test_words_that_no_file_can_hold_do_not_keep_the_plan_from_being_rendered(journal: Journal) -> None:
    event = opened()
    graph = event["graph"]
    assert isinstance(graph, dict)
    graph["title"] = "half a pair \ud800 and a stray byte \udc80, näher 計画"
    state = journal.record(event)
    for name in ("plan", "rendered_copy"):
        shown = read(getattr(journal.places, name)).decode("utf-8")
        assert "näher 計画" in shown
        assert graph["title"] in json.dumps(json.loads(shown), ensure_ascii=False)
    forget_rendered(journal.places)
    assert same(journal.state(), state)


# --- reading ---------------------------------------------------------------------------------------------------


@given(choices)
@settings(max_examples=40)
def test_what_was_read_back_is_what_lived(seed: list[int]) -> None:
    history = walk(seed)
    if not history:
        return
    with a_folder() as places:
        journal = Journal(places)
        alive = journal.record(*history)
        assert journal.state() == alive
        forget_rendered(places)
        assert journal.state() == alive


@given(choices)
@settings(max_examples=25)
def test_checkpoint_and_tail_give_the_full_fold_at_every_cut(seed: list[int]) -> None:
    history = walk(seed)[:25]
    with a_folder() as places:
        journal = Journal(places)
        checkpoints: list[bytes] = []
        for event in history:
            journal.record(event)
            checkpoints.append(read(places.state))
        Path(places.state).unlink(missing_ok=True)
        full = journal.state()
        for checkpoint in checkpoints:
            write(places.state, checkpoint)
            assert journal.state() == full


def long_journal(journal: Journal) -> State:
    journal.record(opened())
    journal.record({"kind": "bound", "task": "T1", "agent": "a1", "attempt": 1}, note("a"))
    return journal.record(note("b"), note("c"))


def resealed(body: bytes) -> bytes:
    return body + b"\n#%08x" % crc32(body)


def test_a_checkpoint_that_cannot_be_true_is_not_believed(journal: Journal) -> None:
    state = long_journal(journal)
    path = journal.places.state
    good = read(path)
    body = good.rpartition(b"\n#")[0]
    value = json.loads(body)

    def changed(**fields: object) -> bytes:
        return resealed(json.dumps({**value, **fields}).encode())

    for wrong in (
        b"",
        b"null",
        resealed(b"[]"),
        resealed(b"null"),
        resealed(b"{}"),
        good[:-3],
        body.replace(b'"open"', b'"complete"') + good[len(body) :],
        changed(v=0),
        changed(v=None),
        changed(bytes=value["bytes"] + 1),
        changed(bytes=value["bytes"] - 1, seq=3),
        changed(bytes=5),
        changed(bytes=len(read(journal.places.journal).splitlines(keepends=True)[0]), seq=7),
        changed(bytes="many"),
        changed(bytes=-1),
        changed(bytes=True),
    ):
        write(path, wrong)
        assert journal.state() == state, wrong[-60:]
    os.unlink(path)
    assert journal.state() == state


def test_a_checkpoint_of_another_plan_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = Journal(places_in(tmp_path / "a")), Journal(places_in(tmp_path / "b"))
    long_journal(one)
    two.record(opened([["T1"]]))
    write(one.places.state, read(two.places.state))
    assert list(one.state()["tasks"]) == ["T1", "T2", "T3"]


# --- torn and damaged ------------------------------------------------------------------------------------------


def test_a_torn_last_line_at_every_byte_is_dropped_kept_beside_and_reported(journal: Journal) -> None:
    places = journal.places
    state = long_journal(journal)
    whole = read(places.journal)
    last = encode({"seq": state["seq"] + 1, "at": "2026-11-20T20:00:00Z", **note("never acknowledged")})
    for cut in range(1, len(last)):
        write(places.journal, whole + last[:cut])
        assert same(journal.state(), state)
        after = journal.record(note("next"))
        assert after["seq"] == state["seq"] + 2
        assert after["incidents"] == [f"a torn last line of {cut} bytes was dropped from the journal"]
        assert read(places.journal + ".torn") == last[:cut]
        events, end = journal.events()
        assert [event["kind"] for event in events[-2:]] == ["incident", "note"]
        assert end == len(read(places.journal))
        write(places.journal, whole)
        forget_rendered(places)
        journal.transact(lambda _state: [])


def test_a_torn_first_line_leaves_no_plan_and_the_next_start_works(journal: Journal) -> None:
    line = encode({"seq": 1, "at": "", **opened()})
    os.makedirs(journal.places.base)
    write(journal.places.journal, line[: len(line) // 2])
    assert same(journal.state(), empty())
    assert journal.record(opened())["plan"]["status"] == "open"


@pytest.mark.parametrize("byte", [b"\r", b"\x00", b"\xff", b"x", b"\x0b", b"\x85"])
def test_damage_in_the_middle_is_named_and_loses_nothing_before_it(journal: Journal, byte: bytes) -> None:
    long_journal(journal)
    path = journal.places.journal
    whole = read(path)
    lines = whole.splitlines(keepends=True)
    for number in range(len(lines) - 1):
        for place in (0, len(lines[number]) // 2, len(lines[number]) - 2):
            at = sum(map(len, lines[:number])) + place
            if whole[at : at + 1] == byte:
                continue
            damaged = whole[:at] + byte + whole[at + 1 :]
            write(path, damaged)
            forget_rendered(journal.places)
            with pytest.raises(Damaged) as told:
                journal.state()
            assert told.value.line == number + 1
            assert f"line {number + 1}" in str(told.value)
            with pytest.raises(Damaged):
                journal.record(note())
            assert read(path) == damaged
            write(path, whole)
    assert journal.state()["seq"] == len(lines)


def test_a_line_that_is_missing_or_there_twice_is_damage(journal: Journal) -> None:
    long_journal(journal)
    path = journal.places.journal
    lines = read(path).splitlines(keepends=True)
    for wrong in (
        [*lines[:2], *lines[3:]],
        lines[1:],
        [*lines[:2], lines[1], *lines[2:]],
        [*lines, lines[-1]],
        [lines[0], lines[2], lines[1], *lines[3:]],
    ):
        write(path, b"".join(wrong))
        forget_rendered(journal.places)
        with pytest.raises(Damaged):
            journal.state()
        with pytest.raises(Damaged):
            journal.record(note())
        assert read(path) == b"".join(wrong)


def test_a_line_that_repeats_after_the_checkpoint_is_damage(journal: Journal) -> None:
    long_journal(journal)
    lines = read(journal.places.journal).splitlines(keepends=True)
    write(journal.places.journal, b"".join([*lines, lines[-1]]))
    with pytest.raises(Damaged) as told:
        journal.state()
    assert told.value.line == len(lines) + 1


def test_a_line_with_an_event_that_the_tables_refuse_is_damage(journal: Journal) -> None:
    state = long_journal(journal)
    line = encode({"seq": state["seq"] + 1, "at": "", "kind": "closed", "task": "T2"})
    write(journal.places.journal, read(journal.places.journal) + line)
    with pytest.raises(Damaged, match=r"line 6 is damaged \(Planweir did not write it"):
        journal.state()
    forget_rendered(journal.places)
    with pytest.raises(Damaged, match="T2 is pending"):
        journal.state()


# --- rendered files --------------------------------------------------------------------------------------------


def rendered(places: Places) -> dict[str, bytes]:
    """What is rendered, less the second in which the guard's file was written."""
    found = {name: read(getattr(places, name)) for name in RENDERED}
    found["guard"] = re.sub(rb'"written":\d+', b"", found["guard"])
    return found


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b'{"seq": 4, "bytes": 0, "status": "complete"}', b"\xff\x00"]
)
def test_a_rendered_file_that_was_deleted_or_edited_comes_back(
    journal: Journal, name: str, content: bytes | None
) -> None:
    state = long_journal(journal)
    path = getattr(journal.places, name)
    os.unlink(path)
    if content is not None:
        write(path, content)
    assert same(journal.state(), state)
    after = journal.record(note("next"))
    state_now = json.loads(read(journal.places.state).rpartition(b"\n#")[0])
    assert state_now == after
    shown = json.loads(read(journal.places.guard))
    del shown["kept"]
    assert shown == guard(journal.places, after)
    assert [row["id"] for row in json.loads(read(journal.places.plan))["tasks"]] == ["T1", "T2", "T3"]
    assert read(journal.places.rendered_copy).decode() == copy_text(after)
    assert stat.S_IMODE(os.stat(journal.places.rendered_copy).st_mode) == 0o444


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{", b'{"bytes": 1}', b"\xff"])
def test_the_guards_file_comes_back_with_no_new_event(journal: Journal, content: bytes | None) -> None:
    long_journal(journal)
    before = rendered(journal.places)
    journal_before = read(journal.places.journal)
    os.unlink(journal.places.guard)
    if content is not None:
        write(journal.places.guard, content)
    journal.transact(lambda _state: [])
    assert rendered(journal.places) == before
    assert read(journal.places.journal) == journal_before


def test_a_crash_between_two_rendered_files_is_made_good_by_the_next_look(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard's file comes last: as long as it lags, everything is rendered again."""
    long_journal(journal)
    real = os.replace
    for allowed in range(4):
        done: list[str] = []

        def replace(source: str, target: str, done: list[str] = done, allowed: int = allowed) -> None:
            if len(done) == allowed:
                raise KeyboardInterrupt
            done.append(target)
            real(source, target)

        monkeypatch.setattr(os, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            journal.record(note("written"))
        monkeypatch.setattr(os, "replace", real)
        state = journal.transact(lambda _state: [])
        assert json.loads(read(journal.places.guard))["seq"] == state["seq"]
        assert read(journal.places.rendered_copy).decode() == copy_text(state)
        assert json.loads(read(journal.places.state).rpartition(b"\n#")[0]) == state


def test_a_project_that_takes_no_copy_goes_without(journal: Journal) -> None:
    Path(journal.places.project, ".claude").write_text("a file where the folder would be")
    assert journal.record(opened())["seq"] == 1
    assert not os.path.exists(journal.places.rendered_copy)


def plan_of(number: int) -> Event:
    width = max(1, number // 100)
    names = [f"T{index}" for index in range(number)]
    return opened([names[start : start + width] for start in range(0, number, width)])


def test_the_guards_file_does_not_grow_with_the_plan_and_10_000_tasks_are_rendered_in_seconds(
    tmp_path: Path,
) -> None:
    sizes = []
    for number in (5, 10_000):
        folder = tmp_path / "same-length"
        folder.mkdir()
        journal = Journal(places_in(folder))
        journal.record(plan_of(number))
        for name in ("T1", "T2"):
            journal.record({"kind": "bound", "task": name, "agent": f"agent-{name}", "attempt": 1})
        begun = time.monotonic()
        journal.record(note())
        assert time.monotonic() - begun < 15
        sizes.append(os.stat(journal.places.guard).st_size)
        folder.rename(tmp_path / f"done-{number}")
    assert abs(sizes[1] - sizes[0]) < 16  # the number of bytes of the journal has more digits


# --- markers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["plain", "with space", "two\nlines", "next\x85line\u2028", "quo'te\"", "\udcff"]
)
def test_both_markers_are_set_recorded_and_taken_away_whatever_the_path(tmp_path: Path, name: str) -> None:
    places = Places(str(tmp_path / "home"), f"{tmp_path}/{name}/project")
    data = f"{tmp_path}/{name}/data"
    markers.arm(places, "plan-1")
    markers.record_second(places, data)
    markers.record_second(places, data)
    assert markers.recorded(places) == [places.armed, places.second(data)]
    assert markers.armed(places)
    assert markers.plan_of(places.second(data)) == "plan-1"
    os.unlink(places.second(data))
    assert markers.missing(places) == [places.second(data)]
    markers.arm(places, "plan-1")
    assert markers.armed(places)
    markers.disarm(places)
    assert not os.path.exists(places.armed)
    assert not os.path.exists(places.second(data))
    assert not os.path.exists(os.path.dirname(places.armed))


def test_a_second_marker_that_no_hook_recorded_is_none(places: Places) -> None:
    markers.arm(places, "plan-1")
    assert markers.armed(places)
    assert markers.missing(places) == []


def test_a_marker_is_explained_only_by_its_own_ended_plan(places: Places) -> None:
    markers.arm(places, "plan-1")
    assert not markers.explained(places, places.armed)
    os.makedirs(f"{places.archive}/plan-2")
    assert not markers.explained(places, places.armed)
    os.makedirs(f"{places.archive}/plan-1")
    assert markers.explained(places, places.armed)
    for words in ("", "..", "../archive/plan-1", "."):
        Path(places.armed).write_text(words)
        assert not markers.explained(places, places.armed), words


def test_walks_and_the_store_agree(journal: Journal) -> None:
    history = walk([number * 7919 for number in range(80)])
    state = journal.record(*history)
    again = fold(history)
    assert {name: row["status"] for name, row in state["tasks"].items()} == {
        name: row["status"] for name, row in again["tasks"].items()
    }


# --- large checkpoints -----------------------------------------------------------------------------------------


def test_a_large_checkpoint_lags_by_a_bounded_part_and_nothing_is_lost(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LARGE_CHECKPOINT", 1)
    monkeypatch.setattr(store, "LAG", 1 / 2)
    journal.record(opened())
    size = os.stat(journal.places.state).st_size
    written: set[bytes] = set()
    for number in range(40):
        alive = journal.record(note(f"{number} " + "x" * 100))
        written.add(read(journal.places.state))
        held = json.loads(read(journal.places.state).rpartition(b"\n#")[0])["bytes"]
        assert alive["bytes"] - held <= 1 + size * store.LAG + 300
        assert json.loads(read(journal.places.guard))["bytes"] == alive["bytes"]
        assert same(Journal(journal.places).state(), alive)
        assert journal.rendered()
    assert 2 < len(written) < 40


@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_a_large_checkpoint_that_is_lost_or_damaged_comes_back_with_the_next_event(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(store, "LARGE_CHECKPOINT", 1)
    monkeypatch.setattr(store, "LAG", 1000)
    long_journal(journal)
    os.unlink(journal.places.state)
    if content is not None:
        write(journal.places.state, content)
    after = journal.record(note("next"))
    assert json.loads(read(journal.places.state).rpartition(b"\n#")[0]) == after


def test_the_last_event_of_a_plan_is_in_its_checkpoint_however_large(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LARGE_CHECKPOINT", 1)
    monkeypatch.setattr(store, "LAG", 1000)
    long_journal(journal)
    ended = journal.record({"kind": "aborted"})
    assert json.loads(read(journal.places.state).rpartition(b"\n#")[0]) == ended
