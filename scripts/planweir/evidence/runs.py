"""Recording the checks that an agent ran: one JSON line for each, written by the hook after the call.

A call is a check when its command is, word for word, one of the declared commands, or when it starts a known
test runner (found by reading the command, never by searching its text or output). Nothing here judges; see
judge.py.
"""

from __future__ import annotations

import json
import os
import re
import time

from planweir.evidence.runners import combine, find, unwrap
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypedDict

    from planweir.evidence.runners import Runner, Summary
    from planweir.shell.scan import Program, Scan

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
        flags: list[str]  # keys of FLAGS
        select: list[str]  # the paths that the runner was told to run; empty: everything
        digest: str | None  # of the task's files when it ended; "" never equals one; None: see transcript.py
        filed: str  # sha256 of a review filed by this call
        task: str  # the task it was filed for
        shell: str  # the host's id of the background shell that it became
        tail: str
else:
    Row = dict  # at run time a plain dictionary: typing is too dear for a hook

# How a recorded run may be less than it looks; judge.py says what follows from each.
FLAGS: dict[str, str] = {
    "masked": "its exit status does not decide that of the command",
    "background": "the host did not wait for its end",
    "redirected": "its output went elsewhere",
    "impure": "another program of the same command writes to the same output",
    "shadowed": "a function or alias is defined beside it",
    "replaced": "a file of the folder where it runs would be run in its place",
    "path": "PATH is set for it",
    "unreadable": "the command could not be read to its end",
    "outside": "it ran outside the project, or was told to run files outside it",
    "unknown": "which files it was told to run cannot be read",
    "narrowed": "options select some of the tests",
    "lists": "it only lists or tells, no test runs",
}

TAIL = 2_000  # characters of output that are kept
_EXIT = r"Exit code (-?\d+)(?:\n|$)"
_FUNCTION = r"(?m)(?:^|[\s;&|({])(?:function\s+[\w.-]+|[\w.-]+\s*\(\s*\))\s*(?:\(\s*\)\s*)?[{(]"

# Programs that write nothing to their standard output that an agent could choose.
_SILENT = frozenset((
    "cd", "pushd", "popd", "export", "set", "unset", "true", "false", ":", "test", "[", "[[", "mkdir",
    "touch", "rm", "rmdir", "cp", "mv", "ln", "chmod", "sleep", "wait", "exit", "return", "umask",
    "ulimit", "shopt", "local", "declare", "typeset", "readonly", "kill", "sync", "pwd",
))  # fmt: skip
# Checkers and installers: what they print is in a form of their own, line by line. (words after the program;
# () = any)
_OWN_FORM: dict[str, tuple[str, ...]] = {
    "ruff": (),
    "mypy": (),
    "black": (),
    "isort": (),
    "flake8": (),
    "pyright": (),
    "pip": ("install",),
    "pip3": ("install",),
    "uv": ("sync", "pip", "lock", "venv"),
    "poetry": ("install", "lock"),
    "pipenv": ("install", "sync"),
    "npm": ("ci", "install"),
    "git": ("status", "add"),
}
_SHELLS = frozenset(("bash", "sh", "dash", "zsh", "ksh"))
_DEFINERS = frozenset(("alias", "enable", "hash"))
# What may stand behind a runner in a pipe: it passes lines on whole, or leaves them out.
_PASS_ON = frozenset(("tail", "head", "cat", "tee"))
_GREP_OPTION = r"-[EFGPivxwasn]+|-[ABCm]\d*|-e|--colou?r(?:=\w+)?|--line-buffered"
# Variables by which another program, or another program first, is run.
_STEERING = r"(?m)(?:^|[\s;&|({])(?:PATH|BASH_ENV|ENV|LD_PRELOAD|PYTHONHOME)="
_FILTERS = frozenset(("grep", "egrep", "fgrep", "rg"))


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
        "tail": output[-TAIL:],
    }
    same = declared if declared is not None else _same_as_declared(found, commands, root)
    if same is not None:
        row["declared"] = same
    if shell:
        row["shell"] = shell
    filed = _filed(scanned, output) if status == 0 and not found else None
    if filed is not None:
        row["filed"], row["task"] = filed
    if found or declared is not None:
        row["flags"], row["select"] = _flags(command, scanned, found, root)
        if status is None:
            row["flags"].append("background")
        row["summary"] = _summary(found, output, row["flags"], root)
        try:
            row["digest"] = digest_of()
        except (OSError, RuntimeError) as error:
            row["tail"] = f"{row['tail']}\n[planweir: no digest of the files could be taken: {error}]"
    elif not shell and filed is None:
        return None
    return row


def outcome(event: Mapping[str, object]) -> tuple[int | None, str, str | None]:
    """(exit status, output, background shell) of a Bash call as the host told it; the status is None when the
    host did not see the end: moved to the background, out of time, interrupted."""
    if event.get("hook_event_name") == "PostToolUseFailure":
        error = event.get("error")
        text = error if isinstance(error, str) else ""
        match = re.match(_EXIT, text)
        if match is None or event.get("is_interrupt") is True:
            return None, text, None
        return int(match.group(1)), text[match.end() :], None
    response = event.get("tool_response")
    if not isinstance(response, dict):
        return None, response if isinstance(response, str) else "", None
    parts = [
        part for part in (response.get("stdout"), response.get("stderr")) if isinstance(part, str) and part
    ]
    shell = response.get("backgroundTaskId")
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
            if candidate in wanted and (folder is None or _same_folder(folder, root)):
                return wanted[candidate]
    return None


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


# --- reading the command --------------------------------------------------------------------------


def _runners_in(scanned: Scan) -> list[tuple[Program, Runner, list[str | None]]]:
    found = []
    for program in scanned.programs:
        hit = find(program.words, program.cwd)
        if hit is not None:
            found.append((program, *hit))
    return found


def _same_as_declared(
    found: list[tuple[Program, Runner, list[str | None]]], commands: Sequence[str], root: str
) -> str | None:
    """The declared command that consists of the very words of the one runner found."""
    if len(found) == 1:
        program = found[0][0]
        told = " ".join(word or "\0" for word in program.argv)
        for declared in commands:
            if told == " ".join(declared.split()) and program.cwd and _same_folder(program.cwd, root):
                return declared
    return None


def _inside(path: str, root: str) -> bool:
    """Is `path` (absolute) the project's folder or below it, as it is written or as links lead?"""
    return any(
        (os.path.normpath(path) + "/").startswith(top.rstrip("/") + "/")
        or (os.path.realpath(path) + "/").startswith(top.rstrip("/") + "/")
        for top in (os.path.abspath(root), os.path.realpath(root))
    )


def _chosen(cwd: str, paths: Sequence[str], root: str) -> list[str]:
    """What a runner that runs in `cwd` was told to run, relative to the project; empty: everything."""
    if _same_folder(cwd, root):
        return list(paths)
    base = os.path.relpath(os.path.realpath(cwd), os.path.realpath(root))
    return [
        path if os.path.isabs(path) else os.path.normpath(os.path.join(base, path)) for path in paths or [""]
    ]


def _flags(
    command: str, scanned: Scan, found: list[tuple[Program, Runner, list[str | None]]], root: str
) -> tuple[list[str], list[str]]:
    """The flags of FLAGS that hold, and the paths that the runners were told to run."""
    flags: set[str] = set()
    select: list[str] = []
    whole = False
    for program, runner, args in found:
        if program.masked or program.negated:
            flags.add("masked")
        if program.background:
            flags.add("background")
        if _goes_elsewhere(program.stdout_to) or program.nested:
            flags.add("redirected")
        narrowed, paths = runner.selection(args)
        if narrowed or any(word.startswith("PYTEST_ADDOPTS=") for word in _assigned(program)):
            flags.add("narrowed")
        folders = [program.cwd or ""]
        for word in _assigned(program):
            if word.startswith("PYTHONPATH="):
                folders += [os.path.join(program.cwd or "", part) for part in word[11:].split(":") if part]
        if any(os.path.exists(os.path.join(place, name)) for place in folders for name in runner.shadows):
            flags.add("replaced")
        if runner.lists(args):
            flags.add("lists")
        cwd = program.cwd
        if (
            cwd is None
            or not _inside(cwd, root)
            or any(not _inside(os.path.join(cwd, path.split("::", 1)[0]), root) for path in paths)
        ):
            flags.add("outside")
        else:
            paths = _chosen(cwd, paths, root)
        if None in args:
            flags.add("unknown")
        whole = whole or not paths
        select += paths
    if not found:
        return [], []
    runs = [program for program, _runner, _args in found]
    substituted = any(program.nested for program in scanned.programs)
    for place, program in enumerate(scanned.programs):
        if program.name in _DEFINERS:
            flags.add("shadowed")
        if program not in runs and _heard(scanned.programs, place, runs):
            flags.add("impure")
        if _may_complain(program, "masked" in flags, substituted):
            flags.add("impure")
    if re.search(_STEERING, command):
        flags.add("path")
    if re.search(_FUNCTION, command):
        flags.add("shadowed")
    if not scanned.readable:
        flags.add("unreadable")
    return sorted(flags), [] if whole else select


def _may_complain(program: Program, masked: bool, substituted: bool) -> bool:
    """Whoever complains of a word prints it, and a word of several lines can hold a summary line of its own;
    so can one that is not known, which matters where nothing but the summary speaks for the run."""
    words = program.argv
    if any(word is not None and "\n" in word for word in words):
        return True
    # GNU time prints whatever format it is given.
    timed = any(word is not None and os.path.basename(word) == "time" for word in words)
    if timed and any(word is not None and word.startswith(("-f", "--f")) for word in words):
        return True
    if None in words and masked:
        return substituted or program.name not in ("exit", "return")  # `exit $?`, `exit ${PIPESTATUS[0]}`
    return False


def _assigned(program: Program) -> list[str]:
    """`NAME=value` words that hold for a program, before it or given to `env` or `export`."""
    words = [word for word in program.argv if word]
    given = (
        words
        if words and os.path.basename(words[0]) in ("env", "export", "declare", "typeset", "sudo")
        else []
    )
    return [*program.assignments, *(word for word in given if "=" in word)]


def _goes_elsewhere(target: str | None) -> bool:
    return target is not None and not target.startswith(
        ("&", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/")
    )


def _heard(programs: Sequence[Program], place: int, runs: Sequence[Program]) -> bool:
    """Whether this program may write to the command's output something of the agent's choosing."""
    program = programs[place]
    name, words = program.name, list(program.words)
    if program.nested or (
        _goes_elsewhere(program.stdout_to) and not str(program.stdout_to).startswith("/proc/")
    ):
        return False
    if program.piped and place + 1 < len(programs) and programs[place + 1] in runs:
        return False  # it feeds the runner
    if not words or _prints_nothing(program) or activates(program) or runs_inline(program):
        return False
    if name in _OWN_FORM:
        return bool(_OWN_FORM[name]) and (len(words) < 2 or words[1] not in _OWN_FORM[name])
    inner = unwrap(words)
    if inner and inner[0] in _OWN_FORM and not _OWN_FORM[inner[0]]:
        return False
    # Behind a runner in a pipe, directly or through others of its kind.
    at = place
    while at > 0 and programs[at - 1].piped:
        at -= 1
        if programs[at] in runs:
            return not _passes_on(program)
    return True


def activates(program: Program) -> bool:
    """`source .venv/bin/activate`."""
    words = program.words
    return program.name in ("source", ".") and len(words) == 2 and (words[1] or "").endswith("bin/activate")


def runs_inline(program: Program) -> bool:
    """A shell that was given its commands on the line (`bash -lc '…'`): they are listed as programs of their
    own."""
    # Not with -x or -v, by which a shell prints what it reads.
    options = [word or "" for word in program.words[1:-1]]
    return (
        program.kind == "shell"
        and program.name in _SHELLS
        and all(re.fullmatch(r"-[lieuc]+|-o|pipefail", word) for word in options)
        and any("c" in word for word in options)
    )


def _prints_nothing(program: Program) -> bool:
    """A program of _SILENT in a form in which it really is."""
    given = program.words[1:]
    if program.name == "set":
        return all(
            re.fullmatch(r"[-+][eufCo]+|--|pipefail|errexit|nounset|noglob", word or "") for word in given
        ) and bool(given)
    if program.name in ("export", "declare", "typeset", "readonly", "local"):
        return bool(given) and not any(re.match(r"-\w*[pfF]", word or "-p") for word in given)
    return program.name in _SILENT and "\n" not in (program.cwd or "")


def _passes_on(program: Program) -> bool:
    options = [word or "--" for word in program.words[1:] if word is None or word.startswith("-")]
    others = [word for word in program.words[1:] if word is None or not re.fullmatch(r"[-+]?\d+|-.*", word)]
    if program.name in _FILTERS:
        # Other options (-o, -r, --replace) cut a line down to its passing half or read files; so do more
        # words than the patterns.
        return all(re.fullmatch(_GREP_OPTION, word) for word in options) and len(others) <= max(
            1, options.count("-e")
        )
    if program.name == "tee":
        return True
    if program.name in _PASS_ON:
        # By lines, not by bytes, and no file beside the pipe.
        return not others and all(
            re.fullmatch(r"-n?[-+]?\d*|--lines=[-+]?\d+|-[fuq]", word) for word in options
        )
    return False


def _summary(
    found: list[tuple[Program, Runner, list[str | None]]], output: str, flags: list[str], root: str
) -> Summary | None:
    by_name = {runner.name: runner for _program, runner, _args in found}
    read = [
        summary for summary in (runner.read(output) for runner in by_name.values()) if summary is not None
    ]
    summary = combine(read)
    if summary is None or len(read) < len(by_name):
        return None
    if "masked" in flags and summary["lines"] < len(found):
        return None  # several runs, and the output does not show the end of each
    if len(found) == 1:
        # Names are told relative to where the runner ran; kept are paths relative to the project.
        folder = found[0][0].cwd
        if folder is not None:
            inside = os.path.relpath(os.path.realpath(folder), os.path.realpath(root))
            if inside != "." and not inside.startswith(".."):
                summary["failing"] = [os.path.normpath(f"{inside}/{name}") for name in summary["failing"]]
    return summary


def _filed(scanned: Scan, output: str) -> tuple[str, str] | None:
    """(sha256, task) of a review that `task-planner file T3` took in: the digest that it printed, as long as
    nothing else could have printed it, else that of the here-document it read."""
    places = [
        at
        for at, p in enumerate(scanned.programs)
        if p.name == "task-planner" and list(p.words[1:2]) == ["file"]
    ]
    if len(places) != 1 or not scanned.readable:
        return None
    program = scanned.programs[places[0]]
    task = next((word for word in program.words[2:] if word and not word.startswith("-")), None)
    if task is None or program.nested or program.background or program.negated:
        return None
    alone = not any(
        _heard(scanned.programs, at, [program]) for at in range(len(scanned.programs)) if at != places[0]
    )
    told = re.findall(r"\b[0-9a-f]{64}\b", output) if alone and not _goes_elsewhere(program.stdout_to) else []
    if len(told) == 1:
        return told[0], task
    if program.stdin_text is not None and not program.masked:
        return filed_sha(program.stdin_text), task
    return None


def filed_text(command: str, cwd: str) -> str | None:
    """The here-document that `task-planner file` reads in this command; None where there is none."""
    for program in scan(command, cwd).programs:
        if program.name == "task-planner" and list(program.words[1:2]) == ["file"]:
            return program.stdin_text
    return None


def filed_sha(text: str) -> str:
    """The digest by which a filed review is known: sha256 of what came in on standard input, as UTF-8."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


# --- small things ---------------------------------------------------------------------------------


def _same_folder(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


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
