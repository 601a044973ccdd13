"""git as an agent meets it: the next step of one who was refused, and what an alias stands for. Loaded when git is no reader."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program, Scan

_LOOK = "look at another state with `git show COMMIT:PATH`, or unpack it with `git archive COMMIT | tar -x -C /tmp/x`"
_PLAIN = {
    "record": "leave it to the gate, which commits each task's files when its wave is done",
    "undo": "take back a change of your own with `task-planner discard PATH`",
    "history": "leave branches and history as they are; say in your report what you would need",
    "settings": "leave the repository's settings as they are; say in your report what you would need",
    "alias": "use git's own reading commands (status, diff, log, show)",
}
_OF = {
    "rm": "delete the file with `rm`, if it is your task's: the gate records what became of it",
    "mv": "move the file with `mv`, if both names are your task's: the gate records what became of it",
    "apply": "make the change in your own files with Edit or `patch FILE < DIFF`",
    "am": "make the change in your own files with Edit or `patch FILE < DIFF`",
    "cherry-pick": "make the change in your own files with Edit or `patch FILE < DIFF`",
    "revert": "make the change in your own files with Edit or `patch FILE < DIFF`",
    "stash": "your changes stay where they are: " + _LOOK + "; take back a change of your own with `task-planner discard PATH`",
    "worktree": _LOOK,
    "switch": _LOOK,
    "bisect": _LOOK,
    "config": "set it for one call with `git -c KEY=VALUE …`; say in your report what you would need",
}
_LOOKING = frozenset(("worktree", "switch", "stash", "checkout", "bisect"))


def next_for(program: Program) -> str:
    """The next legal step of an implementer who called git for this."""
    sub = subcommand(program)
    if sub == "checkout" and "--" not in program.words and not any(one and ("/" in one or "." in one) for one in program.words[2:]):
        return _LOOK
    return _OF.get(sub) or _PLAIN[program.detail]


def looking(program: Program) -> str:
    """How one who only reads sees another state of the tree; empty where that was not what was wanted."""
    return _LOOK if program.name == "git" and subcommand(program) in _LOOKING else ""


def subcommand(program: Program) -> str:
    words = program.words[1:]
    at = 0
    while at < len(words):
        one = words[at] or ""
        if not one.startswith("-"):
            return one
        at += 2 if one in ("-C", "-c", "--git-dir", "--work-tree", "--namespace") else 1
    return ""


def only_reads(program: Program, case: Case) -> bool:
    """Whether what git does not know by itself is an alias of the person's that only reads (`git lg`)."""
    found = _expanded(program, case)
    return (
        found is not None
        and found.readable
        and not found.writes
        and all(one.kind in ("reads", "shell") and not one.detail for one in found.programs)
    )


def changes(program: Program, case: Case) -> bool:
    """Whether it is an alias that is known to change something (`git wip`)."""
    found = _expanded(program, case)
    return found is not None and any(one.detail or one.kind == "writes" for one in found.programs)


def _expanded(program: Program, case: Case) -> Scan | None:
    """What an alias would run; None where there is none of that name."""
    import subprocess

    from planweir.shell.scan import scan

    name = subcommand(program)
    if not name or None in program.words or not name.replace("-", "").isalnum():
        return None
    try:
        told = subprocess.run(
            ["git", "-C", program.cwd or case.cwd, "config", "--get", f"alias.{name}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=3,
            check=False,
            text=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    if not told or "\n" in told:
        return None
    rest = [one or "" for one in program.words[1:]]
    rest = rest[rest.index(name) + 1 :]
    import shlex

    return scan((told[1:] if told.startswith("!") else "git " + told) + " " + shlex.join(rest), program.cwd or case.cwd)
