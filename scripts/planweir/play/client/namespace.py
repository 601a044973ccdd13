"""A program in a network namespace of its own, with nothing in it but loopback, and the end of all that it started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from planweir.play.client.fetch import Unavailable

INSIDE = Path(__file__).resolve().parent / "inside.py"
PORT = 8787
START_SECONDS = 60.0
END_SECONDS = 10.0
POLL_SECONDS = 0.05

T = TypeVar("T")


class TooLate(Exception):
    """Something that was waited for did not come in time; the text says what."""


patience = 1.0
"""How many times longer than said everything here waits; tests raise it, for a slow machine is no failure."""


def wait_until(check: Callable[[], T | None], seconds: float, what: Callable[[], str] | str) -> T:
    """The first truthy value of `check`. Raises TooLate with `what` when it does not come in time."""
    seconds *= patience
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLate(f"not within {seconds:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(POLL_SECONDS)


def namespace_command() -> list[str]:
    """What to put before a program so that it gets a network namespace. Raises Unavailable."""
    unshare = shutil.which("unshare")
    if unshare is None:
        raise Unavailable("unshare (util-linux) is not installed")
    commands = [[unshare, "-n", "--"]] if os.geteuid() == 0 else []
    commands.append([unshare, "-rn", "--"])
    for command in commands:
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    raise Unavailable("network namespaces are not to be had here (unshare -n, unshare -rn)")


class Isolated:
    """`argv`, started in a new namespace with the environment `env` and nothing else. `listener` listens in there on
    127.0.0.1:PORT. Nothing is started before `serve`, who gets the listener, has returned.

    Raises Unavailable where no namespace of its own is to be had: it is never run in this one.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        out: BinaryIO,
        errors: Path,
        serve: Callable[[socket.socket], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        here = os.readlink("/proc/self/ns/net")
        self._namespace = ""
        with ours, theirs, errors.open("wb") as err:
            self.process = subprocess.Popen(
                [
                    *namespace_command(),
                    *(sys.executable, "-I", str(INSIDE), str(theirs.fileno()), str(PORT), here),
                    *argv,
                ],
                cwd=folder,
                env=dict(env),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            theirs.close()
            ours.settimeout(START_SECONDS)
            namespace, descriptors, _, _ = socket.recv_fds(ours, 200, 1)
            if not descriptors:
                self.process.wait()
                raise Unavailable(f"no namespace: {errors.read_text().strip()}")
            self._namespace = namespace.decode()
            serve(socket.socket(fileno=descriptors[0]))
            ours.sendall(b"go")

    def end(self) -> int:
        """SIGKILL to all that lives in the namespace; the exit status of what was started. Idempotent."""
        wait_until(self._killed, END_SECONDS, "the end of all that was started")
        # Whoever holds the listener keeps the namespace until here; later its number may be that of another one.
        self._namespace = ""
        return self.process.wait()

    def _killed(self) -> bool:
        """Tells every process in the namespace to end; true once there is none."""
        left = self._processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    def _processes(self) -> list[int]:
        """Who lives in the namespace. The dead that nobody has waited for have none."""
        if not self._namespace:
            return []
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{entry}/ns/net") == self._namespace:
                        found.append(int(entry))
        return found
