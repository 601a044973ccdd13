"""The plan's own commands: what they run and write may be run and written."""

from __future__ import annotations

from planweir.guard.paths import canonical
from planweir.guard.seldom import is_check
from planweir.guard.who import texts
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program, Write


def declared_verbatim(case: Case) -> bool:
    return case.source.strip() in texts(case.guard, "commands") and canonical(case.cwd) == case.project


class Declared:
    """The programs and writes of the plan's commands, read when first asked for."""

    __slots__ = ("_case", "_programs", "_writes")

    def __init__(self, case: Case) -> None:
        self._case = case
        self._programs: set[tuple[str | None, ...]] | None = None
        self._writes: set[tuple[str | None, str]] = set()

    def _read(self) -> set[tuple[str | None, ...]]:
        if self._programs is None:
            self._programs = set()
            for command in texts(self._case.guard, "commands")[:200]:
                found = scan(command, self._case.project, bare=True)
                if found.readable:
                    self._programs.update(_signature(one) for one in found.programs if None not in one.words)
                    self._writes.update((one.path, one.by) for one in found.writes)
        return self._programs

    def covers(self, program: Program) -> bool:
        """Whether the plan's commands hold this very call, run at the project's root."""
        if program.kind == "reads" or program.cwd is None or canonical(program.cwd) != self._case.project:
            return False
        return _signature(program) in self._read()

    def explains(self, write: Write) -> bool:
        """Whether a write is one of the plan's commands', and each of the same programs here is covered."""
        if write.by == "redirect" or not any(self.covers(one) for one in self._case.scan.programs):
            return False
        same = [one for one in self._case.scan.programs if one.name == write.by and one.kind != "reads"]
        return (write.path, write.by) in self._writes and all(
            self.covers(one) or is_check(one) for one in same
        )


def _signature(program: Program) -> tuple[str | None, ...]:
    return (*sorted(program.assignments), "\0", *program.words)
