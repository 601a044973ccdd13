"""The shape of a review as it is filed: what is wrong with one, and how each thing is mended."""

from __future__ import annotations

from planweir.review.judge import LIMITS, judge
from planweir.review.placed import misplaced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.review.placed import Package

SCORES = ("PASS", "WEAK", "FAIL")
SEVERITIES = ("critical", "major", "minor")
VERDICTS = ("pass", "fail")
# What a review holds in all: it is kept in the journal and read by the next implementer. Deeper than its shape nothing is looked at.
LONGEST = 60_000  # characters
DEEPEST = 12
# role -> the criteria that its scores are for, where they do not follow from the task
CRITERIA: dict[str, tuple[str, ...]] = {"plan-reviewer": ("covers", "fit", "risk")}


def problems(obj: object, task: str, role: str, package: Callable[[], Package | None] | None = None) -> list[str]:
    """Everything that keeps this review from being filed for this task in this role, each with its mend;
    empty: it is well formed and says of itself what its scores say. Never raises.

    `package`: tells what the review is about; asked only where there are findings to place. None, or without one: any path."""
    if not isinstance(obj, dict):
        return [
            "The review is not a JSON object. File one object with task, role, scores, findings, "
            "verdict, summary."
        ]
    found = _size_problems(obj)
    if found:
        return found
    if obj.get("task") != task:
        found.append(f'task is {_told(obj.get("task"))}. Set "task" to "{task}", the task you were given.')
    if role not in LIMITS:
        found.append(f"{role!r} is no reviewer's role. Only {_or(LIMITS)} may file a review.")
    elif obj.get("role") != role:
        found.append(f'role is {_told(obj.get("role"))}. Set "role" to "{role}", the role you were given.')
    found += _score_problems(obj.get("scores")) or _criteria_problems(obj.get("scores"), role)
    findings = obj.get("findings")
    unreadable = _finding_problems(findings)
    found += unreadable
    if package is not None and findings and not unreadable:
        about = package()
        found += [] if about is None else misplaced(findings, about)
    if not _is_text(obj.get("summary")):
        found.append('summary is missing. Set "summary" to one sentence.')
    stated = obj.get("verdict")
    if stated not in VERDICTS:
        found.append(f'verdict is {_told(stated)}. Set "verdict" to {_or(VERDICTS)}.')
    if not found:
        # Only a review that can be read can be held against its verdict.
        computed = judge(obj, role)
        if stated != computed["verdict"]:
            found.append(
                f'verdict says "{stated}", its scores and findings say "{computed["verdict"]}": '
                f"{computed['why']}. "
                f'Set "verdict" to "{computed["verdict"]}", or correct the score that is wrong.'
            )
        elif (
            stated == "fail"
            and not obj["findings"]
            and not any(_is_text(item.get("why")) for item in obj["scores"])
        ):
            found.append(
                "The review fails without a finding or a why. Say what has to change: nobody can act "
                "on it now."
            )
    return found


def _size_problems(review: object) -> list[str]:
    """What keeps a review from being looked at at all: it could not be kept, or nobody would read it."""
    letters = 0
    level: list[object] = [review]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
            else:
                letters += len(value) if isinstance(value, str) else 4
        level = inner
        if letters + len(level) > LONGEST:
            return [
                f"The review holds more than {LONGEST:,} characters. Give the findings that matter most, each in a sentence or two, "
                "and one score for each criterion."
            ]
    return [f"The review is nested more than {DEEPEST} deep. Give plain scores and findings."] if level else []


def _score_problems(scores: object) -> list[str]:
    if not isinstance(scores, list) or not scores:
        return [
            'scores is missing or empty. Give one {"criterion", "score", "why"} for each criterion '
            "of the task."
        ]
    found: list[str] = []
    for number, item in enumerate(scores, 1):
        if not isinstance(item, dict):
            found.append(
                f'Score {number} is not an object. Write {{"criterion": ..., "score": ..., "why": ...}}.'
            )
            continue
        if not _is_text(item.get("criterion")):
            found.append(f'Score {number} names no criterion. Set "criterion" to the criterion it is for.')
        score = item.get("score")
        if score not in SCORES:
            found.append(f'Score {number} is {_told(score)}. Set "score" to {_or(SCORES)}.')
        elif score != "PASS" and not _is_text(item.get("why")):
            found.append(
                f'Score {number} is {score} without a why. Set "why" to what is missing or wrong, in '
                "one sentence."
            )
    return found


def _criteria_problems(scores: object, role: str) -> list[str]:
    """What keeps scores that can be read from being those that the role gives."""
    wanted = CRITERIA.get(role)
    if wanted is None or not isinstance(scores, list):
        return []
    given = [str(item.get("criterion")).strip().lower() for item in scores if isinstance(item, dict)]
    if sorted(given) == sorted(wanted):
        return []
    return [f"scores are for {', '.join(given)}. Give exactly one each for {', '.join(wanted)}."]


def _finding_problems(findings: object) -> list[str]:
    if not isinstance(findings, list):
        return ['findings is missing. Set "findings" to a list, [] if there are none.']
    found: list[str] = []
    for number, item in enumerate(findings, 1):
        if not isinstance(item, dict):
            found.append(f'Finding {number} is not an object. Write {{"severity", "path", "line", "what"}}.')
            continue
        if item.get("severity") not in SEVERITIES:
            found.append(
                f"Finding {number}: severity is {_told(item.get('severity'))}. Set it to {_or(SEVERITIES)}."
            )
        path = item.get("path")
        if not isinstance(path, str) or not path.strip():
            found.append(f"Finding {number} has no path. Name the file it is about, relative to the project.")
        elif path.startswith("/") or ".." in path.split("/"):
            found.append(
                f"Finding {number}: {path!r} is not a path in the project. Write it relative to the "
                "project's root."
            )
        line = item.get("line", "absent")
        if line is not None and (not isinstance(line, int) or isinstance(line, bool) or line < 0):
            found.append(f"Finding {number} has no line. Give the line's number; 0 where a file is missing.")
        if not _is_text(item.get("what")):
            found.append(
                f'Finding {number} says nothing. Set "what" to what is wrong and what would mend it.'
            )
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _told(value: object) -> str:
    return "missing" if value is None else repr(value)[:60]


def _or(names: object) -> str:
    words = [f'"{name}"' for name in names] if isinstance(names, (tuple, dict)) else []
    return ", ".join(words[:-1]) + f" or {words[-1]}"
