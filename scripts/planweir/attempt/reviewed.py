"""What a reviewer ended with, judged: the review that its own call filed, or that it answered with in a wave's script.

In a script the answer is what counts and what the script goes on by, so text beside it is not read there.
"""

from __future__ import annotations

import os

from planweir.attempt import filing, planning
from planweir.attempt.holds import hold_or, record_review_loss
from planweir.attempt.tending import note_once
from planweir.brief.inside import inside
from planweir.brief.package import task_digest
from planweir.evidence.filed import answers
from planweir.journal.ready import CYCLE_LIMIT
from planweir.review import judge as review_judge
from planweir.review import shape
from planweir.review.tidy import tidy
from planweir.values import table, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runs import Row
    from planweir.journal.store import Journal
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

    Held = str | None


def by_script(row: AgentState) -> bool:
    """Was this agent started by a wave's script? Its spawn carries the script's call and the agent's own id."""
    return "/" in row["tool_use_id"]


def judge_end(
    event: dict[str, object],
    places: Places,
    journal: Journal,
    state: State,
    agent: str,
    row: AgentState,
    runs: list[Row],
) -> Held:
    """Judge the review of agent `agent`, which ends. Returns the reason to hold it, or None when it may end."""
    name, role = row["task"], row["role"]
    base: Event = {"agent": agent, "task": name, "role": role, "attempt": row["attempt"]}
    if by_script(row):
        filed = _filed(places, journal, [run for run in runs if answers(run["command"])])
        how = f"No review of {name} was given. Answer with StructuredOutput: scores, findings, verdict, as your brief says; text is not read."
        again = "Answer again with StructuredOutput."
    else:
        filed = _filed(places, journal, runs) or review_judge.from_message(text_or(event, "last_assistant_message"))
        how = f"No review of {name} was filed. File it with `task-planner file {name}` from standard input, as your brief shows; it counts only alone in its call."
        again = "File it again."
    if filed is None:
        return hold_or(journal, agent, row, how, {"kind": "reviewer_lost", **base, "why": "it ended without a review"})
    filed = table(tidy(filed, name, role))
    faults = shape.problems(filed, name, role, lambda: inside(places, state, name, role))
    if faults:
        return hold_or(
            journal,
            agent,
            row,
            f"The review of {name} cannot be taken: {'; '.join(faults)} {again}",
            {"kind": "reviewer_lost", **base, "why": "its review could not be read: " + "; ".join(faults)},
        )
    if role == "plan-reviewer":
        judged = review_judge.judge(filed, role)
        planning.judged(journal, name, base, judged["verdict"] == "pass", judged["why"], filed)
        return None
    digest = task_digest(places, state, name)
    if row["digest"] and digest != row["digest"]:
        lost: Event = {"kind": "reviewer_lost", **base, "why": f"files of {name} changed during the review, which is void"}
        record_review_loss(journal, lost)
        return None
    verdict = review_judge.judge(filed, role)

    def decide(fresh: State) -> list[Event]:
        if verdict["verdict"] == "pass":
            kind = "task_review_passed" if role == "task-reviewer" else "code_review_passed"
            return [{"kind": kind, **base, "digest": digest, "review": filed}]
        events: list[Event] = [{"kind": "review_failed", **base, "digest": digest, "review": filed}]
        if fresh["tasks"][name]["cycles"] + 1 >= CYCLE_LIMIT:
            why = f"{CYCLE_LIMIT} reviews in a row asked for changes; the last, by the {role}: {verdict['why']}"
            events.append({"kind": "blocked", "task": name, "why": why})
        return events

    journal.transact(decide)
    return None


def _filed(places: Places, journal: Journal, runs: list[Row]) -> dict[str, object] | None:
    """The review that this agent's own call filed last, if it is still what was filed."""
    for run in reversed(runs):
        mark = text_or(run, "filed")
        if mark:
            value, sound = filing.kept(places, mark, text_or(run, "command"))
            if not sound and os.path.exists(places.artifacts):
                how = "comes from the call itself" if value is not None else "counts for nothing"
                note_once(journal, f"the filed review {filing.path(places, mark)} is not what was filed; it {how}")
            return value if isinstance(value, dict) else None
    return None
