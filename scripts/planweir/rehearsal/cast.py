"""The agents of a rehearsal: each does nothing, and ends as an agent of its role does when all goes well, or as it was asked to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from planweir.rehearsal.runner import AgentFailed, Call
from planweir.values import sub, text_or, texts

_HEADER = re.compile(r"\*\*Task ID:\*\* (\S+) \| role: (\S+) \| attempt: (\d+)")
TAKES = {"implementer": 3}  # beats; everybody else one
DEEPEST = 12  # of a schema

# What an agent that is asked for an object puts where the schema leaves it the choice.
WORDS = "rehearsed: nothing was looked at"
PASSES = {"verdict": "pass", "score": "PASS", "severity": "minor", "path": "rehearsed", "line": 1}
FAILS = {**PASSES, "verdict": "fail", "score": "FAIL", "severity": "major"}


class Part(NamedTuple):
    """Whose brief a prompt is. `role` is empty where it is nobody's of the plan."""

    task: str
    role: str
    attempt: int


def part(prompt: str) -> Part:
    found = _HEADER.match(prompt)
    return Part(found[1], found[2], int(found[3])) if found else Part("", "", 0)


def takes(call: Call) -> int:
    return TAKES.get(part(call.prompt).role, 1)


class Cast:
    """Answers of a whole plan's agents. `fails`: how many task reviews of a task ask for changes before one passes."""

    def __init__(self, fails: Mapping[str, int]) -> None:
        self._left = dict(fails)

    def answer(self, call: Call) -> object:
        task, role, _attempt = part(call.prompt)
        if not role:
            raise AgentFailed("its prompt is no brief of the plan")
        if call.schema is None:
            return f"DONE\nTask: {task}\nChanged: nothing\nChecks: none; this is a rehearsal"
        asks = role == "task-reviewer" and self._left.get(task, 0) > 0
        if asks:
            self._left[task] -= 1
        return made(call.schema, FAILS if asks else PASSES, {"task": task, "role": role})


def made(schema: Mapping[str, object], wish: Mapping[str, object], known: Mapping[str, str], name: str = "", depth: int = 0) -> object:
    """A value that fits `schema`: what `wish` and `known` have for a key where the schema takes it, else the least that it takes."""
    if depth > DEEPEST:
        return None
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    wanted = known.get(name, wish.get(name))
    if isinstance(choices, list) and choices:
        return wanted if wanted in choices else choices[0]
    for key in ("anyOf", "oneOf"):
        first = schema.get(key)
        if isinstance(first, list) and first and isinstance(first[0], dict):
            return made(first[0], wish, known, name, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        rows = sub(schema, "properties") if "properties" in schema else {}
        wanted_keys = texts(schema, "required") if "required" in schema else []
        return {
            key: made(row, wish, known, key, depth + 1)
            for key, row in rows.items()
            if isinstance(row, dict) and (key in wanted_keys or key in ("scores", "findings"))
        }
    if kind == "array":
        row = schema.get("items")
        least = schema.get("minItems")
        some = name == "scores" or (name == "findings" and wish is FAILS)
        count = max(least if isinstance(least, int) else 0, 1 if some else 0)
        return [made(row if isinstance(row, dict) else {}, wish, known, name, depth + 1) for _ in range(count)]
    if kind in ("integer", "number"):
        least = schema.get("minimum", 0)
        return wanted if isinstance(wanted, int) else least
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return wanted if isinstance(wanted, str) else WORDS


def verdict(answer: object) -> str:
    """What a reviewer's object says; empty for anything else."""
    return text_or(answer, "verdict") if isinstance(answer, dict) else ""
