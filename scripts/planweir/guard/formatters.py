"""Formatters, by the files that they rewrite; and programs that merely name files."""

from __future__ import annotations

from planweir.guard.launchers import bare
from planweir.guard.options import WRITING
from planweir.guard.runners import ASKS
from planweir.guard.who import table, texts
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.who import Guard
    from planweir.shell.scan import Program

# Formatters: (first words, options that make it write ("" none needed), options that make it only look).
_FORMATTERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("black",), "", "--check --diff"),
    (("ruff", "format"), "", "--check --diff"),
    (("ruff", "check"), "--fix --fix-only --unsafe-fixes --add-noqa", "--diff"),
    (("isort",), "", "-c --check --check-only --diff -d"),
    (("prettier",), "--write -w", ""),
    (("eslint",), "--fix", ""),
    (("stylelint",), "--fix", ""),
    (("biome",), "--write --fix --apply --apply-unsafe", ""),
    (("rubocop",), "-a -A --auto-correct --autocorrect --autocorrect-all", ""),
    (("autopep8",), "-i --in-place", ""),
    (("autoflake",), "-i --in-place", ""),
    (("yapf",), "-i --in-place", ""),
    (("docformatter",), "-i --in-place", ""),
    (("pyupgrade",), "", ""),
    (("go", "fmt"), "", "-n"),
    (("gofmt",), "-w", ""),
    (("cargo", "fmt"), "", "--check"),
    (("dprint", "fmt"), "", ""),
    (("mix", "format"), "", "--check-formatted"),
    (("terraform", "fmt"), "", "-check"),
    (("cargo", "fix"), "", ""),
    (("cargo", "clippy"), "--fix", ""),
    (("go", "fix"), "", ""),
    (("rustfmt",), "", "--check"),
    (("goimports",), "-w", ""),
    (("gofumpt",), "-w", ""),
    (("standard",), "--fix", ""),
    (("xo",), "--fix", ""),
    (("oxlint",), "--fix", ""),
    (("deno", "fmt"), "", "--check"),
    (("dart", "fix"), "--apply", ""),
    (("dart", "format"), "", "--output=none -o"),
    (("php-cs-fixer", "fix"), "", "--dry-run"),
    (("phpcbf",), "", ""),
    (("rector", "process"), "", "--dry-run -n"),
    (("sqlfluff", "fix"), "", ""),
    (("djlint",), "--reformat", ""),
    (("markdownlint",), "--fix -f", ""),
    (("markdownlint-cli2",), "--fix", ""),
    (("codespell",), "-w --write-changes", ""),
    (("typos",), "-w --write-changes", ""),
    (("taplo", "fmt"), "", "--check"),
    (("ktlint",), "-F --format", ""),
    (("swiftlint",), "--fix --autocorrect", ""),
    (("swiftformat",), "", "--lint --dryrun"),
    (("mvn", "spotless:apply"), "", ""),
    (("gradlew", "spotlessApply"), "", ""),
    (("gradle", "spotlessApply"), "", ""),
    (("pre-commit", "run"), "-a --all-files --files", ""),
)
_RENEWING = frozenset(("-u", "--update", "--updateSnapshot", "--update-snapshots"))  # snapshots
# What may stand beside a formatter's files without changing which code it runs.
_PLAIN = frozenset("-q --quiet --ignore-unknown --no-color --color --safe --fast --preview --no-warn-ignored --diff --check".split())
_FORMATS_ALL = frozenset("go cargo mix terraform pre-commit dprint mvn gradle gradlew".split())
# Programs that run a script of the project: which formatter it is, its name does not tell.
_SCRIPTS = frozenset(("npm", "yarn", "pnpm", "bun", "make", "just"))
_WRITE = frozenset(word for _first, writing, _looking in _FORMATTERS for word in writing.split())
_SCRIPT = pattern(r"(?:format|fmt|prettier)(?:[:_-](?!check)\w+)*\Z|(?:\w+[:_-])*fix\Z")
_VALUED = frozenset(
    """-l -t -S -c --config --line-length --target-version --select --ignore --exclude --extend-exclude
    --parser --ext --profile --settings-path --plugin --stdin-filename --ignore-path --rule""".split()
)


def formatted(program: Program) -> list[str] | None:
    """The files and folders that a formatter rewrites (patterns as they stand), None if it is none."""
    if program.kind not in ("runs", "unknown", "writes"):
        return None
    words = bare(program.words, program.cwd)
    if not words:
        return None
    name = words[0]
    if name in _SCRIPTS:
        rest = [one for one in words[1:] if one not in ("run", "run-script") and not one.startswith("-")]
        fixes = "--" in words and {"--fix", "--write"} & set(words[words.index("--") :])
        return ["."] if rest and (fixes or _SCRIPT.match(rest[0])) else None
    for first, writing, looking in _FORMATTERS:
        if tuple(words[: len(first)]) != first:
            continue
        options = {one.partition("=")[0] for one in words if one.startswith("-")}
        if options & set(looking.split()) or (writing and not options & set(writing.split())):
            return None
        if len(words) == 2 and words[1] in ASKS:
            return None
        rest = words[len(first) :]
        if "--files" in rest:  # pre-commit's
            return [one for one in rest[rest.index("--files") + 1 :] if one and not one.startswith("-")]
        if name == "cargo":
            return [_crate(words)]
        if name in _FORMATS_ALL:
            rest = [one.removesuffix("...") for one in rest if one.startswith(".")]
            return rest or ["."]
        files = [
            one
            for at, one in enumerate(rest)
            if one and not one.startswith("-") and not (at and rest[at - 1] in _VALUED)
        ]
        if name == "biome":
            files = files[1:]
        if not files and None in program.words:
            return None
        return files or ([] if name in ("pyupgrade", "gofmt", "prettier") else ["."])
    return None


def _crate(words: list[str]) -> str:
    """The folder of the crate that cargo is pointed at."""
    for at, one in enumerate(words):
        option, equals, value = one.partition("=")
        if option == "--manifest-path":
            value = value if equals else (words[at + 1] if at + 1 < len(words) else "")
            return value.rpartition("/")[0] or ("/" if value.startswith("/") else ".")
    return "."


def renewed(program: Program) -> list[str]:
    """The folders and files of tests whose snapshots a run rewrites: all, where it names none. jest's words are patterns."""
    words = bare(program.words, program.cwd)
    if not words or words[0] not in ("jest", "vitest", "playwright", "npm", "yarn", "pnpm", "bun") or not _RENEWING & set(words):
        return []
    if words[0] in _SCRIPTS:
        script = next((one for one in words[1:] if not one.startswith("-") and one not in ("run", "run-script")), "")
        return ["."] if script.startswith("t") else []
    named = [one for one in words[1:] if not one.startswith("-") and one not in ("", "run", "test")]
    return named or ["."]


def formats_these(program: Program) -> list[str]:
    """The files that a formatter rewrites and is given one by one, with no option that has it run other code; else empty."""
    words = bare(program.words, program.cwd)
    if program.assignments or not words or words[0] in (*_SCRIPTS, *_FORMATS_ALL):
        return []
    files = formatted(program) or []
    options = {one for one in words if one.startswith("-")}
    return files if options <= _PLAIN | _WRITE and "." not in files and None not in program.words else []


def on_one(program: Program, path: str) -> tuple[str, str]:
    """How to call a formatter that rewrites too much, and how to have it rewrite `path` alone."""
    words = [one for one in bare(program.words, program.cwd) if one]
    if words[:1] == ["pre-commit"]:
        return "pre-commit", f"give it your own files: `pre-commit run --files {path}`"
    if renewed(program):
        return f"`{' '.join(words)}`", f"name your own test in the call, as in `npx vitest run -u {path}`"
    if words[0] in _SCRIPTS:
        example = "" if words[0] in ("make", "just") else f", as in `npx prettier --write {path}`"
        return f"`{' '.join(words)}`", f"start the formatter itself on your own files{example}"
    if words[0] == "cargo":  # takes packages and no files
        own = f"give your own files to the formatter itself: `rustfmt {path}`" if "fmt" in words else "run it without mending, and mend your own files"
        return f"`{' '.join(words[:2])}`", own
    files = formatted(program) or []
    given = [one or "" for one in program.words]
    first = next((at for at, one in enumerate(given) if one.removesuffix("...") in files), len(given))
    writes = [one for one in given[first:] if one in _WRITE]
    return words[0], f"give it your own files: `{' '.join([*given[:first], *writes, path])}`"


_ONE_LEVEL = pattern(r"(?:[^*?\[{/]+/)*\*\.\w+\Z")
_MAGIC = pattern(r"[*?\[{]")


def passes_by(path: str, folder: str | None, guard: Guard, but: str) -> bool:
    """Whether a pattern of one level (`src/*.ts`, which looks into `folder` alone) takes in no file of another running task."""
    if folder is None or not _ONE_LEVEL.match(path):
        return False
    ending = path.rpartition("*")[2]
    for task, row in table(guard, "running").items():
        for one in texts(row, "files") if task != but and isinstance(row, dict) else ():
            magic = _MAGIC.search(one)
            if magic is None:
                if one.rpartition("/")[0] == folder and one.endswith(ending):
                    return False
                continue
            fixed = one[: magic.start()].rpartition("/")[0]
            if fixed == folder or not (fixed + "/").startswith(folder + "/" if folder else ""):
                return False  # may name a file there: `src/**`, `**/*.ts`
    return True


_NAMERS = frozenset("markdown-link-check markdownlint markdownlint-cli2 cspell vale alex write-good lychee textlint".split())


def merely_names(program: Program) -> bool:
    """Whether a program only reads what its words name, or takes them as labels."""
    words = bare(program.words, program.cwd)
    if not words or any(one.partition("=")[0] in WRITING or one in ("-o", "--output") for one in words):
        return False
    return words[0] in _NAMERS or words[:2] in (["docker", "build"], ["docker", "tag"], ["podman", "build"])
