"""Events of the gate: its verdicts, and the commits that are known to the plan."""

from __future__ import annotations

from planweir.journal.fold.common import measure, task_of
from planweir.journal.transitions import Illegal
from planweir.values import number, rows, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State


def _gate(state: State, event: Event) -> None:
    wave, checks, made = number(event, "wave"), rows(event, "checks"), texts(event, "made")
    working = texts(event, "now_passing")  # what has passed once is no longer forgiven
    if not 0 < wave <= len(state["waves"]):
        raise Illegal(f"this plan has no wave {wave}")
    gate = state["gates"].setdefault(
        str(wave),
        {"passed": False, "failed": 0, "checks": [], "nameless": "", "persons": False, "at": ""},
    )
    gate["checks"] = [row for row in checks if isinstance(row, dict)]
    gate["nameless"] = text_or(event, "nameless")
    gate["persons"] = event.get("persons") is True
    gate["at"] = text_or(event, "at")
    gate["passed"] = text(event, "kind") == "gate_passed"
    if gate["passed"]:
        state["accepted"] = text_or(event, "accepted", state["accepted"])
        _know(state, texts(event, "foreign"))
    gate["failed"] = 0 if gate["passed"] else gate["failed"] + 1
    state["gate_made"] = sorted({*state["gate_made"], *made})
    measure(state, event)
    state["baseline"]["unnamed"] = [row for row in state["baseline"]["unnamed"] if row not in working]


def _committed(state: State, event: Event) -> None:
    sha = text(event, "sha")
    task_of(state, text(event, "task"))["commit"] = sha
    _know(state, [sha])


def _know(state: State, shas: list[str]) -> None:
    known = state["commits"]["known"]
    state["commits"]["known"] = [*known, *(sha for sha in shas if sha not in known)]


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "gate_failed": _gate,
    "gate_passed": _gate,
    "committed": _committed,
}
