"""Programs under another name: copies and links of what changes files, and what lies on a PATH of the line's own.

Loaded only where a program is called by a path outside the system's folders, or where the line sets PATH.
"""

from __future__ import annotations

import os

from planweir.shell.marks import known
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.state import State
    from planweir.shell.walk import Walk

# What is worth another name.
_WORTH = frozenset(
    "rm mv cp dd tee sed truncate shred ln install unlink find xargs chmod touch sh bash dash patch rsync".split()
)
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/nix/", "/opt/")


def undisguised(walk: Walk, fields: list[str], name: str, at: State) -> tuple[list[str], str]:
    """The words of a call with its program's own name, where it is called by another."""
    path = fields[0] if fields[0] != name else found_on_path(name, at)
    if path is None or path.startswith(_SYSTEM):
        return fields, name
    real = real_name(walk, path, at)
    if real is not None:
        return [real, *fields[1:]], real
    return ([path, *fields[1:]], "a program on PATH") if path != fields[0] else (fields, name)


def found_on_path(name: str, state: State) -> str | None:
    """The path that a bare name has on a PATH that the line set: only in folders that were not on it before."""
    paths = state.vars.get("PATH")
    if not isinstance(paths, str) or not known(paths):
        return None
    usual = state.env.get("PATH", "").split(":")
    for folder in paths.split(":"):
        if folder in usual:
            return None
        whole = place(state.cwd, f"{folder or '.'}/{name}")
        if whole is not None and os.path.isfile(whole) and os.access(whole, os.X_OK):
            return whole
    return None


def real_name(walk: Walk, path: str, state: State) -> str | None:
    """The name of the program that lies at a path, where it is one of _WORTH under another name."""
    whole = place(state.cwd, path)
    if whole is None or whole.startswith(_SYSTEM):
        return None
    made = _made(walk, whole)
    real = os.path.realpath(made or whole)
    name = os.path.basename(made or real)
    if name not in _WORTH and not real.startswith(_SYSTEM):
        name = _copied(real) or ""
    return name if name in _WORTH and name != os.path.basename(path) else None


def _made(walk: Walk, whole: str) -> str | None:
    """What the line itself copied or linked there."""
    for program in reversed(walk.result.programs):
        if program.name not in ("cp", "ln", "install", "mv") or len(program.words) < 3:
            continue
        source, target = program.words[-2], program.words[-1]
        if source is None or target is None or not source.startswith(_SYSTEM):
            continue
        there = place(program.cwd, target)
        if there is not None and whole in (there, f"{there}/{os.path.basename(source)}"):
            return source
    return None


def _copied(real: str) -> str | None:
    """The system's program of which a file is a copy."""
    try:
        size = os.path.getsize(real)
        with open(real, "rb") as file:
            if file.read(4) != b"\x7fELF":
                return None
        for name in sorted(_WORTH):
            for folder in ("/usr/bin/", "/bin/"):
                if os.path.isfile(folder + name) and os.path.getsize(folder + name) == size and _same(folder + name, real):
                    return name
    except OSError:
        return None
    return None


def _same(one: str, other: str) -> bool:
    with open(one, "rb") as left, open(other, "rb") as right:
        return left.read(3_000_000) == right.read(3_000_000)
