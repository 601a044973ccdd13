"""The end of an attempt that plans its task first: the plan is kept and submitted, and nothing is changed before it is accepted."""

from __future__ import annotations

import re

from planweir.attempt.holds import hold_or
from planweir.journal.ready import PLAN_LIMIT
from planweir.places import write_whole
from planweir.values import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.attempt.holds import Held
    from planweir.journal.store import Journal
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

LONGEST_PLAN = 4_000  # bytes that are asked for
TAKEN_PLAN = 6_000  # bytes that are taken

_PLAN = re.compile(r"^[\s#>*_`-]*Plan[*_`]*\s*:[*_`]*[ \t]*(.*)\Z", re.IGNORECASE | re.MULTILINE | re.DOTALL)


def plan_in(message: str) -> str:
    """The plan in an agent's last message: all that follows `Plan:`; empty where there is none."""
    found = _PLAN.search(message.partition("\n")[2])
    return found[1].strip() if found is not None else ""


def proposed(
    places: Places, journal: Journal, agent: str, row: AgentState, base: Event, report: dict[str, object], message: str
) -> Held:
    """The agent ended with a plan, as it says: submit it."""
    name, words = row["task"], plan_in(message)
    size = len(words.encode("utf-8", "replace"))
    why = ""
    if not words:
        why = f"{name} is planned first, and the message holds no plan: below DONE a line `Plan:`, then the plan."
    elif size > TAKEN_PLAN:
        why = f"The plan of {name} has {size} bytes; say it in {LONGEST_PLAN}."
    if why:
        ended: Event = {"kind": "stuck", **base, "why": f"no plan: {why}", "report": report}
        return hold_or(journal, agent, row, why, ended)
    file = f"{places.artifacts}/{name}/plan-{row['attempt']}.md"
    write_whole(file, words + "\n")
    journal.record({"kind": "proposed", **base, "text": words, "file": file, "report": report})
    return None


def rejected(state: State, name: str, event: Event) -> list[Event]:
    """The events of a plan that was not accepted; after too many in a row the task is a person's."""
    events: list[Event] = [{"kind": "plan_rejected", "task": name, **event}]
    if state["tasks"][name]["rejections"] + 1 >= PLAN_LIMIT:
        by = "a person" if event.get("by") == "person" else f"the {event.get('by')}"
        why = f"{PLAN_LIMIT} plans in a row were not accepted; the last, by {by}: {event.get('why') or '(no reason given)'}"
        events.append({"kind": "blocked", "task": name, "why": why})
    return events


def judged(journal: Journal, name: str, base: Event, passed: bool, why: str, review: dict[str, object]) -> None:
    """A reviewer ended with its review of the submitted plan."""
    whole: Event = {**base, "by": "task-reviewer", "review": review, "why": why}

    def decide(state: State) -> list[Event]:
        if passed:
            return [{"kind": "plan_accepted", **whole}]
        findings = [row for row in rows(review, "findings") if isinstance(row, dict)]
        findings += [
            {"severity": "score", "path": str(row.get("criterion")), "line": 0, "what": f"{row.get('score')}: {row.get('why')}"}
            for row in rows(review, "scores")
            if isinstance(row, dict) and row.get("score") != "PASS"
        ]
        return rejected(state, name, {**whole, "findings": findings})

    journal.transact(decide)
