"""The tests that failed before the plan and may go on failing: named at `start`, and in no task's Files."""

from __future__ import annotations

import re

from planweir.plan.globs import to_regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State


def file_of(test: str) -> str:
    """The file in a test's name (`tests/test_a.py::test_x`)."""
    return test.partition("::")[0]


def forgivable(state: State) -> list[str]:
    """The names that are forgiven. A task without Files claims none: what it owns shows only afterwards."""
    own = [re.compile(to_regex(glob)) for task in state["graph"]["tasks"] for glob in task["files"]]
    return [
        name
        for name in state["baseline"]["failing"]
        if not any(regex.fullmatch(file_of(name)) for regex in own)
    ]
