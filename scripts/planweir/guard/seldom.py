"""Looks that few command lines call for: their modules are imported only where a word of the line does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision

_WATCHING = ("watch", "-w", "vitest", "ptw")
_SETTING = ("=", "for", "select")
_SETTERS = frozenset(("read", "mapfile", "readarray", "getopts", "printf"))
_GIT_SETTINGS = ("config", "-c", "GIT_CONFIG")
_HOOKS = ("husky", "pre-commit", "lefthook", "overcommit", "simple-git-hooks", "lfs")


def git_code(case: Case) -> Decision | None:
    """See gitcode.py."""
    source = case.source
    if not any(one.name == "git" for one in case.scan.programs) or not any(one in source for one in _GIT_SETTINGS):
        if not any(one in source for one in _HOOKS):
            return None
    from planweir.guard import gitcode

    return gitcode.git_code(case)


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
