"""The end of a demonstration: what was stopped and by what, what the person comes back to, what to do next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planweir.play.story import Stopped

# by -> what it is, where it is no rule's name
KINDS = {
    "no tool": "refused by the client: no such tool",
    "evidence": "held: no evidence",
    "review": "held: no review",
    "stop": "held: the plan is open",
    "tests": "tests that failed",
    "task-reviewer": "rejected by its reviewer",
    "code-reviewer": "rejected by its code reviewer",
    "gate": "a failed gate",
    "void review": "a review made void",
    "lost attempt": "an attempt lost",
}


@dataclass(frozen=True)
class Row:
    """`by` stopped something `times`; `what` has who and what, one line each."""

    by: str
    times: int
    what: tuple[str, ...]


@dataclass(frozen=True)
class Closing:
    stopped: tuple[Row, ...]
    log: tuple[str, ...]
    trailers: str
    counts: str


def rows(stopped: Iterable[Stopped]) -> tuple[Row, ...]:
    """By what stopped it: first the rules that denied a call, then the rest, each in the order of its first time."""
    found: dict[str, list[str]] = {}
    for one in stopped:
        found.setdefault(one.by, []).append(f"{one.who}: {one.what}")
    made = [
        Row(KINDS.get(by, f"denied [{by}]"), len(what), tuple(dict.fromkeys(what))) for by, what in found.items()
    ]
    return tuple(sorted(made, key=lambda row: not row.by.startswith("denied")))


def counted(counts: Mapping[str, int], commits: int) -> str:
    words = {
        "started": "agent", "denied": "denied call", "held": "held end", "rejected": "failed review",
        "cut": "lost session", "failed gate": "failed gate", "passed gate": "passed gate",
    }  # fmt: skip
    parts = [_many(counts[key], what) for key, what in words.items() if counts.get(key)]
    return f"Seen, all as recorded: {', '.join([*parts, _many(commits, 'commit')])}."


def closing(stopped: Iterable[Stopped], counts: Counter[str], log: str, trailers: str) -> Closing:
    """`log` is `git log --oneline`, newest first and with the commit before the plan; `trailers` those of one commit."""
    lines = log.splitlines()
    return Closing(rows(stopped), tuple(lines), trailers.strip(), counted(counts, max(0, len(lines) - 1)))


def yours(plugin: str) -> list[str]:
    """How a person goes on from here with a plan of their own."""
    return [
        f"/plugin marketplace add {plugin}      (in Claude Code, once)",
        "/plugin install planweir@planweir",
        "/task-planner \"what you want built\"      (or write the plan yourself: docs/plan-format.md)",
        "/implement-plan docs/plans/yours.md",
    ]


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
