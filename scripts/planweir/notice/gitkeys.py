"""The settings of one of git's files that name code, or other files that git reads: of a file that anybody may write to
(`git remote add`, `git push -u`, an identity) these alone are kept."""

from __future__ import annotations

import os
import re

from planweir.evidence.index import TreeError, run_git
from planweir.guard.gitcode import runs_code

# More than the guard stops at once: an editor, a pager or another address is a person's taste, but a change of it is told.
_TOLD = re.compile(
    r"core\.(?:editor|pager|excludesfile|worktree|bare)|sequence\.editor|pager\..+|url\..+\.(?:push)?insteadof|browser\..+\.cmd"
)
# Those by which a commit of the gate's, or a look at the tree, would run something or leave something out.
_AT_COMMIT = re.compile(
    r"core\.(?:hookspath|fsmonitor|attributesfile|excludesfile|worktree|bare)|filter\..+|hook\..+|gpg\..+|include\.path|includeif\..+"
    r"|trailer\..+"
)
_INCLUDES = re.compile(r"include\.path|includeif\..+\.path")


def keys(root: str, path: str) -> list[str]:
    """`key=value` of each setting in the file at `path` that names code or another file of git's."""
    if not os.path.exists(path):
        return []
    try:
        out = run_git(root, ("config", "-z", "--list", "--no-includes", "--file", path))
    except TreeError as error:
        return [f"unreadable={error}"[:200]]
    found = []
    for row in os.fsdecode(out).split("\0"):
        key, newline, value = row.partition("\n")
        if key and (_TOLD.fullmatch(key.lower()) or runs_code(key, value if newline else None)):
            found.append(f"{key}={value}")
    return sorted(found)


def name(fact: str) -> str:
    return fact.partition("=")[0]


def at_commit(fact: str) -> bool:
    return _AT_COMMIT.fullmatch(name(fact).lower()) is not None or name(fact) == "unreadable"


def value(facts: list[str], key: str) -> str:
    """The last value of a key, as git takes it."""
    return next((fact.partition("=")[2] for fact in reversed(facts) if name(fact).lower() == key), "")


def whole(path: str, beside: str) -> str:
    """A path in a setting, as git reads it. `beside`: the folder that it is relative to."""
    return os.path.normpath(os.path.join(beside, os.path.expanduser(path)))


def included(facts: list[str], file: str) -> list[str]:
    folder = os.path.dirname(os.path.realpath(file))
    return [whole(fact.partition("=")[2], folder) for fact in facts if _INCLUDES.fullmatch(name(fact).lower())]
