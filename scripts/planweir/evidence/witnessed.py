"""Which recorded runs no call explains: the host's transcript, which agents cannot reach, names every call that was made.

A line of `runs/<agent>.jsonl` that somebody wrote by hand is of no call, of another command, a second one of the same call, or
of one that the host saw fail.
"""

from __future__ import annotations

import json
import re
import time

from planweir.evidence.filed import ANSWER, answered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.runs import Row

PATIENCE = 1.0  # seconds that a transcript may lag; only spent where a run is not explained
LOOK = 0.1
LONGEST = 4 * 1024 * 1024  # bytes of a line that is parsed


class _Call:
    __slots__ = ("command", "failed")

    def __init__(self) -> None:
        self.command: str | None = None
        self.failed = False


def unexplained(rows: Sequence[Row], transcript: str, running: str = "") -> list[Row]:
    """Those of `rows` that no call in the transcript explains; none where it cannot tell, as it holds no call at all.

    `running`: the id of a call whose end is told just now, which the transcript may not have yet.
    """
    end = time.monotonic() + PATIENCE
    while True:
        found = _look(rows, transcript, running)
        if not found or time.monotonic() >= end:
            return found
        time.sleep(LOOK)


def _look(rows: Sequence[Row], transcript: str, running: str) -> list[Row]:
    calls = _calls(transcript, {str(row.get("tool_use_id", "")) for row in rows} - {""})
    if calls is None:
        return []
    found: list[Row] = []
    seen: set[str] = set()
    for row in rows:
        use = str(row.get("tool_use_id", ""))
        if use == running and use and use not in seen:
            seen.add(use)
            continue
        call = calls.get(use)
        if (
            use in seen
            or call is None
            or call.command != row.get("command")
            or (call.failed and row.get("exit") == 0)
        ):
            found.append(row)
        seen.add(use)
    return found


def _calls(transcript: str, uses: set[str]) -> dict[str, _Call] | None:
    """The calls of Bash, and the answers, with these ids; None where the transcript cannot be read or names no call of any tool."""
    names = re.compile(b"|".join(re.escape(use.encode()) for use in sorted(uses)) or b"(?!)")
    found: dict[str, _Call] = {}
    any_call = False
    try:
        with open(transcript, "rb") as file:
            for line in file:
                any_call = any_call or b'"tool_use"' in line
                if names.search(line) is None:
                    continue
                if len(line) > LONGEST:
                    return None  # what it says of the call cannot be read
                _take(line, uses, found)
    except OSError:
        return None
    return found if any_call else None


def _take(line: bytes, uses: set[str], found: dict[str, _Call]) -> None:
    try:
        content = json.loads(line)["message"]["content"]
    except (ValueError, LookupError, TypeError):
        return
    for block in content if isinstance(content, list) else []:
        if not isinstance(block, dict):
            continue
        if block.get("type") == "tool_use" and block.get("id") in uses and block.get("name") in ("Bash", ANSWER):
            given = block.get("input")
            call = found.setdefault(str(block["id"]), _Call())
            if block["name"] == ANSWER:
                call.command = answered(given)
            else:
                call.command = given.get("command") if isinstance(given, dict) else None
        elif block.get("type") == "tool_result" and block.get("tool_use_id") in uses:
            found.setdefault(str(block["tool_use_id"]), _Call()).failed = block.get("is_error") is True
