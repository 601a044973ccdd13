"""Whether one run ran at least what another did: what fails stands until as much has run again."""

from __future__ import annotations

from planweir.evidence.places import below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runs import Row

# Runners that may run the same tests.
_LANGUAGES = (
    {"pytest", "unittest", "tox", "nox"},
    {"jest", "vitest", "mocha", "node", "playwright", "bun", "deno", "tap"},
    {"go", "gotestsum"},
    {"cargo", "nextest"},
)


def covers(later: Row, earlier: Row) -> bool:
    """Whether the later run ran at least what the earlier one did."""
    chosen, before = later.get("select", []), earlier.get("select", [])
    if later.get("command") == earlier.get("command") and chosen == before:
        return True
    if {"narrowed", "partly"} & set(later.get("flags", [])):
        return False
    if chosen:
        inside = bool(before) and all(any(below(path, place) for place in chosen) for path in before)
        return inside and _akin(later, earlier)
    if later.get("runner") == earlier.get("runner"):
        return True
    # Another runner, or what a script starts, may run something else altogether: it ran as many tests at least.
    return _akin(later, earlier) and _total(later) >= _total(earlier)


def _akin(one: Row, other: Row) -> bool:
    """Could both have run the same tests?"""
    if "opaque" in {*one.get("flags", []), *other.get("flags", [])}:
        return True
    names = {str(one.get("runner")), str(other.get("runner"))}
    return len(names) == 1 or any(names <= group for group in _LANGUAGES)


def _total(row: Row) -> int:
    summary = row.get("summary") or {}
    words = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
    return sum(int(str(summary.get(word, 0))) for word in words)
