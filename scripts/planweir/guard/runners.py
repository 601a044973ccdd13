"""Programs that run code, and yet may be run by those who only read: checks, and questions to build tools."""


from __future__ import annotations

import re

from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program

# Launchers that stand before a tool: "uv run pytest".
LAUNCHERS: tuple[tuple[str, ...], ...] = (
    ("uv", "run"),
    ("poetry", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("rye", "run"),
    ("pipenv", "run"),
    ("bundle", "exec"),
    ("npx",),
    ("bunx",),
    ("uvx",),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("yarn", "exec"),
    ("npm", "exec"),
    ("direnv", "exec"),
)
_LAUNCHER_VALUES = frozenset(("--with", "--python", "-p", "--package", "--extra", "--group"))

# A check: its first words; "*" ends what must match. Options in _WRITING make it no check.
_CHECKS = """
pytest | py.test | unittest | nose2 | tox | nox | ward | behave | robot | coverage run | coverage report
doctest
jest | vitest | mocha | ava | tap | jasmine | karma start | playwright test | cypress run
npm test | npm t | yarn test | pnpm test | bun test | node --test | deno test | deno lint | deno check
npm run test | npm run lint | npm run typecheck | npm run type-check | npm run check | npm run build
npm run types
npm run-script test | yarn run test | yarn lint | yarn typecheck | yarn build | yarn check | pnpm lint
pnpm typecheck
pnpm build | pnpm run test | pnpm run lint | pnpm run build | bun run test | bun run lint | bun run build
go test | go vet | go build | gotestsum | golangci-lint run | staticcheck
cargo test | cargo check | cargo clippy | cargo build | cargo nextest | cargo bench | cargo doc
make test | make tests | make check | make lint | make typecheck | make build | just test | just check
just lint
ctest | mix test | rspec | rake test | rake spec | phpunit | pest | gradle test | gradle check
gradle build | gradlew test
gradlew check | gradlew build | mvn test | mvn verify | mvn compile | mvnw test | mvnw verify
dotnet test | dotnet build
swift test | swift build | sbt test | lein test | bats | shellcheck | rubocop | phpstan | psalm | mypy
pyright | flake8
pylint | pyflakes | bandit | ruff check | ruff format --check | ruff format --diff | black --check
black --diff
isort --check | isort --check-only | isort --diff | eslint | tsc | prettier --check | prettier -c
stylelint | hadolint
actionlint | yamllint | markdownlint | biome check | biome lint | tach check | vulture | task-planner
"""
_QUERIES = """
npm ls | npm list | npm view | npm outdated | npm explain | npm -v | yarn list | yarn why | pnpm ls
pnpm list | pnpm why
pip list | pip show | pip freeze | pip check | pip3 list | pip3 show | uv pip list | uv pip show
uv tree | poetry show
cargo tree | cargo metadata | cargo fmt --check | go list | go version | go env | go doc | bundle list
gem list
docker ps | docker images | docker logs | dotnet --info | mvn -v | compileall
"""
_WRITING = frozenset(
    """--fix --fix-only --unsafe-fixes --write -w -u --updateSnapshot --update-snapshots --snapshot-update
    --inline-snapshot --force-regen --apply --autocorrect -A -a --auto-correct --accept --bless""".split()
)
_W_MEANS_OTHER = frozenset(
    ("pytest", "py.test", "unittest", "mypy", "go", "cargo", "make", "ctest", "tox", "nox", "npm")
)
_ASKS = frozenset(("--version", "-V", "version", "--help", "-h"))
# Variables that decide which code a program runs.
_DANGEROUS = pattern(
    r"(?:PATH|LD_\w+|DYLD_\w+|BASH_ENV|ENV|NODE_OPTIONS|PYTHONSTARTUP|PYTHONHOME|PERL5\w*|RUBYOPT|GIT_\w+|"
    r"PYTEST_ADDOPTS|PYTEST_PLUGINS|PAGER|EDITOR|VISUAL|IFS|SHELL)\Z"
)


def _table(source: str) -> dict[str, list[tuple[str, ...]]]:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for line in source.split("\n"):
        for entry in line.split("|"):
            words = tuple(entry.split())
            if words:
                rows.setdefault(words[0], []).append(words)
    return rows


_ROWS: dict[str, dict[str, list[tuple[str, ...]]]] = {}


def _rows(name: str) -> dict[str, list[tuple[str, ...]]]:
    if name not in _ROWS:
        _ROWS[name] = _table(_CHECKS if name == "checks" else _QUERIES)
    return _ROWS[name]


def bare(words: list[str | None]) -> list[str]:
    """The words of a call without launchers, interpreters' -m and paths before the tool's name; unknown
    words ""."""
    found = [one or "" for one in words]
    while found:
        found[0] = found[0].rsplit("/", 1)[-1]
        launcher = next((one for one in LAUNCHERS if tuple(found[: len(one)]) == one), None)
        if launcher is not None:
            found = _behind_options(found[len(launcher) :])
        elif re.fullmatch(r"python[\d.]*|pypy3?", found[0]) and "-m" in found[1:4]:
            found = found[found.index("-m") + 1 :]
        elif found[0] == "node" and found[1:2] and "node_modules/.bin/" in found[1]:
            found = found[1:]
        else:
            break
    return found


def _behind_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _LAUNCHER_VALUES else 1 :]
    return words


def dangerous(assignments: list[str]) -> str | None:
    """The first variable set for a call that could change which code it runs."""
    return next((name for one in assignments if _DANGEROUS.match(name := one.partition("=")[0])), None)


def is_check(program: Program) -> bool:
    """Whether a program is a known check (tests, types, lint, a build) that changes no file of the
    project's."""
    if dangerous(program.assignments):
        return False
    words = bare(program.words)
    if not words:
        return False
    if len(words) == 2 and words[1] in _ASKS:
        return True
    if not any(_starts(words, row) for row in _rows("checks").get(words[0], ())):
        return _is_query(words)
    writing = _WRITING - {"-u", "-w", "-a", "-A"} if words[0] in _W_MEANS_OTHER else _WRITING
    return not any(one.partition("=")[0] in writing for one in words[1:])


def _is_query(words: list[str]) -> bool:
    return any(_starts(words, row) for row in _rows("queries").get(words[0], ()))


def _starts(words: list[str], row: tuple[str, ...]) -> bool:
    """The row's words come first; an option in it may stand anywhere; `npm run test:unit` is `npm run
    test`."""
    plain = [one for one in row if not one.startswith("-")]
    options = [one for one in row if one.startswith("-")]
    given = [one for one in words if not one.startswith("-")] if options else words
    if any(one not in words for one in options) or len(given) < len(plain):
        return False
    for have, want in zip(given, plain, strict=False):
        if have != want and not (want is not plain[0] and have.startswith((want + ":", want + "-"))):
            return False
    return True
