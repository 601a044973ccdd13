"""The schema by which reviewers of a script answer: it asks for the object that is filed in the agent loop, and lets void pass."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.review.test_shape import GOOD, changed

from planweir.review.judge import LIMITS, judge
from planweir.review.schema import is_void, schema, void
from planweir.review.shape import SCORES, SEVERITIES, problems


def takes(review: object, task: str = "T3", role: str = "code-reviewer") -> bool:
    return jsonschema.Draft202012Validator(schema(task, role)).is_valid(review)


@pytest.mark.parametrize("role", LIMITS)
def test_it_is_a_schema_the_same_each_time_and_small(role: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("T3", role))
    assert json.dumps(schema("T3", role)) == json.dumps(schema("T3", role))
    assert len(json.dumps(schema("T3", role))) < 1_000


def test_it_takes_what_is_filed() -> None:
    assert takes(GOOD)
    assert takes({**GOOD, "confidence": "high"})  # more than was asked for does no harm


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("task", "T4"),
        ("role", "task-reviewer"),
        ("scores", ...),
        ("scores.0.score", "OK"),
        ("scores.0.criterion", ...),
        ("findings.0.line", ...),
        ("findings.0.line", -1),
        ("findings.0.path", ...),
        ("findings.0.severity", "blocker"),
        ("verdict", "maybe"),
        ("summary", ...),
    ],
)
def test_it_refuses_what_could_not_be_filed(path: str, value: object) -> None:
    review = changed(path, value)
    assert not takes(review)
    assert problems(review, "T3", "code-reviewer")


TEXT = st.text(min_size=1, max_size=12).filter(str.strip)
REVIEWS = st.fixed_dictionaries(
    {
        "task": st.just("T3"),
        "role": st.just("code-reviewer"),
        "scores": st.lists(st.fixed_dictionaries({"criterion": TEXT, "score": st.sampled_from(SCORES), "why": TEXT}), min_size=1, max_size=4),
        "findings": st.lists(
            st.fixed_dictionaries(
                {"severity": st.sampled_from(SEVERITIES), "path": st.just("src/a.py"), "line": st.one_of(st.none(), st.integers(0, 9)), "what": TEXT}
            ),
            max_size=3,
        ),
        "summary": TEXT,
    }
)


@given(REVIEWS)
def test_each_review_that_can_be_filed_can_be_answered(review: dict[str, object]) -> None:
    whole = {**review, "verdict": judge(review, "code-reviewer")["verdict"]}
    assert problems(whole, "T3", "code-reviewer") == []
    assert takes(whole)


def test_void_can_be_answered_and_is_no_verdict() -> None:
    answer = void("T3", "task-reviewer", "T3 is paused")
    assert takes(answer, "T3", "task-reviewer")
    assert is_void(answer)
    assert not is_void(GOOD)
    assert any("verdict" in row for row in problems(answer, "T3", "task-reviewer"))
