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
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e import client
from tests.e2e.api import Api, Request, Script, new_bytes

from planweir.play.recording import MAIN

REPOSITORY = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).resolve().parent / "inside.py"
PORT = 8787
KEY = "sk-ant-api03-made-up-for-tests-0123456789abcdefghij"
RUN_SECONDS = 60.0
POLL_SECONDS = 0.05
PRESS_AGAIN_SECONDS = 0.7

T = TypeVar("T")


def wait_until(check: Callable[[], T | None], seconds: float, what: Callable[[], str] | str) -> T:
    """The first truthy value of `check`. Raises AssertionError with `what` when it does not come in time."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(POLL_SECONDS)


def namespace_command() -> list[str]:
    """What to put before a program so that it gets a network namespace. Raises client.Unavailable."""
    unshare = shutil.which("unshare")
    if unshare is None:
        raise client.Unavailable("unshare (util-linux) is not installed")
    commands = [[unshare, "-n", "--"]] if os.geteuid() == 0 else []
    commands.append([unshare, "-rn", "--"])
    for command in commands:
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    raise client.Unavailable("network namespaces are not to be had here (unshare -n, unshare -rn)")


def shared_runtime(plugin: Path) -> Path | None:
    """The plugin's Python environment, built once, outside any namespace, by its own builder; None without one.

    Worlds link to it, because inside a namespace it could not be built. Where it cannot be built here either, the
    plugin falls back to the Python on PATH, which in a world is the one that runs the tests and has all it needs.
    """
    builder = plugin / "scripts" / "planweir" / "runtime.py"
    if not builder.is_file():
        return None
    wanted = hashlib.sha256((plugin / "pyproject.toml").read_bytes() + sys.executable.encode()).hexdigest()
    home = client.cache_base() / "e2e-runtime" / wanted[:16]
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


class World:
    """A temporary folder with `home`, `project` (a git repository of the given files) and `bin` (first on PATH).

    `without` names programs that shall not be found on PATH, `runtime=False` leaves the plugin's Python environment
    unbuilt. `plugin` None starts the client without one.
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
        self.root = Path(tempfile.mkdtemp(prefix="planweir-e2e-"))
        self.home = self.root / "home"
        self.project = self.root / "app"
        self.bin = self.root / "bin"
        self.plugin = plugin
        self.planweir_home = self.home / ".local" / "state" / "planweir"
        for folder in (self.home, self.project, self.bin, self.root / "tmp"):
            folder.mkdir()
        self._path = self._programs(without)
        self._env = dict(env or {})
        self._runs: list[Run] = []
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
        for run in self._runs:
            run.end()
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
            timeout=RUN_SECONDS,
        )
        return done.returncode, done.stdout

    def environment(self) -> dict[str, str]:
        """The whole environment of everything that runs here."""
        return {
            "HOME": str(self.home),
            "PATH": self._path,
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "GIT_CONFIG_NOSYSTEM": "1",
            **self._env,
        }

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
        run = Run(self, {})
        self._runs.append(run)
        run.launch([str(client.client()), *arguments], self._client_environment())
        run.wait(seconds)
        return run

    def start(
        self,
        *arguments: str,
        script: Script | None = None,
        mode: str = "bypassPermissions",
        env: Mapping[str, str] | None = None,
    ) -> Run:
        """Starts the client and returns at once."""
        run = Run(self, script or {})
        self._runs.append(run)
        run.launch([*self._client(run, mode), *arguments], {**self._client_environment(), **(env or {})})
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
            raise client.Unavailable("tmux is not installed")
        self._settle()
        run = Run(self, script or {})
        self._runs.append(run)
        terminal = Terminal(run, self.root / f"tmux-{len(self._runs)}")
        try:
            terminal.open(
                [*self._client(run, mode), *arguments], {**self._client_environment(), **(env or {})}, size
            )
            yield terminal
        finally:
            terminal.close()
        if check:
            run.check()

    def _client(self, run: Run, mode: str) -> list[str]:
        command = [str(client.client()), "--permission-mode", mode, "--debug-file", str(run.debug_file)]
        if self.plugin is not None:
            command += ["--plugin-dir", str(self.plugin)]
        return command

    def _client_environment(self) -> dict[str, str]:
        return {
            **self.environment(),
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{PORT}",
            "IS_SANDBOX": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_MAX_RETRIES": "1",
        }

    def _settle(self) -> None:
        """What a person has long answered when their client opens straight at the prompt."""
        place = self.home / ".claude.json"
        known = json.loads(place.read_text()) if place.exists() else {}
        known.update(
            hasCompletedOnboarding=True,
            theme="dark",
            bypassPermissionsModeAccepted=True,
            customApiKeyResponses={"approved": [KEY[-20:]], "rejected": []},
        )
        project = known.setdefault("projects", {}).setdefault(str(self.project), {})
        project.update(hasTrustDialogAccepted=True, hasCompletedProjectOnboarding=True)
        place.write_text(json.dumps(known))
        settings = self.home / ".claude" / "settings.json"
        if not settings.exists():
            settings.parent.mkdir(exist_ok=True)
            settings.write_text(json.dumps({"skipDangerousModePermissionPrompt": True}))


class Run:
    """One client and the API that answers it. What it said and asked, when it has ended and before."""

    def __init__(self, world: World, script: Script) -> None:
        self.world = world
        self.stdout = ""
        self.stderr = ""
        self.exit: int | None = None
        number = len(world._runs) + 1
        self.debug_file = world.root / f"debug-{number}.txt"
        self._script = script
        self._namespace = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._out = world.root / f"out-{number}.txt"
        self._err = world.root / f"err-{number}.txt"
        self.api: Api | None = None

    # --- its life ----------------------------------------------------------------------------------------------

    def launch(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Starts `argv` in a new network namespace, served by this run's API."""
        ours, theirs = socket.socketpair()
        here = os.readlink("/proc/self/ns/net")
        with ours, theirs, self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [
                    *namespace_command(),
                    *(sys.executable, "-I", str(INSIDE), str(theirs.fileno()), str(PORT), here),
                    *argv,
                ],
                cwd=self.world.project,
                env=dict(env),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            theirs.close()
            ours.settimeout(RUN_SECONDS)
            namespace, descriptors, _, _ = socket.recv_fds(ours, 200, 1)
            if not descriptors:
                raise AssertionError(f"no namespace: {self._err.read_text()}")
            self._namespace = namespace.decode()
            self.api = Api(socket.socket(fileno=descriptors[0]), self._script, str(self.world.project))
            ours.sendall(b"go")

    def wait(self, seconds: float = RUN_SECONDS) -> int:
        """Exit status of the client. Raises AssertionError, with what is known, when it takes longer."""
        assert self._process is not None
        try:
            self.exit = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end()
            raise AssertionError(f"the client did not end within {seconds:g} s\n{self.story()}") from None
        self.end()
        return self.exit

    def kill(self) -> None:
        """The power cut: SIGKILL to the client and to all that runs in its namespace."""
        self.end()

    def end(self) -> None:
        """Ends what is left in this run's namespace and its API. Idempotent."""
        wait_until(self._killed, 10, "the end of all that this run started")
        # The API's socket keeps the namespace until here; later its number may be that of another test's.
        self._namespace = ""
        if self._process is not None:
            self.exit = self._process.wait()
        if self.api is not None and not self.api.closing.is_set():
            self.api.close()
        if self._process is not None:
            self.stdout = self._out.read_text(errors="replace")
            self.stderr = self._err.read_text(errors="replace")

    def _killed(self) -> bool:
        """Tells every process in the namespace to end; true once there is none."""
        left = self._processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    def _processes(self) -> list[int]:
        """Who lives in this run's namespace. The dead that nobody has waited for have none."""
        if not self._namespace:
            return []
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{entry}/ns/net") == self._namespace:
                        found.append(int(entry))
        return found

    # --- what it did -------------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[Request]:
        return self.api.requests if self.api else []

    @property
    def problems(self) -> list[str]:
        return self.api.problems if self.api else []

    @property
    def debug(self) -> str:
        """The client's debug log, hooks included."""
        return self.debug_file.read_text(errors="replace") if self.debug_file.exists() else ""

    @property
    def session_id(self) -> str:
        return self.requests[0].session_id

    def of(self, actor: str = MAIN) -> list[Request]:
        """An actor's requests, retries left out."""
        return self.api.of(actor) if self.api else []

    @property
    def actors(self) -> list[str]:
        """Who spoke, in the order of their first request."""
        return list(dict.fromkeys(request.actor for request in self.requests))

    @property
    def main_bytes_per_request(self) -> list[int]:
        """New bytes of the main thread's messages in each of its requests."""
        return new_bytes(self.of(MAIN))

    def check(self) -> None:
        """Raises AssertionError where something that a player verifies came out otherwise."""
        if self.problems:
            raise AssertionError("\n".join(self.problems) + "\n" + self.story())

    def story(self) -> str:
        """What happened, for a person who reads a failing test."""
        lines = [f"exit {self.exit}", "stdout: " + self.stdout[-2000:], "stderr: " + self.stderr[-2000:]]
        for request in self.requests[-60:]:
            last = request.messages[-1]
            lines.append(f"  {request.actor} <- {json.dumps(last['content'])[-400:]}")
            lines.append(f"  {request.actor} -> {json.dumps(request.answer)[:400]}")
        return "\n".join(lines)


class Terminal:
    """The interactive client as a person sees it. Its text is polled, never slept for."""

    def __init__(self, run: Run, place: Path) -> None:
        self.run = run
        self._socket = place

    def open(self, argv: Sequence[str], env: Mapping[str, str], size: tuple[int, int]) -> None:
        columns, rows = size
        tmux = shutil.which("tmux") or "tmux"
        # The server lives in the namespace with the client; the exit status is written where the test can read it.
        status = self._socket.with_suffix(".exit")
        words = " ".join(_quoted(word) for word in argv)
        shell = f"{words}; echo $? > {_quoted(str(status))}"
        self.run.launch(
            [
                *(tmux, "-u", "-S", str(self._socket), "-f", "/dev/null", "new-session", "-d"),
                *("-x", str(columns), "-y", str(rows), "-c", str(self.run.world.project), shell),
            ],
            env,
        )
        self.expect(r"(?m)^❯\s*$", 30)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-u", "-S", str(self._socket), *arguments],
            env={**self.run.world.environment()},
            capture_output=True,
            text=True,
            timeout=10,
        ).stdout

    def screen(self) -> str:
        """The visible text."""
        return self._tmux("capture-pane", "-p", "-J")

    def history(self) -> str:
        """All text so far, what scrolled away too."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def keys(self, *names: str) -> None:
        """Keys by tmux's names: Enter, Escape, C-c, Down."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Types `text` and Enter, once the client shows the text."""
        self._tmux("send-keys", "-l", text)
        self.expect(re.escape(text[-20:].lstrip("!")), 10)
        self.keys("Enter")

    def expect(self, pattern: str, seconds: float = 20) -> re.Match[str]:
        """Waits for text on the screen that the regular expression finds."""
        return wait_until(
            lambda: re.search(pattern, self.screen()),
            seconds,
            lambda: f"{pattern!r} on the screen:\n{self.screen()}\n{self.run.story()}",
        )

    def expect_request(
        self, wanted: Callable[[Request], bool], seconds: float = 20, what: str = "the request"
    ) -> Request:
        """Waits for a request to the API."""
        return wait_until(
            lambda: next((request for request in list(self.run.requests) if wanted(request)), None),
            seconds,
            lambda: f"{what}:\n{self.screen()}\n{self.run.story()}",
        )

    def answer(self, dialog: str, key: str = "Enter", seconds: float = 20) -> None:
        """Waits for the dialog and presses `key` until it is gone: the client ignores keys that come too soon."""
        self.expect(dialog, seconds)
        pressed = 0.0

        def gone() -> bool:
            nonlocal pressed
            if re.search(dialog, self.screen()) is None:
                return True
            if time.monotonic() - pressed > PRESS_AGAIN_SECONDS:
                self.keys(key)
                pressed = time.monotonic()
            return False

        wait_until(gone, seconds, lambda: f"the dialog gone:\n{self.screen()}")

    def close(self) -> None:
        self.run.end()


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def last_text(request: Request) -> str:
    """What the model is told last, results of tools included."""
    content: Any = request.messages[-1]["content"]
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
