"""What a command line would run and write: the entry to this package.

The analysis never runs anything. It looks at the file system only to expand a pattern, to follow `..` behind a link
and to see whether a path is a folder.
"""

from __future__ import annotations

import os

from planweir.shell.limits import MAX_SIZE, Dear, Limit, Unreadable
from planweir.shell.marks import known

CERTAIN, POSSIBLE, OPAQUE = "certain", "possible", "opaque"


class Program:
    """One program that the command would start.

    argv: its words as written (None: a word that cannot be known); words: the same without wrappers (env, timeout,
    nice, nohup, command, time, sudo, xargs …); name: the last part of words[0], "" if not known; cwd: its folder
    (git's: also after -C); within: where cwd is not known, a folder that surely holds it; assignments: NAME=value put
    before it; piped: its output goes into a pipe; background, negated; masked: its exit status does not decide that
    of the whole command; stdout_to: where its output is redirected; stdin_text: what it reads, where that
    stands in the command itself; nested: depth of substitutions around it; kind: see programs.py; code: source text
    that it is given to run; wrappers: names of the wrappers around it; detail: what a table says about its subcommand
    (git: see git.py); script: what the script that it runs would do, where that can be read; maybe: it stands in a branch
    or a loop of such a script.

    certainty: CERTAIN: its name and all its words are known; POSSIBLE: its name is, and not all its words; OPAQUE: which
    program it is cannot be told.
    """

    __slots__ = (
        "argv",
        "assignments",
        "background",
        "code",
        "cwd",
        "detail",
        "kind",
        "masked",
        "maybe",
        "name",
        "negated",
        "nested",
        "piped",
        "script",
        "stdin_text",
        "stdout_to",
        "within",
        "words",
        "wrappers",
    )

    def __init__(self, argv: list[str | None], words: list[str | None], name: str, cwd: str | None) -> None:
        self.argv = argv
        self.words = words
        self.name = name
        self.cwd: str | None = None
        self.within: str | None = None
        self.place(cwd, None)
        self.assignments: list[str] = []
        self.piped = self.background = self.negated = self.masked = self.maybe = False
        self.script: Scan | None = None
        self.stdout_to: str | None = None
        self.stdin_text: str | None = None
        self.nested = 0
        self.kind = "unknown"
        self.code: str | None = None
        self.wrappers: tuple[str, ...] = ()
        self.detail = ""

    def place(self, cwd: str | None, within: str | None) -> None:
        """The folder, or where it is known in part only what surely holds it."""
        self.cwd = cwd if cwd is not None and known(cwd) else None
        self.within = within if self.cwd is None else None

    @property
    def certainty(self) -> str:
        if not self.name:
            return OPAQUE
        return POSSIBLE if any(one is None for one in self.words) else CERTAIN

    def __repr__(self) -> str:
        return f"Program({self.words!r}, {self.kind})"


class Write:
    """One change of the file system.

    path: absolute, None where it cannot be known; by: the program, or "redirect"; kind: write (content or
    attributes), delete, tree (with all below it), link (a further name is made for it); within: where path is None, a
    folder that surely holds it; pattern: patterns (find's -name, or -path where there is a slash in it) of which what
    is changed in `within` matches one.

    certainty: CERTAIN: this path; POSSIBLE: this path or another one (a `cd` that may have failed), or something in
    `within`; OPAQUE: anything at all. It is about where, never about whether: what stands in a branch or behind || is
    written for a guard as if it were sure to be run, since nobody who wants it written would let the condition fail. Only
    in a script, which was not written for this very call, is what stands in a branch POSSIBLE.
    """

    __slots__ = ("by", "certainty", "kind", "path", "pattern", "within")

    def __init__(
        self, path: str | None, by: str, kind: str = "write", certainty: str = "", within: str | None = None
    ) -> None:
        self.path = path
        self.by = by
        self.kind = kind
        self.within = within
        self.certainty = certainty or (CERTAIN if path is not None else POSSIBLE if within else OPAQUE)
        self.pattern: tuple[str, ...] | None = None

    @property
    def sure(self) -> bool:
        return self.certainty == CERTAIN

    def __repr__(self) -> str:
        return f"Write({self.path or (self.within, self.pattern)!r}, {self.by}, {self.kind}, {self.certainty})"


class Scan:
    """programs and writes in the order in which they come; inputs: files opened by <; assigned: names of
    variables.

    readable False: why says why, and the lists are partial. Of a script: path, source (its text), fresh (the line itself
    writes it).
    """

    __slots__ = ("assigned", "fresh", "inputs", "path", "programs", "readable", "source", "why", "writes")

    def __init__(self) -> None:
        self.programs: list[Program] = []
        self.writes: list[Write] = []
        self.inputs: list[str] = []
        self.assigned: set[str] = set()
        self.readable = True
        self.why = ""
        self.path = self.source = ""
        self.fresh = False


def scan(
    command: str, cwd: str, env: dict[str, str] | None = None, deadline: float | None = None, bare: bool = False
) -> Scan:
    """Reads a command line as bash would in the folder `cwd`.

    env: the variables that the shell would have (default: this process's own). deadline: seconds that it may take
    (default limits.DEADLINE). bare: what scripts would do is not
    asked. Never raises: what cannot be read has readable False.
    """
    from planweir.shell.walk import Walk

    result = Scan()
    if len(command) > MAX_SIZE:
        _given_up(result, "it is too long")
        return result
    try:
        walk = Walk(result, Limit(deadline))
        walk.bare = bare
        walk.text(command, cwd, dict(os.environ) if env is None else env)
    except Dear as error:
        _given_up(result, str(error))
    except Unreadable as error:  # a shell would not run it either
        result.readable, result.why = False, str(error)
    except RecursionError:
        _given_up(result, "it is nested too deeply")
    except (ValueError, OSError, OverflowError) as error:  # an odd path or number: not ours to understand
        _given_up(result, f"{type(error).__name__}: {error}")
    return result


def _given_up(result: Scan, why: str) -> None:
    """What was not read to its end may write anything."""
    result.readable, result.why = False, why
    result.writes.append(Write(None, "unread"))
