"""An incident noted by who is about to refuse something: it must not fail, and it belongs to an open plan alone."""

from __future__ import annotations

import contextlib

from planweir.journal.store import Damaged, Journal
from planweir.journal.transitions import PLAN_LIVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def note(places: Places, what: str) -> None:
    """Journal `what` as an incident of the open plan, if there is one that can take it."""
    journal = Journal(places)
    with contextlib.suppress(Damaged, ValueError, OSError):
        if journal.exists and journal.state()["plan"]["status"] in PLAN_LIVE:
            journal.record({"kind": "incident", "what": what})
