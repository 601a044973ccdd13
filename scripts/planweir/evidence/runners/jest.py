# words: jest
"""jest: directly, through npx, yarn or pnpm, or as `node node_modules/jest/bin/jest.js`."""

from __future__ import annotations

import re

from planweir.evidence.places import filters
from planweir.evidence.runners.base import Runner, combine, counted, file_there, options, plain, summed
from planweir.evidence.wrappers import node_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    return node_tool(words, cwd, "jest")


def lists(args: Words) -> bool:
    tells = ("--listTests", "--showConfig", "--version", "-v", "--help", "-h", "--init", "--clearCache")
    return any(word in tells for word in args)


# Options that select some of the tests; those that name where they are looked for do too.
_NARROWING = frozenset(
    """-t --testNamePattern --testPathPattern --testPathPatterns --testPathIgnorePatterns --onlyChanged -o
    --changedSince --changedFilesWithAncestor --lastCommit --onlyFailures -f --shard --findRelatedTests --runTestsByPath --filter --testMatch --testRegex --roots --rootDir""".split()
)
_VALUED = frozenset(
    """-t --testNamePattern --testPathPattern --testPathPatterns --testPathIgnorePatterns --changedSince --shard
    --selectProjects --ignoreProjects --filter --testMatch --testRegex --roots --rootDir -c --config -w --maxWorkers
    --reporters --outputFile --coverageDirectory --coverageReporters --collectCoverageFrom --env --testEnvironment
    --testTimeout --seed --maxConcurrency --projects --setupFiles --setupFilesAfterEnv --globalSetup --globalTeardown
    --transform --preset --resolver --runner --testRunner --cacheDirectory --coverageProvider""".split()
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, tuple(_VALUED))
    narrowed = None in others or any(
        option in _NARROWING - {"--runTestsByPath", "--testPathPattern", "--testPathPatterns"} for option, _ in given
    )
    named = [value for option, value in given if option in ("--testPathPattern", "--testPathPatterns")]
    return narrowed or None in named, filters([word for word in (*others, *named) if word], cwd)


def partly(words: Words) -> bool:
    return any(word is not None and word.partition("=")[0] in ("--selectProjects", "--ignoreProjects") for word in words)


# --- how the summary reads ---

_LINE = r"(?m)^Test Suites:[ ]+([^\n]*?)(\d+) total[ \t]*\nTests:[ ]+([^\n]*?)(\d+) total[ \t]*$"
_WORDS = "failed|skipped|todo|passed"
_NONE = r"(?m)^No tests found, exiting with code [01]\b"
_FILE = r"(?m)^ ?(PASS|FAIL) +(?:\S+ +)?(\S+\.[cm]?[jt]sx?)(?: \([\d.]+ m?s\))?[ \t]*$"
_TEST = r"(?m)^  ● (?!Console$|Cannot log after tests)(\S.*)$"
_NO_RUN = "Test suite failed to run"
_CUT = r"(?m)^(?:Jest: .*threshold.*not met.*|Test run was interrupted.*|A worker process has failed to exit.*SIG.*)$"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        suites, tests = counted(line.group(1), _WORDS), counted(line.group(3), _WORDS)
        failing = _failing(text)
        broken = 0
        if suites.get("failed", 0):
            # A suite that failed with no test in it that did.
            told = len(re.findall(rf"(?m)^  ● {_NO_RUN}$", text))
            broken = min(told, suites["failed"]) if told or tests.get("failed", 0) else suites["failed"]
        found.append(
            summed(
                passed=tests.get("passed", 0),
                failed=tests.get("failed", 0),
                errors=broken,
                skipped=tests.get("skipped", 0) + tests.get("todo", 0),
                failing=failing,
            )
        )
    found += [summed() for _ in re.findall(_NONE, text)]
    summary = combine(found)
    if summary is not None:
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


def _failing(text: str) -> list[str]:
    """`file::describe › test`: the headings of its failures, each under the line of its file."""
    marks = sorted(
        [*re.finditer(_FILE, text), *re.finditer(_TEST, text)],
        key=lambda match: match.start(),
    )
    file, names = "", []
    for mark in marks:
        if mark.re.pattern == _FILE:
            file = mark.group(2) if mark.group(1) == "FAIL" else ""
        elif file and mark.group(1) != _NO_RUN:
            names.append(f"{file}::{mark.group(1).rstrip()}")
    return list(dict.fromkeys(names))


RUNNER = Runner("jest", recognise, read, selection, lists, locate=file_there, partly=partly)
