"""The repository as it was when the plan started, as far as a recording holds it: the tracked text files that are small."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass, field

ONE = 200_000  # bytes of one file
ALL = 4_000_000


@dataclass
class Files:
    """`texts` by path; `executable` are those that can be run; `left` were left out, and why."""

    texts: dict[str, str] = field(default_factory=dict)
    executable: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def tracked(project: str, head: str) -> Files:
    """The files of the commit `head`."""
    found = Files()
    whole = 0
    for row in _git(project, "ls-tree", "-r", "-z", "--long", head).split(b"\0"):
        if not row:
            continue
        facts, _, raw = row.partition(b"\t")
        mode, kind, sha, size = facts.decode().split()
        path = raw.decode("utf-8", "backslashreplace")
        if kind != "blob" or mode == "120000":
            found.left[path] = "no plain file"
        elif int(size) > ONE:
            found.left[path] = f"{int(size):,} bytes"
        elif whole + int(size) > ALL:
            found.left[path] = f"there are {ALL:,} bytes already"
        else:
            try:
                found.texts[path] = _git(project, "cat-file", "blob", sha).decode()
            except UnicodeDecodeError:
                found.left[path] = "no text"
                continue
            whole += int(size)
            if mode == "100755":
                found.executable.append(path)
    return found


def plan_text(project: str, path: str, digest: str, committed: str | None) -> str | None:
    """The plan document whose hash is `digest`: as committed, or as it lies there; None where neither is it any more."""
    texts = [committed]
    try:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    except (OSError, UnicodeDecodeError):
        pass
    return next((text for text in texts if text and hashlib.sha256(text.encode()).hexdigest() == digest), None)


def _git(project: str, *words: str) -> bytes:
    """git's output in the project. Raises CalledProcessError."""
    return subprocess.run(["git", *words], cwd=project, capture_output=True, check=True).stdout
