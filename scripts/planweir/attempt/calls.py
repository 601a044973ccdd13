"""Which tool calls were made since a moment, by the host's transcripts: read only when something was found to be wrong.

The end of each is enough; it may lag a little, and whoever changed a file need not be among the calls: it is a help, not
a verdict.
"""

from __future__ import annotations

import glob
import json
import os

from planweir.notice.byagent import of_agent
from planweir.places import config_dir
from planweir.values import rows, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State

TAIL = 256 * 1024  # bytes of each transcript's end
MOST = 12  # calls, the newest
SHOWN = 120  # characters of one
READING = ("Read", "Grep", "Glob", "LS", "TodoWrite", "TaskOutput", "ToolSearch", "WebFetch", "WebSearch")
SAYS = ("command", "file_path", "notebook_path", "prompt", "path")  # fields that tell what a call was about


def since(state: State, event: dict[str, object], moment: str) -> list[str]:
    """The newest calls of the main thread and of the agents since `moment` (ISO 8601, UTC), as `who tool: what`."""
    found: list[tuple[str, str]] = []
    for who, path in _transcripts(state, event):
        found += [(at, f"{who} {call}") for at, call in _calls(path) if at >= moment]
    return [words for _at, words in sorted(found)[-MOST:]]


def _transcripts(state: State, event: dict[str, object]) -> list[tuple[str, str]]:
    main = text_or(event, "transcript_path")
    if not main:  # the command line knows the session, and not where its transcript lies
        session = os.environ.get("CLAUDE_CODE_SESSION_ID", "") or state["owner"]["session"]
        there = glob.glob(f"{glob.escape(config_dir())}/projects/*/{glob.escape(session)}.jsonl") if session else []
        main = there[0] if there else ""
    if not main.endswith(".jsonl"):
        return []
    found = [("main thread", main)]
    for agent, row in state["agents"].items():
        found.append((f"{row['task']} {row['role']}", of_agent(main[: -len(".jsonl")], agent)))
    return found


def _calls(path: str) -> list[tuple[str, str]]:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            data = file.read()
    except OSError:
        return []
    found: list[tuple[str, str]] = []
    for line in data.split(b"\n"):
        if b'"tool_use"' not in line:
            continue
        try:
            row = json.loads(line)
            for part in rows(sub(row, "message"), "content"):
                if isinstance(part, dict) and part.get("type") == "tool_use" and part.get("name") not in READING:
                    found.append((text_or(row, "timestamp"), _shown(part)))
        except (ValueError, AttributeError, RecursionError):
            continue  # the line that the tail cuts, or one of another shape
    return found


def _shown(call: dict[str, object]) -> str:
    given = sub(call, "input")
    what = " ".join(next((text_or(given, key) for key in SAYS if text_or(given, key)), "").split())
    return f"{text_or(call, 'name')}: {what if len(what) <= SHOWN else what[:SHOWN] + '…'}"
