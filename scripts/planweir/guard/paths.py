"""Where a path lies: guarded, in a task's scope, in the project, in a scratch folder, elsewhere."""

from __future__ import annotations

import os
import re

from planweir.guard.who import table, text, texts
from planweir.shell.lazy import pattern

_PROCESS = pattern(r"/proc/(self|thread-self|\d+)(?:/task/\d+)?/(cwd|root)(?=/|\Z)", re.A)
_DOTS = pattern(r"/(?:\.?/)+|/\.\Z")
_DEVICE = pattern(
    r"/dev/(?:null|zero|full|tty|ptmx|stdin|stdout|stderr|fd/\d+|pts/\d+)\Z|/proc/(?:self|\d+)/fd/\d+\Z", re.A
)
# An open file by its number, and what lies below it where it is a folder. 1 and 2 were opened to be written.
_REOPENED = pattern(r"/(?:dev/(?:stdin|fd/(?:0|[3-9]|[1-9]\d+))|proc/(?:self|\d+)/fd/(?:0|[3-9]|[1-9]\d+))(/.*)?\Z", re.A)
_LINKS = 8  # of /proc, one behind the other

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.who import Guard
# Names that are ours wherever they stand; longer than a single common word.
NAMES = (
    "active_task_graph.json",
    "PLANWEIR_HOME",
    "CLAUDE_PLUGIN_DATA",
    "CLAUDE_PLUGIN_ROOT",
)

# What of a repository's own folder git runs, or reads what it is to run from.
# (.git/info/exclude: what it names is looked at no more.)
GIT_RUNS = ("/.git/hooks", "/.git/config", "/.git/config.worktree", "/.git/info/attributes", "/.git/info/exclude")
_GIT_RUNS = pattern(
    r"(.*)/\.git/(?:modules/.+/|worktrees/[^/]+/)?(?:hooks(?:/.*)?|config(?:\.worktree)?|info/(?:attributes|exclude))\Z", re.S
)


# Names that others use as well: ours behind our home or the rendered state's folder.
_RECORDS = pattern(
    r"(?:planweir|\.claude/state|\bprojects/[\w.-]+)/(?:[\w.-]+/)*(?:journal\.jsonl|guard\.json)\b"
)
_RECORD_NAMES = pattern(r"\b(?:journal\.jsonl|guard\.json)\b")


_GIT_NAMED = pattern(r"\.git/(?:hooks\b|config\b|info/attributes\b)|(?:~|HOME\b|home\b|expanduser)[^\n]{0,20}\.gitconfig\b")


def git_named(source: str) -> str | None:
    """What git runs, or reads what to run from, where a text names it."""
    found = _GIT_NAMED.search(source)
    return found.group() if found else None


def record_named(source: str) -> str | None:
    """A record of ours by its bare name, for one whose folder may be ours."""
    found = _RECORD_NAMES.search(source)
    return found.group() if found else None


def canonical(path: str, cwd: str = "/") -> str:
    """The absolute path with links followed, as far as the path exists; /proc/self/cwd means the caller's
    folder."""
    if path.startswith("~"):
        path = os.path.expanduser(path)
    joined = os.path.join(cwd, path)
    if "\0" in joined:
        return joined.replace("\0", "")
    if joined.startswith(("/proc", "/dev", "//", "/./")):
        joined = _by_process(_DOTS.sub("/", joined), cwd)
        if _DEVICE.match(joined):
            return joined  # the caller's own, not those of the process that looks
    return os.path.realpath(joined)


def _by_process(path: str, cwd: str) -> str:
    """A path through a process's folder as the caller would find it."""
    for _ in range(_LINKS):
        found = _PROCESS.match(path)
        if found is None:
            break
        base = ""
        if found.group(2) == "cwd":
            base = cwd
            if found.group(1).isdigit():
                try:
                    base = os.readlink(f"/proc/{found.group(1)}/cwd")
                except OSError:  # it is gone, or another person's
                    base = cwd
        path = base + path[found.end() :] or "/"
    return path


def reopened(path: str, inputs: list[str]) -> list[str]:
    """What a write to an open file's number reaches: Linux opens the file itself again, also one that was opened to be read."""
    found = _REOPENED.match(path)
    return [one + (found.group(1) or "") for one in inputs] if found else []


def below(path: str, folder: str) -> bool:
    """Whether the path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def guarded_paths(guard: Guard) -> list[str]:
    """The guarded paths, as written and with links followed, with the rendered copy in the project and what git runs there."""
    found = texts(guard, "guarded")
    project = os.path.realpath(text(guard, "project") or "/")
    if text(guard, "project"):
        found.append(text(guard, "project") + "/.claude/state/active_task_graph.json")
    followed = [one for spelt in found if not _kept_in(project, spelt, one := canonical(spelt))]
    for one in GIT_RUNS if text(guard, "project") else ():
        followed.append(project + one)
        if os.path.islink(project + one) and not below(os.path.realpath(project + one), project):
            followed.append(os.path.realpath(project + one))
    return list(dict.fromkeys([*(one.rstrip("/") or "/" for one in found), *followed]))


def _kept_in(project: str, spelt: str, followed: str) -> bool:
    """Whether a person's git settings are a link to a file of this very project (dotfiles), which is work like any other."""
    return spelt.endswith((".gitconfig", "/git/config", "/git/attributes")) and below(followed, project) and spelt != followed


def guarded_hit(path: str, kind: str, guarded: list[str]) -> str | None:
    """The guarded path that a change of `path` would reach. delete, tree: also those below it.

    In any case: macOS takes `.Claude/Settings.json` for the file that it guards, and elsewhere nobody means that name.
    """
    wanted = path.lower()
    for one in guarded:
        known = one.lower()
        if below(wanted, known) or (kind in ("delete", "tree") and below(known, wanted)):
            return one
    found = _GIT_RUNS.match(wanted) if "/.git/" in wanted else None
    if found and any(one.endswith(GIT_RUNS[1]) and below(found[1], one[: -len(GIT_RUNS[1])].lower()) for one in guarded):
        return path  # a submodule's, or that of a repository inside the project
    if kind == "write" and several_names(path):
        from planweir.guard.twins import guarded_twin

        return guarded_twin(path, guarded)
    return None


def several_names(path: str) -> bool:
    """Whether a path is a file that has further names (hard links). One look; most files have one name."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    return found.st_nlink > 1 and found.st_mode & 0o170000 == 0o100000


def mentioned(source: str, guard: Guard) -> str | None:
    """What in a text that cannot be read names something guarded: a path, its recognisable tail, one of
    NAMES."""
    for name in NAMES:
        if name in source:
            return name
    found = _RECORDS.search(source) if "journal.jsonl" in source or "guard.json" in source else None
    if found:
        return found.group()
    project = text(guard, "project")
    for one in texts(guard, "guarded"):
        one = one.rstrip("/")
        if len(one) > 1 and one in source:
            return one
        inside = bool(project) and one.startswith(project + "/")
        parts = one.rsplit("/", 2)
        tail = parts[-1]
        if inside and tail.endswith((".md", ".json", ".yaml", ".yml")) and "settings" not in tail:
            if tail in source and re.search(r"(?<![\w-])" + re.escape(tail), source):  # the plan: by its name alone
                return tail
        elif len(parts) > 2 and parts[1] and f"{parts[1]}/{tail}" in source:
            return f"{parts[1]}/{tail}"
        if tail == "planweir" and tail in source and re.search(
            r"(?:state/|\.)planweir\b|\bplanweir/(?:projects|armed|runtime)\b", source
        ):
            return tail
    return None


def scratch(path: str) -> bool:
    """Whether the path lies in a folder for temporary files."""
    folders = ["/tmp", "/var/tmp", "/private/tmp", "/dev/shm", os.environ.get("TMPDIR") or "/tmp"]
    return any(below(path, one) and path != one for one in folders if one.startswith("/") and one != "/")


def device(path: str) -> bool:
    """/dev/null and the standard streams."""
    return _DEVICE.match(path) is not None


def relative(path: str, project: str) -> str | None:
    """The path inside the project, "" for its root; None where it lies elsewhere."""
    if not project or not below(path, project):
        return None
    return path[len(project) :].strip("/")


def folds(project: str) -> bool:
    """Whether the project's file system takes names in any case: there `.GIT` is `.git`."""
    try:
        return os.path.samestat(os.lstat(project + "/.GIT"), os.lstat(project + "/.git"))
    except OSError:
        return False


def in_scope(inside: str, scope: list[str], fold: bool = False) -> bool:
    """Whether a relative path belongs to a scope; a folder does if what is in it would. fold: letters in any case."""
    flags = re.DOTALL | re.IGNORECASE if fold else re.DOTALL
    for one in scope:
        try:
            if re.fullmatch(one, inside, flags) or (inside and re.fullmatch(one, inside + "/_", flags)):
                return True
        except re.error:
            continue
    return False


def scope_of(task: str, guard: Guard) -> list[str]:
    """The scope of a running task; empty where it is not running."""
    row = table(guard, "running").get(task)
    return texts(row, "scope") if isinstance(row, dict) else []


def owner_of(inside: str, guard: Guard, but: str = "") -> str | None:
    """The running task that owns a relative path by its Files; a task that owns everything does not count."""
    fold = folds(text(guard, "project"))
    for task in table(guard, "running"):
        scope = [one for one in scope_of(task, guard) if one != ".*"]
        if task != but and scope and in_scope(inside, scope, fold):
            return task
    return None
