"""Tests that a diff adds, by name: read from its lines, for languages that are not parsed and files that cannot be."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from planweir.evidence.newtests.names import could_be_tests, is_test_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CALLED = r"[\"'`](?P<name>[^\"'`\n]+)[\"'`]"
# language -> (endings of file names, patterns for one line with a group `name`)
_LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "python": ((".py", ".pyi"), (r"\s*(?:async\s+)?def\s+(?P<name>test\w*)\s*\(",)),
    "javascript": (
        (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte"),
        # not it.skip, it.todo, xit: they run nothing
        (
            r"\s*(?:await\s+)?(?:Deno\.|t\.)?(?:it|test|specify)"
            r"(?:\.(?:only|concurrent|sequential|serial|failing|fails|(?:each|for)\([^)]*\)))*\s*\(\s*"
            + _CALLED
            + r"(?!\s*,\s*\{[^}]*\b(?:skip|todo)\s*:(?!\s*false\b))",
        ),
    ),
    "go": (
        (".go",),
        (r"\s*[tb]\.Run\(\s*" + _CALLED, r"func\s+(?P<name>(?:Test|Fuzz|Example)(?:[A-Z0-9_]\w*)?)\s*\("),
    ),
    "ruby": (
        (".rb",),
        (r"\s*(?:it|specify|test|scenario)\s*\(?\s*" + _CALLED, r"\s*def\s+(?P<name>test_\w+[?!]?)"),
    ),
    "php": (
        (".php",),
        (
            r"\s*(?:(?:public|final)\s+)*function\s+(?P<name>test\w+)\s*\(",
            r"\s*(?:it|test)\s*\(\s*" + _CALLED,
        ),
    ),
    "swift": ((".swift",), (r"\s*(?:(?:public|internal|final|override)\s+)*func\s+(?P<name>test\w+)\s*\(",)),
    "elixir": ((".ex", ".exs"), (r"\s*(?:test|property)\s+" + _CALLED,)),
    "c": (
        (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"),
        (
            r"\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(\s*(?P<name>\w+\s*,\s*\w+)",
            r"\s*(?:TEST_CASE|SCENARIO)\s*\(\s*" + _CALLED,
        ),
    ),
    "shell": (
        (".bats", ".sh"),
        (r"\s*@test\s+" + _CALLED, r"\s*(?:function\s+)?(?P<name>test_?\w+)\s*\(\s*\)"),
    ),
    "dart": ((".dart",), (r"\s*(?:test|testWidgets)\s*\(\s*" + _CALLED,)),
}
# language -> (endings, the mark before a test, the line that names it)
_MARKED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "rust": (
        (".rs",),
        r"\s*#\[(?:[\w:]+::)?(?:test|rstest|test_case|wasm_bindgen_test|quickcheck)\b[^\n]*\]",
        r"\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:unsafe\s+)?fn\s+(?P<name>\w+)",
    ),
    "java": (
        (".java", ".kt", ".kts", ".groovy", ".scala"),
        r"\s*@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b",
        r"\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|protected|private|internal|static|final|suspend|override)"
        r"\s+)*"
        r"(?:fun\s+(?:`(?P<quoted>[^`]+)`|(?P<fun>\w+))"
        r"|(?:<[^>]+>\s*)?[\w<>\[\], .?]+?\s+(?P<name>\w+))\s*\(",
    ),
    "csharp": (
        (".cs", ".fs", ".vb"),
        r"\s*\[(?:Fact|Theory|Test|TestCase|TestMethod|DataTestMethod)\b",
        r"\s*(?:(?:public|internal|private|static|async|virtual|override)\s+)*"
        r"[\w<>\[\], .?]+?\s+(?P<name>\w+)\s*\(",
    ),
    "php": (
        (".php",),
        r"\s*#\[Test\b|\s*(?:/?\*+)?\s*@test\b",
        r"\s*(?:(?:public|final)\s+)*function\s+(?P<name>\w+)\s*\(",
    ),
    "swift": ((".swift",), r"\s*@Test\b", r"\s*(?:@Test[^\n]*\s)?(?:\w+\s+)*?func\s+(?P<name>\w+)"),
}
# A test of JavaScript whose name may stand lines below: `it.each([…])(`, `it(`.
_HEAD = re.compile(
    r"(?m)^[ \t]*(?:await\s+)?(?:Deno\.|t\.)?(?:it|test|specify)"
    r"(?:\.(?:only|concurrent|sequential|serial|failing|fails))*(?P<each>\.(?:each|for)\s*)?(?=[(`])"
)
_NAME = re.compile(r"\s*\(\s*" + _CALLED + r"(?!\s*,\s*\{[^}]*\b(?:skip|todo)\s*:(?!\s*false\b))")
_LONGEST_TABLE = 8_000  # characters between `.each` and the name

# A line that adds a case to a table of an existing test, and one that holds the whole table.
_ROW = re.compile(r"\s*(?:pytest\.param\(|[\[({\"'`\d|-]).*[,|]\s*")
_TABLE = re.compile(r"parametrize\(|\.each\(|\bTestCase\(|InlineData\(|ValueSource\(")

_HEADER = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
# A mark that keeps a test of Rust from being run.
_IGNORED = r"\s*(?:#\[[\w:]*test\]\s*)?#\[ignore\b"
# How many lines a mark may stand before the line that names its test: other attributes, comments.
_REACH = 6


class ByLines(NamedTuple):
    added: list[str]
    grown: list[str]


def by_lines(diff_text: str, root: str = "") -> ByLines:
    """The names of the test functions and cases that a unified diff adds, in order, and what else checks more. Only added
    lines count. A name that the diff also takes away was moved or changed, and does not count, as often as it is taken away.
    What lies in a file of a language not known here is read by the patterns of all."""
    added: list[str] = []
    removed: list[str] = []
    grown: list[str] = []
    for path, hunk in _hunks(diff_text):
        shown = path[2:] if path.startswith("b/") else path
        if not (shown.endswith((".py", ".pyi")) and root and not could_be_tests(shown, root)):
            added += _names(path, [(sign == "+", line) for sign, line in hunk if sign in "+ "])
        removed += _names(path, [(sign == "-", line) for sign, line in hunk if sign in "- "])
        if is_test_path(path) and _grows(hunk):
            grown.append(f"more cases in {shown}")
        elif _checks_more(shown, hunk):
            grown.append(f"more checks in {shown}")
    for name in removed:
        if name in added:
            added.remove(name)
    return ByLines(added, list(dict.fromkeys(grown)))


def _grows(hunk: list[tuple[str, str]]) -> bool:
    """Does a hunk add cases to a table that was there? Weakly: an honest attempt must not be held."""
    if all(sign == "+" for sign, _line in hunk):
        return False  # a new file: its tests have names
    old = [line for sign, line in hunk if sign == "-"]
    new = [line for sign, line in hunk if sign == "+"]
    if sum(bool(_ROW.fullmatch(line)) for line in new) > sum(bool(_ROW.fullmatch(line)) for line in old):
        return True
    before = sum(len(line) for line in old if _TABLE.search(line))
    return 0 < before < sum(len(line) for line in new if _TABLE.search(line))


_CHECKING = re.compile(r"\bassert|\.assert|\bexpect\b|\bshould\b|\braises\(|\bt\.(?:Error|Fatal)|\brequire\.")
_COMMENT = re.compile(r"\s*(?:#|//|--|\*|/\*|$)")
_SKIPPED = re.compile(r"(?i)\bskip|\btodo\b|\bx(?:it|describe|test)\b|\bignore\b|\bdisabled\b|\bpending\b")
_EXAMPLE = re.compile(r"\s*>>> \S")


def _checks_more(path: str, hunk: list[tuple[str, str]]) -> bool:
    """Does a hunk check more than before, where no test has a name to tell it by?

    Examples in docstrings; assertions in a Python test that was there; in other languages' test files, any code (a shell
    script that asserts, a file of bare asserts, tests made in a loop). Nothing that a skip mark stands beside.
    """
    new = [line for sign, line in hunk if sign == "+"]
    old = [line for sign, line in hunk if sign == "-"]
    if any(_SKIPPED.search(line) for line in new):
        return False
    if sum(bool(_EXAMPLE.match(line)) for line in new) > sum(bool(_EXAMPLE.match(line)) for line in old):
        return True
    if not is_test_path(path) or "." not in path.rpartition("/")[2]:
        return False
    if path.endswith((".py", ".pyi")):
        if all(sign == "+" for sign, _line in hunk):
            return False  # a new file: its tests have names
        return sum(bool(_CHECKING.search(line)) for line in new) > sum(bool(_CHECKING.search(line)) for line in old)
    return sum(not _COMMENT.match(line) for line in new) > sum(not _COMMENT.match(line) for line in old)


def _called(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """(line, name) of the tests of JavaScript in `text`, also where the name stands on a later line."""
    for head in _HEAD.finditer(text):
        at = head.end()
        if head["each"]:
            at = _after_table(text, at)
        match = _NAME.match(text, at) if at >= 0 else None
        if match is not None:
            yield text.count("\n", 0, head.end()), match


def _after_table(text: str, at: int) -> int:
    """Where the table of `.each` that begins at `at` ends; -1 if it does not."""
    stop = min(len(text), at + _LONGEST_TABLE)
    if text[at] == "`":
        return text.find("`", at + 1, stop) + 1 or -1
    depth = 0
    while at < stop:
        letter = text[at]
        if letter in "\"'`":
            end = at + 1
            while end < stop and text[end] != letter:
                end += 2 if text[end] == "\\" else 1
            at = end
        depth += (letter in "([{") - (letter in ")]}")
        at += 1
        if depth == 0:
            return at
    return -1


def _hunks(diff_text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(path, lines with their sign) of each hunk. The numbers of its header say where it ends, because a
    removed line may look like a header."""
    path = ""
    old = new = 0
    hunk: list[tuple[str, str]] = []
    for line in diff_text.split("\n"):
        if old > 0 or new > 0:
            sign = line[:1] or " "
            if sign == "\\":
                continue
            old -= sign in "- "
            new -= sign in "+ "
            hunk.append((sign, line[1:].rstrip("\r")))
            if old <= 0 and new <= 0:
                yield path, hunk
                hunk = []
            continue
        header = _HEADER.match(line)
        if header:
            old, new = (int(number) if number is not None else 1 for number in header.groups())
        elif line.startswith(("+++ ", "--- ")):
            told = line[4:].split("\t", 1)[0].strip('"')
            if told != "/dev/null":
                path = told
    if hunk:
        yield path, hunk


def _names(path: str, lines: list[tuple[bool, str]]) -> list[str]:
    """Names of tests among these lines of one side; True marks a line that is not context."""
    ending = os.path.splitext(path)[1].lower()
    if ending == ".go" and not path.endswith("_test.go"):
        return []  # go looks for tests in no other file
    plain = [patterns for endings, patterns in _LANGUAGES.values() if ending in endings]
    marked = [(mark, named) for endings, mark, named in _MARKED.values() if ending in endings]
    if not plain and not marked:
        plain = [patterns for _endings, patterns in _LANGUAGES.values()]
        marked = [(mark, named) for _endings, mark, named in _MARKED.values()]
    found: list[str] = []
    seen: set[tuple[int, str]] = set()

    def take(at: int, match: re.Match[str]) -> None:
        name = next(text for text in match.groups() if text is not None)
        if (at, name) not in seen:
            seen.add((at, name))
            found.append(name)

    if ending in _LANGUAGES["javascript"][0]:
        for at, called in _called("\n".join(line if fresh else "" for fresh, line in lines)):
            take(at, called)
    for at, (fresh, line) in enumerate(lines):
        if fresh:
            for patterns in plain:
                for pattern in patterns:
                    match = re.match(pattern, line)
                    if match:
                        take(at, match)
        for mark, named in marked:
            if re.match(mark, line) is None:
                continue
            for below in range(at, min(at + _REACH, len(lines))):
                if re.match(_IGNORED, lines[below][1]):
                    break  # it would not be run
                match = re.match(named, _after_mark(lines[below][1], mark))
                if match:
                    # Either the mark or the name is new: an old function that becomes a test is one.
                    if fresh or lines[below][0]:
                        take(below, match)
                    break
    return found


def _after_mark(line: str, mark: str) -> str:
    """The line without a mark that stands on it: `@Test void a() {`."""
    match = re.match(mark + r"(?:\([^)]*\))?\]?", line)
    return line[match.end() :] if match else line
