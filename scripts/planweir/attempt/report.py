"""An implementer's report: the first line says how it ended, the rest is optional lines with known names."""

from __future__ import annotations

import re

OUTCOMES = {
    "DONE": "done",
    "DONE_WITH_CONCERNS": "done_with_concerns",
    "NEEDS_CONTEXT": "needs_context",
    "BLOCKED": "blocked",
}
SHAPE = "the first line of the report is exactly one of DONE, DONE_WITH_CONCERNS, NEEDS_CONTEXT, BLOCKED"
PARTS = ("changed", "checks", "concerns", "question", "blocker", "for the plan", "for later tasks")
LONGEST_PART = 4_000  # characters

_HEAD = re.compile(
    r"^[\s#>*_`]*(?:(?:Status|Outcome|Result|STATUS)[*_`]*\s*:[\s*_`]*)?(DONE_WITH_CONCERNS|NEEDS_CONTEXT|BLOCKED|DONE)\b[*_`.]*\s*(?:[:\u2014\u2013-].*)?$",
)
_PART = re.compile(r"^[\s#>*_`-]*(" + "|".join(PARTS) + r")[*_`]*\s*:[*_`]*\s*(.*)$", re.IGNORECASE)


def read_report(message: str) -> dict[str, object] | None:
    """The report in an agent's last message: `outcome`, and its named parts as text. None if the first line says nothing."""
    lines = message.strip().splitlines()
    if not lines:
        return None
    head = _HEAD.match(lines[0])
    if head is None:
        return None
    report: dict[str, object] = {"outcome": OUTCOMES[head[1]]}
    part, held = "", list[str]()
    for line in [*lines[1:], ""]:
        match = _PART.match(line)
        if match is not None:
            _keep(report, part, held)
            part, held = match[1].lower(), [match[2]]
        else:
            held.append(line)
    _keep(report, part, held)
    return report


def _keep(report: dict[str, object], part: str, lines: list[str]) -> None:
    words = "\n".join(lines).strip()
    if part and words and words.lower() not in ("none", "-", "none."):
        report[part] = words[:LONGEST_PART]
