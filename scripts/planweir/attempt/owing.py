"""What an attempt owes besides a run: new tests where its task wants some, and nothing that reviewers should not have to find."""

from __future__ import annotations

from planweir.brief.found import in_diff
from planweir.journal.ready import graph_task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.journal.types import State
    from planweir.places import Places

SHOWN = 6


def with_what_is_owed(
    places: Places, state: State, name: str, changed: Sequence[str], verdict: dict[str, object]
) -> dict[str, object]:
    """The verdict on the runs of task `name`, with its new tests; not ok where these or the work itself are missing."""
    seen, facts = in_diff(places, state, name, changed)
    verdict = {**verdict, "new_tests": seen.names}
    if not verdict.get("ok"):
        return verdict
    if graph_task(state, name)["new_tests"] and not seen.names:
        why = seen.why_not()
        return {
            **verdict,
            "ok": False,
            "reason": "no new tests",
            "detail": (
                "this task adds or extends tests, and "
                + (f"none of those in its changes counts: {why}. " if why else "none can be seen in its changes: ")
                + "A new test, case or assertion in a test file counts. Add one and run the checks again; if the task needs none, "
                f"end with BLOCKED and say so (a person types /task-planner amend {name} --new-tests no)"
            ),
        }
    severe = [str(fact) for fact in facts if fact.severe]
    if severe and "stubs" not in state["waivers"]:
        more = f"; and {len(severe) - SHOWN} more" if len(severe) > SHOWN else ""
        return {
            **verdict,
            "ok": False,
            "reason": "stubs",
            "detail": (
                f"its changes hold what is not done: {'; '.join(severe[:SHOWN])}{more}. Write what is missing, bring back tests that "
                "went, and run the checks again; what has to stay so, end with BLOCKED and say why (a person types "
                "/task-planner waive stubs --why …)"
            ),
        }
    return verdict
