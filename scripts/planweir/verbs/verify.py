"""Holding a signed-off record against the journal beside it and against HEAD, at any time after the plan has ended."""

from __future__ import annotations

import json
import os

from planweir.evidence.index import TreeError
from planweir.gate import objects, signed
from planweir.values import sub, text_or
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def verify(places: Places, which: str = "") -> Answer:
    """`which`: a plan's id, a token, or nothing for the plan that was completed last."""
    words = which.split()
    token = which.strip() if words[:1] == [signed.TOKEN] else ""
    name = words[1] if token and len(words) > 1 else which.strip()
    folder = _folder(places, name)
    if not folder:
        ended = f" The last plan left no record: {_last(places)}." if not name and _last(places) else ""
        return no(f"there is no signed-off record{f' of {name}' if name else ''} here.{ended}")
    try:
        with open(f"{folder}/artifacts/{signed.JSON_NAME}", encoding="utf-8") as file:
            given = json.load(file)
        with open(f"{folder}/journal.jsonl", "rb") as file_:
            journal = file_.read()
        if not isinstance(given, dict):
            raise ValueError("no object")
        faults = signed.faults(given, journal)
        if token and token != signed.token(given):
            faults.append("the line is not the one that this record gave")
    except (OSError, ValueError) as error:
        return no(f"the record in {folder} cannot be read: {error}.")
    head = sub(given, "head")
    place, there = _in_head(places, text_or(head, "commit"), text_or(head, "tree"))
    shown = [
        f"{text_or(sub(given, 'plan'), 'title')} ({text_or(sub(given, 'plan'), 'id')}), checked {text_or(given, 'at')} on {text_or(given, 'ran_on')}",
        *(f"  fail record {fault}" for fault in faults),
        *([] if faults else ["  ok record the record and the journal beside it bear each other out"]),
        f"  {'ok' if there else 'fail'} head {place}",
        *(f"  told excluded {row[0]}: {row[1]}" for row in given.get("excluded", []) if isinstance(row, list) and len(row) == 2),
        f"Record: {folder}/artifacts/{signed.JSON_NAME}",
    ]
    good = not faults and there
    return (yes if good else no)("\n".join(["it holds." if good else "it does not hold.", *shown]), folder=folder)


def _in_head(places: Places, commit: str, tree: str) -> tuple[str, bool]:
    root = places.project
    try:
        if objects.contains(root, commit):
            now = objects.commit_of(root)
            return ("HEAD is the commit that was checked" if now == commit else f"HEAD's history contains {commit[:10]}"), True
        if tree and objects.tree_of(root) == tree:
            return f"{commit[:10]} is not in HEAD's history, but HEAD holds the very same files", True
    except TreeError as error:
        return f"git could not be asked: {error}", False
    return f"{commit[:10]} is not in HEAD's history, and HEAD holds other files", False


def ended(places: Places) -> str:
    """What to say of the plan that ended last, where none is open."""
    folder = _folder(places, "")
    if not folder or os.path.basename(folder) != _last(places):
        return ""
    try:
        with open(f"{folder}/artifacts/{signed.JSON_NAME}", encoding="utf-8") as file:
            given = json.load(file)
        title, when = text_or(sub(given, "plan"), "title"), text_or(given, "at")
    except (OSError, ValueError, AttributeError):
        return ""
    return f" The last one, {title}, ended already (complete, {when}); `task-planner done --verify` holds its record against HEAD."


def _names(places: Places) -> list[str]:
    """The plans in the archive, the oldest first."""
    return sorted(os.listdir(places.archive)) if os.path.isdir(places.archive) else []


def _last(places: Places) -> str:
    return next(reversed(_names(places)), "")


def _folder(places: Places, name: str) -> str:
    """The archive's folder of that plan, or of the last that has a record; empty where there is none."""
    found = [f"{places.archive}/{one}" for one in _names(places) if name in ("", one)]
    return next((one for one in reversed(found) if os.path.exists(f"{one}/artifacts/{signed.JSON_NAME}")), "")
