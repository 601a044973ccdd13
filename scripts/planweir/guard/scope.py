"""Whether a bound implementer may change one path."""

from __future__ import annotations

import os
import re

from planweir.guard.paths import (
    below,
    device,
    folds,
    in_scope,
    owner_of,
    relative,
    scope_of,
    scratch,
    several_names,
)
from planweir.guard.rules import deny
from planweir.guard.who import table, text, texts
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Guard
    from planweir.shell.scan import Write

OWN, FREE, FOREIGN_GROUND, OUT = "own", "free", "elsewhere", "out"
_STARTS = pattern(r"(?i:\.claude/(?:agents|hooks|skills|commands)(?:/.*)?|\.mcp\.json|\.claude/?)\Z")
# Test runners as they were installed: git ignores them, so nobody would see that one was put in another's place.
_RUNNERS = pattern(
    r"(?:.*/)?(?:node_modules/(?:\.bin/[^/]+|(?:@(?:jest|vitest)|jest(?:-[^/]+)?|vitest|mocha)/.+)"
    r"|\.?v?env/(?:(?:bin|Scripts)/[^/]+|lib/.*site-packages/(?:_?pytest|pluggy|(?:site|user)customize|[^/]+\.pth\Z).*))\Z"
)
ANYTHING = ".*"  # the scope of a task without Files


def standing(path: str, kind: str, task: str, guard: Guard) -> str:
    """Of a canonical path: OWN (in the task's scope), FREE (device, scratch, ignored), elsewhere (outside the
    project), OUT (in the project, not the task's)."""
    if device(path):
        return FREE
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    if kind == "write" and several_names(path) and strange_twin(path, task, guard):
        return OUT
    if inside is None:
        return FREE if scratch(path) else FOREIGN_GROUND
    scope = scope_of(task, guard)
    if git_own(inside) or (kind in ("tree", "delete") and not inside):
        return OUT
    if in_scope(inside, scope, folds(project)):
        if ANYTHING in scope and _precious(path, inside, kind, task, guard):
            return OUT
        # What starts agents, hooks and servers is in the scope of a task without Files, and in no grant.
        return FOREIGN_GROUND if _STARTS.match(inside) else OWN
    from planweir.guard import ignoring

    if ignoring.cached(inside):
        return FREE
    if kind in ("tree", "delete"):
        if not os.path.lexists(path):
            if ignoring.report_name(inside):
                return FREE
            path += "/"  # `rm -rf dist` before there is any: git's patterns of folders are asked too
        elif os.path.isdir(path) and not os.path.islink(path):
            return _folder(path, inside, scope, task, guard)
    if path not in ignoring.ignored([path], project, guard):
        return OUT
    return OUT if ignoring.kept(path, inside, task, guard) else FREE


def ask_ahead(writes: list[tuple[str, str]], task: str, guard: Guard) -> None:
    """Ask git at once about all paths of a command that are not the task's own; what it says is kept in `guard`."""
    project = os.path.realpath(text(guard, "project") or "/")
    scope = scope_of(task, guard)
    asked = [
        path
        for path, kind in writes
        if (inside := relative(path, project)) and not git_own(inside) and not in_scope(inside, scope) and not device(path)
    ]
    if len(asked) > 1:
        from planweir.guard import ignoring

        ignoring.ignored([one for one in asked if not ignoring.cached(relative(one, project) or "")], project, guard)


def _precious(path: str, inside: str, kind: str, task: str, guard: Guard) -> bool:
    if not os.path.lexists(path):
        return False
    from planweir.guard import ignoring

    return ignoring.precious(path, inside, kind, os.path.realpath(text(guard, "project") or "/"), task, guard)


def strange_twin(path: str, task: str, guard: Guard) -> str | None:
    """A name of the same file in the project (a hard link) that is not the task's."""
    from planweir.guard.twins import inside_twins

    scope = scope_of(task, guard)
    found = inside_twins(path, os.path.realpath(text(guard, "project") or "/"))
    return next((one for one in found if not in_scope(one, scope)), None)


def names_inside(path: str, guard: Guard) -> list[str]:
    """Every name that a file has in the project, relative to it: its own, and its hard links where it has several."""
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    own = [] if inside is None else [inside]
    if not several_names(path):
        return own
    from planweir.guard.twins import inside_twins

    return own + inside_twins(path, project)


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


def _folder(path: str, inside: str, scope: list[str], task: str, guard: Guard) -> str:
    """A folder that is removed or moved: all that is in it counts."""
    from planweir.guard import ignoring

    project = os.path.realpath(text(guard, "project") or "/")
    if (ignoring.made_again(inside) and path in ignoring.ignored([path], project, guard)) or ignoring.report_folder(path, project):
        return FREE
    files, all_of_them = ignoring.files_below(path)
    if not all_of_them:
        return OUT
    others = [one for one in files if not in_scope(relative(one, project) or "", scope)]
    asked = [one for one in others if not ignoring.cached(relative(one, project) or "")]
    free = ignoring.ignored(asked, project, guard)
    for one in asked:
        if one not in free or ignoring.kept(one, relative(one, project) or "", task, guard):
            return OUT
    return OWN if len(others) < len(files) else FREE


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


_UNPACKERS = frozenset("tar gtar bsdtar ar unzip cpio pax 7z 7za 7zr unrar jar patch python3 python".split())


def unpacks(write: Write) -> bool:
    """Whether what is written in a folder comes out of an archive of which nobody can tell what it holds."""
    return write.by in _UNPACKERS and write.pattern is None and write.within is not None


def out_of_scope(path: str, task: str, guard: Guard) -> Decision:
    """The denial for a path that is not the task's, with the one that owns it if it is running.

    `outside` names the path for whoever may know more: the owner that does not run, and the plan's `Scope: warn`.
    """
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project) or path
    twin = strange_twin(path, task, guard) if several_names(path) else None
    shown = f"{inside}, which is the same file as {twin} (a hard link)," if twin else inside
    inside = twin or inside
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
            f"{shown} belongs to {owner}, which is running; you work on {task}",
            f"leave it as it is; if {task} cannot do without, end with `NEEDS_CONTEXT` "
            f"and say what {owner} must provide",
        )
    lost = _lost(path, task, guard)
    if lost:
        return deny(
            "scope",
            f"{lost} was there before your attempt and git ignores it, so nothing could bring it back",
            f"leave it as it is, and make files of your own beside it; if {task} needs it changed, {ask(task, lost)}",
        )
    if os.path.isdir(path):
        held = holds_running(path, guard, task)
        return deny(
            "scope",
            f"{inside} holds {held[1]}, which belongs to {held[0]}, which is running" if held else f"{inside} holds files that are not those of {task}",
            f"name the files of {task} one by one, and leave the others as they are",
        )
    row = table(guard, "running").get(task)
    if isinstance(row, dict) and inside in texts(row, "asked"):
        return deny(
            "scope",
            f"{inside} was asked for, and a person has not answered yet",
            f"go on with the other files of {task}; if nothing is left to do without it, end with `BLOCKED` naming it",
        )
    return {
        **deny("scope", f"{shown} is not among the files of {task}", f"stay within the task's Files; if {task} needs this one, {ask(task, inside)}"),
        "outside": inside,
    }


def ask(task: str, inside: str) -> str:
    """How an agent asks for a file beyond its task's."""
    shown = inside if re.fullmatch(r"[\w./@%+=:,-]+", inside) else "'" + inside.replace("'", "'\\''") + "'"
    return f'ask for it: `task-planner request-scope {task} {shown} --why "…"`, alone in its call'


def _lost(path: str, task: str, guard: Guard) -> str | None:
    """What would be lost for good with a path: an ignored file that is older than the attempt."""
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    if not inside or not os.path.lexists(path):
        return None
    from planweir.guard import ignoring

    files = ignoring.files_below(path)[0] if os.path.isdir(path) else [path]
    scope = [one for one in scope_of(task, guard) if one != ANYTHING]
    for one in sorted(ignoring.ignored(files, project, guard)):
        rest = relative(one, project) or ""
        if not in_scope(rest, scope) and ignoring.kept(one, rest, task, guard):
            return rest
    return None
