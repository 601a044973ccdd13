"""What gates have found out and need not find out again: small JSON files in the plan's folder, lost without harm."""

from __future__ import annotations

import hashlib
import json

from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.places import Places

MOST = 60  # entries of one file


def sum_of(words: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()


def _path(places: Places, name: str) -> str:
    return f"{places.artifacts}/gate/{name}.json"


def read(places: Places, name: str) -> dict[str, object]:
    try:
        with open(_path(places, name), encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write(places: Places, name: str, value: dict[str, object]) -> None:
    write_whole(_path(places, name), json.dumps(dict(list(value.items())[-MOST:])))
