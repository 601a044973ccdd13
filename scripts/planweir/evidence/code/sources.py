"""What the files of a task held at its start and hold now. Bounded: so many files, so large, no longer."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from planweir.evidence.index import TreeError, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 1 << 20  # bytes of one file
MOST = 500  # files
_CHUNK = 400  # paths of one git command


class Source(NamedTuple):
    """`old` and `new` are None where there was, or is, no such file, or where it is too large to be looked into."""

    path: str
    old: bytes | None
    new: bytes | None
    large: bool = False


def sources(root: str, tree: str, paths: Sequence[str]) -> list[Source]:
    """The first MOST of these paths as they were in `tree` ("" means HEAD) and as they are."""
    some = list(paths)[:MOST]
    was = blobs(root, tree, some)
    found: list[Source] = []
    for path in some:
        old, new = was.get(path), contents(root, path)
        large = any(one is not None and len(one) > LARGEST for one in (old, new))
        found.append(Source(path, None if large else old, None if large else new, large))
    return found


def contents(root: str, path: str) -> bytes | None:
    """A file's bytes, one more than LARGEST at most; None for what is no plain file."""
    full = os.path.join(root, path)
    try:
        if not stat.S_ISREG(os.lstat(full).st_mode):
            return None
        with open(full, "rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        return None


def blobs(root: str, tree: str, paths: Sequence[str]) -> dict[str, bytes]:
    """What these paths hold in a tree; links, folders and absent ones are left out."""
    ids: dict[str, str] = {}
    for start in range(0, len(paths), _CHUNK):
        try:
            listed = run_git(root, ("ls-tree", "-r", "-z", "-l", tree or "HEAD", "--", *paths[start : start + _CHUNK]))
        except TreeError:
            continue  # no commit yet
        for row in listed.split(b"\0"):
            meta, tab, name = row.partition(b"\t")
            if not tab:
                continue
            mode, kind, sha, size = meta.decode().split()
            if kind == "blob" and mode != "120000":
                # A large one is told by its size: its bytes are not fetched.
                ids[os.fsdecode(name)] = sha if size.isdigit() and int(size) <= LARGEST else ""
    found = {path: b"\0" * (LARGEST + 1) for path, sha in ids.items() if not sha}
    wanted = [sha for sha in dict.fromkeys(ids.values()) if sha]
    if wanted:
        texts = _texts(run_git(root, ("cat-file", "--batch"), stdin="\n".join(wanted).encode() + b"\n"))
        found |= {path: texts[sha] for path, sha in ids.items() if sha in texts}
    return found


def _texts(batch: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at = 0
    while at < len(batch):
        end = batch.index(b"\n", at)
        head = batch[at:end].decode().split()
        if len(head) != 3:
            at = end + 1  # missing
            continue
        size = int(head[2])
        found[head[0]] = batch[end + 1 : end + 1 + size]
        at = end + 2 + size
    return found
