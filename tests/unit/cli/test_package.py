"""`task-planner package`: what a reviewer judges, in parts that Bash shows whole."""

from __future__ import annotations

import re

import pytest
from tests.unit.gate.shop import TWO_WAVES, Shop

from planweir.brief.render import write_brief
from planweir.journal.ready import Due


def page(shop: Shop, *words: str) -> str:
    status, answer = shop.answer("package", "T1", *words)
    assert status == 0, answer
    return str(answer["text"])


def test_it_prints_what_a_reviewer_would_be_given_now(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.implement("T1", {"a.py": "a = 1\n"})
    words = page(shop)
    assert "## Facts (computed, not claimed)" in words
    assert "+a = 1" in words
    shop.write("a.py", "a = 2\n")
    assert "+a = 2" in page(shop)


@pytest.mark.parametrize(("name", "words"), [("T1", "T1 is pending: nothing of it can be reviewed yet"), ("T9", "T9 is no task of this plan")])
def test_where_there_is_nothing_to_judge_it_says_so(shop: Shop, name: str, words: str) -> None:
    shop.open(TWO_WAVES)
    status, answer = shop.answer("package", name)
    assert status == 1
    assert words in str(answer["text"])


def test_what_is_long_comes_in_parts_that_join_without_a_gap(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASH_MAX_OUTPUT_LENGTH", "5000")
    shop.open(TWO_WAVES)
    shop.implement("T1", {"a.py": "".join(f"line_{number} = {number}\n" for number in range(500))})
    parts, start = "", 0
    for _ in range(20):
        shown = page(shop, "--from", str(start))
        assert len(shown) <= 5_000
        body, more, last = shown.rpartition("\n… ")
        if not more:
            parts += shown
            break
        parts += body
        found = re.search(r"Run `task-planner package T1 --from (\d+)`, alone on its line\.$", last)
        assert found is not None
        start = int(found[1])
    assert "line_0 = 0\n" in parts
    assert "line_499 = 499\n" in parts
    assert all(f"+line_{number} = {number}\n" in parts for number in range(500))
    status, _answer = shop.answer("package", "T1", "--from", "999999")
    assert status == 1


def test_of_a_reviewer_that_works_it_prints_what_it_was_bound_with(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.implement("T1", {"a.py": "a = 1\n"})
    due = Due("T1", "task-reviewer", 1)
    digest = write_brief(shop.places, shop.state, due)[1]
    same: dict[str, object] = {"task": "T1", "role": due.role, "attempt": 1, "tool_use_id": "toolu_w/a1", "session": "s"}
    shop.journal.record({"kind": "spawn_allowed", **same, "brief_sha": "x", "digest": digest}, {"kind": "reviewer_bound", **same, "agent": "a1"})
    shop.write("a.py", "a = 2\n")
    assert "+a = 1" in page(shop)
