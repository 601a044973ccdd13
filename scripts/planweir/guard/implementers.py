"""Implementers: writes inside their task's scope; nothing that reaches the neighbours' work."""

from __future__ import annotations

import os

from planweir.guard import grants
from planweir.guard.case import Case, elsewhere, formats_running, granted, scripts_of, shown_path
from planweir.guard.declared import Declared, declared_verbatim
from planweir.guard.paths import below, canonical, device, relative
from planweir.guard.readers import OTHER_RIGHTS, code_elsewhere, harmless, no_reader, reads_inside, unread_git
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, OWN, ask_ahead, git_own, installed, out_of_scope, standing, tool_denial
from planweir.guard.seldom import (
    endless,
    formats_these,
    installs_anew,
    is_check,
    manifest,
    own_process,
    renewed,
    runs_own,
    shares,
    swaps,
)
from planweir.guard.who import table, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write

# What changes or takes away the files that a search hands over.
_IN_PLACE = frozenset("sed gsed rm unlink mv truncate chmod touch shred perl ruby dos2unix black".split())
_NEXT_FOR_SIGNALS = (
    "start it in the same command with & and end it with `kill $!` or `kill %1`, or give it an end with `timeout 60 …`; "
    "what you started with run_in_background you end with TaskStop"
)


def for_implementers(case: Case) -> Decision | None:
    """Writes inside the task's scope; nothing that reaches the neighbours' work."""
    found = case.scan
    if declared_verbatim(case):
        return granted(case, "it is one of the plan's own commands")
    if not found.readable:
        if unread_git(case):
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
    denied = endless(case)
    if denied:
        return denied
    declared = Declared(case)
    plain = True  # whether the grants cover all of it
    for program in found.programs:
        if declared.covers(program):
            continue
        denied = _reaches_neighbours(program, case) or _by_script(program, case)
        if denied:
            return denied
        told = manifest(program)
        if told and program.cwd is not None:
            path = canonical(told, program.cwd)
            if standing(path, "write", case.task, case.guard) == OUT:
                return out_of_scope(path, case.task, case.guard)
        held = formats_running(program, case, case.task)
        if held:
            from planweir.guard.formatters import on_one

            name, instead = on_one(program, _first_file(case, "test" if renewed(program) else ""))
            return deny(
                "neighbours",
                f"{name} would rewrite {held[1]} too, which belongs to {held[0]}, which is running",
                instead,
            )
        plain = (
            plain
            and (no_reader(program, case) is None or _formats_own(program, case) or runs_own(program, case))
            and code_elsewhere(program, case) is None
            and program.kind != "network"
            and OTHER_RIGHTS.isdisjoint(program.wrappers)
            and reads_inside(program, case)
        )
    if len(found.writes) > 1:
        placed = [(path, one.kind) for one in found.writes if one.sure and (path := case.place(one))]
        ask_ahead(placed, case.task, case.guard)
    for write in found.writes:
        if declared.explains(write):
            continue
        path = case.place(write)
        if path is None:
            if (write.by == "find" and write.kind == "delete") or (write.pattern is not None and write.by in _IN_PLACE) or _by_search(write):
                from planweir.guard.found import found_elsewhere

                if denied := found_elsewhere(write, case):
                    return denied
            if write.by != "git" and write.within is not None:
                folder = canonical(write.within, case.cwd)
                if git_own(relative(folder, case.project) or ""):
                    return out_of_scope(folder, case.task, case.guard)
            if write.within is not None:
                from planweir.guard.somewhere import beyond

                if denied := beyond(write, case):
                    return denied
            plain = plain and (harmless(write, case) or _by_own(write, case))
            continue
        if _in_passing(path, case):
            continue
        if not write.sure or write.kind == "link" or (write.by == "mkdir" and below(path, case.project)):
            continue
        tool = installed(path, case.guard) if write.kind == "write" and write.by != "chmod" else None
        if tool:
            return tool_denial(tool)
        stands = standing(path, write.kind, case.task, case.guard)
        if stands == OUT:
            return out_of_scope(path, case.task, case.guard)
        if write.kind in ("tree", "delete") and _shared(path, case) and (other := _beside(case)):
            return _taken_away(shown_path(write, case), other)
        plain = plain and (stands == OWN or device(path))
    if plain and swaps(case) is None and grants.inputs_inside(found, case.guard):
        return granted(case, "it reads, runs checks, or writes the task's own files")
    return None


def _by_search(write: Write) -> bool:
    """Whether a redirection opens what a search prints, or a search hands over what its names do not tell alone."""
    return (write.by == "redirect" and write.pattern is not None) or (write.by in _IN_PLACE and write.within is not None)


def _in_passing(path: str, case: Case) -> bool:
    """Whether a path was not there before the line, which takes it away again: `sed -i.bak … && rm x.bak`, `… > x.tmp && mv x.tmp x`.

    What is moved away is judged by where it goes.
    """
    if len(case.scan.writes) < 2:
        return False
    here = [one for one in case.scan.writes if one.sure and case.place(one) == path]
    gone = any(one.by == "rm" for one in here) or (bool(here) and here[-1].by == "mv" and here[-1].kind == "tree")
    return (
        gone
        and any(one.by != "rm" and one.kind != "tree" for one in here)
        and below(path, case.project)
        and not git_own(relative(path, case.project) or "")
        and not os.path.lexists(path)
    )


def _by_script(program: Program, case: Case) -> Decision | None:
    """What the script that a program runs would surely do to what is not the task's. New files of a build are let through:
    what nobody owns is noticed later."""
    for script in scripts_of([program]):
        for inner in script.programs:
            denied = None if inner.maybe else _reaches_neighbours(inner, case)
            if denied:
                return denied
        for write in script.writes:
            path = case.place(write)
            if path is None or not write.sure or write.kind == "link" or not os.path.lexists(path) or os.path.isdir(path):
                continue
            if standing(path, write.kind, case.task, case.guard) == OUT:
                return out_of_scope(path, case.task, case.guard)
    return None


def _reaches_neighbours(program: Program, case: Case) -> Decision | None:
    shown = " ".join(one or "…" for one in program.words)[:80]
    if program.kind == "signals" and program.detail != "own" and not own_process(program, case):
        return deny("neighbours", f"`{shown}` may end what another agent runs", _NEXT_FOR_SIGNALS)
    effect = shares(program)
    if effect:
        from planweir.guard.shared import explained

        what, instead = explained(effect)
        return deny("neighbours", f"`{shown}` {what}", instead)
    if installs_anew(program) and (other := _beside(case)):
        return _taken_away("node_modules", other)
    if program.name != "git" or not program.detail or elsewhere(program, case):
        return None
    if program.detail == "settings" and "clone" in program.words[:4]:
        return None  # judged by where it writes
    if program.words[1:2] == ["init"] and _apart(program.words[-1], program, case):
        return None  # a repository of its own
    from planweir.guard import gitwords

    if program.detail == "alias" and gitwords.only_reads(program, case):
        return None
    return deny("neighbours", f"`{shown}` works on what all agents share", gitwords.next_for(program))


def _apart(word: str | None, program: Program, case: Case) -> bool:
    """Whether a call's last word is a folder outside the project."""
    return word is not None and not word.startswith("-") and word != "init" and not below(
        canonical(word, program.cwd or case.cwd), case.project
    )


# Folders that no task owns and every task's checks need.
_SHARED = frozenset(("node_modules", ".venv", "venv"))


def _shared(path: str, case: Case) -> bool:
    return path.rpartition("/")[2] in _SHARED and below(path, case.project)


def _beside(case: Case) -> str:
    """Another task that an implementer works on; empty if there is none."""
    return next((name for name in table(case.guard, "running") if name != case.task), "")


def _taken_away(folder: str, other: str) -> Decision:
    return deny(
        "neighbours",
        f"{folder} would be taken away, and {other}, which is running, needs it",
        "leave it there: `npm install` and its like add what is missing; if it is broken, end with `BLOCKED` and say so",
    )


def _formats_own(program: Program, case: Case) -> bool:
    """Whether a formatter is given nothing but files of the task."""
    files = formats_these(program)
    return bool(files) and all(
        standing(canonical(one, program.cwd or case.cwd), "write", case.task, case.guard) == OWN for one in files
    )


def _by_own(write: Write, case: Case) -> bool:
    """Whether what may write anything is granted all the same: a formatter that is given nothing but files of the task, or
    one of these files run."""
    writers = [one for one in case.scan.programs if one.name == write.by]
    return bool(writers) and all(_formats_own(one, case) or is_check(one) or runs_own(one, case) for one in writers)


def _first_file(case: Case, like: str = "") -> str:
    row = table(case.guard, "running").get(case.task)
    files = texts(row, "files") if isinstance(row, dict) else []
    return next((one for one in files if like in one), "src/a.py")
