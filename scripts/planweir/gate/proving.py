"""What the gate tries beyond the work tree: the plan's commands in a clean checkout, and new tests without the change."""

from __future__ import annotations

from planweir.gate.clean import in_clean_checkout
from planweir.gate.fresh import of_gate
from planweir.gate.redgreen import red_before_green

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.outcome import Check, Gate
    from planweir.journal.types import State
    from planweir.places import Places


def prove(places: Places, state: State, names: list[str], gate: Gate, owned: Owned, tell: Callable[[str], None]) -> list[Check]:
    """The checks `clean-…` and `red`, in one checkout that is taken away afterwards."""
    passing = [(check.name, check.ran.command) for check in gate.checks if check.ran is not None and check.result == "ok"]
    with of_gate(places, state, tell, owned) as fresh:
        found = in_clean_checkout(places, state, passing, tell, fresh=fresh, last=gate.last)
        return [*found, red_before_green(places, state, names, owned, fresh)]
