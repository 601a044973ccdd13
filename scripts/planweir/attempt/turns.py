"""The turn of a session's main thread, and the sign that its hooks run. Standard library only: hot hooks touch it.

A turn is a person's unless something else woke the main thread (a `<task-notification>`, a message of another agent or
session, a scheduled prompt) or a typed command told the plan to go on; only a working turn is held. The file is no truth
about the plan: it is forgotten with the session.
"""

from __future__ import annotations

import json
import os
from binascii import crc32

from planweir.places import write_whole
from planweir.values import number_or, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

NOTIFICATION = "<task-notification>"
# What the host puts around words that come from no person (Claude Code 2.1.329).
FRAMES = (
    NOTIFICATION,
    "<agent-message",
    "<teammate-message",
    "<cross-session-message",
    "<coordinator-relay",
    "<mcp-polling-update",
    "<mcp-resource-update",
    "<tick>",
)
# Who wrote a prompt, where the client says so; "" where it does not.
PERSONS = ("", "user", "sdk")
MOST_SCHEDULED = 50


def touch(places: Places, session: str) -> None:
    """A hook of `session` ran just now. Never fails: a missing sign only makes `next` wait for the next hook."""
    if not session:
        return
    path = places.session(session)
    try:
        try:
            os.utime(path)
        except FileNotFoundError:
            _write(places, session, {})
    except OSError:
        return


def client() -> str:
    """The client's process id, as hooks and Bash have it (Claude Code 2.1.329); empty outside a session."""
    return os.environ.get("CLAUDE_PID", "")


def arrived(places: Places, session: str) -> None:
    """A session started, or went on in another client: what the earlier client's turn was is over."""
    row = _read(places, session)
    _write(places, session, row if text_or(row, "pid") == client() else {})


def hooks_run(places: Places, session: str) -> bool:
    """Does the client that asks run our hooks for `session`? Each client leaves its process id when it starts.

    False where it is another client, as one that resumed the session with hooks switched off. A person's terminal is none.
    """
    return client() in ("", text_or(_read(places, session), "pid"))


def last_seen(places: Places, session: str) -> float | None:
    """When a hook of `session` was seen last (Unix seconds), None if never."""
    try:
        return os.stat(places.session(session)).st_mtime
    except OSError:
        return None


def _read(places: Places, session: str) -> dict[str, object]:
    try:
        with open(places.session(session), encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(places: Places, session: str, row: dict[str, object]) -> None:
    write_whole(places.session(session), json.dumps({**row, "pid": client()}))


def start(places: Places, session: str, prompt_id: str, prompt: str, source: str = "") -> None:
    """A prompt began a turn: a person's, or the plan's where nobody typed it. `source` is the client's word for who did."""
    words = prompt.lstrip()
    before = _read(places, session)
    scheduled = texts(before, "scheduled")
    typed = source in PERSONS and not words.startswith(FRAMES) and _mark(prompt) not in scheduled
    if words.startswith("/") and before.get("turn") == "plan" and prompt_id and before.get("prompt_id") == prompt_id:
        return  # this typed command has already told the plan to go on; a question inside a turn has that turn's id too
    _begin(places, session, "person" if typed else "plan", prompt_id, scheduled)


def _begin(places: Places, session: str, kind: str, prompt_id: str, scheduled: list[str]) -> None:
    row: dict[str, object] = {"turn": kind, "prompt_id": prompt_id, "holds": 0}
    _write(places, session, {**row, "scheduled": scheduled} if scheduled else row)


def scheduled(places: Places, session: str, prompts: list[str]) -> None:
    """The session will be woken with these prompts: a turn that one of them begins is no person's."""
    row = _read(places, session)
    known = texts(row, "scheduled")
    fresh = [mark for mark in dict.fromkeys(_mark(prompt) for prompt in prompts if prompt.strip()) if mark not in known]
    if fresh and session:
        _write(places, session, {**row, "scheduled": [*known, *fresh][-MOST_SCHEDULED:]})


def _mark(prompt: str) -> str:
    return f"{crc32(' '.join(prompt.split()).encode('utf-8', 'replace')):08x}"


def go_on(places: Places, session: str, prompt_id: str) -> None:
    """A person told the plan to go on: this turn works and may be held."""
    _begin(places, session, "plan", prompt_id, texts(_read(places, session), "scheduled"))


def working(places: Places, session: str) -> bool:
    return text_or(_read(places, session), "turn") == "plan"


def count_hold(places: Places, session: str) -> int:
    """Count one refused stop of the present turn and return how many there were."""
    row = _read(places, session)
    row["holds"] = number_or(row, "holds") + 1
    _write(places, session, row)
    return number_or(row, "holds")
