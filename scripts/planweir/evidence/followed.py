"""Runs that the host moved to the background, followed to their end: how they ended stands in its transcript, which agents
cannot reach, and what they printed in the file that it names there.

That file lies where anybody may write: a run in the background counts only where its exit status speaks as well.
"""

from __future__ import annotations

import json
import os
import re

from planweir.evidence.outcome import read_file
from planweir.evidence.runs import Row, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    End = tuple[int, str, float]  # exit status, what it printed, when it was told (unix seconds)

LONGEST_LINE = 4 * 1024 * 1024  # bytes of a line that is parsed
LATE = 10.0  # seconds by which the file may be younger than the word of its end
_NOTICE = re.compile(
    r"<task-notification>\n<task-id>(?P<id>[\w-]+)</task-id>\n(?:<tool-use-id>(?P<use>[^<]*)</tool-use-id>\n)?"
    r"<output-file>(?P<file>[^<]+)</output-file>\n<status>(?P<status>\w+)</status>\n<summary>(?P<said>.*?)</summary>\n?</task-notification>",
    re.DOTALL,
)


def followed(rows: Sequence[Row], transcript: str, commands: Sequence[str], root: str) -> list[Row]:
    """`rows` with those of background shells as they ended; one whose end is not told stays as it is."""
    checks = [row for row in rows if row.get("shell") and row.get("exit") is None and (row.get("runner") or row.get("verify"))]
    wanted = {row["shell"]: row for row in checks}
    ends = _ends(transcript, wanted) if wanted else {}
    return [_ended(row, ends[row["shell"]], commands, root) if row.get("shell") in ends else row for row in rows]


def _ended(row: Row, end: End, commands: Sequence[str], root: str) -> Row:
    status, output, at = end
    event: dict[str, object] = {
        "hook_event_name": "PostToolUseFailure" if status else "PostToolUse",
        "tool_name": "Bash",
        "tool_use_id": row.get("tool_use_id", ""),
        "tool_input": {"command": row["command"]},
        "cwd": row.get("cwd") or root,
        "error": f"Exit code {status}\n{output}",
        "tool_response": {"stdout": output},
    }
    found = record(event, commands, lambda: row.get("digest") or "", root)
    if found is None:
        return row
    summary = found.get("summary") or {}
    bad = status or int(str(summary.get("failed", 0))) + int(str(summary.get("errors", 0)))
    if "masked" in found["flags"] and not bad:
        return row  # nothing but the file would speak for it
    found["digest"] = row.get("digest")  # of its beginning: what changed since makes it stale
    found["at"], found["shell"] = at, row["shell"]
    return found


def _ends(transcript: str, wanted: dict[str, Row]) -> dict[str, End]:
    found: dict[str, End] = {}
    names = [shell.encode() for shell in wanted]
    try:
        with open(transcript, "rb") as stream:
            for line in stream:
                if len(line) > LONGEST_LINE or not any(name in line for name in names):
                    continue
                if b"task-notification" in line:
                    _take_notice(line, wanted, found)
                elif b"retrieval_status" in line:
                    _take_answer(line, wanted, found)
    except OSError:
        return {}
    return found


def _take_notice(line: bytes, wanted: dict[str, Row], found: dict[str, End]) -> None:
    entry = _parsed(line)
    origin, message = entry.get("origin"), entry.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if entry.get("type") != "user" or not isinstance(origin, dict) or origin.get("kind") != "task-notification" or not isinstance(content, str):
        return
    notices = list(_NOTICE.finditer(content))
    lengths = entry.get("joinedNoticeLengths")
    # A description, which agents choose, stands in the summary: with a notice of its own in it none of them is believed.
    if content.count("<task-notification>") != len(notices) or len(notices) != (len(lengths) if isinstance(lengths, list) else 1):
        return
    told = _seconds(entry.get("timestamp"))
    for notice in notices:
        row = wanted.get(notice["id"])
        if row is None or (notice["use"] and notice["use"] != row.get("tool_use_id")):
            continue
        code = re.search(r"exit code (\d+)\)?\Z", notice["said"])
        status = int(code[1]) if code else {"completed": 0, "failed": 1}.get(notice["status"])
        if status is None or (status == 0) != (notice["status"] == "completed"):
            continue  # killed, or it says two things
        output = _printed(notice["file"], notice["id"], str(entry.get("sessionId")), told)
        found[notice["id"]] = (status, output, told)


def _take_answer(line: bytes, wanted: dict[str, Row], found: dict[str, End]) -> None:
    """TaskOutput, which older clients have: the host itself hands over the end and the output."""
    entry = _parsed(line)
    result = entry.get("toolUseResult")
    task = result.get("task") if isinstance(result, dict) and result.get("retrieval_status") == "success" else None
    if entry.get("type") != "user" or not isinstance(task, dict) or task.get("task_id") not in wanted:
        return
    status, output = task.get("exitCode"), task.get("output")
    if isinstance(status, int) and isinstance(output, str) and task.get("status") in ("completed", "failed"):
        found[str(task["task_id"])] = (status, output, _seconds(entry.get("timestamp")))


def _printed(path: str, shell: str, session: str, told: float) -> str:
    """What the shell printed; empty where the file is not the host's own for it, or was written to after its end was told."""
    if not path.endswith(f"/{session}/tasks/{shell}.output"):
        return ""
    try:
        if os.lstat(path).st_mtime > told + LATE:
            return ""
    except OSError:
        return ""
    return read_file(path)


def _parsed(line: bytes) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _seconds(stamp: object) -> float:
    from datetime import datetime

    try:
        return datetime.fromisoformat(str(stamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
