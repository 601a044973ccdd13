"""Python's compiled files in the work tree are forgotten before the gate's commands run.

Such a file stands in for its source: one that says `unchecked`, or bears the source's time and size, is run whatever the source
says. Git ignores it, so no look finds it, and a commit does not hold it. Compiling anew costs little, and changes nothing else.
"""

from __future__ import annotations

import contextlib
import os

from planweir.evidence.index import listing

CACHE = "__pycache__"


def forget(root: str) -> int:
    """Take away what is compiled beside the project's own sources and not kept in git. How many files that were."""
    kept: set[str] = set()
    folders: set[str] = set()
    for tag, path in listing(root):
        if path.endswith(".py"):
            folders.add(os.path.join(os.path.dirname(path), CACHE))
        elif tag != "?" and path.endswith((".pyc", ".pyo")):
            kept.add(path)
    count = 0
    for folder in sorted(folders):
        whole = os.path.join(root, folder)
        if os.path.islink(whole) or not os.path.isdir(whole):
            continue
        for name in os.listdir(whole):
            if name.endswith((".pyc", ".pyo")) and f"{folder}/{name}" not in kept:
                with contextlib.suppress(OSError):  # another process compiles here as well
                    os.unlink(os.path.join(whole, name))
                    count += 1
    return count
