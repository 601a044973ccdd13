"""Options by which a check writes a file, loads code that is no test, or is steered by another configuration."""

from __future__ import annotations

import os
import re

from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program

# Options that write into the project's own files: refused for every tool.
WRITING = frozenset(
    """--fix --fix-only --unsafe-fixes --write -w -u --updateSnapshot --update-snapshots --snapshot-update
    --inline-snapshot --force-regen --apply --autocorrect -A -a --auto-correct --accept --bless""".split()
)
W_MEANS_OTHER = frozenset(
    ("pytest", "py.test", "unittest", "mypy", "go", "cargo", "make", "ctest", "tox", "nox", "npm", "prove", "bats", "deno", "dotnet")
)
SHORT = frozenset(("-u", "-w", "-a", "-A"))

# Options of a check whose value is a file (or a folder) that it writes.
OUTPUTS: dict[str, frozenset[str]] = {
    name: frozenset(line.split())
    for names, line in {
        "pytest py.test": "--junitxml --junit-xml --basetemp --resultlog --report-log --html --log-file"
        " --json-report-file --cov-report --csv --md-report-output --alluredir --benchmark-json",
        "ruff eslint bandit stylelint rspec rubocop bats": "-o --output-file --output --out --outdir"
        " --report-formatter-output --cache-location",
        "mypy": "--junit-xml --html-report --xml-report --txt-report --any-exprs-report --linecount-report"
        " --linecoverage-report --lineprecision-report --cobertura-xml-report --xslt-html-report"
        " --xslt-txt-report --cache-dir",
        "go": "-o -coverprofile -cpuprofile -memprofile -blockprofile -mutexprofile -outputdir -trace -gocoverdir",
        "cargo": "--target-dir --out-dir --artifact-dir --logfile",
        "jest vitest ava mocha": "--outputFile --coverageDirectory --cacheDirectory --outputDir"
        " --coverage.reportsDirectory --reporter-option --attachmentsDir",
        "tsc": "--outDir --outFile --declarationDir --tsBuildInfoFile --generateTrace --generateCpuProfile",
        "flake8": "--output-file",
        "pylint": "--output",
        "node": "--test-reporter-destination --redirect-warnings --cpu-prof-dir --heap-prof-dir --diagnostic-dir"
        " --report-dir --report-directory",
        "gotestsum": "--jsonfile --junitfile --jsonfile-timing-events",
        "deno": "--coverage --junit-path",
        "bun": "--coverage-dir --reporter-outfile",
        "playwright": "--output",
        "tap": "-o --output-file -d --output-dir",
        "coverage": "--data-file -d --directory -o",
        "golangci-lint": "--out --output-dir",
        "phpunit pest paratest artisan": "--log-junit --log-teamcity --log-events-text --coverage-html --coverage-clover --coverage-xml"
        " --coverage-text --coverage-php --coverage-cobertura --testdox-html --testdox-text",
        "dotnet": "-o --output --results-directory -d --diag",
        "ctest": "-O --output-log --output-junit",
        "swift": "--xunit-output --attachments-path --event-stream-output-path",
        "gcc g++ cc c++ clang clang++ rustc": "-o",
        "javac": "-d",
        "build": "-o --outdir",
        "jupyter": "--output --output-dir",
        "robot": "-d --outputdir -o --output -l --log -r --report -x --xunit",
    }.items()
    for name in names.split()
}
TREES = frozenset(
    ("--directory", "--basetemp", "--outdir", "--outDir", "--outputdir", "-outputdir", "--coverageDirectory", "--target-dir")
)

# Options that load code which is no test, or another configuration. "never": refused; "inside": only with a path that
# lies below the folder; else a pattern that the value must fit.
_STEERING: dict[str, dict[str, str]] = {
    "pytest": {
        "never": "-o --override-ini --pdbcls --debug --pastebin --store-durations --tx --px --rsyncdir -d",
        "inside": "-c --config-file --rootdir --confcutdir --cov-config",
        r"no:[\w.]+|xdist|randomly|cov|anyio|asyncio|pytester|pytest_\w+": "-p",
    },
    "unittest": {"inside": "-s --start-directory -t --top-level-directory"},
    "jest": {
        "never": "--globalSetup --globalTeardown --setupFiles --setupFilesAfterEnv --runner --testRunner --transform"
        " --preset --resolver --testResultsProcessor --snapshotSerializers --filter --moduleNameMapper --modulePaths"
        " --moduleDirectories --testSequencer --dependencyExtractor --haste --watchPlugins --prettierPath --globals"
        " --init --testEnvironmentOptions --update --updateSnapshot -u",
        "inside": "-c --config --rootDir --roots --projects",
        r"default|summary|github-actions": "--reporters",
        r"node|jsdom|happy-dom|jest-environment-\w+": "--env --testEnvironment",
    },
    "vitest": {
        "never": "--globalSetup --setupFiles --runner --browser --api --ui --open --execArgv --poolOptions"
        " --coverage.customProviderModule --sequence.sequencer --snapshotEnvironment --snapshotSerializers --plugins"
        " --update -u --resolveSnapshotPath --alias --deps --server --benchmark.outputJson",
        "inside": "-c --config -r --root --dir --workspace",
        r"default|verbose|dot|json|junit|tap|tap-flat|basic|tree|hanging-process|github-actions|agent": "--reporter",
        r"node|jsdom|happy-dom|edge-runtime": "--environment",
        r"threads|forks|vmThreads|vmForks": "--pool",
        r"v8|istanbul": "--coverage.provider",
        r"tsc|vue-tsc": "--typecheck.checker",
    },
    "mocha": {
        "never": "-r --require --loader --experimental-loader --import --opts -n --node-option -O --reporter-option --reporter-options"
        " --extension",
        "inside": "--config --package",
        r"spec|dot|min|nyan|list|landing|progress|tap|json|json-stream|doc|markdown": "-R --reporter",
        r"bdd|tdd|qunit|exports": "-u --ui",
    },
    "node": {
        "never": "-r --require --import --loader --experimental-loader -e --eval -p --print -pe -i --interactive --run"
        " --env-file --env-file-if-exists --experimental-config-file --experimental-default-config-file"
        " --test-global-setup --test-update-snapshots --build-snapshot --snapshot-blob --openssl-config"
        " --trace-event-file-pattern --heapsnapshot-signal --prof --cpu-prof --heap-prof --icu-data-dir --inspect"
        " --inspect-brk --test-rerun-failures --localstorage-file",
        r"spec|tap|dot|junit|lcov": "--test-reporter",
    },
    "go": {
        "never": "-exec -toolexec -overlay -vettool -modfile -ldflags -gccgoflags -asmflags -gcflags -compiler -pkgdir"
        " -fuzz -args -update -c -pgo -w -u -testlogfile -fuzzcachedir",
        "inside": "-C",
        r"vendor|readonly": "-mod",
    },
    "cargo": {
        "never": "--config -Z --lockfile-path --tool-config-file --archive-file --binaries-metadata --cargo-metadata --workspace-remap",
        "inside": "--manifest-path -C --config-file",
    },
    "ctest": {
        "never": "-S -SP -D -T -M --script --script-new-process --dashboard --test-model --test-action --build-and-test --launch"
        " --submit-index --resource-spec-file",
        "inside": "--test-dir",
    },
    "phpunit": {
        "never": "-d --printer --extension --generate-configuration --migrate-configuration --include-path --init --ci-init"
        " --update-snapshots --runner",
        "inside": "-c --configuration --bootstrap --cache-directory --cache-result-file",
    },
    "rspec": {
        "never": "-O --options --drb -X --init --bisect",
        "inside": "-I --default-path",
        r"(?!/)[\w/-]+": "-r --require",
        r"[\w:]+": "-f --format",
    },
    "dotnet": {
        "never": "-e --environment --test-adapter-path --msbuild-args",
        "inside": "-s --settings",
    },
    "swift": {
        "never": "-Xbuild-tools-swiftc -Xcc -Xcxx -Xlinker --toolchain --toolset --sdk --swift-sdk --disable-sandbox"
        " --allow-writing-to-package-directory",
        "inside": "--package-path -C --scratch-path --build-path --cache-path --config-path",
        r"-D\w+|-warnings-as-errors|-strict-concurrency=\w+|-enable-testing|-O\w*|-g": "-Xswiftc",
    },
    "mix": {"never": "-r --require --profile-require -e --eval", r"[A-Z][\w.]*": "--formatter"},
    "playwright": {
        "never": "--ui --ui-host --ui-port --debug --update-source-method --test-server",
        "inside": "-c --config --tsconfig",
        r"(?:(?:list|line|dot|json|junit|github|html|null|blob)(?:,|\Z))+": "--reporter",
    },
    "bun": {
        "never": "--preload -r --require --import --env-file --define -d --loader -l --plugin --inspect --inspect-brk"
        " --inspect-wait -e --eval -p --print --conditions --extension-order",
        "inside": "-c --config --cwd --tsconfig-override",
        r"junit|dots?": "--reporter",
    },
    "deno": {
        "never": "--preload --require --env-file --inspect --inspect-brk --inspect-wait --v8-flags --update --cert"
        " --unsafely-ignore-certificate-errors --allow-scripts --reload -r --location --watch",
        "inside": "-c --config --import-map --lock",
        r"pretty|dot|junit|tap": "--reporter",
    },
    "prove": {
        "never": "-e --exec --source --harness -P -M -m -a --archive --state --rc --perl --formatter -S",
        "inside": "-I",
    },
    "tape": {"never": "-r --require --import --loader"},
    "tap": {
        "never": "--node-arg --before --after --plugin --snapshot -S --repl -R --test-arg --save -s --saved --changed",
        r"base|terse|tap|min|dot|silent|json|jsonstream|junit|markdown": "--reporter",
    },
    "mypy": {"never": "--install-types"},
    "pylint": {"never": "--init-hook"},
    "gotestsum": {"never": "--post-run-command --raw-command --watch"},
    "eslint": {"never": "--rulesdir --resolve-plugins-relative-to"},
    "npm": {
        "never": "--script-shell --userconfig --globalconfig --node-options --shell --init-module",
        "inside": "--prefix -C --dir --cwd",
    },
}
_SAME = {"py.test": "pytest", "pest": "phpunit", "paratest": "phpunit", "artisan": "phpunit", "yarn": "npm", "pnpm": "npm", "bun": "npm"}
# Whose options are handed on: the words behind `--` (of yarn's and pnpm's, all) go to one of these.
_HANDED = {
    "npm": "jest vitest mocha",
    "yarn": "jest vitest mocha",
    "pnpm": "jest vitest mocha",
    "bun": "jest vitest mocha",
    "tox": "pytest",
    "nox": "pytest",
    "npx": "jest vitest mocha",
    "gotestsum": "go",
}
_NO_DASHES = frozenset(("yarn", "pnpm", "bun"))
# These take --global-setup for --globalSetup, and letters in one word.
_CAMEL = frozenset(("jest", "vitest", "mocha"))
# Letters that take what follows them in their word, or the next word, for a value.
_VALUED = {"pytest": "kmcpondrW", "unittest": "kspt", "mocha": "rRuOgftn", "jest": "ctwfo", "vitest": "crtw", "prove": "IePMmaj", "playwright": "cgGj"}
# They run what an address names.
_FETCHING = frozenset(("deno", "bun"))
_REMOTE = pattern(r"(?:https?://|npm:|jsr:|data:)")
_NO_TESTS_OF_TAP = frozenset(("plugin", "build", "repl", "replay", "config", "generate-config"))
_BELOW = pattern(r"(?!/|~)(?!(?:.*/)?\.\.(?:/|\Z))[\w@./+-]+\Z")

_ROWS: dict[str, dict[str, str]] = {}


def below_here(path: str) -> bool:
    """Whether a path as it is given lies below the folder where it is given."""
    return _BELOW.match(path) is not None


def _row(name: str) -> dict[str, str]:
    """option -> "never", "inside" or the pattern of its values."""
    if name not in _ROWS:
        _ROWS[name] = {
            _plain(option, name): kind for kind, line in _STEERING.get(name, {}).items() for option in line.split()
        }
    return _ROWS[name]


def _plain(option: str, name: str) -> str:
    """One spelling of an option: `--test.run` is `-run` to go, `--global-setup` is `--globalSetup` to jest."""
    if name == "go":
        return "-" + option.lstrip("-").removeprefix("test.")
    if name in _CAMEL and option.startswith("--"):
        return "--" + option[2:].replace("-", "").lower()
    return option


def _given(name: str, words: list[str]) -> list[tuple[str, str]]:
    """(option, value) for each option of a call; the value is what stands behind `=`, or the next word."""
    found: list[tuple[str, str]] = []
    for at, word in enumerate(words):
        if not word.startswith("-") or word in ("-", "--"):
            continue
        following = words[at + 1] if at + 1 < len(words) else ""
        option, equals, value = word.partition("=")
        if word.startswith("--") or name not in _VALUED:
            found.append((_plain(option, name), value if equals else following))
            continue
        letters = word[1:]
        for place, letter in enumerate(letters):
            rest = letters[place + 1 :].removeprefix("=")
            if letter in _VALUED[name]:
                found.append((f"-{letter}", rest or following))
                break
            found.append((f"-{letter}", ""))
    return found


def steered(words: list[str]) -> bool:
    """Whether options of this call (its words without launchers) load code or another configuration."""
    name = "bun" if words[:2] == ["bun", "test"] else _SAME.get(words[0], words[0])
    if words[0] in _FETCHING and any(_REMOTE.match(one) for one in words[1:]):
        return True
    if words[:1] == ["tap"] and words[1:2] and words[1] in _NO_TESTS_OF_TAP:
        return True
    calls = handed(words)
    tools = [call[0] for call in calls]
    return _refuses(name, words[1:]) or any(_refuses(call[0], call[1:], tools) for call in calls)


def handed(words: list[str]) -> list[list[str]]:
    """The calls that a call hands its further words to: each tool that it may be."""
    rest = words[1:]
    if rest[:1] == ["test"] and words[0] == "bun":
        return []  # its own runner
    if words[0] not in _NO_DASHES:
        rest = rest[rest.index("--") + 1 :] if "--" in rest else []
    return [[tool, *rest] for tool in _HANDED.get(words[0], "").split()] if rest else []


def _refuses(name: str, words: list[str], tools: list[str] | None = None) -> bool:
    """Whether options of the tool `name` load code or another configuration. `tools`: those that it may be, any of which may know
    the value of an option (`npm test -- --reporter=verbose`)."""
    row = _row(name)
    if not row:
        return False
    if name == "pytest" and any(word.startswith("@") for word in words):
        return True  # further arguments, from a file
    for option, value in _given(name, words):
        kind = row.get(option)
        if kind is None and "." in option:
            kind = row.get(option.partition(".")[0])  # --browser.enabled
        if kind is None:
            continue
        if kind == "never" or (kind == "inside" and not _BELOW.match(value)):
            return True
        if kind != "inside" and re.fullmatch(kind, value) is None:
            others = [_row(one).get(option, "never") for one in tools or ()]
            if not any(one not in ("never", "inside") and re.fullmatch(one, value) for one in others):
                return True
    return False


def written(name: str, words: list[str]) -> list[tuple[str, str]]:
    """(option, file) for each file that a check is told to write; "" where the name is not known."""
    taking = OUTPUTS.get(name, frozenset())
    if name in _CAMEL:
        taking = frozenset(_plain(one, name) for one in taking)
    found: list[tuple[str, str]] = []
    for at, one in enumerate(words):
        option, equals, value = one.partition("=")
        if name == "go" or name in _CAMEL:
            option = _plain(option, name) if option.startswith("-") else option
            if option.startswith("--outputfile."):
                option = "--outputfile"  # one reporter's own
        if option not in taking:
            if not (len(one) > 2 and one[:2] in taking and one[1] == "o" and one[0:2] == "-o" and name != "go"):
                continue
            option, value = one[:2], one[2:]
        elif not equals:
            value = words[at + 1] if at + 1 < len(words) else ""
        if option == "--cov-report":
            if ":" not in value:
                continue
            value = value.partition(":")[2]
        found.append((option, value))
    return found


# Tools that run what they are pointed at, load configurations that are programs, or run what a file in their folder says.
_RUNS_CODE = frozenset(
    """pytest py.test unittest jest vitest mocha ava tap jasmine node deno bun npm yarn pnpm go cargo make gmake just
    tox nox rake mix rspec gradle gradlew mvn mvnw mvnd dotnet swift sbt lein coverage doctest nose2 ward behave robot bats
    phpunit paratest pest playwright prove tape qunit cypress karma ctest eslint stylelint prettier pylint mypy rubocop
    manage.py artisan console rails composer turbo nx lerna vite next astro cmake meson ninja terraform tofu build""".split()
)
# Variables that hold folders from which code is loaded.
FOLDERS = pattern(r"(?:PYTHONPATH|NODE_PATH|RUBYLIB|CLASSPATH)=")
# Where what is installed for everybody lies: nobody here writes there.
_SYSTEM = ("/usr/", "/opt/", "/bin/", "/lib/", "/nix/", "/Library/")


def places_of(words: list[str], program: Program) -> list[str]:
    """The folder and the paths from which a call of a tool takes the code that it runs, as far as it names them."""
    if not words or words[0] not in _RUNS_CODE or words[:2] == ["go", "tool"]:
        return []
    if words[0] == "cmake" and "-B" in words:  # where it writes
        at = words.index("-B")
        words = [*words[:at], *words[at + 2 :]]
    files = {value for _option, value in written(words[0], words)}
    named = [one for one in words[1:] if "/" in one and not one.startswith("-") and one not in files]
    launcher = [one or "" for one in program.words[1 : len(program.words) - len(words)]]
    for call in (["coverage", *launcher], *handed(words)):
        files |= {value for _option, value in written(call[0], call[1:])}
    behind = [one.partition("=")[2] for one in (*launcher, *words[1:]) if one.startswith("-")]
    folders = [part for one in program.assignments if FOLDERS.match(one) for part in one.partition("=")[2].split(":")]
    elsewhere = [one for one in (*launcher, *behind, *folders) if one not in files and _far(one)]
    return [*([program.cwd] if program.cwd is not None else []), *named, *elsewhere]


def _far(value: str) -> bool:
    """Whether an option's value is a path that may lead out of the project: `/tmp/x`, no pattern such as `/auth/`."""
    if value.startswith(("~", "..")):
        return True
    top = value.split("/")[1] if value.startswith("/") else ""
    return bool(top) and not value.startswith(_SYSTEM) and os.path.isdir("/" + top)
