"""A checkout of our own: what a git tree holds, in a folder outside the project, as a fresh clone would have it.

It is a small repository that borrows the project's objects: no worktree is registered there, none of its hooks run, and what a
command commits, stashes or cleans in it stays in it. The folder bears the project's name, for tools name things after it. A lock
is held while it is in use; a checkout whose lock is free was left by a process that was killed, and the next one takes it away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import tempfile

from planweir.evidence.index import TreeError, run_git
from planweir.gate import surroundings
from planweir.gate.commands import ends_by_finally, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from planweir.gate.commands import Ran
    from planweir.places import Places

FOLDER = "clean"  # below our home
_WHO = ("-c", "user.name=Planweir", "-c", "user.email=planweir@localhost", "-c", "commit.gpgSign=false")


class NoCheckout(Exception):
    """There can be none; the message says why."""


class Checkout:
    """What `tree` holds, checked out; a context manager. `project` is the project's folder in it."""

    def __init__(self, places: Places, tree: str, commit: str) -> None:
        self._places = places
        self._tree = tree
        self._base = commit
        self._folder = ""
        self._lock = -1
        self._asked: Callable[[int, FrameType | None], object] | int | None = None
        self.top = self.project = ""
        self.env: dict[str, str] = {}

    def __enter__(self) -> Checkout:
        above = f"{self._places.home}/{FOLDER}"
        try:
            os.makedirs(above, exist_ok=True)
            sweep(self._places)
            lock, name = tempfile.mkstemp(suffix=".lock", prefix="", dir=above)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise NoCheckout(f"no folder could be made in {above}: {error.strerror}") from error
        self._lock, self._folder = lock, name.removesuffix(".lock")
        self._asked = ends_by_finally()
        try:
            self._fill()
        except BaseException as error:
            self.__exit__()
            if isinstance(error, (OSError, TreeError)):
                raise NoCheckout(f"git could not check it out: {error}") from error
            raise
        return self

    def __exit__(self, *_: object) -> None:
        remove(self._folder)
        with contextlib.suppress(OSError):
            os.unlink(f"{self._folder}.lock")
        os.close(self._lock)
        if self._asked is not None:
            signal.signal(signal.SIGTERM, self._asked)

    def _fill(self) -> None:
        root = self._places.project
        asked = ("rev-parse", "--show-toplevel", "--show-prefix", "--git-path", "objects", "--git-path", "shallow")
        top, prefix, objects, shallow = os.fsdecode(run_git(root, asked)).split("\n")[:4]
        self.top = f"{self._folder}/{os.path.basename(top) or 'project'}"
        self.project = f"{self.top}/{prefix}".rstrip("/")
        os.makedirs(self.top)
        branch = os.fsdecode(run_git(root, ("symbolic-ref", "-q", "--short", "HEAD"), ok=(0, 1))).strip()
        run_git(self.top, ("init", "-q", "--template=", *(["--object-format=sha256"] if len(self._tree) > 40 else [])))
        run_git(self.top, ("symbolic-ref", "HEAD", f"refs/heads/{branch or 'checkout'}"))
        git = f"{self.top}/.git"
        os.makedirs(f"{git}/objects/info", exist_ok=True)
        _write(f"{git}/objects/info/alternates", os.path.realpath(os.path.join(root, objects)) + "\n")
        if os.path.exists(os.path.join(root, shallow)):
            shutil.copyfile(os.path.join(root, shallow), f"{git}/shallow")
        tags = os.fsdecode(run_git(root, ("for-each-ref", "--format=%(objectname) %(refname)", "refs/tags")))
        if tags:  # versions are computed from them
            _write(f"{git}/packed-refs", tags)
        commit, base = run_git(root, ("rev-parse", self._base, f"{self._base}^{{tree}}")).decode().split()
        if base != self._tree:
            made = ("commit-tree", self._tree, "-p", commit, "-m", "What would be committed")
            commit = run_git(self.top, (*_WHO, *made)).decode().strip()
        run_git(self.top, ("reset", "-q", "--hard", commit))
        os.makedirs(self.project, exist_ok=True)
        self.env = surroundings.variables(root, self.project)

    def equip(self, commands: Sequence[str]) -> None:
        """Give it a Python of its own where these commands install packages into whatever Python is there. Raises NoCheckout."""
        if surroundings.installs(commands):
            made = surroundings.python(f"{self._folder}/python", self._places.project, self.env)
            if made is None:
                raise NoCheckout("Setup installs Python packages, and no environment of its own could be made (`python3 -m venv` failed)")
            self.env = made

    def run(self, command: str, most: float | None = None) -> Ran:
        """Run one command of the plan there. What it says of a file is told relative to the project."""
        from dataclasses import replace

        ran = run(self.project, surroundings.moved(command, self._places.project, self.project), self.env, most)
        return replace(ran, command=command, output=ran.output.replace(f"{self.project}/", ""))

    def put(self, tree: str, paths: Sequence[str]) -> None:
        """Make these paths what they are in `tree`; what commands have made beside them stays."""
        run_git(self.project, ("read-tree", "--reset", tree))
        listed = run_git(self.project, ("ls-files", "-z", "--", *paths)) if paths else b""
        there = {os.fsdecode(row) for row in listed.split(b"\0") if row}
        for path in paths:
            whole = f"{self.project}/{path}"
            if path not in there and os.path.lexists(whole):
                os.unlink(whole)
                with contextlib.suppress(OSError):
                    os.removedirs(os.path.dirname(whole))
        given = b"".join(os.fsencode(path) + b"\0" for path in sorted(there))
        run_git(self.project, ("checkout-index", "-f", "-z", "--stdin"), stdin=given)


def sweep(places: Places) -> None:
    """Take away the checkouts that killed processes left. Never fails."""
    above = f"{places.home}/{FOLDER}"
    try:
        names = os.listdir(above)
    except OSError:
        return
    for name in names:
        if not name.endswith(".lock"):
            continue
        try:
            lock = os.open(f"{above}/{name}", os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(f"{above}/{name.removesuffix('.lock')}")
            os.unlink(f"{above}/{name}")
        except OSError:
            pass  # in use, or of another who sweeps
        finally:
            os.close(lock)


def remove(folder: str) -> None:
    """Take a folder away, also where a tool made parts of it read-only. Never fails; what is left is swept later."""
    shutil.rmtree(folder, ignore_errors=True)
    if not os.path.isdir(folder):
        return
    for top, _names, _files in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(top, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def submodules(places: Places, commit: str) -> list[str]:
    """The submodules that a commit names: their folders are empty in a checkout."""
    rows = run_git(places.project, ("ls-tree", "-r", "-z", commit)).split(b"\0")
    return [os.fsdecode(row.partition(b"\t")[2]) for row in rows if row.startswith(b"160000 ")]


def filtered(places: Places, commit: str) -> bool:
    """Does a commit keep files by filters of git's (git-lfs, git-crypt), which each clone sets up for itself?"""
    done = subprocess.run(
        ["git", "grep", "-q", "filter=", commit, "--", ":(glob)**/.gitattributes"],
        cwd=places.project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
