"""How much of a plan waits for each task."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from planweir.plan.critical import chains

Row = tuple[str, list[str], list[str]]


def test_a_task_counts_those_that_wait_for_it_one_after_the_other() -> None:
    rows: list[Row] = [("T1", [], []), ("T2", ["T1"], []), ("T3", ["T1"], ["T2"]), ("T4", ["T1"], []), ("T5", [], [])]
    assert chains(rows) == {"T1": 2, "T2": 1, "T3": 0, "T4": 0, "T5": 0}


def test_unknown_names_and_circles_are_passed_over() -> None:
    assert chains([("T1", ["none"], []), ("T2", ["T3"], []), ("T3", ["T2"], []), ("T4", ["T1", "T1"], ["T1"])]) == {
        "T1": 1,
        "T2": 0,
        "T3": 0,
        "T4": 0,
    }


@some.composite
def graphs(draw: some.DrawFn) -> list[Row]:
    """Tasks, each after some of those before it, in any order."""
    count = draw(some.integers(1, 12))
    picks = [draw(some.lists(some.tuples(some.integers(0, at - 1), some.booleans()), max_size=4)) if at else [] for at in range(count)]
    rows: list[Row] = [
        (f"T{at}", [f"T{other}" for other, wires in pick if not wires], [f"T{other}" for other, wires in pick if wires])
        for at, pick in enumerate(picks)
    ]
    return draw(some.permutations(rows))


@given(graphs())
def test_each_is_one_more_than_the_longest_of_those_that_wait_for_it(rows: list[Row]) -> None:
    found = chains(rows)
    for name, _depends, _wires in rows:
        after = [found[other] for other, depends, wires in rows if name in (*depends, *wires)]
        assert found[name] == (max(after) + 1 if after else 0)
    assert list(found) == [name for name, _depends, _wires in rows]


def test_ten_thousand_in_one_chain_are_counted() -> None:
    rows: list[Row] = [(f"T{at}", [f"T{at - 1}"] if at else [], []) for at in range(10_000)]
    assert chains(rows)["T0"] == 9_999
