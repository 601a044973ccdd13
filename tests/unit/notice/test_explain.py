"""Who owns an unexplained change, and in which words it is told: from events alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.journal.walks import fold, opened

from planweir.brief.noticed import blamed, facts, lines, question, waiting
from planweir.journal.types import Event, State
from planweir.notice.explain import Since, during, moved, unexplained
from planweir.notice.memory import Memory
from planweir.notice.picture import Picture

ROW: Event = {"kind": "unexplained", "paths": ["src/t1.py"], "tree": "0" * 40, "by": "during a test"}
ATTEMPT: list[Event] = [
    {"kind": "bound", "task": "T1", "agent": "a1", "role": "implementer", "attempt": 1},
    {"kind": "implemented", "task": "T1", "agent": "a1"},
]
REVIEWS: list[Event] = [
    {"kind": "reviewer_bound", "task": "T1", "agent": "r1", "role": "task-reviewer", "attempt": 1},
    {"kind": "task_review_passed", "task": "T1", "agent": "r1", "role": "task-reviewer", "review": {}},
    {"kind": "reviewer_bound", "task": "T1", "agent": "r2", "role": "code-reviewer", "attempt": 1},
    {"kind": "code_review_passed", "task": "T1", "agent": "r2", "role": "code-reviewer", "review": {}},
]


def state(*events: Event) -> State:
    return fold([opened(), *events])


@pytest.mark.parametrize(
    ("events", "waits"),
    [
        ([ROW], True),
        ([ROW, *ATTEMPT], False),  # its task took it on, and showed evidence with it in place
        ([ROW, *ATTEMPT[:1]], True),
        ([*ATTEMPT, ROW], True),
        ([*ATTEMPT, ROW, *REVIEWS], False),  # both reviewers were told of it
        ([*ATTEMPT, *REVIEWS[:2], ROW, *REVIEWS[2:]], True),  # one of them was not
        ([ROW, {"kind": "allowed", "task": "T2", "path": "src/t1.py"}], False),
        ([ROW, {"kind": "discarded", "what": "x", "paths": ["src/t1.py"], "by": "person"}], False),
        ([ROW, {"kind": "discarded", "what": "x", "paths": ["src/t1.py"], "by": "T1"}], True),
        ([ROW, {"kind": "mine", "marks": {"src/t1.py": "x"}}], False),
        ([ROW, {"kind": "settled", "paths": ["src/t1.py"], "why": "x"}], False),
        ([ROW, {"kind": "allowed", "task": "T2", "path": "src/t2.py"}], True),
    ],
)
def test_a_change_waits_until_a_person_or_a_task_owns_it(events: list[Event], waits: bool) -> None:
    assert bool(waiting(state(*events))) == waits


def test_what_a_person_is_asked_about_holds_nothing_by_itself() -> None:
    found = state({**ROW, "person": True})
    assert (list(waiting(found)), blamed(found)) == (["src/t1.py"], {})
    assert question(found, waiting(found)) == (
        "while you were at it: src/t1.py changed; yours (/task-planner mine src/t1.py), T1's (/task-planner allow T1 src/t1.py)?"
    )


def test_a_second_change_is_counted_from_the_first_and_blame_stays() -> None:
    found = state({**ROW, "person": False}, {**ROW, "person": True, "tree": "1" * 40})
    row = found["noticed"]["rows"]["src/t1.py"]
    assert (row["tree"], row["person"], row["seq"]) == ("0" * 40, False, 3)


def test_the_rows_of_a_state_are_bounded() -> None:
    found = state(*({**ROW, "paths": [f"f{batch}-{n}" for n in range(50)], "more": 7} for batch in range(10)))
    assert len(found["noticed"]["rows"]) == 300
    assert found["noticed"]["more"] == 70 + 200
    assert "270 more paths" in "\n".join(lines(found))
    assert max(map(len, lines(found))) < 600


def test_reviewers_are_told_whether_it_is_in_their_task() -> None:
    found = state(ROW, {**ROW, "paths": ["odd\nname"], "person": True})
    told = facts(found, "T1")
    assert "Unexplained (in this task's files): src/t1.py changed during a test" in told
    assert "Unexplained (outside this task): odd name changed while a person was at it" in told
    assert facts(state(), "T1") == ""


def test_who_ran_is_named_the_one_that_ended_first() -> None:
    since = Since(["a2 T2 implementer"], ATTEMPT, ["a2 T2 implementer"])
    assert during(since, [], False, "later") == "while T1's implementer (a1) and T2's implementer (a2) ran"
    nobody = Since([], [], [])
    single = Since(["main T1 implementer"], [], [])
    assert during(single, [], False, "later") == "while the main thread's work on T1 ran"
    assert during(single, ["call `a`"], False, "later") == "during the main thread's call `a`"
    assert during(nobody, ["call `a`", "call `b`"], False, "later") == "during the main thread's call `a` and call `b`"
    assert during(nobody, [], False, "later") == "later"
    assert during(nobody, ["call `a`"], True, "later") == "while you were at it"


def test_the_main_thread_that_worked_on_two_tasks_explains_the_files_of_both(tmp_path: Path) -> None:
    bound: Event = {"kind": "bound", "task": "T2", "agent": "main", "role": "implementer", "attempt": 1}
    since = Since(["main T1 implementer"], [bound], ["main T2 implementer"])
    assert unexplained(str(tmp_path), state(), ["src/t1.py", "src/t2.py", "src/t3.py"], since, []) == ["src/t3.py"]


def test_a_moved_head_is_told_with_the_commits_that_no_gate_made() -> None:
    found = state()
    before = Memory()
    before.saw(Picture("t", "1" * 40, "refs/heads/work", ""))
    now = Picture("t", "2" * 40, "refs/heads/other", "3" * 40)
    told = moved(found, before, now, [("2" * 40, "Sneaked in")])
    assert told == [
        "HEAD was switched from work to other",
        "HEAD moved from 1111111111 to 2222222222, by 2222222222 (Sneaked in), which no gate made",
        "the stash has other entries than before",
    ]
    found["commits"]["known"] = ["2" * 40]
    now.branch, now.stash = before.branch, before.stash
    assert moved(found, before, now, [("2" * 40, "T1")]) == []
