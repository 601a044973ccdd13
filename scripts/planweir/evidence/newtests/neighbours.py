"""The test files that a task did not change: helpers in them that assert, tests in them that a new one may be a copy of."""

from __future__ import annotations

import time

from planweir.evidence.code import language, read
from planweir.evidence.code.sources import contents
from planweir.evidence.code.words import for_tests
from planweir.evidence.index import TreeError, all_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planweir.evidence.code.model import Read, Test

MOST = 500  # files that are looked into
MOST_READ = 60  # files that are parsed, of those that hold the names asked for
LARGEST = 16 << 20  # bytes of all of them


class Neighbours:
    def __init__(self, root: str, but: set[str], until: float) -> None:
        self.root, self.but, self.until = root, but, until
        self._texts: dict[str, dict[str, bytes]] = {}
        self._reads: dict[str, Read | None] = {}

    def helpers(self, path: str, calls: Sequence[str]) -> frozenset[str]:
        """The names among `calls` that assert, by what other files of tests define."""
        found: set[str] = set()
        wanted = [name for name in dict.fromkeys(calls) if len(name) > 1]
        if not wanted:
            return frozenset()
        for one, text in self._files(path).items():
            if any(name.encode("utf-8", "replace") in text for name in wanted):
                there = self._read(one, text)
                if there is not None:
                    found |= there.asserting & set(wanted)
                    if found:
                        return frozenset(found)
        return frozenset()

    def copy_of(self, path: str, test: Test) -> str:
        """The test of another file that does the same, as `name in path`, or ""."""
        named = [name.encode("utf-8", "replace") for name in dict.fromkeys(test.calls)]
        if not named:
            return ""
        for one, text in self._files(path).items():
            if all(name in text for name in named):
                there = self._read(one, text)
                for other in there.tests if there is not None else []:
                    if other.text == test.text:
                        return f"{other.name} in {one}"
        return ""

    def _read(self, path: str, text: bytes) -> Read | None:
        if path not in self._reads:
            if len(self._reads) >= MOST_READ or time.monotonic() > self.until:
                return None
            self._reads[path] = read(text, path)
        return self._reads[path]

    def _files(self, path: str) -> dict[str, bytes]:
        """The texts of the other files of tests in the language of `path`, nearest first."""
        kind = language(path)
        if kind not in self._texts:
            self._texts[kind] = dict(self._texts_of(kind, path))
        return self._texts[kind]

    def _texts_of(self, kind: str, path: str) -> Iterator[tuple[str, bytes]]:
        try:
            there = [one for one in all_files(self.root) if language(one) == kind and one not in self.but and for_tests(one)]
        except TreeError:
            return
        folder = path.rpartition("/")[0]
        there.sort(key=lambda one: (one.rpartition("/")[0] != folder, "conftest" not in one, one))
        room = LARGEST
        for one in there[:MOST]:
            text = contents(self.root, one)
            if text is not None and len(text) <= room:
                room -= len(text)
                yield one, text
