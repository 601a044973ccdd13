"""What two journals tell of the same plan, whatever carried it out: for the plans that are played in both engines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Event: TypeAlias = Mapping[str, Any]
Row: TypeAlias = "tuple[str, dict[str, Any]]"

PLAN = "the plan"

# The engine's own events, and looks at the tree: what they find between two calls rests on when they looked.
LEFT_OUT = ("engine_set", "workflow_allowed", "workflow_started", "workflow_ended", "cost", "unexplained", "settled", "kept", "note")

# What is told of an event beside its kind. Ids, times, processes, places and sums differ from run to run.
TOLD = ("role", "attempt", "wave", "outcome", "files_changed", "paths", "why", "question", "by")


def tale(events: Iterable[Event]) -> dict[str, list[Row]]:
    """What happened to each task, in order, and to the plan."""
    found: dict[str, list[Row]] = {}
    of: dict[str, str] = {}
    for row in events:
        if row["kind"] in LEFT_OUT:
            continue
        if "agent" in row and "task" in row:
            of[str(row["agent"])] = str(row["task"])
        task = str(row.get("task") or of.get(str(row.get("agent")), PLAN))
        found.setdefault(task, []).append((str(row["kind"]), told(row)))
    return found


def told(row: Event) -> dict[str, Any]:
    """What must be the same of it in another run."""
    kept = {key: _plain(row[key]) for key in TOLD if key in row}
    if row["kind"] in ("lost", "reviewer_lost"):
        kept.pop("why", None)  # how it was noticed: by the agent itself, or by the script that it belonged to
    if "evidence" in row:
        kept["evidence"] = (row["evidence"]["ok"], row["evidence"]["reason"])
    if "review" in row:
        kept["review"] = {key: row["review"].get(key) for key in ("verdict", "findings", "scores", "summary")}
    if "checks" in row:
        kept["checks"] = [(check["name"], check["result"]) for check in row["checks"]]
    return kept


def _plain(value: Any) -> Any:
    """`value` without what the run gave it: times that a command took, sums, ids."""
    if not isinstance(value, str):
        return value
    return re.sub(r"\b[0-9a-f]{8,64}\b", "…", re.sub(r"\d+\.\d+ ?s\b", "… s", value))


def differences(one: Iterable[Event], other: Iterable[Event]) -> list[str]:
    """Where the two tell something else, in lines for whoever reads of a failure; empty where they are equal."""
    first, second = tale(one), tale(other)
    rows = []
    for task in dict.fromkeys((*first, *second)):
        rows += [f"{task}: {row}" for row in _apart(first.get(task, []), second.get(task, []))]
    return rows


def _apart(one: Sequence[Row], other: Sequence[Row]) -> list[str]:
    if one == other:
        return []
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return [f"alike for {at} events of {len(one)} and {len(other)}; then\n  {one[at : at + 3]}\n  {other[at : at + 3]}"]
