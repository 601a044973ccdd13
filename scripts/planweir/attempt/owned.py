"""What is wrong with our own files, each seen by a checksum that the guard's file holds. Looks alone; `tending` mends.

A file that is merely behind the journal tells of a process that was killed, not of another hand: that is no incident.
"""

from __future__ import annotations

import json
import os
import stat
from binascii import crc32

from planweir.attempt.excluded import LINE, exclude_file, excluded
from planweir.journal import markers
from planweir.journal.render import copy_text, guard, plan_text
from planweir.journal.witness import GUARD_VERSION, announced, guard_file, is_of
from planweir.places import in_bytes
from planweir.values import number_or, sub, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

    Seen = dict[str, object]

# What each file is to people.
NAMES = {"guard": "what hooks decide from", "state": "the checkpoint", "plan": "the frozen graph", "copy": "the copy for reading"}
AGAIN = "and was written again"
BEGINNING = 2  # events: a process that was killed in the first transaction has rendered nothing yet


def wrong(places: Places, state: State, seen: Seen) -> list[str]:
    """What another hand did to our files, in words, one a file. `seen` is what the last good look saw (`look`)."""
    found = [f"the marker {path} was gone and was set again" for path in markers.missing(places)]
    found += [
        f"the marker {path} named another plan and was set again" for path in markers.wrong(places, state["plan"]["id"])
    ]
    return [*found, *_rendered(places, state), *_in_project(places, state, seen)]


def look(places: Places, state: State) -> Seen:
    """What cannot be held against the journal and so is kept for the next look: the plan's document and the excluded line."""
    return {"document": _sum(state["plan"]["file"]), "excluded": excluded(places.project)}


def _rendered(places: Places, state: State) -> list[str]:
    kept = guard_file(places)
    if kept is None:
        said = announced(places)
        cut = state["seq"] <= BEGINNING or (said is not None and said[2])  # in the first transaction, or in a repair
        if _older(places.guard) or (cut and not os.path.lexists(places.guard)):
            return []
        return [_told(places.guard, "guard"), *_by_content(places, state)]
    if not is_of(kept, places.journal):
        if number_or(kept, "bytes") != state["bytes"]:
            return []  # behind
        return [f"{places.journal} was written to by another hand; each line is as it was written"]
    found = [] if _says(kept, places, state) else [_told(places.guard, "guard")]
    sums = sub(kept, "kept")
    for name, path in (("state", places.state), ("plan", places.plan), ("copy", places.rendered_copy)):
        wanted = number_or(sums, name, -1)
        if wanted != -1 and (_sum(path, name == "state") != wanted or (name == "copy" and _mode(path) != 0o444)):
            found.append(_told(path, name))
    return found


def _by_content(places: Places, state: State) -> list[str]:
    """Where the guard's file, which has the checksums, is gone itself."""
    rows = (("plan", places.plan, plan_text(state)), ("copy", places.rendered_copy, copy_text(state)))
    there = os.path.isdir(os.path.dirname(places.rendered_copy))
    return [
        _told(path, name)
        for name, path, words in rows
        if (name != "copy" or there) and _sum(path) != crc32(in_bytes(words))
    ]


def _says(kept: Seen, places: Places, state: State) -> bool:
    """Does the guard's file say what the journal says? Which paths are guarded depends on who rendered it, but for ours."""
    wanted = guard(places, state)
    same = all(kept.get(key) == value for key, value in json.loads(json.dumps(wanted)).items() if key != "guarded")
    ours = {places.home, places.rendered_copy, os.path.abspath(state["plan"]["file"])}
    return same and ours <= set(texts(kept, "guarded")) and set(kept) <= {*wanted, "kept"}


def _in_project(places: Places, state: State, seen: Seen) -> list[str]:
    found = []
    file = state["plan"]["file"]
    before = seen.get("document")
    if before is not None and _sum(file) != before:
        how = "was changed" if os.path.isfile(file) else "is gone"
        found.append(f"the plan's document {file} {how}; the run goes on with the graph that was frozen when it started")
    if seen.get("excluded") is True and not excluded(places.project):
        found.append(f"the line {LINE} was gone from {exclude_file(places.project)} and was set again")
    return found


def _told(path: str, name: str) -> str:
    how = "was changed by another hand"
    if os.path.islink(path):
        how = "was replaced by a link"
    elif os.path.isdir(path):
        how = "was replaced by a folder"
    elif not os.path.exists(path):
        how = "was gone"
    return f"{path} ({NAMES[name]}) {how} {AGAIN}"


def _older(path: str) -> bool:
    """Was it rendered by an earlier version, which kept no checksums?"""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and 0 < number_or(value, "v") < GUARD_VERSION and "guarded" in value


def _sum(path: str, body: bool = False) -> int:
    """The checksum of a file, or of what stands before its own checksum; -2 where there is no such file."""
    if os.path.islink(path):
        return -2
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return -2
    if body:
        data, _, tail = data.rpartition(b"\n#")
        return crc32(data) if tail.strip() == b"%08x" % crc32(data) else -2
    return crc32(data)


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.lstat(path).st_mode)
    except OSError:
        return 0
