"""Where a path lies: guarded, in a task's scope, in the project, in a scratch folder, elsewhere."""

from __future__ import annotations

import os
import re

from planweir.guard.who import table, text, texts
from planweir.shell.lazy import pattern

_PROCESS = pattern(r"/proc/(?:self|thread-self|\d+)/(cwd|root)(?=/|\Z)", re.A)
_DEVICE = pattern(
    r"/dev/(?:null|zero|full|tty|ptmx|stdin|stdout|stderr|fd/.*|pts/\d+)\Z|/proc/self/fd/\d+\Z", re.A
)
# Caches that tools leave behind: never a change. The same names are left out of the evidence's tree.
_CACHES = pattern(
    r"(?:.*/)?(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|node_modules|\.tox|\.nox|\.venv"
    r"|[^/]*\.egg-info|\.coverage[^/]*|htmlcov)(?:/.*)?\Z|.*\.py[co]\Z"
)

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


# Names that others use as well: ours behind our home or the rendered state's folder.
_RECORDS = pattern(
    r"(?:planweir|\.claude/state|\bprojects/[\w.-]+)/(?:[\w.-]+/)*(?:journal\.jsonl|guard\.json)\b"
)
_RECORD_NAMES = pattern(r"\b(?:journal\.jsonl|guard\.json)\b")


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
    match = _PROCESS.match(joined)
    if match:
        joined = (cwd if match.group(1) == "cwd" else "") + joined[match.end() :] or "/"
    if "\0" in joined:
        return joined.replace("\0", "")
    return os.path.realpath(joined)


def below(path: str, folder: str) -> bool:
    """Whether the path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def guarded_paths(guard: Guard) -> list[str]:
    """The guarded paths, as written and with links followed, with the rendered copy in the project."""
    found = texts(guard, "guarded")
    project = text(guard, "project")
    if project:
        found.append(project + "/.claude/state/active_task_graph.json")
    return list(
        dict.fromkeys([*(one.rstrip("/") or "/" for one in found), *(canonical(one) for one in found)])
    )


def guarded_hit(path: str, kind: str, guarded: list[str]) -> str | None:
    """The guarded path that a change of `path` would reach. delete, tree: also those below it.

    In any case: macOS takes `.Claude/Settings.json` for the file that it guards, and elsewhere nobody means that name.
    """
    wanted = path.lower()
    for one in guarded:
        known = one.lower()
        if below(wanted, known) or (kind in ("delete", "tree") and below(known, wanted)):
            return one
    return None


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


def in_scope(inside: str, scope: list[str]) -> bool:
    """Whether a relative path belongs to a scope; a folder does if what is in it would."""
    for one in scope:
        try:
            if re.fullmatch(one, inside) or (inside and re.fullmatch(one, inside + "/_")):
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
    for task in table(guard, "running"):
        scope = [one for one in scope_of(task, guard) if one != ".*"]
        if task != but and scope and in_scope(inside, scope):
            return task
    return None


def ignored(path: str, inside: str, project: str) -> bool:
    """Whether git ignores the path, or it is one of the caches that are never a change. Asks git: slow."""
    if inside == ".git" or inside.startswith((".git/", ".claude/")):
        return False
    if _CACHES.match(inside):
        return True
    import subprocess

    try:
        asked = subprocess.run(
            ["git", "-C", project, "check-ignore", "-q", "--", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=3,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0
