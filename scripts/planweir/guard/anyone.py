"""What nobody may do from a shell: write guarded paths, use a person's verbs, start a session inside the session."""

from __future__ import annotations

import os

from planweir.guard import planner
from planweir.guard.case import Case, matches, strange
from planweir.guard.declared import declared_verbatim
from planweir.guard.paths import (
    below,
    canonical,
    device,
    git_named,
    guarded_hit,
    mentioned,
    record_named,
)
from planweir.guard.rules import deny
from planweir.guard.seldom import dangerous, git_code, is_check, merely_names, nested, unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Write


def for_anyone(case: Case) -> Decision | None:
    for write in case.scan.writes:
        hit = _guarded(write, case)
        if hit:
            from planweir.guard.edits import guarded_denial

            return guarded_denial(hit, case.guard)
    denied = git_code(case)
    if denied:
        return denied
    denied = planner.judge_planner(case.scan, case.source, case.role, case.event, case.guard)
    if denied is None and case.scripts:
        denied = _by_scripts(case)
    if denied:
        return denied
    denied = nested(case)
    if denied:
        return denied
    if case.role != "foreign" and (
        planner.clears_claudecode(case.scan)
        or any(planner.clears_claudecode(one) for one in case.scripts if strange(one, case))
    ):
        return deny(
            "person-verbs",
            "CLAUDECODE, by which programs know that an agent runs them, would be cleared",
            "run the command with the variable as it is",
        )
    if declared_verbatim(case):
        return None
    denied = unseen(case)
    if denied:
        return denied
    named = _opaque_mention(case)
    if named:
        from planweir.guard.edits import READ_ONLY_NEXT

        return deny(
            "guarded-paths",
            f"{named} is guarded, and it stands in a part of the command that cannot be read",
            READ_ONLY_NEXT + " (cat, jq, grep read it as well)",
        )
    return None


def _by_scripts(case: Case) -> Decision | None:
    """What scripts that are run would do: one that was written a moment ago is no way around."""
    for script in case.scripts:
        for write in script.writes:
            hit = _guarded(write, case)
            if hit:
                from planweir.guard.edits import guarded_denial

                return guarded_denial(hit, case.guard)
        apart = strange(script, case)
        if script.readable or apart:
            denied = planner.judge_planner(script, script.source, case.role, case.event, case.guard)
            if denied:
                return denied
        named = mentioned(script.source, case.guard) if apart and not script.readable else None
        if named:
            from planweir.guard.edits import READ_ONLY_NEXT

            return deny(
                "guarded-paths",
                f"{named} is guarded, and {script.path}, which would be run and cannot be read as a shell would, names it",
                READ_ONLY_NEXT,
            )
    return None


def _guarded(write: Write, case: Case) -> str | None:
    """The guarded path that a write reaches."""
    path = case.place(write)
    if path is not None:
        if device(path):
            return None
        if write.path is not None and path != write.path and os.path.islink(write.path):
            name = canonical(os.path.dirname(write.path), case.cwd) + "/" + os.path.basename(write.path)
            if guarded_hit(name, "delete", case.guarded):
                return write.path  # the link itself is ours
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
    if write.by != "git" and folder.lower() in (case.project.lower() + "/.git", case.project.lower() + "/.git/info"):
        return folder  # what is unpacked or copied there may be hooks and settings
    for one in case.guarded:
        if below(folder, one):
            return one
        if write.pattern is not None and below(one, folder) and (matches(one, write.pattern) or _holds(one, write.pattern)):
            return one
        if write.pattern is None and write.by == "find" and below(one, folder) and not _folders_alone(case):
            return one
        if write.kind == "tree" and write.by == "git" and below(one, folder):
            return one
    return None


_UNSURE = frozenset(("-o", "-or", "!", "-not", ",", "-prune"))  # words by which `-name` does not hold for all that is found


_MOST_NAMES = 1_000


def _holds(folder: str, pattern: tuple[str, ...]) -> bool:
    """Whether a guarded folder holds what a search for names takes."""
    looked = 0
    for where, folders, names in os.walk(folder) if os.path.isdir(folder) and pattern != ("*",) else ():
        folders[:] = [one for one in folders if one != "__pycache__"]
        looked += len(names)
        if looked > _MOST_NAMES:
            break
        if any(matches(f"{where}/{one}", pattern) for one in names if not one.endswith((".lock", ".log"))):
            return True
    return False


def _folders_alone(case: Case) -> bool:
    """Whether what find deletes here are folders, which it does only where they are empty."""
    finders = [one.words for one in case.scan.programs if one.name == "find"]
    finders = [one for one in finders if "-name" not in one or "-path" in one or not _UNSURE.isdisjoint(one) or ("-type", "d") in zip(one, one[1:], strict=False)]
    return all(("-type", "d") in zip(words, words[1:], strict=False) and "-delete" in words for words in finders)


def _opaque_mention(case: Case) -> str | None:
    """What is guarded and named where the scan cannot see what happens to it."""
    found = case.scan
    if not found.readable:
        return mentioned(case.source, case.guard) or git_named(case.source)
    hidden = any(write.path is None and write.by not in _OPENS for write in found.writes) and any(
        one is None for program in found.programs for one in program.words if program.kind != "reads"
    )
    hidden = hidden or any(
        write.by == "redirect" and write.path is None and write.within is None for write in found.writes
    )
    hidden = hidden or any(
        one.kind == "runs" and one.name in _SHELLS and one.code is None and one.words[1:] in ([], ["-s"]) for one in found.programs
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
        if named is None:  # its words alone are what it runs or reads: `sh .git/hooks/pre-commit`
            named = git_named("\n".join(one for one in (program.code, program.stdin_text) if one in texts_of and one))
        if named is None and (
            program.cwd is None or any(below(canonical(program.cwd), one) for one in case.guarded)
        ):
            named = record_named("\n".join(texts_of))  # a bare name, in a folder of ours
        if named is None and program.code and ("*" in program.code or "glob" in program.code):
            from planweir.guard.unseen import by_pattern

            named = by_pattern(program, case)
        if named and not is_check(program):
            return named
    return mentioned(case.source, case.guard) or git_named(case.source) if hidden else None


_SHELLS = frozenset("sh bash dash zsh ksh ash".split())
# Their words are prose, or names of what they read.
_MERELY_NAMES = ("gh", "glab", "vale", "cspell", "lychee", "textlint")
_OPENS = ("tar", "unzip", "git", "patch", "rsync", "cpio", "7z", "wget", "curl", "find", "split", "csplit")
