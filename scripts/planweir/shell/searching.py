"""find, fd and rg: they read, unless they are told to run something or to delete."""

from __future__ import annotations

import re

from planweir.shell.call import Call
from planweir.shell.marks import PIECE, UNKNOWN, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _find(call: Call) -> None:
    args = call.args
    i = 0
    while i < len(args) and args[i] in ("-H", "-L", "-P"):
        i += 1
    roots: list[str] = []
    while i < len(args) and not args[i].startswith(("-", "(", "!", ",")):
        roots.append(args[i])
        i += 1
    roots = roots or ["."]
    patterns: list[str] = []
    choices, negated = 1, False
    deletes: list[tuple[str, str]] = []
    commands: list[list[str]] = []
    call.kind = "reads"
    while i < len(args):
        arg = args[i]
        i += 1
        if arg in ("-name", "-iname", "-path", "-ipath", "-wholename") and i < len(args):
            patterns.append(args[i])
            i += 1
        elif arg in ("-o", "-or"):
            choices += 1
        elif arg in ("!", "-not", ",", "-prune"):
            negated = True
        elif arg == "-delete":
            deletes = [("delete", root) for root in roots]
        elif arg in ("-fprint", "-fprintf", "-fls", "-fprint0") and i < len(args):
            call.targets.append(("write", args[i]))
            i += 1
        elif arg in ("-exec", "-execdir", "-ok", "-okdir"):
            start = i
            while i < len(args) and args[i] != ";" and not (args[i] == "+" and args[i - 1] == "{}"):
                i += 1
            commands.append(args[start:i])
            i += 1
    if not negated and len(patterns) == choices and all(known(one) for one in patterns):
        call.pattern = tuple(patterns)
    for how, root in deletes:
        call.kind = "writes"
        call.targets.append(("spread-" + how, root))
    for command in commands:
        for root in roots:
            folder = (root.rstrip("/") or "/") if call.is_folder(root) else None
            hit = root if folder is None else folder.rstrip("/") + "/" + PIECE
            call.runs.append([one.replace("{}", hit) for one in command])
    if call.targets:
        call.kind = "writes"


def _fd(call: Call) -> None:
    runs = any(one in ("-x", "-X", "--exec", "--exec-batch") for one in call.args)
    if not runs:
        call.kind = "reads"
        return
    at = next(i for i, one in enumerate(call.args) if one in ("-x", "-X", "--exec", "--exec-batch"))
    call.kind = "reads"
    words = call.args[at + 1 :]
    if not any(re.search(r"\{(?:/|//|\.|/\.)?\}", one) for one in words):
        words = [*words, "{}"]  # fd puts what it found behind the command
    call.runs.append([re.sub(r"\{(?:/|//|\.|/\.)?\}", UNKNOWN, one) for one in words])


def _rg(call: Call) -> None:
    if any(one == "--pre" or one.startswith("--pre=") for one in call.args):
        call.runs_code(" ".join(call.args))
    else:
        call.kind = "reads"


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["fd", "fdfind"], _fd),
    "find": _find,
    "rg": _rg,
}
