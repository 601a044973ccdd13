"""One call of a program whose arguments need more than a row of the table, and what is found out about it."""

from __future__ import annotations

from planweir.shell.marks import PIECE, UNKNOWN, known
from planweir.shell.state import State, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.programs import Target


class Call:
    """One call to be judged, and the judgement: kind, targets, code, detail, pattern, and commands that it
    runs.

    runs holds lists of words, or ["\\0text", text] for a text that a shell would run.
    """

    __slots__ = ("args", "code", "detail", "kind", "name", "pattern", "runs", "state", "stdin", "targets")

    def __init__(self, name: str, args: list[str], stdin: str | None, state: State) -> None:
        self.name = name
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

    def runs_code(self, code: str | None) -> None:
        self.kind = "runs"
        self.code = None if code is None else code.replace(UNKNOWN, "?").replace(PIECE, "?")
