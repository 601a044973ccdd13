"""The fold: only what the tables allow, the same state from the same events, and no way around the reviews."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.journal.walks import OWNER, TASKS, candidates, fold, graph_task, opened, walk

from planweir.journal.fold import (
    HANDLERS,
    agents,
    answers,
    apply,
    confirmed,
    empty,
    gates,
    insights,
    noticed,
    plans,
    proposals,
    requests,
    tasks,
    workflow,
)
from planweir.journal.ready import due, gate_due, step
from planweir.journal.ready import graph_task as graph_task_of
from planweir.journal.transitions import (
    PLAN_LIVE,
    PLAN_STATUSES,
    PLAN_TRANSITIONS,
    TASK_STATUSES,
    TASK_TRANSITIONS,
    Illegal,
)
from planweir.journal.types import Event, State
from planweir.values import Malformed

choices = st.lists(st.integers(0, 2**20), max_size=120)
SEEDED = [
    [(seed * 7919 + place * 104_729 + seed * place * 31) % 2**20 for place in range(150)]
    for seed in range(150)
]


def implemented(name: str, agent: str = "a1") -> list[Event]:
    return [
        {"kind": "bound", "task": name, "agent": agent, "role": "implementer", "attempt": 1},
        {"kind": "implemented", "task": name, "agent": agent},
    ]


def reviewed(name: str, role: str, kind: str, agent: str) -> list[Event]:
    return [
        {"kind": "reviewer_bound", "task": name, "agent": agent, "role": role, "attempt": 1},
        {"kind": kind, "task": name, "agent": agent, "role": role, "review": {}},
    ]


def both_reviews(name: str) -> list[Event]:
    return [
        *reviewed(name, "task-reviewer", "task_review_passed", f"{name}-r1"),
        *reviewed(name, "code-reviewer", "code_review_passed", f"{name}-r2"),
    ]


# --- walks ---------------------------------------------------------------------------------------------------


def test_the_walks_reach_every_status_and_every_event() -> None:
    kinds: set[str] = set()
    tasks: set[str] = set()
    plans: set[str] = set()
    for seed in SEEDED:
        state = empty()
        for event in walk(seed):
            apply(state, copy.deepcopy(event))
            kinds.add(str(event["kind"]))
            tasks |= {row["status"] for row in state["tasks"].values()}
            plans.add(state["plan"]["status"])
    assert kinds == set(HANDLERS)
    assert tasks == set(TASK_STATUSES)
    assert plans == set(PLAN_STATUSES)


def test_no_event_has_two_handlers() -> None:
    kinds = [
        kind
        for module in (plans, agents, tasks, answers, proposals, requests, gates, noticed, confirmed, insights, workflow)
        for kind in module.HANDLERS
    ]
    assert sorted(kinds) == sorted(HANDLERS)


@given(choices)
@settings(max_examples=60)
def test_events_read_back_from_text_give_the_state_that_lived(seed: list[int]) -> None:
    history = walk(seed)
    assert fold([json.loads(json.dumps(event)) for event in history]) == fold(history)


@given(choices)
@settings(max_examples=60)
def test_a_state_survives_json_and_the_fold_goes_on_from_it_at_every_cut(seed: list[int]) -> None:
    history = walk(seed)
    whole = fold(history)
    state = empty()
    for cut in range(0, len(history) + 1, 7):
        again: State = json.loads(json.dumps(fold(history[:cut])))
        for event in history[cut:]:
            apply(again, event)
        assert again == whole
    assert state == empty()


@given(choices)
@settings(max_examples=60)
def test_every_change_of_a_status_is_in_the_tables(seed: list[int]) -> None:
    state = empty()
    for event in walk(seed):
        before = copy.deepcopy(state)
        apply(state, event)
        assert_in_tables(before, state, event)


def assert_in_tables(before: State, state: State, event: Event) -> None:
    kind = str(event["kind"])
    old, new = before["plan"]["status"], state["plan"]["status"]
    assert new == PLAN_TRANSITIONS[kind][old] if kind in PLAN_TRANSITIONS else new == old
    for name, task in state["tasks"].items():
        was = before["tasks"][name]["status"] if name in before["tasks"] else "pending"
        if kind in TASK_TRANSITIONS and event.get("task") == name:
            assert task["status"] == TASK_TRANSITIONS[kind][was]
        else:
            assert task["status"] == was


@given(choices)
@settings(max_examples=60)
def test_no_task_has_two_agents_and_no_agent_is_left_on_a_task_that_is_not_worked_on(seed: list[int]) -> None:
    state = empty()
    for event in walk(seed):
        apply(state, event)
        for name, task in state["tasks"].items():
            alive = [row for row in state["agents"].values() if row["alive"] and row["task"] == name]
            assert len(alive) <= 1
            if state["plan"]["status"] not in PLAN_LIVE:
                assert alive == []
            elif task["status"] == "in_progress":
                assert [row["role"] in ("implementer", "planner") for row in alive] == [True]
            elif alive:
                wanted = {"implemented": ("task-reviewer", "code-reviewer"), "pending": ("plan-reviewer",)}
                assert alive[0]["role"] in wanted[task["status"]]


@given(choices)
@settings(max_examples=60)
def test_what_is_due_is_never_refused_and_the_next_step_is_always_known(seed: list[int]) -> None:
    state = fold(walk(seed))
    if not state["plan"]["status"]:
        return
    assert step(state) in ("answer", "take", "work", "spawn", "workflow", "wait", "gate", "person", "done")
    for row in due(state):
        spawn: Event = {
            "kind": "spawn_allowed",
            "task": row.task,
            "role": row.role,
            "tool_use_id": f"due-{row.task}",
        }
        apply(state, {**spawn, "attempt": row.attempt})
    assert not due(state) or gate_due(state) is False


def earned(history: Sequence[Event], name: str) -> bool:
    """Did `name` get, since it was last worked on, evidence, a pass of each review in their order, and the gate's close?

    What the main thread did itself has `unreviewed` in their place.
    """
    want = ["implemented", "task_review_passed", "code_review_passed", "closed"]
    got, who = 0, ""
    for event in history:
        kind = event["kind"]
        if event.get("task") != name:
            continue
        if kind == "scaffold":
            kind = "closed"  # the gate's close too: only that nothing reaches it
        if kind == "implemented":
            got, who = 1, str(event["agent"])
        elif kind == "unreviewed" and got in (1, 2) and who == "main":  # also after one of the reviews
            got = 3
        elif kind in ("voided", "review_failed", "sent_back", "lost", "stuck", "bound", "unblocked"):
            got = 1 if kind == "voided" and got else 0
        elif got and got < len(want) and kind == want[got]:
            got += 1
    return got == len(want)


def test_nothing_is_completed_without_evidence_both_reviews_and_the_gate() -> None:
    completed = 0
    for seed in SEEDED:
        history = walk(seed)
        for name, task in fold(history)["tasks"].items():
            if task["status"] == "completed":
                completed += 1
                assert earned(history, name)
    assert completed > 20


@given(choices)
@settings(max_examples=100)
def test_no_walk_completes_a_task_that_did_not_earn_it(seed: list[int]) -> None:
    history = walk(seed)
    for name, task in fold(history)["tasks"].items():
        assert task["status"] != "completed" or earned(history, name)


# --- events of any kind and shape ----------------------------------------------------------------------------

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.floats(allow_nan=False),
    st.sampled_from(["", "T1", "T9", "a1", "x\ud800"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["findings", "new_tests", "dirty", "x"]), inner, max_size=3),
    ),
    max_leaves=6,
)
KEYS = (
    *(
        "task",
        "agent",
        "role",
        "attempt",
        "tool_use_id",
        "why",
        "review",
        "evidence",
        "report",
        "digest",
        "wave",
        "checks",
    ),
    *(
        "files_changed",
        "made",
        "now_passing",
        "sha",
        "fields",
        "waves",
        "path",
        "check",
        "what",
        "tokens",
        "duration_ms",
    ),
    *(
        "to",
        "note",
        "session",
        "pid",
        "pid_start",
        "start_tree",
        "graph",
        "baseline",
        "plan_id",
        "file",
        "hash",
    ),
)


@st.composite
def any_event(draw: st.DrawFn, state: State) -> Event:
    """An event that the tables may or may not allow, some of its values replaced by anything."""
    there = [*candidates(state), opened()]
    event = copy.deepcopy(draw(st.sampled_from(there)))
    if draw(st.booleans()):
        event["kind"] = draw(st.sampled_from([*HANDLERS, "finished", ""]))
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=3)):
        event[key] = draw(
            st.one_of(
                values,
                st.sampled_from(
                    [
                        *TASKS,
                        *list(state["agents"])[:4],
                        *list(state["spawns"])[:2],
                        "implementer",
                        "task-reviewer",
                    ]
                ),
            )
        )
    for key in draw(st.lists(st.sampled_from([*event]), max_size=2)):
        event.pop(key, None)
    if isinstance(event.get("fields"), dict) and draw(st.booleans()):
        event["fields"] = {draw(st.sampled_from([*graph_task("T1"), "colour"])): draw(values)}
    return event


@given(choices, st.data())
@settings(max_examples=200)
def test_an_event_of_any_shape_is_in_the_tables_or_is_refused_and_changes_nothing(
    seed: list[int], data: st.DataObject
) -> None:
    state = fold(walk(seed))
    for _ in range(6):
        event = data.draw(any_event(state))
        before = copy.deepcopy(state)
        try:
            apply(state, event)
        except (Illegal, Malformed):
            assert state == before
        else:
            assert_in_tables(before, state, event)
            assert json.loads(json.dumps(state)) == state


# --- single rules --------------------------------------------------------------------------------------------


def refused(history: list[Event], event: Event) -> None:
    state = fold(history)
    before = copy.deepcopy(state)
    with pytest.raises((Illegal, Malformed)):
        apply(state, event)
    assert state == before


def test_nothing_happens_to_a_plan_that_is_not_open() -> None:
    refused([], {"kind": "note", "what": "x"})
    refused([opened(), {"kind": "aborted"}], {"kind": "note", "what": "x"})
    refused([opened(), {"kind": "aborted"}], {"kind": "resumed"})


def test_a_plan_is_opened_once() -> None:
    refused([opened()], opened())


def test_waves_hold_each_task_once() -> None:
    twice = opened()
    twice["waves"] = [["T1", "T2"], ["T3", "T1"]]
    refused([], twice)
    missing = opened()
    missing["waves"] = [["T1", "T2"]]
    refused([], missing)
    wrong: list[object] = [
        [["T1"], ["T2"]],
        [["T1", "T2"], ["T3", "T3"]],
        [["T1", "T2", "T3", "T9"]],
        [[], ["T1", "T2", "T3"]],
    ]
    for waves in wrong:
        refused([opened()], {"kind": "amended", "task": "T1", "fields": {}, "waves": waves})


def test_an_amended_field_keeps_its_type() -> None:
    wrong: list[dict[str, object]] = [
        {"files": "src/a.py"},
        {"files": [1]},
        {"new_tests": "yes"},
        {"complexity": "3"},
        {"id": "T9"},
        {"done_when": ["x"]},
    ]
    for fields in wrong:
        refused([opened()], {"kind": "amended", "task": "T1", "fields": fields})


def test_an_implementer_is_bound_as_an_implementer_only() -> None:
    refused([opened()], {"kind": "bound", "task": "T1", "agent": "a1", "role": "task-reviewer", "attempt": 1})
    refused(
        [opened(), *implemented("T1")],
        {"kind": "reviewer_bound", "task": "T1", "agent": "a2", "role": "implementer", "attempt": 1},
    )


def test_a_review_ends_only_with_the_agent_that_runs_for_it_in_that_role() -> None:
    history = [opened(), *implemented("T1")]
    reviewer: Event = {
        "kind": "reviewer_bound",
        "task": "T1",
        "agent": "r1",
        "role": "task-reviewer",
        "attempt": 1,
    }
    refused(history, {"kind": "task_review_passed", "task": "T1", "agent": "r1", "review": {}})
    refused([*history, reviewer], {"kind": "task_review_passed", "task": "T1", "agent": "a1", "review": {}})
    refused([*history, reviewer], {"kind": "code_review_passed", "task": "T1", "agent": "r1", "review": {}})


def test_the_code_review_passes_only_after_the_task_review() -> None:
    reviewer: Event = {
        "kind": "reviewer_bound",
        "task": "T1",
        "agent": "r1",
        "role": "code-reviewer",
        "attempt": 1,
    }
    passed: Event = {"kind": "code_review_passed", "task": "T1", "agent": "r1", "review": {}}
    refused([opened(), *implemented("T1"), reviewer], passed)


def test_rework_asks_for_both_reviews_again() -> None:
    history: list[Event] = [
        opened(),
        *implemented("T1"),
        *both_reviews("T1"),
        {"kind": "sent_back", "task": "T1", "why": "gate"},
    ]
    state = fold([*history, *implemented("T1", "a9")])
    assert state["tasks"]["T1"]["reviews"] == {}
    assert [row.role for row in due(state) if row.task == "T1"] == ["task-reviewer"]


def test_only_work_that_was_shown_is_reviewed_again_after_a_block() -> None:
    start: list[Event] = [
        opened(),
        {"kind": "bound", "task": "T1", "agent": "a1", "role": "implementer", "attempt": 1},
    ]
    again: Event = {"kind": "review_again", "task": "T1"}
    refused([*start, {"kind": "stuck", "task": "T1", "agent": "a1", "why": "no evidence"}], again)
    refused([opened(), {"kind": "blocked", "task": "T1", "why": "x"}], again)
    state = fold([opened(), *implemented("T1"), {"kind": "blocked", "task": "T1", "why": "x"}, again])
    assert state["tasks"]["T1"]["status"] == "implemented"


def test_a_gate_is_of_a_wave_of_the_plan() -> None:
    for wave in (0, 3, -1):
        refused([opened()], {"kind": "gate_passed", "wave": wave, "checks": []})


def test_resuming_gives_the_plan_to_the_session_that_resumed_it() -> None:
    state = fold([opened(), {"kind": "paused"}, {"kind": "resumed", "session": "other"}])
    assert fold([opened()])["owner"]["session"] == OWNER
    assert state["owner"]["session"] == "other"
    assert state["plan"]["status"] == "open"


def test_incidents_are_kept_to_a_number() -> None:
    many: list[Event] = [{"kind": "incident", "what": str(number)} for number in range(120)]
    state = fold([opened(), *many])
    assert state["incidents"] == [str(n) for n in range(70, 120)]


def test_what_an_agent_did_cannot_pass_as_unreviewed_by_a_change_of_the_mode() -> None:
    state = fold([opened(), *implemented("T1"), {"kind": "mode_set", "mode": "single"}])
    with pytest.raises(Illegal, match="an agent did it"):
        apply(state, {"kind": "unreviewed", "task": "T1"})
    with pytest.raises(Illegal, match="carried out by agents"):
        apply(fold([opened(), *implemented("T1", "main")]), {"kind": "unreviewed", "task": "T1"})


def test_a_task_is_found_wherever_it_stands_in_whichever_plan_was_asked_before() -> None:
    one, two = fold([opened([["T1", "T2"], ["T3"]])]), fold([opened([["T3", "T0"], ["T1"]])])
    for state in (one, two, one, two):
        for name in state["tasks"]:
            assert graph_task_of(state, name)["id"] == name
    with pytest.raises(KeyError):
        graph_task_of(two, "T2")
