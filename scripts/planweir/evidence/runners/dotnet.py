# words: dotnet
"""dotnet test: the console logger's line for each project, the terminal logger's sum, and the testing platform's block."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-a --arch -c --configuration --collect -d --diag -e --environment -f --framework --filter -l --logger -o --output --os
    -r --runtime --results-directory -s --settings --test-adapter-path -v --verbosity --blame-crash-dump-type
    --blame-hang-timeout --blame-hang-dump-type --project --solution --test-modules --treenode-filter --minimum-expected-tests
    --max-parallel-test-modules --filter-class --filter-method --filter-namespace --filter-trait --filter-query
    --filter-not-class --filter-not-method --filter-not-namespace --filter-not-trait""".split()
)


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) not in ("dotnet", "dotnet.exe") or list(words[1:2]) not in (["test"], ["vstest"]):
        return None
    return list(words[2:])


def lists(args: Words) -> bool:
    return any(word in ("-t", "--list-tests", "-lt", "--help", "-h", "-?", "--version", "--info", "--ListTests") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    """A project is its folder; a solution, and what is built, everything below where they lie."""
    given, others = options(args, _VALUED)
    narrowed = None in args or any(re.match(r"--(?:treenode-)?filter|--test-modules", option) for option, _value in given)
    named = [value for option, value in given if option in ("--project", "--solution")]
    places = []
    for word in (*others, *named):
        if not word or word.startswith(("/p:", "/property:")) or "=" in word:
            continue  # what MSBuild is told
        place = os.path.normpath(os.path.dirname(word) if re.search(r"\.(?:\w*proj|slnx?|slnf|dll)$", word) else word)
        places.append(re.split(r"(?:^|/)bin/", place)[0] or ".")
    return narrowed, [] if "." in places else places


_LINE = r"(?m)^ *(Passed!|Failed!|Skipped!) +- Failed: +(\d{1,9}), Passed: +(\d{1,9}), Skipped: +(\d{1,9}), Total: +(\d{1,9})\b"
_SUM = r"(?m)^ *Test summary: total: (\d{1,9}), failed: (\d{1,9}), succeeded: (\d{1,9}), skipped: (\d{1,9})\b"
_BLOCK = (
    r"(?m)^ *Test run summary: [^\n]*\n(?:(?! +total:)[^\n]*\n){0,40}? +total: (\d{1,9})\n"
    r"(?: +error: (\d{1,9})\n)? +failed: (\d{1,9})\n +succeeded: (\d{1,9})\n +skipped: (\d{1,9})\b"
)
_OLD = r"(?m)^Total tests: (\d{1,9})\n(?: +Passed: (\d{1,9})\n)?(?: +Failed: (\d{1,9})\n)?(?: +Skipped: (\d{1,9})\n)?"
_NONE = r"(?m)^No test (?:is available in |matches the given testcase filter )|^ *Zero tests ran\b"
_BROKEN = r"(?m)^Build FAILED\.|: error (?:CS|MSB|NETSDK|NU|FS|BC|VB)\d+: |^MSBUILD : error |^ *Build failed with \d+ error|^Testhost process [^\n]*exited"
_ABORTED = r"(?m)^The active test run was aborted|^Test [Rr]un [Aa]borted"
_TITLE = r"(?m)^(?=  Failed \S)"
_AT = r"(?m)^ +at [^\n]*? in (.+?):line \d+$"
_TERMINAL = r"(?m)^ *(\S[^\n(]*?)\(\d+(?:,\d+)?\): error TESTERROR: *\n? *([\w.+`]+)"


def read(output: str) -> Summary | None:
    text = plain(output)
    rows = [tuple(int(number) for number in line[1:4]) for line in re.findall(_LINE, text)]  # failed, passed, skipped
    # Each run prints one of these forms.
    rows += [(int(error or 0) + int(bad), int(good), int(left)) for _all, error, bad, good, left in re.findall(_BLOCK, text)]
    rows += [(int(bad), int(good), int(left)) for _all, bad, good, left in re.findall(_SUM, text)]
    rows += [(int(bad or 0), int(good or 0), int(left or 0)) for _all, good, bad, left in re.findall(_OLD, text)]
    aborted = re.search(_ABORTED, text) is not None
    failed = sum(row[0] for row in rows)
    errors = int(not failed and (aborted or re.search(_BROKEN, text) is not None or "Test Run Failed." in text))
    if not rows and not errors and not re.search(_NONE, text):
        return None
    return summed(
        passed=sum(row[1] for row in rows),
        failed=failed,
        errors=errors,
        skipped=sum(row[2] for row in rows),
        failing=_failing(text) if failed else [],
        cut=aborted,
    )


def _failing(text: str) -> list[str]:
    """`file::name`: the file is the innermost one of the stack that is told."""
    found = [f"{file}::{name}" for file, name in re.findall(_TERMINAL, text)]
    for block in re.split(_TITLE, text)[1:]:
        title = re.match(r"  Failed (.+?)(?: \[[^\]\n]+\])?\n", block)
        places = re.findall(_AT, block)
        if title is not None and places:
            found.append(f"{places[-1]}::{title[1]}")
    return found


RUNNER = Runner("dotnet", recognise, read, selection, lists, locate=file_there, scattered=True)
