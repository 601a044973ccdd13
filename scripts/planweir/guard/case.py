"""One command line to be judged: who gave it, what it would run and write, and what the rules ask about that."""

from __future__ import annotations

import os
import re

from planweir.guard import planner
from planweir.guard.paths import below, canonical, guarded_paths, relative, reopened
from planweir.guard.rules import allow
from planweir.guard.seldom import formatted, outputs, renewed
from planweir.guard.who import binding, text, who
from planweir.shell.scan import Write, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard
    from planweir.shell.scan import Program, Scan


class Case:
    """One call to be judged: the scan and what the rules ask of it."""

    __slots__ = ("cwd", "event", "guard", "guarded", "project", "role", "scan", "scripts", "source", "task")

    def __init__(self, source: str, event: Event, guard: Guard) -> None:
        self.source = source
        self.event = event
        self.guard = guard
        self.project = os.path.realpath(text(guard, "project") or "/")
        self.cwd = text(event, "cwd") or self.project
        self.role = who(event, guard)
        self.task = text(binding(event, guard), "task")
        self.guarded = guarded_paths(guard)
        self.scan: Scan = scan(source, self.cwd)
        self.scripts = scripts_of(self.scan.programs)
        if self.scan.inputs:
            for write in list(self.scan.writes):
                self.scan.writes += [Write(one, write.by) for one in reopened(write.path or "", self.scan.inputs)]
        for program in self.scan.programs:
            for kind, path in outputs(program):
                self.scan.writes.append(Write(canonical(path, program.cwd or "/"), "output", kind))
            for path in planner.written(program):
                self.scan.writes.append(Write(canonical(path, program.cwd or self.cwd) if path else None, "output"))
            for path in formatted(program) or ():
                whole = canonical(path, program.cwd or "/")
                if re.search(r"[*?\[{]", path):
                    self.scan.writes += [
                        Write(one, "output")
                        for one in self.guarded
                        if matches(one, (whole.replace("**/", "*"),))
                    ]
                elif not os.path.isdir(whole):
                    self.scan.writes.append(Write(whole, "output"))

    def place(self, write: Write) -> str | None:
        """The canonical path of a write, None where it is not known."""
        return None if write.path is None else canonical(write.path, self.cwd)


def scripts_of(programs: list[Program]) -> list[Scan]:
    """What the scripts that programs run would do, those in them too."""
    found: list[Scan] = []
    for program in programs:
        if program.script is not None:
            found += [program.script, *scripts_of(program.script.programs)]
    return found


def strange(script: Scan, case: Case) -> bool:
    """Whether a script is none of the project's: the line writes it itself, or it lies elsewhere."""
    return script.fresh or not below(canonical(script.path), case.project)


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path fits one of the patterns that a command looks for; case does not count."""
    import fnmatch

    for one in patterns:
        if "/" in one:
            if fnmatch.fnmatchcase(path.lower(), "*" + one.lstrip(".").lower()):
                return True
        elif fnmatch.fnmatchcase(path.rsplit("/", 1)[-1].lower(), one.lower()):
            return True
    return False


def shown_path(write: Write, case: Case) -> str:
    """A write's path as people know it: below the project without the project's own path."""
    path = case.place(write) or ""
    return relative(path, case.project) or path


def granted(case: Case, why: str) -> Decision | None:
    """`allow` where the plan grants what is harmless; else the person's own permissions decide."""
    return allow("grants", why) if case.guard.get("grants") else None


def elsewhere(program: Program, case: Case) -> bool:
    """Whether git works on another repository: a test's own, in a scratch folder."""
    where = program.cwd or program.within
    return (
        where is not None
        and not below(canonical(where), case.project)
        and not any(one and one.startswith(("--git-dir", "--work-tree")) for one in program.words)
        and not any(one.startswith("GIT_") for one in case.scan.assigned)
    )


def formats_running(program: Program, case: Case, but: str) -> tuple[str, str] | None:
    """The running task, and its file, that a formatter reaches with the folders that it is given."""
    paths = (*(formatted(program) or ()), *renewed(program))
    if not paths:
        return None
    from planweir.guard.scope import holds_running

    for path in paths:
        prefix = re.split(r"[*?\[{]", path, maxsplit=1)[0]
        folder = canonical(prefix if prefix == path else prefix.rpartition("/")[0] or ".", program.cwd or "/")
        if os.path.isdir(folder) and (held := holds_running(folder, case.guard, but)):
            from planweir.guard.formatters import passes_by

            if not passes_by(path, relative(folder, case.project), case.guard, but):
                return held
    return None
