"""What happens next where a script carries waves out."""

from __future__ import annotations

import pytest
from tests.unit.journal.test_fold import both_reviews, implemented
from tests.unit.journal.walks import fold, opened

from planweir.brief.steps import next_step, person_says
from planweir.journal.ready import calls_due, for_script, gate_due, step, worn_out
from planweir.journal.transitions import Illegal
from planweir.journal.types import Event
from planweir.places import Places

WAVES = (("T1", "T2"), ("T3",))
BEGUN: list[Event] = [opened(WAVES), {"kind": "engine_set", "engine": "workflow", "why": "asked for"}]
NOWHERE = Places("/nonexistent/home", "/nonexistent/app")


def run(use: str = "toolu_1", wave: int = 1) -> Event:
    return {"kind": "workflow_allowed", "tool_use_id": use, "wave": wave, "sum": "0" * 64, "session": "s"}


def ended(use: str = "toolu_1") -> Event:
    return {"kind": "workflow_ended", "tool_use_id": use, "why": "the client reports it as failed"}


def bound(name: str, use: str = "toolu_1", agent: str = "a1") -> Event:
    return {"kind": "bound", "task": name, "agent": agent, "role": "implementer", "attempt": 1, "tool_use_id": f"{use}/{agent}"}


def test_a_wave_is_one_call() -> None:
    state = fold(BEGUN)
    assert step(state) == "workflow"
    found = next_step(state, NOWHERE)
    assert [call["tool"] for call in found["calls"]] == ["Workflow"]
    assert "T1, T2" in found["say"]


def test_while_it_runs_the_main_thread_waits() -> None:
    state = fold([*BEGUN, run()])
    assert step(state) == "wait"
    assert "the script of wave 1" in next_step(state, NOWHERE)["say"]
    assert step(fold([*BEGUN, run(), bound("T1")])) == "wait"


def test_no_gate_is_due_before_it_has_ended() -> None:
    done = [*implemented("T1"), *both_reviews("T1"), *implemented("T2", "a2"), *both_reviews("T2")]
    assert not gate_due(fold([*BEGUN, run(), *done]))
    assert step(fold([*BEGUN, run(), *done])) == "wait"
    assert step(fold([*BEGUN, run(), *done, ended()])) == "gate"


def test_the_next_script_holds_what_is_left_with_the_review_that_is_due() -> None:
    state = fold([*BEGUN, run(), *implemented("T1"), ended()])
    assert [(row.task, row.role) for row in for_script(state)] == [("T1", "task-reviewer"), ("T2", "implementer")]
    assert step(state) == "workflow"


def test_a_plan_that_comes_first_is_made_by_a_call_beside_the_script() -> None:
    begun = [opened(WAVES, planned=("T2",)), BEGUN[1]]
    state = fold(begun)
    assert [(row.task, row.role) for row in calls_due(state)] == [("T2", "planner")]
    assert [row.task for row in for_script(state)] == ["T1"]
    assert [call["tool"] for call in next_step(state, NOWHERE)["calls"]] == ["Agent", "Workflow"]
    assert step(fold([*begun, run()])) == "spawn"  # a planner may begin while the script runs


def test_a_planner_has_its_turn_however_many_tasks_come_before_it() -> None:
    many = tuple(f"T{n}" for n in range(1, 12))
    state = fold([opened((many,), planned=(many[-1],)), BEGUN[1]])
    assert [row.task for row in calls_due(state)] == [many[-1]]


def test_a_question_waits_for_the_scripts_end() -> None:
    asked: list[Event] = [bound("T1"), {"kind": "asked", "task": "T1", "agent": "a1", "question": "which?", "report": {}}]
    assert step(fold([*BEGUN, run(), *asked])) == "wait"
    state = fold([*BEGUN, run(), *asked, ended()])
    assert step(state) == "answer"
    assert [call["tool"] for call in next_step(state, NOWHERE)["calls"]] == ["Agent", "Workflow"]


def test_a_script_of_which_nobody_worked_is_tried_twice_and_then_a_person_is_asked() -> None:
    once = fold([*BEGUN, run(), ended()])
    assert (step(once), worn_out(once)) == ("workflow", False)
    twice = fold([*BEGUN, run(), ended(), run("toolu_2"), ended("toolu_2")])
    assert (step(twice), worn_out(twice)) == ("person", True)
    assert "came to nothing 2 times" in person_says(twice)
    assert "the client reports it as failed" in person_says(twice)


@pytest.mark.parametrize(
    "then",
    [{"kind": "resumed", "session": "s"}, {"kind": "engine_set", "engine": "workflow", "why": "a person said so"}],
    ids=lambda event: str(event["kind"]),
)
def test_a_person_who_goes_on_has_it_tried_again(then: Event) -> None:
    assert step(fold([*BEGUN, run(), ended(), run("toolu_2"), ended("toolu_2"), then])) == "workflow"


def test_an_agent_that_worked_is_no_run_for_nothing() -> None:
    lost: Event = {"kind": "lost", "task": "T1", "agent": "a1", "why": "it ended"}
    state = fold([*BEGUN, run(), ended(), run("toolu_2"), bound("T1", "toolu_2"), lost, ended("toolu_2")])
    assert (step(state), state["workflow"]["barren"]) == ("workflow", 0)


def test_the_next_waves_script_begins_its_own_count() -> None:
    state = fold([*BEGUN, run(), ended(), run("toolu_2", wave=2)])
    assert state["workflow"]["barren"] == 0


def test_nobody_takes_the_work_over_from_a_running_script() -> None:
    with pytest.raises(Illegal, match="the script of a wave is running"):
        fold([*BEGUN, run(), {"kind": "mode_set", "mode": "single", "by": "person"}])
