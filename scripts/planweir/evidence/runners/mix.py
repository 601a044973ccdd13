# words: mix
"""mix test (ExUnit), also under coveralls."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """--only --include --exclude --seed --max-cases --max-failures --max-requires --formatter --partitions --timeout
    --exit-status --export-coverage --import-filter --profile-require --repeat-until-failure --slowest --slowest-modules
    --name-pattern""".split()
)
_NARROWING = frozenset("--only --exclude --failed --stale --partitions --name-pattern".split())


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) != "mix" or len(words) < 2:
        return None
    return list(words[2:]) if words[1] == "test" or re.fullmatch(r"coveralls(?:\.\w+)?", words[1] or "") else None


def lists(args: Words) -> bool:
    return any(word in ("--dry-run", "--help", "-h") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in args or any(option in _NARROWING for option, _value in given)
    places = []
    for word in others:
        at = re.fullmatch(r"(.+?)((?::\d+)+)", word or "")
        narrowed = narrowed or at is not None
        places += [os.path.normpath(at[1] if at else word)] if word else []
    return narrowed, places


_LINE = (
    r"^(?:(?:\d{1,9} (?:doctests?|properties|property|features?), )*\d{1,9} (?:tests?|doctests?|properties|property|features?), )?"
    r"(\d{1,9}) failures?((?:, \d{1,9} (?:invalid|excluded|skipped))*)$"
)
_TESTS = r"(\d{1,9}) (?:tests?|doctests?|properties|property|features?), "
_BROKEN = r"(?m)^== Compilation error in file |^Paths given to \"mix test\" did not match|^could not compile dependency"
_RAISED = r"(?m)^\*\* \(\w[\w.]*\) "  # also what tested code may print
_NONE = r"(?m)^(?:No stale tests|There are no tests to run)$"
_CUT = r"(?m)^Coverage test failed, threshold not met|^FAILED: Expected minimum coverage"
_UMBRELLA = r"(?m)^==> \w+$"
_TITLE = r"(?m)^ +\d+\) (.+) \([\w.]+\)\n +(\S+\.exs?):\d+$"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    before = ""
    for line in text.split("\n"):
        told = re.match(_LINE, line)
        # Bare `0 failures` is what a run without a test says, below its time.
        if told is not None and (re.match(_TESTS, line) or before.startswith("Finished in ")):
            tests = sum(int(number) for number in re.findall(_TESTS, line))
            rest = {word: int(number) for number, word in re.findall(r", (\d+) (\w+)", told[2])}
            invalid, out, left = rest.get("invalid", 0), rest.get("excluded", 0), rest.get("skipped", 0)
            failed = int(told[1])
            good = max(0, tests - failed - invalid - out - left)
            found.append(summed(passed=good, failed=failed, errors=invalid, skipped=left, deselected=out))
        before = line or before
    if re.search(_BROKEN, text) or (not found and re.search(_RAISED, text)):
        found.append(summed(errors=1))
    elif not found and re.search(_NONE, text):
        found.append(summed())
    summary = combine(found)
    if summary is None:
        return None
    if summary["failed"]:
        summary["failing"] = list(dict.fromkeys(f"{file}::{name}" for name, file in re.findall(_TITLE, text)))
    summary["cut"] = re.search(_CUT, text) is not None
    if summary["passed"] and re.search(_UMBRELLA, text):
        summary["empty"] = 0  # applications of an umbrella that have no tests
    return summary


RUNNER = Runner("mix", recognise, read, selection, lists, locate=file_there, scattered=True)
