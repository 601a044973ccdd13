"""What maven and gradle leave behind: reports of test suites, and the files in which classes lie."""

from __future__ import annotations

import os
import re
import time

from planweir.evidence.runners.base import summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planweir.evidence.runners.base import Summary

SLACK = 2.0  # seconds: clocks of file systems, and what a build does before its own clock starts
_HEAD = 16 * 1024  # bytes in which a report names its counts
_SUITE = r"<testsuite\b[^>]*>"
_MOST = 2_000  # folders that are looked through
_PASS_BY = frozenset("node_modules src .git .gradle .idea .venv venv".split())


def reports_in(folders: Sequence[str], since: float | None) -> Summary | None:
    """The sum of the `TEST-*.xml` in these folders; `since`: only of those written after that moment, and not in the future.
    None where there is none."""
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    seen = False
    for folder in folders:
        for path in _reports(folder, since):
            seen = _add(path, counts) or seen
    if not seen:
        return None
    bad = counts["failures"] + counts["errors"]
    return summed(
        passed=max(0, counts["tests"] - bad - counts["skipped"]),
        failed=counts["failures"],
        errors=counts["errors"],
        skipped=counts["skipped"],
    )


def _reports(folder: str, since: float | None) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("TEST-") and entry.name.endswith(".xml"):
            written = entry.stat().st_mtime
            if since is None or since - SLACK <= written <= time.time() + SLACK:
                yield entry.path


def _add(path: str, counts: dict[str, int]) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            suite = re.search(_SUITE, file.read(_HEAD))
    except OSError:
        return False
    if suite is None:
        return False
    told = dict(re.findall(r'\b(tests|failures|errors|skipped)="(\d{1,9})"', suite[0]))
    for name in counts:
        counts[name] += int(told.get(name, 0))
    return "tests" in told


def folders_named(top: str, names: Sequence[str]) -> list[str]:
    """The folders below `top` whose path ends in one of `names` (`target/surefire-reports`), not looked for without end."""
    found: list[str] = []
    for seen, (place, below, _files) in enumerate(os.walk(top)):
        if seen > _MOST:
            break
        found += [place for name in names if place.endswith("/" + name)]
        below[:] = sorted(one for one in below if one not in _PASS_BY)
    return found


def of_class(name: str, folder: str) -> str | None:
    """`com.ex.FTest::b` -> `src/test/java/com/ex/FTest.java::FTest.b`, where one file alone can be meant."""
    whole, _colons, test = name.partition("::")
    path = re.sub(r"\$.*", "", whole).replace(".", "/")
    ends = tuple(f"/{path}{suffix}" for suffix in (".java", ".kt", ".groovy", ".scala"))
    for lead in ("src/test/java", "src/test/kotlin", "src/it/java", "src/integrationTest/java", "src/integration-test/java"):
        for end in ends:
            if os.path.isfile(os.path.join(folder, lead) + end):
                return f"{lead}{end}::{whole.rpartition('.')[2]}.{test}"
    from planweir.evidence.index import TreeError, listing

    try:
        found = {one for _tag, one in listing(folder) if ("/" + one).endswith(ends)}
    except TreeError:
        return None
    return f"{found.pop()}::{whole.rpartition('.')[2]}.{test}" if len(found) == 1 else None
