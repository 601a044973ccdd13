"""What the gate tries beyond the work tree: the plan's commands in a clean checkout, and new tests without the change; and
whether the files were what they are while its commands ran."""

from __future__ import annotations

from planweir.gate import cache
from planweir.gate.clean import in_clean_checkout
from planweir.gate.fresh import of_gate
from planweir.gate.outcome import Check
from planweir.gate.redgreen import NAME as RED
from planweir.gate.redgreen import red_before_green
from planweir.gate.steering import told_and_visible
from planweir.gate.watched import as_they_are

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.outcome import Gate
    from planweir.journal.types import State
    from planweir.places import Places


def prove(places: Places, state: State, names: list[str], gate: Gate, owned: Owned, tell: Callable[[str], None]) -> list[Check]:
    """The checks `clean-…`, `watched`, `steering` and `red`; the checkout is taken away afterwards."""
    passing = [(check.name, check.ran.command) for check in gate.checks if check.ran is not None and check.result == "ok"]
    with of_gate(places, state, tell, owned) as fresh:
        found = in_clean_checkout(places, state, passing, tell, fresh=fresh, last=gate.last)
        watched = as_they_are(gate.swapped, bool(passing) and all(check.result == "ok" for check in found))
        if watched.failed:
            cache.forget(places)  # what passed then did not pass on this tree
        if any(check.failed for check in [*gate.checks, *found] if check.ran is not None):
            red = Check(RED, "not looked at", "the plan's commands do not pass with the change")
        else:
            red = red_before_green(places, state, names, owned, fresh)
        return [*found, watched, told_and_visible(places, state, owned), red]
