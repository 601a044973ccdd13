"""One commit per task, of exactly its paths: a person's staging stays as it is, and the repository's own hooks run."""

from __future__ import annotations

import os
import subprocess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git import Repo

    from planweir.journal.types import State
    from planweir.places import Places


class CommitFailed(Exception):
    """git refused; the message is its output."""


def message(state: State, name: str, wave: int, title: str) -> str:
    plan = state["plan"]["id"]
    return f"{name}: {title}\n\nPlanweir-Plan: {plan}\nPlanweir-Task: {name}\nPlanweir-Gate: wave {wave}\n"


def commit(places: Places, state: State, name: str, wave: int, title: str, paths: list[str]) -> str:
    """Commit `paths` as task `name` and return the commit. Raises CommitFailed with git's output."""
    new = [path for path in paths if os.path.lexists(os.path.join(places.project, path))]
    flags = ["--no-verify"] if state["graph"]["commit"] == "no-verify" else []
    env = {"GIT_LITERAL_PATHSPECS": "1", "GIT_TERMINAL_PROMPT": "0"}
    from_input = ["--pathspec-from-file=-", "--pathspec-file-nul"]
    if new:
        _git(places, ["add", "-N", *from_input], _listing(new), env)
    words = message(state, name, wave, title)
    _git(places, ["commit", "--quiet", "--only", *flags, "-m", words, *from_input], _listing(paths), env)
    return str(_repo(places).head.commit.hexsha)


def _listing(paths: list[str]) -> bytes:
    return "\0".join(paths).encode("utf-8", "surrogateescape")


def _git(places: Places, args: list[str], given: bytes, env: dict[str, str]) -> None:
    done = subprocess.run(
        ["git", *args],
        cwd=places.project,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **env},
        check=False,
    )
    if done.returncode != 0:
        raise CommitFailed(
            done.stdout.decode("utf-8", "replace").strip() or f"git {args[0]}: exit {done.returncode}"
        )


def hindrance(places: Places) -> tuple[str, str]:
    """Why git can commit nothing here now, whatever a task did, and the mend; empty if it can."""
    for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        status, said = _ask(places, "var", name)
        if status != 0:
            return f"git knows no identity to commit with: {said.splitlines()[-1] if said else name}", (
                "a person sets `git config user.name` and `git config user.email`, then runs the gate again"
            )
    for name, what in (("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick")):
        if _ask(places, "rev-parse", "--verify", "--quiet", name)[0] == 0:
            return f"a {what} is under way", f"a person ends the {what}, then runs the gate again"
    lock = os.path.join(places.project, _ask(places, "rev-parse", "--git-path", "index.lock")[1])
    if os.path.exists(lock):
        return f"{lock} is there: another git works here, or one was cut off", (
            "wait for that git; where none runs, a person takes the file away; then the gate is run again"
        )
    return "", ""


def _ask(places: Places, *args: str) -> tuple[int, str]:
    done = subprocess.run(
        ["git", *args],
        cwd=places.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, os.fsdecode(done.stdout).strip()


def already(places: Places, state: State, name: str) -> str:
    """The commit of task `name` that a gate made before it was cut off; empty if there is none."""
    repo = _repo(places)
    wanted = {f"Planweir-Plan: {state['plan']['id']}", f"Planweir-Task: {name}"}
    for found in repo.iter_commits("HEAD", max_count=200):
        if wanted <= set(str(found.message).splitlines()):
            return str(found.hexsha)
        if found.hexsha == state["plan"]["head"]:
            break
    return ""


def changed_between(places: Places, old: str, new: str) -> list[str]:
    """The paths that the commits from `old` to `new` changed; none where `old` is not known any more."""
    done = subprocess.run(
        ["git", "log", "--format=", "--name-only", "-z", "--no-renames", f"{old}..{new}", "--"],
        cwd=places.project,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return [path for path in os.fsdecode(done.stdout).split("\0") if path]


def head(places: Places) -> str:
    """The present commit; empty where there is none yet."""
    repo = _repo(places)
    return str(repo.head.commit.hexsha) if repo.head.is_valid() else ""


def _repo(places: Places) -> Repo:
    from git import Repo  # 0.1 s: not before a gate needs it

    return Repo(places.project)
