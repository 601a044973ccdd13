"""The two markers that say "a plan is open here", and what it means when they disagree.

The first lies in our home, the second in the host's folder for the plugin, whose path a verb typed in a terminal cannot
know: the first hook that runs for the plan writes it into the plan's folder. A second marker that was never recorded is
none. Disagreement never disarms. A marker holds the plan's id and, on a second line, the number of the last event that was
seen: it lies elsewhere than the journal, so a journal that was put back to an earlier day is noticed.
"""

from __future__ import annotations

import contextlib
import json
import os

from planweir.places import sweep, write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

LONGEST = 300  # bytes of a marker that are read


def recorded(places: Places) -> list[str]:
    """The markers of this plan: the first, and those that a hook recorded. A list that was spoilt has us write nowhere else."""
    paths = [places.armed]
    ending = places.second("")
    with contextlib.suppress(OSError, ValueError, TypeError), open(places.markers, encoding="utf-8") as file:
        for path in json.load(file):  # JSON, because a path may hold a line break
            if isinstance(path, str) and path not in paths and path.startswith("/") and path.endswith(ending):
                paths.append(path)
    return paths


def record_second(places: Places, plugin_data: str) -> None:
    """Note the second marker's place and set it. Costs one read when it is noted already."""
    if not plugin_data:
        return
    second = places.second(plugin_data)
    known = recorded(places)
    if second not in known:
        write_whole(places.markers, json.dumps([*known[1:], second]))
        _set(second, plan_of(places.armed))


def arm(places: Places, plan: str, seq: int = 0) -> None:
    """Set every recorded marker; it names the plan that it stands for, and the last event that was seen. Raises OSError."""
    for path in recorded(places):
        _set(path, f"{plan}\n{seq}\n" if seq else plan)


def _set(path: str, words: str) -> None:
    """Write a marker. A folder in its place arms as well; one that is not empty holds another project's marker and stays."""
    if os.path.isdir(path) and not os.path.islink(path):
        try:
            os.rmdir(path)
        except OSError:
            return
    write_whole(path, words)


def plan_of(path: str) -> str:
    """The id of the plan that the marker at `path` stands for; empty where it does not tell."""
    return _lines(path)[0].strip()


def last_seen(places: Places, plan: str) -> int:
    """The number of the last event of `plan` that a marker has seen; 0 where none tells."""
    found = [0]
    for path in recorded(places):
        rows = _lines(path)
        if plan and rows[0].strip() == plan and len(rows) > 1 and rows[1].isdigit():
            found.append(int(rows[1]))
    return max(found)


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST).strip().split("\n")
    except OSError:
        return [""]


def explained(places: Places, path: str) -> bool:
    """Is the marker at `path` a left-over of a plan that ended and was put away?"""
    plan = plan_of(path)
    return plan not in ("", ".", "..") and "/" not in plan and os.path.isdir(f"{places.archive}/{plan}")


def disarm(places: Places) -> None:
    """Take every recorded marker away, with the folders that are then empty."""
    for path in recorded(places):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            os.unlink(path)
        sweep(path)
        _prune(os.path.dirname(path))


def _prune(folder: str) -> None:
    """Remove `folder` and its parents, as far as they are empty, up to the folder `armed`."""
    while os.path.basename(folder) != "armed" and len(folder) > 1:
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)


def missing(places: Places) -> list[str]:
    """Recorded markers that are not there."""
    return [path for path in recorded(places) if not os.path.exists(path)]


def wrong(places: Places, plan: str) -> list[str]:
    """Recorded markers that are there and do not name `plan`."""
    return [path for path in recorded(places) if os.path.isfile(path) and plan_of(path) != plan]


def armed(places: Places) -> bool:
    """Are all recorded markers there?"""
    return all(os.path.exists(path) for path in recorded(places))
