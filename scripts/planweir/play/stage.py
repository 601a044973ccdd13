"""Where a recording is played: an example copied to a repository of its own, and an environment that nothing of the
person's settings reaches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

from planweir import __version__, jobs, runtime
from planweir.places import Places, home
from planweir.play.host import Host
from planweir.play.recording import Recording, load

PLUGIN = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
RECORDING = "recording.json"
BRANCH = "links"
PYTEST = ["pytest>=8"]
# What a session of the client, git, Python or pytest outside have set must not reach the play.
FOREIGN = ("CLAUDE", "PLANWEIR", "GIT_", "PYTEST", "PYTHON", "BASH_ENV", "NO_COLOR", "FORCE_COLOR")


SETTLE = 30.0  # seconds that work which outlives its caller is given to end


class NoStage(Exception):
    """The example cannot be played here; the text says why."""


class Stage:
    """The example `name`, or the repository that `recording` holds, in `folder` (which is there and empty). `tell` hears
    what takes long.

    Raises NoStage, runtime.NoRuntime, recording.BadRecording.
    """

    def __init__(
        self, name: str, folder: str, tell: Callable[[str], None], recording: Recording | None = None
    ) -> None:
        example = f"{PLUGIN}/examples/{name}"
        self.project = f"{folder}/{name}"
        self.recording: Recording = recording or load(f"{example}/{RECORDING}")
        self.env = _environment(folder, tell)
        if recording is not None:
            _write(self.project, recording)
        else:
            left = shutil.ignore_patterns(RECORDING, "__pycache__", ".*_cache")
            shutil.copytree(example, self.project, ignore=left)
        # No template and no settings of the person's: their hooks and signatures are not for this repository.
        self.git("init", "--quiet", "--template=")
        self.git("symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
        for key, value in (("user.name", "Planweir demo"), ("user.email", "demo@example.invalid")):
            self.git("config", key, value)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "The example as it begins, and its plan")
        self.host = Host(PLUGIN, self.project, f"{folder}/client", self.env, name)

    @property
    def places(self) -> Places:
        """Where the play's own records lie."""
        return Places(self.env["PLANWEIR_HOME"], self.project)

    def git(self, *words: str) -> str:
        """git's output in the project. Raises NoStage."""
        try:
            done = subprocess.run(
                ["git", *words], cwd=self.project, env=dict(self.env), capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise NoStage("git is not on PATH") from None
        if done.returncode != 0:
            raise NoStage(f"git {words[0]}: {done.stderr.strip()}")
        return done.stdout.rstrip()


def settle(places: Places, seconds: float = SETTLE) -> None:
    """Wait for work that outlives its caller, such as a gate: it would write on where everything has been removed."""
    for name in sorted(os.listdir(places.jobs)) if os.path.isdir(places.jobs) else ():
        jobs.join(places, name, seconds)


def _write(project: str, recording: Recording) -> None:
    """The recording's own repository. Raises NoStage where it has none."""
    if not recording.files:
        raise NoStage("the recording holds no files, and so no repository to play it in")
    for name, content in recording.files.items():
        path = f"{project}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        if name in recording.executable:
            os.chmod(path, 0o755)


def _environment(folder: str, tell: Callable[[str], None]) -> dict[str, str]:
    """The environment of everything that is started. Raises runtime.NoRuntime."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    env |= {
        "PLANWEIR_HOME": f"{folder}/planweir",
        "PLANWEIR_ENGINE": "agents",  # a recording holds the calls of such a run
        "CLAUDE_CONFIG_DIR": f"{folder}/client",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "NO_COLOR": "1",
        "TMPDIR": f"{folder}/tmp",
    }
    os.mkdir(env["TMPDIR"])
    _share_python(f"{folder}/planweir/runtime/{__version__}")
    if not _has_pytest(env, folder):
        target = f"{home()}/runtime/demo-{__version__}"
        if not os.path.exists(target):
            tell("The example's tests need pytest, and python3 has none here: building an environment with it (once) ...")
        python = runtime.environment(target, PYTEST, "the demo's environment with pytest", "then start the demo again")
        env["PATH"] = f"{os.path.dirname(python)}:{env.get('PATH', os.defpath)}"
    return env


def _has_pytest(env: Mapping[str, str], folder: str) -> bool:
    try:
        found = subprocess.run(
            ["python3", "-m", "pytest", "--version"], env=dict(env), cwd=folder, capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return found.returncode == 0


def _share_python(place: str) -> None:
    """The Python that runs this is the runtime's; the play's own home shares it."""
    if os.path.exists(f"{sys.prefix}/bin/python"):
        os.makedirs(os.path.dirname(place))
        os.symlink(sys.prefix, place)
    else:
        os.makedirs(f"{place}/bin")
        os.symlink(sys.executable, f"{place}/bin/python")
