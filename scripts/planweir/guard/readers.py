"""The main thread and reviewers: reading, the plan's commands, known checks, task-planner; nothing else."""

from __future__ import annotations

import re

from planweir.guard import grants, planner
from planweir.guard.case import Case, granted, shown_path
from planweir.guard.declared import Declared, declared_verbatim
from planweir.guard.edits import refuse
from planweir.guard.paths import below, canonical, device, scratch, several_names
from planweir.guard.rules import deny
from planweir.guard.runners import code_from, dangerous, is_check
from planweir.guard.scope import names_inside
from planweir.guard.seldom import endless, swaps

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


def for_readers(case: Case) -> Decision | None:
    """Reading, the plan's commands, known checks, task-planner; nothing else."""
    rule = "main-thread-commands" if case.role == "main" else "reviewer-commands"
    found = case.scan
    if declared_verbatim(case):
        return granted(case, "it is one of the plan's own commands")
    if not found.readable:
        return deny(
            "unreadable-command", f"the command cannot be read ({found.why})", "split it into plain commands"
        )
    denied = endless(case)
    if denied:
        return denied
    declared = Declared(case)
    outside = False
    for program in found.programs:
        if declared.covers(program):
            continue
        problem = no_reader(program, case) or code_elsewhere(program, case)
        if problem:
            return refuse(rule, problem, case.role, case.event, case.guard)
        outside = outside or program.kind == "network" or not reads_inside(program, case)
    swapped = swaps(case) if any(_ours_or_check(one, case) for one in found.programs) else None
    if swapped:
        return refuse(rule, f"`{swapped}` is set, which changes which code is run", case.role, case.event, case.guard)
    for write in found.writes:
        if declared.explains(write):
            continue
        if harmless(write, case):  # scratch folders are not denied, and not granted either
            outside = outside or (write.path is not None and not device(write.path))
            continue
        what = f"it writes {shown_path(write, case)}" if write.path else f"{write.by} may write anything"
        return refuse(rule, what, case.role, case.event, case.guard)
    if outside or not grants.inputs_inside(found, case.guard):
        return None
    return granted(case, "it only reads, or runs a check")


def no_reader(program: Program, case: Case) -> str | None:
    """Why a program is none of those that may be run by one who only reads."""
    shown = " ".join(one or "…" for one in program.words)[:80] or "a command"
    if not program.name:
        return "the program's name cannot be read"
    danger = (
        dangerous(program.assignments) if program.kind != "reads" or program.name not in ("export",) else None
    )
    if danger and (program.kind != "shell" or program.name not in ("alias", "trap", "eval")):
        return f"`{danger}=` changes which code is run, or what it writes"
    if program.name in _BY_OPTION and any(one and re.match(_BY_OPTION[program.name], one) for one in program.words[1:]):
        return f"an option of `{shown}` has something else run or written"
    if program.kind in _QUIET_KINDS or program.kind == "network":
        return None
    if program.kind == "signals":
        return None if program.detail == "own" else f"`{shown}` ends what it did not start"
    if _ours_or_check(program, case) or _activates(program):
        return None
    if program.kind == "writes" and not program.detail:
        return None  # judged by what it writes
    return f"`{shown}` is not among the reading commands and known checks"


def _ours_or_check(program: Program, case: Case) -> bool:
    if planner.verb_of(program) is not None:
        return planner.trusted(program, case.cwd, case.guarded)
    return is_check(program)


def code_elsewhere(program: Program, case: Case) -> str | None:
    """Why a check would run code that is not the project's: in a scratch folder anybody may write anything."""
    if program.kind in _QUIET_KINDS or not program.name or not is_check(program):
        return None
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
    """Devices and scratch folders; what a known check or our own command line does, whose path is not
    known."""
    path = case.place(write)
    if path is not None:
        apart = scratch(path) and not below(path, case.project)
        if apart and write.sure and several_names(path) and names_inside(path, case.guard):
            return False  # a hard link to a file of the project
        return device(path) or apart or not write.sure
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


def reads_inside(program: Program, case: Case) -> bool:
    """Whether what a permitted program is pointed at lies in the project."""
    if program.kind in _QUIET_KINDS and program.name not in ("sh", "bash", "eval"):
        return grants.reads_inside(program, case.guard)
    return True
