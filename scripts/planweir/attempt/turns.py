"""The turn of a session's main thread, and the sign that its hooks run. Standard library only: hot hooks touch it.

A turn is a person's unless a `<task-notification>` started it or a typed command told the plan to go on; only a working
turn is held. The file is no truth about the plan: it is forgotten with the session.
"""

from __future__ import annotations

import json
import os

from planweir.places import write_whole
from planweir.values import number_or, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

NOTIFICATION = "<task-notification>"


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


def start(places: Places, session: str, prompt_id: str, prompt: str) -> None:
    """A prompt began a turn: the plan's where a task notification woke the main thread, else a person's."""
    kind = "plan" if prompt.lstrip().startswith(NOTIFICATION) else "person"
    before = _read(places, session)
    if (
        prompt.lstrip().startswith("/")
        and before.get("turn") == "plan"
        and prompt_id
        and before.get("prompt_id") == prompt_id
    ):
        return  # this typed command has already told the plan to go on; a question inside a turn has that turn's id too
    _write(places, session, {"turn": kind, "prompt_id": prompt_id, "holds": 0})


def go_on(places: Places, session: str, prompt_id: str) -> None:
    """A person told the plan to go on: this turn works and may be held."""
    _write(places, session, {"turn": "plan", "prompt_id": prompt_id, "holds": 0})


def working(places: Places, session: str) -> bool:
    return text_or(_read(places, session), "turn") == "plan"


def count_hold(places: Places, session: str) -> int:
    """Count one refused stop of the present turn and return how many there were."""
    row = _read(places, session)
    row["holds"] = number_or(row, "holds") + 1
    _write(places, session, row)
    return number_or(row, "holds")
