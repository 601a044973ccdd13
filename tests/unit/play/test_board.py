from __future__ import annotations

from pathlib import Path

from planweir.places import RENDERED_COPY
from planweir.play import board
from planweir.play.board import Board, Task


def task(status: str, why: str = "", name: str = "T1", wave: int = 1) -> Task:
    return Task(name, "Do it", wave, status, why)


def test_the_board_is_read_from_the_copy_in_the_project(tmp_path: Path) -> None:
    assert board.read(str(tmp_path)) is None
    copy = tmp_path / RENDERED_COPY
    copy.parent.mkdir(parents=True)
    copy.write_text(
        '{"plan_title": "Links", "total_waves": 2, "tasks": [{"id": "T1", "description": "Keep links", "wave": 1,'
        ' "status": "reviewed", "tests_passed_count": 5, "failed_reviews": 1, "commit": null, "why": ""}]}'
    )
    assert board.read(str(tmp_path)) == Board("Links", 2, (Task("T1", "Keep links", 1, "reviewed", "", 5, 1, ""),))
    copy.write_text("{")
    assert board.read(str(tmp_path)) is None


def test_the_wave_is_the_first_with_something_to_do() -> None:
    assert Board("", 3, (task("completed"), task("skipped"), task("pending", wave=2), task("pending", wave=3))).wave == 2
    assert Board("", 3, (task("completed"),)).wave == 3


def test_reviews_that_became_void_and_attempts_that_were_lost_are_seen_from_the_boards() -> None:
    before = Board("", 1, (task("reviewed"), task("in_progress", name="T2"), task("reviewed", name="T3")))
    after = Board(
        "", 1, (task("implemented", "its files changed"), task("pending", "gone", "T2"), task("completed", name="T3"))
    )
    assert board.set_back(before, after) == [("T1", "void", "its files changed"), ("T2", "lost", "gone")]
    assert board.set_back(Board(), after) == []


def test_an_actor_names_its_task() -> None:
    assert board.task_of("T3 code-reviewer 2") == "T3"
    assert board.task_of("main") == board.task_of("person") == ""
