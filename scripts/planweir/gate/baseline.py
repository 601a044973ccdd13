"""What is so before the first task, and what is forgiven for it later.

Forgiven is only a test that a known runner named at `start` and names again, and that lies in no task's Files. A command
that failed without names is not forgiven: at earlier gates it is `not yet`, at the last one it passes or is waived. As
soon as it names a failing test in the Files of a task that is done (there were no tests before, now there are), it fails.
"""

from __future__ import annotations

from planweir.evidence import tree
from planweir.evidence.marks import fingerprint
from planweir.gate.commands import Ran
from planweir.journal.forgiven import forgivable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State


def dirty_files(root: str) -> dict[str, str]:
    """Every path that differs from HEAD, with a fingerprint of what it holds now."""
    return {path: fingerprint(root, path) for path in tree.changed(root)}


def failures(runs: list[Ran]) -> tuple[list[str], list[str]]:
    """The names of the tests that failed, and the commands that failed without naming every failure."""
    names: list[str] = []
    unnamed: list[str] = []
    for ran in runs:
        if ran.ok:
            continue
        if ran.failing and not ran.none_ran and ran.exit is not None:
            names += [name for name in ran.failing if name not in names]
        else:
            unnamed.append(ran.command)
    return names, unnamed


def forgiven(state: State, ran: Ran) -> bool:
    """Did `ran` fail only in tests that failed by name at `start` and lie in no task's Files?"""
    if ran.ok or ran.exit is None or not ran.failing:
        return False
    return set(ran.failing) <= set(forgivable(state))
