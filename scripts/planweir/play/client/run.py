"""One client and the API that answers it: what it said and asked, when it has ended and before."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from planweir.play.client import namespace
from planweir.play.client.api import Api
from planweir.play.client.asked import Request, new_bytes
from planweir.play.client.cast import Cast, Script
from planweir.play.client.namespace import Isolated, TooLate
from planweir.play.client.witness import Witness
from planweir.play.recording import MAIN
from planweir.play.seen import Disagreement

RUN_SECONDS = 60.0


class Run:
    """The number `number` of those that run for `project`. `folder` takes its log and output."""

    def __init__(
        self,
        project: Path,
        folder: Path,
        number: int,
        script: Script,
        *,
        cast: Cast | None = None,
        witness: Witness | None = None,
        strict: bool = False,
        ended: Callable[[str], bool] | None = None,
    ) -> None:
        self.stdout = ""
        self.stderr = ""
        self.exit: int | None = None
        self.debug_file = folder / f"debug-{number}.txt"
        self.api: Api | None = None
        self._project = project
        self._script, self._cast, self._witness, self._strict = script, cast, witness, strict
        self._ended = ended
        self._isolated: Isolated | None = None
        self._out = folder / f"out-{number}.txt"
        self._err = folder / f"err-{number}.txt"

    # --- its life ----------------------------------------------------------------------------------------------

    def launch(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Starts `argv` in a new network namespace, served by this run's API. Raises Unavailable."""
        with self._out.open("wb") as out:
            self._isolated = Isolated(argv, env, self._project, out, self._err, self._serve)

    def _serve(self, listener: socket.socket) -> None:
        self.api = Api(
            listener,
            self._script,
            str(self._project),
            cast=self._cast,
            witness=self._witness,
            strict=self._strict,
            ended=self._ended,
        )

    def ended(self, seconds: float) -> bool:
        """Whether the client has ended by itself within so many seconds."""
        assert self._isolated is not None
        try:
            self.exit = self._isolated.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self, seconds: float = RUN_SECONDS) -> int:
        """Exit status of the client. Raises TooLate, with what is known, when it takes longer."""
        seconds *= namespace.patience
        if not self.ended(seconds):
            self.end()
            raise TooLate(f"the client did not end within {seconds:g} s\n{self.story()}")
        self.end()
        assert self.exit is not None
        return self.exit

    def kill(self) -> None:
        """The power cut: SIGKILL to the client and to all that runs in its namespace."""
        self.end()

    def end(self) -> None:
        """Ends what is left in this run's namespace and its API. Idempotent."""
        if self._isolated is not None:
            self.exit = self._isolated.end()
        if self.api is not None:
            self.api.close()
        if self._isolated is not None:
            self.stdout = self._out.read_text(errors="replace")
            self.stderr = self._err.read_text(errors="replace")

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
        """Raises Disagreement where something that a player verifies came out otherwise."""
        if self.problems:
            raise Disagreement("\n".join(self.problems) + "\n" + self.story())

    def story(self) -> str:
        """What happened, for a person who reads of a failure."""
        lines = [f"exit {self.exit}", "stdout: " + self.stdout[-2000:], "stderr: " + self.stderr[-2000:]]
        for request in self.requests[-60:]:
            last = request.messages[-1]
            lines.append(f"  {request.actor} <- {json.dumps(last['content'])[-400:]}")
            lines.append(f"  {request.actor} -> {json.dumps(request.answer)[:400]}")
        return "\n".join(lines)
