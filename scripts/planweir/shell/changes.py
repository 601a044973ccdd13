"""Notes what a command changes: one path, as far as it is known, seen from the folders where the shell may be."""

from __future__ import annotations

from itertools import pairwise

from planweir.shell.limits import MAX_WRITES, Limit, Unreadable
from planweir.shell.marks import DEEP, PIECE, UNKNOWN, known, plain
from planweir.shell.scan import POSSIBLE, Scan, Write
from planweir.shell.state import State, holder, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.programs import Target


def note_write(result: Scan, limit: Limit, how: str, marked: str, by: str, state: State) -> None:
    """Notes the change of one path, seen from the shell's folder (and from others where it may be)."""
    limit.tick()
    writes = result.writes
    if len(writes) > MAX_WRITES:
        raise Unreadable("it writes too many files")
    if state.cwd is not None and PIECE in state.cwd and not marked.startswith("/"):
        marked = state.cwd + "/" + marked
    spread = how.startswith("spread")
    if spread or not known(marked) or (not marked.startswith("/") and state.cwd is None):
        kind = how[len("spread-") :] or "write" if spread else how
        one = Write(None, by, kind, within=holder(state.cwd, marked, spread))
        below = marked.rpartition(DEEP + "/")[2] if DEEP in marked else ""
        if below and UNKNOWN not in below:
            one.pattern = (plain(below).replace(PIECE, "*"),)
        writes.append(one)
        for other in state.others if not marked.startswith("/") else ():
            writes.append(Write(None, by, kind, within=holder(other, marked, spread)))
            writes[-1].pattern = one.pattern
        return
    path = place(state.cwd, marked)
    if path is None:
        return
    writes.append(Write(_through_links(path, state), by, how))
    if not marked.startswith("/"):
        for other in state.others:
            elsewhere = place(other, marked)
            if elsewhere is not None and elsewhere != path:
                writes.append(Write(elsewhere, by, how, POSSIBLE))


def _through_links(path: str, state: State) -> str:
    for link, target in state.links.items():
        if path == link or path.startswith(link + "/"):
            return target + path[len(link) :]
    return path


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
