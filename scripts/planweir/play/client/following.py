"""A main thread that does what `task-planner next` says: it asks, makes the calls that are printed, and asks again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from planweir.play.client.asked import Turn
from planweir.play.client.cast import Actor, Follow
from planweir.play.recording import NEXT_COMMAND

NOTIFICATION = "<task-notification>"
LAUNCHED = ("Async agent launched", "Workflow launched in background")
ROUNDS = 150
SAME_ANSWERS = 6

_TASK = re.compile(r"\*\*Task ID:\*\* (\S+)")


@dataclass(frozen=True)
class Made:
    """What the main thread does now: calls, or else its last words of the turn; `problem` where next leads nowhere."""

    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    say: str = ""
    asks: bool = False
    heard: str = ""
    """what `next` has just said, where this follows from it"""
    problem: str = ""


def followed(actor: Actor, follow: Follow, turn: Turn, left: Callable[[], set[str]]) -> Made | None:
    """The next thing to do; None where the script goes on instead. `left` has the tasks that have an implementer left."""
    asked = next((result for result in turn.results if result.tool_use_id == follow.asked), None)
    if asked is None:
        more_steps = actor.position + 1 < len(actor.steps)
        if follow.waiting and more_steps and not _woken(turn):
            return None
        launched = [result for result in turn.results if any(words in result.text for words in LAUNCHED)]
        if turn.results and len(launched) == len(turn.results):
            follow.waiting = True
            return Made(say="The agents are at work.")
        follow.waiting = False
        follow.rounds += 1
        call = ("Bash", {"command": NEXT_COMMAND, "description": "Next step of the plan"})
        return Made((call,), asks=True)
    step = _json_in(asked.text)
    if asked.is_error or step is None:
        return Made(
            say="Giving up: next gave no answer.", problem=f"follow: no answer from next: {asked.text[:300]!r}"
        )
    follow.same = follow.same + 1 if asked.text == follow.last else 0
    follow.last = asked.text
    if follow.same >= SAME_ANSWERS or follow.rounds >= ROUNDS:
        return Made(
            say="Giving up: next repeats itself.",
            problem=f"follow: next goes round in circles: {asked.text[:300]!r}",
        )
    kind, calls = step.get("step"), step.get("calls") or []
    said = str(step.get("say") or kind)
    if kind in ("person", "done") or not calls:
        follow.waiting = True
        return Made(say=said, heard=said)
    if kind == "choose":
        calls = _choice(calls, left())
    return Made(tuple((call["tool"], call["input"]) for call in calls), heard=said)


def _choice(calls: Sequence[dict[str, Any]], left: set[str]) -> list[dict[str, Any]]:
    """Where `next` leaves a choice, the script has made it: the first call for whose task it has an implementer left."""
    for call in calls:
        named = _TASK.search(str(call["input"].get("prompt", "")))
        if named is not None and named[1] in left:
            return [call]
    return list(calls[:1])


def _woken(turn: Turn) -> bool:
    told = turn.text + turn.notes
    return NOTIFICATION in told or "Stop hook " in told


def _json_in(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
