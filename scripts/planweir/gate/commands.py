"""Running the plan's own commands: `bash -o pipefail -c` at the project's root, with a time limit, output kept."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field

from planweir.evidence.runners.base import COUNTS, last_lines
from planweir.gate import quoted, witness
from planweir.gate.summary import named_failures, summary_of
from planweir.values import number_or, sub, table, text, text_or, texts

LIMIT = 1800.0  # seconds for one command
KEPT_OUTPUT = 20_000  # characters of a command's end
READ_OUTPUT = 8_000_000  # bytes of a command's end that a summary is looked for in
APART = ("skipped", "deselected", "xfailed", "dropped")  # counts of tests that did not run to a pass and failed nobody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import IO


@dataclass(frozen=True)
class Ran:
    """One command and how it ended.

    `exit` is None where the time limit ended it; `passed` None where no summary was read; `failing` None where not every
    failure has a name. `counts`: of all summaries read, empty without one. `doubt`: why its exit status 0 is not believed.
    `witnessed`: did a pytest in it tell what it counted? None where none was asked, or it could not bear to be.
    """

    command: str
    exit: int | None
    seconds: float
    output: str
    passed: int | None
    failing: list[str] | None
    counts: dict[str, int] = field(default_factory=dict)
    doubt: str = ""
    witnessed: bool | None = None

    @property
    def none_ran(self) -> bool:
        return self.exit == 0 and self.passed == 0

    @property
    def ok(self) -> bool:
        return self.exit == 0 and not self.none_ran and not self.doubt

    @property
    def apart(self) -> int:
        """Tests that the summaries name as not run, or as expected to fail."""
        return sum(self.counts.get(key, 0) for key in APART)

    @property
    def said(self) -> str:
        """One line on how it ended."""
        if self.exit is None:
            return f"ended by the time limit of {limit():.0f} s"
        apart = "".join(f", {self.counts[key]} {key}" for key in APART if self.counts.get(key))
        if self.doubt:
            return f"exit {self.exit}, but {self.doubt}"
        if self.none_ran:
            return f"exit 0, but no test passed{apart}"
        count = f", {self.passed} passed" if self.passed is not None else ""
        failed = f", {len(self.failing)} failed" if self.failing else ""
        return f"exit {self.exit}{count}{failed}{apart}, {self.seconds:.1f} s"

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def ran_from_json(source: object) -> Ran:
    """Raises Malformed."""
    row = table(source)
    status, seconds = row.get("exit"), row.get("seconds")
    return Ran(
        command=text(row, "command"),
        exit=status if isinstance(status, int) else None,
        seconds=float(seconds) if isinstance(seconds, (int, float)) else 0.0,
        output=text_or(row, "output"),
        passed=number_or(row, "passed") if row.get("passed") is not None else None,
        failing=texts(row, "failing") if row.get("failing") is not None else None,
        counts={key: number_or(sub(row, "counts"), key) for key in sub(row, "counts")},
        doubt=text_or(row, "doubt"),
        witnessed=told if isinstance(told := row.get("witnessed"), bool) else None,
    )


def ends_by_finally() -> Callable[[int, FrameType | None], object] | int | None:
    """From now on SIGTERM ends this process by way of its `finally`: the command is of a session of its own and would
    outlive it. Returns what SIGTERM did before; None in a thread, which gets no signals."""

    def end(_sign: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    try:
        return signal.signal(signal.SIGTERM, end)
    except ValueError:
        return None


def limit() -> float:
    """The time limit of one command in seconds; PLANWEIR_COMMAND_LIMIT overrides."""
    try:
        return float(os.environ.get("PLANWEIR_COMMAND_LIMIT", ""))
    except ValueError:
        return LIMIT


def _end_of(file: IO[bytes]) -> bytes:
    """The last READ_OUTPUT bytes of what was written."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - READ_OUTPUT))
    return file.read()


def run(root: str, command: str, env: Mapping[str, str] | None = None, most: float | None = None) -> Ran:
    """Run one command to its end or its limit; what it started in its session ends with it. `env`: its variables, where they
    are others than ours; `most`: seconds that it may take, where they are fewer than the limit.

    Where pytest runs in it, what pytest itself counted is compared with what was printed (witness.py). A setup that cannot
    have that is run as it stands.
    """
    began = time.monotonic()
    own = os.environ if env is None else env
    asked = witness.ask(root, command, own)
    try:
        status, output = _started(root, command, {**own, **asked.environment}, most)
        if asked.hinders(status, output):
            status, output = _started(root, command, own, most)
            told, witnessed, dropped = None, None, 0
        else:
            told = asked.read()
            witnessed = told is not None if asked.environment else None
            dropped = asked.dropped()
    finally:
        asked.close()
    summary = summary_of(output, root)
    doubt = ""
    if status == 0:
        doubt = _disagrees(summary) or asked.doubt(told, output)
        if not doubt and told is None and summary is not None:
            doubt = quoted.summary_in_script(root, command)
    return Ran(
        command=command,
        exit=status,
        seconds=round(time.monotonic() - began, 2),
        output=last_lines(output, KEPT_OUTPUT),
        passed=None if summary is None else number_or(summary, "passed"),
        failing=named_failures(summary),
        counts={} if summary is None else {key: count for key in (*COUNTS, "dropped") if (count := dropped if key == "dropped" else number_or(summary, key))},
        doubt=doubt,
        witnessed=witnessed,
    )


def _disagrees(summary: dict[str, object] | None) -> str:
    """Exit status 0 beside a summary that tells of failures: `pytest || true`, `pytest | tail` without pipefail, a script
    that goes on."""
    if summary is None:
        return ""
    bad = number_or(summary, "failed") + number_or(summary, "errors")
    if bad:
        return f"what it printed says {bad} failed: the command hides its exit status"
    return "what it printed says that a run did not come to a good end" if summary.get("cut") else ""


def _started(root: str, command: str, env: Mapping[str, str], most: float | None) -> tuple[int | None, str]:
    """Exit status, None at the limit, and the end of both outputs."""
    # Into a file, not a pipe: what the command leaves running would keep a pipe open, and us waiting.
    with tempfile.TemporaryFile() as kept:
        asked = ends_by_finally()
        process = subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=root,
            env={**env},
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status: int | None
        try:
            status = process.wait(timeout=limit() if most is None else min(most, limit()))
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if asked is not None:
                signal.signal(signal.SIGTERM, asked)
        return status, _end_of(kept).decode("utf-8", "replace")
