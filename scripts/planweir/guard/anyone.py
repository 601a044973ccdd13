"""What nobody may do from a shell: write guarded paths, use a person's verbs, start a session inside the session."""

from __future__ import annotations

from planweir.guard import planner
from planweir.guard.case import Case, matches
from planweir.guard.declared import declared_verbatim
from planweir.guard.paths import below, canonical, device, guarded_hit, mentioned, record_named
from planweir.guard.rules import deny
from planweir.guard.seldom import dangerous, is_check, merely_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write


def for_anyone(case: Case) -> Decision | None:
    for write in case.scan.writes:
        hit = _guarded(write, case)
        if hit:
            from planweir.guard.edits import guarded_denial

            return guarded_denial(hit, case.guard)
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
    if declared_verbatim(case):
        return None
    named = _opaque_mention(case)
    if named:
        from planweir.guard.edits import READ_ONLY_NEXT

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
        if write.pattern is not None and below(one, folder) and matches(one, write.pattern):
            return one
        if write.pattern is None and write.by == "find" and below(one, folder):
            return one
        if write.kind == "tree" and write.by == "git" and below(one, folder):
            return one
    return None


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
            code = [one for one in program.assignments if dangerous([one])]
            named = mentioned("\n".join(code), case.guard) if code else None
            if named:
                return named
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
        if named is None and (
            program.cwd is None or any(below(canonical(program.cwd), one) for one in case.guarded)
        ):
            named = record_named("\n".join(texts_of))  # a bare name, in a folder of ours
        if named and not is_check(program):
            return named
    return mentioned(case.source, case.guard) if hidden else None


# Their words are prose, or names of what they read.
_MERELY_NAMES = ("gh", "glab", "vale", "cspell", "lychee", "textlint")
_OPENS = ("tar", "unzip", "git", "patch", "rsync", "cpio", "7z", "wget", "curl", "find", "split", "csplit")
