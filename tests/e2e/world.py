"""One isolated world per scenario: a HOME, a project, a plugin, and the real client in a network of its own.

    with World({"src/a.py": "..."}) as world:
        run = world.claude("-p", "/implement-plan docs/plan.md --yes", script={"main": [{"follow": True}], ...})
        assert run.exit == 0

The client is never started but through `World.start` and `World.terminal`, which put it into a fresh network
namespace with nothing in it but loopback, with an environment of its own, a made-up key and a timeout.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.e2e.terminal import Terminal

from planweir.play.client import fetch, namespace
from planweir.play.client.asked import Request
from planweir.play.client.cast import Script
from planweir.play.client.run import RUN_SECONDS, Run
from planweir.play.client.world import ClientWorld

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_runtime(plugin: Path) -> Path | None:
    """The plugin's Python environment, built once, outside any namespace, by its own builder; None without one.

    Worlds link to it, because inside a namespace it could not be built. Where it cannot be built here either, the
    plugin falls back to the Python on PATH, which in a world is the one that runs the tests and has all it needs.
    """
    builder = plugin / "scripts" / "planweir" / "runtime.py"
    if not builder.is_file():
        return None
    wanted = hashlib.sha256((plugin / "pyproject.toml").read_bytes() + sys.executable.encode()).hexdigest()
    home = fetch.cache_base() / "e2e-runtime" / wanted[:16]
    build = "import sys; sys.path.insert(0, sys.argv[1]); from planweir import runtime; print(runtime.build(sys.argv[2]))"
    built = subprocess.run(
        [sys.executable, "-I", "-c", build, str(plugin / "scripts"), str(home)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if built.returncode != 0:
        warnings.warn(f"the plugin's runtime is not tested: {built.stderr.strip()[-300:]}", stacklevel=2)
        return None
    return Path(built.stdout.strip()).parent.parent


def _plugin_version(plugin: Path) -> str:
    manifest = json.loads((plugin / ".claude-plugin" / "plugin.json").read_text())
    return str(manifest.get("version", "0"))


class World(ClientWorld):
    """A temporary folder with `home`, `project` (a git repository of the given files) and `bin` (first on PATH).

    `without` names programs that shall not be found on PATH, `runtime=False` leaves the plugin's Python environment
    unbuilt. `plugin` None starts the client without one. Plans are carried out by agents that the main thread starts, unless
    `env` has another PLANWEIR_ENGINE.
    """

    def __init__(
        self,
        files: Mapping[str, str] | None = None,
        *,
        plugin: Path | None = REPOSITORY,
        env: Mapping[str, str] | None = None,
        without: Sequence[str] = (),
        runtime: bool = True,
    ) -> None:
        root = Path(tempfile.mkdtemp(prefix="planweir-e2e-"))
        self.bin = root / "bin"
        super().__init__(root, root / "home", root / "app", plugin, "", {"PLANWEIR_ENGINE": "agents", **(env or {})})
        self.planweir_home = self.home / ".local" / "state" / "planweir"
        for folder in (self.home, self.project, self.bin, self.root / "tmp"):
            folder.mkdir()
        self._path = self._programs(without)
        self.write(files or {})
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Dev Person")
        self.git("config", "user.email", "dev@example.invalid")
        self.git("config", "commit.gpgsign", "false")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "Begin")
        built = shared_runtime(plugin) if plugin and runtime else None
        if plugin and built:
            place = self.planweir_home / "runtime" / _plugin_version(plugin)
            place.parent.mkdir(parents=True)
            place.symlink_to(built)

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends what still runs in this world. The folder is kept where PLANWEIR_E2E_KEEP is set."""
        self.end()
        if not os.environ.get("PLANWEIR_E2E_KEEP"):
            shutil.rmtree(self.root, ignore_errors=True)

    # --- the project -------------------------------------------------------------------------------------------

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def read(self, name: str) -> str:
        return (self.project / name).read_text()

    def git(self, *arguments: str) -> str:
        """Git's output in the project. Raises CalledProcessError."""
        return subprocess.run(
            ["git", *arguments],
            cwd=self.project,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def run(self, *argv: str, stdin: str = "", env: Mapping[str, str] | None = None) -> tuple[int, str]:
        """A program in the project, as a person's terminal would start it: its exit status and output."""
        done = subprocess.run(
            argv,
            cwd=self.project,
            env={**self.environment(), **(env or {})},
            input=stdin,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=RUN_SECONDS * namespace.patience,
        )
        return done.returncode, done.stdout

    def _programs(self, without: Sequence[str]) -> str:
        python = self.bin / "python3"
        if "python3" not in without:
            # The interpreter that runs the tests, so that a plan's own tests find pytest.
            python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
            python.chmod(0o755)
        if not without:
            return f"{self.bin}:/usr/local/bin:/usr/bin:/bin"
        hidden = set(without)
        for folder in ("/usr/bin", "/bin"):
            for entry in os.scandir(folder):
                stem = re.sub(r"[0-9.]+$", "", entry.name)
                link = self.bin / entry.name
                if hidden.isdisjoint((entry.name, stem, f"{stem}3")) and not link.exists():
                    link.symlink_to(entry.path)
        return str(self.bin)

    # --- the client --------------------------------------------------------------------------------------------

    def claude(
        self,
        *arguments: str,
        script: Script | None = None,
        mode: str = "bypassPermissions",
        seconds: float = RUN_SECONDS,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> Run:
        """Runs the client in print mode to its end. With `check`, what players verify must have come true."""
        run = self.start(*arguments, script=script, mode=mode, env=env)
        run.wait(seconds)
        if check:
            run.check()
        return run

    def tool(self, *arguments: str, seconds: float = RUN_SECONDS) -> Run:
        """Runs one of the client's own commands (`plugin list`), without the options of a session."""
        run = self.new_run()
        run.launch([str(fetch.client()), *arguments], self.client_environment())
        run.wait(seconds)
        return run

    @contextlib.contextmanager
    def terminal(
        self,
        *arguments: str,
        script: Script | None = None,
        mode: str = "default",
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (160, 50),
        check: bool = True,
    ) -> Iterator[Terminal]:
        """The interactive client in a tmux of its own, at its prompt."""
        if shutil.which("tmux") is None:
            raise fetch.Unavailable("tmux is not installed")
        self.settle()
        run = self.new_run(script)
        terminal = Terminal(run, self.project, self.environment(), self.root / f"tmux-{len(self._runs)}")
        try:
            terminal.open(
                [*self.client(run, mode), *arguments], {**self.client_environment(), **(env or {})}, size
            )
            yield terminal
        finally:
            terminal.close()
        if check:
            run.check()


def last_text(request: Request) -> str:
    """What the model is told last, results of tools included: a single text as it stands, more as JSON."""
    messages = request.messages
    last = max((n for n, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    told = [message["content"] for message in messages[last + 1 :]]
    return str(told[0]) if len(told) == 1 and isinstance(told[0], str) else json.dumps(told, ensure_ascii=False)
