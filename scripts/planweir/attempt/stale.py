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
    busy = running_tasks(state)
    found = [stale(places, state, name) for name in wave_tasks(state, wave) if name not in busy]
    events = [event for event in found if event is not None]
    return journal.record(*events) if events else state


def stale(places: Places, state: State, name: str) -> Event | None:
    """The event that takes back what was said of other files than those of task `name` as they are."""
    task = state["tasks"][name]
    digests = {review["digest"] for review in task["reviews"].values() if review["verdict"] == "pass"}
    if task["status"] in ("implemented", "reviewed") and digests:
        now = task_digest(places, state, name)
        if any(digest != now for digest in digests):
            return {"kind": "voided", "task": name, "why": "its files changed after the review"}
    elif task["unreviewed"] and task["status"] == "reviewed" and task_digest(places, state, name) != task["digest"]:
        return {"kind": "sent_back", "task": name, "why": "its files changed after it was handed in"}
    return None
