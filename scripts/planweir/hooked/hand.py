"""Was it a person who typed this? What the event and the processes above the hook tell about it."""

from __future__ import annotations

import os

from planweir.attempt.turns import PERSONS
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def persons_hand(event: dict[str, object], places: Places) -> str:
    """Why this typed command is not a person's, "" where it may be; how it came is said for the journal."""
    from planweir import lineage
    from planweir.journal import came, incident

    came.say(came.TYPED)
    if text_or(event, "source") not in PERSONS:
        incident.note(places, f"a prompt that nobody typed began with /{text_or(event, 'command_name')}; nothing was done")
        return "nothing was done: nobody typed this prompt, and what it asks for only a person types."
    who, signs = lineage.hook_started(places, os.environ.get("CLAUDE_PID", ""))
    if who == "client":
        return ""
    if who == "unknown":
        came.say(came.HOOK, signs)
        return ""
    incident.note(places, f"the hook of typed commands was started by hand: {signs}; nothing was done")
    return (
        f"nothing was done: this was not typed, for {signs}. Typed commands come from the client itself. If you are a person "
        "and see this, run task-planner in a terminal of your own."
    )
