# words: pest artisan
"""pest, and `php artisan test`, which prints in its form."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.runners.phpunit import php_tool
from planweir.evidence.runners.phpunit import selection as phpunit_selection
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_NARROWING = frozenset("--dirty --retry --bail-on-dirty --shard --todos --notes --issue --pr --assignee".split())


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if words and program_name(words[0], cwd) == "php" and list(words[1:3]) == ["artisan", "test"]:
        return list(words[3:])
    return php_tool(words, cwd, ("pest",))


def lists(args: Words) -> bool:
    return any(re.fullmatch(r"--list-\S+|--version|--help|-h|--init|--ci-init", (word or "").partition("=")[0]) for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    narrowed, places = phpunit_selection(args, cwd)
    return narrowed or any(option in _NARROWING for option, _value in options(args, ())[0]), [os.path.normpath(one) for one in places]


_LINE = r"(?m)^  Tests: +((?:\d{1,9} [a-z]+(?:, )?)+) \(\d+ assertions?\)$"
_NONE = r"(?m)^ +INFO  No tests found\."
_FAILED = r"(?m)^ +FAILED  (\S+) > (.+?)(?: {2,}\S+)?$"
_AT = r"(?m)^ +at (\S+\.php):\d+$"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        told = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", line[1])}
        found.append(
            summed(
                # Those that were deprecated or warned passed.
                passed=told.get("passed", 0) + told.get("deprecated", 0) + told.get("warnings", 0) + told.get("warning", 0),
                failed=told.get("failed", 0),
                errors=told.get("errors", 0) + told.get("error", 0),
                skipped=sum(told.get(word, 0) for word in ("skipped", "todo", "todos", "incomplete", "risky", "notice")),
            )
        )
    if not found and re.search(_NONE, text):
        found.append(summed())
    summary = combine(found)
    if summary is not None:
        blocks = re.split(r"(?m)^(?= +FAILED  )", text)[1:]
        named = [(re.match(_FAILED, block), re.search(_AT, block)) for block in blocks]
        summary["failing"] = [f"{at[1]}::{title[2]}" for title, at in named if title is not None and at is not None]
    return summary


RUNNER = Runner("pest", recognise, read, selection, lists, locate=file_there, started_by=("artisan",))
