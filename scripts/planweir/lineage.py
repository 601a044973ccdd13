"""The processes above this one, and what they tell about who started it. Standard library only.

Looked at for a person's verbs alone, which are rare. It is a sign and no proof: a process that cuts itself loose from what
started it (setsid, a job of at or systemd) shows nothing here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.places import Places

MOST = 64  # processes; a chain longer than that is nobody's shell
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "busybox", "ash")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    words: tuple[str, ...]  # its command line

    @property
    def name(self) -> str:
        return os.path.basename(self.words[0]).lstrip("-") if self.words else "?"


def above(pid: int = 0) -> list[Process]:
    """The processes from the parent of `pid` (else of this one) up, nearest first; empty where the system does not tell."""
    look = _from_proc if os.path.isdir("/proc/self") else _from_ps()
    found: list[Process] = []
    here = look(pid or os.getpid())
    while here is not None and here.parent > 0 and len(found) < MOST:
        here = look(here.parent)
        if here is not None:
            found.append(here)
    return found


def parent_of(pid: int) -> int:
    """The process that started `pid`, 0 where that cannot be told."""
    found = (_from_proc if os.path.isdir("/proc/self") else _from_ps())(pid)
    return found.parent if found is not None else 0


def _from_proc(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            name, _, rest = file.read().partition("(")[2].rpartition(")")
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode("utf-8", "replace").rstrip("\0").split("\0")
        return Process(pid, int(rest.split()[1]), tuple(words) if words[0] else (name,))
    except (OSError, ValueError, IndexError):
        return None


def _from_ps() -> Callable[[int], Process | None]:
    """One look at all processes: asking for each of a chain would take longer."""
    import subprocess

    rows: dict[int, Process] = {}
    try:
        shown = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, errors="replace", timeout=5, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        shown = ""
    for line in shown.splitlines():
        parts = line.split()
        if len(parts) > 2 and parts[0].isdigit() and parts[1].isdigit():
            rows[int(parts[0])] = Process(int(parts[0]), int(parts[1]), tuple(parts[2:]))
    return rows.get


def is_client(process: Process) -> bool:
    """Does it look like Claude Code: the binary, its launcher, or its script under node?"""
    first = process.words[0] if process.words else ""
    if process.name in ("claude", "claude.exe") or "/claude/versions/" in first:
        return True
    return process.name in ("node", "bun", "deno") and any("@anthropic-ai/claude-code" in word for word in process.words[1:4])


def client_above(places: Places, processes: list[Process]) -> Process | None:
    """A client among `processes` that works in this project: one whose hooks ran here, or that was started here.

    A client elsewhere is no sign: who works on another project may have a shell and a plan here.
    """
    clients = [one for one in processes if is_client(one)]
    if not clients:
        return None
    known = _seen_clients(places)
    return next((one for one in clients if str(one.pid) in known or _works_in(one.pid, places.project)), None)


def _seen_clients(places: Places) -> set[str]:
    """The process ids of the clients whose hooks have run for this plan."""
    found: set[str] = set()
    folder = os.path.dirname(places.session("x"))
    try:
        names = os.listdir(folder)
    except OSError:
        return found
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                row = json.load(file)
        except (OSError, ValueError):
            continue
        if isinstance(row, dict) and row.get("pid"):
            found.add(str(row["pid"]))
    return found


def _works_in(pid: int, project: str) -> bool:
    try:
        folder, top = os.path.realpath(f"/proc/{pid}/cwd"), os.path.realpath(project)
    except OSError:
        return False
    return folder == top or folder.startswith(top.rstrip("/") + "/")


def shown(processes: list[Process]) -> str:
    """Who started this, for people: `below zsh, tmux`."""
    names = list(dict.fromkeys(one.name for one in processes if one.pid > 1))
    return f"below {', '.join(names[:6])}" if names else "below no process that can be seen"


def hook_started(places: Places, client: str) -> tuple[str, str]:
    """Who started the hook script that this is: `client`, `shell` of an agent below the client, or `unknown`, and its signs.

    The client, whose process id is `client`, starts `sh launch HOOK`, and that starts Python: what else stands between them
    started it by hand. Where the system tells nothing it counts as the client's.
    """
    rest = [one for one in above() if not _is_launch(one)]
    if not rest:
        return "client", ""
    first = rest[0]
    if str(first.pid) == client or is_client(first):
        outer = _started_within(places, rest)
        return ("shell", f"a client below {outer.name} (process {outer.pid}) started it") if outer is not None else ("client", "")
    if client.isdigit() and parent_of(int(client)) == first.pid:
        return "client", ""  # a player: it started the process that stands for the client as well
    if any(str(one.pid) == client for one in rest) or client_above(places, rest) is not None:
        return "shell", f"{first.name} (process {first.pid}) started it, below the client"
    return "unknown", shown(rest)


def _started_within(places: Places, processes: list[Process]) -> Process | None:
    """The client of this project from whose shell the first of `processes`, a client, was started; None if from none.

    Clients that stand directly above each other are one: a launcher, or a service that holds sessions in the background.
    """
    rest = processes[1:]
    while rest and is_client(rest[0]):
        rest = rest[1:]
    return client_above(places, rest)


def _is_launch(process: Process) -> bool:
    return len(process.words) > 1 and process.name in _SHELLS and os.path.basename(process.words[1]) == "launch"
