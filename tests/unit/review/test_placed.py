"""A finding stands at a line that is there, of a file of the package."""

from __future__ import annotations

import pytest
from tests.unit.review.test_shape import GOOD

from planweir.review.placed import Package
from planweir.review.shape import problems

LINES = {"src/a.py": 40, "src/empty.py": 0}
ABOUT = Package("T3", ["src/a.py"], lambda path: path.startswith(("src/", "tests/")), LINES.get)


def told(path: str, line: object) -> list[str]:
    finding = {"severity": "minor", "path": path, "line": line, "what": "w"}
    return problems({**GOOD, "findings": [finding]}, "T3", "code-reviewer", lambda: ABOUT)


@pytest.mark.parametrize(
    ("path", "line"),
    [("src/a.py", 1), ("src/a.py", 40), ("./src/a.py", 3), ("src/gone.py", 0), ("src/gone.py", 12), ("tests/test_a.py", None), ("src/empty.py", 0)],
)
def test_a_line_of_a_file_of_the_package_is_a_place(path: str, line: object) -> None:
    assert told(path, line) == []


def test_a_path_outside_the_package_is_sent_back_with_where_to_place_it() -> None:
    (found,) = told("lib/other.py", 3)
    assert "lib/other.py is outside the package" in found
    assert "(changed: src/a.py)" in found
    assert "task-planner insight add --kind defect" in found


@pytest.mark.parametrize("line", [0, None])
def test_no_line_of_a_file_that_is_there_is_no_place(line: object) -> None:
    (found,) = told("src/a.py", line)
    assert "has no line" in found
    assert "1 for the file as a whole" in found


def test_a_line_beyond_the_end_is_no_place() -> None:
    assert "has 40 lines and no line 41" in told("src/a.py", 41)[0]


def test_the_package_is_asked_for_only_where_a_finding_can_be_placed() -> None:
    def never() -> Package:
        raise AssertionError("nothing is to be placed")

    assert problems({**GOOD, "findings": []}, "T3", "code-reviewer", never) == []
    assert problems({**GOOD, "findings": [{"path": ""}]}, "T3", "code-reviewer", never)


def test_without_a_package_any_path_of_the_project_is_a_place() -> None:
    review = {**GOOD, "findings": [{"severity": "minor", "path": "lib/x.py", "line": 1, "what": "w"}]}
    assert problems(review, "T3", "code-reviewer", lambda: None) == []
