"""What the work tree holds, as git sees it: changes, a snapshot, a digest, a diff, and putting one path back.

Paths are relative to the project's root, `/`-separated text; bytes that are not UTF-8 travel as
surrogate escapes (`os.fsencode` gives them back). The project may be a folder inside a larger repository:
what lies outside it is not looked at.
"""

from __future__ import annotations

import os
import re
import stat

from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.index import PrivateIndex, TreeError, all_files, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# A file is read in pieces of this many bytes, so that a large one costs no memory.
_PIECE = 1 << 20


def changed(root: str) -> dict[str, str]:
    """Each path that differs from HEAD, with one letter: M, A (made known to git), D, T (another type), U (in
    conflict), `?` (untracked). A rename is a D and an A. A submodule counts under its own name when its
    commit moved or anything in it changed. Ignored files and by-products are left out."""
    with PrivateIndex(root) as git:
        return git.changed()


def snapshot(root: str) -> str:
    """The id of a git tree that holds what the project holds now: tracked and untracked files, not ignored
    ones. Objects are written to the repository, no reference and no index."""
    with PrivateIndex(root) as git:
        return git.snapshot()


def digest(root: str, scope: Sequence[str], start_tree: str | None = None) -> str:
    """sha256 over (path, mode, content) of the tracked and untracked files whose path one of the regular
    expressions in `scope` matches whole. It does not depend on what is staged. With scope [".*"] and
    `start_tree` it is taken over what differs from that tree, so that it stays the same while only
    neighbours' commits move HEAD."""
    from hashlib import sha256

    total = sha256()
    if start_tree is not None and list(scope) == [".*"]:
        with PrivateIndex(root) as git:
            total.update(git.raw_difference(start_tree, git.snapshot()))
        return total.hexdigest()
    wanted = re.compile("|".join(f"(?:{row})" for row in scope), re.DOTALL) if scope else None
    for path in sorted(all_files(root)):
        if wanted is None or wanted.fullmatch(path) is None or is_byproduct(path):
            continue
        entry = _fingerprint(os.path.join(root, path))
        if entry is not None:
            total.update(b"%s\0%s\0" % (os.fsencode(path), entry))
    return total.hexdigest()


def diff(root: str, tree: str, paths: Sequence[str] | None = None) -> str:
    """The patch (with binary parts) from `tree` to what is there now, for these files and folders, literally
    named; None means the whole project, an empty list nothing. Ignored files that are named are included."""
    if paths is not None and not paths:
        return ""
    with PrivateIndex(root) as git:
        return git.patch(tree, git.snapshot(paths or ()), paths)


def head(root: str) -> str:
    """The present commit; empty where there is none yet."""
    return run_git(root, ("rev-parse", "--verify", "-q", "HEAD"), ok=(0, 1, 128)).decode().strip()


def tree_of(root: str, commit: str) -> str:
    """The id of the tree of a commit."""
    return run_git(root, ("rev-parse", "--verify", "-q", f"{commit}^{{tree}}")).decode().strip()


def changed_since(root: str, tree: str, scope: Sequence[str]) -> list[str]:
    """The paths in `scope` (regular expressions for fullmatch) that differ from `tree` now; "" means HEAD."""
    if not scope:
        return []
    wanted = re.compile("|".join(f"(?:{row})" for row in scope), re.DOTALL)
    with PrivateIndex(root) as git:
        raw = git.raw_difference(tree or git.head, git.snapshot())
    return sorted(path for path in map(os.fsdecode, raw.split(b"\0")[1::2]) if wanted.fullmatch(path))


def composed(root: str, base: str, paths: Sequence[str]) -> str:
    """The id of the tree that `git commit --only` of these paths would make on top of the commit or tree `base`."""
    with PrivateIndex(root) as git:
        return git.composed(base, paths)


def swapped(root: str, tree: str, other: str, paths: Sequence[str]) -> str:
    """The id of `tree` with these paths as they are in the tree `other`."""
    with PrivateIndex(root) as git:
        return git.swapped(tree, other, paths)


def between(root: str, old: str, new: str) -> list[str]:
    """The paths that differ between two trees."""
    with PrivateIndex(root) as git:
        return sorted(map(os.fsdecode, git.raw_difference(old, new).split(b"\0")[1::2]))


def added_and_changed(root: str, now: str, trees: dict[str, str], scopes: dict[str, Sequence[str]]) -> dict[str, list[tuple[str, bool]]]:
    """For each name, the paths of its scope that `now` has otherwise than its tree, and whether they were not there at all."""
    found: dict[str, list[tuple[str, bool]]] = {}
    with PrivateIndex(root) as git:
        for name, tree in trees.items():
            wanted = re.compile("|".join(f"(?:{row})" for row in scopes[name]) or "(?!)", re.DOTALL)
            fields = git.raw_difference(tree or git.head, now).split(b"\0")
            pairs = zip(fields[0::2], fields[1::2], strict=False)
            rows = [(os.fsdecode(path), meta.rpartition(b" ")[2]) for meta, path in pairs]
            found[name] = [(path, letter == b"A") for path, letter in rows if letter != b"D" and wanted.fullmatch(path)]
    return found


def paths_in(root: str, tree: str) -> list[str]:
    """Every path that `tree` (or a commit) holds of the project."""
    return [os.fsdecode(row) for row in run_git(root, ("ls-tree", "-r", "-z", "--name-only", tree)).split(b"\0") if row]


def contents(root: str, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """What each (tree, path) held, by one git; a path that was not there, or that no line can name, is left out."""
    asked = [(tree, path) for tree, path in wanted if "\n" not in path]
    if not asked:
        return {}
    lines = b"".join(os.fsencode(f"{tree}:./{path}") + b"\n" for tree, path in asked)
    out = run_git(root, ("cat-file", "--batch"), stdin=lines)
    found: dict[tuple[str, str], bytes] = {}
    at = 0
    for one in asked:
        end = out.index(b"\n", at)
        head = out[at:end].split(b" ")
        at = end + 1
        if len(head) == 3 and head[1] == b"blob":
            size = int(head[2])
            found[one] = out[at : at + size]
            at += size + 1
    return found


def restore(root: str, tree: str, path: str) -> str:
    """Put one path back to what it was in `tree`, or remove it if it was not there; returns the patch of what
    was taken away (applied, it brings it back). Raises TreeError for a folder, a submodule, or a path that
    leads out of the project, and changes nothing then."""
    if os.path.isabs(path) or ".." in path.split("/") or path in ("", ".") or ".git" in path.split("/"):
        raise TreeError(f"{path!r} is not a file of this project")
    full = os.path.join(root, path)
    real_root, real_parent = os.path.realpath(root), os.path.realpath(os.path.dirname(full))
    if real_parent != real_root and not real_parent.startswith(real_root + os.sep):
        raise TreeError(f"{path!r} leads out of the project through a link")
    if os.path.lexists(real_parent) and not os.path.isdir(real_parent):
        raise TreeError(f"{os.path.dirname(path)!r} is a file now; put that back first")
    if os.path.isdir(full) and not os.path.islink(full):
        raise TreeError(f"{path!r} is a folder; name its files one by one")
    with PrivateIndex(root) as git:
        was = git.entry(tree, path)
        if was is not None and was not in ("100644", "100755", "120000"):
            raise TreeError(f"{path!r} was a folder or a submodule; a person has to put it back")
        patch = git.patch(tree, git.snapshot((path,)), (path,))
        if not patch:
            return ""
        if was is None:
            if os.path.lexists(full):
                os.unlink(full)
                _remove_empty_folders(root, os.path.dirname(path))
        else:
            # The checkout itself, so that modes, links, line ends and filters are git's business.
            git.read_tree(tree)
            git.run("checkout-index", "-f", "-z", "--stdin", stdin=os.fsencode(path) + b"\0")
    return patch


def _fingerprint(full: str) -> bytes | None:
    """Mode and content of one file as git would tell them apart; None if it is not there."""
    from hashlib import sha256

    try:
        info = os.lstat(full)
        if stat.S_ISLNK(info.st_mode):
            return b"120000\0" + os.fsencode(os.readlink(full))
        if not stat.S_ISREG(info.st_mode):
            return b"%o" % stat.S_IFMT(info.st_mode)  # a pipe or socket has no content to read
        content = sha256()
        with open(full, "rb") as stream:
            while piece := stream.read(_PIECE):
                content.update(piece)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TreeError(f"cannot read {full}: {error}") from error
    return (b"100755\0" if info.st_mode & stat.S_IXUSR else b"100644\0") + content.digest()


def _remove_empty_folders(root: str, folder: str) -> None:
    while folder:
        try:
            os.rmdir(os.path.join(root, folder))
        except OSError:
            return  # not empty, or not ours to remove
        folder = os.path.dirname(folder)
