# words: playwright
"""Playwright: `playwright test`, through npx, yarn or pnpm. A flaky test has failed: playwright counts it apart from
those that passed, and ends with 0 all the same."""

from __future__ import annotations

import re

from planweir.evidence.places import filters
from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import node_tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    args = node_tool(words, cwd, "playwright") or node_tool(words, cwd, "@playwright/test")
    return args[1:] if args and args[0] == "test" else None


def lists(args: Words) -> bool:
    return any(word in ("--list", "--help", "-h", "--version", "-V") for word in args)


_NARROWING = frozenset(
    """-g --grep -G -gv --grep-invert --shard --last-failed --only-changed --test-list --test-list-invert""".split()
)
_VALUED = tuple(
    """-c --config -g --grep -G -gv --grep-invert --project --shard -j --workers --reporter --retries --timeout
    --global-timeout --max-failures --output --repeat-each --trace --browser --tsconfig --name --update-source-method
    --test-list --test-list-invert""".split()
)
_LINE_OF_TEST = r":\d+(?::\d+)?$"


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    words = [word for word in others if word]
    narrowed = narrowed or any(re.search(_LINE_OF_TEST, word) for word in words)
    return narrowed, filters([re.sub(_LINE_OF_TEST, "", word) for word in words], cwd)


def partly(words: Words) -> bool:
    return any(word is not None and word.partition("=")[0] == "--project" for word in words)


# --- how the summary reads ---

# Its lines stand together, each but the last perhaps with the names of its tests below it.
_NAME = r"    \S[^\n]*"
_ENTRY = (
    r"  (?:\d{1,9} (?:failed|flaky|interrupted|skipped|did not run)"
    r"|\d{1,9} (?:fatal )?errors? (?:was|were) not a part of any test[^\n]*"
    r"|\d{1,9} passed \(\d[\d.]*(?:ms|s|m|h)\))"
)
_BLOCK = rf"(?m)^{_ENTRY}[ \t]*$(?:\n(?:{_ENTRY}|{_NAME})[ \t]*$)*"
# The name of one that failed, where the line with their number was cut off.
_HIDDEN = r" *(?:\[[^\]\n]+\] › )?\S+:\d+:\d+ › .*─[ \t]*"
_COUNT = r"(?m)^  (\d{1,9}) (passed|failed|flaky|interrupted|skipped|did not run|(?:fatal )?errors?)\b"
_HEAD = r"(?m)^Running (\d{1,9}) tests? using \d+ workers?\b"
_NONE = r"(?m)^Error: No tests found\b"
_LOAD = r"(?m)^(?:\w*Error: (?!No tests found)|Error: .* is not found)"
_TEST = r"(?m)^    (?:\[[^\]\n]+\] › )?(\S+?):\d+:\d+ › (.*?)[ ─]*$"
_CUT = r"(?m)^ *(?:Timed out waiting [\d.]+m?s for the .* to run|Testing stopped early after \d+ maximum allowed failures?)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for block in re.finditer(_BLOCK, text):
        counts: dict[str, int] = {}
        for number, word in re.findall(_COUNT, block.group()):
            counts[word] = counts.get(word, 0) + int(number)
        told = re.search(_HEAD, text) is not None
        if not told and not set(counts) - {"skipped"}:
            continue  # `  1 skipped` alone is anybody's
        above = text[: block.start()].rpartition("\n")[0].rpartition("\n")[2]
        if not block.start() or re.fullmatch(_ENTRY, "  " + above.strip()):
            return None  # cut off above: what failed would stand there
        hidden = re.fullmatch(_HIDDEN, above) is not None
        found.append(
            summed(
                passed=counts.get("passed", 0),
                failed=counts.get("failed", 0) + counts.get("flaky", 0),
                errors=sum(counts.get(word, 0) for word in ("error", "errors", "fatal error", "fatal errors", "interrupted"))
                + hidden,
                skipped=counts.get("skipped", 0) + counts.get("did not run", 0),
                failing=[f"{file}::{title}" for file, title in re.findall(_TEST, block.group())],
            )
        )
    if re.search(_NONE, text):
        found.append(summed(errors=int(re.search(_LOAD, text) is not None)))
    summary = combine(found)
    if summary is not None:
        summary["cut"] = re.search(_CUT, text) is not None
    return summary


RUNNER = Runner(
    "playwright", recognise, read, selection, lists, locate=file_there, scattered=True, partly=partly
)
