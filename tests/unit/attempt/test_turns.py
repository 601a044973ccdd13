"""Whose turn it is: a person's, unless a notification woke the main thread or a typed command told the plan to go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planweir.attempt import turns
from planweir.places import Places

NOTICE = "<task-notification>\n<task-id>a1</task-id>\n</task-notification>"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(str(tmp_path / "home"), "/project")


def test_a_persons_prompt_is_no_working_turn(places: Places) -> None:
    turns.start(places, "s", "p1", "how does this work? " + NOTICE)
    assert not turns.working(places, "s")


def test_a_notification_begins_a_working_turn(places: Places) -> None:
    turns.start(places, "s", "p1", "\n " + NOTICE)
    assert turns.working(places, "s")


def test_a_person_who_types_in_between_ends_the_working_turn(places: Places) -> None:
    turns.go_on(places, "s", "p1")
    turns.start(places, "s", "p2", "what is going on?")
    assert not turns.working(places, "s")


@pytest.mark.parametrize("first", ["go_on", "start"])
def test_a_typed_command_makes_its_prompts_turn_work_whichever_hook_runs_first(
    places: Places, first: str
) -> None:
    if first == "start":
        turns.start(places, "s", "p1", "/implement-plan")
    turns.go_on(places, "s", "p1")
    if first == "go_on":
        turns.start(places, "s", "p1", "/implement-plan")
    assert turns.working(places, "s")


def test_turns_of_two_sessions_are_two(places: Places) -> None:
    turns.go_on(places, "one", "p1")
    turns.start(places, "two", "p1", "hello")
    assert turns.working(places, "one")
    assert not turns.working(places, "two")


def test_holds_are_counted_for_one_turn_and_a_new_one_begins_at_nothing(places: Places) -> None:
    turns.go_on(places, "s", "p1")
    assert [turns.count_hold(places, "s") for _ in range(3)] == [1, 2, 3]
    assert turns.working(places, "s")
    turns.start(places, "s", "p2", NOTICE)
    assert turns.count_hold(places, "s") == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"5", b'{"turn": 5, "holds": "many"}', b"\xff"])
def test_a_file_that_cannot_be_read_is_no_working_turn(places: Places, content: bytes) -> None:
    turns.go_on(places, "s", "p1")
    Path(places.session("s")).write_bytes(content)
    assert not turns.working(places, "s")
    assert turns.count_hold(places, "s") == 1


def test_a_hook_that_ran_leaves_a_sign_and_keeps_the_turn(places: Places) -> None:
    assert turns.last_seen(places, "s") is None
    turns.touch(places, "s")
    assert turns.last_seen(places, "s") is not None
    turns.go_on(places, "s", "p1")
    os.utime(places.session("s"), (1, 1))
    turns.touch(places, "s")
    seen = turns.last_seen(places, "s")
    assert seen is not None
    assert seen > 1
    assert turns.working(places, "s")


def test_a_sign_that_cannot_be_left_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder would be")
    turns.touch(Places(str(tmp_path / "home"), "/project"), "s")
    turns.touch(Places(str(tmp_path / "home"), "/project"), "")
    assert (tmp_path / "home").is_file()


def test_a_question_inside_a_working_turn_is_a_persons_though_it_has_the_turns_id(places: Places) -> None:
    turns.go_on(places, "s", "p1")
    turns.start(places, "s", "p1", "why did T1 fail?")
    assert not turns.working(places, "s")


def test_work_is_handed_out_only_where_this_very_client_runs_our_hooks(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PID", "100")
    assert not turns.hooks_run(places, "s")
    turns.arrived(places, "s")
    assert turns.hooks_run(places, "s")
    turns.go_on(places, "s", "p1")
    turns.arrived(places, "s")  # the same client, after a compaction: its turn goes on
    assert turns.working(places, "s")
    monkeypatch.setenv("CLAUDE_PID", "200")
    assert not turns.hooks_run(places, "s")
    turns.arrived(places, "s")
    assert turns.hooks_run(places, "s")
    assert not turns.working(places, "s")


def test_a_persons_terminal_is_no_client(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAUDE_PID", raising=False)
    assert turns.hooks_run(places, "s")
