"""The line in `.git/info/exclude` that keeps our copy out of the person's `git status`; their .gitignore is not touched."""

from __future__ import annotations

import contextlib
import os
import subprocess

from planweir.places import RENDERED_COPY

LINE = f"/{RENDERED_COPY}"


def exclude_file(root: str) -> str:
    """The file in which a repository, or a work tree of it, keeps what only this machine ignores."""
    if os.path.isdir(f"{root}/.git/info"):
        return f"{root}/.git/info/exclude"  # nearly always, and a process less
    shown = subprocess.run(
        ["git", "rev-parse", "--git-path", "info/exclude"], cwd=root, capture_output=True, check=False
    )
    return os.path.join(root, os.fsdecode(shown.stdout).rstrip("\n") or ".git/info/exclude")


def excluded(root: str) -> bool:
    """Does our line stand there?"""
    try:
        with open(exclude_file(root), encoding="utf-8", errors="surrogateescape") as file:
            return LINE in file.read().splitlines()
    except OSError:
        return False


def exclude(root: str) -> None:
    """Set our line if it is not there. Raises OSError."""
    path = exclude_file(root)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            before = file.read()
    except FileNotFoundError:
        before = ""
    if LINE not in before.splitlines():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(("" if before.endswith("\n") or not before else "\n") + LINE + "\n")


def unexclude(root: str) -> None:
    """Take our line out, and the file if it held nothing else."""
    with contextlib.suppress(OSError):
        path = exclude_file(root)
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            rows = file.read().splitlines(keepends=True)
        kept = [row for row in rows if row.strip() != LINE]
        if kept == rows:
            return
        if not kept:
            os.unlink(path)
            return
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("".join(kept))
