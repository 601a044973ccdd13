"""The check that no open defect is left: what somebody noted as one, until a person says why it stands no longer."""

from __future__ import annotations

from planweir.brief.insights import line
from planweir.gate.outcome import Check
from planweir.journal.ready import open_defects
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

NAME = "defects"
SHOWN = 20


def none_open(places: Places, state: State) -> Check:
    """Is no defect open? A plan that leaves one behind is not done."""
    del places
    left = open_defects(state)
    if not left:
        known = sum(row["sort"] == "defect" for row in state["insights"])
        return Check(NAME, "ok", f"no open defect; {many(known, 'defect')} closed by a person" if known else "no defect was noted")
    lines = [line(row) for row in left[:SHOWN]] + ([f"and {len(left) - SHOWN} more"] if len(left) > SHOWN else [])
    first = left[0]["number"]
    mend = f"a person sees to each and types /task-planner insight close {first} --why '…', or /task-planner waive {NAME} --why '…'"
    return Check(NAME, "fail", f"{many(len(left), 'open defect')}", lines, mend, persons=True)
