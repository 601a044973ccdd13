"""Hard links: a file that has several names is the same file by each of them.

Looked for only where a file has more than one name, which is rare; the search is bounded.
"""

from __future__ import annotations

import os

from planweir.guard.paths import below, relative

MOST_LOOKED_AT = 50_000  # entries of folders
# Folders of installed packages and git's own: full of links among themselves, and no task's.
_LEFT_OUT = frozenset(("node_modules", ".git", ".venv", "venv", "__pycache__"))


def guarded_twin(path: str, guarded: list[str]) -> str | None:
    """The guarded file that `path` is another name of."""
    found = _names(path, guarded, ())
    return found[0] if found else None


def inside_twins(path: str, project: str) -> list[str]:
    """The other names of the file `path` inside the project, relative to it."""
    if "/node_modules/" in path:
        return []
    found = (relative(one, project) for one in _names(path, [project], _LEFT_OUT))
    return [one for one in found if one]


def _names(path: str, roots: list[str], left_out: frozenset[str] | tuple[str, ...]) -> list[str]:
    """The other names of a file among `roots` and below them."""
    try:
        wanted = os.lstat(path)
    except OSError:
        return []
    found: list[str] = []
    left = MOST_LOOKED_AT
    stack: list[str] = []
    for one in roots:
        try:
            known = os.lstat(one)
        except OSError:
            continue
        if known.st_dev != wanted.st_dev:
            continue
        if known.st_ino == wanted.st_ino and one != path:
            found.append(one)
        elif known.st_mode & 0o170000 == 0o040000 and not any(below(one, other) for other in stack):
            stack.append(one)
    while stack and left > 0 and len(found) < wanted.st_nlink - 1:
        folder = stack.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    left -= 1
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in left_out:
                            stack.append(entry.path)
                    elif entry.inode() == wanted.st_ino and entry.path != path and _same(entry.path, wanted):
                        found.append(entry.path)
        except OSError:
            continue
    return found


def _same(path: str, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.lstat(path), wanted)
    except OSError:
        return False
