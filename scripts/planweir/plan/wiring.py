"""Who connects a task's code to an entry point, so that something reaches it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def wiring(tasks: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> dict[str, list[str]]:
    """Task -> its wirers, from (id, depends on, wires) of every task.

    A task says what it wires. Of a task that none names, those are taken to wire it that depend on it and name none themselves:
    who builds on a thing uses it, and a plan without the key goes its way.
    """
    rows = list(tasks)
    said: dict[str, list[str]] = {}
    for name, _after, wires in rows:
        for other in wires:
            said.setdefault(other, []).append(name)
    found = dict(said)
    for name, after, wires in rows:
        for other in after if not wires else ():
            if other not in said:
                found.setdefault(other, []).append(name)
    return found


def orders(tasks: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> dict[str, list[str]]:
    """Task -> the tasks that it comes after: what it depends on, what it wires, and who wires what it depends on.

    The last so that a wave's gate can find a task reached before those start that only build on it; not where it would make a circle.
    """
    after = {name: list(dict.fromkeys((*depends, *wires))) for name, depends, wires in tasks}
    said: dict[str, list[str]] = {}
    for name, _depends, wires in tasks:
        for other in wires:
            said.setdefault(other, []).append(name)
    for name, depends, _wires in tasks if said else ():
        for other in depends:
            wirers = said.get(other, ())
            for wirer in wirers if name not in wirers else ():
                if wirer not in after[name] and not _leads(after, wirer, name):
                    after[name].append(wirer)
    return after


def _leads(after: dict[str, list[str]], start: str, goal: str) -> bool:
    """Does `start` come after `goal` already?"""
    seen = {start}
    waiting = [start]
    while waiting:
        for other in after.get(waiting.pop(), ()):
            if other == goal:
                return True
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False
