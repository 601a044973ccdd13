"""Whether a bound implementer may change one path."""

from __future__ import annotations

import os
import re

from planweir.guard.paths import below, device, ignored, in_scope, owner_of, relative, scope_of, scratch
from planweir.guard.rules import deny
from planweir.guard.who import table, text, texts
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Guard

OWN, FREE, FOREIGN_GROUND, OUT = "own", "free", "elsewhere", "out"
_STARTS = pattern(r"(?i:\.claude/(?:agents|hooks|skills|commands)(?:/.*)?|\.mcp\.json|\.claude/?)\Z")
# Test runners as they were installed: git ignores them, so nobody would see that one was put in another's place.
_RUNNERS = pattern(
    r"(?:.*/)?(?:node_modules/(?:\.bin/[^/]+|(?:@(?:jest|vitest)|jest(?:-[^/]+)?|vitest|mocha)/.+)"
    r"|\.?v?env/(?:(?:bin|Scripts)/[^/]+|lib/.*site-packages/(?:_?pytest|pluggy|(?:site|user)customize|[^/]+\.pth\Z).*))\Z"
)
_MANY = 400  # files below a folder that are looked at one by one


def standing(path: str, kind: str, task: str, guard: Guard) -> str:
    """Of a canonical path: OWN (in the task's scope), FREE (device, scratch, ignored), elsewhere (outside the
    project), OUT (in the project, not the task's)."""
    if device(path):
        return FREE
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    if inside is None:
        return FREE if scratch(path) else FOREIGN_GROUND
    scope = scope_of(task, guard)
    if git_own(inside) or (kind in ("tree", "delete") and not inside):
        return OUT
    if in_scope(inside, scope):
        # What starts agents, hooks and servers is in the scope of a task without Files, and in no grant.
        return FOREIGN_GROUND if _STARTS.match(inside) else OWN
    if kind in ("tree", "delete") and os.path.isdir(path) and not os.path.islink(path) and inside:
        return _folder(path, inside, scope, project)
    if kind in ("tree", "delete") and not os.path.lexists(path):
        path += "/"  # `rm -rf coverage` before there is any: git's patterns of folders are asked too
    return FREE if ignored(path, inside, project) else OUT


def git_own(inside: str) -> bool:
    """Whether a relative path is git's own store, which no task has in its scope."""
    return inside[:5].lower() in (".git", ".git/")


def installed(path: str, guard: Guard) -> str | None:
    """The relative path of a file that belongs to an installed tool, if `path` is one: it comes from a package manager."""
    inside = relative(path, os.path.realpath(text(guard, "project") or "/"))
    return inside if inside and _RUNNERS.match(inside) else None


def tool_denial(inside: str) -> Decision:
    return deny(
        "scope",
        f"{inside} is part of an installed tool and belongs to no task",
        "leave it to the package manager (`npm ci`, `pip install …`); say in your report what you would need",
    )


def _folder(path: str, inside: str, scope: list[str], project: str) -> str:
    """A folder that is removed or moved: all that is in it counts."""
    if ignored(path, inside, project):
        return FREE
    seen = 0
    for folder, _, names in os.walk(path):
        for name in names:
            seen += 1
            one = os.path.join(folder, name)
            rest = relative(one, project) or ""
            if seen > _MANY or not (in_scope(rest, scope) or ignored(one, rest, project)):
                return OUT
    return OWN if seen else FREE


def holds_running(path: str, guard: Guard, but: str = "") -> tuple[str, str] | None:
    """The running task, and its file, that lies in the folder `path` or has the path in its own files."""
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    if inside:
        owner = owner_of(inside, guard, but)
        if owner:
            return owner, inside
    elif inside is None and not below(project, path):
        return None
    for task, row in table(guard, "running").items():
        if task == but or not isinstance(row, dict):
            continue
        for one in texts(row, "files"):
            prefix = re.split(r"[*?\[{]", one, maxsplit=1)[0]
            prefix = prefix if prefix == one else prefix.rpartition("/")[0]
            if prefix and below(project + "/" + prefix.rstrip("/"), path):
                return task, one
    return None


def out_of_scope(path: str, task: str, guard: Guard) -> Decision:
    """The denial for a path that is not the task's, with the one that owns it if it is running."""
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project) or path
    if git_own(inside):
        return deny(
            "scope",
            f"{inside} is git's own and belongs to no task",
            "leave the repository's inside as it is; say in your report what you would need",
        )
    owner = owner_of(inside, guard, but=task)
    if owner:
        return deny(
            "scope",
            f"{inside} belongs to {owner}, which is running; you work on {task}",
            f"leave it as it is; if {task} cannot do without, end with `NEEDS_CONTEXT` "
            f"and say what {owner} must provide",
        )
    return deny(
        "scope",
        f"{inside} is not among the files of {task}",
        f"stay within the task's Files; if {task} needs this file, end with `BLOCKED` naming it, "
        f"and a person may type `/task-planner allow {task} {inside}`",
    )
