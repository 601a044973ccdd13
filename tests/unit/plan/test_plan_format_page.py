"""docs/plan-format.md says what the reader does."""

from __future__ import annotations

import re
from pathlib import Path

import planweir.plan
from planweir.plan.check import check
from planweir.plan.keys import PLAN_KEYS, TASK_KEYS
from planweir.plan.reader import read_text
from planweir.plan.waves import waves

PAGE = (Path(planweir.plan.__file__).parents[3] / "docs/plan-format.md").read_text("utf-8")


def test_the_example_is_a_good_plan() -> None:
    found = re.search(r"^````markdown\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    reading = read_text(found[1])
    assert reading.plan is not None
    assert [*reading.problems, *check(reading.plan)] == []
    assert waves(reading.plan) == [["T1"], ["T2"], ["T3"]]
    assert [c.by_hand for c in reading.plan.tasks[1].done_when] == [False, True]
    assert "class User" in reading.plan.tasks[0].description


def test_the_example_in_json_is_a_plan() -> None:
    found = re.search(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    reading = read_text(found[1], "json")
    assert reading.plan is not None, reading.problems


def test_the_tables_name_every_key() -> None:
    named = re.findall(r"^\| `([A-Z][A-Za-z ]*)` \|", PAGE, re.MULTILINE)
    keys = [*PLAN_KEYS.values(), *TASK_KEYS.values()]
    assert named == [key.name for key in keys]
