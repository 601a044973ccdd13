# words: deno
"""deno's own runner: `deno test` (`deno task test` is a script of deno.json)."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_BEFORE = ("-L", "--log-level")


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) not in ("deno", "deno.exe"):
        return None
    at = 1
    while at < len(words) and (words[at] or "").startswith("-"):
        at += 2 if words[at] in _BEFORE else 1
    return list(words[at + 1 :]) if at < len(words) and words[at] == "test" else None


def lists(args: Words) -> bool:
    own = args[: list(args).index("--")] if "--" in args else args
    return any(word in ("--no-run", "--help", "-h", "--version", "-V") for word in own)


_NARROWING = frozenset(("--filter", "--ignore", "--shard", "--changed"))
_VALUED = (
    *_BEFORE,
    *"""--filter -c --config --import-map --reporter --junit-path --ext --seed --location --lock --cert
    --inspect-wait --preload --require --coverage-raw-data-only""".split(),
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    own = args[: list(args).index("--")] if "--" in args else args  # what stands behind is handed to the tests
    given, others = options(own, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    return narrowed, [_place(word) for word in others if word]


def _place(word: str) -> str:
    head = re.split(r"[*?\[{]", word, maxsplit=1)[0]
    return word if head == word else os.path.dirname(head) or "."


# --- how the summary reads ---

_STEPS = r"(?: \(\d+ steps?\))?"
_LINE = (
    rf"(?m)^(ok|FAILED) \| (\d{{1,9}}) passed{_STEPS} \| (\d{{1,9}}) failed{_STEPS}(?: \| (\d{{1,9}}) ignored{_STEPS})?"
    r"(?: \| \d+ measured)?(?: \| (\d{1,9}) filtered out)?(?: \(\d[\w.]*\))?[ \t]*$"
)
_NAMED = r"(?m)^(\S.*?) => (\.?\.?/?\S+?):\d+:\d+[ \t]*$"
# What is told after a summary that shows no failure: `only` was used, an error outside of tests, a threshold.
_CUT = r"(?m)^error: (?:Test failed|Coverage .*threshold)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        word, passed, failed, ignored, filtered = line.groups()
        bad = int(failed)
        found.append(
            summed(
                passed=int(passed),
                failed=bad,
                errors=int(word == "FAILED" and not bad),
                skipped=int(ignored or 0),
                deselected=int(filtered or 0),
                failing=[f"{file.removeprefix('./')}::{test}" for test, file in re.findall(_NAMED, text)],
            )
        )
    summary = combine(found)
    if summary is not None:
        summary["cut"] = not summary["failed"] and not summary["errors"] and re.search(_CUT, text) is not None
    return summary


RUNNER = Runner("deno", recognise, read, selection, lists, locate=file_there)
