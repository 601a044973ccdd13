"""A keepsake of the guarded files that we do not render: what each was when it was last found good.

It lies in the plan's folder, in a file that is named after its checksum. The journal has that name, and one checksum a group of
files, of what they hold: so a keepsake that another hand wrote to shows, and what changed meanwhile is told all the same,
by its group and not by its name.

While nothing was touched a look is a stat a path. Folders are among the paths: what is new in them shows by their times.
"""

from __future__ import annotations

import json
import os
from binascii import crc32

from planweir.notice.paths import stamp
from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

# What a path is to us (things.py), the times that it had, what it holds, and of some what that says, line by line.
GROUP, VIEW, STAMP, SUM, FACTS = range(5)


class Row:
    """One path. `group`: whose it is. `facts`: of settings and rules, what of them counts; `sum` is of that then."""

    __slots__ = ("facts", "group", "stamp", "sum", "view")

    def __init__(self, group: str, view: str, stamp_: list[int], sum_: str, facts: list[str]) -> None:
        self.group, self.view, self.stamp, self.sum, self.facts = group, view, stamp_, sum_, facts


class Keepsake:
    """Rows by path."""

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def untouched(self, groups: set[str]) -> bool:
        """Is every path of these groups as it was, going by times? The one thing that every look pays for."""
        return all(stamp(path) == row.stamp for path, row in self.rows.items() if row.group in groups)

    def sums(self) -> dict[str, str]:
        """A checksum a group, of what its paths hold."""
        found: dict[str, int] = {}
        for path in sorted(self.rows):
            row = self.rows[path]
            found[row.group] = crc32(f"{path}\0{row.sum}\n".encode("utf-8", "surrogateescape"), found.get(row.group, 0))
        return {group: f"{value:08x}" for group, value in found.items()}

    def text(self) -> str:
        return json.dumps(
            {path: [row.group, row.view, row.stamp, row.sum, row.facts] for path, row in sorted(self.rows.items())},
            separators=(",", ":"),
        )


def file_of(places: Places, name: str) -> str:
    return f"{places.keepsakes}/{name}.json"


def read(places: Places, name: str) -> Keepsake | None:
    """The keepsake of that name; None where it is gone or is not what was written."""
    found = Keepsake()
    try:
        with open(file_of(places, name), "rb") as file:
            data = file.read()
        if f"{crc32(data):08x}" != name:
            return None
        for path, row in json.loads(data).items():
            found.rows[path] = Row(*row)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return found


def write(places: Places, keepsake: Keepsake) -> str:
    """Keep it, beside the one that the journal names yet. Its name."""
    text = keepsake.text()
    name = f"{crc32(text.encode()):08x}"
    write_whole(file_of(places, name), text)
    return name


def forget_others(places: Places, name: str) -> None:
    """What the journal names no more."""
    try:
        for other in os.listdir(places.keepsakes):
            if other != f"{name}.json":
                os.unlink(f"{places.keepsakes}/{other}")
    except OSError:
        return
