"""git and the project's repository: what a plan compares with, and what the gate commits to."""

from __future__ import annotations

import os
import re
import shlex

from planweir.doctor.finding import Finding, bad, ok, unknown, warn
from planweir.places import RENDERED_COPY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World

OLDEST_GIT = (2, 25)  # `--pathspec-from-file`, by which the gate names what it commits


def git(world: World) -> list[Finding]:
    """git is there, and new enough for the gate."""
    try:
        said = world.git("--version").stdout.strip()
    except FileNotFoundError:
        if not os.path.isdir(world.places.project):
            return [_no_folder(world)]
        return [bad("git is not on PATH: no plan can run", "install git, or put it on PATH")]
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None:
        return [unknown(f"git does not tell its version: {said[:80]}")]
    if (int(found[1]), int(found[2])) < OLDEST_GIT:
        return [bad(f"{said}: the gate needs git 2.25 or newer to commit", "install a newer git")]
    return ok(said)


def _no_folder(world: World) -> Finding:
    return bad(
        f"the project's folder {world.places.project} is gone", "start the session in the project's folder"
    )


def repository(world: World) -> list[Finding]:
    """The project is the top of a repository that has a commit."""
    project = world.places.project
    if not os.path.isdir(project):
        return [_no_folder(world)]
    shown = world.git("rev-parse", "--show-toplevel")
    if shown.returncode != 0:
        said = shown.stderr.strip().splitlines()[-1:] or ["no reason given"]
        if "not a git repository" in shown.stderr:
            begin = f"cd {shlex.quote(project)} && git init && git add -A && git commit -m First"
            return [bad(f"{project} is no git repository: a plan needs one", begin)]
        return [bad(f"git cannot read the repository: {said[0]}", f"git -C {shlex.quote(project)} status")]
    top = shown.stdout.rstrip("\n")
    if os.path.realpath(top) != os.path.realpath(project):
        return [
            bad(
                f"{project} lies inside the repository {top}: a plan runs at its top",
                f"start the session there: cd {shlex.quote(top)} && claude",
            )
        ]
    if world.git("rev-parse", "--verify", "--quiet", "HEAD").returncode != 0:
        return [
            bad(
                "the repository has no commit yet: tasks are compared with one",
                "git add -A && git commit -m First",
            )
        ]
    status = world.git("status", "--porcelain", "--untracked-files=no")
    if status.returncode != 0:
        said = status.stderr.strip().splitlines()[-1:] or ["no reason given"]
        return [bad(f"git cannot read the work tree: {said[0]}", "git fsck, then git status")]
    return ok(f"{top}, with commits, readable")


def _inside(world: World) -> bool:
    return world.git("rev-parse", "--git-dir").returncode == 0


NONE = "no repository here (see `repository`)"


def commits_possible(world: World) -> list[Finding]:
    """What would keep the gate from committing: a lock left behind, a merge under way, no identity."""
    from planweir.gate.commits import hindrance

    if not _inside(world):
        return [unknown(NONE)]
    lock = os.path.join(
        world.places.project, world.git("rev-parse", "--git-path", "index.lock").stdout.strip()
    )
    if os.path.exists(lock):
        return [
            bad(
                f"{lock} is there: another git works here, or one was cut off; the gate cannot commit",
                f"where no git runs: {world.removal(lock)}",
            )
        ]
    why, mend = hindrance(world.places)
    return [bad(f"{why}: the gate cannot commit", mend)] if why else ok("the gate can commit here")


def excluded(world: World) -> list[Finding]:
    """The rendered copy is kept out of `git status` by the repository's own exclude file, while a plan is open."""
    if not _inside(world):
        return [unknown(NONE)]
    if world.plan is None:
        return ok("no plan is open; its start writes the line")
    shown = world.git("check-ignore", "-q", RENDERED_COPY)
    if shown.returncode == 0:
        return ok(f"git ignores {RENDERED_COPY}")
    path = os.path.join(
        world.places.project, world.git("rev-parse", "--git-path", "info/exclude").stdout.strip()
    )
    return [
        warn(
            f"{RENDERED_COPY} is not ignored: the gate may take it for a change that nobody owns",
            f"echo /{RENDERED_COPY} >> {shlex.quote(path)}",
        )
    ]
