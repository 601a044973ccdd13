"""Which task and role an agent works for. A task id in anyone's own words binds nothing.

An agent is bound by, in this order: PostToolUse(Agent), which names its id beside the call's; the `toolUseId` in
`agent-<id>.meta.json` beside its transcript (Claude Code 2.1.329: there from its first tool call); its first message,
where that is byte for byte a brief that was rendered for an allowed spawn that nothing is bound to yet.
"""

from __future__ import annotations

import hashlib
import json
import os

from planweir.journal.store import Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

LONGEST_FIRST_LINE = 4 * 1024 * 1024  # bytes


def transcript_of(event: dict[str, object]) -> str:
    """The path of the transcript of the agent that this event comes from."""
    own = text_or(event, "agent_transcript_path")
    if own:
        return own
    main = text_or(event, "transcript_path")
    stem = main[: -len(".jsonl")] if main.endswith(".jsonl") else main
    return f"{stem}/subagents/agent-{text_or(event, 'agent_id')}.jsonl"


def spawn_of(event: dict[str, object], state: State) -> str | None:
    """The tool_use_id of the allowed spawn that started the agent of this event."""
    transcript = transcript_of(event)
    use = _meta_use(transcript[: -len(".jsonl")] + ".meta.json")
    if use:
        return (
            use if use in state["spawns"] else None
        )  # the client names the call: its word, not the message's
    first = first_message(transcript)
    brief = sha(first) if first else ""
    for candidate, spawn in state["spawns"].items():
        if brief and spawn["brief_sha"] == brief:
            return candidate
    return None


def _meta_use(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            meta = json.load(file)
    except (OSError, ValueError):
        return ""
    return text_or(meta, "toolUseId") if isinstance(meta, dict) else ""


def first_message(transcript: str, passed: str = "") -> str:
    """The words that an agent began with; "" where they cannot be read. A first message that begins with `passed` is not
    it: the next is."""
    try:
        with open(transcript, "rb") as file:
            words = _words(file.readline(LONGEST_FIRST_LINE))
            if passed and words.startswith(passed):
                words = _words(file.readline(LONGEST_FIRST_LINE))
            return words
    except (OSError, ValueError):
        return ""


def _words(line: bytes) -> str:
    """What one line of a transcript says. Raises ValueError."""
    row = json.loads(line)
    message = row.get("message") if isinstance(row, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        content = content[0].get("text")
    return content if isinstance(content, str) else ""


def sha(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def client_process() -> tuple[int, str]:
    """The client's process id and when it started, as far as the system tells: a reused id is another process."""
    try:
        pid = int(os.environ.get("CLAUDE_PID", ""))
    except ValueError:
        return 0, ""
    return pid, process_start(pid)


def process_start(pid: int) -> str:
    """When process `pid` started, as an opaque word; empty if there is none or the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if os.path.isdir("/proc/self"):
        return ""
    import subprocess

    try:
        shown = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return shown.stdout.strip()


def bind(event: dict[str, object], places: Places, agent: str, use: str = "") -> AgentState | None:
    """The binding of `agent`, made now if it can be. None: bound to nothing."""
    journal = Journal(places)
    state = journal.state()
    row = state["agents"].get(agent)
    if row is not None and row["alive"]:
        return row
    use = use if use in state["spawns"] else (spawn_of(event, state) or "")
    if not use:
        return None
    pid, pid_start = client_process()

    def decide(fresh: State) -> list[Event]:
        spawn = fresh["spawns"].get(use)
        known = fresh["agents"].get(agent)
        if spawn is None or (known is not None and known["alive"]):
            return []  # another hook of the same agent was faster
        return [
            {
                "kind": "bound" if spawn["role"] in ("implementer", "planner") else "reviewer_bound",
                "agent": agent,
                "task": spawn["task"],
                "role": spawn["role"],
                "attempt": spawn["attempt"],
                "tool_use_id": use,
                "session": text_or(event, "session_id"),
                "pid": pid,
                "pid_start": pid_start,
                "start_tree": spawn["start_tree"],
                "start_sha": spawn["start_sha"],
            }
        ]

    bound = journal.transact(decide)["agents"].get(agent)
    return bound if bound is not None and bound["alive"] else None
