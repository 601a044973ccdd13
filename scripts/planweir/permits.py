"""A note from the hook that judged a call to the command that the call runs: which agent it was.

The command line cannot know who called it; the hook does. A permit is for one exact call and is used up by it.
"""

from __future__ import annotations

import hashlib
import os
import shlex

from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.places import Places


def _path(places: Places, words: Sequence[str]) -> str:
    return f"{places.permits}/{hashlib.sha256(chr(0).join(words).encode('utf-8', 'surrogateescape')).hexdigest()}"


def grant(places: Places, agent: str, command: str) -> None:
    """`agent` may run `task-planner WORDS …` once."""
    write_whole(_path(places, shlex.split(command)[1:]), agent)


def grant_words(places: Places, agent: str, words: Sequence[str]) -> None:
    """The same where the words are known already: the call stands among others, or its output goes elsewhere."""
    write_whole(_path(places, words), agent)


def take(places: Places, words: Sequence[str]) -> str:
    """The agent that was allowed to run this very command; empty if none was."""
    path = _path(places, words)
    try:
        with open(path, encoding="utf-8") as file:
            agent = file.read()
        os.unlink(path)
    except OSError:
        return ""
    return agent
