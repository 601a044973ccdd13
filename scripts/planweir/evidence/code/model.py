"""The rows that a reader makes of a source file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOTHING = "asserts nothing"
EMPTY = "its body is empty"
ALWAYS_TRUE = "what it asserts is always true"


class Test:
    """One test. `checks` counts the assertions that could fail, `cases` the elements of the tables in it."""

    __slots__ = ("_norm", "_text", "calls", "cases", "checks", "hollow", "line", "name", "skipped", "where")
    __test__ = False  # pytest need not look at it

    def __init__(
        self,
        name: str,
        where: str,
        line: int,
        *,
        checks: int,
        cases: int,
        skipped: str,
        hollow: str,
        calls: Sequence[str],
        text: Callable[[], str],
    ) -> None:
        self.name = name
        self.where = where  # the classes or blocks that it stands in
        self.line = line
        self.checks = checks
        self.cases = cases
        self.skipped = skipped  # why no runner runs it, or ""
        self.hollow = hollow  # why it proves nothing where `checks` is 0
        self.calls = tuple(calls)  # names that it calls or asks for: one may be a helper that asserts
        self._text = text
        self._norm: str | None = None

    @property
    def text(self) -> str:
        """What it does, without its name, comments and layout, with what the names in it are bound to in its file."""
        if self._norm is None:
            self._norm = self._text()
        return self._norm

    @property
    def key(self) -> tuple[str, str]:
        return self.where, self.name

    def proves(self, helpers: frozenset[str] = frozenset()) -> int:
        """How much it checks, given the names of helpers that assert."""
        return self.checks + sum(name in helpers for name in self.calls)


class Function:
    """One function that is no test. `stub` says what kind of stub it is, or ""; `mild` why that may be right all the same."""

    __slots__ = ("line", "mild", "name", "stub")

    def __init__(self, name: str, line: int, stub: str = "", mild: str = "") -> None:
        self.name = name  # with the classes that it stands in
        self.line = line
        self.stub = stub
        self.mild = mild


NOT_IMPLEMENTED = "is not implemented"
ONLY_PASSES = "has an empty body"
RETURNS_NOTHING = "only returns nothing"
CONSTANT = "returns a constant whatever it is given"


class Read:
    """What stands in one file. `loose` counts assertions outside of tests, `rows` the elements of tables outside of tests,
    `examples` those in docstrings."""

    __slots__ = ("asserting", "examples", "functions", "loose", "names", "rows", "tests")

    def __init__(self) -> None:
        self.tests: list[Test] = []
        self.functions: list[Function] = []
        self.loose = 0
        self.rows = 0
        self.examples = 0
        self.asserting: frozenset[str] = frozenset()  # names of what asserts and is no test
        self.names: frozenset[str] = frozenset()  # what the file defines at its top


def closure(checking: set[str], calls: dict[str, set[str]]) -> frozenset[str]:
    """The names that assert themselves or through others. `calls`: name -> the names that it calls."""
    found = set(checking)
    grew = True
    while grew:
        more = {name for name, called in calls.items() if name not in found and called & found}
        found |= more
        grew = bool(more)
    return frozenset(found)
