"""The JSON Schema of a review, for agents that answer by it. The same object is filed with `task-planner file`.

It says the shape alone: what contradicts itself, or has no place, is told by `shape`. More keys than these do no harm.
"""

from __future__ import annotations

from planweir.review.shape import SCORES, SEVERITIES, VERDICTS

VOID = "void"  # the answer of a reviewer whose review is not due; a verdict it is not


def schema(task: str, role: str) -> dict[str, object]:
    """The schema of the review of `task` in `role`. Deterministic, and small: it is told to every reviewer."""
    text: dict[str, object] = {"type": "string"}
    score = _object(("criterion", "score"), criterion=text, score={"enum": [*SCORES]}, why=text)
    place: dict[str, object] = {"type": ["integer", "null"], "minimum": 0}
    finding = _object(
        ("severity", "path", "line", "what"), severity={"enum": [*SEVERITIES]}, path=text, line=place, what=text
    )
    return _object(
        ("task", "role", "scores", "findings", "verdict", "summary"),
        task={"const": task},
        role={"const": role},
        scores={"type": "array", "items": score},
        findings={"type": "array", "items": finding},
        verdict={"enum": [*VERDICTS, VOID]},
        summary=text,
    )


def void(task: str, role: str, why: str) -> dict[str, object]:
    """The object of a review that is not due."""
    return {"task": task, "role": role, "scores": [], "findings": [], "verdict": VOID, "summary": why}


def is_void(review: object) -> bool:
    return isinstance(review, dict) and isinstance(review.get("verdict"), str) and review["verdict"].strip().lower() == VOID


def _object(required: tuple[str, ...], **properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [*required]}
