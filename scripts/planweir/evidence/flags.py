"""How a recorded run may be less than it looks, and what it was told to run."""

from __future__ import annotations

import json
import os
import re

from planweir.evidence.outcome import same_folder
from planweir.evidence.steering import steered
from planweir.evidence.voices import goes_elsewhere, heard, may_complain
from planweir.evidence.wrappers import unwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.runners import Runner
    from planweir.shell.scan import Program, Scan

    Found = tuple[Program, Runner, list[str | None]]

# judge.py says what follows from each.
FLAGS: dict[str, str] = {
    "masked": "its exit status does not decide that of the command",
    "shown": "its output alone goes through a pipe that leaves its end whole (`| tail`), and that is all that hides its status",
    "background": "the host did not wait for its end",
    "redirected": "its output went elsewhere",
    "impure": "another program of the same command writes to the same output",
    "shadowed": "a function or alias is defined beside it",
    "replaced": "a file of the folder where it runs would be run in its place",
    "path": "variables are set for it by which other code is run",
    "steered": "an option or a variable puts another program in the runner's or its reporter's place",
    "unreadable": "the command could not be read to its end",
    "outside": "it ran outside the project, or was told to run files outside it",
    "unknown": "which files it was told to run cannot be read",
    "narrowed": "options select some of the tests",
    "partly": "options choose one part of what it would run otherwise (an environment, a project)",
    "lists": "it only lists or tells, no test runs",
    "filtered": "what stands behind it in a pipe may leave out lines that tell of failures",
    "opaque": "a file of the project says what it runs (npm test, make test)",
}

_FUNCTION = r"(?m)(?:^|[\s;&|({])(?:function\s+[\w.-]+|[\w.-]+\s*\(\s*\))\s*(?:\(\s*\)\s*)?[{(]"
_CHOOSERS = frozenset(("grep", "egrep", "fgrep", "rg", "head"))
_EXPORTERS = frozenset(("export", "declare", "typeset"))
_DEFINERS = frozenset(("alias", "enable", "hash"))
# Variables by which another program, or another program first, is run.
_STEERING = (
    r"(?m)(?:^|[\s;&|({])(?:PATH|BASH_ENV|ENV|LD_PRELOAD|PYTHONHOME|GOROOT|GOTOOLDIR|RUSTC\w*|CARGO|"
    r"CARGO_TARGET_\w+_RUNNER|NODE_PATH|npm_config_\w+|MAKEFILES|MAKEFLAGS)="
)
# Variables that hold options: those that neither select tests nor load code are plain.
_OPTION_VARIABLES: dict[str, str] = {
    "PYTEST_ADDOPTS": r"(?:(?:-[qvxs]+|-r\w+|-n ?\w+|-p no:\w+|--(?:tb|color|durations|maxfail)=\w+|--no-header)(?:\s+|$))*",
    "GOFLAGS": r"(?:-(?:mod=\w+|race|count=\d+|v|trimpath|tags=[\w,]+)(?:\s+|$))*",
    "NODE_OPTIONS": r"(?:--(?:experimental-vm-modules|max-old-space-size=\d+|no-warnings|enable-source-maps|"
    r"unhandled-rejections=\w+)(?:\s+|$))*",
    "VITEST_POOL_ID": r"",
    "SPEC_OPTS": r"",
    "GTEST_FILTER": r"",
    "TESTBRIDGE_TEST_ONLY": r"",
    "MAVEN_ARGS": r"",
    "RUBYOPT": r"(?:-W\S*(?:\s+|$))*",
    **dict.fromkeys(("MAVEN_OPTS", "GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS"), r"(?:-(?:X[ms]\w*|XX:\S+|D[\w.]+=[\w.-]*)(?:\s+|$))*"),
    "DOTNET_STARTUP_HOOKS": r"",
}
_LOADS_CODE = frozenset(
    ("NODE_OPTIONS", "GOFLAGS", "RUBYOPT", "MAVEN_OPTS", "GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "DOTNET_STARTUP_HOOKS")
)


def flags_of(command: str, scanned: Scan, found: list[Found], root: str) -> tuple[list[str], list[str]]:
    """The flags of FLAGS that hold, and the places (places.py) that the runners were told to run."""
    if not found:
        return [], []
    flags: set[str] = set()
    select: list[str] = []
    whole = False
    # What `export` sets holds for all that stands behind it.
    exported = [word for program in scanned.programs if program.name in _EXPORTERS for word in _assigned(program)]
    for program, runner, args in found:
        told, places = _of_run(program, runner, args, root, exported)
        flags |= told
        # cargo goes on after a failure: what stands last is not the worst.
        partly = program.piped and "--no-fail-fast" in args
        if runner.scattered and (partly or _filtered(scanned.programs, program)):
            flags.add("filtered")
        if program.masked and _shown(scanned.programs, program):
            flags.add("shown")
        whole = whole or not places
        select += places
    runs = [program for program, _runner, _args in found]
    substituted = any(program.nested for program in scanned.programs)
    for place, program in enumerate(scanned.programs):
        if program.name in _DEFINERS:
            flags.add("shadowed")
        if program not in runs and heard(scanned.programs, place, runs):
            flags.add("impure")
        if may_complain(program, "masked" in flags, substituted):
            flags.add("impure")
    if re.search(_STEERING, command):
        flags.add("path")
    if re.search(_FUNCTION, command):
        flags.add("shadowed")
    if not scanned.readable:
        flags.add("unreadable")
    return sorted(flags), [] if whole else select


def _of_run(
    program: Program, runner: Runner, args: list[str | None], root: str, exported: list[str]
) -> tuple[set[str], list[str]]:
    """The flags and the places of one run."""
    flags: set[str] = set()
    assigned = [*exported, *_assigned(program)]
    cwd = program.cwd
    if program.masked or program.negated:
        flags.add("masked")
    if program.background:
        flags.add("background")
    if goes_elsewhere(program.stdout_to) or program.nested:
        flags.add("redirected")
    narrowed, places = runner.selection(args, cwd or root)
    if narrowed:
        flags.add("narrowed")
    if runner.partly([*assigned, *args]):
        flags.add("partly")
    for word in assigned:
        name, _equals, value = word.partition("=")
        if name in _OPTION_VARIABLES and re.fullmatch(_OPTION_VARIABLES[name], value.strip()) is None:
            flags.add("path" if name in _LOADS_CODE else "narrowed")
    if steered(program.words, args, runner.name, assigned):
        flags.add("steered")
    if _replaced(program, runner, assigned):
        flags.add("replaced")
    if runner.lists(args):
        flags.add("lists")
    if runner.says:
        flags.add("opaque")
    if (
        cwd is None
        or not _inside(cwd, root)
        or any(not _inside(os.path.join(cwd, _file(place)), root) for place in (*places, *runner.named(args)))
    ):
        flags.add("outside")
    else:
        places = _chosen(cwd, places, root)
    if None in args:
        flags.add("unknown")
    return flags, places


def _filtered(programs: Sequence[Program], run: Program) -> bool:
    """Does a filter that chooses lines stand behind the run in its pipe?"""
    at = next((place for place, program in enumerate(programs) if program is run), len(programs))
    while at < len(programs) and programs[at].piped:
        at += 1
        if at < len(programs) and programs[at].name in _CHOOSERS:
            return True
    return False


def _shown(programs: Sequence[Program], run: Program) -> bool:
    """Does nothing but tail, tee and cat stand behind the run, in its pipe and in the whole command?"""
    at = next((place for place, program in enumerate(programs) if program is run), len(programs))
    behind = programs[at + 1 :]
    piped = [run, *behind[:-1]]
    return (
        bool(behind)
        and not run.negated
        and all(program.piped for program in piped)
        and all(program.name in ("tail", "tee", "cat") and not program.masked for program in behind[-1:])
        and all(program.name in ("tail", "tee", "cat") for program in behind)
    )


def _file(place: str) -> str:
    return place.split("::", 1)[0].removeprefix("~").removesuffix("/*")


def _replaced(program: Program, runner: Runner, assigned: Sequence[str]) -> bool:
    """Would a file of the work tree be run in the runner's place: a module of its name on Python's path, a script of
    its name that yarn and pnpm look for first?"""
    folders = [program.cwd or ""]
    for word in assigned:
        if word.startswith("PYTHONPATH="):
            folders += [os.path.join(program.cwd or "", part) for part in word[11:].split(":") if part]
    if any(os.path.exists(os.path.join(place, name)) for place in folders for name in runner.shadows):
        return True
    if runner.says or not any(word and os.path.basename(word) in ("yarn", "pnpm") for word in program.argv):
        return False
    if "exec" in program.argv or "dlx" in program.argv:
        return False
    try:
        with open(os.path.join(program.cwd or "", "package.json"), encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    scripts = value.get("scripts") if isinstance(value, dict) else None
    return isinstance(scripts, dict) and bool({runner.name, *unwrap(program.words)[:1]} & scripts.keys())


def _inside(path: str, root: str) -> bool:
    """Is `path` (absolute) the project's folder or below it, as it is written or as links lead?"""
    return any(
        (os.path.normpath(path) + "/").startswith(top.rstrip("/") + "/")
        or (os.path.realpath(path) + "/").startswith(top.rstrip("/") + "/")
        for top in (os.path.abspath(root), os.path.realpath(root))
    )


def _chosen(cwd: str, places: Sequence[str], root: str) -> list[str]:
    """What a runner that runs in `cwd` was told to run, relative to the project; empty: everything."""
    if same_folder(cwd, root):
        return list(places)
    base = os.path.relpath(os.path.realpath(cwd), os.path.realpath(root))
    return [
        place
        if os.path.isabs(place) or place.startswith("~")
        else os.path.normpath(os.path.join(base, place))
        for place in places or [""]
    ]


def _assigned(program: Program) -> list[str]:
    """`NAME=value` words that hold for a program, before it or given to `env` or `export`."""
    words = [word for word in program.argv if word]
    given = (
        words
        if words and os.path.basename(words[0]) in ("env", "export", "declare", "typeset", "sudo", "cross-env")
        else []
    )
    return [*program.assignments, *(word for word in given if "=" in word)]
