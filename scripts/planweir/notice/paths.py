"""What a path is: by its times, which are cheap to compare, and by what it holds, which is compared where those differ."""

from __future__ import annotations

import os
import stat

SKIPPED = ("__pycache__",)  # Python makes them when it runs; nobody's change


def stamp(path: str) -> list[int]:
    """Size, times, inode and mode of a path and, where it is a link, of what it leads to; empty where nothing is."""
    try:
        known = os.lstat(path)
        found = [known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino, known.st_mode]
        if stat.S_ISLNK(known.st_mode):
            known = os.stat(path)
            found += [known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino, known.st_mode]
    except OSError:
        return [] if not os.path.lexists(path) else [0]
    return found


def digest_of(data: bytes) -> str:
    from hashlib import blake2b  # only where something was touched

    return blake2b(data, digest_size=12).hexdigest()


def content(path: str) -> str:
    """What a file holds and whether it can be run, where a link leads and what lies there; empty where nothing is."""
    try:
        leads = f"{os.readlink(path)} " if os.path.islink(path) else ""
        if os.path.isdir(path):
            return f"{leads}folder"
        with open(path, "rb") as file:
            runs = "x" if os.fstat(file.fileno()).st_mode & 0o111 else ""
            return f"{leads}{runs}{digest_of(file.read())}"
    except OSError as error:
        return "" if not os.path.lexists(path) else f"unreadable {error.errno}"


def names(path: str) -> str:
    """The names in a folder, where a link leads; empty where nothing is."""
    try:
        leads = f"{os.readlink(path)} " if os.path.islink(path) else ""
        inside = sorted(name for name in os.listdir(path) if name not in SKIPPED)
    except OSError as error:
        return "" if not os.path.lexists(path) else f"unreadable {error.errno}"
    return leads + digest_of("\0".join(inside).encode("utf-8", "surrogateescape"))
