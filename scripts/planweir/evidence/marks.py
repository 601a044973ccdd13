"""A mark of what one path of a project holds now, by which it is known again."""

from __future__ import annotations

import hashlib
import os


def fingerprint(root: str, path: str) -> str:
    """What is at `path` now: `missing`, or the digest of its bytes and whether it may be run (its target, for a link)."""
    whole = os.path.join(root, path)
    try:
        if os.path.islink(whole):
            return "link:" + os.readlink(whole)
        with open(whole, "rb") as file:
            runs = "x" if os.fstat(file.fileno()).st_mode & 0o100 else ""
            return hashlib.sha256(file.read()).hexdigest() + runs
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"
