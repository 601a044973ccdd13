"""Where the findings of a review stand: at a line that is there, of a file that the review is about.

What stands elsewhere nobody can act on: the task may not change it, and its next attempt would be sent back for it.
"""

from __future__ import annotations

import posixpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHOWN = 3  # changed paths that a denial names


class Package:
    """What a review of `task` is about. `changed`: the paths that it changed, those to name first. `holds`: is this path, or a
    folder, one of the package? `lines`: how many lines a file has now, None where there is none or it is no text."""

    __slots__ = ("changed", "holds", "lines", "task")

    def __init__(self, task: str, changed: Sequence[str], holds: Callable[[str], bool], lines: Callable[[str], int | None]) -> None:
        self.task = task
        self.changed = changed
        self.holds = holds
        self.lines = lines


def misplaced(findings: Sequence[dict[str, object]], package: Package) -> list[str]:
    """What is wrong with the places of these findings, each with its mend. They are of the filed shape."""
    found: list[str] = []
    for number, item in enumerate(findings, 1):
        written = str(item.get("path"))
        path = posixpath.normpath(written.strip())
        line = item.get("line")
        at = line if isinstance(line, int) else 0
        if not package.holds(path):
            found.append(
                f"Finding {number}: {written} is outside the package: {package.task} neither changed it nor may change it. Place the "
                f"finding at the changed line that causes it{_such_as(package.changed)}; what is wrong there whatever {package.task} did, "
                f'leave out and note with `task-planner insight add --kind defect "…" --path PATH`.'
            )
            continue
        there = package.lines(path)
        if not there:
            continue  # missing, empty, a folder or no text: any line, or none
        if at == 0:
            found.append(
                f"Finding {number} has no line: {written} is there, with {there} lines. Give the line that it is about, 1 for the file "
                "as a whole; 0 is for a missing file."
            )
        elif at > there:
            found.append(f"Finding {number}: {written} has {there} lines and no line {at}. Look, and give the line that it is about.")
    return found


def _such_as(changed: Sequence[str]) -> str:
    shown = [path for path in changed if path.isprintable()][:SHOWN]
    return f" (changed: {', '.join(shown)}{', …' if len(changed) > SHOWN else ''})" if shown else ""
