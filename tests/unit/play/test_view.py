"""What stands on a terminal while a plan is played."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from planweir.play.board import Board, Task
from planweir.play.closing import Closing, Row
from planweir.play.story import Line, Story
from planweir.play.view import Now, View, fits, rows, screen, summary

TASKS = tuple(Task(f"T{number}", "Write numbers as short codes", 1 + number // 4) for number in range(1, 7))
BOARD = Board("Links", 2, (Task("T1", "Keep links", 1, "completed", "", 5, 1, "abc1234"), *TASKS[1:]))
BUSY = {"T2 implementer 1": "runs python3 -m pytest -q tests/test_urls.py"}


def drawn(what: RenderableType, width: int = 80, height: int = 24) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), record=True)
    console.print(what)
    return console.export_text().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 18), (140, 50)])
def test_the_screen_has_the_terminals_size_whatever_happens(width: int, height: int) -> None:
    many = tuple(Line("T2 implementer 1", "writes " + "x" * 200, "denied", under="denied [scope]: " + "y " * 90) for _ in range(40))
    shown = drawn(screen(Now(BOARD, BUSY, 3, many), width, height, 7), width, height)
    assert len(shown) == height
    assert {len(row) for row in shown} == {width}
    assert "7 s · stopped so far: 3" in "\n".join(shown)


def test_each_task_shows_its_wave_its_standing_and_who_works_on_it() -> None:
    shown = drawn(screen(Now(BOARD, BUSY, 0, ()), 110, 24, 0), 110)
    assert "Links · wave 1 of 2" in shown[0]
    assert "wave 1 ✓ T1 Keep links" in shown[1] and "committed abc1234 · 5 tests pass · rejected once" in shown[1]
    assert "implementer 1  runs python3 -m pytest" in shown[2]
    assert "wave 2 · T4 Write numbers as short codes" in shown[4] and "waits" in shown[4]


def test_the_last_lines_stay_and_the_first_go() -> None:
    lines = tuple(Line("main", f"line {number}", "main") for number in range(50))
    text = "\n".join(drawn(screen(Now(BOARD, {}, 0, lines), 80, 24, 0)))
    assert "line 49" in text and "line 30" not in text


def test_plain_work_takes_one_row_and_what_was_stopped_is_told_whole() -> None:
    work, stopped = Line("T1 implementer 1", "x " * 80), Line("T1 implementer 1", "edits b.py", "denied", under="because " * 20)
    (row,) = rows([Line("T1 implementer 1", "runs python3 -m pytest -q tests/" + "x" * 60, came="12 passed in 0.1s")], 76)
    assert row.plain.endswith("… → 12 passed in 0.1s") and row.cell_len == 76
    assert len(rows([work], 76)) == 1
    told = rows([stopped], 76)
    assert len(told) > 2
    assert all(row.cell_len <= 76 for row in told)
    assert " ".join(" ".join(row.plain for row in told).split()) == "T1 implementer 1 edits b.py " + ("because " * 20).strip()


def test_a_rule_in_brackets_is_no_markup() -> None:
    end = Closing((Row("denied [neighbours]", 1, ("T5: it commits [all]",)),), ("a T1: x",), "Planweir-Task: T1", "Seen.")
    text = "\n".join(drawn(summary(BOARD, end, ["/implement-plan"])))
    assert "denied [neighbours]" in text and "it commits [all]" in text


def test_before_the_plan_is_open_there_is_a_screen_too() -> None:
    assert "No plan is open yet" in "\n".join(drawn(screen(Now(Board(), {}, 0, ()), 80, 24, 0)))


@pytest.mark.parametrize(
    ("env", "size", "suits"),
    [({"TERM": "xterm"}, (80, 24), True), ({"TERM": "xterm"}, (40, 24), False), ({"TERM": "xterm"}, (80, 10), False),
     ({"TERM": "dumb"}, (80, 24), False), ({"TERM": "xterm", "NO_COLOR": ""}, (80, 24), False)],
)  # fmt: skip
def test_plain_lines_are_for_pipes_small_terminals_and_who_asks_for_no_colour(
    env: dict[str, str], size: tuple[int, int], suits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for key, value in env.items():
        monkeypatch.setenv(key, value)
    width, height = size
    assert fits(Console(width=width, height=height, force_terminal=True, file=io.StringIO())) is suits
    assert not fits(Console(width=width, height=height, file=io.StringIO()))


def test_the_picture_is_the_screen_at_the_last_rejection(tmp_path: Path) -> None:
    view = View(Story("/p"), Console(file=io.StringIO()))
    with view:
        view.show([Line("T3 task-reviewer 1", "ends", "rejected", under="rejected: back it goes")])
        view.show([Line("main", f"later {number}", "main") for number in range(60)])
    view.picture(str(tmp_path / "view.svg"))
    drawn_ = (tmp_path / "view.svg").read_text()
    assert "back&#160;it&#160;goes" in drawn_ and "later" not in drawn_
