"""The check that no task of the wave hands in stubs, or went without tests that were there: looked at anew, on what is there."""

from __future__ import annotations

from planweir.brief.found import in_diff
from planweir.brief.package import task_changes
from planweir.gate.outcome import Check
from planweir.journal.ready import FINISHED
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

SHOWN = 20


def no_stubs(places: Places, state: State, names: list[str]) -> Check:
    found: list[str] = []
    tasks: list[str] = []
    facts = 0
    for name in names:
        if state["tasks"][name]["status"] in FINISHED:
            continue
        _seen, rows = in_diff(places, state, name, task_changes(places, state, name))
        severe = [f"{name}: {row}" for row in rows if row.severe]
        facts += len(rows) - len(severe)
        if severe:
            found += severe
            tasks.append(name)
    if not found:
        told = f"nothing unfinished; {many(facts, 'fact')} for reviewers" if facts else "nothing unfinished was found"
        return Check("stubs", "ok", told)
    mend = (
        f"{', '.join(tasks)}: write what is missing, bring back the tests; tests that have to go want `Fewer tests:` in the plan, "
        "or a person types /task-planner waive stubs --why …"
    )
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    said = f"{many(len(found), 'thing')} unfinished or lost in {', '.join(tasks)}"
    return Check("stubs", "fail", said, [*found[:SHOWN], *more], mend, tasks=tasks)
