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


def head(places: Places) -> str:
    """The present commit; empty where there is none yet."""
    repo = _repo(places)
    return str(repo.head.commit.hexsha) if repo.head.is_valid() else ""


def _repo(places: Places) -> Repo:
    from git import Repo  # 0.1 s: not before a gate needs it

    return Repo(places.project)
