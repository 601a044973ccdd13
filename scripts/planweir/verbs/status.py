"""`--status`: how the plan stands."""

from __future__ import annotations

from planweir.brief.required import matrix, standings
from planweir.brief.status import lines
from planweir.brief.steps import next_step
from planweir.journal.render import copy
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places


def requirements(places: Places, state: State) -> Answer:
    """Each requirement with its criteria: the tasks that serve it, what shows that it holds, and when."""
    if state["plan"]["status"] not in ("open", "paused", "blocked"):
        return no("No plan is open here.", open=False)
    rows = [
        {"id": row.wanted["id"], "tasks": row.tasks, "satisfied": row.satisfied, "how": row.how, "at": row.at, "need": row.need}
        for row in standings(places, state)
    ]
    return yes("\n".join(matrix(places, state) or ["the plan names no requirements."]), requirements=rows)


def status(places: Places, state: State) -> Answer:
    """The status of the project's plan; the answer is no where none is open."""
    if state["plan"]["status"] not in ("open", "paused", "blocked"):
        return no("No plan is open here.", open=False)
    return yes("\n".join(lines(places, state)), **copy(state), say=next_step(state, places)["say"])
