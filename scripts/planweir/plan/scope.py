"""The files that a task may change, as regular expressions on paths relative to the project."""

from __future__ import annotations

from planweir.plan.globs import to_regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# What tools write beside the files that a task was about: any task may change them.
BUILT_IN_ALSO = (
    "**/package-lock.json",
    "**/npm-shrinkwrap.json",
    "**/yarn.lock",
    "**/pnpm-lock.yaml",
    "**/bun.lock",
    "**/bun.lockb",
    "**/deno.lock",
    "**/poetry.lock",
    "**/uv.lock",
    "**/pdm.lock",
    "**/Pipfile.lock",
    "**/Cargo.lock",
    "**/go.sum",
    "**/Gemfile.lock",
    "**/composer.lock",
    "**/mix.lock",
    "**/Package.resolved",
    "**/gradle.lockfile",
    "**/packages.lock.json",
    "**/__snapshots__/**",
    "**/*.snap",
    "**/*.ambr",
)


def scope(files: Iterable[str], also: Iterable[str]) -> list[str]:
    """Regular expressions (for fullmatch) of what a task with these Files and Also may change.

    A task without Files runs alone and may change anything.
    """
    own = list(files)
    if not own:
        return [".*"]
    return [to_regex(glob) for glob in (*own, *also, *BUILT_IN_ALSO)]
