"""From entry points along edges: what is reached, and by which way."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_SHOWN = 4  # steps of a way


class Reached:
    """The files that are reached: each with the one before it on the way and how it was named there."""

    def __init__(self) -> None:
        self.came: dict[str, tuple[str, str]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self.came

    def way(self, path: str) -> str:
        """`path`'s way from its entry point, in words."""
        how = self.came[path][1]
        steps = [path]
        while self.came[steps[0]][0]:
            steps.insert(0, self.came[steps[0]][0])
        if len(steps) == 1:
            return how
        shown = steps if len(steps) <= MOST_SHOWN else [*steps[:2], "…", *steps[-1:]]
        return " -> ".join(shown) + (f" ({how})" if how else "")


def walk(entries: dict[str, str], edges: Callable[[str], Iterable[tuple[str, str]]], wanted: set[str] | None = None) -> Reached:
    """Everything that a way leads to; `edges` gives (path, how it is named) of a file. Ends early once all `wanted` are reached."""
    found = Reached()
    left = set(wanted) if wanted is not None else None
    waiting = list(entries)
    for path, why in entries.items():
        found.came[path] = ("", why)
    if left is not None:
        left -= set(entries)
    at = 0
    while at < len(waiting) and (left is None or left):
        here = waiting[at]
        at += 1
        for path, how in edges(here):
            if path not in found.came:
                found.came[path] = (here, how)
                waiting.append(path)
                if left is not None:
                    left.discard(path)
    return found
