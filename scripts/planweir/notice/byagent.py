"""Could an agent have written a file just then? Its transcript, which the host writes, names its calls with their times.

In doubt it could: whoever works on its own files is blamed for nothing, and nobody else for what it did.
"""

from __future__ import annotations

import json
import os

from planweir.evidence.transcript import READING
from planweir.notice.stamps import unknown
from planweir.shell.scan import scan
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TAIL = 2 * 1024 * 1024  # bytes of a transcript that are read, from its end
SLACK = 2.0  # seconds: a person's own formatter runs after the call, and the transcript has the end of what was said
EDITS = frozenset(("Edit", "Write", "NotebookEdit", "MultiEdit"))


class Window:
    """The time within which a file changed, in Unix seconds."""

    __slots__ = ("begin", "end")

    def __init__(self, begin: float, end: float) -> None:
        self.begin = begin
        self.end = end


class _Call:
    __slots__ = ("begin", "cwd", "end", "failed", "given", "name")

    def __init__(self, name: str, given: dict[str, object], cwd: str, begin: float | None) -> None:
        self.name = name
        self.given = given
        self.cwd = cwd
        self.begin = begin
        self.end: float | None = None  # it runs, or nobody knows until when it ran
        self.failed = False  # the tool was not carried out, or did nothing


def transcript_beside(event: dict[str, object], session: str, agent: str) -> str:
    """The transcript of an agent of `session`: it lies beside that of the agent, or of the session, that the event is of."""
    folder = os.path.dirname(text_or(event, "transcript_path"))
    return of_agent(f"{folder}/{session}", agent) if agent and agent != "main" else f"{folder}/{session}.jsonl"


def of_agent(session: str, agent: str) -> str:
    """The transcript of an agent below the folder of its session; a script's agents have theirs in the folder of the run."""
    path = f"{session}/subagents/agent-{agent}.jsonl"
    if os.path.exists(path):
        return path
    import glob

    found = glob.glob(f"{glob.escape(session)}/subagents/workflows/*/agent-{glob.escape(agent)}.jsonl")
    return found[0] if found else path


def ended_call(transcript: str, use: str) -> bool:
    """Does the transcript hold the result of this call?"""
    mark = json.dumps(use).encode()
    return any(mark in line and b'"tool_result"' in line and _has_result(line, use) for line in _tail(transcript))


def _has_result(line: bytes, use: str) -> bool:
    return any(block.get("type") == "tool_result" and block.get("tool_use_id") == use for block in _blocks(_parsed(line)))


def may_have_written(transcript: str, window: Window, path: str) -> bool:
    """Did the agent make a call within the window by which this file may have changed?"""
    return any(_within(call, window) and _writes(call, path) for call in _calls(transcript))


def _within(call: _Call, window: Window) -> bool:
    begins = call.begin is None or call.begin - SLACK <= window.end
    return begins and (call.end is None or call.end + SLACK >= window.begin)


def _writes(call: _Call, path: str) -> bool:
    if call.failed or call.name in READING:
        return False
    if call.name in EDITS:
        named = text_or(call.given, "file_path") or text_or(call.given, "notebook_path")
        return os.path.realpath(os.path.join(call.cwd, named)) == os.path.realpath(path)
    if call.name != "Bash":
        return True
    found = scan(text_or(call.given, "command"), call.cwd)
    if unknown(found):
        return True
    real = os.path.realpath(path) + "/"
    return any(write.path is not None and real.startswith(os.path.realpath(write.path) + "/") for write in found.writes)


def _calls(transcript: str) -> list[_Call]:
    found: dict[str, _Call] = {}
    for line in _tail(transcript):
        if b'"tool_use"' not in line and b'"tool_result"' not in line:
            continue
        entry = _parsed(line)
        for block in _blocks(entry):
            if block.get("type") == "tool_use":
                given = block.get("input")
                found[str(block.get("id"))] = _Call(
                    str(block.get("name")),
                    given if isinstance(given, dict) else {},
                    text_or(entry, "cwd", "/"),
                    _seconds(entry),
                )
            elif block.get("type") == "tool_result" and str(block.get("tool_use_id")) in found:
                call = found[str(block.get("tool_use_id"))]
                call.failed = block.get("is_error") is True and not _ran(block)
                if not _goes_on(call, entry):
                    call.end = _seconds(entry)
    return list(found.values())


def _goes_on(call: _Call, entry: dict[str, object]) -> bool:
    """Was it started in the background, or put there when it took too long?"""
    told = entry.get("toolUseResult")
    return call.given.get("run_in_background") is True or (isinstance(told, dict) and bool(told.get("backgroundTaskId")))


def _ran(block: dict[str, object]) -> bool:
    """A command that ended with an error may have written all the same."""
    content = block.get("content")
    if isinstance(content, list):
        content = "".join(text_or(part, "text") for part in content if isinstance(part, dict))
    return isinstance(content, str) and content.startswith("Exit code ")


def _tail(transcript: str) -> Iterator[bytes]:
    try:
        with open(transcript, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > TAIL:
                file.seek(size - TAIL)
                file.readline(TAIL)
            yield from file
    except OSError:
        return


def _parsed(line: bytes) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _blocks(entry: dict[str, object]) -> list[dict[str, object]]:
    message = entry.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _seconds(entry: dict[str, object]) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text_or(entry, "timestamp").replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
