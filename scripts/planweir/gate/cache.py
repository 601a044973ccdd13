"""Results of the gate's commands, kept for the very tree that they ran on: what passed is not run twice."""

from __future__ import annotations

import json

from planweir.evidence import tree
from planweir.gate.commands import Ran, ran_from_json
from planweir.places import write_whole
from planweir.values import Malformed, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def _path(places: Places) -> str:
    return f"{places.artifacts}/gate/results.json"


def _read(places: Places) -> dict[str, dict[str, object]]:
    try:
        with open(_path(places), encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return (
        {key: row for key, row in value.items() if isinstance(row, dict)} if isinstance(value, dict) else {}
    )


def kept(places: Places, command: str) -> Ran | None:
    """The passing result of `command` on the tree as it is now; None if it must be run."""
    row = _read(places).get(command)
    if row is None or text_or(row, "tree") != tree.snapshot(places.project):
        return None
    try:
        ran = ran_from_json(row.get("ran"))
    except Malformed:
        return None
    return ran if ran.ok else None


def keep(places: Places, ran: Ran) -> None:
    """Keep the result of a command that ended just now, with the tree that it left."""
    rows = _read(places)
    rows[ran.command] = {"tree": tree.snapshot(places.project), "ran": ran.to_json()}
    write_whole(_path(places), json.dumps(rows))


def forget(places: Places) -> None:
    """Let every command be run anew."""
    write_whole(_path(places), "{}")
