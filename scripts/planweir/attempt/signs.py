"""The heartbeat of our own command: a hook that lets a call with `task-planner` through leaves a sign, and the command that
the call runs takes it. No sign, no hook: work is handed out only where hooks run now, not where they ran once.

A sign is one empty file under the call's id. Taking it renames it after the call's process group, so that all commands of one
call have the same sign and those of the next need one of their own. A person may sit before a permission dialog for a while in
between; how long they think is no matter, what counts is that the call was seen.
"""

from __future__ import annotations

import os
import time

from planweir.places import safe_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

FORGOTTEN = 24 * 3600.0  # seconds after which a sign counts no more
MOST = 64  # signs that are kept; a session of long plans leaves many
TAKEN = ".by-"


def _folder(places: Places, session: str) -> str:
    return f"{places.session(session)[: -len('.json')]}.calls"


def leave(places: Places, session: str, use: str) -> None:
    """A hook lets call `use` of `session` through, and it names our command. Never fails: without it the command says so."""
    folder = _folder(places, session)
    try:
        os.makedirs(folder, exist_ok=True)
        os.close(os.open(f"{folder}/{safe_name(use or 'call')}", os.O_CREAT | os.O_WRONLY, 0o644))
        _forget(folder)
    except OSError:
        return


def take(places: Places, session: str) -> bool:
    """Was the call that runs this process seen by a hook?"""
    folder, mine = _folder(places, session), f"{TAKEN}{_group()}"
    found = _oldest_first(folder)
    if any(name.endswith(mine) for name, _when in found):
        return True
    for name, when in found:
        if TAKEN in name or time.time() - when > FORGOTTEN:
            continue
        try:
            os.rename(f"{folder}/{name}", f"{folder}/{name}{mine}")
        except FileNotFoundError:
            continue  # another call took it
        except OSError:
            return True  # the sandbox keeps us from our files; the sign is there
        return True
    return False


def _oldest_first(folder: str) -> list[tuple[str, float]]:
    """The signs in `folder` with their times. One that another call takes meanwhile is none: its own is still there for each."""
    found: list[tuple[float, str]] = []
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    for name in names:
        try:
            found.append((os.stat(f"{folder}/{name}").st_mtime, name))
        except OSError:
            continue
    return [(name, when) for when, name in sorted(found)]


def _group() -> str:
    """What all processes of one Bash call share, and no other call has: its process group; its shell where the client
    gives it none of its own. With its start, for numbers come again."""
    group = os.getpgrp()
    client = os.environ.get("CLAUDE_PID", "")
    try:
        if client.isdigit() and os.getpgid(int(client)) == group:
            group = os.getppid()
    except OSError:
        pass
    from planweir.attempt.binding import process_start

    return f"{group}-{safe_name(process_start(group))}"


def _forget(folder: str) -> None:
    found = _oldest_first(folder)
    if len(found) <= MOST:
        return
    for name, _when in found[: len(found) - MOST // 2]:
        os.unlink(f"{folder}/{name}")
