"""What a shell would know at one point of a command line (folder, variables, functions, options), and what surrounds it."""

from __future__ import annotations

import os

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
    failed)."""

    __slots__ = (
        "args",
        "cwd",
        "env",
        "functions",
        "links",
        "made",
        "others",
        "pipefail",
        "previous",
        "strict",
        "vars",
    )

    def __init__(self, cwd: str | None, env: dict[str, str]) -> None:
        self.cwd = cwd
        self.others: tuple[str, ...] = ()
        self.previous: str | None = env.get("OLDPWD")
        self.env = env
        self.vars: dict[str, str | list[str] | None] = {}  # None: set, but to what is not known
        # What a name may stand for: bodies of functions and aliases, None for the program of that name.
        self.functions: dict[str, tuple[Node | None, ...]] = {}
        self.args: list[str] | None = None  # positional parameters; None: not known
        self.made: set[str] = set()  # folders that the line itself makes
        self.links: dict[str, str] = {}  # links that the line itself makes
        self.pipefail = False
        self.strict = False  # set -e

    def copy(self) -> State:
        """The memory of a subshell."""
        other = State(self.cwd, self.env)
        other.others = self.others
        other.previous = self.previous
        other.vars = dict(self.vars)
        other.functions = dict(self.functions)
        other.args = self.args
        other.made = self.made
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
        if other.cwd != self.cwd and other.cwd is not None:
            self.others = (*self.others, other.cwd)[-4:]
        elif other.cwd is None:
            self.cwd = None

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

    def lookup(self, name: str) -> str | list[str] | None:
        """The value of a variable as marked text (a list: an array), or None where nothing is known of it
        at all."""
        if name in self.vars:
            value = self.vars[name]
            return UNKNOWN if value is None else value
        if name == "PWD":
            return None if self.cwd is None else self.cwd
        if name == "OLDPWD":
            return self.previous
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

    def move(self, target: str | None, sure: bool) -> None:
        """`cd`. Not sure: it may also have stayed where it was."""
        before = self.cwd
        self.previous = before
        self.cwd = target
        if target is None or sure:
            self.others = ()
        elif before is not None:
            self.others = (*self.others, before)[-4:]

    def is_folder(self, path: str) -> bool:
        return path in self.made or os.path.isdir(path)


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
