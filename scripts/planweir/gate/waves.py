"""Which wave a gate is asked for: the current one, or none."""

from __future__ import annotations

import re

from planweir.journal.ready import current_wave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State

LISTED = 40  # waves
SHOWN = 8  # tasks of one


def refused(state: State, wanted: str) -> str:
    """Why no gate of the wave that was named can run now; empty where it is the current one."""
    waves, now = state["waves"], current_wave(state)
    if not waves:
        return "the plan has no wave: there is nothing that could pass."
    number = int(wanted) if re.fullmatch(r"[0-9]{1,6}", wanted) else 0
    if number == now:
        return ""
    if 0 < number < now and number <= len(waves):
        why = f"wave {number} is closed already"
    elif now < number <= len(waves):
        why = f"the turn of wave {number} has not come"
    else:
        why = f"the plan has no wave {wanted}"
    return "\n".join([f"no gate was run: {why}. The waves:", *(_line(state, row, now) for row in range(1, len(waves) + 1)[:LISTED])])


def _line(state: State, number: int, now: int) -> str:
    names = state["waves"][number - 1]
    how = "closed" if number < now else "current" if number == now else "to come"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"  {number} ({how}): {', '.join(names[:SHOWN])}{more}"
