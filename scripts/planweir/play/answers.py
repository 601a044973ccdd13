"""What `task-planner next --json` printed, for who follows it. Each function raises Disagreement."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from planweir.play.recording import NEXT_COMMAND, Json
from planweir.play.seen import Disagreement

Row: TypeAlias = "tuple[str, dict[str, Json]]"  # tool and input of a call to make

_TASK = re.compile(r"\*\*Task ID:\*\* (\S+)")


def read(text: str) -> dict[str, Json]:
    try:
        value: Json = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Disagreement(f"follow: `{NEXT_COMMAND}` printed no JSON object: {text[:300]!r}")
    return value


def calls(step: Mapping[str, Json]) -> list[Row]:
    """The calls to make now."""
    printed = step.get("calls")
    found: list[Row] = []
    for call in printed if isinstance(printed, list) else []:
        given = call.get("input") if isinstance(call, dict) else None
        if not isinstance(call, dict) or not isinstance(given, dict):
            raise Disagreement(f"follow: next printed a call of another shape: {call!r}")
        found.append((str(call.get("tool")), given))
    return found


def chosen(offered: Sequence[Row], left: Collection[str], said: str) -> list[Row]:
    """Where `next` leaves a choice, the recording has made it: the first call for whose task it has an implementer left."""
    for tool, given in offered:
        task = _TASK.search(str(given.get("prompt", "")))
        if task is not None and task[1] in left:
            return [(tool, given)]
    raise Disagreement(f"follow: the recording has no implementer left for any task that may be chosen: {said}")
