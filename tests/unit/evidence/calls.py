"""Events of the Bash tool as the host sends them, for the tests of this folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planweir.evidence.judge import judge
from planweir.evidence.runs import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.judge import Verdict
    from planweir.evidence.runs import Row

ROOT = "/home/dev/app"
PASSES = "....\n============================== 4 passed in 0.02s ==============================="
FAILS = (
    "=========================== short test summary info ============================\n"
    "FAILED tests/test_a.py::test_x - assert 0\n"
    "========================= 1 failed, 3 passed in 0.04s =========================="
)


def bash(
    command: str, output: str = "", status: int = 0, cwd: str = ROOT, **response: object
) -> dict[str, object]:
    """A PostToolUse event, or with another exit status a PostToolUseFailure."""
    event: dict[str, object] = {
        "session_id": "s",
        "cwd": cwd,
        "agent_id": "a1",
        "tool_name": "Bash",
        "tool_use_id": "toolu_1",
        "tool_input": {"command": command, "description": "x"},
    }
    if status:
        return {
            **event,
            "hook_event_name": "PostToolUseFailure",
            "error": f"Exit code {status}\n{output}",
            "is_interrupt": False,
        }
    answer = {
        "stdout": output,
        "stderr": "",
        "interrupted": False,
        "isImage": False,
        "noOutputExpected": False,
    }
    return {**event, "hook_event_name": "PostToolUse", "tool_response": {**answer, **response}}


def recorded(
    command: str,
    output: str = PASSES,
    status: int = 0,
    verify: Sequence[str] = (),
    digest: str = "now",
    cwd: str = ROOT,
    **response: object,
) -> Row | None:
    return record(bash(command, output, status, cwd, **response), list(verify), lambda: digest, ROOT)


def ran(
    command: str,
    output: str = PASSES,
    status: int = 0,
    verify: Sequence[str] = (),
    digest: str = "now",
    cwd: str = ROOT,
    **response: object,
) -> Row:
    row = recorded(command, output, status, verify, digest, cwd, **response)
    assert row is not None, f"not recorded: {command}"
    return row


def verdict(
    *rows: Row | None,
    verify: Sequence[str] = (),
    neighbours: Sequence[Sequence[str]] = (),
    new_tests: bool = True,
    baseline: Sequence[str] = (),
) -> Verdict:
    kept = [row for row in rows if row is not None]
    return judge(kept, list(verify), "now", [list(scope) for scope in neighbours], new_tests, baseline)


def really(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Exit status and output (both streams) of a program that is really run."""
    env = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # half the time of a run
    }
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout
