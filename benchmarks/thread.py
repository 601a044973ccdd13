"""What the main thread's requests bring that is new, by whose words it is: counted alike for every executor.

The new bytes of a request are the JSON of the messages that the request before it did not hold, as in `main_thread.py`. A run has three
parts: `once`, all requests up to the one that is answered with the first agent or script; `work`, from there to the last
task's approval; `end`, what an executor does after it (Planweir's last gate belongs to the work of its wave).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from planweir.play.client.asked import Message, Request, fresh

OWNERS = ("host", "executor", "model", "agents")
HOST, EXECUTOR, MODEL, AGENTS = OWNERS
PARTS = ("once", "work", "end")
STARTS = ("Agent", "Workflow")

# The host puts what hooks say into one text with its own words; ours hold no empty line.
_HOOKS = re.compile(
    r"(?:(?:SessionStart|UserPromptExpansion|UserPromptSubmit|PostToolUse(?::\w+)?) hook additional context|Stop hook (?:blocking error|feedback))"
    r"(?:[^\n]|\n(?!\n))*"
)
_RESULT = re.compile(r"<result>([\s\S]*?)</result>")


@dataclass(frozen=True)
class Piece:
    """So many bytes of one kind in the request `request`."""

    request: int
    owner: str
    what: str
    size: int


@dataclass(frozen=True)
class Lived:
    """The main thread of one whole run: its requests in order, which of them is the first of the end (their number where none is), how
    many tasks and waves, the last messages of agents, how long it took, how many agents there were, and texts that stand in it because
    of where the project lies."""

    requests: list[Request]
    end: int
    tasks: int
    waves: int
    told: list[str]
    seconds: float
    agents: int
    paths: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    requests: int
    sizes: Counter[tuple[str, str]]

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())

    def owned(self, owner: str) -> int:
        return sum(size for (whose, _), size in self.sizes.items() if whose == owner)


def pieces(lived: Lived) -> list[Piece]:
    calls: dict[str, dict[str, Any]] = {}
    return [
        Piece(number, owner, what, size)
        for number, messages in enumerate(fresh(lived.requests))
        for (owner, what), size in _weigh(messages, calls, lived.told).items()
    ]


def parts(lived: Lived) -> dict[str, Part]:
    first = first_start(lived.requests)
    counted = {name: Counter[tuple[str, str]]() for name in PARTS}
    for piece in pieces(lived):
        counted[_part(piece.request, first, lived.end)][piece.owner, piece.what] += piece.size
    numbers = Counter(_part(number, first, lived.end) for number in range(len(lived.requests)))
    return {name: Part(numbers[name], counted[name]) for name in PARTS}


def first_start(requests: Sequence[Request]) -> int:
    """The request that is answered with the first agent or script."""
    for number, request in enumerate(requests):
        if any(block.get("name") in STARTS for block in request.answer):
            return number
    raise ValueError("the main thread never started anybody")


def of_paths(lived: Lived) -> tuple[int, int]:
    """How often a path of the person's folders stands in what is new of the work, and how many bytes these paths take."""
    first = first_start(lived.requests)
    texts = [
        json.dumps(message["content"], ensure_ascii=False)
        for number, messages in enumerate(fresh(lived.requests))
        if _part(number, first, lived.end) == "work"
        for message in messages
    ]
    found = [(text.count(path), len(path)) for text in texts for path in lived.paths]
    return sum(times for times, _ in found), sum(times * length for times, length in found)


def _part(number: int, first: int, end: int) -> str:
    return PARTS[0] if number <= first else PARTS[1] if number < end else PARTS[2]


# --- whose words ------------------------------------------------------------------------------------------------


def _weigh(messages: list[Message], calls: dict[str, dict[str, Any]], told: list[str]) -> Counter[tuple[str, str]]:
    """Bytes by owner and kind. `calls` maps ids to calls, and is filled."""
    sizes: Counter[tuple[str, str]] = Counter()
    for message in messages:
        for block in message["content"]:
            whole = size(block)
            if block["type"] == "tool_use":
                calls[block["id"]] = block
                sizes[MODEL, f"calls of {block['name']}"] += whole
            elif block["type"] == "tool_result":
                _result(sizes, block, whole, calls[block["tool_use_id"]], told)
            elif message["role"] == "assistant":
                sizes[MODEL, "text"] += whole
            else:
                _words(sizes, str(block.get("text", "")), whole, told)
    return sizes


def _result(sizes: Counter[tuple[str, str]], block: dict[str, Any], whole: int, call: dict[str, Any], told: list[str]) -> None:
    """A tool's result: what was said, and what the host has put around it."""
    content, tool = block.get("content", ""), str(call["name"])
    said = content if isinstance(content, str) else "\n".join(piece.get("text", "") for piece in content)
    if tool in STARTS or tool == "SendMessage":
        own = _agents_words(said, told)
        sizes[AGENTS, "last messages"] += own
    else:
        own = size(said)
        gate = tool == "Bash" and "gate" in str(call["input"].get("command"))
        sizes[EXECUTOR, "answers of the gate" if gate else f"answers of {tool}"] += own
    sizes[HOST, f"around results of {tool}"] += whole - own


def _words(sizes: Counter[tuple[str, str]], text: str, whole: int, told: list[str]) -> None:
    """A text that is neither a result nor the main thread's own: hooks, a skill, a notification, reminders."""
    if "Base directory for this skill" in text:
        sizes[EXECUTOR, "the skill"] += whole
        return
    notified = "<task-notification>" in text
    agents = _agents_words(text, told) if notified else 0
    returned = sum(size(found) - 2 for found in _RESULT.findall(text)) if notified and not agents else 0
    hooks = sum(size(said) - 2 for said in _HOOKS.findall(text))
    sizes[AGENTS, "last messages"] += agents
    sizes[EXECUTOR, "what scripts return"] += returned
    sizes[EXECUTOR, "words of hooks"] += hooks
    sizes[HOST, "notifications" if notified else "reminders"] += whole - agents - returned - hooks


def _agents_words(text: str, told: list[str]) -> int:
    """The bytes of agents' last messages in a text, where the host indents each line; an equal message of several agents counts as
    often as it is there."""
    found = {words: text.count(words.replace("\n", "\n  ")) or text.count(words) for words in told}
    return sum((size(words) - 2) * times for words, times in found.items())


def size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
