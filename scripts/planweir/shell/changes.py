"""Notes what a command changes: one path, as far as it is known, seen from the folders where the shell may be."""

from __future__ import annotations

import os
from itertools import pairwise

from planweir.shell.limits import MAX_WRITES, Dear, Limit
from planweir.shell.marks import DEEP, PIECE, UNKNOWN, known, plain
from planweir.shell.scan import CERTAIN, POSSIBLE, Scan, Write
from planweir.shell.state import State, holder, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.programs import Target


_OWN = f"/proc/{PIECE}/"  # of $$, most of all
_OWN_FOLDER = _OWN + "cwd/"


def note_write(result: Scan, limit: Limit, how: str, marked: str, by: str, state: State) -> None:
    """Notes the change of one path, seen from the shell's folder (and from others where it may be)."""
    limit.tick(8)
    writes = result.writes
    if len(writes) > MAX_WRITES:
        raise Dear("it writes too many files")
    spread = how.startswith("spread")
    kind = (how[len("spread-") :] or "write") if spread else how
    below = marked.rpartition(DEEP + "/")[2] if DEEP in marked else ""
    pattern = (plain(below).replace(PIECE, "*"),) if below and UNKNOWN not in below else None
    unknown: list[str | None] = []
    certainty = CERTAIN
    if marked.startswith(_OWN_FOLDER):
        marked = marked[len(_OWN_FOLDER) :]
    elif marked.startswith(_OWN):
        marked = "/proc/self/" + marked[len(_OWN) :]
    for base in (state.cwd,) if marked.startswith("/") else state.folders:
        text = marked
        if base is not None and PIECE in base and not marked.startswith("/"):
            text = base + "/" + marked
        if spread or not known(text) or (base is None and not text.startswith("/")):
            within = holder(base, text, spread)
            if within not in unknown:
                unknown.append(within)
                writes.append(Write(None, by, kind, within=within))
                writes[-1].pattern = pattern
            continue
        path = place(base, _without_dots(base, text, state) if state.links and ".." in text else text)
        if path is not None and path.startswith("/proc/self/cwd/") and base is not None and known(base) and not base.startswith("/proc/"):
            path = place(base, path[len("/proc/self/cwd/") :])
        if path is not None:
            writes.append(Write(_through_links(path, state), by, how, certainty))
        certainty = POSSIBLE


def _through_links(path: str, state: State) -> str:
    for link, target in state.links.items():
        if path == link or path.startswith(link + "/"):
            return target + path[len(link) :]
    return path


def _without_dots(base: str | None, text: str, state: State) -> str:
    """A path in which `..` behind a link that the line itself makes is taken from where that leads."""
    here = "" if text.startswith("/") else base or ""
    for part in text.split("/"):
        if part == "..":
            through = _through_links(here, state)
            here = (through if through != here else os.path.realpath(here)).rpartition("/")[0]
        elif part not in ("", "."):
            here += "/" + part
    return here or "/"


def note_link(targets: list[Target], state: State) -> None:
    """A link that the line itself makes: what is written through it later reaches its target."""
    for (_, link), (how, target) in pairwise(targets):
        if how == "link" and known(link) and known(target):
            here, there = place(state.cwd, link), place(state.cwd, target)
            if here and there and here != there:
                state.links[here] = there


def common_folder(values: list[str]) -> str:
    """One marked text for many values: their common folder with one unknown name in it, if that is what
    they are."""
    folders = {one.rpartition("/")[0] for one in values}
    if len(folders) == 1 and all(
        UNKNOWN not in one and one.rpartition("/")[2] not in ("..", "") for one in values
    ):
        folder = folders.pop()
        return (folder + "/" if folder or values[0].startswith("/") else "") + PIECE
    return UNKNOWN
