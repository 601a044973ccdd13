"""The files that a task may change, as regular expressions on paths relative to the project."""

from __future__ import annotations

import re
from functools import lru_cache

from planweir.plan.globs import to_regex
from planweir.plan.paths import is_test_path

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
    return [*(to_regex(glob) for glob in (*own, *also)), *_built_in()]


def claims(files: Iterable[str], also: Iterable[str]) -> list[str]:
    """What a task names as its own: its Files, its Also, and the snapshots of tests among its Files."""
    own = list(files)
    return [to_regex(glob) for glob in (*own, *also, *_snapshots(own))]


def _snapshots(files: list[str]) -> list[str]:
    """Where jest, vitest and syrupy keep the snapshots of a test: beside it, by its name."""
    found = []
    for path in files:
        folder, slash, name = path.rpartition("/")
        if name and "**" not in name and is_test_path(path):
            place = f"{folder}{slash}__snapshots__/{name}"
            found += [f"{place}.snap", f"{place.removesuffix('.py')}.ambr"]
    return found


def scope_beside(files: Iterable[str], also: Iterable[str], others: Iterable[str]) -> list[str]:
    """A task's scope without the lock files and snapshots that only `others` (regular expressions) name."""
    own = list(files)
    taken = "|".join(f"(?:{regex})" for regex in others)
    if not own or not taken:
        return scope(own, also)
    built_in = "|".join(f"(?:{regex})" for regex in _built_in())
    return [*claims(own, also), rf"(?!(?:{taken})\Z)(?:{built_in})"]


@lru_cache(maxsize=1)
def _built_in() -> list[str]:
    return [to_regex(glob) for glob in BUILT_IN_ALSO]


class Covered:
    """What some scopes cover together. Plain paths are looked up, for a plan of 10,000 tasks has as many; what is left
    (mostly the same for every task) is one expression that is compiled once."""

    __slots__ = ("_paths", "_rest")

    def __init__(self, regexes: Iterable[str]) -> None:
        self._paths: set[str] = set()
        rest = []
        for regex in dict.fromkeys(regexes):
            plain = _ESCAPED.sub(r"\1", regex) if "\\" in regex else regex
            if re.escape(plain) == regex:
                self._paths.add(plain)
            else:
                rest.append(regex)
        self._rest = "|".join(f"(?:{regex})" for regex in rest) or r"(?!)"

    def __contains__(self, path: str) -> bool:
        return path in self._paths or _compiled(self._rest).fullmatch(path) is not None


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@lru_cache(maxsize=256)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)
