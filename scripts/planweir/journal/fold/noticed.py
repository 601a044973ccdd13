"""Events of what a look at the tree found and nothing explains, and of how that was settled."""

from __future__ import annotations

from planweir.values import Malformed, number_or, sub, text, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planweir.journal.types import Event, State

MOST_TOLD = 3
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
    held = texts(event, "held")  # guarded files, by their whole paths
    if not marks and not held:
        raise Malformed("marks: no path is named")
    state["baseline"]["dirty"] = {**state["baseline"]["dirty"], **marks}
    settle(state, marks)
    for path in held:
        state["keepsake"]["held"].pop(path, None)


def keep(state: State, event: Event) -> None:
    """Guarded files that are not ours, as they are from now on. `held`: whose change holds the gate; `back`: which are as they
    were; `told`: a person's."""
    keepsake = state["keepsake"]
    keepsake["name"] = text(event, "name")
    keepsake["sums"] = {group: str(value) for group, value in sub(event, "sums").items()}
    for path in texts(event, "back"):
        keepsake["held"].pop(path, None)
    for path, row in sub(event, "held").items():
        if not isinstance(row, dict):
            raise Malformed("held: a row is no table")
        known = keepsake["held"].get(path)
        was = text_or(row, "was") if known is None else known["was"]  # before the first of its changes
        keepsake["held"][path] = {"what": text(row, "what"), "was": was, "at": text_or(event, "at")}
    keepsake["told"] = [*keepsake["told"], *texts(event, "told")][-MOST_TOLD:]


HANDLERS: dict[str, Callable[[State, Event], None]] = {
    "unexplained": _unexplained,
    "settled": _settled,
    "mine": _mine,
    "kept": keep,
}
