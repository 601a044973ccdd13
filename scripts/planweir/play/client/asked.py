"""What the client asks its model: a request, the part of it that is new, and whose it is."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from planweir.play.recording import MAIN

Message: TypeAlias = "dict[str, Any]"

AGENT_HEADER = "x-claude-code-agent-id"
SESSION_HEADER = "x-claude-code-session-id"
RETRY_HEADER = "x-stainless-retry-count"

# The host puts what hooks say into one text with its own words; ours hold no empty line.
_HOOK_WORDS = re.compile(r"(\w+)(?::\w+)? hook (?:additional context|blocking error|feedback)[^:\n]*: ?((?:[^\n]|\n(?!\n))*)")

# What the host says before the prompt of a script's agent, whose lines it indents then.
_HARNESS = re.compile(r"\[Workflow harness\b.*?task text follows:\n", re.DOTALL)
_INDENT = re.compile(r"^  ", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """One tool result, as the model gets it."""

    tool_use_id: str
    text: str
    is_error: bool


@dataclass
class Request:
    """One request with tools, and what it was answered."""

    actor: str
    agent_id: str | None
    session_id: str
    at: float
    body: dict[str, Any]
    retry: int
    answer: list[dict[str, Any]] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        messages: list[Message] = self.body["messages"]
        return messages

    @property
    def system(self) -> str:
        return text_of(self.body.get("system", ""))

    @property
    def tools(self) -> list[str]:
        return [tool["name"] for tool in self.body.get("tools", [])]


@dataclass(frozen=True)
class Turn:
    """What the model is asked now: everything after its own last message."""

    actor: str
    request: Request
    results: list[Result]
    text: str
    """What a person, or the host in the person's place, says."""
    notes: str
    """What the host says in its own name: notifications, a hook's reason not to stop."""

    @property
    def result(self) -> str:
        """The tool results' texts."""
        return "\n".join(result.text for result in self.results)


def request_of(headers: Mapping[str, str], body: dict[str, Any], at: float) -> Request:
    """The request, as the main thread's until somebody knows better. Header names are in lower case."""
    return Request(
        actor=MAIN,
        agent_id=headers.get(AGENT_HEADER),
        session_id=headers.get(SESSION_HEADER, ""),
        at=at,
        body=body,
        retry=int(headers.get(RETRY_HEADER) or 0),
    )


def turn_of(request: Request) -> Turn:
    messages = request.messages
    last = max((n for n, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    results, texts, notes = [], [], []
    for message in messages[last + 1 :]:
        if message["role"] == "system":
            notes += _texts(message)
            continue
        texts += _texts(message)
        if isinstance(message["content"], list):
            results += [
                Result(block["tool_use_id"], text_of(block.get("content", "")), bool(block.get("is_error")))
                for block in message["content"]
                if block.get("type") == "tool_result"
            ]
    return Turn(request.actor, request, results, "\n".join(texts), "\n".join(notes))


def key_of(turn: Turn) -> str:
    """Equal for a request that is tried again, though the client words reminders or thinking otherwise then."""
    said = sum(1 for message in turn.request.messages if message["role"] == "assistant")
    texts = re.sub(r"<system-reminder>.*?</system-reminder>", "", turn.text, flags=re.DOTALL).strip()
    told = json.dumps([said, [result.tool_use_id for result in turn.results], texts])
    return hashlib.sha256(told.encode()).hexdigest()


def hook_words(event: str, text: str) -> list[str]:
    """What hooks on this event say in a text that the host wrote."""
    return [found[2].strip() for found in _HOOK_WORDS.finditer(text) if found[1] == event]


def plain_messages(messages: Sequence[Message]) -> list[Message]:
    """Messages without what the client varies from request to request: cache marks, the form of a lone text."""
    out = []
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else copy.deepcopy(content)
        for block in blocks:
            block.pop("cache_control", None)
            inner = block.get("content")
            if isinstance(inner, list):
                for part in inner:
                    if isinstance(part, dict):
                        part.pop("cache_control", None)
        out.append({"role": message["role"], "content": blocks})
    return out


def first_prompt(messages: Sequence[Message]) -> str:
    """What the conversation was started with, without the host's reminders and its words around a script's prompt."""
    for message in messages:
        if message["role"] == "user":
            texts = [text for text in _texts(message) if not text.startswith("<system-reminder>")]
            if texts:
                return _unframed("\n".join(texts)).strip()
    return ""


def _unframed(text: str) -> str:
    framed = _HARNESS.match(text.lstrip())
    return _INDENT.sub("", text.lstrip()[framed.end() :]) if framed else text


def fresh(requests: Sequence[Request]) -> list[list[Message]]:
    """Per request of one conversation the messages that the one before did not hold."""
    known: list[Message] = []
    found = []
    for request in requests:
        messages = plain_messages(request.messages)
        same = 0
        while same < min(len(known), len(messages)) and known[same] == messages[same]:
            same += 1
        found.append(messages[same:])
        known = messages
    return found


def new_bytes(requests: Sequence[Request]) -> list[int]:
    """Per request of one conversation: the bytes of messages that the request before did not hold."""
    return [
        sum(len(json.dumps(message["content"], ensure_ascii=False).encode()) for message in messages)
        for messages in fresh(requests)
    ]


def text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))


def _texts(message: Message) -> list[str]:
    content = message["content"]
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block.get("type") == "text"]
