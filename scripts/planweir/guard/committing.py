"""What another session does with git to files that it names: they are its own matter, unless a running task works on them.

Loaded when another session calls git for more than reading. A commit of named files takes nothing else; one without names takes the
index, into which no agent of the plan puts anything. A hook of the repository's may put aside or rewrite what is not committed
(lint-staged, pre-commit), so where there is one nothing is let through.
"""

from __future__ import annotations

import os
import re

from planweir.guard.paths import canonical, owner_of, relative
from planweir.guard.scope import holds_running
from planweir.guard.who import table, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program

_QUIET = frozenset("-q --quiet -v --verbose -s --signoff -o --only -n --no-verify --no-edit -W --worktree".split())
_MESSAGE = re.compile(r"-[qsvn]*m(.*)|--message(?:=(.*))?|--file=(.*)|-F(.*)|--date=(.*)|--author=(.*)", re.S)
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change")


def names_its_own(program: Program, case: Case) -> bool:
    """Whether a call of git adds, commits or takes back nothing but named files that no running task works on."""
    words = [one for one in program.words if one is not None]
    if len(words) != len(program.words) or len(words) < 3 or program.cwd is None or program.wrappers:
        return False
    if any(isinstance(row, dict) and not texts(row, "files") for row in table(case.guard, "running").values()):
        return False  # a task without Files may have changed anything
    sub, named = words[1], _operands(words[2:])
    if named is None or case.scan.assigned or not all(_free(one, program.cwd, case) for one in named):
        return False
    if sub in ("add", "stage"):
        return bool(named)
    if sub == "restore":
        return bool(named)
    if sub == "checkout":
        return bool(named) and ("--" in words or all(os.path.isfile(os.path.join(program.cwd, one)) for one in named))
    if sub != "commit" or _hooked(case.project):
        return False
    return bool(named) or _index_free(program, case)


def next_for(program: Program, case: Case) -> str:
    """The next legal step of another session that called git for this."""
    sub = next((one for one in program.words[1:] if one and not one.startswith("-")), "")
    if sub == "commit" and _hooked(case.project):
        return "a hook of the repository would run over files in work: wait until those tasks have ended, or ask the person, who may commit in a terminal"
    if sub in ("switch", "checkout") and {"-b", "-B", "-c", "-C"} & {*program.words}:
        return "have the branch in a tree of its own: `git worktree add ../NAME -b BRANCH`"
    if sub in ("add", "stage", "commit"):
        return "name your own files in the call: `git commit -m … PATH` (new ones: `git add PATH` first)"
    if sub in ("restore", "checkout"):
        return "name your own files: `git restore PATH`; another state is seen by `git show COMMIT:PATH`"
    if sub == "push":
        return "wait until the plan is done, or ask the person, who may push from a terminal"
    return "wait until those tasks have ended, or ask the person to pause the plan there"


def _operands(rest: list[str]) -> list[str] | None:
    """The files that are named; None where an option says more than how."""
    found: list[str] = []
    at = 0
    while at < len(rest):
        one = rest[at]
        if one == "--":
            return found + rest[at + 1 :]
        said = _MESSAGE.fullmatch(one)
        if said:
            at += not any(said.groups()) and "=" not in one
        elif not one.startswith("-"):
            found.append(one)
        elif one not in _QUIET:
            return None
        at += 1
    return found


def _free(name: str, cwd: str, case: Case) -> bool:
    """Whether a word names a file or folder of the project that no running task works on, and nothing else."""
    whole = os.path.join(cwd, name)
    if re.search(r"[*?\[:]", name) or os.path.islink(whole):
        return False
    path = canonical(whole)
    inside = relative(path, case.project)
    if not inside or owner_of(inside, case.guard) is not None:
        return False
    return not os.path.isdir(path) or holds_running(path, case.guard) is None


def _index_free(program: Program, case: Case) -> bool:
    """Whether something is staged, or will be by this line, and nothing of it is a running task's."""
    staged = _git(case.project, "diff", "--cached", "--name-only", "-z")
    if staged is None:
        return False
    names = [one for one in staged.split("\0") if one]
    adds = [one for one in case.scan.programs if one.name == "git" and one.words[1:2] in (["add"], ["stage"])]
    return bool(names or adds) and all(owner_of(one, case.guard) is None for one in names)


def _hooked(project: str) -> bool:
    """Whether git would run a hook of the repository's at a commit."""
    told = _git(project, "rev-parse", "--git-path", "hooks")
    folder = os.path.join(project, told.strip()) if told else ""
    return not folder or any(os.access(os.path.join(folder, one), os.X_OK) for one in _HOOKS)


def _git(project: str, *words: str) -> str | None:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", project, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=3, check=False, text=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
