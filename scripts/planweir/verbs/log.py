"""The journal as a person reads it: one line an event, the newest last."""

from __future__ import annotations

from planweir.journal.store import Damaged, Journal
from planweir.values import text_or, texts
from planweir.verbs.answer import Answer, no

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event
    from planweir.places import Places

SHOWN = (
    "role", "attempt", "agent", "engine", "sort", "number", "criterion", "text", "why", "what", "outcome", "sha", "check", "path", "wave",
    "person", "by", "came", "signs",
)  # fmt: skip
LONG = 120  # characters of one value
PATHS = 5  # of one event


def line(event: Event) -> str:
    parts = [
        f"{event.get('seq', ''):>4} {text_or(event, 'at')} {text_or(event, 'kind'):<20}",
        text_or(event, "task"),
    ]
    for key in SHOWN:
        value = event.get(key)
        if isinstance(value, (str, int)) and value != "":
            parts.append(f"{key}={' '.join(str(value).split())[:LONG]}")
    paths = texts(event, "paths") if isinstance(event.get("paths"), list) else []
    if paths:
        more = f" and {len(paths) - PATHS} more" if len(paths) > PATHS else ""
        parts.append(f"paths={', '.join(' '.join(path.split()) for path in paths[:PATHS])}{more}")
    return " ".join(part for part in parts if part)


def log(places: Places, last: int | None = None) -> Answer:
    """The events of the project's plan; a damaged journal is shown as far as it can be read."""
    try:
        events, _end = Journal(places).events()
    except Damaged as error:
        return no(str(error))
    if not events:
        return no("No plan is open here.")
    chosen = events[-last:] if last else events
    return Answer(True, "\n".join(line(event) for event in chosen), {"events": chosen})
