"""The main thread and reviewers: reading, the plan's commands, checks and builds, task-planner.

What is known to write is denied to both. What is opaque, neither known to read nor known to write, is denied to the main
thread, which has agents for it; for a reviewer the person's own permissions decide, for what it changed all the same voids
its review.
"""

from __future__ import annotations

import re

from planweir.guard import grants, planner
from planweir.guard.case import Case, granted, shown_path
from planweir.guard.declared import Declared, declared_verbatim
from planweir.guard.paths import below, canonical, device, relative, scratch, several_names
from planweir.guard.rules import deny
from planweir.guard.seldom import (
    alias_reads,
    dangerous,
    endless,
    is_check,
    known_to_change,
    left_by,
    loads_elsewhere,
    looking,
    makes_output,
    own_process,
    refuse,
    renews,
    swaps,
)
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write

_QUIET_KINDS = ("reads", "shell")
# program -> its option that takes a program or a file to write
_BY_OPTION = {
    "hash": r"-\w*p",
    "enable": r"-\w*f",
    "history": r"-\w*[wa]",
    "mapfile": r"-\w*C",
    "readarray": r"-\w*C",
    "bind": r"-\w*x",
    "sort": r"--compress",
}
# Wrappers that give a program other rights, or another file system: in no grant.
OTHER_RIGHTS = frozenset(("sudo", "doas", "chroot", "nsenter", "unshare", "proot"))
_IFS_READERS = frozenset(("read", "mapfile", "readarray"))


def for_readers(case: Case) -> Decision | None:
    """Reading, the plan's commands, known checks and builds, task-planner; what is opaque, as the role has it."""
    rule = "main-thread-commands" if case.role == "main" else "reviewer-commands"
    found = case.scan
    if declared_verbatim(case):
        return granted(case, "it is one of the plan's own commands")
    if not found.readable:
        return _unread(case, rule)
    denied = endless(case)
    if denied:
        return denied
    declared = Declared(case)
    outside = opaque = False
    for program in found.programs:
        if declared.covers(program):
            continue
        problem = no_reader(program, case) or code_elsewhere(program, case)
        if problem:
            if case.role == "main" or known_to_change(program, case):
                look = looking(program)
                if look and case.role == "reviewer":
                    return deny(rule, problem, look)
                return refuse(rule, problem, case)
            opaque = True
        outside = outside or program.kind == "network" or not reads_inside(program, case)
        outside = outside or not OTHER_RIGHTS.isdisjoint(program.wrappers)
    running = [one for one in found.programs if one.kind not in _QUIET_KINDS]
    swapped = swaps(case) if any(_ours_or_check(one, case) for one in running) else None
    if swapped and (case.role == "main" or renews(swapped)):
        return refuse(rule, f"`{swapped}` is set, which changes which code is run", case)
    for write in found.writes:
        if declared.explains(write):
            continue
        if harmless(write, case):  # scratch folders are not denied, and not granted either
            outside = outside or (write.path is not None and not device(write.path))
            continue
        if write.path is None and case.role != "main" and _by_opaque(write, case):
            opaque = True
            continue
        what = f"it writes {shown_path(write, case)}" if write.path else f"{write.by} may write anything"
        return refuse(rule, what, case)
    if opaque or swapped or outside or not grants.inputs_inside(found, case.guard):
        return None
    return granted(case, "it only reads, or runs a check")


def _unread(case: Case, rule: str) -> Decision | None:
    """The decision on what cannot be read to its end: opaque, unless what was read of it says more."""
    why = f"the command cannot be read ({case.scan.why})"
    if case.role == "main":
        return deny("unreadable-command", why, "split it into plain commands")
    if unread_git(case):
        return deny("neighbours", f"{why} and names git", "split it up")
    for program in case.scan.programs:
        if program.kind not in _QUIET_KINDS and known_to_change(program, case):
            return refuse(rule, f"{why} and changes something", case)
    for write in case.scan.writes:
        if not harmless(write, case) and not (write.path is None and _by_opaque(write, case)):
            what = f"it writes {shown_path(write, case)}" if write.path else f"{why} and writes"
            return refuse(rule, what, case)
    return None


_GIT = pattern(r"\bgit\b")
_NEIGHBOUR_WORDS = pattern(
    r"\b(?:stash|reset|clean|checkout|restore|switch|commit|push|add|rebase|merge)\b", re.A
)


def unread_git(case: Case) -> bool:
    """Whether a line that cannot be read names git with what would reach the neighbours."""
    return bool(_GIT.search(case.source) and _NEIGHBOUR_WORDS.search(case.source))


def no_reader(program: Program, case: Case) -> str | None:
    """Why a program is none of those that may be run by one who only reads."""
    shown = " ".join(one or "…" for one in program.words)[:80] or "a command"
    if not program.name:
        return "the program's name cannot be read"
    asked = program.assignments and (program.kind != "reads" or program.name not in ("export",))
    danger = dangerous(program.assignments) if asked else None
    if danger == "IFS" and program.name in _IFS_READERS:
        danger = None
    if danger and (program.kind != "shell" or program.name not in ("alias", "trap", "eval")):
        return f"`{danger}=` changes which code is run, or what it writes"
    if program.kind == "reads" and program.assignments and (far := loads_elsewhere(program, case)):
        return f"{far} lies outside the project, and `{program.name}` would load code from there"
    if program.name in _BY_OPTION and any(one and re.match(_BY_OPTION[program.name], one) for one in program.words[1:]):
        return f"an option of `{shown}` has something else run or written"
    if program.kind in _QUIET_KINDS or program.kind == "network":
        return None
    if program.kind == "signals":
        return None if program.detail == "own" or own_process(program, case) else f"`{shown}` ends what it did not start"
    if program.kind == "writes" and not program.detail:
        return None  # judged by what it writes
    if program.detail == "alias" and alias_reads(program, case):
        return None
    if _ours_or_check(program, case) or _activates(program):
        left = left_by(program, case)
        return f"`{shown}` would leave {left}, which git does not ignore" if left else None
    if case.role == "reviewer":
        return f"`{shown}` changes something"  # told only where that is known
    return f"`{shown}` is not among the reading commands and known checks"


def _ours_or_check(program: Program, case: Case) -> bool:
    if planner.verb_of(program) is not None:
        return planner.trusted(program, case.cwd, case.guarded)
    return is_check(program) or (program.name in ("make", "gmake") and makes_output(program, case))


def code_elsewhere(program: Program, case: Case) -> str | None:
    """Why a check would run code that is not the project's: in a scratch folder anybody may write anything."""
    if program.kind in _QUIET_KINDS or not program.name or not is_check(program):
        return None
    from planweir.guard.runners import code_from

    for path in code_from(program):
        if not below(canonical(path, program.cwd or case.cwd), case.project):
            return f"{path} lies outside the project, and `{program.name}` would run what is there"
    return None


def _activates(program: Program) -> bool:
    """`source .venv/bin/activate` and its like."""
    return program.name in ("source", ".") and bool(
        program.words[1:2]
        and program.words[1]
        and re.search(r"/bin/activate\Z|(?:^|/)nvm\.sh\Z", program.words[1])
    )


def harmless(write: Write, case: Case) -> bool:
    """Devices and scratch folders; what a check's option names and git ignores; what a known check or our own command
    line does, whose path is not known."""
    path = case.place(write)
    if path is not None:
        apart = scratch(path) and not below(path, case.project)
        if apart and write.sure and several_names(path):
            from planweir.guard.scope import names_inside

            if names_inside(path, case.guard):
                return False  # a hard link to a file of the project
        if device(path) or apart or not write.sure:
            return True
        if write.by == "rm":
            from planweir.guard import ignoring

            return ignoring.swept(path, relative(path, case.project) or "", case.project, case.guard)
        if write.by != "output":
            return False
        from planweir.guard import ignoring

        return ignoring.cached(relative(path, case.project) or "") or path in ignoring.ignored([path], case.project, case.guard)
    if write.within is not None:
        folder = canonical(write.within, case.cwd)
        return scratch(folder + "/x") and not below(folder, case.project)
    return any(
        program.name == write.by
        and program.kind in ("runs", "unknown")
        and (_ours_or_check(program, case) or _activates(program))
        for program in case.scan.programs
    ) and not any(
        program.name == write.by
        and not (_ours_or_check(program, case) or _activates(program))
        for program in case.scan.programs
    )


def _by_opaque(write: Write, case: Case) -> bool:
    """Whether what may be written is what programs may do of which nothing is known, and no `rm` of an unknown path."""
    from planweir.guard.scope import unpacks

    if unpacks(write):
        return False
    return not write.by or any(
        one.name == write.by and one.kind in ("runs", "unknown") for one in case.scan.programs
    )


def reads_inside(program: Program, case: Case) -> bool:
    """Whether what a permitted program is pointed at lies in the project."""
    if program.kind in _QUIET_KINDS and program.name not in ("sh", "bash", "eval"):
        return grants.reads_inside(program, case.guard)
    return True
