# words: node tsx
"""node's own runner: `node --test`, its summary as TAP or as spec; also under tsx."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-r --require --import --loader --experimental-loader --env-file --env-file-if-exists -C --conditions
    --test-name-pattern --test-skip-pattern --test-reporter --test-reporter-destination --test-concurrency
    --test-timeout --test-shard --test-isolation --test-coverage-include --test-coverage-exclude
    --test-coverage-lines --test-coverage-branches --test-coverage-functions --test-global-setup
    --max-old-space-size --disable-warning --tsconfig""".split()
)
_NARROWING = frozenset(
    ("--test-name-pattern", "--test-skip-pattern", "--test-only", "--test-shard", "--test-rerun-failures")
)


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Only with --test among node's own options: a file that is run by itself may print whatever it likes."""
    if not words or program_name(words[0], cwd) not in ("node", "nodejs", "tsx"):
        return None
    at = 1
    while at < len(words):
        word = words[at]
        if word is None or not word.startswith("-") or word in ("-", "--"):
            return None
        if word == "--test":
            return list(words[1:])
        at += 2 if word in _VALUED else 1
    return None


def lists(args: Words) -> bool:
    return any(word in ("--version", "-v", "--help", "-h", "--check", "-c") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    places = [_place(word) for word in others if word]
    return narrowed, places


def _place(word: str) -> str:
    """`tests/**/*.test.js` -> `tests`: what a pattern takes of a folder."""
    head = re.split(r"[*?\[{]", word, maxsplit=1)[0]
    return word if head == word else os.path.dirname(head) or "."


# --- how the summary reads ---

_LINE = (
    r"(?m)^(?:#|ℹ) tests (\d{1,9})[ \t]*\n(?:(?:#|ℹ) suites \d+[ \t]*\n)?(?:#|ℹ) pass (\d{1,9})[ \t]*\n"
    r"(?:#|ℹ) fail (\d{1,9})[ \t]*\n(?:#|ℹ) cancelled (\d{1,9})[ \t]*\n(?:#|ℹ) skipped (\d{1,9})[ \t]*\n"
    r"(?:#|ℹ) todo (\d{1,9})[ \t]*$"
)
_TAP = r"(?m)^ *not ok \d+ - (.+)\n *---\n((?: +.*\n)+?) *\.\.\.$"
_AT = r"(?m)^ *location: '(.+):\d+:\d+'$"
_SPEC = r"(?m)^test at (.+):\d+:\d+\n✖ (.+?)(?: \([\d.]+ms\))?(?: #.*)?$"
# A file without a test in it counts as a test that passed.
_FILE_ALONE = r"(?m)^(?:ok \d+ - |✔ )(?:/|[A-Za-z]:\\)\S*\.[cm]?[jt]sx?(?: \([\d.]+ms\))?$"
_ANY = r"(?m)^ *(?:(?:not )?ok \d|[✔✖﹣⚠▶])"
_CUT = r"(?m)^(?:#|ℹ) (?:Error: )?.*coverage does not meet threshold.*$"


def read(output: str) -> Summary | None:
    text = plain(output)
    if re.search(_ANY, text) is None and any(int(line[1]) for line in re.finditer(_LINE, text)):
        return None  # cut off above: whether what passed were tests or files without one cannot be told
    found: list[Summary] = []
    alone = len(re.findall(_FILE_ALONE, text))
    for line in re.finditer(_LINE, text):
        _tests, passed, failed, cancelled, skipped, todo = map(int, line.groups())
        found.append(
            summed(
                passed=max(0, passed - alone),
                failed=failed + cancelled,
                skipped=skipped + todo,
            )
        )
    summary = combine(found)
    if summary is not None:
        summary["failing"] = _failing(text)
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


def _failing(text: str) -> list[str]:
    """`file::test`; a suite that failed by its tests is not one more, a file that could not be loaded is no test."""
    found = [(match[1], match[2]) for match in re.finditer(_SPEC, text)]
    for match in re.finditer(_TAP, text):
        place = re.search(_AT, match[2])
        if place is not None and "subtestsFailed" not in match[2]:
            found.append((place[1], match[1].replace("\\#", "#")))
    return list(
        dict.fromkeys(f"{file}::{test.strip()}" for file, test in found if not test.strip().endswith(file.lstrip("./")))
    )


RUNNER = Runner("node", recognise, read, selection, lists, locate=file_there)
