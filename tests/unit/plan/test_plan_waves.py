"""Waves: dependencies, then files, always the same way."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.plan.check import check
from planweir.plan.globs import conflict
from planweir.plan.model import Plan, Task
from planweir.plan.reader import read_text
from planweir.plan.waves import schedule, waves


def graph(*tasks: tuple[str, str, str]) -> Plan:
    """(id, dependencies, files), both separated by spaces."""
    return Plan("P", tasks=tuple(Task(i, i, tuple(d.split()), tuple(f.split())) for i, d, f in tasks))


def test_a_task_comes_one_wave_after_its_last_dependency() -> None:
    plan = graph(("T1", "", "a"), ("T2", "T1", "b"), ("T3", "", "c"), ("T4", "T2 T3", "d"))
    assert waves(plan) == [["T1", "T3"], ["T2"], ["T4"]]


def test_a_dependency_may_stand_later_in_the_document() -> None:
    assert waves(graph(("T1", "T2", "a"), ("T2", "", "b"))) == [["T2"], ["T1"]]


def test_of_two_tasks_on_one_file_the_later_moves_down_and_its_dependents_follow() -> None:
    plan = graph(("T1", "", "a"), ("T2", "", "a b"), ("T3", "T2", "c"), ("T4", "", "d"))
    assert waves(plan) == [["T1", "T4"], ["T2"], ["T3"]]
    (move,) = schedule(plan).moves
    assert (move.task, move.other, move.path, move.wave) == ("T2", "T1", "a", 1)


@pytest.mark.parametrize(
    ("a", "b"), [("src/**", "src/a"), ("src/a", "src/"), ("src/*.py", "src/**"), ("{a,b}", "b"), ("s", "s/x")]
)
def test_globs_conflict_as_their_files_do(a: str, b: str) -> None:
    assert waves(graph(("T1", "", a), ("T2", "", b))) == [["T1"], ["T2"]]


def test_a_task_without_files_is_alone() -> None:
    plan = graph(("T1", "", "a"), ("T2", "", ""), ("T3", "", "b"), ("T4", "", ""), ("T5", "T1", "c"))
    assert waves(plan) == [["T1", "T3"], ["T2"], ["T4"], ["T5"]]


def test_by_products_do_not_conflict() -> None:
    lock = ("uv.lock",)
    plan = Plan(
        "P", tasks=(Task("T1", "a", files=("a",), also=lock), Task("T2", "b", files=("b",), also=lock))
    )
    assert waves(plan) == [["T1", "T2"]]


@pytest.mark.parametrize(
    "plan",
    [
        graph(("T1", "T2", ""), ("T2", "T1", "")),
        graph(("T1", "T9", "")),
        graph(("T1", "", ""), ("T1", "", "")),
    ],
)
def test_a_graph_that_is_none_has_no_waves(plan: Plan) -> None:
    with pytest.raises(ValueError):
        waves(plan)


PATHS = st.lists(
    st.sampled_from(
        ["a", "b", "s/a", "s/b", "s/**", "s/*", "s/t/", "**/a", "s/a*", "s", "s/{a,b}", "s/t/c", "*"]
    ),
    max_size=3,
    unique=True,
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    size = draw(st.integers(1, 12))
    order = draw(st.permutations(range(size)))
    tasks = []
    for n in range(size):
        before = [m for m in range(size) if order[m] < order[n]]
        depends = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
        tasks.append(Task(f"T{n}", "x", tuple(f"T{m}" for m in depends), tuple(draw(PATHS))))
    return Plan("P", tasks=tuple(tasks))


def by_hand(plan: Plan) -> list[list[str]]:
    """The rule, word for word, without any care for speed."""
    done: set[str] = set()
    result: list[list[str]] = []
    while len(done) < len(plan.tasks):
        wave: list[Task] = []
        for task in plan.tasks:
            free = task.id not in done and done.issuperset(task.depends_on)
            fits = not wave or (task.files and all(o.files and not clash(task, o) for o in wave))
            if free and fits:
                wave.append(task)
        result.append([task.id for task in wave])
        done.update(task.id for task in wave)
    return result


def clash(a: Task, b: Task) -> bool:
    return any(conflict(x, y) for x in a.files for y in b.files)


@given(plans())
def test_the_quick_way_gives_the_same_waves_as_the_rule(plan: Plan) -> None:
    assert waves(plan) == by_hand(plan)


@given(plans())
def test_waves_respect_dependencies_and_keep_conflicts_apart(plan: Plan) -> None:
    tasks = {task.id: task for task in plan.tasks}
    place = {name: n for n, wave in enumerate(waves(plan)) for name in wave}
    assert place.keys() == tasks.keys()
    assert all(place[d] < place[t.id] for t in plan.tasks for d in t.depends_on)
    for wave in waves(plan):
        together = [tasks[name] for name in wave]
        assert len(together) == 1 or all(t.files for t in together)
        assert not any(clash(a, b) for a in together for b in together if a is not b)


MANY = 10_000


def two_files(n: int) -> str:
    return f"`src/m{n}.py`, `tests/test_m{n}.py`"


@pytest.mark.parametrize(
    ("files", "depends"),
    [
        (two_files, lambda n: f"T{n // 2}" if n else "none"),
        (two_files, lambda n: f"T{n - 1}" if n else "none"),
        (lambda n: "`src/m.py`, `tests/test_m.py`", lambda n: "none"),
        (lambda n: f"`src/m{n}/**`, `tests/test_m{n}.py`", lambda n: "none"),
    ],
    ids=["tree", "chain", "one file", "globs"],
)
def test_ten_thousand_tasks_are_read_and_checked_in_seconds(
    files: Callable[[int], str], depends: Callable[[int], str]
) -> None:
    text = "# Plan: Big\n\nVerify: `pytest -q`\n\n## Tasks\n" + "".join(
        f"\n### T{n}: Do {n}\n- Depends on: {depends(n)}\n- Files: {files(n)}\n"
        f"- Verify: `pytest -q tests/test_m{n}.py`\n"
        f"\nText.\n\n#### Done when\n- it works\n"
        for n in range(MANY)
    )
    start = process_time()
    reading = read_text(text)
    assert reading.plan is not None
    problems = check(reading.plan, None, reading.lines)
    # About 1.5 s where this was written; more than that much is a loop in a loop.
    assert process_time() - start < 6
    assert not [p for p in problems if p.level == "error"]


def test_ten_thousand_tasks_without_files_take_no_square_of_time() -> None:
    start = process_time()
    assert len(waves(Plan("P", tasks=tuple(Task(f"T{n}", "x") for n in range(MANY))))) == MANY
    assert process_time() - start < 3
