"""How a Bash call ended, as the host told it, and whether it was a declared command."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EXIT = r"Exit code (-?\d+)(?:\n|$)"
# In Claude Code 2.1.329, of agents that run in the background.
_OUT_OF_TIME = r"(?:\A|\n)Command (?:timed out after \d[\dhms. ]*|killed: output file exceeded [^\n]*)(?:\n|\Z)"
ENDED_BY_SIGNAL = (124, 137, 143)
LONGEST = 64_000_000  # bytes of a file of the host that are read


def outcome(event: Mapping[str, object]) -> tuple[int | None, str, str | None]:
    """(exit status, output, background shell) of a Bash call as the host told it; the status is None when the
    host did not see the end: moved to the background, out of time, interrupted."""
    if event.get("hook_event_name") == "PostToolUseFailure":
        error = event.get("error")
        text = error if isinstance(error, str) else ""
        match = re.match(_EXIT, text)
        if match is None or event.get("is_interrupt") is True:
            return None, text, None
        code, rest = int(match.group(1)), text[match.end() :]
        if code in ENDED_BY_SIGNAL and re.search(_OUT_OF_TIME, rest):
            return None, rest, None  # the host ended it: it failed nobody, and passed nobody
        return code, rest, None
    response = event.get("tool_response")
    if not isinstance(response, dict):
        return None, response if isinstance(response, str) else "", None
    parts = [
        part for part in (response.get("stdout"), response.get("stderr")) if isinstance(part, str) and part
    ]
    shell = response.get("backgroundTaskId")
    if response.get("persistedOutputPath"):
        parts = [_whole(event, response)]
    status: int | None = 0
    if response.get("interrupted") or shell or response.get("timedOutAfterMs"):
        status = None
    elif response.get("returnCodeInterpretation"):
        status = 1  # the host lets some non-zero ends pass as success (grep that finds nothing)
    return status, "\n".join(parts), shell if isinstance(shell, str) else None


def verbatim(command: str, commands: Sequence[str], root: str, cwd: str | None = None) -> str | None:
    """The declared command that this one is, else None. Besides white space around it, only `cd <project> &&
    ` before and ` 2>&1` behind may be added. Without that `cd` it must run in the project's folder."""
    wanted = {declared.strip(): declared for declared in commands}
    text = command.strip()
    moved = re.match(r"cd\s+(\"[^\"$`\\]+\"|'[^']+'|[^\s;&|<>()$`\"'\\*?]+)\s*&&\s*", text)
    forms = [(text, cwd)]
    if moved is not None:
        forms.append((text[moved.end() :], os.path.join(cwd or root, moved.group(1).strip("\"'"))))
    for form, folder in forms:
        for candidate in (form, re.sub(r"\s+2>&1$", "", form)):
            if candidate in wanted and (folder is None or same_folder(folder, root)):
                return wanted[candidate]
    return None


def same_folder(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _whole(event: Mapping[str, object], response: Mapping[str, object]) -> str:
    """An output too large for the host to hand over, from the file that it named and put among its own for this session; empty
    where it is not one of those or not whole. What the host hands over is only its beginning: a summary there may not be the last."""
    path, transcript = response.get("persistedOutputPath"), event.get("transcript_path")
    if not isinstance(path, str) or not isinstance(transcript, str) or not transcript.endswith(".jsonl"):
        return ""
    session = transcript.removesuffix(".jsonl").partition("/subagents/")[0]
    if os.path.dirname(os.path.realpath(path)) != os.path.join(os.path.realpath(session), "tool-results"):
        return ""
    return read_file(path, response.get("persistedOutputSize"))


def read_file(path: str, size: object = None) -> str:
    """What a file of the host holds; empty where it is none, or shorter than the `size` that it is to have."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with open(handle, "rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST or (isinstance(size, int) and len(data) < size):
        return ""
    return data.decode("utf-8", "replace")
