"""How much of a plan waits for each task: those that hold up the most are begun first."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def chains(tasks: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> dict[str, int]:
    """Task -> how many tasks stand in the longest chain of those that wait for it, one after the other; 0: nobody does.

    From (id, depends on, wires) of every task. A name that is no task's is passed over, and so is what lies on a circle.
    """
    before = {name: [*dict.fromkeys((*depends, *wires))] for name, depends, wires in tasks}
    waiting = dict.fromkeys(before, 0)  # how many that come after it have not been counted yet
    for names in before.values():
        for name in names:
            if name in waiting:
                waiting[name] += 1
    found = dict.fromkeys(before, 0)
    ready = [name for name, count in waiting.items() if count == 0]
    while ready:
        after = ready.pop()
        for name in before[after]:
            if name in found:
                found[name] = max(found[name], found[after] + 1)
                waiting[name] -= 1
                if waiting[name] == 0:
                    ready.append(name)
    return found
