"""Programs that run code, and yet may be run by those who only read: checks, and questions to build tools."""

from __future__ import annotations

import re

from planweir.guard.launchers import bare
from planweir.guard.options import (
    OUTPUTS,
    SHORT,
    TREES,
    W_MEANS_OTHER,
    WRITING,
    handed,
    places_of,
    steered,
    written,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program


# A check: its first words; "*" ends what must match. Options in WRITING make it no check.
_CHECKS = """
pytest | py.test | unittest | nose2 | tox | nox | ward | behave | robot | coverage run | coverage report | coverage html | coverage xml -o | coverage json -o | coverage lcov -o
doctest
jest | vitest | mocha | ava | tap | tape | prove | qunit | jasmine | karma start | playwright test | cypress run
node --test | deno test | deno lint | deno check | bun test
node --check | node -c
go test | go vet | go build | gotestsum | golangci-lint run | staticcheck
cargo test | cargo check | cargo clippy | cargo build | cargo nextest run | cargo nextest r | cargo nextest list | cargo bench | cargo doc
ctest | mix test | rspec | rake test | rake spec | phpunit | paratest | pest | artisan test | mix coveralls | dotnet test | dotnet build
swift test | swift build | sbt test | lein test | bats | shellcheck | rubocop | phpstan | psalm | mypy
pyright | flake8
pylint | pyflakes | bandit | ruff check | ruff format --check | ruff format --diff | black --check
black --diff
isort --check | isort --check-only | isort --diff | eslint | tsc | prettier --check | prettier -c
stylelint | hadolint
actionlint | yamllint | markdownlint | biome check | biome lint | tach check | vulture | task-planner
"""
_PACKAGE_MANAGERS = frozenset(("npm", "pnpm", "yarn", "bun"))
# Parts of a script's name that say that it changes something.
_CHANGING = frozenset(
    """fix update write deploy publish release push upload install uninstall clean format fmt apply commit
    snapshot snapshots generate gen migrate seed reset bump tag accept bless""".split()
)
ASKS = frozenset(("--version", "-V", "-version", "version", "--help", "-h"))


def _table(source: str) -> dict[str, list[tuple[str, ...]]]:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for line in source.split("\n"):
        for entry in line.split("|"):
            words = tuple(entry.split())
            if words:
                rows.setdefault(words[0], []).append(words)
    return rows


_ROWS: dict[str, list[tuple[str, ...]]] = {}


def _rows(name: str) -> list[tuple[str, ...]]:
    """The rows of the checks that begin with a tool's name."""
    if not _ROWS:
        _ROWS.update(_table(_CHECKS))
    return _ROWS.get(name, [])


def _in_script_order(words: list[str]) -> list[str]:
    """The words of npm and its like with the script's name first."""
    if words[:1] not in (["npm"], ["pnpm"], ["yarn"], ["bun"]):
        return words
    from planweir.guard.npm import script_first

    return script_first(words)


def _node_checks(words: list[str]) -> bool:
    from planweir.guard.npm import NODE_CHECKS, own_options

    return not NODE_CHECKS.isdisjoint(own_options(words))


def is_check(program: Program) -> bool:
    """Whether a program is a known check (tests, types, lint, a build) that changes no file of the
    project's but those that its options name."""
    if program.assignments:
        from planweir.guard.variables import dangerous

        if dangerous(program.assignments):
            return False
    given = [one or "" for one in program.words]
    if len(given) == 2 and given[1] in ASKS and "/" not in given[0]:
        return True
    words = _in_script_order(bare(program.words, program.cwd))
    if not words:
        return False
    name = words[0]
    if name == "node" and not _node_checks(words):
        return False  # `node src/deploy.js --test` runs that file
    known = any(_starts(words, row) for row in _rows(name)) or (name in _PACKAGE_MANAGERS and _script(words))
    if len(words) == 2 and words[1] in ASKS:
        return _rows(name) != [] or _asked_about(name)
    if steered(words):
        return False
    if name in _TARGETS:
        from planweir.guard.targets import targets_listed

        return targets_listed(name, words[1:])
    if name in _LIFECYCLES:
        from planweir.guard.builds import phases

        return phases(words[1:])
    if not known:
        return _further_known(words)
    if name == "coverage" and words[1] == "run":
        rest = words[2:]
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[1:]
        return rest[:1] == ["-m"] and rest[1:2] in (["pytest"], ["unittest"])
    if name == "tsc" and not {"--noEmit", "-noEmit"} & set(words):
        return _further_known(words)
    if any(value == "" for _, value in written(name, words)):
        return False  # what it writes is not known
    short = name in W_MEANS_OTHER
    for one in words[1:]:
        if one == "--":
            short = False  # what follows is for the script's own tool
        if one.partition("=")[0] in (WRITING - SHORT if short else WRITING):
            return False
    return True


# Tools whose operands are targets: each must be among those listed in _CHECKS.
_TARGETS = frozenset(("make", "gmake", "just", "tox", "nox"))
_LIFECYCLES = frozenset(("mvn", "mvnw", "mvnd", "gradle", "gradlew"))


def outputs(program: Program) -> list[tuple[str, str]]:
    """(kind of change, path as given) for each file that a check's options name."""
    if program.kind not in ("runs", "unknown"):
        return []
    if folder := next((one.partition("=")[2] for one in program.assignments if one.startswith("NODE_V8_COVERAGE=")), ""):
        return [("write", folder + "/coverage.json")]
    words = bare(program.words, program.cwd)
    if words[:2] == ["npm", "pkg"] and words[2:3] and words[2] in ("set", "delete", "fix"):
        return [("write", "package.json")]
    calls = [words]
    if words[:2] == ["coverage", "run"] and "-m" in words:
        at = words.index("-m")
        calls = [words[:at], words[at + 1 :]]
    calls += [call for one in calls if one for call in handed(one)]
    return [
        ("tree" if option in TREES else "write", value)
        for call in calls
        if call and call[0] in OUTPUTS
        for option, value in written(call[0], call)
        if value and value != "-"
    ]


def code_from(program: Program) -> list[str]:
    """The folder and the paths from which a check takes the code that it runs; none for one that only reads."""
    words = bare(program.words, program.cwd)
    if words[:2] == ["coverage", "run"] and "-m" in words:
        words = words[words.index("-m") + 1 :]
    return places_of(words, program)


def _script(words: list[str]) -> bool:
    from planweir.guard.targets import script

    return script(words)


def _asked_about(name: str) -> bool:
    from planweir.guard import queries

    return queries.knows(name)


def _further_known(words: list[str]) -> bool:
    """What is no check of the table above: a question to a tool, or a build whose output has a known place."""
    from planweir.guard import builds, queries

    return queries.asks(words) or builds.known(words)


def _starts(words: list[str], row: tuple[str, ...]) -> bool:
    """The row's words come first; an option in it may stand anywhere; `npm run test:unit` is `npm run
    test`."""
    plain = [one for one in row if not one.startswith("-")]
    options = [one for one in row if one.startswith("-")]
    given = [one for one in words if not one.startswith("-")] if options else words
    if any(one not in words for one in options) or len(given) < len(plain):
        return False
    for have, want in zip(given, plain, strict=False):
        if have != want and (want is plain[0] or not further(have, want)):
            return False
    return True


def further(have: str, want: str) -> bool:
    """`test:unit` for `test`, but no `lint:fix`."""
    return have.startswith((want + ":", want + "-")) and not _CHANGING & set(
        re.split(r"[:_.-]", have[len(want) + 1 :].lower())
    )
