"""Events of what agents and persons note for others: defects, learnings, friction, and what is wrong with Planweir itself."""

from __future__ import annotations

from planweir.journal.transitions import Illegal
from planweir.values import number, number_or, text, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State

SORTS = ("defect", "learning", "friction", "upstream")


def _added(state: State, event: Event) -> None:
    sort, words = text(event, "sort"), text(event, "text")
    if sort not in SORTS:
        raise Illegal(f"'{sort}' is no kind of insight")
    if not words.strip():
        raise Illegal("an insight says nothing")
    state["insights"].append(
        {
            "number": len(state["insights"]) + 1,
            "sort": sort,
            "text": words,
            "task": text_or(event, "task"),
            "path": text_or(event, "path"),
            "by": text_or(event, "by", "agent"),
            "role": text_or(event, "role"),
            "who": text_or(event, "agent") or text_or(event, "person"),
            "attempt": number_or(event, "attempt"),
            "at": text_or(event, "at"),
            "closed": "",
            "closed_by": "",
            "closed_at": "",
        }
    )


def _closed(state: State, event: Event) -> None:
    which, why = number(event, "number"), text(event, "why")
    row = next((row for row in state["insights"] if row["number"] == which), None)
    if row is None:
        raise Illegal(f"no insight {which} in this plan")
    if row["closed"]:
        raise Illegal(f"insight {which} is closed already")
    if row["sort"] == "defect" and text_or(event, "by") != "person":
        raise Illegal(f"insight {which} is a defect: a person closes it")
    if not why.strip():
        raise Illegal(f"insight {which} is closed without a reason")
    row["closed"], row["closed_by"], row["closed_at"] = why, text_or(event, "person"), text_or(event, "at")


HANDLERS: dict[str, Callable[[State, Event], None]] = {"insight_added": _added, "insight_closed": _closed}
