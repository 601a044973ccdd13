"""The two markers that say "a plan is open here", and what it means when they disagree.

The first lies in our home, the second in the host's folder for the plugin, whose path a verb typed in a terminal cannot
know: the first hook that runs for the plan writes it into the plan's folder. A second marker that was never recorded is
none. Disagreement never disarms.
"""

from __future__ import annotations

import contextlib
import os

from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def recorded(places: Places) -> list[str]:
    """The markers of this plan: the first, and those that a hook recorded."""
    paths = [places.armed]
    with contextlib.suppress(OSError), open(places.markers, encoding="utf-8") as file:
        paths += [line for line in file.read().splitlines() if line and line not in paths]
    return paths


def record_second(places: Places, plugin_data: str) -> None:
    """Note the second marker's place and set it. Costs one read when it is noted already."""
    if not plugin_data:
        return
    second = places.second(plugin_data)
    known = recorded(places)
    if second not in known:
        write_whole(places.markers, "\n".join([*known[1:], second]) + "\n")
        _set(second)


def _set(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8"):
        pass


def arm(places: Places) -> None:
    """Set every recorded marker. Raises OSError."""
    for path in recorded(places):
        _set(path)


def disarm(places: Places) -> None:
    """Take every recorded marker away, with the folders that are then empty."""
    for path in recorded(places):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
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


def armed(places: Places) -> bool:
    return any(os.path.exists(path) for path in recorded(places))
