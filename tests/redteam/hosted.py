"""Attacks given to the real client as calls of its Bash tool, its sandbox in the strong mode of docs/sandbox.md.

The ground is a Field's, as everywhere in the corpus, and the guard is asked in this process as everywhere: the client's
own hooks are off, so that what changes is the attack's doing alone. What the client adds is the kernel. One session
takes all attacks: its model is ours, and waits for the next one.

`Host.line` is the client's own bubblewrap line without its seccomp filter and its proxy: what runs under it meets the
same mounts at a fifth of the cost (`Line`).
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.sandbox import STRONG
from tests.redteam.cases import Call
from tests.redteam.executor import LIMITS, SECONDS, Ran, perform, run
from tests.redteam.ground import Field, Ground

from planweir.play.client.asked import Turn
from planweir.play.client.namespace import TooLate
from planweir.play.client.world import ClientWorld

# Where the client lets Bash write its temporary files, below TMPDIR.
SCRATCH = f"tmp/claude-{os.getuid()}"
# What the client itself writes below its HOME and TMPDIR while it runs.
CLIENTS = (
    *("tmp/cc-socks", "tmp/claude-http", "tmp/srt-", f"{SCRATCH}/-", f"{SCRATCH}/cwd-", f"{SCRATCH}/plugin-tool-staging"),
    *(f"{SCRATCH}/bash-edit-diff", "user/.claude.json", "user/.cache", "user/.npm", "user/.config/anthropic"),
    *(
        f"user/.claude/{name}"
        for name in (
            *(".cc-writes", ".last-cleanup", "backups", "bridge-spawn", "child-logs", "daemon", "debug", "dev-mods"),
            *("file-history", "history", "jobs", "seed-admin", "session-env", "sessions"),
            *("shell-snapshots", "ssh", "statsig", "todos"),
        )
    ),
)
EXCLUDED = re.compile(r"task-planner(?: |\Z)")
PATIENCE = 90.0
# What root has in the client's box, where its helper begins another user namespace.
OF_ROOT = ("CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_CHOWN")
# Options of bubblewrap: how many words follow, which of them mount, which mean nothing beside the client.
COUNTS = {
    **dict.fromkeys(("--sync-fd", "--info-fd", "--unsetenv", "--tmpfs", "--dev", "--proc", "--cap-add", "--cap-drop"), 1),
    **dict.fromkeys(("--setenv", "--bind", "--ro-bind"), 2),
}
MOUNTS = ("--bind", "--ro-bind", "--tmpfs")
DROPPED = ("--sync-fd", "--info-fd", "--setenv", "--unsetenv")
RECORDER = """\
#!{python}
import json, os, sys
with open({log!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
os.execv({bwrap!r}, ["bwrap", *sys.argv[1:]])
"""


class Host:
    """The client in a session of its own on a field. What it wrote until it was ready belongs to the field from then on."""

    def __init__(self, field: Field, folder: Path) -> None:
        self.ground = field.ground
        self.log = folder / "bwrap.jsonl"
        self.calls = 0
        self._orders: queue.Queue[str] = queue.Queue()
        self._results: queue.Queue[Ran] = queue.Queue()
        world = ClientWorld(
            *(folder, self.ground.user, self.ground.project, self.ground.plugin, self._path(folder)),
            {
                "PLANWEIR_HOME": self.ground.places.home,
                "PLANWEIR_PROJECT": str(self.ground.project),
                "TMPDIR": str(self.ground.root / "tmp"),
            },
        )
        settings = json.dumps({"sandbox": STRONG, "disableAllHooks": True})
        self.run = world.start("-p", "hello", "--settings", settings, script={"main": [self._next]})
        try:
            ready = self.bash("echo ready")
            assert ready.output.strip() == "ready", ready
            slug = re.sub(r"[^A-Za-z0-9]", "-", str(self.ground.project))
            self.ground.others = (*CLIENTS, f"user/.claude/projects/{slug}")
            field.keep()
        except BaseException:
            self.run.end()
            raise

    def close(self) -> None:
        self._orders.put("")
        with contextlib.suppress(TooLate):
            self.run.wait(20)
        self.run.end()

    def _path(self, folder: Path) -> str:
        """PATH, with a bwrap first on it that writes its line down."""
        place = folder / "bin"
        place.mkdir(parents=True)
        real = shutil.which("bwrap")
        assert real is not None
        (place / "bwrap").write_text(RECORDER.format(python="/usr/bin/env python3", log=str(self.log), bwrap=real))
        (place / "bwrap").chmod(0o755)
        return f"{place}:{self.ground.shell_env()['PATH']}"

    def _next(self, turn: Turn) -> dict[str, Any]:
        """The step of the script: hands over what the last call said, waits for the next one."""
        for result in turn.results:
            self._results.put(Ran(int(result.is_error), result.text))
        command = self._orders.get(timeout=600)
        if not command:
            return {"say": "Done."}
        given = {"command": command, "description": "A step", "timeout": SECONDS * 1000}
        return {"call": {"tool": "Bash", "input": given}, "stay": True}

    def bash(self, command: str) -> Ran:
        """One call of the Bash tool."""
        self.calls += 1
        self._orders.put(command)
        try:
            return self._results.get(timeout=PATIENCE)
        except queue.Empty:
            self.run.end()
            raise TooLate(f"the client did not answer {command!r}\n{self.run.story()}") from None

    def perform(self, ground: Ground, call: Call, cwd: str = "") -> Ran:
        """What a call does: of Bash in the client, of any other tool as without a sandbox, which it does not cover."""
        if call.tool != "Bash":
            return perform(ground, call, cwd)
        command = ground.fill(call.command)
        place = f"cd {shlex.quote(str(ground.project / cwd))}"
        if EXCLUDED.match(command):  # only a plain one is excluded
            self.bash(place)
            return self.bash(command)
        # Back where it began: the client keeps the folder that a call ends in, and makes a .claude of its own there.
        home = shlex.quote(str(ground.project))
        return self.bash(f"{place}\n{command}\n_e=$?; cd {home}; (exit $_e)")

    @property
    def line(self) -> Line:
        """The line with which the client starts a call's command."""
        project = str(self.ground.project)
        for text in reversed(self.log.read_text().splitlines()):
            words = json.loads(text)
            mounts = zip(words, words[1:], words[2:], strict=False)
            if ("--bind", project, project) in mounts:
                return Line(self.ground, words[: words.index("--")])
        raise AssertionError("the client never started bubblewrap for a call")


class Line:
    """A recorded line of bubblewrap, as a way to perform calls."""

    def __init__(self, ground: Ground, words: list[str]) -> None:
        self._options: list[list[str]] = []
        rest = iter(words)
        for word in rest:
            count = COUNTS.get(word, 0)
            option = [word, *(next(rest) for _ in range(count))]
            if word not in DROPPED and not option[-1].endswith(".sock"):
                self._options.append(option)
        if os.getuid() == 0:
            self._options += [["--cap-add", name] for name in OF_ROOT]
        places = [option[-1] for option in self._options if option[0] in MOUNTS]
        self._made = [place for place in places if place.startswith(f"{ground.root}/") and not os.path.lexists(place)]

    def _words(self) -> list[str]:
        """Less the mounts of what an attack took away: the client leaves them out as well."""
        there = [row for row in self._options if row[0] not in MOUNTS or os.path.lexists(row[1])]
        return [word for option in there for word in option]

    def perform(self, ground: Ground, call: Call, cwd: str = "") -> Ran:
        if call.tool != "Bash":
            return perform(ground, call, cwd)
        command = ground.fill(call.command)
        if EXCLUDED.match(command) and not re.search(r"[;&|\n`$<>]", command):
            return run(ground, command, cwd)
        given = LIMITS + 'cd "$2" && bash -c "$1"'
        words = ["bwrap", *self._words(), "bash", "-c", given, "bash", command, str(ground.project / cwd)]
        env = {**ground.shell_env(), "TMPDIR": str(ground.scratch)}
        try:
            done = subprocess.run(
                words, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Ran(124, "")
        finally:
            self._tidy()
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert not re.match(r"bwrap: (?!Creating new namespace)", said), said
        return Ran(done.returncode, said)

    def _tidy(self) -> None:
        """Takes away what bubblewrap made to mount on, as the client does."""
        for place in self._made:
            with contextlib.suppress(OSError):
                if os.path.isdir(place):
                    os.rmdir(place)
                elif not os.path.getsize(place):
                    os.unlink(place)


__all__ = ["SCRATCH", "Host", "Line"]
