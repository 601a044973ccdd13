"""Implementers: writes inside their task's scope; nothing that reaches the neighbours' work."""

from __future__ import annotations

import re

from planweir.guard import grants
from planweir.guard.case import Case, elsewhere, formats_running, granted
from planweir.guard.declared import Declared, declared_verbatim
from planweir.guard.paths import below, canonical, device, relative
from planweir.guard.readers import code_elsewhere, harmless, no_reader, reads_inside
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, OWN, git_own, installed, out_of_scope, standing, tool_denial
from planweir.guard.settings import swaps
from planweir.guard.who import table, texts
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program

_GIT = pattern(r"\bgit\b")
_NEIGHBOUR_WORDS = pattern(
    r"\b(?:stash|reset|clean|checkout|restore|switch|commit|push|add|rebase|merge)\b", re.A
)
_NEXT_FOR_GIT = {
    "record": "leave it to the gate, which commits each task's files when its wave is done",
    "undo": "take back a change of your own with `task-planner discard PATH`",
    "history": "leave branches and history as they are; say in your report what you would need",
    "settings": "leave the repository's settings as they are; say in your report what you would need",
    "alias": "use git's own reading commands (status, diff, log, show)",
}


def for_implementers(case: Case) -> Decision | None:
    """Writes inside the task's scope; nothing that reaches the neighbours' work."""
    found = case.scan
    if declared_verbatim(case):
        return granted(case, "it is one of the plan's own commands")
    if not found.readable:
        if _GIT.search(case.source) and _NEIGHBOUR_WORDS.search(case.source):
            return deny(
                "neighbours", f"the command cannot be read ({found.why}) and names git", "split it up"
            )
        for write in found.writes:
            path = case.place(write)
            if path is not None and write.sure and standing(path, write.kind, case.task, case.guard) == OUT:
                return out_of_scope(path, case.task, case.guard)
        if any(write.path is None or not device(write.path) for write in found.writes):
            return deny(
                "unreadable-command",
                f"the command writes, and cannot be read to its end ({found.why})",
                "split it into plain commands",
            )
        return None
    declared = Declared(case)
    plain = True  # whether the grants cover all of it
    for program in found.programs:
        if declared.covers(program):
            continue
        denied = _reaches_neighbours(program, case)
        if denied:
            return denied
        held = formats_running(program, case, case.task)
        if held:
            return deny(
                "neighbours",
                f"{program.name} would rewrite {held[1]} too, which belongs to {held[0]}, which is running",
                f"give it your own files: `{program.name} {_first_file(case)}`",
            )
        plain = (
            plain
            and no_reader(program, case) is None
            and code_elsewhere(program, case) is None
            and program.kind != "network"
            and reads_inside(program, case)
        )
    for write in found.writes:
        if declared.explains(write):
            continue
        path = case.place(write)
        if path is None:
            if write.by != "git" and write.within is not None:
                folder = canonical(write.within, case.cwd)
                if git_own(relative(folder, case.project) or ""):
                    return out_of_scope(folder, case.task, case.guard)
            plain = plain and harmless(write, case)
            continue
        if not write.sure or write.kind == "link" or (write.by == "mkdir" and below(path, case.project)):
            continue
        tool = installed(path, case.guard) if write.kind == "write" and write.by != "chmod" else None
        if tool:
            return tool_denial(tool)
        stands = standing(path, write.kind, case.task, case.guard)
        if stands == OUT:
            return out_of_scope(path, case.task, case.guard)
        plain = plain and (stands == OWN or device(path))
    if plain and swaps(case) is None and grants.inputs_inside(found, case.guard):
        return granted(case, "it reads, runs checks, or writes the task's own files")
    return None


def _reaches_neighbours(program: Program, case: Case) -> Decision | None:
    shown = " ".join(one or "…" for one in program.words)[:80]
    if program.kind == "signals" and program.detail != "own":
        return deny(
            "neighbours",
            f"`{shown}` may end what another agent runs",
            "start it in the same command with & and end it with `kill $!` or `kill %1`",
        )
    if program.name != "git" or not program.detail or elsewhere(program, case):
        return None
    if program.detail == "settings" and "clone" in program.words[:4]:
        return None  # judged by where it writes
    return deny("neighbours", f"`{shown}` works on what all agents share", _NEXT_FOR_GIT[program.detail])


def _first_file(case: Case) -> str:
    row = table(case.guard, "running").get(case.task)
    files = texts(row, "files") if isinstance(row, dict) else []
    return files[0] if files else "src/a.py"
