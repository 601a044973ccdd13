"""Interpreters: python, perl, ruby, node and their like, with code, a script or standard input."""

from __future__ import annotations

import re

from planweir.shell.call import Call
from planweir.shell.lazy import pattern
from planweir.shell.marks import UNKNOWN, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


# Of the standard library, those that write what their arguments tell: see pymodules.py.
MODULES = frozenset("zipfile tarfile gzip venv virtualenv pydoc".split())


def _python(call: Call) -> None:
    args = call.args
    i = 0
    while i < len(args) and args[i].startswith("-") and args[i] != "-":
        arg = args[i]
        i += 1
        if arg in ("--version", "--help", "-V", "-VV", "-h"):
            call.kind = "reads"
            return
        if arg.startswith("--"):
            continue
        for at in range(1, len(arg)):
            value = arg[at + 1 :] or (args[i] if i < len(args) else "")
            if arg[at] == "c":
                _python_code(call, value)
                return
            if arg[at] == "m":
                call.runs_code(None)
                call.detail = "module:" + value
                if value == "json.tool":
                    operands = [
                        one for one in args[i + (0 if arg[at + 1 :] else 1) :] if not one.startswith("-")
                    ]
                    call.kind = "writes" if operands[1:] else "reads"
                    call.targets = [("write", one) for one in operands[1:2]]
                elif value in MODULES:
                    from planweir.shell.pymodules import judge

                    call.detail = "" if value != "venv" else call.detail
                    judge(call, value, args[i + (0 if arg[at + 1 :] else 1) :])
                return
            if arg[at] in "WX":
                i += 0 if arg[at + 1 :] else 1
                break
    if i < len(args) and args[i] not in ("-", "/dev/stdin"):
        call.runs_code(None)
        call.detail = "script:" + args[i]
    else:
        _python_code(call, call.stdin if call.stdin is not None else UNKNOWN)


def _unpacked(call: Call, module: str, args: list[str]) -> None:
    """python -m zipfile -e ARCHIVE FOLDER, python -m tarfile -e ARCHIVE [FOLDER]."""
    if args[:1] not in (["-e"], ["--extract"]) or not args[1:]:
        return
    from planweir.shell.members import in_tar, in_zip

    call.kind = "writes"
    folder = args[2] if args[2:] else "."
    path = call.intact(args[1])
    inside = None if path is None else in_zip(path) if module == "zipfile" else in_tar(path)
    call.targets = [("spread", folder)] if inside is None else [("write", f"{folder}/{one}") for one in inside]


def _python_code(call: Call, code: str) -> None:
    if known(code) and len(code) < 20_000:
        from planweir.shell.pycode import only_reads

        if only_reads(code):
            call.kind, call.code = "reads", code
            return
    call.runs_code(code)
    _named(call, code)
    if call.targets and len(code) < 20_000:
        from planweir.shell.codewrites import without_writes

        if only_reads(without_writes(code)):
            call.kind = "writes"  # nothing but what it names


def _named(call: Call, code: str) -> None:
    """What the code plainly names where it writes; the code itself stays opaque."""
    if not _MAY_WRITE.search(code) or not known(code):
        return
    from planweir.shell import codewrites

    if call.name.startswith("py"):
        call.targets += codewrites.python_writes(code)
    elif call.name == "perl":
        call.targets += codewrites.perl_writes(code)
    elif call.name in ("node", "nodejs", "bun", "deno"):
        call.targets += codewrites.js_writes(code)


_MAY_WRITE = pattern(r"open|write|append|extractall|unpack_archive|unlink|remove|rename|replace|copy|move|truncate|rm|chmod|touch|link|cp|Stream|mkfifo", re.I)
_NODE_READS = pattern(
    r"\s*(?:console\.log\()?\s*require\(['\"]\.{0,2}/?[\w./-]+\.json['\"]\)[\w.\[\]'\"]*\s*\)?;?\s*"
)


def _script(call: Call) -> None:
    """perl, ruby, node, php, lua: code in -e and its like, a script, or standard input."""
    codes: list[str] = []
    args = call.args
    i = 0
    in_place = False
    kept = ""  # of each file that is changed in place, under its name and this
    letters = {"node": "ep", "nodejs": "ep", "php": "rRBE", "deno": "", "bun": "ep"}.get(call.name, "eE")
    while i < len(args) and args[i].startswith("-") and args[i] != "-":
        arg = args[i]
        i += 1
        if arg in ("--version", "-v", "-V", "--help", "-h") and len(args) == 1:
            call.kind = "reads"
            return
        if arg in ("--eval", "--print"):
            codes.append(args[i] if i < len(args) else "")
            i += 1
        elif not arg.startswith("--"):
            if call.name in ("perl", "ruby") and re.match(r"-[a-zA-DF-Z0]*i", arg):
                in_place = True
                backup = re.fullmatch(r"-[nplaws0]*i([.~][\w.~-]*)", arg)
                kept = backup[1] if backup else kept
            if arg[-1] in letters:
                codes.append(args[i] if i < len(args) else "")
                i += 1
    operands = args[i:]
    if codes and call.name in ("node", "nodejs") and _NODE_READS.fullmatch("\n".join(codes)):
        call.kind, call.code = "reads", "\n".join(codes)
        return
    if _only_reads(call, codes, operands, in_place, i):
        call.kind, call.code = "reads", "\n".join(codes) or call.stdin
        return
    code = "\n".join(codes) if codes else None if operands and operands != ["-"] else call.stdin
    call.runs_code(code)
    if code:
        _named(call, code)
    if in_place:
        changed = operands if codes else operands[1:]
        call.targets += [("write", one) for one in changed]
        call.targets += [("write", one + kept) for one in changed if kept]
    elif not codes and operands and operands != ["-"]:
        call.detail = "script:" + operands[0]


_PERL_OPTIONS = pattern(r"-[nplaw0-9]*[eE]?\Z|-F.+\Z|-[nplaw]*0[0-7]*[eE]?\Z")


def _only_reads(call: Call, codes: list[str], operands: list[str], in_place: bool, end: int) -> bool:
    """Whether code that stands in the command surely only reads."""
    if in_place or not all(known(one) for one in (*codes, *operands)):
        return False
    if call.name in ("node", "nodejs"):
        code = "\n".join(codes) if codes else call.stdin if not operands or operands == ["-"] else None
        plain = all(one in ("-e", "-p", "-pe", "--eval", "--print", "-", "--input-type=module") or one in codes for one in call.args[:end])
        if code is None or not plain or not known(code):
            return False
        from planweir.shell.scripted import js_only_reads

        return js_only_reads(code)
    if call.name == "perl" and codes and "PERL5OPT" not in call.state.vars and all(_PERL_OPTIONS.match(one) or one in codes for one in call.args[:end]):
        from planweir.shell.scripted import perl_only_reads

        return perl_only_reads("\n".join(codes), operands)
    return False


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["python", "python2", "python3", "pypy", "pypy3"], _python),
    **dict.fromkeys(["perl", "ruby", "node", "nodejs", "php", "lua", "luajit", "bun", "deno"], _script),
}
