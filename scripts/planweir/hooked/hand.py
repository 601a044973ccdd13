"""Did the client start this hook, and was it a person who typed? What the event and the processes above the hook tell about it."""

from __future__ import annotations

import os

from planweir.attempt.turns import PERSONS
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.host import Handler, Reply
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


def from_client(handler: Handler, name: str) -> Handler:
    """`handler` for what the client sends alone: an event that an agent's shell gives to the script is noted, and nothing else."""

    def handle(event: dict[str, object], places: Places) -> Reply:
        client = os.environ.get("CLAUDE_PID", "")
        if str(os.getppid()) != client:  # launch has become this process, so the client is its parent
            from planweir import lineage

            who, signs = lineage.hook_started(places, client)
            if who == "shell":
                from planweir.journal import incident

                incident.note(places, f"the hook {name} was started by hand: {signs}; what it was told does not count")
                return None
        return handler(event, places)

    return handle
