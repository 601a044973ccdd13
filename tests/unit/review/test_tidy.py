"""What is certain is read; what is not is sent back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.review.shape import problems
from planweir.review.tidy import tidy

ROLE = "task-reviewer"


@pytest.mark.parametrize(
    "review",
    [
        {"scores": {"it works": "pass", "scope": "PASS"}},
        {"scores": [{"name": "it works", "result": "Pass"}], "verdict": "PASSED"},
        {"scores": [{"criterion": "it works", "score": "PASS"}], "findings": None, "verdict": "approved"},
        {
            "scores": {"it works": {"score": "FAIL", "reason": "it does not"}},
            "findings": [{"severity": "Major", "file": "src/a.py", "message": "returns nothing"}],
        },
    ],
)
def test_near_words_are_read(review: dict[str, object]) -> None:
    assert problems(tidy(review, "T1", ROLE), "T1", ROLE) == []


@pytest.mark.parametrize(
    "review",
    [
        {"scores": {"it works": "probably"}},
        {"scores": []},
        {"scores": {"it works": "FAIL"}, "verdict": "pass"},
        {"task": "T2", "scores": {"it works": "PASS"}},
        {"role": "code-reviewer", "scores": {"it works": "PASS"}},
        {"verdict": "pass"},
    ],
)
def test_what_is_uncertain_or_contradicts_itself_is_sent_back(review: dict[str, object]) -> None:
    assert problems(tidy(review, "T1", ROLE), "T1", ROLE)


@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_no_value_is_too_odd(value: object) -> None:
    json.dumps(problems(tidy(value, "T1", ROLE), "T1", ROLE))
