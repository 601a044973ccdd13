"""Runs commands, each in a world of its own, and tells which paths they changed.

Two ways to know: strace, which sees every system call, also what was made and is gone again; and, where it cannot be had, a look
at the world before and after, which sees what is left. Commands run in bubblewrap where that works: no network, nothing
writable but their own folder. They are made so that nothing outside is touched without it either.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.oracle.trace import FOLDERS_MADE, TRACED, Trace
from tests.oracle.world import HERE, environment, plant, project, snapshot

SECONDS = 5  # that one command may take
_SANDBOX = (
    "bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all --die-with-parent --new-session"
).split()
_NO_NETWORK = "unshare -rn".split()
# One world after the other: its command in its folder, with its environment, under limits.
_DRIVER = """
ulimit -c 0 -f 2048 -t 20
for world in w/*; do
    name=${world#w/}
    mapfile -d '' -t settings < "env/$name"
    IFS= read -r -d '' command < "cmd/$name"
    { builtin cd "$world/%s/p" && exec 3<&- && exec env -i "${settings[@]}" timeout -k 1 %d bash -c "$command"; } \\
        < /dev/null > "out/$name" 2> "err/$name" & wait "$!"
    printf %%s "$?" > "status/$name"
done
"""
# Names that programs make up for files of their own, which are gone when they end.
_OWN = re.compile(r"/(?:sed[A-Za-z0-9]{6}|XX\w{6}|p[a-z][A-Za-z0-9]{6}|sh-thd[.-]\w+|[^/]+\.[a-z]?\w{6}|zi\w{6}|Cu\w{6}|0+)\Z")


class Run:
    """What one command did.

    changed: canonical paths; folders: those of them that were made as folders, with all calls for them; status: its exit status;
    errors: what it printed there; before, after: the world's content then.
    """

    def __init__(self, command: str, world: Path, before: dict[str, tuple[int, bytes]]) -> None:
        self.command = command
        self.world = world
        self.before = before
        self.after: dict[str, tuple[int, bytes]] = {}
        self.changed: set[str] = set()
        self.folders: set[str] = set()
        self.status = 0
        self.errors = ""

    @property
    def clean(self) -> bool:
        """Whether it ran through without a complaint."""
        return self.status == 0 and not self.errors


@cache
def sandbox() -> str:
    """How commands are shut in here: "bwrap", "unshare" (no network alone) or ""."""
    for name, argv in (("bwrap", _SANDBOX), ("unshare", _NO_NETWORK)):
        if shutil.which(argv[0]) and _works([*argv, "true"]):
            return name
    return ""


@cache
def recorder() -> str:
    """What is recorded with here: "strace", or "digests" where it is not there or may not look."""
    if shutil.which("strace") and _works([*_inside(Path("/tmp")), "strace", "-f", "-qq", "-o", "/dev/null", "true"]):
        return "strace"
    return "digests"


def _works(argv: list[str]) -> bool:
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _inside(folder: Path) -> list[str]:
    if sandbox() == "bwrap":
        return [*_SANDBOX, "--bind", str(folder), str(folder), "--chdir", str(folder)]
    return list(_NO_NETWORK) if sandbox() == "unshare" else []


class Batch:
    """Some commands, each with its world, to be run under one recorder."""

    def __init__(self, folder: Path, commands: list[str]) -> None:
        self.folder = folder.resolve()
        for name in ("w", "env", "cmd", "out", "err", "status", "trace"):
            (self.folder / name).mkdir(parents=True)
        self.runs: list[Run] = []
        for number, template in enumerate(commands):
            name = f"{number:04}"
            world = self.folder / "w" / name
            plant(world)
            command = template.replace(HERE, str(project(world)))
            settings = "".join(f"{key}={value}\0" for key, value in environment(world).items())
            (self.folder / "env" / name).write_bytes(os.fsencode(settings))
            (self.folder / "cmd" / name).write_bytes(os.fsencode(command + "\0"))
            self.runs.append(Run(command, world, snapshot(world)))

    def run(self, how: str = "") -> list[Run]:
        """Runs them one after the other. how: the recorder, if not the best that there is."""
        how = how or recorder()
        argv = _inside(self.folder)
        if how == "strace":
            argv += ["strace", "-ff", "-y", "-z", "-qq", "-s", "8192", "--seccomp-bpf", "-e", f"trace={TRACED}"]
            argv += ["-e", "signal=none", "-o", str(self.folder / "trace" / "t")]
        from tests.oracle.world import DEPTH

        driver = self.folder / "driver"
        driver.write_text(_DRIVER % (DEPTH, SECONDS))
        argv += ["bash", str(driver)]
        subprocess.run(
            argv,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60 + SECONDS * len(self.runs),
            check=False,
        )
        for run in self.runs:
            run.after = snapshot(run.world)
            run.errors = (self.folder / "err" / run.world.name).read_text(errors="replace")
            status = self.folder / "status" / run.world.name
            if not status.exists():
                raise RuntimeError(f"the recorder broke off at {run.command!r}")
            run.status = int(status.read_text())
        if how == "strace":
            self._traced()
        else:
            self._compared()
        return self.runs

    def _compared(self) -> None:
        for run in self.runs:
            run.changed = {
                path for path in run.before.keys() | run.after.keys() if run.before.get(path) != run.after.get(path)
            }
            run.folders = {
                path for path in run.changed if path not in run.before and os.path.isdir(path)
            }
            self._without_own(run)

    def _traced(self) -> None:
        files = {int(path.suffix[1:]): path for path in (self.folder / "trace").iterdir()}
        within = str(self.folder / "w") + "/"
        worlds = {run.world.name: run for run in self.runs}
        for path, call in Trace(files, str(self.folder)).read():
            real = canonical(path)
            if real.startswith(within):
                run = worlds[real[len(within) :].partition("/")[0]]
                run.changed.add(real)
                if call in FOLDERS_MADE:
                    run.folders.add(real)
        for run in self.runs:
            self._without_own(run)

    def _without_own(self, run: Run) -> None:
        """Leaves out what programs made for themselves and took away again."""
        tmp = f"{run.world}/tmp/"
        run.changed = {
            path
            for path in run.changed
            if not path.startswith(tmp)
            and not (path not in run.before and path not in run.after and _OWN.search(path))
        }


def canonical(path: str) -> str:
    """The path with the links on the way to it followed; what it names itself may be a link."""
    head, _, last = path.rstrip("/").rpartition("/")
    if last in ("", ".", ".."):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(head or "/"), last)
