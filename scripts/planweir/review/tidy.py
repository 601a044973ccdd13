"""A review as an agent wrote it, brought into the filed shape where its meaning is certain.

Words are what models vary, so case and near names of a key do not matter; what is missing and known from the binding is
filled in. Nothing is guessed about a score: one that is not PASS, WEAK or FAIL stays as it is and is sent back.
"""

from __future__ import annotations

from planweir.review.judge import judge
from planweir.review.shape import SCORES

# other names of a key -> its own
_SCORE_KEYS = {"name": "criterion", "reason": "why", "note": "why", "comment": "why", "evidence": "why", "result": "score"}
_FINDING_KEYS = {
    "file": "path",
    "message": "what",
    "description": "what",
    "issue": "what",
    "text": "what",
    "problem": "what",
    "title": "what",
    "level": "severity",
}
_VERDICTS = {"pass": "pass", "passed": "pass", "approved": "pass", "fail": "fail", "failed": "fail", "rejected": "fail"}


def tidy(obj: object, task: str, role: str) -> object:
    """`obj` in the filed shape as far as that is certain; what is no object is given back as it is."""
    if not isinstance(obj, dict):
        return obj
    review: dict[str, object] = {"task": task, "role": role, "summary": "(none given)", **obj}
    scores = review.get("scores")
    if isinstance(scores, dict):
        scores = [
            {"criterion": str(name), **(value if isinstance(value, dict) else {"score": value})}
            for name, value in scores.items()
        ]
    if isinstance(scores, list):
        review["scores"] = [_score(row) for row in scores]
    findings = review.get("findings")
    review["findings"] = [_finding(row) for row in findings] if isinstance(findings, list) else findings or []
    stated = review.get("verdict")
    if stated is None:
        review["verdict"] = judge(review, role)["verdict"]
    elif isinstance(stated, str):
        review["verdict"] = _VERDICTS.get(stated.strip().lower(), stated)
    return review


def _named(row: dict[str, object], names: dict[str, str]) -> dict[str, object]:
    known = {key: value for key, value in row.items() if key not in names}
    for key, value in row.items():
        if key in names and names[key] not in known:
            known[names[key]] = value
    return known


def _score(row: object) -> object:
    if not isinstance(row, dict):
        return row
    named = _named(row, _SCORE_KEYS)
    score = named.get("score")
    if isinstance(score, str) and score.strip().upper() in SCORES:
        named["score"] = score.strip().upper()
    return named


def _finding(row: object) -> object:
    if not isinstance(row, dict):
        return row
    named = _named(row, _FINDING_KEYS)
    severity = named.get("severity")
    if isinstance(severity, str):
        named["severity"] = severity.strip().lower()
    named.setdefault("line", 0)
    return named
