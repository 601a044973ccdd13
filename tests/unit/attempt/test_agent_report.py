"""An implementer's report: its first line decides, and says nothing that it does not say exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.attempt.report import LONGEST_PART, OUTCOMES, PARTS, read_report


@pytest.mark.parametrize("word", OUTCOMES)
@pytest.mark.parametrize("form", ["{}", "**{}**", "# {}", "`{}`", "{}.", "  {}  ", "\n\n{}", "> {}", "{}:"])
def test_the_first_line_is_the_outcome_with_or_without_marks(word: str, form: str) -> None:
    report = read_report(form.format(word) + "\nTask: T1\n")
    assert report is not None
    assert report["outcome"] == OUTCOMES[word]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "   \n ",
        "I am DONE",
        "DONE and dusted",
        "Task: T1\nDONE",
        "done",
        "NOT DONE",
        "DONEWITHCONCERNS",
        "DONE_WITH",
        "UNDONE",
        "BLOCKED, but DONE",
        "DONE BLOCKED",
    ],
)
def test_a_first_line_that_is_no_outcome_is_no_report(message: str) -> None:
    assert read_report(message) is None


def test_the_parts_are_read_by_name_in_any_order_and_over_several_lines() -> None:
    report = read_report(
        "DONE_WITH_CONCERNS\nTask: T1\n- **Changed:** src/a.py,\n  src/b.py\nCONCERNS: slow\n\nvery slow\n"
        "For later tasks: none\nChecks: 4 passed\nsays: not a part"
    )
    assert report == {
        "outcome": "done_with_concerns",
        "changed": "src/a.py,\n  src/b.py",
        "concerns": "slow\n\nvery slow",
        "checks": "4 passed\nsays: not a part",
    }


def test_a_part_is_cut_to_a_length() -> None:
    report = read_report("BLOCKED\nBlocker: " + "x" * 10_000)
    assert report is not None
    assert report["blocker"] == "x" * LONGEST_PART


@given(
    st.text()
    | st.sampled_from(sorted(OUTCOMES)).flatmap(lambda word: st.text().map(lambda rest: f"{word}\n{rest}"))
)
def test_any_message_is_read_without_failing_and_says_only_what_is_known(message: str) -> None:
    report = read_report(message)
    if report is not None:
        assert report["outcome"] in OUTCOMES.values()
        assert set(report) <= {"outcome", *PARTS}
        assert all(isinstance(value, str) for value in report.values())
