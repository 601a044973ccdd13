"""What came into the running turn without a hook, read from the end of the main thread's transcript at its Stop.

Since some version between 2.1.250 and 2.1.260 Claude Code raises UserPromptSubmit for a prompt that comes while a turn
runs: a person's question, or the `<task-notification>` of an agent that ended. Before, no hook hears of it; the
transcript has it in either case, as an attachment `queued_command`. Agents cannot write it: transcripts are guarded.
"""

from __future__ import annotations

import json
import os

from planweir.values import sub, text_or

TAIL = 256 * 1024  # bytes of the transcript that are read

_QUEUED = b'"queued_command"'  # in words that somebody said the quotes are escaped


class Overheard:
    """`notices`: the notifications, oldest first. `turn`: whose turn the last prompt inside it made it, "" if none came."""

    __slots__ = ("notices", "turn")

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.turn = ""


def overhear(path: str, prompt_id: str) -> Overheard:
    """The prompts that the end of transcript `path` has as put into turns; `prompt_id` is the present turn's."""
    heard = Overheard()
    begun, named = False, json.dumps(prompt_id).encode() if prompt_id else None
    for line in _tail(path):
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
