"""Whether the hooks of the session that owns the plan run: no work is handed out, and nothing is well, until they were seen."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from planweir.attempt import client_settings, signs, turns
from planweir.attempt.tending import note_once
from planweir.journal.store import Journal

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


def unseen(found: Places, verb: str) -> str:
    """Why `verb`, called by this process, does nothing: no hook saw the call that runs it. Empty where one did, and in a
    terminal. The first time it is an incident.

    Hooks may have run when the plan was opened and be off since: by a setting, by /hooks, or with the plugin gone.
    """
    session = os.environ.get("CLAUDE_CODE_SESSION_ID", "")
    if not os.environ.get("CLAUDECODE") or not session or not turns.client() or signs.take(found, session):
        return ""
    off = list(client_settings.switched_off(client_settings.here(found.project)))
    why = "; ".join(what for what, _mend in off) or "hooks are switched off, or a person typed it after `!`"
    what = f"no hook of session {session} saw its call of `task-planner {verb}` ({why}): nothing was handed out"

    note_once(Journal(found), what)
    mend = "; ".join(mend for _what, mend in off) or (
        "a person sees that /plugin has planweir on and /hooks shows its hooks, types /reload-plugins or restarts claude"
    )
    return (
        f"No hook saw this call of `task-planner {verb}` ({why}), so nothing is enforced here and nothing is handed out. Next: {mend}, "
        "and then types /implement-plan. After `!` no hook runs: a person types /task-planner --next or /wave-gate instead."
    )
