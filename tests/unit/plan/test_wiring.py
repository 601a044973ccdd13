"""Who wires what: said, or taken from the dependencies; and what that makes of the order."""

from __future__ import annotations

from planweir.plan.check import check
from planweir.plan.model import Plan, Task
from planweir.plan.waves import waves
from planweir.plan.wiring import wiring

ROW = tuple[str, list[str], list[str]]


def plan(*rows: ROW) -> Plan:
    tasks = tuple(Task(name, f"Do {name}", tuple(after), (f"{name}.md",), new_tests=False, wires=tuple(wires)) for name, after, wires in rows)
    return Plan("A plan", verify=("true",), tasks=tasks)


def codes(found: Plan) -> list[str]:
    return [row.code for row in check(found) if row.level == "error"]


def test_who_says_that_it_wires_a_task_does_and_nobody_else() -> None:
    rows: list[ROW] = [("T1", [], []), ("T2", ["T1"], []), ("T3", ["T1"], ["T1"])]
    assert wiring(rows) == {"T1": ["T3"]}


def test_where_nobody_says_so_those_that_depend_on_it_and_wire_nothing_else_do() -> None:
    rows: list[ROW] = [("T1", [], []), ("T2", [], []), ("T3", ["T1", "T2"], []), ("T4", ["T1", "T2"], ["T2"])]
    assert wiring(rows) == {"T1": ["T3"], "T2": ["T4"]}


def test_a_task_comes_after_what_it_wires() -> None:
    assert waves(plan(("T1", [], []), ("T2", [], ["T1"]))) == [["T1"], ["T2"]]


def test_who_builds_on_a_task_comes_after_those_that_wire_it() -> None:
    assert waves(plan(("T1", [], []), ("T2", ["T1"], []), ("T3", ["T1"], ["T1"]))) == [["T1"], ["T3"], ["T2"]]


def test_an_order_that_would_be_a_circle_is_left_out() -> None:
    found = plan(("T1", [], []), ("T2", ["T1"], []), ("T3", ["T2"], ["T1"]))
    assert codes(found) == []
    assert waves(found) == [["T1"], ["T2"], ["T3"]]


def test_a_wired_task_that_is_unknown_is_an_error_with_the_nearest_name() -> None:
    (problem,) = [row for row in check(plan(("T10", [], []), ("T2", [], ["T1O"]))) if row.level == "error"]
    assert (problem.code, problem.task, problem.mend) == ("unknown-wires", "T2", "did you mean T10?")


def test_wiring_each_other_is_a_cycle() -> None:
    assert codes(plan(("T1", [], ["T2"]), ("T2", [], ["T1"]))) == ["cycle"]
    assert codes(plan(("T1", [], ["T1"]))) == ["cycle"]


def test_ten_thousand_tasks_in_a_chain_are_put_in_order() -> None:
    rows: list[ROW] = [("T0", [], [])]
    rows += [(f"T{n}", [f"T{n - 1}"], [f"T{n - 1}"] if n % 2 else []) for n in range(1, 10_000)]
    assert len(waves(plan(*rows))) == 10_000
