"""Bash and Monitor: the decision on a command line, from what it would run and write.

The order: what nobody may do (guarded paths, a person's verbs, a session inside the session), then what the
caller's
role allows, then what the person granted.
"""

from __future__ import annotations

import os
import re

from planweir.guard import grants, planner
from planweir.guard.edits import READ_ONLY_NEXT, delegate, guarded_denial
from planweir.guard.formatters import formatted, merely_names
from planweir.guard.paths import (
    below,
    canonical,
    device,
    guarded_hit,
    guarded_paths,
    mentioned,
    owner_of,
    record_named,
    relative,
    scratch,
)
from planweir.guard.rules import allow, deny
from planweir.guard.runners import code_from, dangerous, is_check, outputs
from planweir.guard.scope import OUT, OWN, git_own, holds_running, out_of_scope, standing
from planweir.guard.who import binding, table, text, texts, who
from planweir.shell.lazy import pattern
from planweir.shell.scan import Write, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard
    from planweir.shell.scan import Program, Scan

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
_QUIET_KINDS = ("reads", "shell")


class Case:
    """One call to be judged: the scan and what the rules ask of it."""

    __slots__ = ("cwd", "event", "guard", "guarded", "project", "role", "scan", "source", "task")

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
        for program in self.scan.programs:
            for kind, path in outputs(program):
                self.scan.writes.append(Write(canonical(path, program.cwd or "/"), "output", True, kind))
            for path in formatted(program) or ():
                whole = canonical(path, program.cwd or "/")
                if re.search(r"[*?\[{]", path):
                    self.scan.writes += [
                        Write(one, "output")
                        for one in self.guarded
                        if _matches(one, (whole.replace("**/", "*"),))
                    ]
                elif not os.path.isdir(whole):
                    self.scan.writes.append(Write(whole, "output"))

    def place(self, write: Write) -> str | None:
        """The canonical path of a write, None where it is not known."""
        return None if write.path is None else canonical(write.path, self.cwd)


def judge_command(event: Event, guard: Guard) -> Decision | None:
    """The decision on a call of Bash or Monitor."""
    given = event.get("tool_input")
    source = given.get("command") if isinstance(given, dict) else None
    if not isinstance(source, str):
        if isinstance(given, dict) and isinstance(given.get("ws"), dict):
            return None  # Monitor on a socket: nothing is run
        return deny("unreadable-event", "the call holds no command", "give the command as text")
    case = Case(source, event, guard)
    denied = _for_anyone(case)
    if denied:
        return denied
    if case.role == "foreign":
        return _foreign(case)
    if case.role == "implementer":
        return _implementer(case)
    if case.role == "main" and guard.get("status") == "paused":
        return None
    return _reader(case)


# -- for anyone --------------------------------------------------------------------------------------------


def _for_anyone(case: Case) -> Decision | None:
    for write in case.scan.writes:
        hit = _guarded(write, case)
        if hit:
            return guarded_denial(hit)
    denied = planner.judge_planner(case.scan, case.source, case.role, case.event, case.guard)
    if denied:
        return denied
    free = case.role == "foreign" or (case.role == "main" and case.guard.get("status") == "paused")
    for program in case.scan.programs:
        if _is_session(program) and not free:
            return deny("nested-session", "claude would be started from Bash", "do the work in this session")
    if case.role != "foreign" and planner.clears_claudecode(case.scan):
        return deny(
            "person-verbs",
            "CLAUDECODE, by which programs know that an agent runs them, would be cleared",
            "run the command with the variable as it is",
        )
    if _declared_verbatim(case):
        return None
    named = _opaque_mention(case)
    if named:
        return deny(
            "guarded-paths",
            f"{named} is guarded, and it stands in a part of the command that cannot be read",
            READ_ONLY_NEXT + " (cat, jq, grep read it as well)",
        )
    return None


def _guarded(write: Write, case: Case) -> str | None:
    """The guarded path that a write reaches."""
    path = case.place(write)
    if path is not None:
        if device(path):
            return None
        hit = guarded_hit(path, write.kind, case.guarded)
        if (
            hit is None
            and write.kind == "link"
            and any(below(one, path) and one != path for one in case.guarded)
        ):
            return None  # a link to a folder high above: its users are followed to where they lead
        return write.path if hit else None
    if write.within is None:
        return None
    folder = canonical(write.within, case.cwd)
    for one in case.guarded:
        if below(folder, one):
            return one
        if write.pattern is not None and below(one, folder) and _matches(one, write.pattern):
            return one
        if write.pattern is None and write.by == "find" and below(one, folder):
            return one
        if write.kind == "tree" and write.by == "git" and below(one, folder):
            return one
    return None


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    import fnmatch

    for one in patterns:
        if "/" in one:
            if fnmatch.fnmatchcase(path.lower(), "*" + one.lstrip(".").lower()):
                return True
        elif fnmatch.fnmatchcase(path.rsplit("/", 1)[-1].lower(), one.lower()):
            return True
    return False


def _is_session(program: Program) -> bool:
    words = [one or "" for one in program.words]
    if program.name == "claude":
        return words[1:2] not in (["--version"], ["--help"], ["-v"], ["-h"])
    return program.kind == "runs" and any("@anthropic-ai/claude-code" in one for one in words[:4])


def _opaque_mention(case: Case) -> str | None:
    """What is guarded and named where the scan cannot see what happens to it."""
    found = case.scan
    if not found.readable:
        return mentioned(case.source, case.guard)
    hidden = any(write.path is None and write.by not in _OPENS for write in found.writes) and any(
        one is None for program in found.programs for one in program.words if program.kind != "reads"
    )
    hidden = hidden or any(
        write.by == "redirect" and write.path is None and write.within is None for write in found.writes
    )
    for program in found.programs:
        if program.kind not in ("runs", "unknown"):
            continue
        if any(one is None for one in program.words):
            hidden = True
        texts_of = [
            one for one in (*program.words, *program.assignments, program.code, program.stdin_text) if one
        ]
        if program.detail.startswith("script:") and program.stdin_text is None:
            texts_of = [one for one in texts_of if one != program.words[0]]
        if program.name in _MERELY_NAMES or merely_names(program):
            texts_of = [one for one in (program.code, program.stdin_text) if one and program.name != "gh"]
        named = mentioned("\n".join(texts_of), case.guard)
        if named is None and (program.cwd is None or any(below(canonical(program.cwd), one) for one in case.guarded)):
            named = record_named("\n".join(texts_of))  # a bare name, in a folder of ours
        if named and not is_check(program):
            return named
    return mentioned(case.source, case.guard) if hidden else None


# Their words are prose, or names of what they read.
_MERELY_NAMES = ("gh", "glab", "vale", "cspell", "lychee", "textlint")
_OPENS = ("tar", "unzip", "git", "patch", "rsync", "cpio", "7z", "wget", "curl", "find", "split", "csplit")


# -- main thread and reviewers -----------------------------------------------------------------------------


def _reader(case: Case) -> Decision | None:
    """Reading, the plan's commands, known checks, task-planner; nothing else."""
    rule = "main-thread-commands" if case.role == "main" else "reviewer-commands"
    found = case.scan
    if _declared_verbatim(case):
        return _granted(case, "it is one of the plan's own commands")
    if not found.readable:
        return deny(
            "unreadable-command", f"the command cannot be read ({found.why})", "split it into plain commands"
        )
    declared = _Declared(case)
    outside = False
    for program in found.programs:
        if declared.covers(program):
            continue
        problem = _no_reader(program) or _code_elsewhere(program, case)
        if problem:
            return deny(rule, problem, delegate(case.role))
        outside = outside or program.kind == "network" or not _inside(program, case)
    for write in found.writes:
        if declared.explains(write):
            continue
        if _harmless(write, case):  # scratch folders are not denied, and not granted either
            outside = outside or (write.path is not None and not device(write.path))
            continue
        what = f"it writes {_shown(write, case)}" if write.path else f"{write.by} may write anything"
        return deny(rule, what, delegate(case.role))
    if outside or not grants.inputs_inside(found, case.guard):
        return None
    return _granted(case, "it only reads, or runs a check")


def _no_reader(program: Program) -> str | None:
    """Why a program is none of those that may be run by one who only reads."""
    shown = " ".join(one or "…" for one in program.words)[:80] or "a command"
    if not program.name:
        return "the program's name cannot be read"
    danger = (
        dangerous(program.assignments) if program.kind != "reads" or program.name not in ("export",) else None
    )
    if danger and (program.kind != "shell" or program.name not in ("alias", "trap", "eval")):
        return f"`{danger}=` changes which code is run"
    if program.kind in _QUIET_KINDS or program.kind == "network":
        return None
    if program.kind == "signals":
        return None if program.detail == "own" else f"`{shown}` ends what it did not start"
    if planner.verb_of(program) is not None or is_check(program) or _activates(program):
        return None
    if program.kind == "writes" and not program.detail:
        return None  # judged by what it writes
    return f"`{shown}` is not among the reading commands and known checks"


def _code_elsewhere(program: Program, case: Case) -> str | None:
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


def _harmless(write: Write, case: Case) -> bool:
    """Devices and scratch folders; what a known check or our own command line does, whose path is not
    known."""
    path = case.place(write)
    if path is not None:
        return device(path) or (scratch(path) and not below(path, case.project)) or not write.sure
    if write.within is not None:
        folder = canonical(write.within, case.cwd)
        return scratch(folder + "/x") and not below(folder, case.project)
    return any(
        program.name == write.by
        and program.kind in ("runs", "unknown")
        and (is_check(program) or _activates(program) or planner.verb_of(program) is not None)
        for program in case.scan.programs
    ) and not any(
        program.name == write.by
        and not (is_check(program) or _activates(program) or planner.verb_of(program))
        for program in case.scan.programs
    )


def _inside(program: Program, case: Case) -> bool:
    """Whether what a permitted program is pointed at lies in the project."""
    if program.kind in _QUIET_KINDS and program.name not in ("sh", "bash", "eval"):
        return grants.reads_inside(program, case.guard)
    return True


def _shown(write: Write, case: Case) -> str:
    path = case.place(write) or ""
    return relative(path, case.project) or path


# -- the plan's own commands -------------------------------------------------------------------------------


def _declared_verbatim(case: Case) -> bool:
    return case.source.strip() in texts(case.guard, "commands") and canonical(case.cwd) == case.project


class _Declared:
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
                found = scan(command, self._case.project)
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


def _granted(case: Case, why: str) -> Decision | None:
    return allow("grants", why) if case.guard.get("grants") else None


# -- implementers ------------------------------------------------------------------------------------------


def _implementer(case: Case) -> Decision | None:
    """Writes inside the task's scope; nothing that reaches the neighbours' work."""
    found = case.scan
    if _declared_verbatim(case):
        return _granted(case, "it is one of the plan's own commands")
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
    declared = _Declared(case)
    plain = True  # whether the grants cover all of it
    for program in found.programs:
        if declared.covers(program):
            continue
        denied = _reaches_neighbours(program, case)
        if denied:
            return denied
        held = _formats_running(program, case, case.task)
        if held:
            return deny(
                "neighbours",
                f"{program.name} would rewrite {held[1]} too, which belongs to {held[0]}, which is running",
                f"give it your own files: `{program.name} {_first_file(case)}`",
            )
        plain = plain and _no_reader(program) is None and _code_elsewhere(program, case) is None and program.kind != "network" and _inside(program, case)
    for write in found.writes:
        if declared.explains(write):
            continue
        path = case.place(write)
        if path is None:
            if write.by != "git" and write.within is not None:
                folder = canonical(write.within, case.cwd)
                if git_own(relative(folder, case.project) or ""):
                    return out_of_scope(folder, case.task, case.guard)
            plain = plain and _harmless(write, case)
            continue
        if not write.sure or write.kind == "link" or (write.by == "mkdir" and below(path, case.project)):
            continue
        stands = standing(path, write.kind, case.task, case.guard)
        if stands == OUT:
            return out_of_scope(path, case.task, case.guard)
        plain = plain and (stands == OWN or device(path))
    if plain and grants.inputs_inside(found, case.guard):
        return _granted(case, "it reads, runs checks, or writes the task's own files")
    return None


def _reaches_neighbours(program: Program, case: Case) -> Decision | None:
    shown = " ".join(one or "…" for one in program.words)[:80]
    if program.kind == "signals" and program.detail != "own":
        return deny(
            "neighbours",
            f"`{shown}` may end what another agent runs",
            "start it in the same command with & and end it with `kill $!` or `kill %1`",
        )
    if program.name != "git" or not program.detail or _elsewhere(program, case):
        return None
    if program.detail == "settings" and "clone" in program.words[:4]:
        return None  # judged by where it writes
    return deny("neighbours", f"`{shown}` works on what all agents share", _NEXT_FOR_GIT[program.detail])


def _elsewhere(program: Program, case: Case) -> bool:
    """Whether git works on another repository: a test's own, in a scratch folder."""
    where = program.cwd or program.within
    return (
        where is not None
        and not below(canonical(where), case.project)
        and not any(one and one.startswith(("--git-dir", "--work-tree")) for one in program.words)
        and not any(one.startswith("GIT_") for one in case.scan.assigned)
    )


def _formats_running(program: Program, case: Case, but: str) -> tuple[str, str] | None:
    """The running task, and its file, that a formatter reaches with the folders that it is given."""
    for path in formatted(program) or ():
        prefix = re.split(r"[*?\[{]", path, maxsplit=1)[0]
        folder = canonical(prefix if prefix == path else prefix.rpartition("/")[0] or ".", program.cwd or "/")
        if os.path.isdir(folder) and (held := holds_running(folder, case.guard, but)):
            return held
    return None


def _first_file(case: Case) -> str:
    row = table(case.guard, "running").get(case.task)
    files = texts(row, "files") if isinstance(row, dict) else []
    return files[0] if files else "src/a.py"


# -- another session ---------------------------------------------------------------------------------------


def _foreign(case: Case) -> Decision | None:
    """Files of running tasks are denied; the rest is that session's own matter."""
    running = table(case.guard, "running")
    for program in case.scan.programs if running else ():
        if program.name == "git" and program.detail in ("record", "undo") and not _elsewhere(program, case):
            return _foreign_denial("git would take or change what agents of another session work on")
        held = _formats_running(program, case, "")
        if held:
            return _foreign_denial(f"{held[1]} belongs to {held[0]}, which runs in another session")
    for write in case.scan.writes:
        path = case.place(write)
        if path is not None and write.sure and running:
            inside = relative(path, case.project)
            owner = None if inside is None else owner_of(inside, case.guard)
            if owner is None and write.kind in ("tree", "delete") and os.path.isdir(path):
                owner, inside = holds_running(path, case.guard) or (None, inside)
                if owner is None and below(case.project, path):
                    owner = next(iter(running))
            if owner is not None:
                return _foreign_denial(f"{inside or path} belongs to {owner}, which runs in another session")
        elif path is None and write.by == "git" and write.within and running:
            folder = canonical(write.within)
            if below(folder, case.project) or below(case.project, folder):
                return _foreign_denial("git would change files that agents of another session work on")
    return None


def _foreign_denial(what: str) -> Decision:
    return deny(
        "foreign-session",
        what,
        "wait until that task has ended, or ask the person to pause the plan there",
    )
