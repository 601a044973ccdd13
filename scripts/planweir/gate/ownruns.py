"""What the attempts' own recorded runs show: new tests that failed by name, and passed afterwards."""

from __future__ import annotations

import re

from planweir.evidence.runs import read_runs
from planweir.journal.forgiven import file_of
from planweir.values import number_or, texts

# Flags of a recorded run (evidence/flags.py) with which it says nothing of tests.
_SAYS_NOTHING = frozenset("unreadable shadowed replaced path steered lists impure outside opaque".split())

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runs import Row
    from planweir.journal.types import State
    from planweir.places import Places


def shown_red(places: Places, state: State, name: str, new: list[str], tests: list[str]) -> str:
    """In words, which new tests of the task failed in a run and passed in a later one; empty where none did.

    A test counts by its name in one of the task's test files. A file that could not even be loaded names no test.
    """
    wanted = {own(test) for test in new}
    agents = [agent for agent, row in state["agents"].items() if row["task"] == name and row["role"] == "implementer"]
    rows = sorted((row for agent in agents for row in read_runs(places.runs(agent)) if _tells(row)), key=lambda row: row.get("at", 0.0))
    red: set[str] = set()
    for row in rows:
        summary = {**(row.get("summary") or {})}
        failing = {own(test) for test in texts(summary, "failing") if "::" in test and file_of(test) in tests}
        if red and number_or(summary, "passed") and not number_or(summary, "failed") + number_or(summary, "errors"):
            shown = sorted(red)
            return f"shown by the attempt's own runs: {', '.join(shown[:6])} failed first and passed later"
        red |= failing & wanted
    return ""


def _tells(row: Row) -> bool:
    return row.get("summary") is not None and not _SAYS_NOTHING & {*row.get("flags", [])}


def own(test: str) -> str:
    """The test's own name: of `tests/test_a.py::T::test_x[1]` it is `test_x`."""
    return re.split(r"::| [›>] |\.(?=\w+$)", re.sub(r"\[.*\]$", "", test))[-1].strip()
