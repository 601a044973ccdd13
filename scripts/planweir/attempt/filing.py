"""A review as its reviewer filed it, kept under its digest.

The command line keeps it; an answer by StructuredOutput the hook after that call. Where the Bash sandbox keeps the command line from our files, the hook after the call does:
`excludedCommands` frees no call that holds a here-document (Claude Code 2.1.329), and hooks are not sandboxed.
"""

from __future__ import annotations

import json
import os

from planweir.evidence.filed import filed_sha, filed_text
from planweir.places import write_whole
from planweir.review import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def path(places: Places, mark: str) -> str:
    """Where the review with the digest `mark` is kept."""
    return f"{places.artifacts}/filed/{mark}.json"


def read(words: str) -> object:
    """The review in `words`; also one in a fence, as agents like to write it. Raises ValueError."""
    try:
        return json.loads(words)
    except (ValueError, RecursionError) as error:
        review = judge.from_message(words)
        if review is None:
            raise ValueError(str(error)) from None
        return review


def keep(places: Places, mark: str, words: str) -> bool:
    """Keep what was filed, as it came in, under `mark`, its digest. False where our files cannot be written from here."""
    try:
        write_whole(path(places, mark), words)
    except OSError:
        return False
    return True


def kept(places: Places, mark: str, command: str) -> tuple[object, bool]:
    """The review that call `command` filed as `mark`, None where it cannot be had; and whether the file is what was filed. One
    that was changed or taken away comes back from the call where the call itself holds it."""
    try:
        with open(path(places, mark), encoding="utf-8", errors="surrogateescape", newline="") as file:
            words = file.read()
    except OSError:
        words = ""
    sound = filed_sha(words) == mark
    if not sound:
        words = held_by_call(mark, command, places.project)
        if words:
            keep(places, mark, words)
    try:
        return (read(words) if words else None), sound
    except ValueError:
        return None, sound


def keep_from_call(places: Places, mark: str, command: str, cwd: str) -> None:
    """Keep what the call `command` filed as `mark`, if nobody has and the call itself holds it."""
    if os.path.exists(path(places, mark)):
        return
    words = held_by_call(mark, command, cwd)
    if words:
        keep(places, mark, words)


def held_by_call(mark: str, command: str, cwd: str) -> str:
    """The answer or here-document of the call `command`, if it is what was filed as `mark`; else nothing."""
    words = filed_text(command, cwd)
    return words if words is not None and filed_sha(words) == mark else ""
