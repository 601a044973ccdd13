"""Bash and Monitor: the decision on a command line, from what it would run and write.

The order: what nobody may do (`anyone`), then what the caller's role allows (`readers`, `implementers`, `others`), and within that
what the person granted.
"""

from __future__ import annotations

from planweir.guard.anyone import for_anyone
from planweir.guard.case import Case
from planweir.guard.rules import deny

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard


def judge_command(event: Event, guard: Guard, seen: list[Case] | None = None) -> Decision | None:
    """The decision on a call of Bash or Monitor. What was read for it is added to `seen`."""
    given = event.get("tool_input")
    source = given.get("command") if isinstance(given, dict) else None
    if not isinstance(source, str):
        if isinstance(given, dict) and isinstance(given.get("ws"), dict) and source is None:
            return None  # Monitor on a socket: nothing is run
        return deny("unreadable-event", "the call holds no command", "give the command as text")
    case = Case(source, event, guard)
    if seen is not None:
        seen.append(case)
    denied = for_anyone(case)
    if denied:
        return denied
    if case.role == "foreign":
        from planweir.guard.others import for_others

        return for_others(case)
    if case.role == "implementer":
        from planweir.guard.implementers import for_implementers

        return for_implementers(case)
    if case.role == "main" and guard.get("status") == "paused":
        return None
    from planweir.guard.readers import for_readers

    return for_readers(case)
