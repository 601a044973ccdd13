"""The machine: Python and its packages, room on the disk, the clock, the command line's own name on PATH."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from itertools import pairwise

from planweir import __version__, runtime
from planweir.doctor.finding import Finding, bad, ok, unknown, warn
from planweir.doctor.world import ago, held, run, stamp
from planweir.journal.store import Damaged, Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World

OLDEST = (3, 10)
LITTLE, LEAST = 500, 50  # megabytes free
FEW_FILES, FEWEST_FILES = 10_000, 500  # inodes free
SKEW = 5.0  # seconds between two clocks


def python(world: World) -> list[Finding]:
    """The Python that runs this very command."""
    own = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return [bad(f"{own} runs this: Planweir needs 3.10 or newer", "put a newer python3 first on PATH")]
    return ok(f"{own} ({sys.executable})")


def hook_python(world: World) -> list[Finding]:
    """The Python that hooks/launch takes: the runtime's, else the first python3 on PATH."""
    own = f"{runtime.folder(world.places.home)}/bin/python"
    taken = own if os.access(own, os.X_OK) else shutil.which("python3", path=world.env.get("PATH", "")) or ""
    if not taken:
        return [
            bad(
                "hooks find no python3 on PATH: while a plan is open every guarded call is denied",
                "install Python 3.10 or newer, or `task-planner --version` builds a runtime that hooks take first",
            )
        ]
    told = run([taken, "-I", "-S", "-c", "import sys; print(*sys.version_info[:3])"])
    numbers = tuple(int(part) for part in told.stdout.split() if part.isdigit())
    if told.returncode != 0 or len(numbers) != 3:
        said = (told.stderr or told.stdout).strip().splitlines()[-1:] or [f"exit {told.returncode}"]
        again = f"{world.removal(os.path.dirname(os.path.dirname(own)))}, then `task-planner --version` builds it again"
        return [
            bad(
                f"hooks take {taken}, which does not run ({said[0]}): what they cannot judge is denied",
                again if taken == own else "mend that Python, or put another python3 first on PATH",
            )
        ]
    name = ".".join(map(str, numbers))
    if numbers < OLDEST:
        return [
            bad(
                f"hooks take {taken}, which is {name}: they need 3.10 or newer and deny what they cannot judge",
                "put a newer python3 first on PATH, or `task-planner --version` builds a runtime that hooks take first",
            )
        ]
    return ok(f"hooks take {name} ({taken})")


def packages(world: World) -> list[Finding]:
    """What the command line and the typed commands import."""
    own = f"{runtime.folder(world.places.home)}/bin/python"
    wanted = ", ".join(runtime.NEEDED)
    if not os.path.lexists(own):
        if runtime.complete():
            return ok(f"{wanted}: there, in the Python that runs this; no runtime was built")
        return [
            warn(
                f"no runtime is built yet, and this Python lacks some of {wanted}; the first plan waits for the build",
                "task-planner --version",
            )
        ]
    code = f"import importlib.util as u; print(*[n for n in {runtime.NEEDED!r} if u.find_spec(n) is None])"
    told = run([own, "-I", "-c", code])
    lacking = told.stdout.split()
    if told.returncode == 0 and not lacking:
        return ok(f"{wanted}: there, in the runtime")
    what = f"it lacks {', '.join(lacking)}" if told.returncode == 0 else "its Python does not run"
    return [
        bad(
            f"the runtime {runtime.folder(world.places.home)} is broken ({what}): plans cannot be started or closed",
            f"{world.removal(runtime.folder(world.places.home))}, then `task-planner --version` builds it again",
        )
    ]


def old_runtimes(world: World) -> list[Finding]:
    """Runtimes of other versions: nobody takes them away."""
    folder = f"{world.places.home}/runtime"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found: list[Finding] = []
    for name in names:
        path = f"{folder}/{name}"
        if name.endswith(".lock") or name in (__version__, f"demo-{__version__}") or not os.path.isdir(path):
            continue
        if name.endswith(".new") and held(f"{path[: -len('.new')]}.lock"):
            continue  # being built
        found.append(
            warn(f"{path} is left of another version or a build ({_megabytes(path)} MB)", world.removal(path))
        )
    return found or ok("none left behind")


def _megabytes(folder: str) -> int:
    size = 0
    for where, _folders, files in os.walk(folder):
        for name in files:
            try:
                size += os.lstat(os.path.join(where, name)).st_size
            except OSError:
                continue  # gone meanwhile
    return round(size / 1e6)


def command(world: World) -> list[Finding]:
    """Which `task-planner` a shell takes."""
    ours = os.path.realpath(f"{world.top}/bin/task-planner")
    there = [
        path
        for folder in world.env.get("PATH", "").split(os.pathsep)
        if folder
        and os.access(path := os.path.join(folder, "task-planner"), os.X_OK)
        and os.path.isfile(path)
    ]
    if not there:
        return ok(f"no task-planner on PATH here; its full name is {ours}")
    if os.path.realpath(there[0]) == ours:
        return ok(there[0])
    which = _version_in(there[0])
    what = f"{there[0]} ({which}) comes before {ours} on PATH"
    mend = f'export PATH={shlex.quote(os.path.dirname(ours))}:"$PATH"'
    if world.env.get("CLAUDECODE") and not world.typed:
        return [
            bad(
                f"{what}: agents run that one",
                "restart the session: SessionStart puts ours first; or " + mend,
            )
        ]
    return [warn(f"{what}: a terminal runs that one", mend)]


def _version_in(path: str) -> str:
    """What a launcher says of itself; it is not run, for it may be any program."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(r"^version=(\S+)", file.read(4000), re.MULTILINE)
    except OSError:
        return "it cannot be read"
    return f"Planweir {found[1]}" if found else "another program"


def home(world: World) -> list[Finding]:
    """Our folder: there, readable, writable. A file without a name is made in it and is gone with its descriptor."""
    path = world.places.home
    if not os.path.lexists(path):
        above = _there(path)
        if os.path.isdir(above) and os.access(above, os.W_OK | os.X_OK):
            return ok(f"{path} is not there yet; the first plan makes it")
        return [bad(f"{path} is not there and cannot be made below {above}: no plan can start", _own(above))]
    if not os.path.isdir(path):
        return [
            bad(
                f"{path} is no folder: nothing can be kept",
                "export PLANWEIR_HOME=ANOTHER-FOLDER, or move that file",
            )
        ]
    os.listdir(path)
    for folder in (path, world.places.base):
        if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return [
                bad(
                    f"{folder} cannot be written here: nothing can be journaled (the Bash sandbox, or another owner)",
                    f"{_own(folder)}; in the sandbox, see `sandbox` below",
                )
            ]
    return ok(path)


def _own(folder: str) -> str:
    return f'chown -R "$(id -un)" {shlex.quote(folder)} && chmod -R u+rwX {shlex.quote(folder)}'


def _there(path: str) -> str:
    """The nearest folder above `path` that is there."""
    while not os.path.exists(path) and len(path) > 1:
        path = os.path.dirname(path)
    return path


def disk(world: World) -> list[Finding]:
    """Room where the journal and the project lie."""
    found: list[Finding] = []
    told: list[str] = []
    for what, path in (("home", world.places.home), ("project", world.places.project)):
        where = _there(path)
        row = os.statvfs(where)
        megabytes = row.f_bavail * row.f_frsize // 1_000_000
        files = row.f_favail if row.f_files else None  # some file systems have no limit
        told.append(f"{what}: {megabytes} MB free")
        found += room(what, where, megabytes, files)
    return found or ok(", ".join(told))


def room(what: str, where: str, megabytes: int, files: int | None) -> list[Finding]:
    """Is that enough? `files` is how many more the file system takes, None for any number."""
    many = FEW_FILES if files is None else files
    if megabytes >= LITTLE and many >= FEW_FILES:
        return []
    left = f"{megabytes} MB" + ("" if many >= FEW_FILES else f" and {many} files")
    state = bad if megabytes < LEAST or many < FEWEST_FILES else warn
    return [
        state(
            f"{what}: {left} free: a journal that cannot be written stops the plan",
            f"make room on that disk; this shows what is large: du -xh {shlex.quote(where)} | sort -h | tail",
        )
    ]


def clock(world: World) -> list[Finding]:
    """The journal's times, the file system's and the system's agree, as far as `next` relies on them."""
    set_it = "set the clock (`timedatectl set-ntp true`), then type /implement-plan"
    found: list[Finding] = []
    skew = _file_system(world)
    if skew is not None and abs(skew) > SKEW:
        found.append(
            warn(
                f"the file system of {world.places.home} is {skew:+.0f} s off the system's clock: signs of hooks look old or new",
                set_it,
            )
        )
    try:
        events, _end = Journal(world.places).events()
    except Damaged as error:
        return [*found, unknown(f"the journal's times cannot be read: {error}", "see `journal`")]
    times = [stamp(text_or(event, "at")) for event in events]
    back = [later for earlier, later in pairwise(times) if later < earlier - SKEW]
    if times and times[-1] > world.now + SKEW:
        found.append(
            bad(
                f"the journal's last event is {ago(times[-1] - world.now)} in the future: hooks that run now count as not seen, and `next` hands out no work",
                set_it,
            )
        )
    elif back:
        found.append(
            warn(f"the clock was set back {len(back)} times while the plan ran: its times mislead", set_it)
        )
    if skew is None and os.path.isdir(world.places.home):
        found.append(
            unknown(
                "the file system's clock: it takes no file without a name, and nothing is written here",
                "see `home`",
            )
        )
    return found or ok("system, file system and journal agree")


def _file_system(world: World) -> float | None:
    """How far the file system's clock is from ours, by a file that has no name and leaves nothing; None where there is
    no such file or no home yet."""
    flag = getattr(os, "O_TMPFILE", 0)
    if not flag or not os.path.isdir(world.places.home):
        return None
    try:
        fd = os.open(world.places.home, flag | os.O_RDWR, 0o600)
    except OSError:
        return None  # a file system without such files; `home` tells of one that cannot be written
    try:
        os.write(fd, b"x")
        return os.fstat(fd).st_mtime - world.now
    finally:
        os.close(fd)
