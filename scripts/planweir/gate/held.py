"""What a commit can hold, and does: a review is worth what is committed in the end.

Before the commits: a task's file that is a link out of the project (who reads the task reads a path, not the work), one that is
no file at all, and one that git ignores. After each: whether it holds what was reviewed, and nothing beside.
"""

from __future__ import annotations

import os
import stat

from planweir.brief.quotes import listed
from planweir.evidence.index import all_files, run_git
from planweir.gate.outcome import Check
from planweir.guard.ignoring import made_again
from planweir.journal.ready import graph_task
from planweir.journal.render import seconds, task_scope
from planweir.plan.scope import Covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.changes import Owned
    from planweir.journal.types import State
    from planweir.places import Places

SHOWN = 20
MOST_LISTED = 200  # files of one ignored folder


def holdable(places: Places, state: State, names: list[str], owned: Owned) -> Check:
    """Can git hold what the reviewed tasks of the wave made?"""
    lines: list[str] = []
    blamed: list[str] = []
    for name in names:
        if state["tasks"][name]["status"] != "reviewed":
            continue
        own = owned.by_task.get(name, [])
        wrong = [line for path in sorted({*own, *graph_task(state, name)["files"]}) if (line := _unfit(places.project, path))]
        if wrong:
            blamed.append(name)
            lines += [f"{name}: {line}" for line in wrong[:SHOWN]]
    if blamed:
        mend = "put the file itself in its place; where that is meant, a person types /task-planner waive files --why …"
        return Check("files", "fail", "not what a review can judge and a commit can hold", lines, mend, tasks=blamed)
    return Check("files", "ok", "a commit can hold them")


def _unfit(root: str, path: str) -> str:
    """Why the content of `path` is not in the project, or no content at all; empty where nothing is amiss."""
    full = os.path.join(root, path.rstrip("/"))
    try:
        mode = os.lstat(full).st_mode
    except (OSError, ValueError):
        return ""  # gone, or a pattern
    if stat.S_ISLNK(mode):
        top = os.path.realpath(root)
        target = os.path.realpath(full)
        inside = os.path.relpath(target, top)
        if inside == ".." or inside.startswith("../"):
            return f"{path} is a link out of the project, to {os.readlink(full)}"
        known = all_files(root) if inside != "." and os.path.lexists(target) else set()
        if known and inside not in known and not any(one.startswith(f"{inside}/") for one in known):
            return f"{path} is a link to {inside}, which git ignores"
        return ""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return f"{path} is no file (a pipe, a socket or a device)"


def ignored(places: Places, state: State, name: str) -> list[str]:
    """The files of task `name` that git ignores, less what a build, a test or a tool makes again: no review was of them."""
    if not graph_task(state, name)["files"]:
        return []
    scope = Covered(task_scope(state, name))
    root = places.project
    asked = ("ls-files", "-z", "-o", "-i", "--exclude-standard", "--directory")
    found: list[str] = []
    for row in map(os.fsdecode, run_git(root, asked).split(b"\0")):
        if row.endswith("/"):
            if not made_again(row.rstrip("/")):
                found += [path for path in _below(root, row) if path in scope and not made_again(path)]
        elif row and row in scope and not made_again(row):
            found.append(row)
    return sorted({*found})  # git names a file once more beside its folder, where it stands in that folder's own list


def _below(root: str, folder: str) -> list[str]:
    found: list[str] = []
    for top, _, names in os.walk(os.path.join(root, folder)):
        found += [os.path.relpath(os.path.join(top, name), root) for name in names]
        if len(found) > MOST_LISTED:
            break
    return found[:MOST_LISTED]


def differs(places: Places, judged: str, sha: str, paths: list[str]) -> tuple[list[str], list[str]]:
    """What commit `sha` of `paths` holds otherwise than the tree that was judged, and what it holds beside them."""
    raw = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", "--relative")
    top = run_git(places.project, ("rev-parse", "--verify", "-q", f"{sha}^"), ok=(0, 1, 128)).decode().strip()
    if not top:
        return [], []  # the first commit of all
    held = {os.fsdecode(path) for path in run_git(places.project, (*raw, top, sha)).split(b"\0") if path}
    other = {os.fsdecode(path) for path in run_git(places.project, (*raw, judged, sha)).split(b"\0") if path}
    return sorted(set(paths) & other), sorted(held - set(paths))


def by_hook(places: Places, state: State) -> str:
    """The hook of the repository, or its configuration, that changed since the plan began; empty where none did."""
    root = places.project
    since = seconds(state["plan"]["opened_at"])
    asked = ("rev-parse", "--git-path", "config")
    names = [os.path.join(root, os.fsdecode(run_git(root, asked)).strip())]
    # By its own setting: ours turns hooks off for what we ask.
    set_ = run_git(root, ("config", "--type=path", "--get-all", "core.hooksPath"), ok=(0, 1)).decode().split("\n")
    folders = [os.path.join(root, row) for row in set_ if row and row != os.devnull]
    folders.append(os.path.join(os.path.dirname(names[0]), "hooks"))
    for folder in folders:
        if os.path.isdir(folder):
            names += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if not name.endswith(".sample")]
    for name in names:
        try:
            if os.stat(name).st_ctime > since + 1:  # the journal's times are whole seconds
                return os.path.relpath(name, root)
        except OSError:
            continue
    return ""


def told(places: Places, state: State, name: str, judged: str, sha: str, paths: list[str]) -> tuple[list[str], str]:
    """In words how the commit of `name` differs from what was judged; and, where what made it so is itself new, an incident."""
    altered, beside = differs(places, judged, sha, paths)
    lines: list[str] = []
    if altered:
        lines.append(f"{name}: commit {sha[:10]} holds {listed(altered[:SHOWN])} otherwise than reviewed: a commit hook changed that")
    if beside:
        lines.append(f"{name}: commit {sha[:10]} holds {listed(beside[:SHOWN])} too, which no review of {name} was of: a commit hook added that")
    new = by_hook(places, state) if lines else ""
    return lines, f"{'; '.join(lines)}; {new} changed since the plan began" if new else ""
