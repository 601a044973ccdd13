"""Recording the checks that an agent ran: one JSON line for each, written by the hook after the call.

A call is a check when its command is, word for word, one of the declared commands, or when it starts a known
test runner (found by reading the command, never by searching its text or output). Nothing here judges; see
judge.py.
"""

from __future__ import annotations

import json
import os
import time

from planweir.evidence.filed import filed_by
from planweir.evidence.flags import flags_of
from planweir.evidence.opaque import find_opaque
from planweir.evidence.outcome import outcome, same_folder, verbatim
from planweir.evidence.runners import combine, find, read, read_all
from planweir.evidence.runners.base import last_lines
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypedDict

    from planweir.evidence.flags import Found
    from planweir.evidence.runners import Summary
    from planweir.shell.scan import Scan

    class Row(TypedDict, total=False):
        """One line of `runs/<agent>.jsonl`."""

        at: float  # unix seconds when it ended
        tool_use_id: str
        command: str
        exit: int | None  # None: the host did not wait for its end, or cut it
        runner: str | None
        verify: bool  # the command was, verbatim, one of the declared ones
        declared: str  # which one; also where the same words stand in a pipe or with redirections
        summary: Summary | None
        flags: list[str]  # keys of flags.FLAGS
        select: list[str]  # the places (places.py) that the runner was told to run; empty: everything
        config: list[str]  # configurations that its options name (configs.py)
        says: list[str]  # files of the project that say what ran, where it was a script (opaque.py)
        digest: str | None  # of the task's files when it ended; "" never equals one; None: see transcript.py
        filed: str  # sha256 of a review filed by this call
        task: str  # the task it was filed for
        package: str  # the task whose package this call printed
        shell: str  # the host's id of the background shell that it became
        cwd: str  # where it ran; only of those
        tail: str
else:
    Row = dict  # at run time a plain dictionary: typing is too dear for a hook

TAIL = 2_000  # characters of output that are kept


def record(
    event: Mapping[str, object],
    commands: Sequence[str],
    digest_of: Callable[[], str],
    root: str | None = None,
) -> Row | None:
    """The row for one PostToolUse or PostToolUseFailure event of Bash; None when there is nothing to record.

    `commands` are the declared commands (the task's and the plan's). `digest_of` is called once, and only for
    a check. `root` is the project's folder; without it, `CLAUDE_PROJECT_DIR`, else the event's `cwd`.
    Recorded besides checks: `task-planner file T3` (`filed`), and any command that became a background shell
    of the host (`shell`).
    """
    tool_input = event.get("tool_input")
    command = tool_input.get("command") if isinstance(tool_input, dict) else None
    if event.get("tool_name") != "Bash" or not isinstance(command, str) or not isinstance(tool_input, dict):
        return None
    status, output, shell = outcome(event)
    if tool_input.get("run_in_background") is True:
        status = None
    cwd = event.get("cwd")
    cwd = cwd if isinstance(cwd, str) and cwd else os.getcwd()
    root = root or os.environ.get("CLAUDE_PROJECT_DIR") or cwd
    declared = verbatim(command, commands, root, cwd)
    scanned = scan(command, cwd)
    found = _runners_in(scanned)
    row: Row = {
        "at": time.time(),
        "tool_use_id": str(event.get("tool_use_id", "")),
        "command": command,
        "exit": status,
        "runner": found[0][1].name if found else None,
        "verify": declared is not None,
        "summary": None,
        "flags": [],
        "digest": "",
        "tail": last_lines(output, TAIL),
    }
    same = declared if declared is not None else _same_as_declared(found, commands, root)
    if same is not None:
        row["declared"] = same
    if shell:
        row["shell"], row["cwd"] = shell, cwd
    filed = filed_by(scanned, output) if status == 0 and not found else None
    if filed is not None:
        row["filed"], row["task"] = filed
    if found or declared is not None:
        row["flags"], row["select"] = flags_of(command, scanned, found, root)
        says = _says(found, root)
        if any(len(args) > 0 for _program, _runner, args in found):
            from planweir.evidence.configs import configured

            named = configured(found, root)
            if named:
                row["config"] = named
        if says or any(runner.says for _program, runner, _args in found):
            row["says"] = says
        if status is None:
            row["flags"].append("background")
        row["summary"] = _summary(found, output, row["flags"], root, status, _began(event))
        if row["summary"] is None and len(found) == 1 and status is not None:
            from planweir.evidence.formats import reported

            row["summary"] = reported(event, scanned.programs, found[0], row["flags"], root)
        try:
            row["digest"] = digest_of()
        except (OSError, RuntimeError) as error:
            row["tail"] = f"{row['tail']}\n[planweir: no digest of the files could be taken: {error}]"
    elif not shell and filed is None:
        return None
    return row


def made(event: Mapping[str, object], command: str) -> Row:
    """The row of a call that went well and was no check."""
    return {
        "at": time.time(),
        "tool_use_id": str(event.get("tool_use_id", "")),
        "command": command,
        "exit": 0,
        "runner": None,
        "verify": False,
        "summary": None,
        "flags": [],
        "digest": "",
        "tail": "",
    }


def read_runs(path: str) -> list[Row]:
    """Every whole row in order; a torn line, or one of another shape, is left out. No file: no rows."""
    rows: list[Row] = []
    try:
        with open(path, "rb") as stream:
            for line in stream:
                try:
                    row = json.loads(line)
                except ValueError:  # torn, or not UTF-8
                    continue
                if _is_row(row):
                    rows.append(row)
    except FileNotFoundError:
        pass
    return rows


def append(path: str, row: Row) -> None:
    """Add one row with one write to the end of the file, so that hooks at the same time need no lock."""
    line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and not _ends_whole(path, size):
            line = b"\n" + line  # a torn line before ours must not swallow it
        os.write(handle, line)
    finally:
        os.close(handle)


def _runners_in(scanned: Scan) -> list[Found]:
    found: list[Found] = []
    for program in scanned.programs:
        hit = find(program.words, program.cwd) or find_opaque(program.words, program.cwd)
        if hit is not None:
            found.append((program, *hit))
    return found


def _same_as_declared(
    found: list[Found], commands: Sequence[str], root: str
) -> str | None:
    """The declared command that consists of the very words of the one runner found."""
    if len(found) == 1:
        program = found[0][0]
        told = " ".join(word or "\0" for word in program.argv)
        for declared in commands:
            if told == " ".join(declared.split()) and program.cwd and same_folder(program.cwd, root):
                return declared
    return None


def _began(event: Mapping[str, object]) -> float | None:
    """When the call began, where the host tells how long it took and has only just seen its end."""
    took = event.get("duration_ms")
    return time.time() - took / 1000 if isinstance(took, (int, float)) and not isinstance(took, bool) else None


def _says(found: list[Found], root: str) -> list[str]:
    """The files that say what the scripts among the runs do, relative to the project: in the folder where they run or
    the nearest above, and in folders that their options name; and scripts of the project by which a runner was started."""
    told: list[str] = []
    top = os.path.realpath(root)
    for program, runner, args in found:
        cwd = os.path.realpath(program.cwd or root)
        places = [os.path.join(cwd, place) for place in runner.named(args)] if runner.says else []
        files = [os.path.join(place, name) for place in places for name in runner.says]
        while runner.says and (cwd + "/").startswith(top + "/"):
            # tox reads one file alone: the first that there is.
            alone = runner.name == "tox" and os.path.isfile(os.path.join(cwd, "tox.ini"))
            files += [os.path.join(cwd, name) for name in (("tox.ini",) if alone else runner.says)]
            cwd = os.path.dirname(cwd)
        starts = [word for word in program.words[:2] if word and os.path.normpath(word).endswith(runner.started_by)] if runner.started_by else []
        files += [os.path.join(program.cwd or root, word) for word in starts]
        told += [os.path.relpath(file, top) for file in files if os.path.isfile(file)]
        told += [os.path.relpath(place, top) for place in places if os.path.isfile(place)]
    return list(dict.fromkeys(told))


def _summary(
    found: list[Found], output: str, flags: list[str], root: str, status: int | None, began: float | None
) -> Summary | None:
    if not found:
        return _by_the_way(output, root, status)
    by_name = {runner.name: runner for _program, runner, _args in found}
    given = {name: [word for _program, runner, args in found if runner.name == name for word in args] for name in by_name}
    # Names are told relative to where the runner ran; kept are paths relative to the project.
    folders = {program.cwd for program, _runner, _args in found}
    folder = next(iter(folders)) if len(folders) == 1 else None
    told = [
        summary
        for summary in (read(runner, output, folder or root, given[name], began) for name, runner in by_name.items())
        if summary is not None
    ]
    summary = combine(told)
    if summary is None or len(told) < len(by_name):
        return None
    if "masked" in flags and summary["lines"] < len(found):
        return None  # several runs, and the output does not show the end of each
    if folder is not None:
        inside = os.path.relpath(os.path.realpath(folder), os.path.realpath(root))
        if inside != "." and not inside.startswith(".."):
            summary["failing"] = [os.path.normpath(f"{inside}/{name}") for name in summary["failing"]]
    return summary


def _by_the_way(output: str, root: str, status: int | None) -> Summary | None:
    """What a declared command of any program tells: that no test ran, or by name what failed. Its exit status decides;
    a failing summary beside exit 0 is some text that it prints."""
    summary = read_all(output, root)
    if summary is None or (status == 0 and (summary["failed"] or summary["errors"] or summary["cut"])):
        return None
    return summary


def _is_row(row: object) -> bool:
    if (
        not isinstance(row, dict)
        or not isinstance(row.get("command"), str)
        or not isinstance(row.get("flags"), list)
    ):
        return False
    summary, status = row.get("summary"), row.get("exit")
    return (summary is None or isinstance(summary, dict)) and (status is None or isinstance(status, int))


def _ends_whole(path: str, size: int) -> bool:
    with open(path, "rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) in (b"\n", b"")
