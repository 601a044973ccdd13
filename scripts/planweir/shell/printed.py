"""What a program prints, where that can be told without running it: for substitutions and pipes."""

from __future__ import annotations

import os
import re

from planweir.shell.marks import PIECE
from planweir.shell.programs import options
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program


def output_of(programs: list[Program]) -> str | None:
    """What a pipeline's or a substitution's only program prints, marked; None where that cannot be told."""
    if len(programs) != 1:
        return None
    program = programs[0]
    name, words = program.name, program.words
    if program.stdout_to or not words:
        return None
    args = [one for one in words[1:] if one is not None]
    if len(args) != len(words) - 1:
        return None
    if name == "echo":
        while args and re.fullmatch(r"-[neE]+", args[0]):
            args = args[1:]
        return " ".join(args) + "\n"
    if name == "printf" and args:
        if re.fullmatch(r"(?:%s(?:\\n|\\0)?)", args[0]):
            return "\n".join(args[1:])
        return (
            args[0].replace("\\n", "\n")
            if "%" not in args[0] and args[0].count("\\") == args[0].count("\\n")
            else None
        )
    if (name in ("which", "command", "type") and args[-1:] and not args[-1].startswith("-")) and (
        (name == "which" and len(args) == 1) or args[:-1] in (["-v"], ["-p"], ["-P"])
    ):
        return args[-1]  # where a program lies: as good as its name
    if name == "cat":
        return program.stdin_text if not args or args == ["-"] else None
    if name == "pwd":
        return program.cwd
    if name in ("dirname", "basename") and len(args) == 1:
        return os.path.dirname(args[0]) or "." if name == "dirname" else os.path.basename(args[0].rstrip("/"))
    if name in ("realpath", "readlink") and args:
        path = place(program.cwd, args[-1])
        return None if path is None else os.path.realpath(path)
    if name == "mktemp":
        return _temporary(args)
    if name in ("date", "nproc", "whoami", "hostname", "uname", "wc", "id"):
        return PIECE if not any("/" in one for one in args) or name == "wc" else None
    if name == "git" and args[:1] == ["rev-parse"]:
        if args[1:] == ["--show-toplevel"]:
            return toplevel(program.cwd)
        return PIECE if not any(one.startswith("--") and one != "--short" for one in args) else None
    return None


def _temporary(args: list[str]) -> str | None:
    found, operands = options(args, frozenset(("-p", "--suffix", "--tmpdir")))
    folder = next((value for option, value in found if option in ("-p", "--tmpdir") and value), None)
    if operands and folder is None and not any(option in ("-t", "--tmpdir") for option, _ in found):
        return operands[0].rpartition("X")[0].rstrip("X") + PIECE if "XXX" in operands[0] else None
    folder = folder or os.environ.get("TMPDIR") or "/tmp"
    return folder.rstrip("/") + "/" + PIECE


def toplevel(cwd: str | None) -> str | None:
    """The work tree's root above a folder."""
    while cwd:
        if os.path.exists(cwd + "/.git"):
            return cwd
        if cwd == "/":
            break
        cwd = os.path.dirname(cwd)
    return None
