"""What `complete` will find missing, as far as the state tells it without looking anywhere: so that nobody walks into it."""

from __future__ import annotations

from planweir.brief.noticed import guarded, waiting
from planweir.brief.quotes import listed
from planweir.brief.told import items
from planweir.values import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import State

SHOWN = 6


def ahead(state: State) -> list[str]:
    """One line for each check of `complete` that is known not to pass, and what waits for a person's eyes."""
    return [f"{name}: {words}" for name, look in TABLE if name not in state["waivers"] and (words := look(state))]


def _changes(state: State) -> str:
    found = list(waiting(state))
    words = f"{listed(found[:SHOWN])} changed, and nobody has said whose that is" if found else ""
    held = guarded(state)
    return "; ".join(part for part in (words, *held[:SHOWN]) if part)


def _findings(state: State) -> str:
    found = [
        name
        for name, task in state["tasks"].items()
        if task["status"] != "skipped"
        for row in (*task["findings"], *(one for review in task["reviews"].values() for one in rows(review["review"], "findings")))
        if isinstance(row, dict) and row.get("severity") == "critical"
    ]
    return f"critical findings of {listed(list(dict.fromkeys(found))[:SHOWN])} are open" if found else ""


def _defects(state: State) -> str:
    """Of plans that keep insights."""
    kept: object = state.get("insights")
    found = [row for row in kept if isinstance(row, dict) and row.get("sort") == "defect" and not row.get("closed")] if isinstance(kept, list) else []
    return f"{len(found)} noted and open" if found else ""


def _by_hand(state: State) -> str:
    found = [f"{item.task} {item.number}" for item in items(state, list(state["tasks"])) if not item.at]
    return f"{', '.join(found[:SHOWN])} not checked yet (they hold nothing up, and are told)" if found else ""


TABLE: tuple[tuple[str, Callable[[State], str]], ...] = (
    ("changes", _changes),
    ("findings", _findings),
    ("defects", _defects),
    ("by hand", _by_hand),
)
