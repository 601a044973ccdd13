"""What a review is about (rule review-object): honest findings lie inside it, those that the task could not act on do not."""

from __future__ import annotations

import pytest
from tests.unit.gate.shop import Shop, plan, task

from planweir.brief.inside import inside
from planweir.review.placed import Package

DOCUMENT = plan(
    task("T1", "src/*.py tests/test_a.py", also="docs/api.md", done_when=("it adds", "`CHANGES.md` tells of it")),
    task("T2", "lib/b.py"),
    task("T3", "c.py", "T1"),
)


@pytest.fixture
def about(shop: Shop) -> Package:
    """The package of T1, which has changed src/a.py; T2 has changed its file, and somebody a file of no task."""
    shop.write("lib/old.py")
    shop.write("docs/old.md")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")
    shop.open(DOCUMENT)
    shop.implement("T2", {"lib/b.py": "b = 1\n"})
    shop.implement("T1", {"src/a.py": "a = 1\nb = 2\n"})
    shop.write("lib/stray.py")
    found = inside(shop.places, shop.state, "T1", "task-reviewer")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "path",
    [
        "src/a.py",  # what it changed
        "src/missing.py",  # what it may make
        "tests/test_a.py",  # what it ought to have made
        "docs/api.md",
        "CHANGES.md",  # what a line of Done when names
        "lib/stray.py",  # what changed meanwhile and no task owns
        "src",
        "tests",
    ],
)
def test_a_path_that_the_task_answers_for_is_inside(about: Package, path: str) -> None:
    assert about.holds(path)


@pytest.mark.parametrize("path", ["lib/old.py", "lib/b.py", "c.py", "docs/old.md", "nowhere.py", "lib", ".", "S.md"])
def test_a_path_that_it_can_do_nothing_about_is_outside(about: Package, path: str) -> None:
    assert not about.holds(path)


def test_it_names_what_the_task_changed_and_counts_lines(about: Package) -> None:
    assert list(about.changed) == ["src/a.py"]
    assert (about.lines("src/a.py"), about.lines("src/missing.py"), about.lines("src")) == (2, None, None)


def test_a_task_without_files_owns_what_it_changes(shop: Shop) -> None:
    shop.open(plan(task("T1", "")))
    shop.implement("T1", {"src/a.py": "a = 1\n"})
    found = inside(shop.places, shop.state, "T1", "code-reviewer")
    assert found is not None
    assert found.holds("src/a.py")
    assert found.holds("README.md")


def test_the_review_of_a_plan_is_about_the_whole_project(shop: Shop) -> None:
    shop.open(DOCUMENT)
    assert inside(shop.places, shop.state, "T1", "plan-reviewer") is None
