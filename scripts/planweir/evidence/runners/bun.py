# words: bun
"""bun's own runner: `bun test` (`bun run test` is a script of package.json)."""

from __future__ import annotations

import re

from planweir.evidence.places import filters
from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_BEFORE = ("--cwd", "--env-file", "-c", "--config", "-r", "--preload", "--tsconfig-override", "-d", "--define", "--conditions")


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) not in ("bun", "bun.exe"):
        return None
    at = 1
    while at < len(words) and (words[at] or "").startswith("-"):
        at += 2 if words[at] in _BEFORE else 1
    return list(words[at + 1 :]) if at < len(words) and words[at] == "test" else None


def lists(args: Words) -> bool:
    return any(word in ("--help", "-h", "--version", "-v") for word in args)


_NARROWING = frozenset(
    "-t --test-name-pattern --only --changed --shard --path-ignore-patterns --only-failed --todo".split()
)
_VALUED = (
    *_BEFORE,
    *"""-t --test-name-pattern --timeout --rerun-each --retry --seed --coverage-reporter --coverage-dir --reporter
    --reporter-outfile --max-concurrency --shard --path-ignore-patterns --cwd""".split(),
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    return narrowed, filters([word for word in others if word], cwd)


# --- how the summary reads ---

_COUNT = r" ?(\d{1,9}) (pass|fail|skip|todo|filtered out|errors?|snapshots?|expect\(\) calls)[^\n]*\n"
_LINE = (
    r"(?m)^((?: ?\d{1,9} (?:pass|fail|skip|todo|filtered out|errors?|snapshots?|expect\(\) calls)[^\n]*\n){0,12})"
    r"Ran (\d{1,9}) tests? across \d+ files?\."
)
_NONE = (
    r"(?m)^(?:error: regex .* matched 0 tests\b|The following filters did not match any test files|No tests found!"
    r"|error: 0 test files matching)"
)
_BAIL = r"(?m)^Bailed out after (\d{1,9}) failures?"
_FILE = r"(?m)^(\S+\.[cm]?[jt]sx?):(?: \(run #\d+\))?$"
_TEST = r"(?m)^(?:\(fail\)|✗) (.+?)(?: \[[\d.]+m?s\])?$"
_AGAIN = r"(?m)^(?:\(pass\)|✓) .* \(attempt (\d+)\)"
_CUT = r"(?m)^(?:error: Coverage .*threshold.*|error: .*coverage threshold.*not met.*)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        counts: dict[str, int] = {}
        for number, word in re.findall(_COUNT, line.group(1)):
            counts[word] = counts.get(word, 0) + int(number)
        passed, failed = counts.get("pass", 0), counts.get("fail", 0)
        skipped = counts.get("skip", 0) + counts.get("todo", 0)
        summary = summed(
            passed=passed,
            failed=failed,
            errors=counts.get("error", 0) + counts.get("errors", 0),
            skipped=skipped,
            deselected=counts.get("filtered out", 0),
        )
        # Lines are missing from it, or it stopped at a failure.
        summary["cut"] = passed + failed + skipped < int(line.group(2))
        found.append(summary)
    found += [summed() for _ in re.findall(_NONE, text)]
    whole = combine(found)
    if whole is not None:
        whole["failed"] += sum(int(number) for number in re.findall(_BAIL, text)) if not whole["failed"] else 0
        whole["cut"] = whole["cut"] or re.search(_CUT, text) is not None
        whole["rerun"] = sum(int(number) - 1 for number in re.findall(_AGAIN, text))
        whole["failing"] = _failing(text)
    return whole


def _failing(text: str) -> list[str]:
    """`file::describe > test`, each under the line of its file."""
    file, names = "", []
    for mark in sorted([*re.finditer(_FILE, text), *re.finditer(_TEST, text)], key=lambda match: match.start()):
        if mark.re.pattern == _FILE:
            file = mark.group(1)
        elif file:
            names.append(f"{file}::{mark.group(1)}")
    return list(dict.fromkeys(names))


RUNNER = Runner("bun", recognise, read, selection, lists, locate=file_there)
