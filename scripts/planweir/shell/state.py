"""What a shell would know at one point of a command line (folder, variables, functions, options), and what surrounds it."""

from __future__ import annotations

import os

from planweir.shell.limits import MAX_FOLDERS
from planweir.shell.marks import PIECE, UNKNOWN, clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.nodes import Node

_NUMBERS = frozenset(("$", "?", "#", "RANDOM", "SECONDS", "UID", "EUID", "PPID", "BASHPID", "LINENO", "-"))
_NAMES = frozenset(
    ("HOSTNAME", "OSTYPE", "HOSTTYPE", "MACHTYPE", "BASH_VERSION", "EPOCHSECONDS", "EPOCHREALTIME")
)


# A shell in POSIX mode finds these before functions of the same name.
_SPECIAL_BUILTINS = frozenset(
    ". : break continue eval exec exit export readonly return set shift source trap unset".split()
)


class State:
    """One shell's memory. cwd None: unknown. others: folders it may be in instead (a `cd` that may have
    failed); stack: those that pushd keeps."""

    __slots__ = (
        "args",
        "cwd",
        "env",
        "exported",
        "functions",
        "gone",
        "links",
        "made",
        "odd",
        "others",
        "pipefail",
        "previous",
        "stack",
        "strict",
        "vars",
    )

    def __init__(self, cwd: str | None, env: dict[str, str]) -> None:
        self.cwd = cwd
        self.others: tuple[str, ...] = ()
        self.previous: tuple[str | None, ...] = (env.get("OLDPWD"),)  # what `cd -` goes back to
        self.env = env
        self.vars: dict[str, str | list[str] | None] = {}  # None: set, but to what is not known
        self.exported: set[str] = set()  # "*": all that is assigned
        # Variables that do not hold what is assigned to them: the one that they stand for (declare -n), or "" (-i, -l).
        self.odd: dict[str, str] = {}
        # What a name may stand for: bodies of functions and aliases, None for the program of that name.
        self.functions: dict[str, tuple[Node | None, ...]] = {}
        self.args: list[str] | None = None  # positional parameters; None: not known
        self.stack: tuple[str, ...] = ()
        self.made: set[str] = set()  # folders that the line itself makes
        self.gone: set[str] = set()  # what it deletes, moves away or locks
        self.links: dict[str, str] = {}  # links that the line itself makes
        self.pipefail = False
        self.strict = False  # set -e

    def copy(self) -> State:
        """The memory of a subshell."""
        other = State(self.cwd, self.env)
        other.others = self.others
        other.previous = self.previous
        other.vars = dict(self.vars)
        other.exported = set(self.exported)
        other.odd = dict(self.odd)
        other.functions = dict(self.functions)
        other.args = self.args
        other.stack = self.stack
        other.made = self.made
        other.gone = self.gone
        other.links = self.links
        other.pipefail = self.pipefail
        other.strict = self.strict
        return other

    def merge(self, other: State) -> None:
        """After a branch that may or may not have run: what differs is no longer certain."""
        self.doubt(other.vars)
        for name in other.functions.keys() | self.functions.keys():
            if other.functions.get(name) is not self.functions.get(name):
                for body in (*self.functions.get(name, (None,)), *other.functions.get(name, (None,))):
                    self.define(name, body, False)
        self.also(other)
        if other.previous != self.previous:
            self.previous = tuple(dict.fromkeys((*self.previous, *other.previous)))
        if other.args != self.args:
            self.args = None
        if other.stack != self.stack:
            self.stack = (UNKNOWN,)

    def doubt(self, other: dict[str, str | list[str] | None]) -> None:
        """What has another value there may have either."""
        for name in other.keys() | self.vars.keys():
            if self.vars.get(name, "\0") != other.get(name, "\0"):
                self.vars[name] = None

    def define(self, name: str, body: Node | None, sure: bool) -> None:
        """A further thing that a name may stand for. Not sure: the name may also stay what it was."""
        before = self.functions.get(name, () if sure and name not in _SPECIAL_BUILTINS else (None,))
        if not any(body is one for one in before):
            self.functions[name] = (*before, body)

    def assign(self, name: str, value: str | list[str] | None) -> None:
        """Sets a variable."""
        if name in self.odd:
            name, value = self.odd[name] or name, value if self.odd[name] else None
        self.vars[name] = value

    def started(self) -> None:
        """It is now a shell of its own, which has of the variables what was exported."""
        if "*" not in self.exported:
            self.vars = {
                name: value for name, value in self.vars.items() if name in self.exported or name in self.env
            }
        self.odd = {}
        self.functions = {name: bodies for name, bodies in self.functions.items() if {"*", name + "()"} & self.exported}
        self.stack = ()
        self.pipefail = self.strict = False

    def lookup(self, name: str) -> str | list[str] | None:
        """The value of a variable as marked text (a list: an array), or None where nothing is known of it
        at all."""
        if self.odd.get(name) not in (None, "", name):
            return self.lookup(self.odd[name]) if self.odd[name] not in self.odd else UNKNOWN
        if name in self.vars:
            value = self.vars[name]
            return UNKNOWN if value is None else value
        if name == "PWD":
            return None if self.cwd is None else self.cwd
        if name == "BASH":
            return "/bin/bash"
        if name == "OLDPWD":
            return self.previous[0] if len(self.previous) == 1 else UNKNOWN
        if name == "!":
            return "%!"  # a job of this very shell, told from other process numbers
        if name in _NUMBERS or name in _NAMES:
            return PIECE
        if name in ("@", "*"):
            return UNKNOWN if self.args is None else self.args[1:]
        if name.isdigit():
            if self.args is None:
                return UNKNOWN
            return self.args[int(name)] if int(name) < len(self.args) else ""
        value = self.env.get(name)
        return None if value is None else clean(value)

    @property
    def folders(self) -> tuple[str | None, ...]:
        """Where it may be, the likeliest first."""
        return (self.cwd, *self.others)

    def be(self, folders: list[str | None] | tuple[str | None, ...]) -> None:
        """It is in one of these. Where there are too many to follow, or one is not known, it may be anywhere."""
        some = list(dict.fromkeys(folders))
        known = [one for one in some if one is not None]
        if len(known) < len(some) or len(known) > MAX_FOLDERS:
            self.cwd, self.others = None, ()
        else:
            self.cwd, self.others = known[0], tuple(known[1:])

    def also(self, other: State) -> None:
        """It may be where the other is."""
        self.be((*self.folders, *other.folders))

    def move(self, target: str | None) -> None:
        """`cd` to a folder that is there."""
        self.previous = self.folders
        self.cwd, self.others = target, ()

    def at_base(self, base: str | None) -> State:
        """The same shell, surely in this folder."""
        other = self.copy()
        other.cwd, other.others = base, ()
        return other

    def enter(self, target: str) -> None:
        """The folder of a program that is told to work in `target`; where that is not there it does not run."""
        self.be([place(base, target) for base in self.folders])

    def go(self, target: str, physical: bool = False) -> None:
        """`cd TARGET`, from each folder that it may be in; where the target may not be there it also stays."""
        reached: list[str | None] = []
        stayed: list[str | None] = []
        for base in self.folders:
            path = place(base, target)
            logical = None if base is None and not target.startswith("/") else normal(base, target)
            if path is None or logical is None or physical or logical == path:
                reached.append(path)
            else:  # `cd` takes `..` from the name, not from the folder; `set -P` changes that
                reached.append(logical)
                stayed.append(path)
            if path is not None and not (PIECE in path or self.is_folder(path)):
                stayed.append(base)
        self.previous = (*self.folders, *self.previous) if stayed else self.folders
        self.be((*reached, *stayed))

    def is_folder(self, path: str) -> bool:
        if path in self.made and path not in self.gone:
            return True
        return os.path.isdir(path) and not any(path == one or path.startswith(one + "/") for one in self.gone)


def normal(cwd: str | None, text: str) -> str:
    """The absolute path with `..` taken from the name."""
    return "/" + os.path.normpath(text if text.startswith("/") else f"{cwd}/{text}").lstrip("/")


def place(cwd: str | None, text: str) -> str | None:
    """An absolute path for a text that holds no unknown part; `..` behind a link is followed as the kernel
    would."""
    if not text or "\0" in text:
        return None
    if not text.startswith("/"):
        if cwd is None:
            return None
        text = cwd + "/" + text
    if "/../" in text or text.endswith("/.."):
        return os.path.realpath(text)
    return "/" + os.path.normpath(text).lstrip("/")


def holder(cwd: str | None, marked: str, whole: bool = False) -> str | None:
    """The deepest folder that surely holds what a partly known path names. whole: the path itself is the
    folder."""
    if cwd is not None and PIECE in cwd and not marked.startswith("/"):
        marked = cwd + "/" + marked
    if UNKNOWN in marked or (not marked.startswith("/") and cwd is None):
        return None
    sure = marked.split(PIECE, 1)[0] if PIECE in marked else marked + "/" if whole else marked
    folder = sure.rpartition("/")[0] if "/" in sure else "."
    if "/.." in marked[len(folder) :]:
        return None
    return place(cwd, folder or ("/" if marked.startswith("/") else "."))


def toplevel(cwd: str | None) -> str | None:
    """The work tree's root above a folder."""
    while cwd:
        if os.path.exists(cwd + "/.git"):
            return cwd
        if cwd == "/":
            break
        cwd = os.path.dirname(cwd)
    return None


class Flow:
    """What surrounds a command: who reads its output, and whether its exit status counts."""

    __slots__ = ("background", "masked", "negated", "nested", "piped", "stderr", "stdin", "stdout")

    def __init__(self) -> None:
        self.background = self.masked = self.negated = self.piped = False
        self.nested = 0
        self.stdin: str | None = None  # what it reads, marked; None: not known
        self.stdout: str | None = None
        self.stderr: str | None = None

    def copy(self) -> Flow:
        other = Flow()
        for name in Flow.__slots__:
            setattr(other, name, getattr(self, name))
        return other
