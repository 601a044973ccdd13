"""What a program prints, where that can be told without running it: for substitutions, pipes and files that the line writes.

The answer is marked text (marks.py): what `find` would print is not looked up but told as "something below this folder".
"""

from __future__ import annotations

import os
import re

from planweir.shell.changes import common_folder
from planweir.shell.limits import MAX_GLOB
from planweir.shell.marks import DEEP, PIECE, UNKNOWN, known
from planweir.shell.programs import options
from planweir.shell.state import place, toplevel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.scan import Program

    Content = Callable[[str], str | None]

_FILTERS = ("grep", "egrep", "fgrep", "rg", "sort", "uniq", "head", "tail", "tac", "shuf")
_MANY = 200  # lines of an input that are looked at one by one


def output_of(program: Program, given: str | None, content: Content, written: bool) -> str | None:
    """What a program prints, marked; None where that cannot be told. given: what it reads; content: the text of a file;
    written: something has been written before it, so that what lies in folders is not known."""
    name = program.name
    if name in _FILTERS and given is not None:
        return _subset(program, given)
    args = [one for one in program.words[1:] if one is not None]
    if len(args) != len(program.words) - 1:
        return None
    if name == "echo":
        return _echo(args)
    if name == "printf" and args:
        return printf(args)
    if name in ("which", "command", "type"):
        # where a program lies: as good as its name
        alone = name == "which" and len(args) == 1
        shows = args[-1:] and not args[-1].startswith("-") and (alone or args[:-1] in (["-v"], ["-p"], ["-P"]))
        if shows and args[-1] == "task-planner" and (root := os.environ.get("CLAUDE_PLUGIN_ROOT")):
            return f"{root}/bin/task-planner"
        return args[-1] if shows else None
    if name in ("cat", "tac"):
        return _cat(args, given, content)
    if name == "head" and len(args) == 2 and re.fullmatch(r"-n?\d{1,4}", args[0]):
        text = content(args[1])
        return None if text is None else "".join(text.splitlines(True)[: int(args[0].lstrip("-n"))])
    if name == "tee":
        return given
    if name == "pwd":
        return program.cwd
    if name in ("dirname", "basename") and len(args) == 1:
        return os.path.dirname(args[0]) or "." if name == "dirname" else os.path.basename(args[0].rstrip("/"))
    if name in ("realpath", "readlink") and args:
        path = place(program.cwd, args[-1])
        return None if path is None else os.path.realpath(path)
    if name == "mktemp":
        return temporary(*options(args, frozenset(("-p", "--suffix", "--tmpdir"))))
    if name in ("date", "nproc", "whoami", "hostname", "uname", "wc", "id"):
        return PIECE if not any("/" in one for one in args) or name == "wc" else None
    if name == "git":
        if args[:1] == ["grep"] and not written and (looked := _holding(name, args[1:], program.cwd)) is not None:
            return looked
        return _git(args, program.cwd)
    if name == "ls":
        return _ls(args, program.cwd, written)
    if name in ("find", "fd", "fdfind", "rg", "grep", "egrep", "fgrep"):
        if name.endswith(("grep", "rg")) and not written and (looked := _holding(name, args, program.cwd)) is not None:
            return looked
        return _names_below(name, args, program.cwd)
    from planweir.shell import decoded

    return decoded.output_of(program, given, content) if name in decoded.NAMES else None


def _echo(args: list[str]) -> str:
    escapes = False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        escapes = "e" in args[0]
        args = args[1:]
    text = " ".join(args)
    return (_escaped(text) if escapes else text) + "\n"


def _escaped(text: str) -> str:
    from planweir.shell.escapes import ansi

    return ansi(text) if "\\" in text else text


def printf(args: list[str]) -> str | None:
    form, rest = args[0], args[1:]
    if form == "--":
        return printf(rest) if rest else None
    if len(form) > 2_000 or len(rest) > _MANY:
        return None
    pieces = re.split(r"%([sbq%])", form)
    if "%" in "".join(pieces[::2]):
        return None
    wanted = sum(one != "%" for one in pieces[1::2])
    out = []
    while True:
        for index, piece in enumerate(pieces):
            if index % 2 == 0:
                out.append("\0".join(_escaped(one) for one in piece.split("\\0")))
            else:
                out.append("%" if piece == "%" else rest.pop(0) if rest else "")
        if not rest or not wanted:
            return "".join(out)


def _cat(args: list[str], given: str | None, content: Content) -> str | None:
    out = []
    for one in args or ["-"]:
        text = given if one == "-" else None if one.startswith("-") else content(one)
        if text is None:
            return None
        out.append(text)
    return "".join(out)


def _subset(program: Program, given: str) -> str | None:
    """What a filter leaves of its lines: some of them."""
    words = program.words
    found, operands = options([one or UNKNOWN for one in words[1:]], frozenset(("-n", "-e", "-m", "-A", "-B", "-C", "-k", "-t", "-c")))
    names = {name for name, _ in found}
    files = operands[1:] if program.name in ("grep", "egrep", "fgrep", "rg") and "-e" not in names else operands
    if files or names & {"-c", "-o", "--count", "-H", "-C", "-A", "-B"} or UNKNOWN in given:
        return None
    if program.name in ("sort", "shuf", "tac", "uniq"):
        return None if program.name == "uniq" and names else given
    lines = given.split("\n")[:-1] if given.endswith("\n") else given.split("\n")
    wanted = operands[0] if operands else ""
    simple = program.name in ("grep", "egrep", "fgrep") and len(lines) <= _MANY and not names - {"-E", "-F", "-v"}
    simple = simple and re.fullmatch(r"\^?[\w/ -]*(?:\\?\.[\w/ -]*)*\$?", wanted) is not None  # nothing that could cost much
    if DEEP in given:
        return "".join(_chosen(one, wanted if simple and "-v" not in names else None) + "\n" for one in lines)
    if simple and known(given):
        plain = re.escape(wanted) if "-F" in names or program.name == "fgrep" else wanted
        return "".join(one + "\n" for one in lines if bool(re.search(plain, one)) != ("-v" in names))
    return common_folder(lines) + "\n" if lines else ""


def _chosen(line: str, wanted: str | None) -> str:
    """A line of many names (DEEP) behind a filter: those that hold `wanted`, or some of them."""
    folder, deep, names = line.partition(DEEP + "/")
    if not deep:
        return line
    if wanted and names != "*":
        both = re.fullmatch(r"[\w/ -]+", wanted) and re.fullmatch(r"\*[^*?\[/]+", names)
        return f"{folder}{DEEP}//*{wanted}*{names[1:]}" if both else line
    bare = (wanted or "").lstrip("^").replace("\\.", ".")
    return f"{folder}{DEEP}/*{bare.rstrip('$')}{'' if bare.endswith('$') else '*'}" if bare else folder + PIECE


def _ls(args: list[str], cwd: str | None, written: bool) -> str | None:
    found, operands = options(args, frozenset(("-I", "--ignore", "-w")))
    if {name for name, _ in found} & set("-l -s -i -R -F -p -Z -g -n -o -x -C -m -Q --format --recursive".split()):
        return None
    folders = [place(cwd, one) for one in operands or ["."]]
    if any(name == "-d" for name, _ in found) or not any(one is None or os.path.isdir(one) for one in folders):
        return "".join(one + "\n" for one in operands)
    folder = folders[0]
    if folder is None or len(folders) > 1:
        return None
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ""
    if len(names) > MAX_GLOB or written or any("\n" in one for one in names):
        return PIECE + "\n"
    hidden = any(name in ("-a", "-A", "--all", "--almost-all") for name, _ in found)
    return "".join(one + "\n" for one in names if hidden or not one.startswith("."))


def _names_below(name: str, args: list[str], cwd: str | None) -> str | None:
    """find, fd, grep -l, rg -l: names of files below the folders that they are given."""
    if name == "find":
        from planweir.shell.searching import Search

        search = Search(args)
        if search.prints:
            return None
        return "".join(one + search.end for one in search.hits(cwd))
    values = frozenset("-e -f -m -A -B -C -g -t -T -d --include --exclude --exclude-dir --glob --iglob --type -E -x -X".split())
    found, operands = options(args, values)
    names = {option for option, _ in found}
    if name in ("fd", "fdfind"):
        if names & {"-x", "-X", "--exec", "--exec-batch", "-l", "--format"}:
            return None
    elif not names & {"-l", "-L", "--files", "--files-with-matches", "--files-without-match"}:
        return None
    roots = operands if names & {"-e", "-f", "--files"} else operands[1:]
    wanted = [value for option, value in found if option in ("--include", "-g", "--glob") and not value.startswith("!")]
    out = []
    for root in roots or ["."]:
        if "." in root.rpartition("/")[2].strip("."):
            out.append((root.rpartition("/")[0] or ".") + "/" + PIECE)  # a file, or not
        else:
            out += [f"{root.rstrip('/')}/{DEEP}/{one}" for one in wanted] or [f"{root.rstrip('/')}/{PIECE}"]
    return "\n".join(out) + "\n"


def _git(args: list[str], cwd: str | None) -> str | None:
    if args[:1] == ["rev-parse"]:
        if args[1:] == ["--show-toplevel"]:
            return toplevel(cwd)
        top = toplevel(cwd)
        if top is not None and args[1:2] in (["--git-path"], ["--git-dir"], ["--absolute-git-dir"], ["--git-common-dir"]):
            return "/".join((top, ".git", *args[2:3]))
        return PIECE if not any(one.startswith("--") and one != "--short" for one in args) else None
    if args[:1] == ["ls-files"]:
        operands = [one for one in args[1:] if not one.startswith("-")]
        if any(one in ("-s", "--stage", "--debug", "--eol", "-t", "-v", "-u") or one.startswith("--format") for one in args):
            return None
        if {"-o", "--others", "-m", "--modified", "-d", "--deleted"} & set(args):
            return f"./{PIECE}\n"
        ends = "\0" if "-z" in args else "\n"
        return "".join(_tracked(one) + ends for one in operands or ["*"])
    if args[:1] == ["diff"] and "--name-only" in args:
        return f"./{PIECE}\n"
    return None


def _holding(name: str, args: list[str], cwd: str | None) -> str | None:
    """grep -l: the files that hold a plain text."""
    if not any(one.startswith(("-", "--files-with")) and "l" in one for one in args[:6]):
        return None
    from planweir.shell.looked import holding

    found = holding(name, args, cwd)
    if found is None:
        return None
    apart = "\0" if any(re.fullmatch(r"-\w*[Zz]\w*|--null", one) for one in args) else "\n"
    return "".join(one + apart for one in found)


def _tracked(one: str) -> str:
    """The tracked files that a path or a pattern means."""
    if "*" in one:
        return f"./{DEEP}/{one}"
    return one if "." in one.rpartition("/")[2].strip(".") else f"{one.rstrip('/')}/{DEEP}/*"


def temporary(found: list[tuple[str, str]], operands: list[str]) -> str | None:
    """What mktemp makes, marked, given its options and its template."""
    folder = next((value for option, value in found if option in ("-p", "--tmpdir") and value), None)
    if operands and folder is None and not any(option in ("-t", "--tmpdir") for option, _ in found):
        return operands[0].rpartition("X")[0].rstrip("X") + PIECE if "XXX" in operands[0] else None
    folder = folder or os.environ.get("TMPDIR") or "/tmp"
    return folder.rstrip("/") + "/" + PIECE
