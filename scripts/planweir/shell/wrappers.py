"""Programs that run another one that stands in their own arguments, or in what they read."""

from __future__ import annotations

import re

from planweir.shell.changes import common_folder
from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_TURNS
from planweir.shell.marks import UNKNOWN, known
from planweir.shell.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planweir.shell.programs import Target
    from planweir.shell.state import State
    from planweir.shell.table import Row

_ASSIGNMENT = pattern(r"[A-Za-z_]\w*=", re.A)
_HOLE = pattern(r"\{(?:|\.|/|//|/\.|#|%)\}")


class Inner:
    """What a wrapper runs: commands (lists of words), what they read, the settings put before them, the folder that they are
    run in (None: the same), and the files that the wrapper itself writes."""

    __slots__ = ("cd", "commands", "opts", "settings", "stdin", "targets")

    def __init__(self, stdin: str | None) -> None:
        self.commands: list[list[str]] = []
        self.stdin = stdin
        self.opts: list[tuple[str, str]] = []
        self.settings: list[str] = []
        self.cd: str | None = None
        self.targets: list[Target] = []


def unwrap(
    name: str, row: Row, args: list[str], stdin: str | None, content: Callable[[str], str | None]
) -> Inner | None:
    """What is run inside; None if nothing is. content: the text of a file, as far as it is known."""
    end = _own(args, row)
    opts, _ = options(args[:end], row.values)
    rest = args[end:]
    inner = Inner(stdin)
    inner.opts = opts
    inner.targets = [("write", value) for option, value in opts if option in row.out]
    inner.cd = next((value for option, value in opts if option in row.cd), None)
    if row.settings:
        while rest and _ASSIGNMENT.match(rest[0]):
            inner.settings.append(rest.pop(0))
    texts = [value for option, value in opts if option in row.shell]
    late = next((i for i, one in enumerate(rest[: row.late]) if one in row.shell), None)
    if late is not None:
        texts += rest[late + 1 : late + 2]
        rest = rest[:late] + rest[late + 2 :]
    if name == "flock":
        inner.targets += [("write", one) for one in rest[:1] if not one.isdigit()]
    elif row.operands == "typescript":
        inner.targets.append(("write", rest[0] if rest else "typescript"))
        texts = texts or ["" if stdin is None else stdin]
    if row.stdin:  # at, batch: later, but it is run
        script = next((value for option, value in opts if option == "-f"), None)
        inner.commands = [["sh"] if script is None else ["sh", script]]
        return None if {option for option, _ in opts} & {"-l", "-r", "-d", "-c"} else inner
    rest = rest[row.skip :]
    if row.texts:
        texts, rest = texts + rest, []
    elif row.text and rest:
        texts, rest = [" ".join(rest)], []
    if name == "env":
        for option, value in opts:
            if option in ("-S", "--split-string"):
                rest = value.split() + rest
    if name == "command" and {option for option, _ in opts} & {"-v", "-V"}:
        return None
    if row.inputs:
        _with_inputs(name, rest, opts, inner, content)
    elif texts:
        inner.commands = [["sh", "-c", one] for one in texts]
    elif rest:
        inner.commands = [rest]
    return inner if inner.commands or inner.targets else None


def _own(args: list[str], row: Row) -> int:
    """How many leading arguments are the wrapper's own options."""
    i = 0
    while i < len(args):
        arg = args[i]
        if arg == "--":
            return i + 1
        if not arg.startswith("-") or arg == "-":
            return i
        i += 1
        if arg in row.values:
            i += 1
        elif not arg.startswith("--"):
            last = next((at for at in range(1, len(arg)) if "-" + arg[at] in row.values), None)
            if last is not None and last == len(arg) - 1:
                i += 1
    return min(i, len(args))


# -- xargs and parallel ------------------------------------------------------------------------------------


def _with_inputs(
    name: str, fields: list[str], opts: list[tuple[str, str]], inner: Inner, content: Callable[[str], str | None]
) -> None:
    """xargs and parallel: the words that come from a file, from standard input, or behind `:::`."""
    given = dict(opts)
    holes = [value or "{}" for option, value in opts if option in ("-I", "-i", "--replace")]
    hole = holes[0] if holes else None
    text, inner.stdin = inner.stdin, None
    listed = given.get("-a", given.get("--arg-file"))
    if listed is not None:
        text = content(listed) if known(listed) else None
    words: list[str] | None = None
    if name == "parallel":
        fields, words, text = _behind_colons(fields, text, content)
        hole = hole or ("{}" if any(_HOLE.search(one) for one in fields) else None)
    if words is None:
        lines = name == "parallel" or hole is not None or "-L" in given
        apart = "\0" if any(option in ("-0", "--null") for option, _ in opts) else given.get("-d", given.get("--delimiter"))
        words = _words(text, apart.replace("\\n", "\n").replace("\\0", "\0") if apart else "\n" if lines else None)
    if not fields:
        inner.commands = [["sh", "-c", one] for one in words] if name == "parallel" else [["echo", *words]]
        return
    if hole is not None and any(hole in one or (name == "parallel" and _HOLE.search(one)) for one in fields):
        if len(words) > MAX_TURNS:
            words = [common_folder(words)]
        inner.commands = [[_filled(one, hole, word, name) for one in fields] for word in words]
    elif name == "parallel":
        if len(words) > MAX_TURNS:
            words = [common_folder(words)]
        inner.commands = [[*fields, word] for word in words]
    else:
        inner.commands = [[*fields, *words]]
    if name == "parallel":
        inner.commands = [
            ["sh", "-c", " ".join(one)] if " " in one[0] else one for one in inner.commands
        ]


def _behind_colons(
    fields: list[str], text: str | None, content: Callable[[str], str | None]
) -> tuple[list[str], list[str] | None, str | None]:
    """parallel's command, and its inputs where they stand behind ::: or in a file behind ::::."""
    for at, one in enumerate(fields):
        if one in (":::", ":::+"):
            return fields[:at], [each for each in fields[at + 1 :] if each not in (":::", ":::+")], text
        if one in ("::::", "::::+"):
            return fields[:at], None, content(fields[at + 1]) if len(fields) > at + 1 else None
    return fields, None, text


def _filled(field: str, hole: str, word: str, name: str) -> str:
    if name != "parallel":
        return field.replace(hole, word)
    folder, _, last = word.rpartition("/")
    stem = word[: word.rindex(".")] if "." in last else word
    for mark, value in (
        (hole, word), ("{.}", stem), ("{/}", last), ("{//}", folder or "."), ("{/.}", stem.rpartition("/")[2]),
    ):  # fmt: skip
        field = field.replace(mark, value)
    return field


def _words(text: str | None, apart: str | None) -> list[str]:
    """The words of an input: split at blanks with quotes taken off (None), else at `apart`."""
    if text is None or UNKNOWN in text or len(text) > 40_000:
        return [UNKNOWN]
    if apart is not None:
        return [one for one in (text if apart == "\0" else text.strip("\n")).split(apart) if one]
    if "'" in text or '"' in text or "\\" in text:
        found = re.findall(r"""(?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s'"\\])+""", text, re.S)
        return [re.sub(r"""'([^'\n]*)'|"([^"\n]*)"|\\(.)""", lambda m: m[1] or m[2] or m[3] or "", one, flags=re.S) for one in found]
    return text.split()


def environment(at: State, opts: Iterable[tuple[str, str]], settings: list[str]) -> State:
    """The memory that a program starts with under `env`."""
    if not opts and not settings:
        return at
    at = at.copy()
    for option, value in opts:
        if option in ("-i", "-", "--ignore-environment"):
            at.vars, at.env = {}, {}
        elif option in ("-u", "--unset"):
            at.vars[value] = ""
    for name, _, value in (one.partition("=") for one in settings):
        at.vars[name] = value
        at.exported.add(name)
    return at
