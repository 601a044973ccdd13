"""Holding an agent that wants to end: with what is missing, so often and no oftener, and then a person decides."""

from __future__ import annotations

from planweir.journal.ready import HOLD_LIMIT, LOST_LIMIT, REVIEW_LOSS_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.store import Journal
    from planweir.journal.types import AgentState, Event, State

    Held = str | None


def tell_once(journal: Journal, agent: str, about: str, why: str) -> Held:
    """Hold the agent for something that it may have good reason for: once, and it counts against nothing."""
    journal.record({"kind": "held", "agent": agent, "why": why, "about": about})
    return f"Planweir [{about}]: {why}"


def hold_or(journal: Journal, agent: str, row: AgentState, why: str, ended: Event) -> Held:
    """Hold the agent with `why`, at most HOLD_LIMIT times; then journal `ended` and let it go."""
    if row["holds"] < HOLD_LIMIT:
        journal.record({"kind": "held", "agent": agent, "why": why})
        left = HOLD_LIMIT - row["holds"]
        rule = {"implementer": "evidence", "planner": "plan-first"}.get(row["role"])
        return (
            f"Planweir [{rule}]: {why} Or end with BLOCKED or NEEDS_CONTEXT as the first line and say why. "
            f"(Held {row['holds'] + 1} of {HOLD_LIMIT} times{'; after that the task goes to a person' if left == 1 else ''}.)"
            if rule
            else f"Planweir [review]: {why}"
        )
    if ended["kind"] == "reviewer_lost":
        record_review_loss(journal, ended)
    else:
        journal.record(ended)
    return None


def record_review_loss(journal: Journal, ended: Event) -> None:
    def decide(state: State) -> list[Event]:
        name = str(ended["task"])
        return [ended, *given_up(name, "reviewers", state["tasks"][name]["review_losses"] + 1, str(ended["why"]))]

    journal.transact(decide)


# Who ended without being judged -> how often in a row that may be, and what each of them ended without.
LOSS_LIMITS = {"attempts": (LOST_LIMIT, "a report"), "reviewers": (REVIEW_LOSS_LIMIT, "a review")}


def given_up(name: str, whose: str, losses: int, why: str) -> list[Event]:
    """The event that hands task `name` to a person, once too many in a row were lost."""
    limit, without = LOSS_LIMITS[whose]
    if losses < limit:
        return []
    words = f"{limit} {whose} ended without {without}; the last: {why}"
    return [{"kind": "blocked", "task": name, "why": words}]
