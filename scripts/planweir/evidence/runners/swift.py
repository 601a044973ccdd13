# words: swift
"""swift test: XCTest's sums and swift-testing's. A package with tests of one kind alone has an empty sum of the other."""

from __future__ import annotations

import re

from planweir.evidence.runners.base import Runner, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """--package-path -C --cache-path --config-path --security-path --scratch-path --build-path --swift-sdk --sdk --toolchain
    --triple --arch -c --configuration -j --jobs --num-workers --xunit-output --filter --skip -s --specifier --test-product
    --traits -Xswiftc -Xcc -Xcxx -Xlinker -Xbuild-tools-swiftc --sanitize --attachments-path --experimental-attachments-path
    --explicit-target-dependency-import-check --build-system --event-stream-output-path""".split()
)
_NARROWING = frozenset("--filter --skip -s --specifier --test-product".split())


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words:
        return None
    rest = list(words)
    if program_name(rest[0], cwd) == "xcrun":
        rest = rest[1:]
    if not rest or program_name(rest[0], cwd) != "swift" or rest[1:2] != ["test"]:
        return None
    return rest[2:]


def lists(args: Words) -> bool:
    tells = ("list", "last", "--list-tests", "-l", "--show-codecov-path", "--show-code-coverage-path", "--version", "--help", "-h", "-help")
    return any(word in tells for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, _others = options(args, _VALUED)
    narrowed = None in args or any(option in _NARROWING for option, _value in given)
    return narrowed, [value for option, value in given if option in ("--package-path", "-C") and value]


_XCTEST = (
    r"^\s*Executed (\d{1,9}) tests?,(?: with (\d{1,9}) tests? skipped and)?(?: with)? (\d{1,9}) failures? "
    r"\((\d{1,9}) unexpected\)"
)
_WHOLE = r"^Test Suite '(?:All|Selected) tests' (?:passed|failed) at "
_TESTING = r"Test run with (\d{1,9}) tests?(?: in \d+ suites?)? (passed|failed)(?: after| with|\.|$)"
_TEST_FAILED = r"(?m)^[^\w\n]*Test (?!run with )(.+?) failed after \S+ seconds with "
_TEST_SKIPPED = r"(?m)^[^\w\n]*Test (?!run with ).+? skipped(?::|\.|$)"
_ERROR = r"(?m)^(\S.*\.swift):\d+:(?:\d+:)? error: (?:-\[\S*?(\w+) (\w+)\]|(\w+\.\w+)) : "
_ISSUE = r"(?m)^[^\w\n]*Test (.+?) recorded an issue(?: with [^\n]*?)? at (\S+?\.swift):\d+:\d+"
_BROKEN = r"(?m)^error: (?:fatalError|Exited with |emit-module |compile)|^\S.*\.swift:\d+:\d+: error: (?!-\[|\w+\.\w+ : )|: Fatal error: "
_SAID = r"(?m)^error: (?!no tests found)"  # also what tested code may print
_NONE = r"(?m)^error: no tests found|^warning: No matching test cases were run|^No matching test cases were run"


def read(output: str) -> Summary | None:
    text = plain(output)
    passed = failed = errors = skipped = 0
    seen = False
    for tests, left, bad, unexpected in _sums(text):
        seen = True
        # A test that broke several times has several failures; a class whose set-up failed may have them without a test.
        lost = min(bad, max(1, tests - left))
        passed, failed, skipped = passed + max(0, tests - left - lost), failed + lost, skipped + left
        errors += int(unexpected > 0 and not bad)
    runs = re.findall(_TESTING, text)
    if runs:
        seen = True
        # Its sum counts tests that failed and were skipped among those that it ran.
        tests = sum(int(number) for number, _word in runs)
        lost = len(set(re.findall(_TEST_FAILED, text)))
        lost = max(lost, sum(word == "failed" for _number, word in runs))
        left = len(re.findall(_TEST_SKIPPED, text))
        passed, failed, skipped = passed + max(0, tests - lost - left), failed + lost, skipped + left
    broken = re.search(_BROKEN, text) or (not seen and re.search(_SAID, text))
    if broken and not failed and ("swift" in text or seen):
        seen, errors = True, errors + 1
    if not seen and not re.search(_NONE, text):
        return None
    return summed(passed=passed, failed=failed, errors=errors, skipped=skipped, failing=_failing(text) if failed else [])


def _sums(text: str) -> list[tuple[int, int, int, int]]:
    """XCTest prints a sum for each class, each bundle and the whole: those of the whole; where its head was cut off, the last."""
    found: list[tuple[int, int, int, int]] = []
    last: tuple[int, int, int, int] | None = None
    whole = False
    for line in text.split("\n"):
        told = re.match(_XCTEST, line)
        if told is not None:
            tests, left, bad, unexpected = (int(number or 0) for number in told.groups())
            last = tests, left, bad, unexpected
            if whole:
                found.append(last)
        whole = re.match(_WHOLE, line) is not None
    return found or ([last] if last is not None else [])


def _failing(text: str) -> list[str]:
    found = [f"{file}::{name or f'{kind}.{test}'}" for file, kind, test, name in re.findall(_ERROR, text)]
    return found + [f"{file}::{name}" for name, file in re.findall(_ISSUE, text)]


RUNNER = Runner("swift", recognise, read, selection, lists, locate=file_there, scattered=True)
