"""The verdict of a review, computed from its scores and findings; what it says of itself decides nothing."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypedDict

    class Judgement(TypedDict):
        verdict: Literal["pass", "fail"]
        why: str


# role -> (scores of WEAK that still pass, whether a critical finding fails it)
LIMITS: dict[str, tuple[int, bool]] = {
    "task-reviewer": (1, False),
    "code-reviewer": (2, True),
    "plan-reviewer": (1, True),
}


def judge(obj: object, role: str) -> Judgement:
    """Pass or fail, and why in one line. Never raises: what is no review, has no scores or no known role,
    fails."""
    if role not in LIMITS:
        return {"verdict": "fail", "why": f"no reviewer has the role {role!r}"}
    review = obj if isinstance(obj, dict) else {}
    scores = [item for item in _list(review.get("scores")) if isinstance(item, dict)]
    if not scores or len(scores) != len(_list(review.get("scores"))):
        return {"verdict": "fail", "why": "nothing was scored" if not scores else "a score is not readable"}
    allowed, critical_fails = LIMITS[role]
    values = [item.get("score") for item in scores]
    failed = [str(item.get("criterion")) for item in scores if item.get("score") not in ("PASS", "WEAK")]
    weak = [str(item.get("criterion")) for item in scores if item.get("score") == "WEAK"]
    findings = [item for item in _list(review.get("findings")) if isinstance(item, dict)]
    critical = [item for item in findings if item.get("severity") == "critical"]
    reasons = []
    if failed:
        reasons.append(f"{len(failed)} FAIL ({_some(failed)})")
    if len(weak) > allowed:
        reasons.append(f"{len(weak)} WEAK, at most {allowed} allowed ({_some(weak)})")
    if critical_fails and critical:
        reasons.append(
            f"{len(critical)} critical finding{'s' if len(critical) > 1 else ''}"
            f" ({_some([str(item.get('path')) for item in critical])})"
        )
    if reasons:
        return {"verdict": "fail", "why": "; ".join(reasons)}
    return {"verdict": "pass", "why": f"{values.count('PASS')} PASS, {len(weak)} WEAK, no FAIL"}


_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*(?:json|jsonc|JSON)?[ \t]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$",
    re.DOTALL | re.MULTILINE,
)


def from_message(text: str) -> dict[str, object] | None:
    """The review in a message that is one, or in its last fenced JSON block that has scores; None if there is none."""
    found = _bare(text)
    for match in _FENCE.finditer(text.replace("\r\n", "\n")):
        try:
            block = json.loads(match.group(2))
        except (ValueError, RecursionError):
            continue
        if isinstance(block, dict) and "scores" in block:
            found = block
    return found


def _bare(text: str) -> dict[str, object] | None:
    """The review where the whole text is one JSON object."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        block = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return block if isinstance(block, dict) and block.get("scores") else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _some(names: list[str]) -> str:
    return ", ".join(name[:60] for name in names[:3]) + (", …" if len(names) > 3 else "")
