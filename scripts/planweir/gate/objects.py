"""What commits and trees hold, asked of git without what may stand in for its objects."""

from __future__ import annotations

import hashlib
import os
import re

from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.index import run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINK, FOLDER = "120000", "160000"  # modes: a link, a repository of its own
MOST_READ = 2_000  # commits in which trailers are looked for
Blobs = dict[str, tuple[str, str]]  # path -> mode and name of the object


def ask(root: str, *args: str, ok: tuple[int, ...] = (0,), given: bytes = b"") -> bytes:
    """What git prints. Raises TreeError."""
    return run_git(root, ("--no-replace-objects", *args), ok=ok, stdin=given)


def commit_of(root: str, name: str = "HEAD") -> str:
    """The full name of a commit; empty where there is none of that name."""
    return ask(root, "rev-parse", "--verify", "-q", f"{name}^{{commit}}", ok=(0, 1, 128)).decode().strip() if name else ""


def tree_of(root: str, name: str = "HEAD") -> str:
    """The tree of a commit, or the tree of that name; empty where the repository has it no more."""
    return ask(root, "rev-parse", "--verify", "-q", f"{name}^{{tree}}", ok=(0, 1, 128)).decode().strip() if name else ""


def contains(root: str, commit: str, within: str = "HEAD") -> bool:
    """Is `commit` in the history of `within`?"""
    if not commit_of(root, commit):
        return False
    base = ask(root, "merge-base", commit, within, ok=(0, 1)).decode().strip()
    return base == commit_of(root, commit)


def blobs(root: str, name: str) -> Blobs:
    """What a tree holds, by-products left out."""
    found: Blobs = {}
    for row in ask(root, "ls-tree", "-r", "-z", "--full-tree", name).split(b"\0"):
        meta, _, path = row.partition(b"\t")
        words = meta.decode().split()
        if len(words) == 3 and not is_byproduct(os.fsdecode(path)):
            found[os.fsdecode(path)] = (words[0], words[2])
    return found


def differing(old: Blobs, new: Blobs) -> list[str]:
    """The paths that two trees hold otherwise."""
    return sorted(path for path in {*old, *new} if old.get(path) != new.get(path))


def message(root: str, commit: str) -> list[str]:
    return ask(root, "log", "-1", "--format=%B", commit, "--").decode("utf-8", "replace").splitlines()


def subject(root: str, commit: str) -> str:
    return ask(root, "log", "-1", "--format=%s", commit, "--").decode("utf-8", "replace").strip()


def with_lines(root: str, base: str, wanted: set[str]) -> str:
    """The newest commit of HEAD's history since `base` whose message has these lines (a squashed one has them indented)."""
    since = f"{base}..HEAD" if base and commit_of(root, base) else "HEAD"
    said = ask(root, "log", f"--max-count={MOST_READ}", "--format=%H%x00%B%x01", since, "--").decode("utf-8", "replace")
    for row in said.split("\1"):
        sha, _, body = row.strip().partition("\0")
        if sha and wanted <= {line.strip() for line in body.splitlines()}:
            return sha
    return ""


def touching(root: str, base: str, path: str) -> str:
    """The newest commit of HEAD since `base` that changed `path`, as `name (subject)`; empty where none did."""
    since = f"{base}..HEAD" if base and commit_of(root, base) else "HEAD"
    said = ask(root, "log", "-1", "--format=%h (%s)", since, "--", path).decode("utf-8", "replace")
    return said.strip()


def digest(root: str, held: Blobs, scope: Sequence[str], out: Iterable[str] = ()) -> str:
    """What `evidence.tree.digest` says of a work tree that holds this; empty where that cannot be known."""
    wanted = re.compile("|".join(f"(?:{row})" for row in scope), re.DOTALL) if scope else None
    left = set(out)
    paths = [path for path in sorted(held) if path not in left and (wanted is None or wanted.fullmatch(path))]
    if any(held[path][0] == FOLDER for path in paths):
        return ""
    total = hashlib.sha256()
    for path, content in zip(paths, _contents(root, [held[path][1] for path in paths]), strict=True):
        mode = held[path][0]
        entry = content if mode == LINK else hashlib.sha256(content).digest()
        total.update(b"%s\0%s\0" % (os.fsencode(path), mode.encode() + b"\0" + entry))
    return total.hexdigest()


def _contents(root: str, names: list[str]) -> list[bytes]:
    data = ask(root, "cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode())
    found: list[bytes] = []
    position = 0
    for _ in names:
        end = data.index(b"\n", position)
        size = int(data[position:end].split()[-1])
        found.append(data[end + 1 : end + 1 + size])
        position = end + 2 + size
    return found


def converts(root: str, paths: Sequence[str]) -> bool:
    """Does git hold any of these files otherwise than the work tree (line ends, filters, modes)? Then bytes tell nothing."""
    for key, plain in (("core.autocrlf", ("", "false")), ("core.fileMode", ("", "true"))):
        if ask(root, "config", "--get", key, ok=(0, 1)).decode().strip() not in plain:
            return True
    if not paths:
        return False
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    fields = ask(root, "check-attr", "-z", "--stdin", *ATTRIBUTES, given=given).split(b"\0")
    return any(value not in (b"unspecified", b"unset") for value in fields[2::3])


ATTRIBUTES = ("filter", "text", "eol", "ident", "working-tree-encoding", "crlf")
