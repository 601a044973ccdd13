"""Programs that run code, and yet may be run by those who only read: checks, and questions to build tools."""


from __future__ import annotations

import re

from planweir.guard.options import (
    OUTPUTS,
    SHORT,
    TREES,
    W_MEANS_OTHER,
    WRITING,
    below_here,
    handed,
    places_of,
    steered,
    written,
)
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
    ("c8",),
    ("nyc",),
)
_NODE_TOOLS = frozenset(("jest", "vitest", "mocha", "ava", "tap", "eslint", "tsc", "prettier", "playwright"))
_LAUNCHER_VALUES = frozenset("--with --python -p --package --extra --group -r --reporter".split())

# A check: its first words; "*" ends what must match. Options in WRITING make it no check.
_CHECKS = """
pytest | py.test | unittest | nose2 | tox | nox | ward | behave | robot | coverage run | coverage report | coverage html | coverage xml -o | coverage json -o | coverage lcov -o
doctest
jest | vitest | mocha | ava | tap | jasmine | karma start | playwright test | cypress run
node --test | deno test | deno lint | deno check | bun test
node --check | node -c
go test | go vet | go build | gotestsum | golangci-lint run | staticcheck
cargo test | cargo check | cargo clippy | cargo build | cargo nextest | cargo bench | cargo doc
ctest | mix test | rspec | rake test | rake spec | phpunit | pest | dotnet test | dotnet build
swift test | swift build | sbt test | lein test | bats | shellcheck | rubocop | phpstan | psalm | mypy
pyright | flake8
pylint | pyflakes | bandit | ruff check | ruff format --check | ruff format --diff | black --check
black --diff
isort --check | isort --check-only | isort --diff | eslint | tsc | prettier --check | prettier -c
stylelint | hadolint
actionlint | yamllint | markdownlint | biome check | biome lint | tach check | vulture | task-planner
"""
# Scripts and targets of a project that check or build it, by the name that they have everywhere.
_SCRIPTS = frozenset(
    """test tests t unit unit-test test-unit integration e2e spec check checks lint eslint stylelint typecheck type-check types
    tsc typescript validate verify coverage cov build compile ci style audit-check help""".split()
)
_LOOKS = pattern(r"(?:format|fmt|prettier|style|black|ruff|isort|biome|lint|eslint)[:_-](?:check|ci|verify|diff|test)\Z")
_PACKAGE_MANAGERS = frozenset(("npm", "pnpm", "yarn", "bun"))
_OWN_WORDS = frozenset(("ci", "t", "help", "build", "types", "compile", "audit-check"))  # bun's and npm's own subcommands, or none
# Parts of a script's name that say that it changes something.
_CHANGING = frozenset(
    """fix update write deploy publish release push upload install uninstall clean format fmt apply commit
    snapshot snapshots generate gen migrate seed reset bump tag accept bless""".split()
)
_PYTHON = pattern(r"(?:python|pypy)[\d.]*\Z")
_MODULE_FLAG = pattern(r"-[bBdEiIOPqsSuv]*m\Z")
_CODE_FLAG = pattern(r"-[bBdEiIOPqsSuv]*[cm]")
_OWN_BIN = pattern(r"/(?:(?:\.?v?env|node_modules)/(?:\.?bin|Scripts)|vendor/bin)\Z")
# Scripts by which a project starts its tools, with the folder where they lie.
_OWN_SCRIPTS = frozenset(
    "gradlew mvnw manage.py artisan bin/rails bin/rspec bin/rake bin/rubocop bin/console bin/phpunit bin/brakeman".split()
)
ASKS = frozenset(("--version", "-V", "-version", "version", "--help", "-h"))
# Variables that decide which code a program runs.
_DANGEROUS = pattern(
    r"(?:PATH|LD_\w+|DYLD_\w+|BASH_ENV|ENV|NODE_OPTIONS|PYTHONSTARTUP|PYTHONHOME|PERL5\w*|RUBYOPT|GIT_\w+|"
    r"GOFLAGS|CARGO_\w+|RUSTC\w*|RUSTFLAGS|MAKE\w+|(?i:npm_config_\w+)|TOX_\w+|JAVA_TOOL_OPTIONS|MANPAGER|LESSOPEN|PS4|PROMPT_COMMAND|"
    r"INSTA_\w+|UPDATE_\w+|\w*SNAPSHOTS?(?:_UPDATE)?|"  # snapshots are written
    r"PYTEST_ADDOPTS|PYTEST_PLUGINS|PAGER|EDITOR|VISUAL|IFS|SHELL)\Z"
)

# Settings of these that change nothing about which code is run.
_PLAIN = pattern(
    r"(?:(?:GIT_|MAN)?PAGER=(?:cat|less|more|)|GIT_(?:OPTIONAL_LOCKS|TERMINAL_PROMPT|CONFIG_NOSYSTEM|TRACE)=[012]"
    r"|GIT_(?:AUTHOR|COMMITTER)_\w+=.*|CARGO_(?:TERM_\w+|INCREMENTAL|NET_\w+)=\w*|RUSTFLAGS=(?:-[ADWF] ?[\w:-]+ ?)*"
    r"|MAKEFLAGS=(?:-?[jksBn]\d* ?|--\w[\w-]* ?)*|GOFLAGS=(?:-(?:mod=(?:mod|vendor|readonly)|count=\d+|race|v|short|timeout=\w+|buildvcs=\w+) ?)*"
    r"|(?i:npm_config_)(?:yes|loglevel|audit|fund|progress|color|offline|update_notifier)=\w*|JAVA_TOOL_OPTIONS=(?:-X(?:mx|ms|ss)\w+ ?)*)\Z"
)


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


def bare(words: list[str | None], cwd: str | None = None) -> list[str]:
    """The words of a call without launchers, interpreters' -m and paths before the tool's name; unknown
    words "". Empty where what is started is no installed tool but a file that lies somewhere."""
    found = [one or "" for one in words]
    while found:
        if "/" in found[0]:
            if not _installed(found[0], cwd):
                return []
            found[0] = found[0].rsplit("/", 1)[-1]
        launcher = next((one for one in LAUNCHERS if tuple(found[: len(one)]) == one), None)
        if launcher is not None:
            found = _behind_options(found[len(launcher) :])
        elif _PYTHON.match(found[0]) and found[1:2] == ["manage.py"]:
            found = found[1:]
        elif _PYTHON.match(found[0]) and (at := _module(found)):
            found = found[at:]
            if "/" in found[0]:
                return []
        elif found[0] in ("yarn", "pnpm") and found[1:2] and found[1] in _NODE_TOOLS:
            found = found[1:]  # `yarn jest`: the tool itself
        elif found[1:2] and _starts_tool(found[0], found[1]):
            found = found[1:]
        else:
            break
    return found


def _starts_tool(name: str, path: str) -> bool:
    """`node node_modules/.bin/jest`, `php artisan`: an interpreter before a tool's own script."""
    if name == "node":
        return "node_modules/.bin/" in path
    return name in ("php", "ruby") and (path in _OWN_SCRIPTS or "vendor/bin/" in path)


def _module(words: list[str]) -> int:
    """Where the module's name stands behind an interpreter's -m; 0 where a script or code comes first."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        if _MODULE_FLAG.match(words[at]):
            return at + 1 if at + 1 < len(words) else 0
        if _CODE_FLAG.match(words[at]):
            return 0
        at += 2 if words[at] in ("-W", "-X") else 1
    return 0


def _installed(path: str, cwd: str | None) -> bool:
    """Whether a tool given by its path lies in the bin folder of the tree's own environment, or on PATH
    outside it; build tools' wrappers lie in the tree itself."""
    import os

    if path.removeprefix("./") in _OWN_SCRIPTS:
        return True
    if cwd is None:
        return False
    whole = os.path.normpath(os.path.join(cwd, path))
    folder = os.path.dirname(whole)
    own = _OWN_BIN.search(folder)
    if own:
        tree = folder[: own.start()] or "/"
        return (cwd + "/").startswith(tree.rstrip("/") + "/") or tree.startswith(cwd.rstrip("/") + "/")
    return (
        path.startswith("/")
        and folder in (os.environ.get("PATH") or "").split(":")
        and not folder.startswith((cwd.rstrip("/") + "/", "/tmp/", "/var/tmp/", "/dev/shm/"))
    )


def _behind_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _LAUNCHER_VALUES else 1 :]
    return words


def dangerous(assignments: list[str]) -> str | None:
    """The first variable set for a call that could change which code it runs."""
    for one in assignments:
        name = one.partition("=")[0]
        if _DANGEROUS.match(name) and not _PLAIN.match(one) and not (name == "NODE_OPTIONS" and _plain_node(one)):
            return name
    return None


def _plain_node(setting: str) -> bool:
    from planweir.guard.npm import PLAIN_NODE

    return PLAIN_NODE.match(setting) is not None


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
        return _targets_listed(name, words[1:])
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
_LIFECYCLES = frozenset(("mvn", "mvnw", "gradle", "gradlew"))
_QUIET_OPTIONS = pattern(
    r"(?:-j\d*|-k|-s|-n|-i|-B|-w|-q|-v+|-O\w*|-r|-p|--(?:jobs|keep-going|silent|quiet|dry-run|just-print|recon|"
    r"always-make|print-directory|no-print-directory|output-sync|verbose|recreate|parallel|skip-missing-interpreters|"
    r"reuse-existing-virtualenvs|no-color|color)(?:=\w+)?|\d+)\Z"
)
_ENVIRONMENT = pattern(
    r"(?:py\d*|pypy\d*|tests?|unit|integration|lint|mypy|types?|typecheck|check|flake8|ruff|coverage|cov|docs-check|"
    r"[\d.]+)(?:[-.,](?:py\d*|pypy\d*|tests?|unit|integration|lint|mypy|types?|check|coverage|cov|\d+))*\Z"
)


def _targets_listed(name: str, words: list[str]) -> bool:
    """make, just, tox, nox: only targets that are known as checks, no other file, no variable."""
    if name in ("tox", "nox"):
        words = words[1:] if words[:1] == ["run"] else words
        at = 0
        while at < len(words) and words[at] != "--":
            one = words[at]
            if one in ("-e", "-s", "--session", "--sessions"):
                at += 1
                if not (at < len(words) and _ENVIRONMENT.match(words[at])):
                    return False
            elif one not in ("-l", "--list", "list") and not _QUIET_OPTIONS.match(one):
                return False
            at += 1
        return not any(one.partition("=")[0] in WRITING - SHORT for one in words[at:])
    if name == "just" and words in (["--list"], ["-l"], ["--summary"]):
        return True
    if name in ("make", "gmake"):
        words = _in_folder(words)
    options = [one for one in words if one.startswith("-") or one.isdigit()]
    targets = [one for one in words if one not in options]
    if not all(_QUIET_OPTIONS.match(one) for one in options):
        return False
    dry = {"-n", "--dry-run", "--just-print", "--recon"} & set(options)
    targets = [one for one in targets if not _VARIABLE.match(one)]
    return all("=" not in one for one in targets) and (bool(dry) or (bool(targets) and all(map(_checks, targets))))


# What is set for make to say how much it tells, or which tests it runs.
_VARIABLE = pattern(r"(?:V|VERBOSE|Q|T|TEST|TESTS|NAME|PKG|RUN|JOBS|MODULE|SUITE)=[\w.:][\w.:/-]*\Z")


def _checks(name: str) -> bool:
    """Whether a script or a target of this name checks or builds: `test`, `test:unit`, `format:check`, no `lint:fix`."""
    if name in _SCRIPTS or _LOOKS.match(name):
        return True
    base = re.split(r"[:-]", name, maxsplit=1)[0]
    return base != name and base in _SCRIPTS and _further(name, base)


def _script(words: list[str]) -> bool:
    """Whether npm or its like are asked for a script that checks or builds."""
    name, rest = words[0], _spoken(words[1:])
    ran = rest[:1] in (["run"], ["run-script"])
    rest = _spoken(rest[1:]) if ran else rest
    script = rest[0] if rest else ""
    if not ran and name == "npm":
        return script in ("test", "t", "tst")
    if not ran and script in _OWN_WORDS and not (script == "build" and name != "bun"):
        return False
    return _checks(script)


def _spoken(words: list[str]) -> list[str]:
    from planweir.guard.npm import SPOKEN

    at = 0
    while at < len(words) and words[at] in SPOKEN:
        at += 1
    return words[at:]


def _in_folder(words: list[str]) -> list[str]:
    """make's words without `-C FOLDER`, where the folder lies below."""
    for at, one in enumerate(words[:-1]):
        if one in ("-C", "--directory") and below_here(words[at + 1]):
            return [*words[:at], *words[at + 2 :]]
    return words


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
        if have != want and (want is plain[0] or not _further(have, want)):
            return False
    return True


def _further(have: str, want: str) -> bool:
    """`test:unit` for `test`, but no `lint:fix`."""
    return have.startswith((want + ":", want + "-")) and not _CHANGING & set(
        re.split(r"[:_.-]", have[len(want) + 1 :].lower())
    )
