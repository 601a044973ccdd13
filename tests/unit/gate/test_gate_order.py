"""The checks of a gate: in order, all printed, none skipped silently; nothing is run before the gate's turn."""

from __future__ import annotations

import pytest
from tests.unit.gate.shop import PASSING, TWO, TWO_WAVES, Shop, check, plan, results, task

from planweir.gate.outcome import NotOpen

ALL = plan(
    task("T1", "a.py", verify="true # own"),
    head=f"Verify: `{PASSING}`\nVerify at end: `true # end`",
)


def test_all_checks_are_printed_in_order(shop: Shop) -> None:
    shop.open(ALL)
    shop.reviewed("T1", {"a.py": "a\n"})
    done = shop.passes()
    names = ["tasks", "running", "changes", "files", "programs", "verify-1", "T1-1", "end-1", "fewer-tests", "new-tests", "stubs", "clean", "watched", "steering", "red"]
    names += ["findings", "reach", "commits"]
    assert [row.name for row in done.checks] == names
    printed = "\n".join(done.lines())
    assert [printed.index(f" {name} ") for name in names] == sorted(
        printed.index(f" {name} ") for name in names
    )


def test_a_failing_check_does_not_keep_the_later_ones_from_being_looked_at(shop: Shop) -> None:
    shop.open(ALL)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.write("stray.txt")
    assert results(shop.fails()) == {
        "tasks": "ok",
        "running": "ok",
        "changes": "fail",
        "files": "ok",
        "programs": "ok",
        "verify-1": "ok",
        "T1-1": "ok",
        "end-1": "ok",
        "fewer-tests": "ok",
        "new-tests": "ok",
        "stubs": "ok",
        "clean": "not checked",
        "watched": "ok",
        "steering": "ok",
        "red": "ok",
        "findings": "ok",
        "reach": "not looked at",
        "commits": "not looked at",
    }
    assert shop.commits() == []


def test_a_plan_without_commands_says_so(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.reviewed("T2", {"b.py": "b\n"})
    assert results(shop.passes())["verify"] == "not looked at"


def test_every_failing_check_names_what_would_satisfy_it(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py test_a.py", new_tests=True), head="Verify: `grep -q good a.py`"))
    shop.reviewed("T1", {"a.py": "bad\n"})
    shop.write("stray.txt")
    done = shop.fails()
    failing = [row for row in done.checks if row.failed]
    assert [row.name for row in failing] == ["changes", "verify-1", "new-tests"]
    assert all(row.mend for row in failing)
    assert sum(line.strip().startswith("Next: ") for line in done.lines()) == len(failing)


@pytest.mark.parametrize("status", ["pending", "in_progress", "implemented", "rework", "blocked"])
def test_a_gate_whose_turn_has_not_come_runs_nothing_and_counts_nothing(shop: Shop, status: str) -> None:
    run, count = shop.counter()
    shop.open(plan(task("T1", "a.py"), head=f"Verify: `{run}`"))
    before = count()
    if status != "pending":
        agent = shop.begin("T1")
        if status == "blocked":
            shop.record("stuck", task="T1", agent=agent, why="no idea")
        elif status != "in_progress":
            shop.report("T1", agent)
    if status == "rework":
        shop.review("T1", "task-reviewer", "fail")
    assert shop.status("T1") == status
    seen = len(shop.kinds())
    done = shop.gate()
    assert (done.due, done.passed) == (False, False)
    assert check(done, "tasks").failed
    assert f"T1 is {status}" in check(done, "tasks").details
    assert count() == before
    assert shop.state["gates"] == {}
    assert len(shop.kinds()) == seen


def test_no_agent_may_run_while_the_gate_runs(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
    shop.implement("T1", {"a.py": "a\n"})
    shop.begin("T1", "task-reviewer")
    done = shop.gate()
    assert not done.due
    assert check(done, "running").failed
    assert check(done, "running").mend


def test_the_gate_is_of_the_present_wave_alone(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.reviewed("T1", {"a.py": "a\n"})
    assert shop.passes().wave == 1
    assert shop.status("T1") == "completed"
    assert not shop.gate().due
    shop.reviewed("T2", {"b.py": "b\n"})
    last = shop.passes()
    assert (last.wave, last.last) == (2, True)
    assert shop.step() == "done"


def test_a_skipped_task_does_not_hold_the_gate(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.record("skipped", task="T2", why="not wanted", to="")
    shop.passes()
    assert (shop.status("T1"), shop.status("T2")) == ("completed", "skipped")


def test_when_every_wave_is_closed_there_is_no_gate_to_run(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py")))
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()
    again = shop.gate()
    assert not again.due
    assert "--complete" in again.say


@pytest.mark.parametrize("kind", ["paused", "plan_blocked", "aborted", "completed"])
def test_only_an_open_plan_has_a_gate(shop: Shop, kind: str) -> None:
    shop.open(TWO)
    shop.record(kind, why="because")
    with pytest.raises(NotOpen):
        shop.gate()


def test_a_project_without_a_plan_has_no_gate(shop: Shop) -> None:
    with pytest.raises(NotOpen):
        shop.gate()
