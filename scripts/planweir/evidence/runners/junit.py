# words: <testsuite
"""JUnit XML, the format: no program of its own, but what any known runner prints or writes that was told to (see formats.py).

The text may be anybody's: it is read by a parser that is handed no document type and no entity, within bounds.
"""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, file_there, inside, never, plain, summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

MOST = 30_000_000  # bytes of a report that are read
_DEEPEST = 60
_MOST_REPORTS = 2_000  # on one output


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    return None


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    return False, []


# A report as a runner prints it: from a line's beginning.
_BEGINS = r"(?m)^[ \t]*(?:<\?xml[^>\n]*\?>\s*)?<(testsuites|testsuite)\b"


def read(output: str) -> Summary | None:
    if "<testsuite" not in output:
        return None
    text, found, at = plain(output), [], 0
    while (begins := re.compile(_BEGINS).search(text, at)) is not None:
        start = begins.start(1) - 1
        at = _end(text, start, begins.group(1))
        if len(found) >= _MOST_REPORTS:
            return None
        report = of_report(text[start:at].encode("utf-8", "replace"))
        if report is None:
            return None
        found.append(report)
    return combine(found)


def _end(text: str, start: int, root: str) -> int:
    """Where the element ends that begins at `start`."""
    depth = 0
    for tag in re.compile(rf"<(/?){root}\b[^>]*?(/?)>").finditer(text, start):
        depth += -1 if tag.group(1) else 0 if tag.group(2) else 1
        if depth <= 0:
            return tag.end()
    return len(text)


class _Refused(Exception):
    """A report that is not read: broken, or with what a report has no use for."""


class _Counting:
    """Counts the cases of one report as its elements come."""

    __slots__ = ("_case", "_depth", "counts", "failing", "told")

    def __init__(self) -> None:
        self.counts = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0, "rerun": 0}
        self.failing: list[str] = []
        self.told = [0, 0]  # failures and errors as the whole report has them
        self._case: dict[str, str] | None = None
        self._depth: list[str] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        self._depth.append(name)
        if len(self._depth) > _DEEPEST:
            raise _Refused("too deep")
        if len(self._depth) == 1 and name not in ("testsuites", "testsuite"):
            raise _Refused("no report")
        if name in ("testsuite", "testsuites"):
            for at, word in enumerate(("failures", "errors")):
                number = attributes.get(word, "")
                if len(self._depth) == 1 and re.fullmatch(r"\d{1,9}", number):
                    self.told[at] = int(number)
        elif name == "testcase":
            status = attributes.get("status", attributes.get("result", "")).lower()
            self._case = {**attributes, "is": _STATUS.get(status, "passed")}
        elif self._case is not None and self._depth[-2:-1] == ["testcase"]:
            kind = _CHILDREN.get(name)
            if kind == "rerun":
                self.counts["rerun"] += 1
            elif kind is not None and self._case["is"] not in ("failed", "errors"):
                self._case["is"] = kind
        elif name in ("error", "failure"):
            self.counts["errors"] += 1  # of a suite, outside its cases

    def closed(self, name: str) -> None:
        self._depth.pop()
        if name == "testcase" and self._case is not None:
            case, self._case = self._case, None
            self.counts[case["is"]] += 1
            if case["is"] in ("failed", "errors"):
                test = case.get("name", "")
                place = case.get("file") or case.get("classname", "")
                if place and test:
                    self.failing.append(f"{place}::{test}")

    def refuse(self, *_given: object) -> int:
        raise _Refused("a document type or an entity")


_CHILDREN = {
    "failure": "failed",
    "error": "errors",
    "skipped": "skipped",
    "rerunFailure": "rerun",
    "rerunError": "rerun",
    "flakyFailure": "rerun",
    "flakyError": "rerun",
}
# ctest and googletest say it so.
_STATUS = {
    "notrun": "skipped",
    "disabled": "skipped",
    "skipped": "skipped",
    "suppressed": "skipped",
    "ignored": "skipped",
    "fail": "failed",
    "failed": "failed",
    "error": "errors",
}


def of_report(report: bytes) -> Summary | None:
    """The summary of one report; None if it is none that may be read."""
    from xml.parsers import expat

    if len(report) > MOST:
        return None
    counting = _Counting()
    parser = expat.ParserCreate()
    parser.StartElementHandler = counting.opened
    parser.EndElementHandler = counting.closed
    parser.StartDoctypeDeclHandler = counting.refuse
    parser.EntityDeclHandler = counting.refuse
    parser.ExternalEntityRefHandler = counting.refuse
    try:
        parser.Parse(report, True)
    except (expat.ExpatError, _Refused, ValueError):
        return None
    counts = counting.counts
    for at, word in enumerate(("failed", "errors")):
        others = counts["failed"] + counts["errors"] - counts[word]
        counts[word] += max(0, counting.told[at] - counts[word] - others)
    return summed(
        counts["passed"], counts["failed"], counts["errors"], counts["skipped"], rerun=counts["rerun"], failing=counting.failing
    )


def locate(name: str, folder: str) -> str | None:
    """The file of `tests.test_a.T::test_x` too, which is how Python's runners name a class."""
    found = file_there(name, folder)
    if found is not None:
        return found
    place, _colons, test = name.partition("::")
    parts = place.split(".")
    for end in range(len(parts), 0, -1):
        file = inside(os.path.join(*parts[:end]) + ".py", folder) if all(parts[:end]) else None
        if file is not None:
            return "::".join([file, *parts[end:], test])
    return None


RUNNER = Runner("junit", recognise, read, selection, never, locate=locate)
