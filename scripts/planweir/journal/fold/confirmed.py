"""Events of criteria that a person confirmed. Nobody else can: an event without a person's hand is refused."""

from __future__ import annotations

from planweir.journal.came import TYPED
from planweir.journal.ready import wanted
from planweir.journal.transitions import Illegal
from planweir.values import text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State


def _confirmed(state: State, event: Event) -> None:
    name, digest, person = text(event, "criterion"), text(event, "digest"), text(event, "person")
    if text_or(event, "by") != "person":
        raise Illegal(f"{name} is confirmed by a person alone")
    row = next((row for row in wanted(state) if row["id"] == name), None)
    if row is None:
        raise Illegal(f"no criterion {name} in this plan")
    if row["check"]:
        raise Illegal(f"{name} is shown by its command, not by a word")
    state["confirmed"][name] = {
        "digest": digest,
        "person": person,
        "came": text_or(event, "came", TYPED),
        "at": text_or(event, "at"),
    }


HANDLERS: dict[str, Callable[[State, Event], None]] = {"confirmed": _confirmed}
