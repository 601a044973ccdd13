"""Tests that a diff adds, by name: read from its lines, language by language."""

from __future__ import annotations

import os
import re

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
            r"\s*(?:await\s+)?(?:Deno\.)?(?:it|test|specify)"
            r"(?:\.(?:only|concurrent|sequential|serial|failing|each\([^)]*\)))*\s*\(\s*" + _CALLED,
        ),
    ),
    "go": ((".go",), (r"func\s+(?P<name>(?:Test|Fuzz|Example)(?:[A-Z0-9_]\w*)?)\s*\(",)),
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
_HEADER = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
# How many lines a mark may stand before the line that names its test: other attributes, comments.
_REACH = 6


def new_tests(diff_text: str) -> list[str]:
    """The names of the test functions and cases that a unified diff adds, in order. Only added lines count. A
    name that the diff also takes away was moved or changed, and does not count, as often as it is taken away.
    What lies in a file of a language not known here is read by the patterns of all."""
    added: list[str] = []
    removed: list[str] = []
    for path, hunk in _hunks(diff_text):
        added += _names(path, [(sign == "+", line) for sign, line in hunk if sign in "+ "])
        removed += _names(path, [(sign == "-", line) for sign, line in hunk if sign in "- "])
    for name in removed:
        if name in added:
            added.remove(name)
    return added


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
