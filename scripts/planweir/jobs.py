"""Work that may outlive the call that started it: a long gate, a long baseline.

A job is a process of its own session that holds a lock for its life, writes what it prints to a file and its exit status
to another. Starting a job that runs joins it; nothing is ever started twice.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time

if __name__ == "__main__":  # started as a file of its own, isolated: nothing of ours is on the path
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from planweir.places import write_whole
from planweir.values import number_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

POLL = 0.05  # seconds between two looks at a job
STOP = 5.0  # seconds that a job has to end by itself


def wait_limit(default: float) -> float:
    """How long a caller waits for a job before it lets it run on, in seconds; PLANWEIR_WAIT overrides."""
    try:
        return float(os.environ.get("PLANWEIR_WAIT", ""))
    except ValueError:
        return default


def _folder(places: Places, name: str) -> str:
    return f"{places.jobs}/{name}"


def running(places: Places, name: str) -> bool:
    """Is the job's process alive?"""
    try:
        fd = os.open(f"{_folder(places, name)}/lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def start(places: Places, name: str, argv: list[str]) -> bool:
    """Start the job unless it runs. Returns whether it was started now."""
    folder = _folder(places, name)
    os.makedirs(folder, exist_ok=True)
    fd = os.open(f"{folder}/lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        for stale in ("result.json", "out"):
            if os.path.exists(f"{folder}/{stale}"):
                os.unlink(f"{folder}/{stale}")
        with open(f"{folder}/out", "wb") as out:
            # The child inherits the lock with the file descriptor: there is no moment in which nobody holds it.
            child = subprocess.Popen(
                [sys.executable, "-I", os.path.abspath(__file__), folder, str(fd), *argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=(fd,),
                start_new_session=True,
                cwd=places.project,
            )
        write_whole(f"{folder}/group", str(child.pid))
        return True
    finally:
        os.close(fd)


LOCK_FD = "PLANWEIR_JOB_LOCK"  # the file descriptor with which a job's work holds its lock


def inside(places: Places, name: str) -> bool:
    """Is this process the job's own work: does it hold the job's lock by what it was given?"""
    try:
        fd = int(os.environ.get(LOCK_FD, ""))
        if not os.path.samestat(os.fstat(fd), os.stat(f"{_folder(places, name)}/lock")):
            return False
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (OSError, ValueError):
        return False
    return True


def stop_all(places: Places) -> None:
    """End every job of this plan but the one that asks, with what it started."""
    try:
        names = os.listdir(places.jobs)
    except OSError:
        return
    for name in names:
        if not inside(places, name):
            _stop(places, name)


def _stop(places: Places, name: str) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if not running(places, name):  # its lock is what tells that the number is still its own
            return
        try:
            with open(f"{_folder(places, name)}/group", encoding="utf-8") as file:
                os.killpg(int(file.read()), sign)
        except (OSError, ValueError):
            return
        end = time.monotonic() + STOP
        while running(places, name) and time.monotonic() < end:
            time.sleep(POLL)


def join(places: Places, name: str, seconds: float) -> int | None:
    """Wait for the job for so long. Its exit status, 3 if it died without one, None if it still runs."""
    end = time.monotonic() + seconds
    while running(places, name):
        if time.monotonic() >= end:
            return None
        time.sleep(POLL)
    try:
        with open(f"{_folder(places, name)}/result.json", encoding="utf-8") as file:
            return number_or(json.load(file), "exit", 3)
    except (OSError, ValueError, AttributeError):
        return 3


def output(places: Places, name: str) -> str:
    """What the job has printed so far."""
    try:
        with open(f"{_folder(places, name)}/out", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def died(places: Places, name: str) -> bool:
    """Did the job end without saying how?"""
    return known(places, name) and not running(places, name) and not os.path.exists(f"{_folder(places, name)}/result.json")


def known(places: Places, name: str) -> bool:
    """Has the job ever been started for this plan?"""
    return os.path.exists(f"{_folder(places, name)}/out")


def _main(folder: str, lock: int, argv: list[str]) -> None:
    # The work holds the lock too: killed alone, this process must not let a second one begin beside it.
    env = {**os.environ, LOCK_FD: str(lock)}
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, check=False, pass_fds=(lock,), env=env)
    status = done.returncode
    write_whole(f"{folder}/result.json", json.dumps({"exit": status if status >= 0 else 3}))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
