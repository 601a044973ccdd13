# words: rspec
"""rspec."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-I -r --require -O --options --order --seed --drb-port --error-exit-code --failure-exit-code -f --format -o --out
    --deprecation-out -P --pattern --exclude-pattern -e --example -E --example-matches -t --tag --default-path -l
    --line-number""".split()
)
_NARROWING = frozenset(
    """-P --pattern --exclude-pattern -e --example -E --example-matches -t --tag -l --line-number --only-failures -n
    --next-failure""".split()
)
_AT = r"(.+?)(?::\d+)+|(.+?)\[[\d:,]+\]"


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Also as the script that Rails puts into `bin/`: that it is unchanged is looked at where it counts."""
    if not words or words[0] is None:
        return None
    if program_name(words[0], cwd) == "rspec" or words[0] in ("bin/rspec", "./bin/rspec"):
        return list(words[1:])
    if program_name(words[0], cwd) == "ruby" and words[1:2] == ["-S"] and words[2:3] == ["rspec"]:
        return list(words[3:])
    return None


def lists(args: Words) -> bool:
    return any(word in ("--dry-run", "--version", "-v", "--help", "-h", "--init", "--bisect") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    places = []
    narrowed = None in others or any(option in _NARROWING or re.match(r"-[etEP].", option) for option, _value in given)
    for word in others:
        at = re.fullmatch(_AT, word or "")
        narrowed = narrowed or at is not None
        places += [(at[1] or at[2]) if at else word] if word else []
    return narrowed, [os.path.normpath(place) for place in places]


_LINE = (
    r"(?m)^(\d{1,9}) examples?, (\d{1,9}) failures?(?:, (\d{1,9}) pending)?"
    r"(?:, (\d{1,9}) errors? occurred outside of examples)?$"
)
_NAMED = r"(?m)^rspec '?(?:\./)?([^\s'\[]+?)(?::\d+)*(?:\[[\d:]+\])?'? # (.+)$"
_JSON = r'"summary_line":"([^"\n]*)"'
_CUT = r"(?m)^RSpec is shutting down|^SimpleCov failed with exit \d"


def read(output: str) -> Summary | None:
    text = plain(output)
    if '"summary_line"' in text:
        text = re.sub(_JSON, r"\n\1\n", text)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        examples, failed, pending, errors = (int(number or 0) for number in line.groups())
        found.append(summed(passed=max(0, examples - failed - pending), failed=failed, errors=errors, skipped=pending))
    summary = combine(found)
    if summary is not None:
        summary["failing"] = list(dict.fromkeys(f"{file}::{name.strip()}" for file, name in re.findall(_NAMED, text)))
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


RUNNER = Runner("rspec", recognise, read, selection, lists, locate=file_there, started_by=("bin/rspec",))
