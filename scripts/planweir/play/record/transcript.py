"""The host's transcript of a session or an agent, as what was said, called and told, in order (Claude Code 2.1.329)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from planweir.play.recording import Json

PERSON, SAID, CALLED, HELD, TOLD = "person", "said", "called", "held", "told"

_HOLD = re.compile(r"^(?:Subagent)?Stop hook feedback", re.MULTILINE)
_COMMAND = re.compile(r"<command-name>/(?:planweir:)?([\w:-]+)</command-name>")
_ARGUMENTS = re.compile(r"<command-args>(.*?)</command-args>", re.DOTALL)
# What the host writes where a person's words would stand.
_HOSTS = re.compile(
    r"\s*(?:<task-notification>|<bash-|<local-command|<system-reminder>|\[Request interrupted|Caveat: |Another agent|"
    r"(?:\d+ b|B)ackground agents? .*stopped by the user)"
)


@dataclass
class Made:
    """One tool call and how it ended. `answer` is None where nothing came back."""

    tool: str
    given: dict[str, Json]
    use: str
    answer: str | None = None
    failed: bool = False


@dataclass
class Message:
    """`kind`: person (typed `text`), said (the model's words without a call), called (`calls`), held (it may not end: `text`
    is why), told (by the host or another agent). `at` is in seconds."""

    kind: str
    at: float
    text: str = ""
    calls: list[Made] = field(default_factory=list)


def read(path: str) -> list[Message]:
    """The transcript at `path`. Lines that are torn or of another shape are passed over. Raises OSError."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return messages(_rows(file))


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Json]]:
    for line in lines:
        try:
            row: Json = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and row.get("type") in ("user", "assistant"):
            yield row


def messages(rows: Iterable[dict[str, Json]]) -> list[Message]:
    found: list[Message] = []
    calls: dict[str, Made] = {}
    last_id: Json = None
    for row in rows:
        message = row.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        at = _seconds(row.get("timestamp"))
        if row["type"] == "assistant" and isinstance(message, dict):
            # The blocks of one message stand in rows of their own.
            same = message.get("id") is not None and message.get("id") == last_id
            last_id = message.get("id")
            _answered(found, calls, content, at, same)
            continue
        blocks = content if isinstance(content, list) else []
        results = [block for block in blocks if isinstance(block, dict) and block.get("type") == "tool_result"]
        for block in results:
            made = calls.get(str(block.get("tool_use_id")))
            if made is not None:
                made.answer, made.failed = _text(block.get("content")), block.get("is_error") is True
        if not results and not row.get("isCompactSummary"):
            _told(found, _text(content), at, row.get("isMeta") is True)
    return found


def _answered(found: list[Message], calls: dict[str, Made], content: Json, at: float, same: bool) -> None:
    for block in content if isinstance(content, list) else []:
        if not isinstance(block, dict):
            continue
        if block.get("type") == "text" and not same and str(block.get("text", "")).strip():
            found.append(Message(SAID, at, str(block["text"])))
            same = True
        elif block.get("type") == "tool_use":
            given = block.get("input")
            made = Made(str(block.get("name")), given if isinstance(given, dict) else {}, str(block.get("id")))
            calls[made.use] = made
            if same and found and found[-1].kind == CALLED:
                found[-1].calls.append(made)
            elif same and found and found[-1].kind == SAID:
                # Words before a call are no last words.
                found[-1] = Message(CALLED, at, found[-1].text, [made])
            else:
                found.append(Message(CALLED, at, calls=[made]))
                same = True


def _told(found: list[Message], text: str, at: float, meta: bool) -> None:
    if meta:
        if _HOLD.search(text):
            found.append(Message(HELD, at, text.partition("\n")[2].strip() or text))
        return
    command = _COMMAND.search(text)
    if command is not None:
        arguments = _ARGUMENTS.search(text)
        found.append(Message(PERSON, at, f"/{command[1]} {arguments[1] if arguments else ''}".strip()))
    elif _HOSTS.match(text) or not text.strip():
        if text.strip():
            found.append(Message(TOLD, at, text))
    else:
        found.append(Message(PERSON, at, text))


def _text(content: Json) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))


def _seconds(stamp: Json) -> float:
    try:
        return datetime.fromisoformat(str(stamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
