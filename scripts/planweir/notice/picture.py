"""A picture of the tree: the id of a git tree that holds what the project holds now, and where its HEAD stands.

The cache is an index of git's own, kept in the plan's folder: for each file its digest under mtime, ctime, size, inode and
mode, with git's care for files as young as the index itself. So a look reads only files that were touched since the last one.
It is git that writes it, whole and renamed; one that is lost or damaged is made anew from the person's, which is never written.
"""

from __future__ import annotations

import os
import shutil
import stat
import time

from planweir.evidence.byproducts import is_byproduct, is_mount_point
from planweir.evidence.index import TooSlow, TreeError, listing, run_git
from planweir.places import RENDERED_COPY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# A repository may tell git to look at less of a file's times than we need.
_WHOLE_STAT = ("-c", "core.trustctime=true", "-c", "core.checkStat=default", "-c", "core.splitIndex=false")
# Paths that are taken in by one git command: what it did is kept where time runs out after it.
_AT_ONCE = 2_000
# So many files came or changed at once (a branch was switched, a commit was pulled): the person's git has read them already.
_MANY = 1_000
KEPT_PATTERNS = "excluded"
_KINDS = (stat.S_ISREG, stat.S_ISLNK, stat.S_ISDIR)  # what git can hold; a folder is a submodule


class Picture:
    """`branch` is the full name of the reference that HEAD is, `HEAD` where it is none; `stash` the newest entry or empty."""

    __slots__ = ("branch", "head", "stash", "tree")

    def __init__(self, tree: str, head: str, branch: str, stash: str) -> None:
        self.tree = tree
        self.head = head
        self.branch = branch
        self.stash = stash


class Camera:
    """Takes pictures of `root`, with the cache in `folder`. Nobody else may use that folder meanwhile.

    What git ignores beside the project's own .gitignore (`.git/info/exclude`, the person's own list) is kept in that folder as it
    was at the first picture: a pattern that is added later hides nothing. Nor does a .gitignore that hides itself.

    Raises TreeError where git refuses, or where all of it together takes longer than `limit` seconds.
    """

    __slots__ = ("_cache", "_ignore", "_until", "root")

    def __init__(self, root: str, folder: str, limit: float) -> None:
        self.root = root
        self._cache = f"{folder}/index"
        kept = f"{folder}/{KEPT_PATTERNS}"
        self._ignore = ("--exclude-per-directory=.gitignore", f"--exclude-from={kept}")
        self._until = time.monotonic() + limit

    def take(self) -> Picture:
        theirs, head, branch, stash = self._where()
        self._forget_lock()
        self._keep_patterns()
        if os.path.exists(self._cache):
            try:
                touched = self._touched()
                if len(touched) <= _MANY:
                    return Picture(self._tree(touched), head, branch, stash)
            except TooSlow:
                raise  # is no damage: what was taken in so far is kept
            except TreeError:
                os.unlink(self._cache)
            self._forget_lock()
        self._begin(theirs)
        return Picture(self._tree(self._touched()), head, branch, stash)

    def between(self, old: str, new: str) -> list[str]:
        """The paths that differ, less by-products and our own copy."""
        if old == new:
            return []
        return [path for path in self._names(old, new) if path != RENDERED_COPY and not is_byproduct(path)]

    def first_there(self, names: list[str]) -> str:
        """The first of these trees and commits that git still has: what the last gate let pass, the commit that the plan began at,
        HEAD; the empty tree where it has none."""
        for name in names:
            if name and self._git("rev-parse", "-q", "--verify", f"{name}^{{tree}}", ok=(0, 1, 128)):
                return name
        return self._git("hash-object", "-t", "tree", os.devnull).decode().strip()

    def differs(self, tree: str, now: str, paths: list[str]) -> set[str]:
        """Which of `paths` are not as they were in `tree`. Where that tree is gone nobody can tell, so all."""
        try:
            return set(paths) & set(self._names(tree, now))
        except TooSlow:
            raise
        except TreeError:
            return set(paths)

    def commits(self, old: str, new: str) -> list[tuple[str, str]]:
        """(id, subject) of the commits that `new` has and `old` has not, newest first; a few are enough to tell."""
        try:
            out = self._git("log", "--format=%H %s", "-z", "-50", f"{old}..{new}", "--")
        except TooSlow:
            raise
        except TreeError:
            return []
        rows = [row.partition(" ") for row in os.fsdecode(out).split("\0") if row]
        return [(sha, subject) for sha, _, subject in rows]

    def _names(self, old: str, new: str) -> list[str]:
        out = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", old, new, "--")
        return [path for path in map(os.fsdecode, out.split(b"\0")) if path]

    def ignored(self, paths: list[str]) -> set[str]:
        """Those that the project ignores by now: files that were taken into a picture before a .gitignore named them.

        Of very many, which are no build's leavings then, only the first are asked about. A .gitignore that is ignored is none.
        """
        asked = [path for path in paths[:_MANY] if os.path.basename(path) != ".gitignore"]
        if not asked:
            return set()
        try:
            out = self._git("ls-files", "-z", "-o", "-i", *self._ignore, "--", *asked)
        except TooSlow:
            raise
        except TreeError:  # a path in a repository below this one: git will not say
            return set()
        return set(asked) & {os.fsdecode(path) for path in out.split(b"\0")}

    def _where(self) -> tuple[str, str, str, str]:
        """Their index, HEAD, its branch and the newest stash entry."""
        asked = ("rev-parse", "--git-path", "index", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
        lines = os.fsdecode(self._git(*asked, ok=(0, 128))).split("\n")
        head, branch = (lines[1], lines[2]) if len(lines) > 3 else ("", "")
        stash = self._git("for-each-ref", "--format=%(objectname)", "refs/stash").decode().strip()
        return os.path.join(self.root, lines[0]), head, branch, stash

    def _forget_lock(self) -> None:
        """What a git that was killed left behind; nobody else works in our folder."""
        try:
            os.unlink(self._cache + ".lock")
        except FileNotFoundError:
            return

    def _keep_patterns(self) -> None:
        """What git ignores by lists outside the work tree, as it is when the plan begins; the later list has the last word."""
        kept = self._ignore[1].partition("=")[2]
        if os.path.exists(kept):
            return
        home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        named = self._git("config", "--type=path", "--get", "core.excludesFile", ok=(0, 1)).rstrip(b"\n")
        own = self._git("rev-parse", "--git-path", "info/exclude").rstrip(b"\n")
        found = b""
        for path in (named or os.fsencode(f"{home}/git/ignore"), own):
            try:
                with open(os.path.join(os.fsencode(self.root), path), "rb") as file:
                    found += file.read() + b"\n"
            except OSError:
                continue  # most have none; git passes over what it cannot read as well
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        scratch = f"{kept}.{os.getpid()}.new"
        with open(scratch, "wb") as file:
            file.write(found)
        os.replace(scratch, kept)

    def _begin(self, theirs: str) -> None:
        """A cache from the person's index, so that what git knows of their files need not be read again."""
        os.makedirs(os.path.dirname(self._cache), exist_ok=True)
        scratch = f"{self._cache}.{os.getpid()}.new"
        try:
            # With its time: git reads a file anew that is as young as the index, and would trust a younger one.
            shutil.copy2(theirs, scratch)
            os.replace(scratch, self._cache)
        except FileNotFoundError:
            self._git("read-tree", "HEAD", cached=True)
        except OSError as error:
            raise TreeError(f"cannot copy the index of {self.root}: {error}") from error
        flagged: list[str] = []
        for record in self._git("ls-files", "-z", "-v", cached=True).split(b"\0"):
            tag, path = record[:1].decode(), os.fsdecode(record[2:])
            # Somebody told git not to look at these. What a sparse checkout left out is absent and stays so.
            if (tag == "S" or tag.islower()) and os.path.lexists(os.path.join(self.root, path)):
                flagged.append(path)
        if flagged:
            for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
                self._git("update-index", "-z", flag, "--stdin", cached=True, stdin=_listed(flagged))
        # In conflict: as the file is now.
        fields = self._git("ls-files", "-z", "-u", cached=True).split(b"\0")
        self._take_in({os.fsdecode(field.partition(b"\t")[2]) for field in fields if field})

    def _touched(self) -> set[str]:
        """The files that the cache has not, or not as they are, going by their times and sizes."""
        touched: set[str] = set()
        lists: set[str] = set()
        folders = {""}
        for record in self._git("ls-files", "-z", "-t", "-c", "-m", "-d", "-o", *self._ignore, cached=True).split(b"\0"):
            path = os.fsdecode(record[2:])
            folders.add(path.rpartition("/")[0])
            if record[:1] in (b"H", b"S"):  # in the cache; where it is touched as well git says so in another line
                if path.endswith(".gitignore"):
                    lists.add(path)
                continue
            if not path or is_byproduct(path) or (record[:1] == b"?" and is_mount_point(self.root, path)):
                continue
            if path.endswith("/"):  # a repository that lies untracked in this one: nothing hides in it
                touched.update(path + inner for _tag, inner in listing(os.path.join(self.root, path)))
            else:
                touched.add(path)
        return touched | self._hiding(folders, lists)

    def _hiding(self, folders: set[str], lists: set[str]) -> set[str]:
        """A .gitignore that is ignored itself, beside files that are not. One that hides its whole folder, as caches have, hides
        nothing that stands beside it."""
        named = {f"{folder}/.gitignore" if folder else ".gitignore" for folder in folders} - lists
        found = {path for path in named if os.path.lexists(os.path.join(self.root, path)) and not is_byproduct(path)}
        root = os.path.realpath(self.root)
        return {path for path in found if os.path.realpath(os.path.dirname(f"{root}/{path}")) == os.path.dirname(f"{root}/{path}")}

    def _tree(self, touched: set[str]) -> str:
        """Bring the cache up to the files as they are. The id of the tree that it then holds."""
        self._take_in(touched)
        return self._git("write-tree", cached=True).decode().strip()

    def _take_in(self, paths: Iterable[str]) -> None:
        there: list[str] = []
        gone: list[str] = []
        for path in sorted(paths):
            full = os.path.join(self.root, path)
            try:
                mode = os.lstat(full).st_mode
            except OSError:
                gone.append(path)
                continue
            if not any(kind(mode) for kind in _KINDS):
                gone.append(path)  # a pipe or a socket where a file was
            elif stat.S_ISLNK(mode) or os.access(full, os.R_OK):
                there.append(path)
        # What is gone first, so that a file may follow a folder of the same name and the reverse.
        for flags, names in ((("--force-remove",), gone), (("--add", "--remove", "--replace"), there)):
            for start in range(0, len(names), _AT_ONCE):
                stdin = _listed(names[start : start + _AT_ONCE])
                self._git("update-index", "-z", *flags, "--stdin", cached=True, stdin=stdin)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlow(f"looking at {self.root} took too long")
        return left

    def _git(
        self,
        *args: str,
        cached: bool = False,
        stdin: bytes = b"",
        ok: tuple[int, ...] = (0,),
        literal: bool = True,
    ) -> bytes:
        index = self._cache if cached else ""
        words = (*_WHOLE_STAT, *args)
        return run_git(self.root, words, index=index, stdin=stdin, ok=ok, limit=self._left(), literal=literal)


def _listed(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
