"""The files that redirections open, and where standard output and errors then go."""

from __future__ import annotations

from planweir.shell.changes import note_write
from planweir.shell.grammar import Parser
from planweir.shell.lazy import pattern
from planweir.shell.limits import Dear, Unreadable
from planweir.shell.marks import UNKNOWN, known, visible
from planweir.shell.redirections import duplicates
from planweir.shell.state import State, place
from planweir.shell.words import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.redirections import Redirection
    from planweir.shell.state import Flow
    from planweir.shell.walk import Walk
    from planweir.shell.words import Word


def redirect(walk: Walk, redirections: list[Redirection], state: State, flow: Flow) -> None:
    """Notes the files that redirections open and where standard output and errors then go."""
    for one in redirections:
        walk.limit.tick()
        if one.body is not None:
            if one.fd in ("", "0"):
                flow.stdin = walk.expander.text(one.body.parts, state)
            else:
                walk.expander.text(one.body.parts, state)
            continue
        if one.op == "<<<":
            flow.stdin = walk.expander.text(one.target, state) + "\n"
            continue
        names = walk.expander.fields(one.target, state) or [UNKNOWN]
        name = names[0] if len(names) == 1 else UNKNOWN
        if one.op == "<":
            walk.result.inputs.extend(_shown(each, state) for each in names)
            if one.fd in ("", "0"):
                flow.stdin = _read(walk, one.target, name, state)
            continue
        if one.op == "<&" or (one.op == ">&" and duplicates(name)):
            if one.op == ">&":
                _duplicate(one.fd or "1", name, flow)
            continue
        if one.op == ">&" and one.fd in ("", "1"):
            names = [*names, *_again(walk, name, state)]
        for each in names:
            note_write(walk.result, walk.limit, "write", each, "redirect", state)
        place_of = _shown(name, state)
        if one.op in (">>", "&>>"):
            walk.appended.add(place_of)
        if one.op in ("&>", "&>>") or (one.op == ">&" and one.fd == ""):
            flow.stdout = flow.stderr = place_of
        elif one.fd in ("", "1") and one.op != "<>":
            flow.stdout = place_of
        elif one.fd == "2":
            flow.stderr = place_of


_EXPANDS = pattern(r"[$`'\"\\~]")


def _again(walk: Walk, name: str, state: State) -> list[str]:
    """bash expands the word behind >& a second time, also where it was quoted: `>& '$(rm f)'` runs rm."""
    if UNKNOWN in name or not _EXPANDS.search(name):
        return []
    try:
        reader = Parser(name, walk.limit)
        word = reader.word()
    except Dear:
        raise
    except Unreadable:
        return [UNKNOWN]
    return [walk.expander.text(word, state)] if reader.pos == reader.size else [UNKNOWN]


def _read(walk: Walk, target: Word, name: str, state: State) -> str | None:
    """What `< name` or `< <(…)` gives to read."""
    if len(target) == 1 and target[0].kind == PROC:
        found = walk.expander.printed
        return None if found == UNKNOWN else found
    return walk.content(name, state)


def _duplicate(fd: str, name: str, flow: Flow) -> None:
    if fd == "1":
        flow.stdout = (flow.stderr or "/dev/stderr") if name == "2" else flow.stdout
    elif fd == "2" and name == "1":
        flow.stderr = flow.stdout


def _shown(name: str, state: State) -> str:
    path = place(state.cwd, name) if known(name) else None
    return (visible(path) if path else visible(name)) or "?"
