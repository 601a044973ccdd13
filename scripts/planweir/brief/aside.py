"""A person's verbs that were not typed in a session, told where people look: nobody saw a person's hand in those."""

from __future__ import annotations

from planweir.journal.came import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Aside, State

# Events that are named otherwise than people would.
NAMES = {
    "opened": "started",
    "resumed": "gone on with",
    "mode_set": "changed between agents and --single",
    "plan_accepted": "its plan accepted",
    "plan_rejected": "its plan rejected",
    "noted": "told something",
    "review_again": "given to review again",
    "checked": "a check by hand ticked",
    "confirmed": "confirmed",
    "insight_added": "an insight added",
    "insight_closed": "an insight closed",
}
MOST = 5  # lines in a status


def line(row: Aside) -> str:
    """One verb: what, when, how, with the signs that were seen."""
    what = " ".join(part for part in (row["task"], NAMES.get(row["kind"], row["kind"])) if part)
    signs = f" ({row['signs']})" if row["signs"] else ""
    return f"{what} at {row['at']} {WORDS.get(row['how'], row['how'])}{signs}"


def lines(state: State) -> list[str]:
    """What a status shows: the last of them, and how many there were before."""
    rows = state["aside"]
    more = len(rows) - MOST
    before = f" (and {more} before; task-planner log has all)" if more > 0 else ""
    return [f"Not typed: {line(row)}" for row in rows[-MOST:]] + ([f"Not typed:{before}"] if before else [])


def of_the_pause(state: State) -> str:
    """How the plan came to be paused, where that was not typed."""
    rows = [row for row in state["aside"] if row["kind"] in ("paused", "resumed")]
    return WORDS.get(rows[-1]["how"], "") if rows and rows[-1]["kind"] == "paused" else ""
