"""The task graph as an event gives it: each field of its kind, each task once in the waves."""

from __future__ import annotations

from planweir.values import Malformed, rows, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import cast

    from planweir.journal.types import Event, Graph
else:

    def cast(_kind: object, value: object) -> object:
        return value


def graph_of(given: dict[str, object]) -> Graph:
    """A copy of `given`, so that amending a task changes no event. Raises Malformed."""
    given = {**UNSAID, **given}
    need_fields(given, GRAPH_FIELDS, "graph")
    younger: dict[str, object] = {"serves": [], "wires": [], "not_reached": "", "fewer_tests": ""}
    tasks = [{**younger, **table(row)} for row in rows(given, "tasks")]
    for row in tasks:
        need_fields(row, {"id": "text", **TASK_FIELDS}, "task")
    return cast("Graph", {**given, "tasks": tasks})


def need_fields(given: dict[str, object], kinds: dict[str, str], subject: str) -> None:
    """Every field of `kinds` is in `given` and of its kind. Raises Malformed."""
    for key, kind in kinds.items():
        if key not in given or not FIELD_KINDS[kind](given[key]):
            raise Malformed(f"{subject}: {key}: expected {kind}")


def waves_of(event: Event, names: list[str]) -> list[list[str]]:
    """The waves of `event`, which hold each of `names` once. Raises Malformed."""
    found = [
        [name for name in wave if isinstance(name, str)]
        for wave in rows(event, "waves")
        if isinstance(wave, list)
    ]
    if not all(found) or sorted(name for wave in found for name in wave) != sorted(names):
        raise Malformed("waves: they do not hold each task of the graph once")
    return found


def _all_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, str) for row in value)


def _criteria(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and isinstance(row.get("text"), str) and isinstance(row.get("by_hand"), bool)
        for row in value
    )


def _requirements(value: object) -> bool:
    return isinstance(value, list) and all(
        _is_wanted(row) and isinstance(row.get("criteria"), list) and all(map(_is_wanted, row["criteria"])) for row in value
    )


def _is_wanted(row: object) -> bool:
    return (
        isinstance(row, dict)
        and all(isinstance(row.get(key), str) for key in ("id", "text", "check"))
        and isinstance(row.get("by_hand"), bool)
    )


FIELD_KINDS: dict[str, Callable[[object], bool]] = {
    "text": lambda value: isinstance(value, str),
    "yes or no": lambda value: isinstance(value, bool),
    "a list of texts": _all_text,
    "a number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a number or nothing": lambda value: (
        value is None or (isinstance(value, int) and not isinstance(value, bool))
    ),
    "a list of criteria": _criteria,
    "a list of requirements": _requirements,
}
# What plans say that were frozen before there was a key for it.
UNSAID: dict[str, object] = {
    "plans_accepted_by": "person",
    "scope": "ask",
    "engine": "agents",
    "max_parallel": 6,
    "entry_points": [],
    "requirements": [],
}
GRAPH_FIELDS = {
    **dict.fromkeys(("title", "goal", "commit", "grants", "scope", "plans_accepted_by", "engine", "context"), "text"),
    "max_parallel": "a number",
    **dict.fromkeys(("setup", "verify", "verify_at_end", "entry_points"), "a list of texts"),
    "requirements": "a list of requirements",
}
TASK_FIELDS = {
    **dict.fromkeys(("title", "agent", "description", "not_reached", "fewer_tests"), "text"),
    **dict.fromkeys(("depends_on", "files", "also", "verify", "serves", "wires"), "a list of texts"),
    **dict.fromkeys(("new_tests", "plan_first"), "yes or no"),
    "complexity": "a number or nothing",
    "done_when": "a list of criteria",
}
