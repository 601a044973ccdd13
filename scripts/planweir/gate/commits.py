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
    review = "Planweir-Review: none\n" if state["tasks"][name]["unreviewed"] else ""
    return f"{name}: {title}\n\nPlanweir-Plan: {plan}\nPlanweir-Task: {name}\nPlanweir-Gate: wave {wave}\n{review}"


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


class Foreign:
    """A commit since the plan began that no gate made and no person has called theirs."""

    __slots__ = ("paths", "sha", "subject")

    def __init__(self, sha: str, subject: str, paths: list[str]) -> None:
        self.sha = sha
        self.subject = subject
        self.paths = paths

    def __str__(self) -> str:
        return f"{self.sha[:10]} ({self.subject})"


MOST_READ = 200  # foreign commits that are read one by one


def foreign(places: Places, state: State) -> list[Foreign]:
    """What was committed since the last commit that the engine knows by anyone but the gate, newest first.

    The last one has no subject of a commit where HEAD holds changes that no commit since explains (history was moved).
    """
    base = state["commits"]["base"]
    if not base:
        return []
    known = set(state["commits"]["known"])
    status, listing = _read(places, "rev-list", f"{base}..HEAD", "--")
    if status != 0:
        return []  # the commit that the plan began at is not in the repository any more
    shas = [sha for sha in listing.split() if sha not in known]
    found = [Foreign(sha, *_shown(places, sha)) for sha in shas[:MOST_READ]]
    told = {*changed_between(places, base, "HEAD"), *(path for row in found for path in row.paths)}
    net = _names(_read(places, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base, "HEAD", "--")[1])
    if len(shas) > MOST_READ:
        told = {path for row in found for path in row.paths}
    rest = [path for path in net if path not in told]
    if rest:
        now = _read(places, "rev-parse", "HEAD")[1].strip()
        found.append(Foreign(now, f"history since {base[:10]} was moved", rest))
    return found


def _shown(places: Places, sha: str) -> tuple[str, list[str]]:
    """The subject of a commit and the paths that it changed; of a merge, those that differ from each parent."""
    args = ("diff-tree", "-c", "--root", "-r", "--no-commit-id", "--name-only", "-z", "--no-renames", sha, "--")
    subject = _read(places, "log", "-1", "--format=%s", sha, "--")[1].strip()
    return subject, _names(_read(places, *args)[1])


def _names(listing: str) -> list[str]:
    return [path for path in listing.split("\0") if path]


def _read(places: Places, *args: str) -> tuple[int, str]:
    """A question to git, without what may stand in for its objects."""
    done = subprocess.run(
        ["git", *args],
        cwd=places.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GIT_NO_REPLACE_OBJECTS": "1"},
        check=False,
    )
    return done.returncode, os.fsdecode(done.stdout)


def head(places: Places) -> str:
    """The present commit; empty where there is none yet."""
    repo = _repo(places)
    return str(repo.head.commit.hexsha) if repo.head.is_valid() else ""


def _repo(places: Places) -> Repo:
    from git import Repo  # 0.1 s: not before a gate needs it

    return Repo(places.project)
