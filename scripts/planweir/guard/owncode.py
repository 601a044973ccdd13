"""Running what the task itself wrote: its implementer is granted that, as tests are.

A test may do whatever code may do, and tests are granted; so to run a file of the task's own gives no power that
`pytest` with a new test has not, and no file runs that reviewers and the gate will not see. Not granted: code that stands
in the call itself (`-c`, `-e`, standard input), which nobody sees again; files of the project that are not the task's
(one that deploys may reach further than any test); and anything for a task whose scope is everything.
"""

from __future__ import annotations

import os

from planweir.guard.launchers import LAUNCHERS
from planweir.guard.paths import canonical, scope_of
from planweir.guard.scope import OWN, standing
from planweir.guard.variables import dangerous

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program

# interpreter -> its options that change nothing about which code runs; those behind "=" take a value
_INTERPRETERS = {
    "python": "-u -B -q -O -b -v -W= -X=",
    "python3": "-u -B -q -O -b -v -W= -X=",
    "node": "--enable-source-maps --no-warnings --trace-warnings --trace-uncaught",
    "tsx": "",
    "ts-node": "-T --transpile-only --esm",
    "bun": "",
    "deno": "--allow-all -A --allow-read --allow-net --allow-env --quiet -q",
    "ruby": "-w -W",
    "php": "",
    "bash": "-x -e -u -eu -ex -eux",
    "sh": "-x -e -u -eu -ex -eux",
}
_RUN = frozenset(("bun", "deno"))  # whose file stands behind `run`
_SUFFIXES = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".rb", ".php", ".sh", ".bash", ".go")


def runs_own(program: Program, case: Case) -> bool:
    """Whether a call runs a file of the caller's own task, and nothing else."""
    if dangerous(program.assignments) or None in program.words or ".*" in scope_of(case.task, case.guard):
        return False
    words = [one or "" for one in program.words]
    for launcher in LAUNCHERS:
        if tuple(words[: len(launcher)]) == launcher and words[len(launcher) :] and not words[len(launcher)].startswith("-"):
            words = words[len(launcher) :]
            break
    where = program.cwd or case.cwd
    return any(_own(one, where, case) for one in _files(words, where))


def _own(path: str, where: str, case: Case) -> bool:
    whole = canonical(path, where)
    return os.path.isfile(whole) and standing(whole, "write", case.task, case.guard) == OWN


def _files(words: list[str], where: str) -> list[str]:
    """The file that a call runs, or those that it may be; none where that cannot be told."""
    name, rest = words[0], words[1:]
    if name == "go" and rest[:1] == ["run"]:
        return _go_files(rest[1:], where)
    if "/" in name:
        return [name] if name.endswith(_SUFFIXES) else []
    if name not in _INTERPRETERS:
        return []
    if name in _RUN and rest[:1] == ["run"]:
        rest = rest[1:]
    quiet = _INTERPRETERS[name].split()
    while rest and rest[0].startswith("-") and rest[0] != "-":
        if rest[0] == "-m" and name.startswith("python"):
            return _module_files(rest[1:2])
        if rest[0] + "=" in quiet:
            rest = rest[2:]
        elif rest[0] in quiet:
            rest = rest[1:]
        else:
            return []
    return rest[:1] if rest and rest[0].endswith(_SUFFIXES) else []


def _module_files(named: list[str]) -> list[str]:
    """Where `python -m shop.cli` would find its module, in the folder or in `src`."""
    if not named or not named[0].replace(".", "").replace("_", "").isalnum():
        return []
    path = named[0].replace(".", "/")
    return [f"{folder}{path}{end}" for folder in ("", "src/") for end in (".py", "/__main__.py")]


def _go_files(rest: list[str], where: str) -> list[str]:
    while rest and rest[0] in ("-race", "-v", "-x"):
        rest = rest[1:]
    if not rest or rest[0].startswith("-"):
        return []
    if rest[0].endswith(".go"):
        return rest[:1]
    folder = os.path.join(where, rest[0])
    return [os.path.join(folder, "main.go")] if rest[0].startswith(".") and os.path.isdir(folder) else []
