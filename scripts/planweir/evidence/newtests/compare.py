"""Old tests against new ones: which came, which count, which are gone, skipped or weaker."""

from __future__ import annotations

import time
from typing import NamedTuple

from planweir.evidence import tree as trees
from planweir.evidence.code import language, read
from planweir.evidence.code.model import Read
from planweir.evidence.code.sources import sources
from planweir.evidence.newtests.names import could_be_tests, is_test_path
from planweir.evidence.newtests.neighbours import Neighbours
from planweir.evidence.newtests.patterns import by_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.code.model import Test
    from planweir.evidence.code.sources import Source

SECONDS = 20  # for parsing; what is left then is read by its lines
SHOWN = 6


class Place(NamedTuple):
    """A test, where it stands or stood, and what is said of it."""

    path: str
    line: int
    name: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.path}:{self.line})"


class Changes:
    """What became of the tests in some files."""

    def __init__(self) -> None:
        self.counted: list[Place] = []
        self.rejected: list[Place] = []  # new, and of no worth: `why` says so
        self.by_lines: list[str] = []  # new, read by patterns
        self.grown: list[str] = []  # `more checks in tests/test_a.py`
        self.gone: list[Place] = []  # `why` says why that may be right, or nothing
        self.silenced: list[Place] = []  # there before, and now they check nothing: skipped or emptied
        self.weaker: list[Place] = []
        self.files: list[File] = []

    @property
    def names(self) -> list[str]:
        """What counts as a new test, by name; without any, what checks more than before."""
        return [*(place.name for place in self.counted), *self.by_lines] or list(dict.fromkeys(self.grown))

    def why_not(self) -> str:
        """Why what looks like a new test does not count; "" where nothing does."""
        told = [f"{place}: {place.why}" for place in self.rejected[:SHOWN]]
        more = len(self.rejected) - SHOWN
        return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


class File(NamedTuple):
    source: Source
    old: Read
    new: Read


def new_tests(root: str, tree: str, paths: Sequence[str]) -> list[str]:
    """The names of the tests that came into these files of `root` since `tree`."""
    return changes(root, tree, paths).names


def changes(root: str, tree: str, paths: Sequence[str]) -> Changes:
    """What became of the tests in these files since `tree`."""
    found = Changes()
    if not paths:
        return found
    until = time.monotonic() + SECONDS
    unread = list(paths)[500:]
    for source in sources(root, tree, paths):
        file = _parsed(source, root) if time.monotonic() < until else None
        if file is None:
            unread.append(source.path)
        else:
            found.files.append(file)
    if unread:
        told = by_lines(trees.diff(root, tree or "HEAD", unread), root)
        found.by_lines += told.added
        found.grown += told.grown
    _Comparison(found, root, until).run()
    return found


def _parsed(source: Source, root: str) -> File | None:
    if source.large or not language(source.path):
        return None
    sides: list[Read] = []
    for text in (source.old, source.new):
        one = read(text, source.path) if text is not None else Read()
        if one is None:
            return None
        sides.append(one)
    if language(source.path) == "python" and not could_be_tests(source.path, root):
        for one in sides:
            one.tests = []
            one.loose = one.rows = 0
    return File(source, *sides)


class _Comparison:
    def __init__(self, found: Changes, root: str, until: float) -> None:
        self.found = found
        self.files = found.files
        # Of other files, that nobody changed: asked where a test asserts nothing by itself, and for copies.
        self.neighbours = Neighbours(root, {file.source.path for file in self.files}, until)
        self.helpers = frozenset[str]().union(*(file.new.asserting for file in self.files if is_test_path(file.source.path)))

        self.replaces: dict[int, int] = {}

    def run(self) -> None:
        came: list[tuple[str, Test]] = []
        gone: list[tuple[str, Test]] = []
        for file in self.files:
            path = file.source.path
            left = list(file.new.tests)
            for old in file.old.tests:
                new = _same(left, old.where, old.name)
                if new is None:
                    gone.append((path, old))
                else:
                    left.remove(new)
                    self._pair(path, old, new)
            came += [(path, test) for test in left]
        self._moved(came, gone)
        self._renamed(came, gone)
        self._judge(came)
        self._gone(gone)
        for file in self.files:
            self._grown(file)

    def _pair(self, path: str, old: Test, new: Test) -> None:
        was, now = self._worth(path, old), self._worth(path, new)
        place = Place(path, new.line, new.name)
        if was and not now:
            self.found.silenced.append(place._replace(why=new.skipped or f"{new.hollow} now"))
        elif now and not was:
            self.found.counted.append(place)
        elif now > was:
            self.found.grown.append(f"more checks in {path}")
        elif now and new.cases > old.cases:
            self.found.grown.append(f"more cases in {path}")
        elif 0 < now < was:
            self.found.weaker.append(place._replace(why=f"assertions fewer: {was} -> {now}"))
        elif now and new.cases < old.cases:
            self.found.weaker.append(place._replace(why=f"cases fewer: {old.cases} -> {new.cases}"))
        elif now and old.text != new.text:
            self.found.weaker.append(place._replace(why="was there before and checks something else now; does it check less?"))

    def _worth(self, path: str, test: Test) -> int:
        if test.skipped:
            return 0
        return test.proves(self.helpers) or test.proves(self.neighbours.helpers(path, test.calls))

    def _moved(self, came: list[tuple[str, Test]], gone: list[tuple[str, Test]]) -> None:
        """A test of the same name, in another class or file."""
        for one in list(gone):
            path, old = one
            there = [row for row in came if row[1].name == old.name]
            if there:
                to = next((row for row in there if row[0] == path), there[0])
                came.remove(to)
                gone.remove(one)
                self._pair(to[0], old, to[1])

    def _renamed(self, came: list[tuple[str, Test]], gone: list[tuple[str, Test]]) -> None:
        texts = {old.text: (path, old) for path, old in gone}
        for one in list(came):
            path, new = one
            was = texts.pop(new.text, None)
            if was is not None:
                came.remove(one)
                gone.remove(was)
                self.found.rejected.append(Place(path, new.line, new.name, f"it is {was[1].name} under another name"))

    def _judge(self, came: list[tuple[str, Test]]) -> None:
        fresh = {id(test) for _path, test in came}
        there = {
            test.text: test.name
            for file in self.files
            for test in file.new.tests
            if came and id(test) not in fresh and _alike(file.source.path, came)
        }
        for path, test in came:
            why = test.skipped
            if not why and not self._worth(path, test):
                why = test.hollow
            copied = "" if why else there.get(test.text, "") or self.neighbours.copy_of(path, test)
            if copied:
                why = f"a copy of {copied}"
            place = Place(path, test.line, test.name, why)
            (self.found.rejected if why else self.found.counted).append(place)
            there.setdefault(test.text, test.name)

    def _gone(self, gone: list[tuple[str, Test]]) -> None:
        for path, old in gone:
            if self._worth(path, old):
                self.found.gone.append(Place(path, old.line, old.name, self._replaced(old)))

    def _replaced(self, old: Test) -> str:
        """Why a test may rightly be gone: another took its place, or what it tested is gone too; or ""."""
        used = set(old.calls)
        for file in self.files:
            if not is_test_path(file.source.path):
                lost = {one.name.rpartition(".")[2] for one in file.old.functions} - {
                    one.name.rpartition(".")[2] for one in file.new.functions
                }
                lost |= file.old.names - file.new.names
                if used & lost:
                    return f"{min(used & lost)}, which it tests, is gone too"
        new = {(place.path, place.line) for place in self.found.counted}
        for file in self.files:
            for test in file.new.tests:
                # One with a table may stand for as many as it has rows.
                free = self.replaces.get(id(test), 0) < max(1, test.cases)
                if free and (file.source.path, test.line) in new and _similar(old, test):
                    self.replaces[id(test)] = self.replaces.get(id(test), 0) + 1
                    return f"{test.name} took its place"
        return ""

    def _grown(self, file: File) -> None:
        path, old, new = file.source.path, file.old, file.new
        if new.examples > old.examples:
            self.found.grown.append(f"more checks in {path}")
        if not is_test_path(path) or file.source.new is None:
            return
        if new.loose > old.loose:
            self.found.grown.append(f"more checks in {path}")
        elif file.source.old is not None and new.rows > old.rows and any(not test.skipped for test in new.tests):
            self.found.grown.append(f"more cases in {path}")


def _same(tests: list[Test], where: str, name: str) -> Test | None:
    return next((test for test in tests if test.name == name and test.where == where), None)


def _alike(path: str, came: list[tuple[str, Test]]) -> bool:
    return any(language(path) == language(other) for other, _test in came)


def _similar(old: Test, new: Test) -> bool:
    from difflib import SequenceMatcher

    if min(len(old.name), len(new.name)) > 6 and (old.name.startswith(new.name) or new.name.startswith(old.name)):
        return True
    for one, other, least in ((old.name, new.name, 0.8), (old.text[:4000], new.text[:4000], 0.75)):
        match = SequenceMatcher(None, one, other)
        if match.real_quick_ratio() >= least and match.quick_ratio() >= least and match.ratio() >= least:
            return True
    return False


