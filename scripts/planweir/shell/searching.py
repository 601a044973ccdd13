"""find, fd and rg: they read, unless they are told to run something or to delete."""

from __future__ import annotations

import os
import re

from planweir.shell.call import Call
from planweir.shell.limits import MAX_GLOB
from planweir.shell.marks import DEEP, PIECE, UNKNOWN, known
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Tests with a word behind them. All but one of them say more of what is found than its name does.
_VALUED = frozenset(
    """-mindepth -mtime -mmin -newer -size -perm -user -group -links -inum -samefile -cmin -ctime
    -amin -atime -fstype -uid -gid -regex -iregex -lname -ilname -regextype -newermt -anewer -cnewer -used -context""".split()
)
_NARROWS = _VALUED - {"-regextype"} | {"-empty", "-executable", "-writable", "-readable"}
_NAMED = ("-name", "-iname", "-path", "-ipath", "-wholename")
_PRINTS = ("-fprint", "-fprintf", "-fls", "-fprint0")


class Search:
    """The words of a `find`. roots; patterns of the names (None: nothing can be said); what it does with what it finds."""

    def __init__(self, args: list[str]) -> None:
        i = 0
        while i < len(args) and (args[i] in ("-H", "-L", "-P") or re.match(r"-[DO].", args[i])):
            i += 1
        self.roots: list[str] = []
        while i < len(args) and not args[i].startswith(("-", "(", "!", ",")):
            self.roots.append(args[i])
            i += 1
        self.roots = self.roots or ["."]
        self.deletes = self.flat = False
        self.end = "\n"  # behind each name that it prints
        self.prints: list[str] = []  # files that it prints into, or "" for a form of its own
        self.commands: list[list[str]] = []
        patterns: list[str] = []
        choices, unsure, folders = 1, False, False
        while i < len(args):
            arg = args[i]
            i += 1
            if arg in _NAMED and i < len(args):
                patterns.append(args[i])
                i += 1
                if args[i : i + 2] in (["-prune", "-o"], ["-prune", "-or"]):  # a folder that is passed over
                    patterns.pop()
                    i += 2
            elif arg in ("!", "-not") and args[i : i + 1] and args[i] in _NAMED:
                i += 2  # fewer than the other tests let through
            elif arg in ("-o", "-or"):
                choices += 1
            elif arg in ("!", "-not", ",", "-prune"):
                unsure = True
            elif arg == "-maxdepth":
                self.flat = args[i : i + 1] in (["0"], ["1"])
                i += 1
            elif arg in ("-type", "-xtype"):
                folders = args[i : i + 1] != ["f"]
                i += 1
            elif arg == "-print0":
                self.end = "\0"
            elif arg == "-delete":
                self.deletes = True
            elif arg in _PRINTS and i < len(args):
                self.prints.append(args[i])
                i += 2 if arg == "-fprintf" else 1
            elif arg in ("-printf", "-ls"):
                self.prints.append("")
                i += arg == "-printf"
            elif arg in ("-exec", "-execdir", "-ok", "-okdir"):
                start = i
                while i < len(args) and args[i] != ";" and not (args[i] == "+" and args[i - 1] == "{}"):
                    i += 1
                self.commands.append(args[start:i])
                i += 1
            else:
                unsure = unsure or arg in _NARROWS
                i += arg in _VALUED
        self.patterns: list[str] | None = None
        if not unsure and all(known(one) for one in patterns):
            self.patterns = patterns if len(patterns) == choices else None
            if choices == 1 and len(patterns) > 1:  # all of them hold
                self.patterns = next(([one] for one in reversed(patterns) if "/" not in one), None)
            if not patterns and choices == 1 and not folders:
                self.patterns = ["*"]

    def hits(self, cwd: str | None) -> list[str]:
        """What it finds, marked; looked up only where it looks into one folder."""
        found: list[str] = []
        for root in self.roots:
            base = root.rstrip("/")
            names = _names_in(place(cwd, root), self.patterns) if self.flat and known(root) else None
            if names is not None:
                found += [f"{base}/{one}" for one in names]
            elif self.patterns is None:
                found.append(f"{base}/{PIECE}")
            else:
                found += [f"{base}/{DEEP}/{one}" for one in self.patterns]
        return found


def _names_in(folder: str | None, patterns: list[str] | None) -> list[str] | None:
    """The names in one folder that fit; None where that cannot be told."""
    if folder is None or patterns is None or any("/" in one for one in patterns):
        return None
    import fnmatch

    try:
        names = os.listdir(folder)
    except OSError:
        return []
    if len(names) > MAX_GLOB:
        return None
    return [name for name in sorted(names) if any(fnmatch.fnmatch(name.lower(), one.lower()) for one in patterns)]


def _find(call: Call) -> None:
    search = Search(call.args)
    call.kind = "reads"
    call.targets = [("write", one) for one in search.prints if one]
    files = [root for root in search.roots if call.is_file(root)]
    search.roots = [one for one in search.roots if one not in files]
    hits = files + (search.hits(call.state.cwd) if search.roots else [])
    if search.deletes:
        call.targets += [("delete", one) for one in hits]
    if call.targets:
        call.kind = "writes"
    for command in search.commands:
        if any("{}" in one for one in command):
            call.runs += [[one.replace("{}", hit) for one in command] for hit in hits]
        else:
            call.runs.append(command)


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


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["fd", "fdfind"], _fd),
    "find": _find,
}
