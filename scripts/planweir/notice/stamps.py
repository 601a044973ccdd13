"""What the files of running tasks were when a call began that nobody could read to its end: one small file a call, left by the
hook before it where other tasks run, and taken by the hook after it.

Cheap, for the usual run of tests is such a call: a look at each file that a neighbour names and at what its patterns match, up to a
bound, and the bytes of the small ones, which tell a change from a touch and can be given back.
"""

from __future__ import annotations

import json
import os
import stat
import time

from planweir.places import safe_name
from planweir.values import Malformed, number_or, rows, sub, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.places import Places
    from planweir.shell.scan import Scan

MOST_FILES = 400  # of all neighbours; what is beyond is not looked at
MOST_ENTRIES = 2_000  # of the folders that patterns name
LARGEST = 64 * 1024  # bytes of a file that are kept
MOST_KEPT = 512 * 1024  # bytes that are kept for one call
MOST_STAMPS = 64  # a call that was denied by a person leaves one behind
WILD = frozenset("*?[{")
PASSED_BY = frozenset((".git", "node_modules", "__pycache__", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache"))
OURS = "task-planner"
BACKGROUND = ".bg"  # ends the name of a stamp whose call became a background shell


class File:
    """One file that a running task names. `sign`: time of change, inode, size and mode; `kept`: its bytes, None where they are
    too many."""

    __slots__ = ("kept", "sign", "task")

    def __init__(self, task: str, sign: tuple[int, ...], kept: bytes | None = None) -> None:
        self.task = task
        self.sign = sign
        self.kept = kept

    @property
    def mode(self) -> int:
        return self.sign[3]


class Stamp:
    """A call that began: whose it is, when (Unix seconds), with which journal, and what neighbours' files were then. `cut`: there
    were more than are looked at."""

    __slots__ = ("agent", "at", "bytes", "command", "cut", "files", "globs", "path", "role", "seq", "session", "task")

    def __init__(self) -> None:
        self.path = self.agent = self.session = self.task = self.role = self.command = ""
        self.at = 0.0
        self.seq = self.bytes = 0
        self.cut = False
        self.globs: dict[str, list[str]] = {}
        self.files: dict[str, File] = {}


def unknown(found: Scan) -> bool:
    """Can the line write what nobody can tell by reading it? Our own commands tell what they do themselves."""
    if not found.readable or any(not write.sure and write.by != OURS for write in found.writes):
        return True
    # One of our command's name that is given with a folder is another.
    return any(program.kind == "unknown" and program.words[:1] != [OURS] for program in found.programs)


def neighbours(guard: dict[str, object], task: str) -> dict[str, list[str]]:
    """What running tasks but `task` name: their Files and what they may change besides. One without Files runs alone."""
    found = {}
    for name, row in sub(guard, "running").items():
        if name != task and isinstance(row, dict) and texts(row, "files"):
            found[name] = [*texts(row, "files"), *texts(row, "also")]
    return found


def begin(places: Places, event: dict[str, object], guard: dict[str, object], case: Case) -> None:
    """A call passes that may write anything: keep what neighbours' files are, if there are neighbours. Never fails: without a stamp
    nothing is said."""
    globs = neighbours(guard, case.task if case.role == "implementer" else "")
    if not globs or not unknown(case.scan):
        return
    stamp = Stamp()
    stamp.globs = globs
    agent, use = text_or(event, "agent_id"), text_or(event, "tool_use_id")
    bound = sub(sub(guard, "agents"), agent)
    try:
        stamp.files, stamp.cut = look(places.project, globs)
        head = {
            "at": time.time(),
            "agent": agent,
            "session": text_or(event, "session_id"),
            "task": case.task,
            "role": text_or(bound, "role") or case.role,
            "command": case.source[:400],
            "seq": number_or(guard, "seq"),
            "bytes": number_or(guard, "bytes"),
            "cut": stamp.cut,
            "globs": globs,
            "files": [
                [path, one.task, *one.sign, -1 if one.kept is None else len(one.kept)] for path, one in stamp.files.items()
            ],
        }
        folder = _folder(places)
        os.makedirs(folder, exist_ok=True)
        _forget(folder)
        fd = os.open(places.call(agent, use), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(fd, "wb") as file:
            file.write(json.dumps(head).encode() + b"\n")
            file.write(b"".join(one.kept or b"" for one in stamp.files.values()))
    except OSError:
        return


def _folder(places: Places) -> str:
    return f"{places.notice}/calls"


def read(path: str) -> Stamp | None:
    """A stamp; None where there is none, or one that is being written."""
    try:
        with open(path, "rb") as file:
            head = json.loads(file.readline())
            found = Stamp()
            found.path = path
            found.agent, found.session, found.task = text_or(head, "agent"), text_or(head, "session"), text_or(head, "task")
            found.role, found.command = text_or(head, "role"), text_or(head, "command")
            found.at, found.seq, found.bytes = float(head["at"]), number_or(head, "seq"), number_or(head, "bytes")
            found.cut = head["cut"] is True
            found.globs = {name: texts(sub(head, "globs"), name) for name in sub(head, "globs")}
            for row in rows(head, "files"):
                if not isinstance(row, list):
                    return None
                path_, task, *sign, length = row
                found.files[path_] = File(task, tuple(sign), file.read(length) if length >= 0 else None)
    except (OSError, ValueError, LookupError, TypeError, Malformed):
        return None
    return found


def others(places: Places, but: str) -> list[Stamp]:
    """The other calls that nobody could read and that have not ended, as far as hooks were told."""
    try:
        names = sorted(os.listdir(_folder(places)))
    except OSError:
        return []
    found = [read(f"{_folder(places)}/{name}") for name in names]
    return [one for one in found if one is not None and one.path not in (but, but + BACKGROUND)]


def of_agent(places: Places, agent: str) -> list[str]:
    """The stamps of one agent's calls."""
    mark = f"{safe_name(agent or 'main')}."
    try:
        return [f"{_folder(places)}/{name}" for name in sorted(os.listdir(_folder(places))) if name.startswith(mark)]
    except OSError:
        return []


def _forget(folder: str) -> None:
    names = os.listdir(folder)
    if len(names) < MOST_STAMPS:
        return
    paths = sorted((f"{folder}/{name}" for name in names), key=_written)
    for path in paths[: len(paths) - MOST_STAMPS // 2]:
        drop(path)


def _written(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def drop(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


# --- looking -------------------------------------------------------------------------------------------------


def look(project: str, globs: dict[str, list[str]]) -> tuple[dict[str, File], bool]:
    """The files that tasks name, as they are, and whether there were more than are looked at."""
    found: dict[str, File] = {}
    left = [MOST_ENTRIES, MOST_KEPT]
    cut = False
    for task, names in globs.items():
        for name in names:
            for path in _matching(project, name, left):
                if len(found) >= MOST_FILES:
                    return found, True
                if path not in found:
                    one = file_at(f"{project}/{path}", task, left[1])
                    if one is not None:
                        found[path] = one
                        left[1] -= len(one.kept or b"")
            cut = cut or left[0] <= 0
    return found, cut


def file_at(whole: str, task: str, room: int = LARGEST) -> File | None:
    """The file as it is; None where nothing is there that a task could own."""
    try:
        known = os.lstat(whole)
        sign = (known.st_ctime_ns, known.st_ino, known.st_size, known.st_mode)
        if stat.S_ISLNK(known.st_mode):
            return File(task, sign, os.fsencode(os.readlink(whole)))
        if not stat.S_ISREG(known.st_mode):
            return None
        if known.st_size > min(LARGEST, room):
            return File(task, sign)
        with open(whole, "rb", buffering=0) as file:
            return File(task, sign, file.read(LARGEST))
    except OSError:
        return None


def _matching(project: str, name: str, left: list[int]) -> list[str]:
    """The paths that a name in a plan stands for; nearly all are plain."""
    if WILD.isdisjoint(name) and not name.endswith("/"):
        return [name]
    from planweir.plan.globs import expand, literal_prefix, matches, tidy

    found = []
    try:
        folders = {literal_prefix(one).rpartition("/")[0] for one in expand(tidy(name))}
        if os.path.lexists(f"{project}/{name}"):
            found.append(name)  # `app/[id]/page.tsx` is also a file's own name
        for folder in sorted(folders):
            found += [path for path in _below(project, folder, left) if matches(name, path)]
    except ValueError:
        return found  # a pattern that the plan's own check refuses
    return found


def _below(project: str, folder: str, left: list[int]) -> list[str]:
    found: list[str] = []
    todo = [folder]
    while todo and left[0] > 0:
        inside = todo.pop()
        try:
            with os.scandir(f"{project}/{inside}") as entries:
                for entry in entries:
                    left[0] -= 1
                    path = f"{inside}/{entry.name}" if inside else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in PASSED_BY:
                            todo.append(path)
                    else:
                        found.append(path)
        except OSError:
            continue
    return found


def changed(project: str, stamp: Stamp) -> dict[str, str]:
    """The paths that are not what they were when the call began, each with the task that names it. A touch is no change."""
    now, cut = look(project, stamp.globs)
    found = {}
    for path, before in stamp.files.items():
        after = now.get(path) or file_at(f"{project}/{path}", before.task)
        if after is None or not _same(before, after):
            found[path] = before.task
    if not stamp.cut and not cut:
        found |= {path: one.task for path, one in now.items() if path not in stamp.files}
    return found


def _same(before: File, after: File) -> bool:
    if before.sign == after.sign:
        return True
    runs = stat.S_IFMT(before.mode) | before.mode & 0o100 == stat.S_IFMT(after.mode) | after.mode & 0o100
    return runs and before.kept is not None and before.kept == after.kept
