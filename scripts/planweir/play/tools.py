"""The client's tools, as far as recordings use them: each call really runs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planweir.play.recording import Json

BASH_TIMEOUT = 120_000  # milliseconds, where the call names none


class NotPlayed(Exception):
    """This call is none that the stand-in can make."""


@dataclass(frozen=True)
class Result:
    """How a call ended: `text` is what the model reads, `response` what the hooks get."""

    ok: bool
    text: str
    response: dict[str, Json] = field(default_factory=dict)


def run(tool: str, given: Mapping[str, Json], project: str, env: Mapping[str, str]) -> Result:
    """Make a call. A tool's own failure is a result; raises NotPlayed."""
    if tool not in TOOLS:
        raise NotPlayed(f"the stand-in for the client has no tool {tool}; it has {', '.join(sorted(TOOLS))}")
    return TOOLS[tool](given, project, env)


def _text(given: Mapping[str, Json], key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        raise NotPlayed(f"the call has no {key}")
    return value


def _bash(given: Mapping[str, Json], project: str, env: Mapping[str, str]) -> Result:
    if given.get("run_in_background"):
        raise NotPlayed("shells in the background are not played")
    limit = given.get("timeout", BASH_TIMEOUT)
    process = subprocess.Popen(
        ["bash", "-c", _text(given, "command")],
        cwd=project,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    response: dict[str, Json] = {"interrupted": False, "isImage": False, "noOutputExpected": False}
    try:
        out, err = process.communicate(timeout=(limit if isinstance(limit, (int, float)) else BASH_TIMEOUT) / 1000)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        response.update(interrupted=True, timedOutAfterMs=limit)
    said, errors = (data.decode("utf-8", "replace").rstrip("\n") for data in (out, err))
    text = "\n".join(part for part in (said, errors) if part)
    response = {"stdout": said, "stderr": errors, **response}
    if process.returncode != 0 and not response["interrupted"]:
        return Result(False, f"Exit code {process.returncode}\n{text}", response)
    return Result(not response["interrupted"], text, response)


def _write(given: Mapping[str, Json], _project: str, _env: Mapping[str, str]) -> Result:
    path, content = _text(given, "file_path"), _text(given, "content")
    before = _content(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    kind = "create" if before is None else "update"
    return Result(
        True,
        f"File {kind}d: {path}",
        {
            "type": kind,
            "filePath": path,
            "content": content,
            "structuredPatch": [],
            "originalFile": before,
            "userModified": False,
        },
    )


def _edit(given: Mapping[str, Json], _project: str, _env: Mapping[str, str]) -> Result:
    path, old, new = _text(given, "file_path"), _text(given, "old_string"), _text(given, "new_string")
    before = _content(path)
    if before is None:
        return Result(False, f"File does not exist: {path}")
    everywhere = given.get("replace_all") is True
    found = before.count(old)
    if found == 0 or (found > 1 and not everywhere):
        return Result(False, f"The string to replace is there {found} times in {path}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(before.replace(old, new))
    return Result(
        True,
        f"File updated: {path}",
        {
            "filePath": path,
            "oldString": old,
            "newString": new,
            "originalFile": before,
            "structuredPatch": [],
            "userModified": False,
            "replaceAll": everywhere,
        },
    )


def _read(given: Mapping[str, Json], _project: str, _env: Mapping[str, str]) -> Result:
    path = _text(given, "file_path")
    content = _content(path)
    if content is None:
        return Result(False, f"File does not exist: {path}")
    return Result(True, content, {"type": "text", "file": {"filePath": path, "content": content}})


def _content(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


TOOLS: dict[str, Callable[[Mapping[str, Json], str, Mapping[str, str]], Result]] = {
    "Bash": _bash,
    "Write": _write,
    "Edit": _edit,
    "Read": _read,
}
