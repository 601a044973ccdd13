"""What the work tree holds, as git sees it: changes, a snapshot, a digest, a diff, and putting one path back.

The person's own index is never written: every command runs on a private copy of it, and switches by which git
could be told to look away (assume-unchanged, skip-worktree, an fsmonitor program) are taken out of that copy
first. Paths are relative to the project's root, `/`-separated text; bytes that are not UTF-8 travel as
surrogate escapes (`os.fsencode` gives them back). The project may be a folder inside a larger repository:
what lies outside it is not looked at.
"""

from __future__ import annotations

import os
import re
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Caches and private folders of tools: writing there is never a change of the project. In the manner of
# .gitignore: a name that ends in `/` is a folder at any depth, one that holds a `/` before its end is
# anchored at the root.
BYPRODUCTS: tuple[str, ...] = (
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    ".pytest_cache/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".coverage",
    ".coverage.*",
    "node_modules/",
    ".tox/",
    ".nox/",
    ".eggs/",
    "*.egg-info/",
    ".venv/",
    ".DS_Store",
    "/.claude/state/",
    "/.claude/worktrees/",
    "/.claude/settings.local.json",
)
# `.coveragerc` and its like are settings, not by-products; `.coverage.*` is what parallel runs leave.


def byproduct_regex(pattern: str) -> str:
    """The regular expression (for `re.fullmatch` on a relative path) of one row of BYPRODUCTS."""
    anchored = pattern.startswith("/")
    body = re.escape(pattern.strip("/")).replace(r"\*", "[^/]*")
    return ("" if anchored else "(?:.*/)?") + body + ("/.*" if pattern.endswith("/") else "")


_BYPRODUCT = re.compile("|".join(byproduct_regex(row) for row in BYPRODUCTS), re.DOTALL)

# A file is read in pieces of this many bytes, so that a large one costs no memory.
_PIECE = 1 << 20
# Paths given to one git command; the kernel's limit on arguments is far above.
_CHUNK = 400


class TreeError(RuntimeError):
    """Git is missing, this is no work tree, or git refused; the text says which command and what it
    printed."""


def is_byproduct(path: str) -> bool:
    return _BYPRODUCT.fullmatch(path) is not None


def changed(root: str) -> dict[str, str]:
    """Each path that differs from HEAD, with one letter: M, A (made known to git), D, T (another type), U (in
    conflict), `?` (untracked). A rename is a D and an A. A submodule counts under its own name when its
    commit moved or anything in it changed. Ignored files and by-products are left out."""
    with _Private(root) as git:
        return git.changed()


def snapshot(root: str) -> str:
    """The id of a git tree that holds what the project holds now: tracked and untracked files, not ignored
    ones. Objects are written to the repository, no reference and no index."""
    with _Private(root) as git:
        return git.snapshot()


def digest(root: str, scope: Sequence[str], start_tree: str | None = None) -> str:
    """sha256 over (path, mode, content) of the tracked and untracked files whose path one of the regular
    expressions in `scope` matches whole. It does not depend on what is staged. With scope [".*"] and
    `start_tree` it is taken over what differs from that tree, so that it stays the same while only
    neighbours' commits move HEAD."""
    from hashlib import sha256

    total = sha256()
    if start_tree is not None and list(scope) == [".*"]:
        with _Private(root) as git:
            total.update(git.raw_difference(start_tree, git.snapshot()))
        return total.hexdigest()
    wanted = re.compile("|".join(f"(?:{row})" for row in scope), re.DOTALL) if scope else None
    for path in sorted(_all_files(root)):
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
    with _Private(root) as git:
        return git.patch(tree, git.snapshot(paths or ()), paths)


def head(root: str) -> str:
    """The present commit; empty where there is none yet."""
    return _git(root, ("rev-parse", "--verify", "-q", "HEAD"), ok=(0, 1, 128)).decode().strip()


def changed_since(root: str, tree: str, scope: Sequence[str]) -> list[str]:
    """The paths in `scope` (regular expressions for fullmatch) that differ from `tree` now; "" means HEAD."""
    if not scope:
        return []
    wanted = re.compile("|".join(f"(?:{row})" for row in scope), re.DOTALL)
    with _Private(root) as git:
        raw = git.raw_difference(tree or git.head, git.snapshot())
    return sorted(path for path in map(os.fsdecode, raw.split(b"\0")[1::2]) if wanted.fullmatch(path))


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
    with _Private(root) as git:
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


# --- git ------------------------------------------------------------------------------------------


class _Private:
    """Git on one project with an index of its own; a context manager, because that index is a file."""

    __slots__ = ("_folder", "_index", "_prefix", "head", "root")

    def __init__(self, root: str) -> None:
        self.root = root
        self._folder = self._index = self._prefix = ""
        self.head = ""

    def __enter__(self) -> _Private:
        import shutil
        import tempfile

        # One process for three questions; an unborn HEAD fails the third and is asked about again.
        answer = _git(
            self.root, ("rev-parse", "--show-prefix", "--git-path", "index", "HEAD^{commit}"), ok=(0, 128)
        )
        lines = answer.split(b"\n")[:-1]
        if re.fullmatch(rb"[0-9a-f]{40,64}", lines[-1] if lines else b""):
            self.head = lines.pop().decode()
        else:
            lines = _git(self.root, ("rev-parse", "--show-prefix", "--git-path", "index")).split(b"\n")[:-1]
            self.head = _git(self.root, ("hash-object", "-t", "tree", os.devnull)).decode().strip()
        theirs = os.path.join(self.root, os.fsdecode(lines.pop()))
        self._prefix = os.fsdecode(b"\n".join(lines))
        self._folder = tempfile.mkdtemp(prefix="planweir-index-")
        self._index = os.path.join(self._folder, "index")
        try:
            if os.path.exists(theirs):
                # With its time: git reads a file anew that is as young as the index, and would trust a
                # younger index.
                shutil.copy2(theirs, self._index)
        except OSError as error:
            self.__exit__()
            raise TreeError(f"cannot read the index of {self.root}: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        import shutil

        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> bytes:
        return _git(self.root, args, index=self._index, stdin=stdin, ok=ok)

    def changed(self) -> dict[str, str]:
        listed = list(_listing(self.root, self._index))
        hidden = [path for tag, path in listed if tag == "S" or tag.islower()]
        if hidden:
            # Somebody told git not to look at these. A file left out by a sparse checkout is absent and stays
            # so.
            present = b"".join(
                os.fsencode(p) + b"\0" for p in hidden if os.path.lexists(os.path.join(self.root, p))
            )
            self.run("update-index", "-z", "--no-assume-unchanged", "--stdin", stdin=present)
            self.run("update-index", "-z", "--no-skip-worktree", "--stdin", stdin=present)
        found: dict[str, str] = {}
        fields = self.run(
            "diff",
            "--raw",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--relative",
            "--no-abbrev",
            "--ignore-submodules=none",
            self.head,
            "--",
        ).split(b"\0")
        for meta, raw in zip(fields[0::2], fields[1::2], strict=False):
            mode_was, mode_is, was, _now, letter = meta.decode().lstrip(":").split(" ")
            path = os.fsdecode(raw)
            if found.get(path, "U") != "U" or is_byproduct(path):
                continue
            if mode_was == mode_is == "160000" and not self._submodule_changed(path, was):
                continue
            found[path] = letter[0]
        for tag, path in listed:
            if tag == "?" and not is_byproduct(path):
                # Taken out of the index but still there: changed only if it differs from HEAD.
                if found.get(path) != "D":
                    found[path] = "?"
                elif self._same_as_head(path):
                    del found[path]
                else:
                    found[path] = "M"
        return found

    def snapshot(self, also: Iterable[str] = ()) -> str:
        """`also`: paths to take in although they are ignored."""
        paths = self.changed()
        for path in also:
            full = os.path.join(self.root, path)
            if path not in paths and (os.path.islink(full) or os.path.isfile(full)):
                paths[path] = "?"
        self.read_tree(self.head)
        # What is gone first, so that a file may follow a folder of the same name and the reverse.
        order = sorted(paths, key=lambda path: paths[path] != "D")
        names = b"".join(os.fsencode(path) + b"\0" for path in order)
        if names:
            self.run("update-index", "-z", "--add", "--remove", "--replace", "--stdin", stdin=names)
        return self.run("write-tree").decode().strip()

    def read_tree(self, tree: str) -> None:
        self.run("read-tree", "--reset", tree)

    def raw_difference(self, old: str, new: str) -> bytes:
        raw = self.run("diff-tree", "-r", "-z", "--no-renames", "--relative", "--no-abbrev", old, new)
        fields = raw.split(b"\0")
        pairs = zip(fields[0::2], fields[1::2], strict=False)
        return b"".join(
            meta + b"\0" + path + b"\0" for meta, path in pairs if not is_byproduct(os.fsdecode(path))
        )

    def patch(self, old: str, new: str, paths: Sequence[str] | None) -> str:
        command = (
            "diff-tree",
            "-r",
            "-p",
            "--binary",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--relative",
            old,
            new,
        )
        if paths is None:
            return self.run(*command).decode("utf-8", "surrogateescape")
        out = b""
        for start in range(0, len(paths), _CHUNK):
            out += self.run(*command, "--", *paths[start : start + _CHUNK])
        return out.decode("utf-8", "surrogateescape")

    def entry(self, tree: str, path: str) -> str | None:
        """The mode of a path in a tree, None if it is not there."""
        line = self.run("ls-tree", "-z", "--full-tree", tree, "--", self._prefix + path)
        return line.split(b" ", 1)[0].decode() if line else None

    def _submodule_changed(self, path: str, was: str) -> bool:
        inner = os.path.join(self.root, path)
        if not os.path.lexists(os.path.join(inner, ".git")):
            return False  # never checked out
        with _Private(inner) as git:
            return git.head != was or bool(git.changed())

    def _same_as_head(self, path: str) -> bool:
        was = (
            self.run("ls-tree", "-z", "--full-tree", self.head, "--", self._prefix + path)
            .split(b"\t", 1)[0]
            .split()
        )
        full = os.path.join(self.root, path)
        if len(was) != 3 or os.path.islink(full) or not os.path.isfile(full):
            return False
        executable = bool(os.stat(full).st_mode & stat.S_IXUSR)
        now = self.run("hash-object", "--", path).strip()
        return was[2] == now and was[0] == (b"100755" if executable else b"100644")


# Settings of a repository that would run a program, or change what is printed, while we look.
_SETTINGS = (
    "-c",
    "core.quotepath=off",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "diff.autoRefreshIndex=true",
    "-c",
    "core.safecrlf=false",
    "-c",
    "advice.addEmbeddedRepo=false",
)
_KEPT_VARIABLES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH")


def _git(
    root: str, args: Sequence[str], *, index: str = "", stdin: bytes = b"", ok: tuple[int, ...] = (0,)
) -> bytes:
    import subprocess

    # A caller's GIT_DIR or GIT_INDEX_FILE (hooks of git set them) would make us look at another repository.
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT_VARIABLES}
    env.update(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_LITERAL_PATHSPECS="1", LC_ALL="C")
    if index:
        env["GIT_INDEX_FILE"] = index
    try:
        done = subprocess.run(["git", *_SETTINGS, *args], cwd=root, env=env, input=stdin, capture_output=True)
    except OSError as error:
        raise TreeError(f"git could not be started in {root}: {error}") from error
    if done.returncode not in ok or b"not a git repository" in done.stderr[:200]:
        told = os.fsdecode(done.stderr).strip()[-500:]
        raise TreeError(f"git {args[0]} failed in {root} (exit {done.returncode}): {told}")
    return done.stdout


def _listing(root: str, index: str = "") -> Iterator[tuple[str, str]]:
    """(tag, path) of every tracked and untracked file, tags as `git ls-files -v` prints them. A repository
    that lies untracked in the tree is listed by git as one folder; its files are listed here, so that nothing
    hides in one."""
    out = _git(root, ("ls-files", "-z", "-v", "--cached", "--others", "--exclude-standard"), index=index)
    for record in out.split(b"\0"):
        if not record:
            continue
        tag, path = record[:1].decode(), os.fsdecode(record[2:])
        if tag == "?" and path.endswith("/"):
            if not is_byproduct(path):
                for _tag, inner in _listing(os.path.join(root, path)):
                    yield "?", path + inner
        else:
            yield tag, path


def _all_files(root: str) -> set[str]:
    """Every path of the listing, with the files of submodules in place of the submodules."""
    found: set[str] = set()
    for _tag, path in _listing(root):
        full = os.path.join(root, path)
        if os.path.isdir(full) and not os.path.islink(full):
            if os.path.lexists(os.path.join(full, ".git")):
                found.update(f"{path}/{inner}" for inner in _all_files(full))
        else:
            found.add(path)
    return found


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
