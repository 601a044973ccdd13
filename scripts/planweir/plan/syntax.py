"""Which commands are no shell syntax."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time

from planweir.plan.paths import CONTROL

# Seconds for `bash -n` over all commands of a plan; what is left then is told as not checked.
COMMAND_SECONDS = 5.0
# Words and no more: no shell reads these as anything but a program and its arguments.
_PLAIN = re.compile(r"[\w./:=@%+,-]+(?:[ \t]+[\w./:=@%+,-]+)*")
_RESERVED = re.compile(
    r"(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)\b"
)


def unparsable(commands: list[str]) -> tuple[dict[str, str], list[str]]:
    """The commands that are no shell syntax, with the reason; and those that there was no time to look at."""
    bash = shutil.which("bash")
    end = time.monotonic() + COMMAND_SECONDS
    wrong: dict[str, str] = {}
    unchecked: list[str] = []
    for command in commands:
        if not command.strip():
            wrong[command] = "it is empty"
        elif CONTROL.search(command.replace("\t", " ").replace("\n", " ")):
            wrong[command] = "it holds a control character"
        elif _PLAIN.fullmatch(command) and not _RESERVED.match(command):
            continue
        elif time.monotonic() > end:
            unchecked.append(command)
        else:
            why = _bash_says(bash, command, end) if bash else _shlex_says(command)
            if why:
                wrong[command] = why
    return wrong, unchecked


def _bash_says(bash: str, command: str, end: float) -> str:
    # From standard input, so that a command that begins with `-` is no option; without the person's BASH_ENV.
    try:
        done = subprocess.run(
            [bash, "-n"],
            input=command.encode(),
            capture_output=True,
            timeout=max(0.5, end - time.monotonic()),
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return _shlex_says(command)
    if done.returncode == 0 and b"here-document" not in done.stderr:
        return ""
    first = (
        done.stderr.decode("utf-8", "replace").splitlines() or [f"bash -n ended with {done.returncode}"]
    )[0]
    return re.sub(r"^.*?line \d+: (?:warning: )?(?:syntax error: |syntax error )?", "", first).strip()[:200]


def _shlex_says(command: str) -> str:
    try:
        shlex.split(command)
    except ValueError as error:
        return str(error)
    return ""
