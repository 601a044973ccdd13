"""Git on one project, with an index of its own: the person's is never written, and no program of theirs is run.

Switches by which git could be told to look away (assume-unchanged, skip-worktree, an fsmonitor program) are taken out of that copy.
"""

from __future__ import annotations

import os
import re
import stat

from planweir.evidence.byproducts import is_byproduct, is_mount_point

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Paths given to one git command; the kernel's limit on arguments is far above.
_CHUNK = 400


class TreeError(RuntimeError):
    """Git is missing, this is no work tree, or git refused; the text says which command and what it
    printed."""


class TooSlow(TreeError):
    """Git was not done within the time that the caller gave it."""


class PrivateIndex:
    """Git on one project with an index of its own; a context manager, because that index is a file."""

    __slots__ = ("_folder", "_index", "_prefix", "head", "root")

    def __init__(self, root: str) -> None:
        self.root = root
        self._folder = self._index = self._prefix = ""
        self.head = ""

    def __enter__(self) -> PrivateIndex:
        import shutil
        import tempfile

        # One process for three questions; an unborn HEAD fails the third and is asked about again.
        answer = run_git(
            self.root, ("rev-parse", "--show-prefix", "--git-path", "index", "HEAD^{commit}"), ok=(0, 128)
        )
        lines = answer.split(b"\n")[:-1]
        if re.fullmatch(rb"[0-9a-f]{40,64}", lines[-1] if lines else b""):
            self.head = lines.pop().decode()
        else:
            lines = run_git(self.root, ("rev-parse", "--show-prefix", "--git-path", "index")).split(b"\n")[
                :-1
            ]
            self.head = run_git(self.root, ("hash-object", "-t", "tree", os.devnull)).decode().strip()
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
        return run_git(self.root, args, index=self._index, stdin=stdin, ok=ok)

    def changed(self) -> dict[str, str]:
        listed = list(listing(self.root, self._index))
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
        self._take(sorted(paths, key=lambda path: paths[path] != "D"))
        return self.run("write-tree").decode().strip()

    def composed(self, base: str, paths: Sequence[str]) -> str:
        """The tree `base` with these paths as they are now, and nothing else of the work tree."""
        self.read_tree(base)
        self._take(sorted(paths, key=lambda path: os.path.lexists(os.path.join(self.root, path))))
        return self.run("write-tree").decode().strip()

    def swapped(self, tree: str, other: str, paths: Sequence[str]) -> str:
        """The tree `tree` with these paths as they are in `other`, or gone where they are not there."""
        self.read_tree(tree)
        lines = b""
        for start in range(0, len(paths), _CHUNK):
            names = [self._prefix + path for path in paths[start : start + _CHUNK]]
            listed = self.run("ls-tree", "-r", "-z", "--full-tree", other, "--", *names)
            lines += b"".join(b"0 %s\t%s\0" % (b"0" * len(tree), os.fsencode(name)) for name in names)
            lines += b"".join(row + b"\0" for row in listed.split(b"\0") if row)
        self.run("update-index", "-z", "--index-info", stdin=lines)
        return self.run("write-tree").decode().strip()

    def _take(self, order: Sequence[str]) -> None:
        names = b"".join(os.fsencode(path) + b"\0" for path in order)
        if names:
            self.run("update-index", "-z", "--add", "--remove", "--replace", "--stdin", stdin=names)

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
        with PrivateIndex(inner) as git:
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


def run_git(
    root: str,
    args: Sequence[str],
    *,
    index: str = "",
    stdin: bytes = b"",
    ok: tuple[int, ...] = (0,),
    limit: float | None = None,
    literal: bool = True,
) -> bytes:
    """What git prints. `limit`: seconds that it may take. `literal` False: for the one command that knows no literal paths.
    Raises TreeError."""
    import subprocess

    # A caller's GIT_DIR or GIT_INDEX_FILE (hooks of git set them) would make us look at another repository.
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT_VARIABLES}
    env.update(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_LITERAL_PATHSPECS="1", LC_ALL="C")
    if not literal:
        del env["GIT_LITERAL_PATHSPECS"]
    if index:
        env["GIT_INDEX_FILE"] = index
    try:
        done = subprocess.run(
            ["git", *_SETTINGS, *args], cwd=root, env=env, input=stdin, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlow(f"git took longer than {limit:.1f} s in {root}") from error
    except OSError as error:
        raise TreeError(f"git could not be started in {root}: {error}") from error
    if done.returncode not in ok or b"not a git repository" in done.stderr[:200]:
        told = os.fsdecode(done.stderr).strip()[-500:]
        name = next((word for word in args if not word.startswith("-") and "=" not in word), "")
        raise TreeError(f"git {name} failed in {root} (exit {done.returncode}): {told}")
    return done.stdout


def listing(root: str, index: str = "") -> Iterator[tuple[str, str]]:
    """(tag, path) of every tracked and untracked file, tags as `git ls-files -v` prints them. A repository
    that lies untracked in the tree is listed by git as one folder; its files are listed here, so that nothing
    hides in one."""
    out = run_git(root, ("ls-files", "-z", "-v", "--cached", "--others", "--exclude-standard"), index=index)
    for record in out.split(b"\0"):
        if not record:
            continue
        tag, path = record[:1].decode(), os.fsdecode(record[2:])
        if tag == "?" and path.endswith("/"):
            if not is_byproduct(path):
                for _tag, inner in listing(os.path.join(root, path)):
                    yield "?", path + inner
        elif tag != "?" or not is_mount_point(root, path):
            yield tag, path


def all_files(root: str) -> set[str]:
    """Every path of the listing, with the files of submodules in place of the submodules."""
    found: set[str] = set()
    for _tag, path in listing(root):
        full = os.path.join(root, path)
        if os.path.isdir(full) and not os.path.islink(full):
            if os.path.lexists(os.path.join(full, ".git")):
                found.update(f"{path}/{inner}" for inner in all_files(full))
        else:
            found.add(path)
    return found
