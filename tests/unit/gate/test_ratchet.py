"""The ratchet: no fewer tests pass, and no more are left out, than in the last full run, unless the plan says why."""

from __future__ import annotations

import pytest
from tests.unit.gate.shop import Shop, check, plan, task
from tests.unit.gate.test_gate_verify import says

from planweir.journal.fold import apply, empty
from planweir.verbs import mend


def counts(shop: Shop, words: str, status: int = 0) -> None:
    """What the plan's test command prints from now on."""
    (shop.folder / "says").write_text(f"==== {words} in 0.02s ====\n")
    (shop.folder / "exit").write_text(str(status))


def opened(shop: Shop, before: str, *, reason: str = "") -> None:
    counts(shop, before)
    first = task("T1", "a.py tests/test_a.py")
    if reason:
        first = first.replace("- New tests:", f"- Fewer tests: {reason}\n- New tests:")
    shop.open(plan(first, task("T2", "b.py", "T1"), head=f"Verify: `{says(shop)}`"))
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": "def test_a(): pass\n"})


class TestFewerThanBefore:
    @pytest.mark.parametrize(
        ("before", "now", "told"),
        [
            ("8 passed", "7 passed", "7 passed, 8 before"),
            ("8 passed", "8 passed, 1 skipped", "1 left out (1 skipped), 0 before"),
            ("8 passed, 1 skipped", "9 passed, 1 skipped, 2 deselected", "3 left out (1 skipped, 2 deselected), 1 before"),
            ("8 passed", "9 passed, 1 xfailed", "1 left out (1 xfailed), 0 before"),
            ("8 passed", "no more words", "no summary of tests any more, 8 passed before"),
        ],
    )
    def test_is_a_failing_check_that_says_both_and_what_would_satisfy_it(
        self, shop: Shop, before: str, now: str, told: str
    ) -> None:
        opened(shop, before)
        counts(shop, now)
        row = check(shop.fails(), "fewer-tests")
        assert told in row.details[0]
        for way in ("bring the tests back", "--fewer-tests", "waive fewer-tests"):
            assert way in row.mend

    def test_sends_back_the_one_task_that_changed_test_files(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        counts(shop, "7 passed")
        row = check(shop.fails(), "fewer-tests")
        assert "test files that T1 changed: tests/test_a.py" in row.details
        assert shop.status("T1") == "rework"
        assert "7 passed, 8 before" in shop.task("T1")["sent_back"]

    @pytest.mark.parametrize("now", ["8 passed", "12 passed", "7 passed, 1 rerun", "8 passed, 3 warnings, 2 rerun"])
    def test_is_not_what_retries_and_more_tests_make(self, shop: Shop, now: str) -> None:
        opened(shop, "8 passed")
        counts(shop, now)
        assert check(shop.passes(), "fewer-tests").result == "ok"

    def test_that_failed_is_told_by_its_own_check_alone(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        counts(shop, "1 failed, 2 passed", 1)
        done = shop.fails()
        assert check(done, "verify-1").failed
        assert check(done, "fewer-tests").result == "ok"


class TestTheReason:
    def test_of_a_task_of_the_wave_lets_it_pass_and_is_told(self, shop: Shop) -> None:
        opened(shop, "8 passed", reason="the old API is gone")
        counts(shop, "5 passed")
        row = check(shop.passes(), "fewer-tests")
        assert "T1: the old API is gone" in row.said

    def test_makes_the_new_number_the_floor(self, shop: Shop) -> None:
        opened(shop, "8 passed", reason="the old API is gone")
        counts(shop, "5 passed")
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        counts(shop, "4 passed")
        assert "4 passed, 5 before" in check(shop.fails(), "fewer-tests").details[0]

    def test_of_a_task_of_another_wave_does_not(self, shop: Shop) -> None:
        opened(shop, "8 passed", reason="the old API is gone")
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        counts(shop, "7 passed")
        assert check(shop.fails(), "fewer-tests").failed

    def test_may_be_typed_later(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        assert mend.amend(shop.places, "T1", {"fewer_tests": "moved to the other suite"}).ok
        counts(shop, "7 passed")
        shop.passes()

    def test_a_waiver_lets_it_pass_and_lowers_the_floor(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        assert mend.waive(shop.places, "fewer-tests", "I know").ok
        counts(shop, "7 passed")
        assert check(shop.passes(), "fewer-tests").result == "waived"
        assert [row["passed"] for row in shop.state["floors"].values()] == [7]


class TestTheFloor:
    def test_rises_with_each_gate(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        counts(shop, "11 passed")
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        counts(shop, "10 passed")
        assert "10 passed, 11 before" in check(shop.fails(), "fewer-tests").details[0]

    def test_does_not_sink_by_failing_again(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        counts(shop, "7 passed")
        shop.fails()
        shop.reviewed("T1", {"a.py": "other\n"})
        assert "7 passed, 8 before" in check(shop.fails(), "fewer-tests").details[0]

    def test_of_a_command_that_prints_no_counts_is_none_and_that_is_said(self, shop: Shop) -> None:
        (shop.folder / "says").write_text("BUILD SUCCESSFUL in 7s\n")
        (shop.folder / "exit").write_text("0")
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{says(shop)}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.passes(), "fewer-tests")
        assert row.result == "not checked"
        assert "prints no counts" in row.said

    @pytest.mark.parametrize("command", ["ruff --version", "cd . && true", "make lint"])
    def test_is_not_asked_of_what_runs_no_tests(self, shop: Shop, command: str) -> None:
        shop.write("Makefile", "lint:\n\ttrue\n")
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{command}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.gate(), "fewer-tests")
        assert (row.result, row.said) == ("ok", "no full run to compare")

    def test_is_unknown_to_older_journals_and_the_next_gate_sets_it(self, shop: Shop) -> None:
        opened(shop, "8 passed")
        events = shop.journal.events()[0]
        baseline = events[0]["baseline"]
        assert isinstance(baseline, dict)
        del baseline["floors"], baseline["programs"]
        state = empty()
        for event in events:
            apply(state, event)
        assert (state["floors"], state["programs"]) == ({}, {})

    def test_skipped_and_deselected_tests_stand_in_the_gates_line(self, shop: Shop) -> None:
        opened(shop, "8 passed, 2 skipped, 3 deselected")
        assert "8 passed, 2 skipped, 3 deselected" in check(shop.passes(), "verify-1").said
