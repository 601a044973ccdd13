"""Files that `find … -delete`, `find … -exec sed -i` or `git ls-files … | xargs rm` would change: those that the names fit."""

from __future__ import annotations

import os

from planweir.guard.case import matches
from planweir.guard.paths import below, canonical
from planweir.guard.scope import OUT, ask_ahead, out_of_scope, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write

# Tests of find's that are read here. With any other (-newer, -size, -not …) what it takes is not known, and others notice.
_READ = frozenset("-not ! -name -iname -path -ipath -wholename -iwholename -type -delete -print -print0 -mindepth -depth -o -or -a -and ( )".split())
_VALUES = frozenset("-name -iname -path -ipath -wholename -iwholename -type -mindepth".split())
MOST_FILES = 5_000


def found_elsewhere(write: Write, case: Case) -> Decision | None:
    """The denial where one of them is not the task's."""
    hits = files_found(write, case)
    if hits is None:
        return None
    kind = "delete" if write.kind in ("delete", "tree") else "write"
    ask_ahead([(one, kind) for one in hits[:MOST_FILES]], case.task, case.guard)
    out = next((one for one in hits if standing(one, kind, case.task, case.guard) == OUT), None)
    if out is None and len(hits) > MOST_FILES:
        out = hits[0]
    return None if out is None else out_of_scope(out, case.task, case.guard)


def files_found(write: Write, case: Case) -> list[str] | None:
    """The files that are found, as they lie there now; None where that cannot be told. More than MOST_FILES: at least these."""
    finders = [one for one in case.scan.programs if one.name == "find" or (one.name == "git" and "ls-files" in one.words[1:2])]
    if write.within is None or not finders or not all(map(_plain, finders)):
        return None
    without = _left_out(finders)
    if write.by != "find" and ((write.pattern is None and not without) or any(one.piped and one not in finders for one in case.scan.programs)):
        return None  # something else may have chosen among them
    top = canonical(write.within, case.cwd)
    if not (below(top, case.project) or below(case.project, top)):
        return None
    hits: list[str] = []
    for folder, folders, names in os.walk(top):
        folders[:] = [one for one in folders if one != ".git"]
        here = [os.path.join(folder, name) for name in names]
        if without:
            here = [one for one in here if not matches(one, without) and all(matches(one, (name,)) for name in _names(finders))]
        hits += [one for one in here if write.pattern is None or matches(one, write.pattern)]
        if len(hits) > MOST_FILES:
            return hits
    return hits


def _left_out(finders: list[Program]) -> tuple[str, ...]:
    """What `-not -path` and `! -name` of a lone find leave out."""
    words = finders[0].words if len(finders) == 1 else []
    return tuple(
        words[at + 2] or "" for at, one in enumerate(words[:-2]) if one in ("-not", "!") and words[at + 1] in ("-path", "-name")
    )


def _names(finders: list[Program]) -> list[str]:
    words = finders[0].words
    return [
        words[at + 1] or "*" for at, one in enumerate(words[:-1]) if one == "-name" and at and words[at - 1] not in ("-not", "!")
    ]


def _plain(program: Program) -> bool:
    """Whether a call looks for files by their names and by nothing else."""
    words = program.words[1:]
    if program.name == "git":
        return all(one is not None and (one == "-z" or not one.startswith("-")) for one in words[1:])
    at = 0
    while at < len(words) and (word := words[at]) is not None and not word.startswith(("-", "(")):
        at += 1  # its folders
    while at < len(words):
        word = words[at]
        if word in ("-exec", "-execdir") and None not in words[at:]:
            return not any(one in (";", "+") for one in words[at:-1])  # the last of its words
        if word is None or word not in _READ:
            return False
        if word in ("-not", "!"):
            if words[at + 1 : at + 2] not in (["-path"], ["-name"]) or "-o" in words or "-or" in words:
                return False
            at += 3
            continue
        if word == "-type" and words[at + 1 : at + 2] != ["f"]:
            return False
        at += 2 if word in _VALUES else 1
    return True
