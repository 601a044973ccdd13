# words: tap prove bats qunit ava
"""TAP, the format: of `prove`, `tap`, `tape`, `bats`, `qunit`, `ava --tap`, and of other runners that were told to print it
(`--reporter=tap`, `-R tap`, `--tap-stream`; see formats.py)."""

from __future__ import annotations

import os
import re
from bisect import bisect_left

from planweir.evidence.runners.base import Runner, combine, options, plain, summed
from planweir.evidence.wrappers import node_tool, program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_PROGRAMS = ("prove", "bats", "pg_prove")
_OF_NODE = ("tape", "tap", "qunit")


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words:
        return None
    if program_name(words[0], cwd) in _PROGRAMS:
        return list(words[1:])
    for name in _OF_NODE:
        args = node_tool(words, cwd, name)
        if args is not None:
            return args[1:] if name == "tap" and args[:1] == ["run"] else args
    args = node_tool(words, cwd, "ava")
    return args if args and {"--tap", "-t"} & set(args) else None


_TELLS = ("--version", "-V", "--help", "-h", "-H", "--man", "-D", "--dry", "--count", "-c", "--dump-config")
_OTHER_COMMANDS = ("config", "plugin", "replay", "report", "debug", "repl", "list", "build", "versions", "help", "dump-config")


def lists(args: Words) -> bool:
    """`-c` asks bats for a number of tests; prove is told by it to use colours."""
    given = {word for word in args if word}
    tells = set(_TELLS) - ({"-c"} if given & {"-l", "-b", "-r", "-v"} else set())
    return bool(given & tells - {"-t"}) or (args[:1] != [] and args[0] in _OTHER_COMMANDS)


_NARROWING = frozenset(
    """-f --filter --filter-tags --filter-status --negative-filter --grep -g --only -O --changed --match -m --module
    --moduleId --testId --fgrep --invert -i --state""".split()
)
_VALUED = tuple(
    """-f --filter --filter-tags --filter-status --grep -g --match -m --module -I -e --exec -j --jobs --ext --source
    --harness --formatter -F --report-formatter --reporter -R -o --output -T --timings --state -P --reporter-file -r --require
    --output-file --test-regex --exclude --include --timeout --coverage-report --reporter-arg -s --concurrency""".split()
)
_ALONE = frozenset(("-r", "-s", "-j", "-T", "-e", "-f", "-m"))  # of some these stand alone: a path may follow


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    narrowed = None in others or any(option in _NARROWING for option, _value in given)
    words = [word for word in others if word]
    words += [value for option, value in given if option in _ALONE and value and os.path.exists(os.path.join(cwd, value))]
    return narrowed, [_place(word) for word in words]


def _place(word: str) -> str:
    """`tests/**/*.t` -> `tests`: what a pattern takes of a folder."""
    head = re.split(r"[*?\[{]", word, maxsplit=1)[0]
    return word if head == word else os.path.dirname(head) or "."


# --- how the summaries read ---

# prove's own, after whatever it showed of the TAP that it read.
_PROVE = r"(?m)^Files=\d+, Tests=(\d{1,9}),.*\nResult: (PASS|FAIL|NOTESTS)[ \t]*$"
_PROVE_FILE = r"(?m)^\S[^\n]{0,500}? \(Wstat: (\d+)[^\n]{0,40}?\bTests: \d+ Failed: (\d{1,9})\)"
# Of tap (the package of npm), whatever its reporter.
_TOTALS = r"(?m)^# \{ total: (\d{1,9})((?:, (?:pass|fail|todo|skip): \d{1,9})+) \}$"
_OF_NODE_TEST = r"(?m)^# cancelled \d+\n(?:# .*\n){0,4}# duration_ms .*$"  # the end of what node.py reads
_VERSION = r"(?m)^TAP version 1[34][ \t]*$"

_POINT = re.compile(r"( *)(not ok|ok)(?: +(\d{1,9}))?(?![\w.:])(.*)")
_PLAN = re.compile(r"( *)1\.\.(\d{1,9})(?:[ \t]*#.*)?[ \t]*")
_DIRECTIVE = re.compile(r"(?i)(?:^|[^\\])#[ \t]*(skip|todo)\b")
_BAIL = r"(?m)^ *Bail out!"


def read(output: str) -> Summary | None:
    text = _others(plain(output))
    found = [*_of_prove(text), *_totals(text)]
    stream = _stream(text)
    if stream is not None and found:
        # Both tell of the same tests, but for those that failed nobody is believed who says less.
        hidden = stream["failed"] + stream["errors"] > sum(told["failed"] + told["errors"] for told in found)
        stream = summed(errors=1) if hidden else None
    if stream is not None:
        found.append(stream)
    summary = combine(found)
    if summary is not None and re.search(_BAIL, text):
        summary["cut"] = True
    return summary


def _others(text: str) -> str:
    """The text without the TAP of node's own runner."""
    begins = [begin.start() for begin in re.finditer(_VERSION, text)]
    kept: list[str] = []
    at = 0
    for end in re.finditer(_OF_NODE_TEST, text):
        before = bisect_left(begins, end.start())
        kept.append(text[at : begins[before - 1]] if before and begins[before - 1] > at else "")
        at = end.end()
    return "".join([*kept, text[at:]])


def _of_prove(text: str) -> list[Summary]:
    found: list[Summary] = []
    start = 0
    for line in re.finditer(_PROVE, text):
        files = re.findall(_PROVE_FILE, text[start : line.start()])
        start = line.end()
        failed = sum(int(number) for _status, number in files)
        broken = sum(1 for status, number in files if status != "0" and number == "0")
        if line.group(2) == "FAIL" and not failed + broken:
            broken = 1
        passed = max(0, int(line.group(1)) - failed) if line.group(2) != "NOTESTS" else 0
        found.append(summed(passed=passed, failed=failed, errors=broken))
    return found


def _totals(text: str) -> list[Summary]:
    found: list[Summary] = []
    for total, counts in re.findall(_TOTALS, text):
        number = {word: int(count) for word, count in re.findall(r"(\w+): (\d+)", counts)}
        passed, skipped = number.get("pass", 0), number.get("skip", 0) + number.get("todo", 0)
        told = summed(passed=passed, failed=number.get("fail", 0), skipped=skipped)
        told["cut"] = int(total) > passed + skipped + number.get("fail", 0)
        found.append(told)
    return found


def _stream(text: str) -> Summary | None:
    """TAP itself, however deep: counted are the points that have no others below them."""
    counts = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0, "xfailed": 0}
    planned, points, plans, before, inside = 0, 0, 0, 0, -1
    below = False  # whether one of those below the next point of a lesser depth has failed
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(" "))
        if inside >= 0:  # a block of YAML
            inside = -1 if line.strip() == "..." and depth <= inside + 4 else inside
            continue
        if line.strip() == "---" and points + before:
            inside = depth
            continue
        plan = _PLAN.fullmatch(line)
        if plan is not None:
            plans += 1
            planned += int(plan.group(2)) if not plan.group(1) else 0
            continue
        point = _POINT.fullmatch(line)
        if point is None:
            continue
        points += not depth
        bad, rest = point.group(2) == "not ok", point.group(4)
        directive = _DIRECTIVE.search(rest)
        kind = directive.group(1).lower() if directive is not None else ""
        if rest.rstrip().endswith("{"):  # vitest: those below it follow
            continue
        if before > depth:  # those below it stood above
            if bad and not below and not kind:
                counts["errors"] += 1
            below = below and depth > 0
        elif kind:
            counts["xfailed" if kind == "todo" and bad else "skipped"] += 1
        elif bad:
            counts["failed"] += 1
            below = True
        else:
            counts["passed"] += 1
        before = depth
    if not plans or (not points and planned) or not (points or re.search(r"(?m)^(?:TAP version 1[34]|1\.\.0\b)", text)):
        return None if not re.search(_VERSION, text) else _ended(counts, True)
    return _ended(counts, planned != points)


def _ended(counts: dict[str, int], cut: bool) -> Summary:
    return summed(
        counts["passed"], counts["failed"], counts["errors"], counts["skipped"], xfailed=counts["xfailed"], cut=cut
    )


RUNNER = Runner("tap", recognise, read, selection, lists, scattered=True)
