# words: vitest
"""vitest: `vitest`, `vitest run`, through npx, yarn or pnpm."""

from __future__ import annotations

import re

from planweir.evidence.places import filters
from planweir.evidence.runners.base import Runner, combine, counted, file_there, options, plain, summed
from planweir.evidence.wrappers import node_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_RUNS = ("run", "watch", "dev", "related")
_OTHERS = ("list", "bench", "init")


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    return node_tool(words, cwd, "vitest")


def lists(args: Words) -> bool:
    command = next((word for word in args if word and not word.startswith("-")), "")
    tells = ("--version", "-v", "--help", "-h", "--clearCache", "--mergeReports", "--merge-reports")
    return command in _OTHERS or any(word in tells for word in args)


_NARROWING = frozenset(
    """-t --testNamePattern --exclude --changed --shard --dir -r --root --tagsFilter --typecheck.only""".split()
)
_VALUED = tuple(
    """-t --testNamePattern --project --exclude --shard --dir -r --root -c --config --reporter --outputFile
    --environment --pool --testTimeout --hookTimeout --maxWorkers --minWorkers --retry --bail --mode --workspace
    --maxConcurrency --sequence.seed --coverage.provider --coverage.reporter --coverage.reportsDirectory
    --coverage.include --coverage.exclude""".split()
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    words = [word for word in others if word]
    if words and words[0] in _RUNS:
        narrowed = narrowed or words[0] == "related"
        words = words[1:]
    # `file.test.ts:12` is the test at that line.
    narrowed = narrowed or any(re.search(r":\d+$", word) for word in words)
    return narrowed, filters([re.sub(r":\d+$", "", word) for word in words], cwd)


def partly(words: Words) -> bool:
    return any(word is not None and word.partition("=")[0] == "--project" for word in words)


# --- how the summary reads ---

_LINE = (
    r"(?m)^[ ]*Test Files  ([^\n]*?)(?: \(\d+\))?[ \t]*\n[ ]*Tests  ([^\n]*?)(?: \(\d+\))?[ \t]*$"
)
_ERRORS = r"(?m)^ *(?:Type )?Errors  (\d{1,6}) errors?\b"
_WORDS = "failed|passed|skipped|todo|expected fail"
_NONE = r"(?m)^No test files found, exiting with code [01]\b"
_TEST = r"(?m)^[ ]*FAIL +(?:\|[^|\n]+\| +)?(\S+\.[cm]?[jt]sx?) > (\S[^\n]*?)[ \t]*$"
_CUT = r"(?m)^(?:ERROR: Coverage for .* does not meet .*threshold.*|Unhandled (?:Error|Rejection)\b.*)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        files, tests = counted(line.group(1), _WORDS), counted(line.group(2), _WORDS)
        # Files that failed before any of their tests stand under a heading of their own.
        suites = sum(int(number) for number in re.findall(r"Failed Suites (\d{1,6})\b", text))
        broken = min(suites, files.get("failed", 0))
        if files.get("failed", 0) and not tests.get("failed", 0):
            broken = max(broken, files["failed"])
        found.append(
            summed(
                passed=tests.get("passed", 0),
                failed=tests.get("failed", 0),
                errors=broken + sum(int(number) for number in re.findall(_ERRORS, text)),
                skipped=tests.get("skipped", 0) + tests.get("todo", 0),
                xfailed=tests.get("expected fail", 0),
                failing=[f"{match[1]}::{match[2]}" for match in re.finditer(_TEST, text) if " [ " not in match[2]],
            )
        )
    found += [summed() for _ in re.findall(_NONE, text)]
    summary = combine(found)
    if summary is not None:
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


RUNNER = Runner("vitest", recognise, read, selection, lists, locate=file_there, scattered=True, partly=partly)
