"""What is written in a known folder under a name that is not known: unpacked, numbered, found by a search. Loaded when it is met."""

from __future__ import annotations

import re

from planweir.guard.case import matches
from planweir.guard.paths import below, canonical, owner_of, relative
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, out_of_scope, standing
from planweir.guard.who import table, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Write


def beyond(write: Write, case: Case) -> Decision | None:
    """The denial where nothing in the folder is the task's, or where a file of a running task is surely among what is meant."""
    folder = canonical(write.within or ".", case.cwd)
    inside = relative(folder, case.project)
    if inside is None or write.kind == "link":
        return None
    own = _files(case.task, case)
    if inside and own and write.by != "find" and not any(below(folder, one) or below(one, folder) for one in own):
        name = (write.pattern or ("x",))[0].rpartition("/")[2].replace("*", "x")
        if standing(f"{folder}/{name}", "write", case.task, case.guard) == OUT:
            return out_of_scope(f"{folder}/…", case.task, case.guard)
    found = meant(write, case) if write.by not in ("find", "git") else None
    if found is None:
        return None
    what = f"{write.by} may write {relative(found[1], case.project)}, which belongs to {found[0]}, which is running"
    return deny("neighbours", what, f"name the files of {case.task} one by one")


def meant(write: Write, case: Case) -> tuple[str, str] | None:
    """The running task, and its file, that a search finds, or whose name is among those that it looks for."""
    from planweir.guard.found import files_found

    hits = files_found(write, case)
    if hits is not None:
        owned = ((owner_of(inside, case.guard), one) for one in hits if (inside := relative(one, case.project)))
        return next(((owner, one) for owner, one in owned if owner and owner != case.task), None)
    folder = canonical(write.within or ".", case.cwd)
    for task in table(case.guard, "running") if write.pattern is not None else ():
        for one in _files(task, case) if task != case.task else ():
            if below(one, folder) and matches(one, write.pattern or ()):
                return task, one
    return None


def _files(task: str, case: Case) -> list[str]:
    """The task's Files as whole paths: of a pattern the folder before it."""
    row = table(case.guard, "running").get(task)
    found = []
    for one in texts(row, "files") if isinstance(row, dict) else []:
        prefix = re.split(r"[*?\[{]", one, maxsplit=1)[0]
        prefix = prefix if prefix == one else prefix.rpartition("/")[0]
        found.append(f"{case.project}/{prefix}".rstrip("/"))
    return found
