# words: mocha
"""mocha: directly, through npx, yarn or pnpm. It does not say in which file a failing test lies: none is named."""

from __future__ import annotations

import re

from planweir.evidence.places import filters
from planweir.evidence.runners.base import Runner, combine, options, plain, summed
from planweir.evidence.wrappers import node_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    return node_tool(words, cwd, "mocha")


def lists(args: Words) -> bool:
    tells = ("--version", "-V", "--help", "-h", "--list-reporters", "--list-interfaces", "--dry-run", "--list-files")
    return any(word in tells for word in args)


_NARROWING = frozenset("-g --grep -f --fgrep -i --invert --ignore --exclude --shard".split())
_VALUED = tuple(
    """-g --grep -f --fgrep --ignore --exclude -r --require -R --reporter -u --ui -t --timeout -s --slow -j --jobs
    --config --package --spec --file --extension --import --loader -O --reporter-option --retries""".split()
)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    named = [*others, *(value for option, value in given if option == "--spec")]
    narrowed = None in named or any(option in _NARROWING for option, _value in given)
    heads = [re.split(r"[*?\[{]", word, maxsplit=1)[0].rstrip("/") or "." for word in named if word]
    return narrowed, filters(heads, cwd)


_LINE = r"(?m)^  (\d{1,9}) passing \(\d+(?:\.\d+)?(?:ms|s|m|h)\)[ \t]*$((?:\n  \d{1,9} (?:pending|failing)[ \t]*$)*)"
_NONE = r"(?m)^Error: No test files found\b"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        rest = {word: int(number) for number, word in re.findall(r"(\d+) (pending|failing)", line.group(2))}
        found.append(
            summed(passed=int(line.group(1)), failed=rest.get("failing", 0), skipped=rest.get("pending", 0))
        )
    found += [summed() for _ in re.findall(_NONE, text)]
    return combine(found)


RUNNER = Runner("mocha", recognise, read, selection, lists, scattered=True)
