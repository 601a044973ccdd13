"""Looks that few command lines call for: their modules are imported only where a word of the line does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program

_WATCHING = ("watch", "-w", "vitest", "ptw")
_SETTING = ("=", "for", "select")
_SETTERS = frozenset(("read", "mapfile", "readarray", "getopts", "printf"))
# Words by which a call may be one of shared.py's.
_SHARING = frozenset(
    """pre-commit lint-staged nano-staged pretty-quick lefthook overcommit husky simple-git-hooks yorkie jj sl hg svn hub gt
    git-town stg git-branchless git-machete git-absorb git-flow git-cz cz commitizen aicommits opencommit oco gcz gh glab
    lazygit gitui gitk git-gui gitg magit publish unpublish deprecate dist-tag version release yank upload push deploy
    release:prepare release:perform publishToMavenCentral hex.publish changeset changesets lerna semantic-release release-it
    standard-version np bumpversion bump2version bump-my-version auto commit-and-tag-version goreleaser kill-port fkill
    fkill-cli fuser kill-server pm2""".split()
)


def endless(case: Case) -> Decision | None:
    """See endless.py."""
    said = " ".join(one for program in case.scan.programs for one in program.words if one)  # as the shell has unquoted it
    if not any(word in said for word in _WATCHING):
        return None
    from planweir.guard import endless

    return endless.endless(case)


def swaps(case: Case) -> str | None:
    """See settings.py."""
    if not any(word in case.source for word in _SETTING) and not any(
        one.name in _SETTERS for one in case.scan.programs
    ):
        return None
    from planweir.guard import settings

    return settings.swaps(case)


def shares(program: Program) -> str:
    """See shared.py: what a tool beside git does to what all agents share."""
    if program.kind in ("reads", "shell") or _SHARING.isdisjoint(
        [program.name, *[(one or "").rpartition("/")[2] for one in program.words[1:6]]]
    ):
        return ""
    from planweir.guard.shared import reach

    return reach(program)


def own_process(program: Program, case: Case) -> bool:
    """See processes.py."""
    from planweir.guard.processes import own

    return own(program, case)


def left_by(program: Program, case: Case) -> str | None:
    """See builds.py: what a build leaves in the project that git does not ignore."""
    from planweir.guard.builds import left
    from planweir.guard.npm import script_first
    from planweir.guard.runners import bare

    words = script_first(bare(program.words, program.cwd))
    return left(program, words, case.project, case.cwd) if words else None


def known_to_change(program: Program, case: Case) -> bool:
    """See changing.py: whether a call that is no reading one is known to change something."""
    from planweir.guard.changing import changes

    return changes(program, case)


def renews(name: str) -> bool:
    """See changing.py: whether a variable has tests write their snapshots anew."""
    from planweir.guard.changing import RENEWS

    return RENEWS.match(name + "=") is not None


def looking(program: Program) -> str:
    """See gitwords.py."""
    if program.name != "git":
        return ""
    from planweir.guard.gitwords import looking

    return looking(program)


def alias_reads(program: Program, case: Case) -> bool:
    """See gitwords.py: whether an alias of git's only reads."""
    from planweir.guard.gitwords import only_reads

    return only_reads(program, case)


def runs_own(program: Program, case: Case) -> bool:
    """See owncode.py: whether a call runs a file of the caller's own task. Not asked of a task that none is granted to."""
    if not case.guard.get("grants"):
        return False
    from planweir.guard.owncode import runs_own

    return runs_own(program, case)


def makes_output(program: Program, case: Case) -> bool:
    """See builds.py: whether make works in a folder of build output."""
    from planweir.guard.builds import in_output
    from planweir.guard.runners import bare

    words = bare(program.words, program.cwd)
    return bool(words) and in_output(program, words, case.project, case.cwd)
