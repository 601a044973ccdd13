"""Reviews of files that have changed since: they say nothing about the files as they are."""

from __future__ import annotations

from planweir.brief.package import task_digest
from planweir.journal.ready import running_tasks, wave_tasks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.store import Journal
    from planweir.journal.types import Event, State
    from planweir.places import Places


def void_stale_reviews(places: Places, journal: Journal, state: State, wave: int) -> State:
    """A review is void once a file of its task changes."""
    stale: list[Event] = []
    for name in wave_tasks(state, wave):
        task = state["tasks"][name]
        digests = {review["digest"] for review in task["reviews"].values() if review["verdict"] == "pass"}
        if task["status"] in ("implemented", "reviewed") and digests and name not in running_tasks(state):
            now = task_digest(places, state, name)
            if any(digest != now for digest in digests):
                stale.append({"kind": "voided", "task": name, "why": "its files changed after the review"})
        elif task["unreviewed"] and task["status"] == "reviewed" and task_digest(places, state, name) != task["digest"]:
            stale.append({"kind": "sent_back", "task": name, "why": "its files changed after it was handed in"})
    return journal.record(*stale) if stale else state
