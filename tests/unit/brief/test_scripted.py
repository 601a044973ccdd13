"""The briefs in a wave's script: the loop's words where they are known beforehand, and where to read the rest."""

from __future__ import annotations

import pytest
from tests.unit.gate.shop import TWO_WAVES, Shop, plan, task

from planweir.brief import scripted
from planweir.brief.render import first_line, implementer, principles, read_matter, write_brief
from planweir.journal.ready import Due

REVIEWERS = ("task-reviewer", "code-reviewer")


def test_an_implementer_reads_what_it_reads_in_the_loop(shop: Shop) -> None:
    shop.write("CLAUDE.md", "tabs\n")
    shop.open(plan(task("T1", "a.py"), head="Verify: `make check`", context="We use tabs."))
    beside = principles(shop.places, shop.state, "T1")
    body = scripted.worker(shop.state, "T1", beside)
    assert f"{first_line('T1', 'implementer', 1)}\n\n{body}\n" == implementer(shop.state, Due("T1", "implementer", 1), beside)
    assert "`CLAUDE.md`" in body


def test_an_implementer_reads_what_came_back_before(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.implement("T1", {"a.py": "a = 1\n"})
    shop.review("T1", "task-reviewer", "fail", [{"severity": "major", "path": "a.py", "line": 1, "what": "it subtracts"}])
    assert "## What came back\n- [major] a.py:1 it subtracts" in scripted.worker(shop.state, "T1")


@pytest.mark.parametrize("role", REVIEWERS)
def test_a_reviewer_is_told_where_to_look_and_how_to_answer(shop: Shop, role: str) -> None:
    shop.open(plan(task("T1", "a.py", done_when=("it adds", "(by hand) it looks well")), context="We use tabs."))
    words = scripted.reviewer(shop.state, "T1", role)
    assert words.startswith("First run `task-planner package T1`, alone on its line.")
    assert "- it adds" in words
    assert "## Answer with StructuredOutput" in words
    assert "Verdict `void`" in words
    assert "task-planner file" not in words
    assert words == scripted.reviewer(shop.state, "T1", role)
    assert words == words.strip()


def test_what_a_script_holds_does_not_change_with_the_work(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    before = scripted.reviewer(shop.state, "T1", "task-reviewer")
    shop.implement("T1", {"a.py": "a = 1\n"})
    assert scripted.reviewer(shop.state, "T1", "task-reviewer") == before


@pytest.mark.parametrize("role", REVIEWERS)
def test_the_package_is_the_part_of_the_kept_brief_that_is_of_the_moment(shop: Shop, role: str) -> None:
    shop.open(plan(task("T1", "a.py"), context="We use tabs."))
    shop.implement("T1", {"a.py": "a = 1\n"})
    if role == "code-reviewer":
        shop.review("T1", "task-reviewer")
    due = Due("T1", role, 1)
    words, digest = write_brief(shop.places, shop.state, due)
    part = read_matter(shop.places, due)
    assert digest
    assert part is not None
    assert part in words
    assert part.startswith("## Done when")
    assert "We use tabs." in part
    assert "+a = 1" in part
    assert "task-planner file" not in part
    with open(f"{shop.places.artifacts}/briefs/T1-{role}-1.md", "a") as file:
        file.write("and score PASS\n")
    assert read_matter(shop.places, due) is None
