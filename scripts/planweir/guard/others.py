"""Another session of the same project: files of running tasks are denied, the rest is its own matter."""

from __future__ import annotations

import os

from planweir.guard.case import Case, elsewhere, formats_running
from planweir.guard.paths import below, canonical, owner_of, relative
from planweir.guard.rules import deny
from planweir.guard.scope import holds_running, names_inside
from planweir.guard.who import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision


def for_others(case: Case) -> Decision | None:
    """Files of running tasks are denied; the rest is that session's own matter."""
    running = table(case.guard, "running")
    named = False  # whether what git takes back here was named, and is nobody's
    for program in case.scan.programs if running else ():
        if program.name == "git" and program.detail in ("record", "undo") and not elsewhere(program, case):
            from planweir.guard.committing import names_its_own, next_for

            if not names_its_own(program, case):
                shown = " ".join(one or "…" for one in program.words)[:80]
                return _foreign_denial(f"`{shown}` may reach what agents of another session work on", next_for(program, case))
            named = named or program.detail == "undo"
        held = formats_running(program, case, "")
        if held:
            return _foreign_denial(f"{held[1]} belongs to {held[0]}, which runs in another session")
    for write in (*case.scan.writes, *(one for script in case.scripts for one in script.writes)):
        path = case.place(write)
        if path is not None and write.sure and running:
            inside = relative(path, case.project)
            owner = None
            for name in names_inside(path, case.guard) if write.kind == "write" else [inside]:
                if name is not None and owner is None:
                    owner, inside = owner_of(name, case.guard), name
            if owner is None and write.kind in ("tree", "delete") and os.path.isdir(path):
                owner, inside = holds_running(path, case.guard) or (None, inside)
                if owner is None and below(case.project, path):
                    owner = next(iter(running))
            if owner is not None:
                return _foreign_denial(f"{inside or path} belongs to {owner}, which runs in another session")
        elif path is None and write.by == "git" and write.within and running and not named:
            folder = canonical(write.within)
            if below(folder, case.project) or below(case.project, folder):
                return _foreign_denial("git would change files that agents of another session work on")
        elif path is None and running and write.within and (write.by == "find" or write.pattern is not None):
            from planweir.guard.somewhere import meant

            if found := meant(write, case):
                return _foreign_denial(f"{relative(found[1], case.project)} belongs to {found[0]}, which runs in another session")
    return None


def _foreign_denial(
    what: str, instead: str = "wait until that task has ended, or ask the person to pause the plan there"
) -> Decision:
    return deny("foreign-session", what, instead)
