"""`task-planner script`: the script of a wave, printed and changed by nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO_WAVES, Shop

from planweir.brief import script, written
from planweir.verbs.script import head


@pytest.fixture
def opened(shop: Shop) -> Shop:
    shop.open(TWO_WAVES)
    return shop


def test_it_prints_the_script_of_the_current_wave_and_writes_nothing(opened: Shop) -> None:
    done = opened.planner("script")
    assert (done.returncode, done.stdout) == (0, script.render(opened.state, opened.places).words)
    assert not Path(written.shown_path(opened.places, 1)).exists()


def test_it_prints_that_of_another_wave_as_it_would_be_written_now(opened: Shop) -> None:
    status, answer = opened.answer("script", "--wave", "2")
    assert (status, answer["wave"], answer["tasks"], answer["left"]) == (0, 2, ["T2"], [])
    assert answer["sum"] == script.sum_of(str(answer["text"]))


def test_it_prints_the_one_that_runs(opened: Shop) -> None:
    made = written.write(opened.places, opened.state)
    opened.record("engine_set", engine="workflow", why="", by="person")
    opened.record("workflow_allowed", tool_use_id="toolu_w", wave=1, sum=made.sum, session="s1", pid=1, pid_start="")
    opened.begin("T1")
    status, answer = opened.answer("script")
    assert (status, answer["text"], answer["tasks"], answer["runs"]) == (0, made.words, ["T1"], True)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--wave", "3"], "There is no wave 3: the plan has 2 waves."), (["--wave", "9999999999999999999999"], "There is no wave")],
)
def test_of_a_wave_that_is_not_there_is_1(opened: Shop, words: list[str], said: str) -> None:
    status, answer = opened.answer("script", *words)
    assert status == 1
    assert said in str(answer["text"])


def test_without_a_plan_is_1_and_with_nothing_left_too(shop: Shop) -> None:
    assert shop.answer("script") == (1, {"ok": False, "text": "No plan is open here."})
    shop.open(TWO_WAVES)
    shop.reviewed("T1", {"a.py": "a\n"})
    status, answer = shop.answer("script")
    assert (status, answer["text"]) == (1, "Nothing of wave 1 is left for a script. `task-planner status` shows how it stands.")


def test_that_of_a_plan_that_is_not_started_is_the_one_that_runs_first(shop: Shop) -> None:
    path = Path(shop.places.project, "plan.md")
    path.write_text(TWO_WAVES)
    read = shop.planner("script", "plan.md")
    assert (read.returncode, shop.answer("script")[0]) == (0, 1)  # nothing was started by it
    shop.open(TWO_WAVES)
    assert read.stdout == shop.planner("script").stdout
    assert shop.planner("script", "plan.md", "--wave", "2").stdout == shop.planner("script", "--wave", "2").stdout


@pytest.mark.parametrize(("words", "said"), [(["no.md"], "no.md"), (["plan.md", "--wave", "3"], "the plan has 2 waves")])
def test_of_a_plan_that_cannot_be_read_or_has_no_such_wave_is_1(shop: Shop, words: list[str], said: str) -> None:
    Path(shop.places.project, "plan.md").write_text(TWO_WAVES)
    status, answer = shop.answer("script", *words)
    assert status == 1
    assert said in str(answer["text"])


@pytest.mark.parametrize("words", [["--wave", "0"], ["--wave", "x"], ["a.md", "b.md"]])
def test_usage_is_2(opened: Shop, words: list[str]) -> None:
    assert opened.planner("script", *words).returncode == 2


def test_a_person_is_told_where_it_lies_and_how_it_begins(opened: Shop) -> None:
    told = head(opened.places)
    path = written.shown_path(opened.places, 1)
    assert told.ok
    assert f"The script of wave 1 lies in {path}." in told.text
    assert "// Wave 1 of 2 of the plan Shop" in told.text
    assert "more lines)" in told.text
    assert Path(path).read_text() == script.render(opened.state, opened.places).words
