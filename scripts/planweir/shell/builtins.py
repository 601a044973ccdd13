"""Builtins that change the shell's memory: cd, export, set, eval, alias and their like."""

from __future__ import annotations

import re

from planweir.shell.grammar import Parser
from planweir.shell.lazy import pattern
from planweir.shell.limits import Unreadable
from planweir.shell.marks import PIECE, UNKNOWN, known, visible
from planweir.shell.nodes import Group
from planweir.shell.state import State, normal, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk

_NAME = pattern(r"([A-Za-z_]\w*)(\+?=)?", re.A)


def builtin(
    walk: Walk, program: Program, name: str, args: list[str], state: State, flow: Flow, stdin: str | None
) -> bool:
    """Follows a builtin. True if nothing is left to note."""
    if name in ("cd", "pushd", "popd"):
        program.kind = "reads"
        _cd(name, args, state)
    elif name in ("export", "declare", "local", "readonly", "typeset"):
        program.kind = "reads"
        letters = "".join(one for one in args if one.startswith("-"))
        for one in args:
            match = _NAME.match(one)
            if match is None:
                continue
            if "f" in letters:
                if name == "export" or "x" in letters:
                    state.exported.add(match.group(1) + "()")
                continue
            _declared(name, match.group(1), one[match.end() :], args, state)
            if match.group(2):
                walk.result.assigned.add(match.group(1))
                if "n" not in letters:
                    state.assign(match.group(1), one[match.end() :] if match.group(2) == "=" else None)
                program.assignments.append(visible(one) or match.group(1) + "=")
    elif name == "unset":
        program.kind = "reads"
        for one in args:
            state.vars[one] = ""
            if one in state.functions:
                state.define(one, None, False)
    elif name in ("read", "mapfile", "readarray", "getopts"):
        program.kind = "reads"
        _read(name, args, stdin, state)
    elif name == "printf" and args[:1] == ["-v"] and len(args) > 1:
        from planweir.shell.printed import printf

        program.kind = "reads"
        state.vars[args[1]] = printf(args[2:]) if args[2:] and all(map(known, args[2:])) else None
    elif name == "set":
        program.kind = "reads"
        _set(args, state)
    elif name == "shift":
        program.kind = "reads"
        count = args[0] if args else "1"
        if state.args is not None and count.isdigit() and not walk.unsure:
            state.args = [state.args[0], *state.args[1 + int(count) :]]
        else:
            state.args = None
    elif name == "eval":
        text = " ".join(args)
        if known(text):
            program.kind = "shell"
            walk.source(text, state, flow)
        else:
            program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
            walk.opaque(program, "runs")
    elif name in ("source", "."):
        from planweir.shell.shells import substituted

        told = substituted(walk, args)
        if told is not None:
            program.kind, program.code = "shell", told
            walk.source(told, state, flow)
            return True
        program.code = None
        walk.opaque(program, "runs")
        if args:
            walk.script(program, args[0], args if args[1:] else state.args, state)
    elif name == "trap":
        program.kind = "shell" if len(args) > 1 else "reads"
        if len(args) > 1 and args[0] not in ("-", "-p", "-l", ""):
            if known(args[0]):
                later = state.copy()
                walk.source(args[0], later, flow)
                if not {"EXIT", "0"}.issuperset(args[1:]) and later.folders != state.folders:
                    state.move(None)  # it goes somewhere whenever that happens
            else:
                walk.opaque(program, "runs")
    elif name == "alias":
        program.kind = "shell" if any("=" in one for one in args) else "reads"
        for one in args:
            label, equals, text = one.partition("=")
            if equals and known(text):
                walk.source(text, state.copy(), flow)
                if label.isidentifier():
                    # An alias is not expanded on the line that defines it: the program runs as well.
                    try:
                        body = Parser(text + ' "$@"\n:', walk.limit).program()
                    except Unreadable:
                        body = Parser(text + "\n:", walk.limit).program()
                    state.define(label, Group(body, False), False)
    else:
        return False
    return True


def _declared(builtin: str, name: str, value: str, args: list[str], state: State) -> None:
    """The attributes that declare and its like give a name."""
    letters = "".join(one for one in args if one.startswith("-"))
    if builtin == "export" or "x" in letters:
        state.exported.add(name)
    if set(letters) & set("nilucA"):
        state.vars[name] = None
    if set(letters) & set("niluc") and builtin != "export":
        state.odd[name] = value if "n" in letters and known(value) else ""


def _read(name: str, args: list[str], stdin: str | None, state: State) -> None:
    """read and mapfile: words and lines of what they are given."""
    from planweir.shell.programs import options

    values = "-a -d -i -n -N -p -t -u" if name == "read" else "-d -n -O -s -u -C -c"
    found, names = options(args, frozenset(values.split()))
    for _, value in found:
        state.vars[value] = None  # read -a
    for one in names or ["MAPFILE" if name in ("mapfile", "readarray") else "REPLY"]:
        state.vars[one] = None
    given = dict(found)
    if stdin is None or UNKNOWN in stdin or len(stdin) > 20_000 or "-u" in given or given.get("-d", "") not in ("", "\\0"):
        return
    lines = stdin.replace("\0", "\n").removesuffix("\n").split("\n")
    if name in ("mapfile", "readarray"):
        state.vars[names[0] if names else "MAPFILE"] = lines
    elif state.vars.get("IFS") == "" and len(names) < 2:
        state.vars[names[0] if names else "REPLY"] = lines[0]
    elif "IFS" not in state.vars:
        words = lines[0].split(None, max(0, len(names) - 1)) if names else lines[:1]
        for index, one in enumerate(names or ["REPLY"]):
            state.vars[one] = words[index].strip() if index < len(words) else ""


def _set(args: list[str], state: State) -> None:
    for index, one in enumerate(args):
        if re.fullmatch(r"-[a-z]*a[a-z]*", one) or one == "allexport":
            state.exported.add("*")
        if one == "--" or (index == 0 and not one.startswith(("-", "+"))):
            index -= one != "--"
            state.args = ["sh", *args[index + 1 :]]
            return
        if one == "pipefail" and index and args[index - 1].endswith("o"):
            state.pipefail = args[index - 1].startswith("-")
        elif re.fullmatch(r"[-+][a-z]*e[a-z]*", one):
            state.strict = one[0] == "-"


def _cd(name: str, args: list[str], state: State) -> None:
    options = [one for one in args if re.match(r"-[LPe@n]+\Z", one)]
    args = [one for one in args if one not in options and one != "--"]
    if len(args) > 1 and name == "cd":  # bash refuses, zsh goes somewhere
        state.be((*state.folders, *(path for one in state.folders if (path := place(one, args[0])))))
        return
    if name != "cd":
        _stacked(name, args, "-n" in options, state)
        return
    target = args[0] if args else None
    if target is None:
        home = state.lookup("HOME")
        target = home if isinstance(home, str) else UNKNOWN
    elif target == "-":
        if "OLDPWD" not in state.vars:
            state.be(state.previous)
            return
        before = state.lookup("OLDPWD")
        target = before if isinstance(before, str) else UNKNOWN
    _go(target, state, any("P" in one for one in options))


def _go(target: str, state: State, physical: bool = False) -> None:
    if not target:
        return  # `cd ""` stays
    paths = state.lookup("CDPATH")
    if UNKNOWN in target or (paths and not target.startswith(("/", "./", "../"))):
        before = state.folders
        state.move(None)
        if isinstance(paths, str) and known(paths) and known(target) and None not in before:
            tries = [place(base, f"{one or '.'}/{target}") for one in (*paths.split(":"), ".") for base in before]
            found: list[str | None] = [one for one in tries if one is not None and state.is_folder(one)]
            if found:
                state.be(found)
    else:
        state.go(target, physical)


def _stacked(name: str, args: list[str], stays: bool, state: State) -> None:
    """pushd and popd. What they keep is not known where branches of the line differ in it."""
    here = UNKNOWN if state.cwd is None or state.others else state.cwd
    if UNKNOWN in state.stack or (args and re.match(r"[-+]\d", args[0])):
        state.stack = (UNKNOWN,)
        state.move(None)
    elif name == "pushd" and args:
        if stays:
            state.stack = (normal(state.cwd, args[0]), *state.stack)
        else:
            state.stack = (here, *state.stack)
            _go(args[0], state)
    elif state.stack:
        top, *rest = state.stack
        state.stack = (here, *rest) if name == "pushd" else tuple(rest)
        if not stays:
            _go(top, state)
