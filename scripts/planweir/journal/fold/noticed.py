"""Events of what a look at the tree found and nothing explains, and of how that was settled."""

from __future__ import annotations

from planweir.values import Malformed, number_or, sub, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planweir.journal.types import Event, State

MOST_ROWS = 300  # paths that are kept by name


def settle(state: State, paths: Iterable[str]) -> None:
    """Somebody owns these now, or they are as they were."""
    noticed = state["noticed"]
    if not noticed["rows"]:
        return
    for path in paths:
        noticed["rows"].pop(path, None)
    if not noticed["rows"]:
        noticed["more"] = 0


def _unexplained(state: State, event: Event) -> None:
    paths, by, tree = texts(event, "paths"), text(event, "by"), text(event, "tree")
    person = event.get("person") is True
    noticed = state["noticed"]
    noticed["more"] += number_or(event, "more")
    for path in paths:
        known = noticed["rows"].get(path)
        if known is None and len(noticed["rows"]) >= MOST_ROWS:
            noticed["more"] += 1
            continue
        noticed["rows"][path] = {
            "tree": known["tree"] if known is not None else tree,  # before the first of its changes
            "seq": number_or(event, "seq", state["seq"] + 1),
            "at": text_or(event, "at"),
            "by": known["by"] if person and known is not None and not known["person"] else by,
            "person": person and (known is None or known["person"]),
            "agents": texts(event, "agents"),
            "left": text_or(sub(event, "marks"), path),
        }


def _settled(state: State, event: Event) -> None:
    text(event, "why")
    settle(state, texts(event, "paths"))


def _mine(state: State, event: Event) -> None:
    """As if they had been changed before the plan: the person's, as long as they hold what they hold now."""
    marks = {path: mark for path, mark in sub(event, "marks").items() if isinstance(mark, str)}
    if not marks:
        raise Malformed("marks: no path is named")
    state["baseline"]["dirty"] = {**state["baseline"]["dirty"], **marks}
    settle(state, marks)


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "unexplained": _unexplained,
    "settled": _settled,
    "mine": _mine,
}
