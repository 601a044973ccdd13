"""What reviewers should not have to find: stubs, notes to oneself, code that is commented out, tests that were lost.

Computed from what a task's files held at its start and hold now. `severe` is what no task may end with; the rest are facts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from planweir.evidence.code.model import NOT_IMPLEMENTED, ONLY_PASSES
from planweir.evidence.code.reading import language
from planweir.evidence.code.sources import contents, sources
from planweir.evidence.index import TreeError, all_files
from planweir.evidence.newtests import changes
from planweir.evidence.newtests.names import is_test_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planweir.evidence.code.sources import Source
    from planweir.evidence.newtests.compare import Changes, File, Place

SEVERE = (NOT_IMPLEMENTED, ONLY_PASSES)
# A task whose own text asks for a shape without content may hand in stubs: the person read that text at the start.
_SHAPES = re.compile(
    r"(?i)\b(?:abstract (?:base )?class(?:es)?|scaffold(?:ing)?|skeletons?|stubs?|stubbed|placeholders?|interfaces? only|protocol class(?:es)?)\b"
)
_NOTE = re.compile(r"(?:#|//|/\*|^\s*\*|--|<!--|;;|%).*\b(?P<word>TODO|FIXME|XXX|HACK)\b")
_PROSE = (".md", ".txt", ".rst", ".adoc", ".json", ".lock", ".csv", ".svg", ".ipynb", ".po")
_COMMENT = re.compile(r"\s*(?:#(?![!:])|//(?![/!]))\s?(?P<text>.*)")
_LINE_OF_CODE = re.compile(r".*[;{}]\s*$|\s*(?:return|if|for|while|else|const|let|var|def|end|func|fn)\b.*[(){}=:;].*$")
LEAST = 3  # lines of a comment that may be code
NOTES_A_FILE = 8
MOST_FILES = 2000  # that are searched for classes below another


class Fact(NamedTuple):
    path: str
    line: int
    what: str
    severe: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


def wants_shapes(text: str) -> bool:
    """Does a task's own text ask for stubs?"""
    return bool(_SHAPES.search(text))


def facts(root: str, tree: str, paths: Sequence[str], *, shapes: bool = False, fewer: str = "") -> list[Fact]:
    """What was found in these files, severe first. `shapes`: stubs are what the task asks for. `fewer`: the plan's reason
    why tests may go."""
    return from_changes(changes(root, tree, paths), sources(root, tree, paths), root=root, shapes=shapes, fewer=fewer)


def from_changes(
    seen: Changes, texts: Sequence[Source], *, root: str, shapes: bool = False, fewer: str = ""
) -> list[Fact]:
    found: list[Fact] = []
    for file in seen.files:
        if not is_test_path(file.source.path):
            found += _functions(file, root, shapes)
    found += _tests(seen, fewer)
    for source in texts:
        found += _notes(source)
        found += _commented_out(source)
    return sorted(dict.fromkeys(found), key=lambda fact: (not fact.severe, fact.path, fact.line))


def _functions(file: File, root: str, shapes: bool) -> Iterator[Fact]:
    before = Counter((one.name, one.stub) for one in file.old.functions)
    for one in file.new.functions:
        if not one.stub or before[one.name, one.stub]:
            continue
        mild = one.mild or ("the task asks for it" if shapes else "")
        if one.stub in SEVERE and not mild and overridden(root, file.source.path, one.name):
            mild = "a class below its own has another"
        severe = one.stub in SEVERE and not mild
        why = "" if severe or one.stub not in SEVERE else f" ({mild})"
        yield Fact(file.source.path, one.line, f"{one.name} {one.stub}{why}", severe)


def overridden(root: str, path: str, name: str) -> bool:
    """Does some file of the project have a class below that of method `name`, with such a method? Told by its text."""
    owner, _, method = name.replace("::", ".").rpartition(".")
    owner = owner.rpartition(".")[2]
    if not owner:
        return False
    heir = re.compile(rf"\bclass\s+\w+[^\n{{]*[(:<,\s]\s*(?:\w+\.)*{re.escape(owner)}\b".encode())
    own = re.compile(rf"\b(?:def|function|func|fn)?\s*{re.escape(method)}\s*[(<=]".encode())
    try:
        there = [one for one in sorted(all_files(root)) if language(one) == language(path)]
    except TreeError:
        return False
    for one in there[:MOST_FILES]:
        text = contents(root, one) or b""
        if owner.encode() in text and any(own.search(text, match.end()) for match in heir.finditer(text)):
            return True
    return False


def _tests(seen: Changes, fewer: str) -> Iterator[Fact]:
    reason = f" (the plan's reason: {fewer})" if fewer else ""
    for place in seen.gone:
        severe = not place.why and not fewer
        yield _of(place, f"the test {place.name} was there before and is gone" + (f" ({place.why})" if place.why else reason), severe)
    for place in seen.silenced:
        yield _of(place, f"the test {place.name} was there before and checks nothing now: {place.why}{reason}", not fewer)
    for place in seen.weaker:
        yield _of(place, f"{place.name}: {place.why}")
    for place in seen.rejected:
        yield _of(place, f"the new test {place.name} does not count: {place.why}")


def _of(place: Place, what: str, severe: bool = False) -> Fact:
    return Fact(place.path, place.line, what, severe)


def _new_lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of a file that it did not hold before, as often as it did not, with their numbers."""
    if source.new is None or b"\0" in source.new[:8000]:
        return
    old = Counter(line.strip() for line in (source.old or b"").decode("utf-8", "replace").splitlines())
    for number, line in enumerate(source.new.decode("utf-8", "replace").splitlines(), 1):
        if old[line.strip()]:
            old[line.strip()] -= 1
        else:
            yield number, line


def _notes(source: Source) -> Iterator[Fact]:
    if source.path.casefold().endswith(_PROSE):
        return
    found = 0
    for number, line in _new_lines(source):
        match = _NOTE.search(line) if len(line) < 1000 else None
        if match is not None and found < NOTES_A_FILE:
            found += 1
            yield Fact(source.path, number, f"{match['word']} in a new line: {' '.join(line.split())[:100]}")


def _commented_out(source: Source) -> Iterator[Fact]:
    if source.path.casefold().endswith(_PROSE):
        return
    run: list[tuple[int, str]] = []
    for number, line in [*_new_lines(source), (-1, "")]:
        match = _COMMENT.fullmatch(line) if len(line) < 1000 else None
        if match is not None and (not run or run[-1][0] == number - 1):
            run.append((number, match["text"]))
            continue
        if len(run) >= LEAST and _is_code([text for _number, text in run], source.path):
            yield Fact(source.path, run[0][0], f"{len(run)} new lines of commented-out code")
        run = [(number, match["text"])] if match is not None else []


def _is_code(lines: list[str], path: str) -> bool:
    if not path.endswith(".py"):
        real = [line for line in lines if line.strip()]
        return len(real) >= LEAST and sum(bool(_LINE_OF_CODE.fullmatch(line)) for line in real) >= 0.7 * len(real)
    import ast
    import textwrap
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(textwrap.dedent("\n".join(lines))).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    calls = sum(isinstance(row, ast.Expr) and isinstance(row.value, (ast.Call, ast.Await)) for row in body)
    return sum(not isinstance(row, (ast.Expr, ast.AnnAssign)) for row in body) + calls >= 2 or any(
        isinstance(row, (ast.If, ast.For, ast.FunctionDef, ast.Assign, ast.With, ast.Try, ast.While)) for row in body
    )
