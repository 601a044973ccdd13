"""What a run was told to run, as places of the project that files can be compared with.

A place is a path (`tests`, `tests/test_a.py`, with `::test` behind it), `folder/*` for the files of one folder and
none below, or `~text` for every file whose path holds the text (the filters of jest and vitest).
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def below(path: str, place: str) -> bool:
    """Does the place hold this file, or all of that other place?"""
    path, place = path.split("::", 1)[0].removeprefix("./"), place.removeprefix("./").rstrip("/")
    if place in ("", ".") or path.rstrip("/") == place:
        return True
    if path in ("", "."):
        return False
    if place.startswith("~"):
        return place[1:].removeprefix("./") in path.removeprefix("~")
    if place == "*" or place.endswith("/*"):
        return not path.startswith("~") and path.rpartition("/")[0] == place[:-2]
    return path.startswith(place + "/")


def filters(words: Sequence[str], cwd: str) -> list[str]:
    """The places of jest's and vitest's words: a path where there is one, else whatever file has the word in its
    path."""
    return [word if os.path.exists(os.path.join(cwd, word)) else f"~{word}" for word in words if "\0" not in word]
