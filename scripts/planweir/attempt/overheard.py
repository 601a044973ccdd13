"""What came into the running turn without a hook, read from the end of the main thread's transcript at its Stop.

Since some version between 2.1.250 and 2.1.260 Claude Code raises UserPromptSubmit for a prompt that comes while a turn
runs: a person's question, or the `<task-notification>` of an agent that ended. Before, no hook hears of it; the
transcript has it in either case, as an attachment `queued_command`. Agents cannot write it: transcripts are guarded.
Where the client is known to be newer its events are enough, and nothing is read out of the transcript.
"""

from __future__ import annotations

import json
import os
import time

from planweir.attempt.client_version import ALL_PROMPTS_RAISE_EVENTS, first_named
from planweir.values import rows, sub, text_or

LAG = 1.0  # seconds that a Stop waits for the client to write down what was said last; it takes some 0.1 s
LAG_LOOK = 0.05
LAST = 16  # lines at the end in which that, and the version, stand

TAIL = 256 * 1024  # bytes of the transcript that are read

_QUEUED = b'"queued_command"'  # in words that somebody said the quotes are escaped


class Overheard:
    """`notices`: the notifications, oldest first. `turn`: whose turn the last prompt inside it made it, "" if none came."""

    __slots__ = ("notices", "turn")

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.turn = ""


def overhear(path: str, prompt_id: str, said: str) -> Overheard:
    """The prompts that the end of transcript `path` has as put into turns; `prompt_id` is the present turn's, `said` the
    words that it ended with."""
    heard = Overheard()
    lines = _tail(path)
    version = first_named(reversed(lines[-LAST:]))
    if version is not None and version >= ALL_PROMPTS_RAISE_EVENTS:
        return heard
    begin = time.monotonic()
    while version is not None and not _has_said(lines, said) and time.monotonic() - begin < LAG:
        time.sleep(LAG_LOOK)
        lines = _tail(path)
    begun, named = False, json.dumps(prompt_id).encode() if prompt_id else None
    for line in lines:
        if not begun and named is not None and named in line:
            entry = _parsed(line)
            begun = entry.get("type") == "user" and entry.get("promptId") == prompt_id
        if _QUEUED not in line:
            continue
        entry = _parsed(line)
        attachment = sub(entry, "attachment")
        if entry.get("type") != "attachment" or attachment.get("type") != "queued_command":
            continue
        mode = text_or(attachment, "commandMode")
        if mode == "task-notification":
            heard.notices.append(text_or(attachment, "prompt"))
        if begun and mode in ("task-notification", "prompt"):
            heard.turn = "person" if mode == "prompt" else "plan"
    return heard


def _has_said(lines: list[bytes], said: str) -> bool:
    """Do the last lines hold the words that the turn ended with, and so all that came before them?"""
    for line in lines[-LAST:]:
        entry = _parsed(line)
        if entry.get("type") != "assistant":
            continue
        for block in rows(sub(entry, "message"), "content"):
            text = text_or(block, "text").strip() if isinstance(block, dict) else ""
            if text and text in said:
                return True
    return not said.strip()


def _tail(path: str) -> list[bytes]:
    """The whole lines at the end of a file; none where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            begin = max(0, os.fstat(stream.fileno()).st_size - TAIL)
            stream.seek(begin)
            lines = stream.read(TAIL).split(b"\n")
    except OSError:
        return []
    return lines[1:] if begin else lines


def _parsed(line: bytes) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except ValueError:  # torn: the host writes on meanwhile
        return {}
    return entry if isinstance(entry, dict) else {}
