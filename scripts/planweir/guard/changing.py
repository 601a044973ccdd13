"""What is known to change something, as against what is merely opaque. Loaded when a reviewer calls what is no reading program."""

from __future__ import annotations

import os

from planweir.guard import ignoring, planner
from planweir.guard.case import scripts_of
from planweir.guard.formatters import formatted, renewed
from planweir.guard.launchers import bare
from planweir.guard.npm import installs_anew, manifest
from planweir.guard.options import SHORT, WRITING
from planweir.guard.paths import relative
from planweir.guard.seldom import left_by, own_process, shares
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program

RENEWS = pattern(r"(?:INSTA_\w+|UPDATE_\w+|\w*SNAPSHOTS?(?:_UPDATE)?)=")
_UPDATES = (WRITING - SHORT) | frozenset(("-update", "--update", "--test-update-snapshots", "--globalSetup", "-u"))
_TESTS = frozenset("pytest py.test jest vitest mocha ava playwright npm yarn pnpm bun go cargo node deno tox nox phpunit rspec".split())
# Tools of the shell that change what it remembers or a file, by an option.
_BY_OPTION = frozenset(("hash", "enable", "history", "mapfile", "readarray", "bind", "sort"))


def changes(program: Program, case: Case) -> bool:
    if program.name == "git" and program.detail == "settings" and "clone" in program.words[:4]:
        return False  # judged by where it writes
    if program.kind == "writes" or (program.name == "git" and program.detail not in ("", "alias")):
        return True
    if program.detail == "alias":
        from planweir.guard import gitwords

        return gitwords.changes(program, case)
    if program.kind == "signals":
        return program.detail != "own" and not own_process(program, case)
    if program.name in _BY_OPTION or shares(program):
        return True
    if planner.verb_of(program) is not None:
        return True  # our command line in a form that is not ours
    words = bare(program.words, program.cwd)
    if formatted(program) is not None or renewed(program) or manifest(words) or installs_anew(words):
        return True
    if any(RENEWS.match(one) for one in program.assignments):
        return True
    if words and words[0] in _TESTS and {one.partition("=")[0] for one in words[1:]} & _UPDATES and words[0] not in ("node", "deno"):
        return True
    from planweir.guard.builds import UNTOLD

    return left_by(program, case) not in (None, UNTOLD) or _by_script(program, case)


def _by_script(program: Program, case: Case) -> bool:
    """Whether the script that a program runs surely changes a file that is there and that git does not ignore."""
    for script in scripts_of([program]):
        if any(not one.maybe and (one.kind == "signals" or (one.name == "git" and one.detail)) and changes(one, case) for one in script.programs):
            return True
        for write in script.writes:
            path = case.place(write)
            inside = None if path is None or not write.sure or write.kind == "link" else relative(path, case.project)
            if path and inside and os.path.lexists(path) and not ignoring.cached(inside) and path not in ignoring.ignored([path], case.project, case.guard):
                return True
    return False
