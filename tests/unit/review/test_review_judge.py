from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.review.judge import from_message, judge


def scored(*scores: str, findings: tuple[str, ...] = (), verdict: str = "pass") -> dict[str, object]:
    return {
        "scores": [
            {"criterion": f"c{n}", "score": score, "why": "because"} for n, score in enumerate(scores)
        ],
        "findings": [{"severity": severity, "path": "a.py", "line": 1, "what": "x"} for severity in findings],
        "verdict": verdict,
    }


@pytest.mark.parametrize(
    ("role", "scores", "findings", "expected"),
    [
        ("task-reviewer", ["PASS"], [], "pass"),
        ("task-reviewer", ["PASS", "WEAK"], [], "pass"),
        ("task-reviewer", ["WEAK", "WEAK"], [], "fail"),
        ("task-reviewer", ["PASS", "FAIL"], [], "fail"),
        ("task-reviewer", ["PASS"], ["critical"], "pass"),
        ("code-reviewer", ["PASS", "WEAK", "WEAK"], ["major", "minor"], "pass"),
        ("code-reviewer", ["WEAK", "WEAK", "WEAK"], [], "fail"),
        ("code-reviewer", ["FAIL"], [], "fail"),
        ("code-reviewer", ["PASS"], ["critical"], "fail"),
    ],
)
def test_the_verdict_is_computed_from_scores_and_findings(
    role: str, scores: list[str], findings: list[str], expected: str
) -> None:
    assert judge(scored(*scores, findings=tuple(findings)), role)["verdict"] == expected


def test_what_a_review_says_of_itself_decides_nothing() -> None:
    assert judge(scored("FAIL", verdict="pass"), "task-reviewer")["verdict"] == "fail"


def test_why_names_what_failed() -> None:
    told = judge(scored("PASS", "FAIL", findings=("critical",)), "code-reviewer")["why"]
    assert "1 FAIL (c1)" in told
    assert "critical" in told


@pytest.mark.parametrize(
    "obj",
    [
        None,
        [],
        "pass",
        {},
        {"scores": []},
        {"scores": "PASS"},
        {"scores": ["PASS"]},
        {"scores": [{"score": "PASS"}, 1]},
        {"scores": [{"score": "pass"}]},
    ],
)
def test_what_is_no_review_fails(obj: object) -> None:
    assert judge(obj, "task-reviewer")["verdict"] == "fail"


def test_an_unknown_role_fails() -> None:
    assert judge(scored("PASS"), "implementer")["verdict"] == "fail"


class TestFromMessage:
    REVIEW = json.dumps(scored("PASS"), indent=1)

    @pytest.mark.parametrize(
        "fence",
        ["```json\n{}\n```", "```\n{}\n```", "~~~json\n{}\n~~~", "  ```json\n{}\n  ```", "````\n{}\n````"],
    )
    def test_the_fenced_block_is_read(self, fence: str) -> None:
        assert from_message("Done.\n\n" + fence.replace("{}", self.REVIEW) + "\nFILED pass") == json.loads(
            self.REVIEW
        )

    def test_the_last_block_with_scores_counts(self) -> None:
        other = json.dumps(scored("FAIL"))
        text = f'```json\n{self.REVIEW}\n```\nthen\n```json\n{other}\n```\n```json\n{{"a": 1}}\n```'
        assert from_message(text) == json.loads(other)

    @pytest.mark.parametrize(
        "text", ["", "FILED pass", '{"scores": []}', "```json\nnot json\n```", "```json\n[]\n```"]
    )
    def test_without_one_there_is_none(self, text: str) -> None:
        assert from_message(text) is None

    @given(st.text())
    def test_any_message_is_borne(self, text: str) -> None:
        from_message(text)
        from_message(f"```json\n{text}\n```")
