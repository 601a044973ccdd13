"""How a known runner is told to run some test files and no others.

It is started as the plan's Verify commands start it (`uv run pytest`, `npx jest`, in which folder); what they hand on besides is left
out, for it selects or measures. Where they start none that is known (`make test`), the usual one for such files is taken, if it is there.
"""

from __future__ import annotations

import os
import re
import shlex

from planweir.evidence.runners import find
from planweir.evidence.runners.base import options
from planweir.journal.ready import graph_task
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.runners.base import Words
    from planweir.journal.types import State
    from planweir.shell.scan import Program

_NODE = ("--import", "-r", "--require", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file")
_CARGO = ("-p", "--package", "-F", "--features", "--profile", "--target", "--target-dir", "--manifest-path", "--config", "-Z")
_JS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")


def _files(files: Sequence[str]) -> list[str]:
    return [*files]


def _packages(files: Sequence[str]) -> list[str]:
    return sorted({"./" + os.path.dirname(file) for file in files})


def _targets(files: Sequence[str]) -> list[str]:
    stems = sorted({os.path.splitext(os.path.basename(file))[0] for file in files})
    return [word for stem in stems for word in ("--test", stem)]


class _Way:
    """kinds: endings of its test files; before: what is added to its start; kept: options of the plan's command that stay;
    named: how files are named to it."""

    __slots__ = ("before", "kept", "kinds", "named")

    def __init__(self, kinds: tuple[str, ...], before: str = "", kept: tuple[str, ...] = (), named: object = _files) -> None:
        self.kinds = kinds
        self.before = before.split()
        self.kept = kept
        self.named = _packages if named == "packages" else _targets if named == "targets" else _files


_WAYS: dict[str, _Way] = {
    "pytest": _Way((".py",), "--maxfail=0 --continue-on-collection-errors -rfE"),
    "unittest": _Way((".py",)),
    "jest": _Way(_JS, "--ci --coverage=false --runTestsByPath"),
    "vitest": _Way(_JS, "run"),
    "mocha": _Way(_JS, kept=("-r", "--require", "--import", "--config")),
    "node": _Way(_JS, "--test", kept=_NODE),
    "bun": _Way(_JS),
    "playwright": _Way(_JS),
    "deno": _Way(_JS, "-A"),
    "go": _Way((".go",), "-count=1 -v", named="packages"),
    "cargo": _Way((".rs",), kept=_CARGO, named="targets"),
    "nextest": _Way((".rs",), kept=_CARGO, named="targets"),
    "rspec": _Way((".rb",)),
    "mix": _Way((".exs",)),
}
# What is tried where the plan's commands start no runner that is known: what must be there, and what starts it.
_USUAL: tuple[tuple[str, str, str], ...] = (
    ("pytest", ".venv/bin/pytest", ".venv/bin/pytest"),
    ("pytest", "uv.lock", "uv run pytest"),
    ("pytest", "poetry.lock", "poetry run pytest"),
    ("pytest", ".", "python3 -m pytest"),
    ("vitest", "node_modules/.bin/vitest", "node_modules/.bin/vitest"),
    ("jest", "node_modules/.bin/jest", "node_modules/.bin/jest"),
    ("mocha", "node_modules/.bin/mocha", "node_modules/.bin/mocha"),
    ("node", "package.json", "node"),
    ("go", "go.mod", "go test"),
    ("cargo", "Cargo.toml", "cargo test"),
)


class How:
    """One runner as it is started here, in `folder` of the project. `shown` is its start in words."""

    __slots__ = ("_assigned", "_folder", "_start", "_way", "shown")

    def __init__(self, runner: str, start: Sequence[str], assigned: Sequence[str] = (), folder: str = "") -> None:
        self._way = _WAYS[runner]
        self._start = [*start, *self._way.before]
        self._assigned = [*assigned]
        self._folder = folder
        self.shown = shlex.join(start)

    def takes(self, files: Sequence[str]) -> bool:
        return all(file.endswith(self._way.kinds) and self._inside(file) is not None for file in files)

    def _inside(self, file: str) -> str | None:
        told = os.path.relpath(file, self._folder or ".")
        return None if told.startswith("..") else told

    def command(self, files: Sequence[str]) -> str:
        named = self._way.named([told for file in files if (told := self._inside(file)) is not None])
        set_ = [f"{name}={shlex.quote(value)}" for name, _equals, value in (word.partition("=") for word in self._assigned)]
        words = " ".join([*set_, shlex.join([*self._start, *named])])
        return f"cd {shlex.quote(self._folder)} && {words}" if self._folder else words


def how(state: State, files: Sequence[str], there: str, project: str, name: str = "") -> How | None:
    """How these test files are run; `there` is the folder where they will be, after Setup. None where nobody can say."""
    graph = state["graph"]
    commands = [*(graph_task(state, name)["verify"] if name else []), *graph["verify"], *graph["verify_at_end"]]
    commands += [command for task in graph["tasks"] for command in task["verify"] if command not in commands]
    for command in commands:
        for program in scan(command, project).programs:
            found = _started(program, project)
            if found is not None and found.takes(files):
                return found
    for runner, needed, start in _USUAL:
        way = How(runner, start.split())
        if way.takes(files) and os.path.lexists(f"{there}/{needed}"):
            return way
    return None


def _started(program: Program, project: str) -> How | None:
    """The known runner that this program of a Verify command starts."""
    hit = find(program.words, program.cwd)
    if hit is None or hit[0].name not in _WAYS or program.cwd is None:
        return None
    runner, args = hit
    words = [word for word in program.words if word is not None]
    if len(words) < len(program.words) or (args and program.words[-len(args) :] != args):
        return None  # it is not known where its own words end
    folder = os.path.relpath(os.path.realpath(program.cwd), os.path.realpath(project))
    if folder.startswith(".."):
        return None
    start = words[: len(words) - len(args)]
    before = [word for word in program.argv[: len(program.argv) - len(program.words)] if word and re.match(r"[A-Za-z_]\w*=", word)]
    assigned = [*program.assignments, *before]
    return How(runner.name, [*start, *_kept(args, _WAYS[runner.name].kept)], assigned, "" if folder == "." else folder)


def _kept(args: Words, kept: tuple[str, ...]) -> list[str]:
    given, _others = options(args, kept)
    return [word for option, value in given if option in kept and value for word in (option, value)]
