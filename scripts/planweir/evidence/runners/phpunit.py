# words: phpunit paratest
"""phpunit, and paratest, which prints its summary."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-c --configuration -d --bootstrap --filter --exclude-filter --group --exclude-group --testsuite --exclude-testsuite
    --covers --uses --order-by --random-order-seed --cache-directory --cache-result-file --coverage-clover --coverage-html
    --coverage-text --coverage-xml --coverage-php --coverage-cobertura --coverage-filter --include-path --log-junit
    --log-teamcity --log-events-text --testdox-html --testdox-text --test-suffix --repeat --printer --extension --columns
    -p --processes --runner -m --max-batch-size""".split()
)
_NARROWING = frozenset(
    """--filter --exclude-filter --group --exclude-group --testsuite --exclude-testsuite --covers --uses --test-suffix""".split()
)
_SCRIPTS = ("phpunit", "simple-phpunit", "paratest")


def php_tool(words: Words, cwd: str | None, names: tuple[str, ...]) -> list[str | None] | None:
    """The arguments of a tool of PHP: by its name, in composer's `vendor/bin`, as Symfony's `bin/phpunit`, or given to `php`."""
    if not words or words[0] is None:
        return None
    rest = list(words)
    if program_name(rest[0], cwd) == "php":
        at = 1
        while at < len(rest) and (rest[at] or "").startswith("-"):
            if rest[at] in ("-r", "-B", "-R", "-F", "-E", "-f", "-S"):
                return None
            at += 2 if rest[at] in ("-d", "-c") else 1
        rest = rest[at:]
        if not rest or rest[0] is None or "/" not in rest[0]:
            return None
    name = program_name(rest[0], cwd)
    own = re.fullmatch(r"(?:\./)?bin/([\w-]+)", rest[0] or "")
    return list(rest[1:]) if name in names or (own and own[1] in names) else None


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    return php_tool(words, cwd, _SCRIPTS)


def lists(args: Words) -> bool:
    tells = r"--list-\S+|--version|--help|-h|--check-version|--atleast-version|--generate-configuration|--migrate-configuration|--warm-coverage-cache"
    return any(re.fullmatch(tells, (word or "").partition("=")[0]) for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    return narrowed, [os.path.normpath(word) for word in others if word]


_OK = r"^OK \((\d{1,9}) tests?, \d+ assertions?\)$"
_COUNTS = r"^Tests: (\d{1,9}), Assertions: (\d+)((?:, [\w ]+: \d+)*)\.$"
_NONE = r"^No tests executed!$"
_TITLE = r"(?m)^\d+\) ((?:[\w\\]+\\)?(\w+)::(\w+)(?: with data set (?:#\d+|\"[^\"\n]*\"))?)"
_BROKEN = r"(?m)^(?:PHP )?(?:Fatal|Parse) error: .*|^Cannot open file \"|^Test file \".*\" not found|^An error occurred inside PHPUnit\.|^Could not read (?:XML|\")"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(f"(?m){_OK}|{_COUNTS}|{_NONE}", text):
        if line[1]:
            found.append(summed(passed=int(line[1])))
        elif line[2]:
            found.append(_counted(int(line[2]), int(line[3]), line[4]))
        else:
            found.append(summed())
    if "PHPUnit" in text and re.search(_BROKEN, text) and not any(part["failed"] or part["errors"] for part in found):
        found.append(summed(errors=1))
    summary = combine(found)
    if summary is not None and (summary["failed"] or summary["errors"]):
        summary["failing"] = _failing(text)
    return summary


def _counted(tests: int, assertions: int, rest: str) -> Summary:
    told = {word.strip(): int(number) for word, number in re.findall(r", ([\w ]+): (\d+)", rest)}
    skipped = told.get("Skipped", 0) + told.get("Incomplete", 0) + told.get("Risky", 0)
    # A class without tests is told as a test with a warning; later versions tell warnings of tests that passed.
    empty = told.get("Warnings", 0) if not assertions else 0
    failed, errors = told.get("Failures", 0), told.get("Errors", 0)
    return summed(passed=max(0, tests - failed - errors - skipped - empty), failed=failed, errors=errors, skipped=skipped)


def _failing(text: str) -> list[str]:
    """`file::Class::test` of what failed or broke; risky and skipped ones are told in the same form below."""
    names: list[str] = []
    kind = ""
    for block in re.split(r"(?m)^(?=\d+\) |There (?:was|were) \d+ )", text):
        head = re.match(r"There (?:was|were) \d+ (\w+)", block)
        if head is not None:
            kind = head[1]
        title = re.match(_TITLE, block)
        if title is not None and kind.startswith(("failure", "error")):
            file = re.search(rf"(?m)^(\S*?{re.escape(title[2])}\.php)(?::\d+)$", block)
            if file is not None:
                names.append(f"{file[1]}::{title[1].rpartition(chr(92))[2] if chr(34) not in title[1] else title[1]}")
    return names


RUNNER = Runner("phpunit", recognise, read, selection, lists, locate=file_there, started_by=("bin/phpunit",))
