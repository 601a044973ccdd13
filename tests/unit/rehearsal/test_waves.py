"""A whole plan rehearsed: order, parallelism and cost of what would run, and nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gate.shop import Shop

from planweir.brief import script
from planweir.plan.model import AcceptedBy, Criterion, Engine, Plan, Task
from planweir.plan.waves import waves
from planweir.rehearsal import told
from planweir.rehearsal.cast import FAILS, PASSES, made, part
from planweir.rehearsal.runner import Run, Turn
from planweir.rehearsal.verb import LIMIT, clients_limit
from planweir.rehearsal.waves import Rehearsal, Scripts, opening, rehearse
from planweir.review.schema import schema

SCRIPTS = Scripts(lambda state: script.render(state).words, lambda _state: [])
ENOUGH = 64  # agents at once, so that the plan's own limit is the one that counts


def task(name: str, *depends: str, plan_first: bool = False, complexity: int | None = None) -> Task:
    done = (Criterion("it works"), Criterion("it looks well", by_hand=True))
    return Task(
        name,
        f"Do {name}",
        depends,
        (f"{name.lower()}.py",),
        agent="implementer",
        plan_first=plan_first,
        complexity=complexity,
        done_when=done,
    )


def a_plan(*tasks: Task, most: int = 6, engine: Engine = "auto", by: AcceptedBy = "person") -> Plan:
    return Plan("Try", tasks=tasks, max_parallel=most, engine=engine, plans_accepted_by=by)


def play(plan: Plan, fails: dict[str, int] | None = None, at_once: int = ENOUGH, scripts: Scripts = SCRIPTS) -> Rehearsal:
    return rehearse(opening(plan, "plan.md", "0"), scripts, fails or {}, at_once)


def begun(run: Run) -> list[tuple[str, str, int, int]]:
    return [(*part(turn.call.prompt)[:2], turn.start, turn.end) for turn in run.begun]


def tasks_at_once(turns: list[Turn]) -> int:
    """The most tasks that were begun and not ended at any time."""
    spans: dict[str, tuple[int, int]] = {}
    for turn in turns:
        name = part(turn.call.prompt).task
        start, end = spans.get(name, (turn.start, turn.end))
        spans[name] = min(start, turn.start), max(end, turn.end)
    return max((sum(start <= beat < end for start, end in spans.values()) for beat, _end in spans.values()), default=0)


# --- what happens --------------------------------------------------------------------------------------------


def test_each_task_is_implemented_then_reviewed_twice_as_soon_as_it_is_done() -> None:
    done = play(a_plan(task("T1")))
    assert begun(done.acts[0].run) == [
        ("T1", "implementer", 0, 3),
        ("T1", "task-reviewer", 3, 4),
        ("T1", "code-reviewer", 4, 5),
    ]
    assert done.stopped == ""


def test_a_wave_begins_when_the_one_before_is_closed() -> None:
    done = play(a_plan(task("T1"), task("T2", "T1"), task("T3", "T1"), task("T4", "T2")))
    assert [(act.wave, sorted(act.tasks)) for act in done.acts] == [(1, ["T1"]), (2, ["T2", "T3"]), (3, ["T4"])]


def test_no_more_tasks_are_at_work_than_the_plan_says() -> None:
    done = play(a_plan(*(task(f"T{n}") for n in range(1, 8)), most=3))
    assert tasks_at_once(done.acts[0].run.turns) == 3


def test_no_more_agents_are_at_work_than_the_client_runs() -> None:
    assert play(a_plan(*(task(f"T{n}") for n in range(1, 8))), at_once=2).acts[0].run.most == 2


def test_a_failed_review_sends_its_task_back_and_both_reviews_follow() -> None:
    done = play(a_plan(task("T1"), task("T2")), {"T1": 1})
    roles = [role for name, role, _start, _end in begun(done.acts[0].run) if name == "T1"]
    assert roles == ["implementer", "task-reviewer", "implementer", "task-reviewer", "code-reviewer"]
    again = next(turn for turn in done.acts[0].run.turns if part(turn.call.prompt) == ("T1", "implementer", 2))
    assert "## What came back" in again.call.prompt
    assert len(done.acts) == 1


def test_after_the_last_cycle_a_person_is_asked_and_a_further_script_goes_on() -> None:
    done = play(a_plan(task("T1"), task("T2")), {"T1": 4})
    assert [(act.tasks, act.blocked) for act in done.acts] == [(["T1", "T2"], ["T1"]), (["T1"], [])]
    assert done.stopped == ""
    assert "T1 is blocked" in told.tell(done, a_plan(task("T1"), task("T2")), "plan.md", 2, "")


@pytest.mark.parametrize(("by", "first"), [("person", ["planner"]), ("task-reviewer", ["planner", "plan-reviewer"])])
def test_a_task_that_is_planned_first_is_so_before_its_script(by: AcceptedBy, first: list[str]) -> None:
    plan = a_plan(task("T1", plan_first=True), task("T2"), by=by)
    done = play(plan)
    assert done.acts[0].first == [("T1", role) for role in first]
    assert sorted(done.acts[0].tasks) == ["T1", "T2"]
    assert ("1 submitted plan to accept (T1)" in told.tell(done, plan, "plan.md", 2, "")) is (by == "person")


def test_a_task_that_no_script_has_room_for_is_done_by_agents_of_the_main_thread() -> None:
    plan = a_plan(task("T1"))
    done = play(plan, scripts=Scripts(SCRIPTS.render, lambda _state: ["T1"]))
    assert [role for _name, role in done.acts[0].first] == ["implementer", "task-reviewer", "code-reviewer"]
    assert done.acts[0].words == "" and done.stopped == ""
    assert "called by the main thread one by one: T1 implementer" in " ".join(told.tell(done, plan, "p", 2, "").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("export const meta = {name: 'x'}\n\nthrow new Error('boo')", "line 3: Error: boo"),
        ("return 1", "does not begin with `export const meta"),
        ("export const meta = {name: 'x'}\nawait agent('hello')", "its prompt is no brief of the plan"),
        ("export const meta = {name: 'x'}\nreturn 1", "did nothing that was due"),
    ],
)
def test_a_script_that_cannot_run_stops_the_rehearsal_and_is_told(words: str, said: str) -> None:
    plan = a_plan(task("T1"))
    done = play(plan, scripts=Scripts(lambda _state: words, lambda _state: []))
    assert said in done.stopped
    assert said in " ".join(told.tell(done, plan, "plan.md", 2, "").split())


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = [f"T{n}" for n in range(1, draw(st.integers(1, 9)) + 1)]
    rows = [
        task(
            name,
            *sorted(draw(st.sets(st.sampled_from(names[:at]), max_size=2))) if at else (),
            plan_first=draw(st.booleans()),
            complexity=draw(st.sampled_from([None, 1, 9])),
        )
        for at, name in enumerate(names)
    ]
    return a_plan(*rows, most=draw(st.integers(1, 5)))


@settings(max_examples=15, deadline=None)
@given(plans(), st.integers(1, 6), st.data())
def test_any_plan_is_played_through_each_task_once_within_its_limits(plan: Plan, at_once: int, data: st.DataObject) -> None:
    fails = {row.id: data.draw(st.integers(1, 2)) for row in plan.tasks if data.draw(st.booleans())}
    done = play(plan, fails, at_once)
    assert done.stopped == ""
    assert [(act.wave, sorted(act.tasks)) for act in done.acts] == [(n, sorted(wave)) for n, wave in enumerate(waves(plan), 1)]
    for act in done.acts:
        turns = act.run.turns
        for name in act.tasks:
            roles = [part(turn.call.prompt).role for turn in turns if part(turn.call.prompt).task == name]
            again = fails.get(name, 0)
            assert roles == ["implementer", "task-reviewer"] * (again + 1) + ["code-reviewer"]
            assert [part(t.call.prompt).attempt for t in turns if part(t.call.prompt)[:2] == (name, "implementer")] == list(
                range(1, again + 2)
            )
        assert tasks_at_once(turns) <= plan.max_parallel
        assert act.run.most <= min(at_once, plan.max_parallel)
    assert all(len(line) <= told.WIDTH for line in told.tell(done, plan, "docs/plan.md", at_once, "this machine").splitlines())


# --- agents that only announce themselves ------------------------------------------------------------------


@pytest.mark.parametrize("role", ["task-reviewer", "code-reviewer"])
@pytest.mark.parametrize("wish", [PASSES, FAILS])
def test_a_reviewer_that_only_announces_itself_answers_as_the_schema_asks(role: str, wish: dict[str, object]) -> None:
    import jsonschema

    asked = schema("T1", role)
    value = made(asked, wish, {"task": "T1", "role": role})
    jsonschema.validate(value, asked)
    assert isinstance(value, dict)
    assert (value["verdict"], value["task"]) == (wish["verdict"], "T1")
    assert bool(value["findings"]) is (wish is FAILS)


# --- in words ------------------------------------------------------------------------------------------------


def test_the_rehearsal_reads_as_the_plan_would_go() -> None:
    plan = a_plan(task("T1"), task("T2", complexity=9), task("T3", "T1", "T2"))
    words = told.tell(play(plan, {"T1": 1}, 2), plan, "plan.md", 2, "this machine")
    assert "Wave 1: T1, T2\n beat  begins\n    0  implementer    T1, T2 (opus)\n" in words
    assert "\n    4  implementer    T1 again\n" in words
    assert "  T1  III!IIItc  Do T1\n  T2  IIItc····  Do T2\n" in words
    assert "  agents    11: 4 implementers, 4 task-reviewers, 3 code-reviewers\n" in words
    assert "6 with scripts (3 a wave), at most 22 agent by agent" in " ".join(words.split())
    assert "3 items to check by hand, /task-planner --complete at the end" in " ".join(words.split())


def test_the_estimate_says_how_it_was_made() -> None:
    plan = a_plan(task("T1"))
    done = play(plan)
    found = told.figures(done)
    prompts = [turn.call.prompt for turn in done.acts[0].run.turns]
    assert found.tokens == -(-sum(len(prompt.encode()) for prompt in prompts) // 4)
    assert f"{sum(len(prompt.split()) for prompt in prompts):,} words" in told.tell(done, plan, "plan.md", 2, "")
    assert "rule of thumb (4 bytes a token)" in told.tell(done, plan, "plan.md", 2, "")


def test_a_long_wave_is_told_without_drawing_each_beat() -> None:
    plan = a_plan(*(task(f"T{n}") for n in range(1, 13)), most=1)
    words = told.tell(play(plan), plan, "plan.md", 2, "")
    assert "beat 55 to 60, 3 agents" in words
    assert all(len(line) <= told.WIDTH for line in words.splitlines())


def test_a_plan_for_agents_one_by_one_is_rehearsed_all_the_same_and_that_is_said() -> None:
    plan = a_plan(task("T1"), engine="agents")
    assert "The plan says `Engine: agents`" in told.tell(play(plan), plan, "plan.md", 2, "")


@pytest.mark.parametrize(("processors", "most"), [(1, 2), (2, 2), (8, 6), (64, 16)])
def test_the_clients_own_limit_is_told(monkeypatch: pytest.MonkeyPatch, processors: int, most: int) -> None:
    monkeypatch.delenv(LIMIT, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert clients_limit()[0] == most
    monkeypatch.setenv(LIMIT, "5")
    assert clients_limit() == (5, LIMIT)


# --- byte for byte, and without a trace -----------------------------------------------------------------------


DOCUMENT = """# Plan: Shop

Goal: Sell `things` for ${money}.
Verify: `true`

## Context

The till stands in the shop.

## Tasks

### T1: Make the till
- Depends on: none
- Files: `till.py`
- New tests: no

Make it `ring`.

#### Done when
- it rings

### T2: Make the shop
- Depends on: T1
- Files: `shop.py`
- New tests: no

Make it.

#### Done when
- it opens
"""


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below `folder`, with its size and when it was written."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_the_script_that_is_rehearsed_is_the_one_that_would_run(shop: Shop) -> None:
    shop.write("CLAUDE.md", "Be kind.")
    shop.open(DOCUMENT)
    _status, answer = shop.answer("rehearse", str(shop.folder / "plan.md"))
    rows = answer["scripts"]
    assert isinstance(rows, list)
    assert rows[0]["sum"] == script.render(shop.state, shop.places).sum


def test_a_rehearsal_writes_nothing_not_even_beside_an_open_plan(shop: Shop) -> None:
    shop.open(DOCUMENT)
    shop.planner("rehearse", str(shop.folder / "plan.md"))
    before = tree(shop.folder)
    done = shop.planner("rehearse", str(shop.folder / "plan.md"), "--fail", "T1:2")
    assert done.returncode == 0 and done.stdout.startswith("Rehearsal of Shop: 2 tasks in 2 waves, from")
    assert tree(shop.folder) == before


def test_a_rehearsal_needs_no_home_and_makes_none(shop: Shop) -> None:
    (shop.folder / "plan.md").write_text(DOCUMENT)
    assert shop.planner("rehearse", str(shop.folder / "plan.md")).returncode == 0
    assert not (shop.folder / "home").exists()
    assert shop.dirty() == []


def test_a_plan_with_errors_is_answered_as_check_answers(shop: Shop) -> None:
    path = shop.folder / "plan.md"
    path.write_text(DOCUMENT.replace("Depends on: T1", "Depends on: T9"))
    rehearsed, checked = shop.planner("rehearse", str(path)), shop.planner("check", str(path))
    assert rehearsed.returncode == checked.returncode == 1
    assert rehearsed.stdout == checked.stdout and "T9" in rehearsed.stdout


def test_a_plan_that_is_not_there_is_answered(shop: Shop) -> None:
    done = shop.planner("rehearse", "none.md")
    assert done.returncode == 1 and "none.md" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"), [("T9", "the plan has no task T9"), ("T1:x", "TASK or TASK:TIMES"), ("T1:0", "TASK or TASK:TIMES")]
)
def test_a_review_of_nothing_cannot_fail(shop: Shop, words: str, said: str) -> None:
    (shop.folder / "plan.md").write_text(DOCUMENT)
    done = shop.planner("rehearse", str(shop.folder / "plan.md"), "--fail", words)
    assert done.returncode == 1 and said in done.stdout


def test_as_json_each_agent_is_a_row(shop: Shop) -> None:
    (shop.folder / "plan.md").write_text(DOCUMENT)
    status, answer = shop.answer("rehearse", str(shop.folder / "plan.md"), "--at-once", "1")
    rows = answer["scripts"]
    assert status == 0 and isinstance(rows, list)
    assert [row["tasks"] for row in rows] == [["T1"], ["T2"]]
    assert [(row["task"], row["role"], row["start"]) for row in rows[0]["agents"]] == [
        ("T1", "implementer", 0),
        ("T1", "task-reviewer", 3),
        ("T1", "code-reviewer", 4),
    ]
    assert answer["agents_at_once"] == 1
