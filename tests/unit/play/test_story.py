"""What a play is told in: plain lines, and at the end what was stopped."""

from __future__ import annotations

from planweir.play.board import Board, Task
from planweir.play.closing import closing, rows
from planweir.play.host import Called
from planweir.play.narrator import WIDTH, plain
from planweir.play.recording import Json
from planweir.play.seen import Seen
from planweir.play.story import Line, Stopped, Story
from planweir.play.tools import Result

WHO = "T1 implementer 1"
DENIED = "Planweir [scope]: /p/app/b.py is not among the files of T1. A task keeps to its own. Next: stay within them."
PYTEST = "python3 -m pytest -q"


def story(*boards: Board) -> Story:
    left = list(boards)
    return Story("/p/app", lambda: left.pop(0) if left else None)


def bash(command: str, text: str = "", ok: bool = True, note: str = "", actor: str = WHO) -> Seen:
    given: dict[str, Json] = {"command": command}
    return Seen("call", actor, tool="Bash", given=given, called=Called(given, result=Result(ok, text, {"stdout": text})), note=note)


def edit(denied: str = "", actor: str = WHO) -> Seen:
    given: dict[str, Json] = {"file_path": "/p/app/b.py"}
    return Seen("call", actor, tool="Edit", given=given, called=Called(given, denied=denied or None, result=Result(True, "")))


def test_a_denied_call_is_told_with_its_rule_what_it_was_and_the_next_step() -> None:
    told = story()
    (line,) = told.lines(edit(DENIED))
    assert (line.who, line.words, line.tone) == (WHO, "edits b.py", "denied")
    assert line.under == "denied [scope]: b.py is not among the files of T1. Next: stay within them."
    assert told.stopped == [Stopped("scope", WHO, "edits b.py")]


def test_a_held_end_is_told_with_the_reason_to_go_on() -> None:
    told = story()
    (line,) = told.lines(Seen("held", WHO, "DONE\nTask: T1", reason="Planweir [evidence]: nothing ran.", note="it claims"))
    assert (line.words, line.under) == ("ends: DONE  (it claims)", "held: nothing ran.")
    told.lines(Seen("held", "main", "All done.", reason="Planweir: the plan is open."))
    assert [one.by for one in told.stopped] == ["evidence", "stop"]


def test_tests_are_told_by_their_last_line_and_a_failure_as_one() -> None:
    told = story()
    (passed,) = told.lines(bash(PYTEST, "..\n2 passed in 0.1s"))
    (failed,) = told.lines(bash(PYTEST, "Exit code 1\nF\n1 failed in 0.1s", ok=False))
    assert (passed.tone, passed.came) == ("agent", "2 passed in 0.1s")
    assert (failed.tone, failed.came) == ("fails", "fails: 1 failed in 0.1s")
    assert [one.by for one in told.stopped] == ["tests"]


def test_a_rejection_is_told_with_its_summary() -> None:
    told = story()
    (line,) = told.lines(Seen("ended", "T1 task-reviewer 1", "FILED fail\nNo test asks for it."))
    assert (line.words, line.tone) == ("ends: FILED fail (No test asks for it.)", "rejected")
    assert told.stopped == [Stopped("task-reviewer", "T1 task-reviewer 1", "No test asks for it.")]


def test_each_line_of_a_gate_is_good_or_bad() -> None:
    out = "Gate of wave 1/1\n  ok tasks     1 of 1\n  fail verify-1  exit 1\n    1 failed\nFailed. T1 goes to rework."
    lines = story().lines(bash("task-planner gate", out, ok=False, actor="main"))
    assert [line.tone for line in lines] == ["main", "text", "good", "bad", "text", "bad"]


def test_what_planweir_took_back_is_told_before_what_showed_it() -> None:
    def one(status: str, why: str) -> Board:
        return Board("", 1, (Task("T4", "Count", 1, status, why),))

    told = story(one("reviewed", ""), one("implemented", "its files changed"))
    told.lines(bash("true"))
    void, asked = told.lines(Seen("next", "main", "Start T4 (task-reviewer)."))
    assert (void.who, void.words) == ("Planweir", "voids the reviews of T4: its files changed")
    assert asked.tone == "next"


def test_who_works_is_known_until_they_end_or_the_session_is_cut() -> None:
    told = story()
    told.lines(Seen("started", WHO))
    told.lines(bash("ls"))
    assert told.working == {WHO: "runs ls"}
    told.lines(Seen("cut", WHO, note="the power goes"))
    assert told.working == {}
    told.lines(Seen("started", WHO))
    told.lines(Seen("ended", WHO, "DONE"))
    assert told.working == {}


def test_an_answer_is_not_repeated_where_it_was_shown_before() -> None:
    told = story()
    told.lines(Seen("answer", "person", "ready\nPlan: Links"))
    (line,) = told.lines(Seen("answer", "person", "started\nPlan: Links"))
    assert line.block == "started\n… (the rest as above)"


def test_what_a_person_did_stands_under_its_heading() -> None:
    head, line = story().lines(Seen("typed", "person", "/implement-plan go", note="They say yes."))
    assert (head.tone, head.words, line.words) == ("head", "They say yes.", "types /implement-plan go")


def test_plain_lines_keep_to_a_width_and_set_in_what_belongs_to_a_line() -> None:
    long = Line(WHO, "edits b.py", under="held: " + "because " * 30)
    printed = plain(long)
    assert printed[0] == f"{WHO:<21} edits b.py"
    assert all(len(row) <= WIDTH and row.startswith(" " * 22) for row in printed[1:])
    assert plain(Line(WHO, "runs x", came="1 passed")) == [f"{WHO:<21} runs x  → 1 passed"]
    assert plain(Line(tone="head", words="Now.")) == ["", "Now."]


def test_the_closing_counts_by_what_stopped_rules_first() -> None:
    stopped = [
        Stopped("evidence", "T1", "a"),
        Stopped("scope", "T2", "b"),
        Stopped("scope", "T2", "b"),
        Stopped("void review", "T4", "c"),
    ]
    assert [(row.by, row.times, row.what) for row in rows(stopped)] == [
        ("denied [scope]", 2, ("T2: b",)),
        ("held: no evidence", 1, ("T1: a",)),
        ("a review made void", 1, ("T4: c",)),
    ]


def test_the_closing_counts_the_commits_but_for_the_first() -> None:
    from collections import Counter

    end = closing([], Counter(started=2, denied=1), "b T1: x\na Begin", "Planweir-Task: T1\n\n")
    assert end.counts == "Seen, all as recorded: 2 agents, 1 denied call, 1 commit."
    assert end.trailers == "Planweir-Task: T1"
