"""Files of code that a call has run without being a shell's script: Makefiles, package.json's scripts, what variables load.

What they would do is told beside the line, as of other scripts (files.py). Loaded only for the programs and variables here.
"""

from __future__ import annotations

import os
import re

from planweir.shell.marks import known
from planweir.shell.programs import options
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk

_MAKE = frozenset(("make", "gmake"))
_PACKAGES = frozenset(("npm", "pnpm", "yarn", "bun"))
# Interpreters whose first operand is their script.
_SCRIPTED = frozenset("tclsh expect Rscript osascript julia wish lua luajit".split())
_COMPILERS = frozenset("gcc g++ cc c++ clang clang++ rustc javac go".split())
NAMES = _MAKE | _PACKAGES | _SCRIPTED | _COMPILERS | {"cmake", "bwrap", "awk", "gawk", "mawk", "sed", "gsed"}
# Variables by which a program loads code from a file.
LOADING = ("BASH_ENV=", "ENV=", "NODE_OPTIONS=", "PYTHONPATH=", "PYTHONSTARTUP=", "PERL5LIB=", "RUBYOPT=")
_SOURCES = (".c", ".cc", ".cpp", ".rs", ".go", ".java", ".m")


def look(walk: Walk, program: Program, name: str, args: list[str], at: State, flow: Flow) -> None:
    """Notes what the code that a call has run would do."""
    for one in program.assignments:
        variable, _, value = one.partition("=")
        if variable + "=" in LOADING:
            _loaded(walk, program, variable, value, at)
    if name in _MAKE:
        _make(walk, program, args, at)
    elif name in _PACKAGES:
        _package(walk, program, name, args, at)
    elif name == "bwrap":
        _boxed(walk, args, at, flow)
    elif name in ("cmake", "awk", "gawk", "mawk", "sed", "gsed"):
        option = "-P" if name == "cmake" else "-f"
        for flag, path in zip(args, args[1:], strict=False):
            if flag == option:
                walk.script(program, path, None, at, shell=False)
    elif name in _SCRIPTED:
        script = next((one for one in args if not one.startswith("-")), None)
        if script:
            walk.script(program, script, None, at, shell=False)
    elif name in _COMPILERS:
        for path in [one for one in args if one.endswith(_SOURCES)][:2]:
            walk.script(program, path, None, at, shell=False)
        if "-" in args and program.stdin_text and name != "go":
            walk.given_script(program, program.stdin_text, at, lambda _: None)


def _loaded(walk: Walk, program: Program, variable: str, value: str, at: State) -> None:
    if variable in ("BASH_ENV", "ENV"):
        walk.script(program, value, None, at)
    elif variable in ("NODE_OPTIONS", "RUBYOPT"):
        for path in re.findall(r"(?:--require|--import|-r)[= ]?(\S+)", value):
            walk.script(program, path.removeprefix("file://"), None, at, shell=False)
    elif variable == "PYTHONSTARTUP":
        walk.script(program, value, None, at, shell=False)
    else:
        for folder in value.split(":"):
            whole = place(at.cwd, folder) if folder else None
            if whole is None or (at.cwd and (whole + "/").startswith(at.cwd + "/")):
                continue  # the project's own
            written = [one.path for one in walk.result.writes if one.path and one.path.startswith(whole + "/")]
            there = sorted(os.listdir(whole))[:40] if os.path.isdir(whole) else []
            paths = [*written, *(f"{whole}/{one}" for one in there)]
            for path in [one for one in dict.fromkeys(paths) if one.endswith((".py", ".pm"))][:3]:
                walk.script(program, path, None, at, shell=False)


def _boxed(walk: Walk, args: list[str], at: State, flow: Flow) -> None:
    """bwrap: the program in it, which sees folders under other names."""
    at = at.copy()
    at.links = dict(at.links)
    i = 0
    while i < len(args) and args[i].startswith("--"):
        if args[i] in ("--bind", "--dev-bind", "--bind-try", "--dev-bind-try") and i + 2 < len(args):
            here, there = place(at.cwd, args[i + 2]), place(at.cwd, args[i + 1])
            if here and there and here != there and known(here + there):
                at.links[here] = there
        if args[i] == "--chdir" and i + 1 < len(args):
            at.enter(args[i + 1])
        i += 3 if args[i] in _BOX_TWO else 2 if args[i] in _BOX_ONE else 1
    if args[i:]:
        walk.run(args[i:], [], at, flow)


_BOX_TWO = frozenset("--bind --dev-bind --ro-bind --bind-try --dev-bind-try --ro-bind-try --symlink --setenv --file --bind-data --ro-bind-data".split())
_BOX_ONE = frozenset("--proc --dev --tmpfs --dir --chdir --unsetenv --uid --gid --hostname --lock-file --sync-fd --perms --size --seccomp --cap-add --cap-drop".split())


# -- make -------------------------------------------------------------------------------------------------------


def _make(walk: Walk, program: Program, args: list[str], at: State) -> None:
    values = frozenset("-f --file --makefile -C --directory -I -o -W --eval -E".split())
    found, operands = options(args, values)
    names = {name for name, _ in found}
    if names & {"-n", "--dry-run", "--just-print", "--recon", "-q", "--question", "--version", "-v", "--help", "-h"}:
        return
    if within := next((value for name, value in found if name in ("-C", "--directory")), None):
        at = at.copy()
        at.enter(within)
    targets = [one for one in operands if "=" not in one]
    given = {name: value for name, eq, value in (one.partition("=") for one in operands) if eq}
    added = "\n".join(value for name, value in found if name in ("--eval", "-E"))
    files = [value for name, value in found if name in ("-f", "--file", "--makefile")]
    from planweir.shell.makefiles import recipes

    folder = "/" if at.cwd is None or names & {"-B", "--always-make"} else at.cwd

    def told(text: str) -> str | None:
        return recipes(text, targets, given, folder)

    if added:
        walk.given_script(program, added, at, told)
    if "-" in files and program.stdin_text:
        walk.given_script(program, program.stdin_text, at, told)
        return
    if not files and at.cwd and known(at.cwd):
        files = [one for one in ("GNUmakefile", "makefile", "Makefile") if os.path.isfile(f"{at.cwd}/{one}")][:1]
    if files:
        walk.script(program, files[0], None, at, True, told)


# -- package.json -------------------------------------------------------------------------------------------------

_AT_ONCE = frozenset("test start stop restart t tst".split())
_OWN = frozenset(
    """install i ci add remove rm uninstall update up upgrade init publish pack link exec dlx x create outdated audit ls list
    why view info config cache login logout version help pm""".split()
)


def _package(walk: Walk, program: Program, name: str, args: list[str], at: State) -> None:
    found, operands = options(args, frozenset("--prefix -C --dir --cwd -w --workspace --filter".split()))
    given = dict(found)
    if operands[:1] and operands[0] in ("run", "run-script", "rum", "urn"):
        script = operands[1] if operands[1:] else None
    elif operands[:1] and (operands[0] in _AT_ONCE or (name != "npm" and operands[0] not in _OWN)):
        script = {"t": "test", "tst": "test"}.get(operands[0], operands[0])
    else:
        script = None
    if script is None or not {"-w", "--workspace", "--filter"}.isdisjoint(given):
        return
    folder = given.get("--prefix") or given.get("-C") or given.get("--dir") or given.get("--cwd")
    if folder:
        at = at.copy()
        at.enter(folder)
    walk.script(program, "package.json", None, at, True, lambda text: _script(text, script))


def _script(text: str, name: str) -> str | None:
    """The shell text of a script of package.json, with what runs before and after it."""
    import json

    try:
        found = json.loads(text)
    except ValueError:
        return None
    scripts = found.get("scripts") if isinstance(found, dict) else None
    if not isinstance(scripts, dict):
        return None
    lines = [scripts.get(one) for one in ("pre" + name, name, "post" + name)]
    return "\n".join(one for one in lines if isinstance(one, str)) or None
