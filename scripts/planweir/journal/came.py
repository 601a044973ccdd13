"""How a person's verb came: typed in a session, or another way. A fact of the process, said once by whoever lets persons in.

The store stamps each event of a person with it. A verb that nobody let in (code of one's own that calls ours) is `unknown`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event

TYPED = "typed"
COMMAND_LINE = "command line"
HOOK = "hook by hand"
UNKNOWN = "unknown"
WORDS = {
    COMMAND_LINE: "from the command line, not typed here",
    HOOK: "by a hook script that no client started",
    UNKNOWN: "by code that called the engine",
}

_said: dict[str, str] = {}


def say(how: str, signs: str = "") -> None:
    """This process acts for a person who came `how`; `signs` are what tells more about it."""
    _said.clear()
    _said.update({"came": how, **({"signs": signs} if signs else {})})


def persons(event: Event) -> bool:
    """Is this a person's verb?"""
    return event.get("by") == "person" or event.get("kind") in ("opened", "completed")


def stamped(event: Event) -> Event:
    """`event` with how it came, where it is a person's and does not say so itself."""
    if not persons(event) or "came" in event:
        return event
    return {**event, **(_said or {"came": UNKNOWN})}
