"""What the checks look at: the places, the environment, the time, and who asks. Reading only."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property

from planweir.attempt.binding import process_start
from planweir.attempt.client_settings import MANAGED, Client
from planweir.attempt.tending import LIVE
from planweir.journal.store import Damaged, Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planweir.journal.types import State
    from planweir.places import Places

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PATIENCE = 20.0  # seconds that another program may take to tell its version


class Unread(Exception):
    """The plan's journal cannot be read; the check of that name says where and why."""


@dataclass
class World:
    """One look at one project. `typed`: a hook of the session asks, for a person who typed it. `agent`: an agent may read
    the answer, so no mend in it takes anything away."""

    places: Places
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Callable[[], float] = time.time
    typed: bool = False
    agent: bool = False
    top: str = TOP
    managed: tuple[str, ...] = MANAGED

    @property
    def now(self) -> float:
        return self.clock()

    @property
    def config(self) -> str:
        """The client's folder of the person."""
        return self.env.get("CLAUDE_CONFIG_DIR") or os.path.join(
            self.env.get("HOME") or os.path.expanduser("~"), ".claude"
        )

    @property
    def session(self) -> str:
        """The session that asks; empty in a terminal."""
        return self.env.get("CLAUDE_CODE_SESSION_ID", "")

    @property
    def client(self) -> Client:
        """Whose settings count here."""
        return Client(self.places.project, self.config, self.env, self.managed)

    @cached_property
    def folded(self) -> State:
        """The state of the journal. Raises Unread."""
        try:
            return Journal(self.places).state()
        except (Damaged, OSError, ValueError) as error:
            raise Unread(str(error)) from None

    @property
    def plan(self) -> State | None:
        """The open plan; None where none is open. Raises Unread."""
        return self.folded if self.folded["plan"]["status"] in LIVE else None

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        """git in the project, without its optional writes. Raises OSError, subprocess.TimeoutExpired."""
        return run(["git", *words], self.places.project, {**self.env, "GIT_OPTIONAL_LOCKS": "0"})

    def removal(self, *paths: str) -> str:
        """How `paths` are taken away: a line for a person, and for an agent whose it is."""
        if self.agent:
            return f"a person takes {', '.join(paths)} away; /task-planner doctor, typed, prints the line"
        flags = "-rf " if any(os.path.isdir(path) for path in paths) else ""
        return f"rm {flags}" + " ".join(shlex.quote(path) for path in paths)

    def data_folders(self) -> list[str]:
        """The client's folders for our data: the one that this hook was told of, and those where the client has them."""
        given = self.env.get("CLAUDE_PLUGIN_DATA", "")
        there = sorted(glob.glob(f"{glob.escape(self.config)}/plugins/data/*planweir*"))
        return list(dict.fromkeys([*([given] if given else []), *there]))


def run(
    words: list[str], cwd: str | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program that tells something. Raises OSError, subprocess.TimeoutExpired."""
    return subprocess.run(
        words,
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )


def gone(pid: int, start: str) -> bool:
    """Has the process that was told of by number and start ended? Without a number nothing is known of it."""
    return bool(pid) and process_start(pid) != start


def held(path: str) -> bool:
    """Does a process hold the lock at `path` now? Raises OSError where it cannot be read; a missing one is free."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def holders(path: str) -> list[int]:
    """The processes that have `path` open, where the system tells (Linux)."""
    found: list[int] = []
    for folder in glob.glob("/proc/[0-9]*/fd"):
        pid = int(folder.split("/")[2])
        with contextlib.suppress(OSError):
            if pid != os.getpid() and any(_same(f"{folder}/{fd}", path) for fd in os.listdir(folder)):
                found.append(pid)
    return sorted(found)


def _same(link: str, path: str) -> bool:
    try:
        return os.readlink(link) == os.path.realpath(path)
    except OSError:
        return False


def until(done: Callable[[], bool], seconds: float) -> bool:
    """Was `done` so within `seconds`? For what another process does in passing."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def stamp(at: str) -> float:
    """A time of the journal in Unix seconds. Raises ValueError."""
    from datetime import datetime, timezone

    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def ago(seconds: float) -> str:
    """A span of time for people."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
