"""Whether the hooks of the session that owns the plan run: no work is handed out, and nothing is well, until they were seen."""

from __future__ import annotations

from datetime import datetime, timezone

from planweir.attempt import turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

CLOCK_SLACK = 2.0  # seconds; the journal's times are whole seconds


def hooks_seen(found: Places, state: State) -> bool:
    """Has a hook of the owning session run since the plan was opened or taken over?"""
    owner = state["owner"]
    seen = turns.last_seen(found, owner["session"]) if owner["session"] else None
    if seen is None:
        return False
    since = datetime.strptime(owner["since"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return seen + CLOCK_SLACK >= since.timestamp() and turns.hooks_run(found, owner["session"])
