"""The branch that a plan's commits go to: whether it is the project's default one, and a branch of the plan's own."""

from __future__ import annotations

import hashlib
import re
import subprocess
import unicodedata

DEFAULT_BRANCHES = ("main", "master", "trunk", "develop")
LONGEST_SLUG = 40
# Letters that Unicode takes apart into nothing.
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h"}
)


def slug(title: str) -> str:
    """`title` in plain letters, digits and `-`, as names of branches and folders want it. One of which nothing is left (it is
    written in another alphabet) gets a name of its own, always the same."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(LETTERS))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    found = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:LONGEST_SLUG].strip("-")
    if sum(char.isalpha() for char in found) * 2 >= sum(char.isalpha() for char in bare):
        return found or "plan"
    # What is left of a title that is mostly of another alphabet says little and may be what another title leaves.
    mark = "plan-" + hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{mark}-{found}"[:LONGEST_SLUG].strip("-") if found else mark


def feature(title: str) -> str:
    return f"feature/{slug(title)}"


def current(project: str) -> str:
    """The branch that is checked out; empty where none is."""
    return _git(project, "symbolic-ref", "--short", "-q", "HEAD")[1]


def is_default(project: str, name: str) -> bool:
    """Is `name` the branch that others build on: by its name, or because a remote says so?"""
    if name in DEFAULT_BRANCHES:
        return True
    heads = _git(project, "for-each-ref", "--format=%(symref)", "refs/remotes/*/HEAD")[1].split()
    return any(head.split("/", 3)[3:] == [name] for head in heads)


def create(project: str, name: str) -> str:
    """Make the branch `name` here and check it out. Returns why it could not be, or nothing."""
    if current(project) == name:
        return ""  # typed again
    status, said = _git(project, "switch", "--quiet", "-c", name)
    if status == 0:
        return ""
    if _git(project, "show-ref", "--verify", "--quiet", f"refs/heads/{name}")[0] == 0:
        return f"the branch {name} is there already. `git switch {name}` takes it, then start the plan without --branch."
    return f"git could not make the branch {name}: {said or f'exit {status}'}"


def _git(project: str, *args: str) -> tuple[int, str]:
    done = subprocess.run(
        ["git", *args],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()
