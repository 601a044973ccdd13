"""Our own files are looked after: what is missing comes back, what cannot be explained stays armed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from tests.crash.armed import Armed

from planweir.attempt.tending import tend
from planweir.host import Unusable
from planweir.journal import markers
from planweir.journal.render import copy_text
from planweir.verbs.ending import put_away


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Armed:
    world = Armed(tmp_path)
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(world.data))
    return world


def second(world: Armed) -> str:
    return world.places.second(str(world.data))


def test_a_plan_whose_files_agree_is_left_as_it_is(world: Armed) -> None:
    before = world.arm()["seq"]
    assert tend(world.places) is True
    assert world.journal.state()["seq"] == before


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_recorded_marker_that_is_missing_is_an_incident_and_is_set_again(world: Armed, which: str) -> None:
    world.arm()
    path = world.places.armed if which == "first" else second(world)
    os.unlink(path)
    assert tend(world.places) is True
    assert os.path.exists(path)
    assert world.journal.state()["incidents"] == [f"the marker {path} was gone and was set again"]


HERE, GONE, EMPTY, OTHER = "names the plan", "gone", "empty", "names another plan"


@pytest.mark.parametrize("one", [HERE, GONE, EMPTY, OTHER])
@pytest.mark.parametrize("two", [HERE, GONE, EMPTY, OTHER])
@pytest.mark.parametrize("kept", ["open", "gone", "ended"])
def test_markers_that_disagree_stay_armed(world: Armed, one: str, two: str, kept: str) -> None:
    """However they stand: with a journal that is open all are set and name its plan; without one nothing is disarmed that no
    plan in the archive explains; with one that has ended they go."""
    plan = world.arm()["plan"]["id"]
    both = {world.places.armed: one, second(world): two}
    for path, how in both.items():
        os.unlink(path) if how == GONE else Path(path).write_text({HERE: plan, EMPTY: "", OTHER: "other-plan"}.get(how, ""))
    if kept == "gone":
        os.unlink(world.places.journal)
        if one == two == GONE:
            assert tend(world.places) is False  # nothing is left that says a plan is open
            return
        with pytest.raises(Unusable, match="/task-planner --abort"):
            tend(world.places)
        assert {path for path in both if os.path.exists(path)} == {path for path, how in both.items() if how != GONE}
    elif kept == "ended":
        world.journal.record({"kind": "aborted"})
        assert tend(world.places) is False
        assert not [path for path in both if os.path.exists(path)]
    else:
        assert tend(world.places) is True
        assert [markers.plan_of(path) for path in both] == [plan, plan]
        told = [what for what in world.journal.state()["incidents"] if "marker" in what]
        assert len(told) == sum(how != HERE for how in both.values())
        assert tend(world.places) is True
        assert len([what for what in world.journal.state()["incidents"] if "marker" in what]) == len(told)


def test_a_list_of_markers_that_was_spoilt_comes_back_with_the_next_hook(world: Armed) -> None:
    world.arm()
    elsewhere = world.root / "elsewhere" / "open"
    for words in ("", "{", "7", json.dumps([str(elsewhere)])):
        Path(world.places.markers).write_text(words)
        assert tend(world.places) is True
        assert second(world) in markers.recorded(world.places)
    assert not elsewhere.parent.exists()


def test_a_second_marker_that_is_not_recorded_yet_is_set_and_is_no_incident(world: Armed) -> None:
    world.arm(second=False)
    assert tend(world.places) is True
    assert os.path.exists(second(world))
    assert markers.plan_of(second(world)) == world.journal.state()["plan"]["id"]
    assert world.journal.state()["incidents"] == []


def test_rendered_files_that_are_missing_come_back(world: Armed) -> None:
    world.arm()
    os.unlink(world.places.guard)
    os.unlink(world.places.plan)
    assert tend(world.places) is True
    assert os.path.exists(world.places.guard)
    assert os.path.exists(world.places.plan)


def test_a_marker_left_over_from_a_plan_that_ended_goes(world: Armed) -> None:
    state = world.arm()
    words = Path(world.places.armed).read_text()
    put_away(world.places, world.journal.record({"kind": "aborted"}))
    for path in (world.places.armed, second(world)):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_text(words)
    assert words.strip() == state["plan"]["id"]
    assert tend(world.places) is False
    assert not os.path.exists(world.places.armed)
    assert not os.path.exists(second(world))


def test_a_journal_that_says_ended_disarms(world: Armed) -> None:
    world.arm()
    world.journal.record({"kind": "aborted"})
    assert tend(world.places) is False
    assert not os.path.exists(world.places.armed)
    assert not os.path.exists(second(world))


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_marker_whose_journal_is_gone_stays_armed(world: Armed, which: str) -> None:
    world.arm()
    os.unlink(world.places.journal)
    os.unlink(world.places.armed if which == "second" else second(world))
    with pytest.raises(Unusable, match="journal is gone"):
        tend(world.places)
    assert os.path.exists(world.places.armed if which == "first" else second(world))


def test_a_damaged_journal_stays_armed_and_is_named(world: Armed) -> None:
    world.arm()
    world.journal.record({"kind": "note", "what": "x"})
    data = Path(world.places.journal).read_bytes()
    Path(world.places.journal).write_bytes(b"x" + data)
    with pytest.raises(Unusable, match="line 1 is damaged"):
        tend(world.places)
    assert os.path.exists(world.places.armed)


@pytest.mark.parametrize("content", [None, "", "{}", "\ud800"])
def test_the_copy_in_the_project_comes_back_read_only(world: Armed, content: str | None) -> None:
    world.arm()
    path = Path(world.places.rendered_copy)
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert tend(world.places) is True
    assert path.read_text() == copy_text(world.journal.state())
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
