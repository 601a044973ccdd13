"""The interactive client in a tmux of its own, as a person sees it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from planweir.play.client.asked import Request
from planweir.play.client.namespace import wait_until
from planweir.play.client.run import Run

PRESS_AGAIN_SECONDS = 0.7


class Terminal:
    """The interactive client as a person sees it. Its text is polled, never slept for."""

    def __init__(self, run: Run, project: Path, env: Mapping[str, str], place: Path) -> None:
        self.run = run
        self._project = project
        self._env = dict(env)
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
                *("-x", str(columns), "-y", str(rows), "-c", str(self._project), shell),
            ],
            env,
        )
        self.expect(r"(?m)^❯\s*$", 30)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-u", "-S", str(self._socket), *arguments],
            env=self._env,
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
