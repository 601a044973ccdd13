# words: pytest py.test
"""pytest: `pytest`, `py.test`, `python -m pytest`, and either under `coverage run -m`."""

from __future__ import annotations

import re

from planweir.evidence.runners.base import Runner, combine, plain, summed
from planweir.evidence.wrappers import program_name, python_module, under_coverage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

# --- how the command is recognised ---

def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    module = under_coverage(words, cwd) or python_module(words, cwd)
    if module is not None:
        return module[1:] if module and module[0] in ("pytest", "py.test") else None
    name = program_name(words[0], cwd) if words else None
    return list(words[1:]) if name in ("pytest", "py.test", "pytest.exe") else None


# Options with which pytest tells something and runs no test.
_LISTS = (
    "--co",
    "--collect-only",
    "--collectonly",
    "--fixtures",
    "--funcargs",
    "--markers",
    "--version",
    "-V",
    "--help",
    "-h",
    "--cache-show",
    "--setup-plan",
)


def lists(args: Words) -> bool:
    return any(word in _LISTS for word in args)


# --- what was selected ---

_NARROWING = (
    "-k",
    "-m",
    "--lf",
    "--last-failed",
    "--sw",
    "--stepwise",
    "--deselect",
    "--ignore",
    "--ignore-glob",
    "--setup-only",
    "--setup-plan",
)
# Settings that say which tests there are.
_CHOOSING = r"testpaths|python_\w+|norecursedirs|collect_ignore|addopts"
_VALUES = (
    "-k",
    "-m",
    "-p",
    "-c",
    "-o",
    "-n",
    "-r",
    "-W",
    "--deselect",
    "--ignore",
    "--ignore-glob",
    "--maxfail",
    "--tb",
    "--rootdir",
    "--confcutdir",
    "--basetemp",
    "--junitxml",
    "--junit-xml",
    "--cov-report",
    "--cov-config",
    "--durations",
    "--color",
    "--import-mode",
    "--override-ini",
    "--config-file",
    "--timeout",
    "--dist",
    "--log-level",
    "--log-cli-level",
    "--capture",
    "--verbosity",
    "--numprocesses",
    "--reruns",
    "--cov-fail-under",
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    narrowed, paths, at = False, [], 0
    while at < len(args):
        word = args[at]
        at += 1
        if word is None:
            narrowed = True  # what cannot be read may select anything
        elif word.startswith("-") and word != "--":
            option, equals, value = word.partition("=")
            attached = not option.startswith("--") and len(option) > 2 and option[:2] in ("-k", "-m")
            given = value if equals else args[at] if at < len(args) else None
            chosen = option in ("-o", "--override-ini") and re.match(_CHOOSING, given or "testpaths") is not None
            narrowed = narrowed or option in _NARROWING or attached or chosen
            at += 1 if option in _VALUES and not equals else 0
        elif word != "--":
            narrowed = narrowed or "::" in word
            paths.append(word)
    return narrowed, paths


# --- how the summary reads ---

# As text: compiled when an output is read, which is after few of the calls for which this module is loaded.
_COUNT = r"(\d+) ([a-z][a-z ]*)"
_LINE = (
    r"(?m)^(?:=+ )?("
    r"\d+ [a-z][a-z ]*(?:, \d+ [a-z][a-z ]*)*|no tests ran"
    r"|(?:no tests|\d+(?:/\d+)? tests?) collected(?: \(\d+ deselected\))?(?:, \d+ errors?)?"
    r") in \d[\d.]*s(?: \([\d:, day]+\))?(?: =+)?[ \t]*$"
)
_KEYS = {
    "passed": "passed",
    "subtests passed": "passed",
    "failed": "failed",
    "subtests failed": "failed",
    "error": "errors",
    "errors": "errors",
    "skipped": "skipped",
    "subtests skipped": "skipped",
    "deselected": "deselected",
    "xfailed": "xfailed",
    "xpassed": "xpassed",
    "rerun": "rerun",
    "warning": "",
    "warnings": "",
}
_NAMED = r"(?m)^(?:FAILED|ERROR|SUBFAILED(?:\[[^\n]*?\]|\([^\n]*?\))?) (?=[^\s:])(.+?)(?: - .*)?$"
_IS_TEST = r"[^:\n]+(?:\.\w+|::.+)"
_CUT = (
    # Errors in collection are counted as errors; that they stop the rest is no further news.
    r"(?m)^(?:!{3,} (?!Interrupted: \d+ errors? during collection).+ !{3,}|INTERNALERROR> .*"
    r"|(?:ERROR: Coverage failure|FAIL Required test coverage|ERROR: Required)\b.*)$"
)


def read(output: str) -> Summary | None:
    """Every summary line counts, because one failure anywhere is a failure. None with -qq, or if it was cut
    off."""
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        counts = _counts(line.group(1))
        if counts is not None:
            found.append(counts)
    summary = combine(found)
    if summary is not None:
        summary["failing"] = _failing(text)
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


def _counts(body: str) -> Summary | None:
    counts = {
        "passed": 0,
        "failed": 0,
        "errors": 0,
        "skipped": 0,
        "deselected": 0,
        "xfailed": 0,
        "xpassed": 0,
        "rerun": 0,
    }
    if "collected" in body:  # --collect-only: nothing ran, but a collection may have failed
        counts["errors"] = sum(int(n) for n in re.findall(r"(\d+) errors?\b", body))
    elif body != "no tests ran":
        known = False
        for number, word in re.findall(_COUNT, body):
            key = _KEYS.get(word)
            if key is None:
                # A word of a plugin; one that tells of failing is believed.
                key = "failed" if re.search(r"fail|error|crash|broken", word) else ""
            else:
                known = True
            if key:
                counts[key] += int(number)
        if not known:
            return None
    return summed(
        passed=counts["passed"],
        failed=counts["failed"],
        errors=counts["errors"],
        skipped=counts["skipped"],
        deselected=counts["deselected"],
        xfailed=counts["xfailed"],
        xpassed=counts["xpassed"],
        rerun=counts["rerun"],
    )


def _failing(text: str) -> list[str]:
    names: list[str] = []
    for match in re.finditer(_NAMED, text):
        name = match.group(1).rstrip()
        if re.fullmatch(_IS_TEST, name) and name not in names:
            names.append(name)
    return names


_SHADOWS = ("pytest.py", "pytest/__init__.py", "_pytest/__init__.py", "pluggy.py")

RUNNER = Runner("pytest", recognise, read, selection, lists, _SHADOWS)
