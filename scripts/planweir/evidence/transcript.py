"""The host's transcript of an agent as a second source of its runs (resumed agents, events that were
missed)."""

from __future__ import annotations

import json
import os
import re

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
READING = frozenset((
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


# A line that is longer is not parsed. The host cuts what commands print at 30,000 characters; what is longer is a file.
LONGEST_LINE = 4 * 1024 * 1024  # bytes
HEAD = 64 * 1024  # bytes of such a line in which it names its call
CACHED = 4096  # commands whose reading is kept, and how long each of them may be
_CALL, _RESULT = b'"tool_use"', b'"tool_result"'  # in words that somebody said the quotes are escaped
_NAMES_CALL = re.compile(rb'"tool_use_id":\s*"([^"\\]+)"')


class _Call:
    __slots__ = ("checks", "cwd", "name", "overlapped", "tool_input", "writes")

    def __init__(
        self, name: str, tool_input: dict[str, object], cwd: str, writes: bool, checks: bool
    ) -> None:
        self.name = name
        self.tool_input = tool_input
        self.cwd = cwd
        self.writes = writes
        self.checks = checks
        self.overlapped = False  # something was written while it ran


def runs_from_transcript(path: str, commands: Sequence[str], root: str | None = None) -> list[Row]:
    """Rows in the shape of recorded runs, oldest first, from a transcript in the host's JSON Lines.

    Read line by line; nothing is kept but the calls under way that matter and the rows, and only their lines are parsed.
    `digest` is None where the same agent wrote nothing after the run began: no Edit, Write, NotebookEdit or unknown tool
    that was carried out, and no Bash call that could have written (by its reading, or because it could not be read).
    Otherwise it is "", which equals no digest, so that the run counts as stale. Writes by anybody else are not seen here.
    Lines that are torn or of another shape are passed over; a call or a check whose line is too long is taken to have
    written; no file: no rows.
    """
    rows: list[Row] = []
    pending: dict[str, _Call] = {}
    reading = _Reading(commands, root)
    for line, whole in _lines(path):
        if not whole:
            _unread(line, rows, pending)
            continue
        if _CALL not in line and not any(use in pending for use in _named(line, pending)):
            continue  # most of a long transcript: results of calls that only read
        entry = _parsed(line)
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
                writes, checks = name not in READING, False
                if name == "Bash":
                    writes, checks = reading.of(str(tool_input.get("command", "")), cwd)
                    checks = checks or tool_input.get("run_in_background") is True
                if writes or checks:
                    pending[str(block.get("id"))] = _Call(name, tool_input, cwd, writes, checks)
            elif block.get("type") == "tool_result" and entry.get("type") == "user":
                call = pending.pop(str(block.get("tool_use_id")), None)
                if call is not None:
                    _ended(call, block, entry, rows, pending, commands, root, path)
    if any(call.writes for call in pending.values()):
        _spoil(rows, {})
    return rows


def _named(line: bytes, pending: dict[str, _Call]) -> list[str]:
    """The calls that a line names as those whose results it holds."""
    return [use.decode("utf-8", "replace") for use in _NAMES_CALL.findall(line)] if pending else []


def _unread(head: bytes, rows: list[Row], pending: dict[str, _Call]) -> None:
    """A line was too long to be parsed, and `head` is its beginning, with the marks of what stands behind: what cannot
    be seen of it may have been a write, or a check that failed."""
    ended = [pending.pop(use) for use in _named(head, pending) if use in pending]
    if _CALL in head:
        pending["?"] = _Call(
            "?", {}, "", True, False
        )  # when it ended cannot be known: it is under way to the end
    if _CALL in head or ended or (_RESULT in head and not _NAMES_CALL.search(head)):
        _spoil(rows, pending)


def _ended(
    call: _Call,
    block: dict[str, object],
    entry: dict[str, object],
    rows: list[Row],
    pending: dict[str, _Call],
    commands: Sequence[str],
    root: str | None,
    path: str,
) -> None:
    text = _text(block.get("content"))
    failed = block.get("is_error") is True
    # A call of the file tools that failed or was denied wrote nothing; a command may have, whatever its end.
    if call.writes and not (failed and (call.name != "Bash" or not text.startswith("Exit code "))):
        _spoil(rows, pending)
    if not call.checks or (failed and not text.startswith("Exit code ")):
        return
    event: dict[str, object] = {
        "hook_event_name": "PostToolUseFailure" if failed else "PostToolUse",
        "tool_name": "Bash",
        "tool_input": call.tool_input,
        "tool_use_id": block.get("tool_use_id"),
        "cwd": call.cwd,
        "transcript_path": path,
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


class _Reading:
    """What Bash commands are, by reading them: could one have changed a file, and can it be a run to record?

    Running a check is not taken as a write of its own: what checks leave behind is the business of the digest, which this
    source does not have.
    """

    def __init__(self, commands: Sequence[str], root: str | None) -> None:
        self.commands = commands
        self.root = root
        self.env = dict(os.environ)
        self.known: dict[tuple[str, str], tuple[bool, bool]] = {}

    def of(self, command: str, cwd: str) -> tuple[bool, bool]:
        """(it may write, it may be a check)"""
        key = command, cwd
        found = self.known.get(key)
        if found is None:
            found = self._of(command, cwd)
            if len(command) <= CACHED and len(self.known) < CACHED:
                self.known[key] = found
        return found

    def _of(self, command: str, cwd: str) -> tuple[bool, bool]:
        if verbatim(command, self.commands, self.root or cwd, cwd) is not None:
            return False, True
        scanned = scan(command, cwd, self.env)
        runners = [_tests(program) for program in scanned.programs]
        checks = any(runners) or any(program.name == "task-planner" for program in scanned.programs)
        if not scanned.readable:
            return True, True
        # A write to no known place is told of every program that runs code; which programs those are is looked at below.
        if any(
            write.by == "redirect" if write.path is None else not write.path.startswith(_NOWHERE)
            for write in scanned.writes
        ):
            return True, checks
        harmless = all(
            _harmless(program) or runs for program, runs in zip(scanned.programs, runners, strict=True)
        )
        return not harmless, checks


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


def _lines(path: str) -> Iterator[tuple[bytes, bool]]:
    """Every line with True; of one that is longer than LONGEST_LINE its head and what it holds of the marks, with False."""
    try:
        with open(path, "rb") as stream:
            while line := stream.readline(LONGEST_LINE):
                if line.endswith(b"\n") or len(line) < LONGEST_LINE:
                    yield line, True
                    continue
                head, marks = line[:HEAD], {mark for mark in (_CALL, _RESULT) if mark in line}
                while not line.endswith(b"\n"):
                    # From a little before the cut, where a mark may lie across it.
                    more = stream.readline(LONGEST_LINE // 4)
                    if not more:
                        break
                    line = line[-16:] + more
                    marks |= {mark for mark in (_CALL, _RESULT) if mark in line}
                yield head + b"".join(sorted(marks)), False
    except FileNotFoundError:
        return


def _parsed(line: bytes) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


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
