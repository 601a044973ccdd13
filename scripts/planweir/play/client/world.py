"""Where the real client lives when nobody's own things may be touched: a HOME of its own, a made-up key, a network of
its own, and an environment of which every name is written here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from planweir.play.client import fetch
from planweir.play.client.cast import Cast, Script
from planweir.play.client.namespace import PORT
from planweir.play.client.run import Run
from planweir.play.client.witness import Witness

KEY = "sk-ant-api03-made-up-for-tests-0123456789abcdefghij"


class ClientWorld:
    """`home` and `project` exist. `path` is the PATH of everything that runs here, `env` what else it shall have;
    `folder` takes logs. `plugin` None starts the client without one.

    The client is never started but through `start`, which puts it into a fresh network namespace.
    """

    def __init__(
        self, folder: Path, home: Path, project: Path, plugin: Path | None, path: str, env: Mapping[str, str]
    ) -> None:
        self.root = folder
        self.home = home
        self.project = project
        self.plugin = plugin
        self._path = path
        self._env = dict(env)
        self._runs: list[Run] = []

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

    def start(
        self,
        *arguments: str,
        script: Script | None = None,
        mode: str = "bypassPermissions",
        env: Mapping[str, str] | None = None,
        cast: Cast | None = None,
        witness: Witness | None = None,
        strict: bool = False,
        ended: Callable[[str], bool] | None = None,
    ) -> Run:
        """Starts the client and returns at once. Raises Unavailable."""
        run = self.new_run(script, cast=cast, witness=witness, strict=strict, ended=ended)
        run.launch([*self.client(run, mode), *arguments], {**self.client_environment(), **(env or {})})
        return run

    def end(self) -> None:
        """Ends what still runs in this world."""
        for run in self._runs:
            run.end()

    def new_run(
        self,
        script: Script | None = None,
        *,
        cast: Cast | None = None,
        witness: Witness | None = None,
        strict: bool = False,
        ended: Callable[[str], bool] | None = None,
    ) -> Run:
        number = len(self._runs) + 1
        run = Run(
            *(self.project, self.root, number, script or {}),
            cast=cast,
            witness=witness,
            strict=strict,
            ended=ended,
        )
        self._runs.append(run)
        return run

    def client(self, run: Run, mode: str) -> list[str]:
        """The client's command line, but for what it shall do. Raises Unavailable."""
        command = [str(fetch.client()), "--permission-mode", mode, "--debug-file", str(run.debug_file)]
        if self.plugin is not None:
            command += ["--plugin-dir", str(self.plugin)]
        return command

    def client_environment(self) -> dict[str, str]:
        return {
            **self.environment(),
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{PORT}",
            "IS_SANDBOX": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            # A script's agents run as many at once as elsewhere, however few processors there are here.
            "CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS": "8",
        }

    def settle(self) -> None:
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
