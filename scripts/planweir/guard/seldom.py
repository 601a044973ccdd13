"""Looks that few command lines call for: their modules are imported only where a word of the line does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program

_WATCHING = ("watch", "-w", "vitest", "ptw")
_OF_SESSIONS = ("claude", "CLAUDE_CODE_M", ".sock")
_LOOSE = frozenset(("at", "batch", "crontab", "systemd-run", "launchctl"))
_SETTING = ("=", "for", "select")
_SETTERS = frozenset(("read", "mapfile", "readarray", "getopts", "printf"))
_GIT_SETTINGS = ("config", "-c", "GIT_CONFIG", "--template")
_HOOKS = ("husky", "pre-commit", "lefthook", "overcommit", "simple-git-hooks", "lfs")
# Words by which a call may be one of shared.py's.
_SHARING = frozenset(
    """pre-commit lint-staged nano-staged pretty-quick lefthook overcommit husky simple-git-hooks yorkie jj sl hg svn hub gt
    git-town stg git-branchless git-machete git-absorb git-flow git-cz cz commitizen aicommits opencommit oco gcz gh glab
    lazygit gitui gitk git-gui gitg magit publish unpublish deprecate dist-tag version release yank upload push deploy
    release:prepare release:perform publishToMavenCentral hex.publish changeset changesets lerna semantic-release release-it
    standard-version np bumpversion bump2version bump-my-version auto commit-and-tag-version goreleaser kill-port fkill
    fkill-cli fuser kill-server pm2""".split()
)
# Words by which a call may be a formatter's, a package manager's, a build's.
_FORMATTING = frozenset(
    """black ruff isort prettier eslint stylelint biome rubocop autopep8 autoflake yapf docformatter pyupgrade fmt gofmt
    dprint format fix --fix pre-commit rustfmt goimports gofumpt standard xo oxlint phpcbf process sqlfluff djlint markdownlint
    markdownlint-cli2 codespell typos ktlint swiftlint swiftformat spotless:apply spotlessApply npm yarn pnpm bun make
    just""".split()
)
_PACKAGES = frozenset("npm pnpm yarn bun cargo uv poetry pdm composer".split())
_BUILDING = frozenset(
    """build run-script tsc webpack rollup tsup sphinx-build cmake ninja make meson gcc g++ cc c++ clang clang++ rustc
    javac parcel""".split()
)
_RENEWING = frozenset(("-u", "--update", "--updateSnapshot", "--update-snapshots"))
_NAMING = frozenset(
    "markdown-link-check markdownlint markdownlint-cli2 cspell vale alex write-good lychee textlint docker podman".split()
)
_QUIET = ("reads", "shell")
# Programs that decode, or that unpack: see unseen.py.
_UNSEEN = frozenset(
    """base64 base32 xxd uudecode gzip bzip2 xz zstd zcat gunzip bzcat xzcat bunzip2 unxz gpg openssl rev
    tar gtar bsdtar ar unzip cpio pax 7z 7za 7zr unrar jar patch python python3 perl node ruby php""".split()
)


def git_code(case: Case) -> Decision | None:
    """See gitcode.py."""
    source = case.source
    if not any(one.name == "git" for one in case.scan.programs) or not any(one in source for one in _GIT_SETTINGS):
        if not any(one in source for one in _HOOKS):
            return None
    from planweir.guard import gitcode

    return gitcode.git_code(case)


def unseen(case: Case) -> Decision | None:
    """See unseen.py."""
    if _UNSEEN.isdisjoint([one.name for scan in (case.scan, *case.scripts) for one in scan.programs]):
        return None
    from planweir.guard import unseen

    return unseen.unseen(case)


def nested(case: Case) -> Decision | None:
    """See nested.py."""
    programs = [one for scan in (case.scan, *case.scripts) for one in scan.programs]
    sources = [case.source, *(one.source for one in case.scripts)]
    if not any(word in one for one in sources for word in _OF_SESSIONS) and not any(
        one.name in _LOOSE or not _LOOSE.isdisjoint(one.wrappers) or any(word and "claude" in word for word in one.words[:8]) for one in programs
    ):
        return None
    from planweir.guard import nested

    return nested.judge_nested(case)


def _named(program: Program, words: frozenset[str]) -> bool:
    return not words.isdisjoint([one.rpartition("/")[2] for one in program.words if one])


def is_check(program: Program) -> bool:
    """See runners.py. What is told to write by its arguments is none."""
    if program.kind in _QUIET or program.kind == "writes":
        return False
    from planweir.guard.runners import is_check

    return is_check(program)


def dangerous(assignments: list[str]) -> str | None:
    """See variables.py."""
    if not assignments:
        return None
    from planweir.guard.variables import dangerous

    return dangerous(assignments)


def outputs(program: Program) -> list[tuple[str, str]]:
    """See runners.py: (kind of change, path) for each file that a check's options name."""
    if program.kind not in ("runs", "unknown"):
        return []
    from planweir.guard.runners import outputs

    return outputs(program)


def formatted(program: Program) -> list[str] | None:
    """See formatters.py: the files that a formatter rewrites."""
    if program.kind in _QUIET or not _named(program, _FORMATTING):
        return None
    from planweir.guard.formatters import formatted

    return formatted(program)


def renewed(program: Program) -> list[str]:
    """See formatters.py: the tests whose snapshots a run rewrites."""
    if program.kind in _QUIET or _RENEWING.isdisjoint(program.words):
        return []
    from planweir.guard.formatters import renewed

    return renewed(program)


def formats_these(program: Program) -> list[str]:
    """See formatters.py: the files that a formatter is given one by one."""
    if program.kind in _QUIET or not _named(program, _FORMATTING):
        return []
    from planweir.guard.formatters import formats_these

    return formats_these(program)


def merely_names(program: Program) -> bool:
    """See formatters.py. Asked of opaque programs alone."""
    if not _named(program, _NAMING):
        return False
    from planweir.guard.formatters import merely_names

    return merely_names(program)


def manifest(program: Program) -> str:
    """See npm.py: the file that a package manager rewrites."""
    if program.kind in _QUIET or not _named(program, _PACKAGES):
        return ""
    from planweir.guard.launchers import bare
    from planweir.guard.npm import manifest

    return manifest(bare(program.words, program.cwd))


def installs_anew(program: Program) -> bool:
    """See npm.py: `npm ci`."""
    if program.kind in _QUIET or not _named(program, _PACKAGES):
        return False
    from planweir.guard.launchers import bare
    from planweir.guard.npm import installs_anew

    return installs_anew(bare(program.words, program.cwd))


def refuse(rule: str, what: str, case: Case) -> Decision:
    """See edits.py: the denial of one who may not write."""
    from planweir.guard.edits import refuse

    return refuse(rule, what, case.role, case.event, case.guard)


def endless(case: Case) -> Decision | None:
    """See endless.py."""
    said = " ".join(one for program in case.scan.programs for one in program.words if one)  # as the shell has unquoted it
    if not any(word in said for word in _WATCHING):
        return None
    from planweir.guard import endless

    return endless.endless(case)


def swaps(case: Case) -> str | None:
    """See settings.py."""
    if not any(word in case.source for word in _SETTING) and not any(
        one.name in _SETTERS for one in case.scan.programs
    ):
        return None
    from planweir.guard import settings

    return settings.swaps(case)


def shares(program: Program) -> str:
    """See shared.py: what a tool beside git does to what all agents share."""
    if program.kind in ("reads", "shell") or _SHARING.isdisjoint(
        [program.name, *[(one or "").rpartition("/")[2] for one in program.words[1:6]]]
    ):
        return ""
    from planweir.guard.shared import reach

    return reach(program)


def own_process(program: Program, case: Case) -> bool:
    """See processes.py."""
    from planweir.guard.processes import own

    return own(program, case)


def left_by(program: Program, case: Case) -> str | None:
    """See builds.py: what a build leaves in the project that git does not ignore."""
    if not _named(program, _BUILDING):
        return None
    from planweir.guard.builds import left
    from planweir.guard.launchers import bare
    from planweir.guard.npm import script_first

    words = script_first(bare(program.words, program.cwd))
    return left(program, words, case.project, case.cwd) if words else None


def known_to_change(program: Program, case: Case) -> bool:
    """See changing.py: whether a call that is no reading one is known to change something."""
    from planweir.guard.changing import changes

    return changes(program, case)


def renews(name: str) -> bool:
    """See changing.py: whether a variable has tests write their snapshots anew."""
    from planweir.guard.changing import RENEWS

    return RENEWS.match(name + "=") is not None


def looking(program: Program) -> str:
    """See gitwords.py."""
    if program.name != "git":
        return ""
    from planweir.guard.gitwords import looking

    return looking(program)


def alias_reads(program: Program, case: Case) -> bool:
    """See gitwords.py: whether an alias of git's only reads."""
    from planweir.guard.gitwords import only_reads

    return only_reads(program, case)


def runs_own(program: Program, case: Case) -> bool:
    """See owncode.py: whether a call runs a file of the caller's own task. Not asked of a task that none is granted to."""
    if not case.guard.get("grants"):
        return False
    from planweir.guard.owncode import runs_own

    return runs_own(program, case)


def makes_output(program: Program, case: Case) -> bool:
    """See builds.py: whether make works in a folder of build output."""
    from planweir.guard.builds import in_output
    from planweir.guard.launchers import bare

    words = bare(program.words, program.cwd)
    return bool(words) and in_output(program, words, case.project, case.cwd)


def loads_elsewhere(program: Program, case: Case) -> str:
    """The folder outside the project from which a setting would have an interpreter load code; empty if there is none."""
    from planweir.guard.options import FOLDERS
    from planweir.guard.paths import below, canonical

    for one in program.assignments:
        if FOLDERS.match(one):
            for folder in one.partition("=")[2].split(":"):
                if folder and not below(canonical(folder, program.cwd or case.cwd), case.project):
                    return folder
    return ""
