"""The host's transcript of an agent as a second source of its runs (resumed agents, events that were
missed)."""

from __future__ import annotations

import json

from planweir.evidence.opaque import find_opaque
from planweir.evidence.outcome import verbatim
from planweir.evidence.runners import find
from planweir.evidence.runs import Row, record
from planweir.evidence.voices import activates, runs_inline
from planweir.shell.programs import kind_of
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planweir.shell.scan import Program

# Tools of the host that change no file of the project. Any other than these and Bash is taken to write.
_READING = frozenset((
    "Read", "Grep", "Glob", "LS", "NotebookRead", "WebFetch", "WebSearch", "TodoWrite", "TaskCreate",
    "TaskUpdate", "TaskList", "TaskGet", "TaskOutput", "TaskStop", "BashOutput", "KillShell", "KillBash",
    "Skill", "ToolSearch", "AskUserQuestion", "ExitPlanMode", "ReportFindings", "StructuredOutput",
))  # fmt: skip
_GIT_READS = frozenset((
    "status", "diff", "log", "show", "rev-parse", "ls-files", "ls-tree", "blame", "grep", "describe",
    "cat-file",
))  # fmt: skip
# Places of no account for a Bash write.
_NOWHERE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/", "/proc/self/fd/")


class _Call:
    __slots__ = ("cwd", "name", "overlapped", "tool_input", "writes")

    def __init__(self, name: str, tool_input: dict[str, object], cwd: str, writes: bool) -> None:
        self.name = name
        self.tool_input = tool_input
        self.cwd = cwd
        self.writes = writes
        self.overlapped = False  # something was written while it ran


def runs_from_transcript(path: str, commands: Sequence[str], root: str | None = None) -> list[Row]:
    """Rows in the shape of recorded runs, oldest first, from a transcript in the host's JSON Lines.

    Read line by line; nothing is kept but the calls that are under way and the rows. `digest` is None where
    the same agent wrote nothing after the run began: no Edit, Write, NotebookEdit or unknown tool that was
    carried out, and no Bash call that could have written (by its reading, or because it could not be read).
    Otherwise it is "", which equals no digest, so that the run counts as stale. Writes by anybody else are
    not seen here. Lines that are torn or of another shape are passed over; no file: no rows.
    """
    rows: list[Row] = []
    pending: dict[str, _Call] = {}
    for entry in _entries(path):
        message = entry.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, list):
            continue
        folder = entry.get("cwd")
        cwd = folder if isinstance(folder, str) and folder else root or "/"
        for block in content:
            if not isinstance(block, dict):
                continue
            if block.get("type") == "tool_use" and entry.get("type") == "assistant":
                name, given = str(block.get("name")), block.get("input")
                tool_input = given if isinstance(given, dict) else {}
                writes = name not in _READING
                if name == "Bash":
                    writes = _may_write(str(tool_input.get("command", "")), cwd, commands, root)
                pending[str(block.get("id"))] = _Call(name, tool_input, cwd, writes)
            elif block.get("type") == "tool_result" and entry.get("type") == "user":
                call = pending.pop(str(block.get("tool_use_id")), None)
                if call is not None:
                    _ended(call, block, entry, rows, pending, commands, root)
    if any(call.writes for call in pending.values()):
        _spoil(rows, {})
    return rows


def _ended(
    call: _Call,
    block: dict[str, object],
    entry: dict[str, object],
    rows: list[Row],
    pending: dict[str, _Call],
    commands: Sequence[str],
    root: str | None,
) -> None:
    text = _text(block.get("content"))
    failed = block.get("is_error") is True
    # A call of the file tools that failed or was denied wrote nothing; a command may have, whatever its end.
    if call.writes and not (failed and (call.name != "Bash" or not text.startswith("Exit code "))):
        _spoil(rows, pending)
    if call.name != "Bash" or (failed and not text.startswith("Exit code ")):
        return
    event: dict[str, object] = {
        "hook_event_name": "PostToolUseFailure" if failed else "PostToolUse",
        "tool_name": "Bash",
        "tool_input": call.tool_input,
        "tool_use_id": block.get("tool_use_id"),
        "cwd": call.cwd,
    }
    if failed:
        event["error"] = text
    else:
        told = entry.get("toolUseResult")
        event["tool_response"] = told if isinstance(told, dict) else {"stdout": text}
    row = record(event, commands, lambda: "", root)
    if row is not None:
        row["digest"] = "" if call.overlapped else None
        row["at"] = _seconds(entry.get("timestamp"))
        rows.append(row)


def _spoil(rows: list[Row], pending: dict[str, _Call]) -> None:
    for row in rows:
        row["digest"] = ""
    for call in pending.values():
        call.overlapped = True


def _may_write(command: str, cwd: str, commands: Sequence[str], root: str | None) -> bool:
    """Whether a Bash command could have changed a file. Running a check is not taken as a write of its own:
    what checks leave behind is the business of the digest, which this source does not have."""
    if verbatim(command, commands, root or cwd, cwd) is not None:
        return False
    scanned = scan(command, cwd)
    if not scanned.readable:
        return True
    # A write to no known place is told of every program that runs code; which programs those are is looked at
    # below.
    if any(
        write.by == "redirect" if write.path is None else not write.path.startswith(_NOWHERE)
        for write in scanned.writes
    ):
        return True
    return not all(_harmless(program) or _tests(program) for program in scanned.programs)


def _tests(program: Program) -> bool:
    """A run of tests, known or by a script of the project's."""
    words, cwd = program.words, program.cwd
    return find(words, cwd) is not None or find_opaque(words, cwd) is not None


def _harmless(program: Program) -> bool:
    words = program.words
    if (
        kind_of(program) == "reads"
        or program.name == "task-planner"
        or runs_inline(program)
        or activates(program)
    ):
        return True
    return program.name == "git" and len(words) > 1 and words[1] in _GIT_READS


def _entries(path: str) -> Iterator[dict[str, object]]:
    try:
        with open(path, "rb") as stream:
            for line in stream:
                if b'"tool_' not in line:
                    continue  # neither tool_use nor tool_result: most of a long transcript
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if isinstance(entry, dict):
                    yield entry
    except FileNotFoundError:
        return


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))


def _seconds(stamp: object) -> float:
    from datetime import datetime

    try:
        return datetime.fromisoformat(str(stamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
