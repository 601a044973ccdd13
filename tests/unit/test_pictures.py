"""docs/pictures: drawn from a run, fetching nothing, and not older than the words that they show."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from types import ModuleType

import pytest

from planweir.brief.status import LEGEND
from planweir.guard.rules import RULES
from planweir.plan.reader import read_text
from planweir.verbs.offer import check_plan

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("denials", "end", "offer", "status")
EXAMPLE = ROOT / "examples" / "link-shortener"


def _script() -> ModuleType:
    found = importlib.util.spec_from_file_location("draw_run", ROOT / "scripts" / "draw_run.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


DRAW = _script()


def picture(name: str) -> str:
    return (ROOT / "docs" / "pictures" / f"{name}.svg").read_text("utf-8")


def shown(name: str) -> str:
    return "".join(DRAW.shown(picture(name)))


def bare(words: str) -> str:
    """As `shown` has it: without blanks."""
    return re.sub(r"\s", "", words)


def test_there_are_these_pictures() -> None:
    assert sorted(path.stem for path in (ROOT / "docs" / "pictures").glob("*.svg")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_fetches_nothing(name: str) -> None:
    assert not re.search(r"@font-face|@import|url\((?!#)|href|<script|<image", picture(name))
    assert re.findall(r"https?://[^\"' ]+", picture(name)) == ["http://www.w3.org/2000/svg"]


def test_the_offer_is_what_the_product_says_of_the_examples_plan() -> None:
    answer = check_plan(str(EXAMPLE / "docs" / "plan.md"), str(EXAMPLE))
    for line in answer.text.splitlines():
        if line.startswith("Engine: "):  # the picture's is the played run's, this one is of this machine's client
            line = "Engine: agents"
        assert bare(line) in shown("offer"), line


def test_the_denials_are_worded_as_the_rules_are() -> None:
    rules = re.findall(r"Planweir\[([a-z-]+)\]", shown("denials"))
    assert rules == list(DRAW.SHOWN)
    for rule in rules:
        assert bare(RULES[rule]) in shown("denials")


def test_the_status_and_the_end_are_of_the_examples_tasks() -> None:
    plan = read_text((EXAMPLE / "docs" / "plan.md").read_text()).plan
    assert plan is not None
    assert bare(LEGEND) in shown("status")
    for task in plan.tasks:
        assert bare(f"{task.id}: {task.title}") in shown("status")
        assert bare(f"{task.id}: {task.title}") in shown("end")


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="it plays the whole example; CI does")
def test_a_new_run_draws_the_same_pictures() -> None:
    for name, lines in DRAW.pictures().items():
        assert DRAW.shown(DRAW.svg(name, lines)) == DRAW.shown(picture(name))
