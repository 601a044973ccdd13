"""Scripts and targets by which a project checks or builds itself: npm and its like, make, just, tox, nox. Loaded when one is named."""

from __future__ import annotations

import re

from planweir.guard.npm import SPOKEN
from planweir.guard.options import SHORT, WRITING, below_here
from planweir.guard.runners import further
from planweir.shell.lazy import pattern

# Scripts and targets of a project that check or build it, by the name that they have everywhere.
_SCRIPTS = frozenset(
    """test tests t unit unit-test test-unit integration e2e spec check checks lint eslint stylelint typecheck type-check types
    tsc typescript validate verify coverage cov build compile ci style audit-check help""".split()
)
_LOOKS = pattern(r"(?:format|fmt|prettier|style|black|ruff|isort|biome|lint|eslint)[:_-](?:check|ci|verify|diff|test)\Z")
_OWN_WORDS = frozenset(("ci", "t", "help", "build", "types", "compile", "audit-check"))  # bun's and npm's own subcommands, or none
_QUIET_OPTIONS = pattern(
    r"(?:-j\d*|-k|-s|-n|-i|-B|-w|-o|-R|-q|-v+|-O\w*|-r|-p|--(?:jobs|fail-fast|parallel-live|keep-going|silent|quiet|dry-run|just-print|recon|"
    r"always-make|print-directory|no-print-directory|output-sync|verbose|recreate|parallel|skip-missing-interpreters|"
    r"reuse-existing-virtualenvs|no-color|color)(?:=\w+)?|\d+)\Z"
)
_ENVIRONMENT = pattern(
    r"(?:py\d*|pypy\d*|tests?|unit|integration|lint|mypy|types?|typecheck|check|flake8|ruff|coverage|cov|docs-check|"
    r"[\d.]+)(?:[-.,](?:py\d*|pypy\d*|tests?|unit|integration|lint|mypy|types?|check|coverage|cov|\d+))*\Z"
)


def targets_listed(name: str, words: list[str]) -> bool:
    """make, just, tox, nox: only targets that are known as checks, no other file, no variable."""
    if name in ("tox", "nox"):
        words = words[1:] if words[:1] and words[0] in ("run", "r", "run-parallel", "p") else words
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
    return base != name and base in _SCRIPTS and further(name, base)


def script(words: list[str]) -> bool:
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
