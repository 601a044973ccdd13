from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.review.judge import judge
from planweir.review.shape import problems

GOOD: dict[str, Any] = {
    "task": "T3",
    "role": "code-reviewer",
    "scores": [
        {"criterion": "Readable", "score": "PASS"},
        {"criterion": "Tested", "score": "WEAK", "why": "no test of the empty case"},
    ],
    "findings": [
        {"severity": "minor", "path": "src/a.py", "line": 12, "what": "a name that says nothing"},
        {"severity": "major", "path": "tests/test_a.py", "line": None, "what": "is missing"},
    ],
    "verdict": "pass",
    "summary": "Fine but for one test.",
}


def changed(path: str, value: object) -> dict[str, Any]:
    """GOOD with one place changed: "scores.0.why". The value ... takes it out."""
    review = deepcopy(GOOD)
    *way, last = path.split(".")
    place: Any = review
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    key: Any = int(last) if last.isdigit() else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return review


def test_a_good_review_has_no_problems() -> None:
    assert problems(GOOD, "T3", "code-reviewer") == []


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("task", "T4", '"T3"'),
        ("task", ..., '"T3"'),
        ("role", "task-reviewer", '"code-reviewer"'),
        ("scores", ..., "scores"),
        ("scores", [], "scores"),
        ("scores.0", "PASS", "Score 1"),
        ("scores.0.criterion", " ", "criterion"),
        ("scores.0.score", "pass", '"PASS"'),
        ("scores.0.score", ..., '"PASS"'),
        ("scores.1.why", ..., "why"),
        ("scores.1.why", "", "why"),
        ("findings", ..., "[]"),
        ("findings.0", 1, "Finding 1"),
        ("findings.0.severity", "blocker", '"critical"'),
        ("findings.0.path", ..., "path"),
        ("findings.0.path", "", "path"),
        ("findings.0.path", "/etc/x", "relative"),
        ("findings.0.path", "../x", "relative"),
        ("findings.0.line", ..., "line"),
        ("findings.0.line", "12", "line"),
        ("findings.0.line", -1, "line"),
        ("findings.0.line", True, "line"),
        ("findings.0.what", ..., "what"),
        ("verdict", "ok", '"pass"'),
        ("verdict", ..., '"pass"'),
        ("summary", ..., "summary"),
    ],
)
def test_each_problem_tells_its_mend(path: str, value: object, words: str) -> None:
    told = problems(changed(path, value), "T3", "code-reviewer")
    assert len(told) == 1, told
    assert words in told[0]


@pytest.mark.parametrize("line", [0, None, 7])
def test_a_line_may_be_0_or_null_for_a_missing_file(line: object) -> None:
    assert problems(changed("findings.0.line", line), "T3", "code-reviewer") == []


def test_all_problems_are_told_at_once() -> None:
    assert len(problems({"task": "T3", "role": "code-reviewer"}, "T3", "code-reviewer")) == 4


def test_a_stated_verdict_that_disagrees_is_sent_back_with_the_reason() -> None:
    told = problems(changed("findings.0.severity", "critical"), "T3", "code-reviewer")
    assert len(told) == 1
    assert 'verdict says "pass"' in told[0]
    assert "1 critical finding" in told[0]
    assert 'Set "verdict" to "fail"' in told[0]
    assert "Set" in problems(changed("verdict", "fail"), "T3", "code-reviewer")[0]


def test_fail_needs_a_why() -> None:
    review = changed("scores.0.score", "FAIL")
    review["verdict"] = "fail"
    assert "FAIL without a why" in problems(review, "T3", "code-reviewer")[0]


def test_only_reviewers_file_reviews() -> None:
    assert "no reviewer" in problems(GOOD, "T3", "implementer")[0]


def test_what_is_no_object_is_one_problem() -> None:
    shapeless: list[object] = [None, [], "text", 3]
    for obj in shapeless:
        assert len(problems(obj, "T3", "code-reviewer")) == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["PASS", "FAIL", "pass", "critical", "T3", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "task",
                    "role",
                    "scores",
                    "score",
                    "criterion",
                    "why",
                    "findings",
                    "severity",
                    "path",
                    "line",
                    "what",
                    "verdict",
                    "summary",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_anything_that_json_can_say_is_borne(obj: object) -> None:
    told = problems(obj, "T3", "task-reviewer")
    assert all(isinstance(line, str) and line for line in told)
    assert judge(obj, "task-reviewer")["verdict"] in ("pass", "fail")
    assert told, "nothing that is put together at random is a review"


@given(
    st.lists(st.sampled_from(["PASS", "WEAK", "FAIL"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["critical", "major", "minor"]), max_size=3),
    st.sampled_from(["task-reviewer", "code-reviewer"]),
)
def test_a_review_with_the_computed_verdict_is_taken_and_with_the_other_is_not(
    scores: list[str], severities: list[str], role: str
) -> None:
    review: dict[str, Any] = {
        "task": "T1",
        "role": role,
        "summary": "s",
        "scores": [{"criterion": "c", "score": score, "why": "w"} for score in scores],
        "findings": [{"severity": severity, "path": "a", "line": 0, "what": "w"} for severity in severities],
    }
    review["verdict"] = judge(review, role)["verdict"]
    assert problems(review, "T1", role) == []
    review["verdict"] = "fail" if review["verdict"] == "pass" else "pass"
    assert len(problems(review, "T1", role)) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("findings", [GOOD["findings"][0]] * 10_000),
        ("findings.0.what", "x" * 3_000_000),
        ("scores.1.why", "y" * 60_000),
        ("findings.0.path", "a/" * 40_000),
    ],
)
def test_a_review_that_nobody_would_read_is_sent_back_in_a_few_words(path: str, value: object) -> None:
    (told,) = problems(changed(path, value), "T3", "code-reviewer")
    assert "more than 60,000 characters" in told
    assert len(told) < 300


def test_a_review_of_many_findings_is_taken() -> None:
    many = [{**GOOD["findings"][0], "what": "a name that says nothing, " * 8}] * 100
    assert problems(changed("findings", many), "T3", "code-reviewer") == []


def test_a_review_that_is_nested_without_end_is_sent_back() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(900):
        inner["a"] = inner = {}
    assert "nested" in problems({**GOOD, "more": deep}, "T3", "code-reviewer")[0]
