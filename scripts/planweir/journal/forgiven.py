"""The tests that failed before the plan and may go on failing: named at `start`, and in no task's Files."""

from __future__ import annotations

from planweir.plan.globs import to_regex
from planweir.plan.scope import Covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State


def file_of(test: str) -> str:
    """The file in a test's name (`tests/test_a.py::test_x`)."""
    return test.partition("::")[0]


def forgivable(state: State) -> list[str]:
    """The names that are forgiven. A task without Files claims none: what it owns shows only afterwards."""
    failing = state["baseline"]["failing"]
    if not failing:
        return []
    own = Covered(to_regex(glob) for task in state["graph"]["tasks"] for glob in task["files"])
    return [name for name in failing if file_of(name) not in own]
