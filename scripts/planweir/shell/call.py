"""One call of a program whose arguments need more than a row of the table, and what is found out about it."""

from __future__ import annotations

import os

from planweir.shell.marks import PIECE, UNKNOWN, known
from planweir.shell.state import State, holder, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.programs import Target
    from planweir.shell.scan import Program
    from planweir.shell.state import Flow
    from planweir.shell.table import Row
    from planweir.shell.walk import Walk


class Call:
    """One call to be judged, and the judgement: kind, targets, code, detail, pattern, and commands that it
    runs.

    runs holds lists of words, or ["\\0text", text] for a text that a shell would run.
    """

    __slots__ = ("_walk", "args", "code", "detail", "kind", "name", "pattern", "runs", "state", "stdin", "targets")

    def __init__(self, name: str, args: list[str], stdin: str | None, state: State, walk: Walk) -> None:
        self.name = name
        self._walk = walk
        self.args = args
        self.stdin = stdin
        self.state = state
        self.kind = "unknown"
        self.targets: list[Target] = []
        self.pattern: tuple[str, ...] | None = None
        self.runs: list[list[str]] = []
        self.code: str | None = None
        self.detail = ""

    def is_folder(self, marked: str) -> bool:
        path = place(self.state.cwd, marked) if known(marked) else None
        return path is not None and self.state.is_folder(path)

    def content(self, path: str) -> str | None:
        """The text of a small file, None where it is not known."""
        return self._walk.content(path, self.state)

    def intact(self, path: str) -> str | None:
        """The whole path of a file or folder that the line itself has not touched; None where it may have."""
        whole = place(self.state.cwd, path) if known(path) else None
        return whole if whole is not None and os.path.exists(whole) and self._walk.nothing_written else None

    def feeder(self) -> Program | str | None:
        """The program whose output it reads, or the path of the file that it is given by <; None where neither is known."""
        found = self._walk.result
        if found.inputs:
            return found.inputs[-1] if len(found.inputs) == 1 else None
        before = found.programs[-2] if len(found.programs) > 1 else None
        return before if before is not None and before.piped else None

    def is_file(self, marked: str) -> bool:
        """Whether it surely is one: where the shell may be in several folders nothing is."""
        path = place(self.state.cwd, marked) if known(marked) and not self.state.others else None
        return path is not None and os.path.isfile(path)

    def exists(self, marked: str) -> bool:
        path = place(self.state.cwd, marked) if known(marked) else None
        return path is None or os.path.lexists(path)

    def runs_code(self, code: str | None) -> None:
        self.kind = "runs"
        self.code = None if code is None else code.replace(UNKNOWN, "?").replace(PIECE, "?")


def handler(program: str, module: str) -> Callable[[Call], None]:
    """The function that judges a call of `program`. Its module is imported when a command first names one of its programs:
    most commands need none of them."""
    handlers: dict[str, Callable[[Call], None]]
    if module == "git":
        from planweir.shell.git import HANDLERS as handlers
    elif module == "interpreters":
        from planweir.shell.interpreters import HANDLERS as handlers
    elif module == "editing":
        from planweir.shell.editing import HANDLERS as handlers
    elif module == "searching":
        from planweir.shell.searching import HANDLERS as handlers
    elif module == "cmake":
        from planweir.shell.cmake import HANDLERS as handlers
    elif module == "archives":
        from planweir.shell.archives import HANDLERS as handlers
    elif module == "network":
        from planweir.shell.network import HANDLERS as handlers
    else:
        from planweir.shell.machine import HANDLERS as handlers
    return handlers[program]


def judge(
    walk: Walk, program: Program, name: str, row: Row, args: list[str], at: State, flow: Flow, stdin: str | None
) -> None:
    """A program that needs more than its row."""
    walk.limit.tick(12)
    call = Call(name, args, stdin, at, walk)
    handler(name, row.by)(call)
    program.kind, program.code, program.detail = call.kind, call.code, call.detail
    if call.state is not at:  # git -C
        program.place(call.state.cwd, holder(call.state.cwd, ".") if call.state.cwd else None)
    if call.detail.startswith("script:"):
        walk.script(program, call.detail[len("script:") :], None, at, shell=False)
    start = len(walk.result.writes)
    walk.changed(call.targets, name, call.state)
    for write in walk.result.writes[start:] if call.pattern is not None else ():
        write.pattern = call.pattern
    for inner in call.runs:
        walk.limit.deeper()
        deeper = flow.copy()
        deeper.stdin = None
        deeper.masked = True
        if inner and inner[0] == "\0text":
            walk.source(inner[1], call.state.copy(), deeper)
        elif inner:
            bare = at.copy()
            bare.functions = {}  # a program sees no functions of the shell that runs it
            walk.run(inner, [], bare, deeper)
        walk.limit.shallower()
