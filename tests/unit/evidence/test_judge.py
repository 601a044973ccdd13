from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.calls import FAILS, PASSES, ROOT, ran, recorded, verdict

from planweir.evidence.judge import judge

NEIGHBOUR = [r"tests/test_a\.py", r"src/a\.py"]


class TestWithoutRuns:
    def test_nothing_recorded_is_none_and_says_what_to_run(self) -> None:
        told = verdict(verify=["make check"])
        assert (told["ok"], told["reason"], told["run"]) == (False, "none", None)
        assert "`make check`" in told["detail"]

    def test_the_report_suffices_with_no_new_tests_and_no_verify(self) -> None:
        told = verdict(new_tests=False)
        assert (told["ok"], told["reason"]) == (True, "ok")
        assert "report" in told["detail"]

    def test_with_a_verify_command_it_does_not(self) -> None:
        assert verdict(verify=["make check"], new_tests=False)["reason"] == "none"


class TestVerifyCommands:
    def test_any_program_with_exit_0_counts(self) -> None:
        told = verdict(ran("make check", "fine", verify=["make check"]), verify=["make check"])
        assert (told["ok"], told["passed"]) == (True, None)

    def test_exit_other_than_0_fails(self) -> None:
        told = verdict(ran("make check", "bad", 2, ["make check"]), verify=["make check"])
        assert told["reason"] == "failed"
        assert "exit status 2" in told["detail"]

    def test_a_verbatim_masked_command_counts_as_the_person_wrote_it(self) -> None:
        command = "pytest -q | tee log"
        assert verdict(ran(command, "...", verify=[command]), verify=[command])["ok"]

    def test_a_runner_that_ran_nothing_is_empty_whatever_its_status(self) -> None:
        row = ran("pytest -q", "1 skipped in 0.1s", verify=["pytest -q"])
        assert verdict(row, verify=["pytest -q"])["reason"] == "empty"

    def test_a_runner_without_a_summary_counts_by_its_status(self) -> None:
        assert verdict(ran("pytest -qq", "....", verify=["pytest -qq"]), verify=["pytest -qq"])["ok"]

    def test_the_last_run_of_each_one_that_was_run_must_pass(self) -> None:
        both = ["make a", "make b"]
        a, b = ran("make a", "", verify=both), ran("make b", "", 1, both)
        assert verdict(a, verify=both)["ok"]
        assert verdict(b, a, verify=both)["reason"] == "failed"
        assert verdict(b, a, ran("make b", "", verify=both), verify=both)["ok"]

    def test_a_plans_command_that_is_not_the_tasks_is_no_evidence(self) -> None:
        assert (
            verdict(ran("pip install -e .", "", verify=["pip install -e ."]), verify=["make check"])["reason"]
            == "none"
        )

    def test_a_known_runner_counts_where_no_verify_command_was_run(self) -> None:
        assert verdict(ran("pytest tests/test_a.py"), verify=["make check"])["ok"]

    def test_a_wider_failing_run_of_something_else_does_not_undo_it(self) -> None:
        rows = ran("pytest tests/t.py", verify=["pytest tests/t.py"]), ran("pytest", FAILS, 1)
        assert verdict(*rows, verify=["pytest tests/t.py"])["ok"]

    def test_a_later_shortened_run_of_the_same_command_does(self) -> None:
        rows = (
            ran("pytest -q", verify=["pytest -q"]),
            ran("pytest -q 2>&1 | tail -3", FAILS, verify=["pytest -q"]),
        )
        assert verdict(*rows, verify=["pytest -q"])["reason"] == "failed"

    def test_a_later_run_that_shows_nothing_does_not(self) -> None:
        rows = ran("pytest -q", verify=["pytest -q"]), ran("pytest -q > log", "", verify=["pytest -q"])
        assert verdict(*rows, verify=["pytest -q"])["ok"]


class TestTheLastRunDecides:
    def test_pass_after_fail_and_fail_after_pass(self) -> None:
        good, bad = ran("pytest", PASSES), ran("pytest", FAILS, 1)
        assert verdict(bad, good)["ok"]
        assert verdict(good, bad)["reason"] == "failed"

    def test_a_passing_subset_after_a_failing_wider_run_does_not_count(self) -> None:
        bad = ran("pytest", FAILS, 1)
        for subset in (
            "pytest tests/test_b.py",
            "pytest -k good",
            "pytest --lf",
            "pytest --deselect tests/test_a.py::test_x",
        ):
            told = verdict(bad, ran(subset))
            assert told["reason"] == "failed"
            assert "Run `pytest` again" in told["detail"]
        assert verdict(bad, ran("pytest tests/test_b.py"), ran("pytest -q"))["ok"]
        assert verdict(ran("pytest tests/unit/a.py", FAILS, 1), ran("pytest tests/unit"))["ok"]

    def test_a_run_that_showed_nothing_does_not_lift_the_wider_failure(self) -> None:
        bad, unseen, subset = ran("pytest", FAILS, 1), ran("pytest > log", ""), ran("pytest -k good")
        assert verdict(bad, unseen, subset)["reason"] == "failed"

    def test_unless_what_failed_is_a_neighbours(self) -> None:
        assert verdict(ran("pytest", FAILS, 1), ran("pytest tests/test_b.py"), neighbours=[NEIGHBOUR])["ok"]

    def test_asking_for_the_version_undoes_nothing(self) -> None:
        assert verdict(
            ran("pytest"),
            ran("pytest --version", "pytest 9"),
            ran("pytest --co -q", "1 test collected in 0.1s"),
        )["ok"]


class TestStale:
    def test_a_run_on_other_files_is_stale(self) -> None:
        told = verdict(ran("pytest", digest="then"))
        assert told["reason"] == "stale"
        assert "changed after it" in told["detail"]

    def test_a_verify_command_too(self) -> None:
        assert verdict(ran("make", "", verify=["make"], digest="then"), verify=["make"])["reason"] == "stale"

    def test_a_run_without_a_digest_is_stale_even_against_none(self) -> None:
        assert judge([ran("pytest", digest="")], [], "", [], True)["reason"] == "stale"

    def test_a_failure_is_told_before_staleness(self) -> None:
        assert verdict(ran("pytest", FAILS, 1, digest="then"))["reason"] == "failed"


class TestNeighbours:
    def test_failures_in_files_of_running_tasks_hold_nobody(self) -> None:
        told = verdict(ran("pytest", FAILS, 1), neighbours=[NEIGHBOUR])
        assert (told["ok"], told["passed"]) == (True, 3)

    def test_a_failure_elsewhere_holds(self) -> None:
        output = FAILS.replace("1 failed", "2 failed").replace(
            "====\nFAILED", "====\nFAILED tests/test_b.py::y - x\nFAILED"
        )
        assert verdict(ran("pytest", output, 1), neighbours=[NEIGHBOUR])["reason"] == "failed"

    def test_a_failure_without_a_name_holds(self) -> None:
        assert (
            verdict(ran("pytest", "1 failed, 3 passed in 0.1s", 1), neighbours=[[".*"]])["reason"] == "failed"
        )

    def test_something_of_ones_own_must_have_passed(self) -> None:
        output = "ERROR tests/test_a.py\n!!!!! Interrupted: 1 error during collection !!!!!\n1 error in 0.1s"
        told = verdict(ran("pytest", output, 2), neighbours=[NEIGHBOUR])
        assert told["reason"] == "empty"
        assert "own test files" in told["detail"]

    def test_they_are_forgiven_in_a_verify_command_too(self) -> None:
        row = ran("pytest -q", FAILS, 1, ["pytest -q"])
        assert verdict(row, verify=["pytest -q"], neighbours=[NEIGHBOUR])["ok"]

    def test_a_program_that_names_no_tests_is_not_forgiven(self) -> None:
        assert (
            verdict(ran("make", "", 1, ["make"]), verify=["make"], neighbours=[[".*"]])["reason"] == "failed"
        )

    def test_tests_that_failed_before_the_plan_hold_nobody(self) -> None:
        assert verdict(ran("pytest", FAILS, 1), baseline=["tests/test_a.py::test_x"])["ok"]
        assert verdict(ran("pytest", FAILS, 1), baseline=["tests/test_a.py::test_y"])["reason"] == "failed"


class TestDetail:
    @pytest.mark.parametrize(
        ("command", "output", "words"),
        [
            ("pytest; echo x", PASSES, "another program"),
            ("pytest > log", "", "output went to"),
            ("pytest &", "", "background"),
            ("PATH=x pytest", PASSES, "PATH"),
            ("pytest -qq", "...", "-qq"),
            ("pytest -k x", "2 deselected in 0.1s", "2 deselected"),
        ],
    )
    def test_says_what_is_wrong_and_what_to_run(self, command: str, output: str, words: str) -> None:
        told = verdict(ran(command, output), verify=["pytest -q"])
        assert not told["ok"]
        assert words in told["detail"]
        assert "Run `pytest -q`" in told["detail"]

    def test_a_failure_names_its_tests(self) -> None:
        assert "tests/test_a.py::test_x" in verdict(ran("pytest", FAILS, 1))["detail"]


COMMANDS = [
    "pytest",
    "pytest -q",
    "pytest || true",
    "pytest > x",
    "pytest; echo x",
    "pytest -k a",
    "make",
    "pytest &",
]
OUTPUTS = [PASSES, FAILS, "", "no tests ran in 0.1s", "....", "1 skipped in 0.1s"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(COMMANDS),
            st.sampled_from(OUTPUTS),
            st.integers(0, 5),
            st.sampled_from(["now", "then"]),
        ),
        max_size=4,
    ),
    st.sampled_from([[], ["make"], ["pytest -q"], ["make", "pytest -q"]]),
)
def test_ok_is_said_only_of_a_run_that_passed_on_the_present_files(
    calls: list[tuple[str, str, int, str]], verify: list[str]
) -> None:
    rows = [recorded(command, output, status, verify, digest) for command, output, status, digest in calls]
    told = verdict(*rows, verify=verify)
    assert told["ok"] == (told["reason"] == "ok")
    assert told["detail"].endswith(".")
    if told["ok"]:
        run = told["run"]
        assert run is not None
        assert run["digest"] == "now"
        assert run["exit"] == 0
        summary = run["summary"]
        if summary is not None:
            assert summary["passed"] > 0
            assert summary["failed"] == summary["errors"] == 0
        else:
            assert run["verify"]


class TestRunsThatAreNotOfTheProject:
    """A recorded run counts where it ran in the project, on files of it."""

    @pytest.mark.parametrize(
        "command",
        [
            "cd /elsewhere && pytest -q",
            "pytest -q /elsewhere/test_x.py",
            "pytest -q ../test_x.py::test_a",
            'cd "$SOMEWHERE" && pytest -q',
        ],
    )
    def test_do_not_count(self, command: str) -> None:
        told = verdict(ran(command))
        assert (told["ok"], told["reason"]) == (False, "unrecognised")
        assert "outside the project" in told["detail"]

    @pytest.mark.parametrize(
        "command",
        ["pytest -q", f"cd {ROOT} && pytest -q", "cd web && pytest -q ../tests", f"pytest {ROOT}/tests"],
    )
    def test_those_inside_do(self, command: str) -> None:
        assert verdict(ran(command))["ok"]


class TestWhereTestsAreOwedAndNoVerifyIsNamed:
    FILES = ("tests/test_new.py",)

    def told(self, *commands: str) -> bool:
        return judge([ran(command) for command in commands], [], "now", [], True, (), self.FILES)["ok"]

    @pytest.mark.parametrize(
        "command",
        [
            "pytest -q",
            "pytest tests",
            "pytest tests/test_new.py",
            "pytest tests/test_new.py::test_x",
            "cd tests && pytest test_new.py",
            "cd tests && pytest",
            f"pytest {ROOT}/tests/test_new.py",
            "pytest tests/test_new.py -k x",
        ],
    )
    def test_a_run_that_includes_a_changed_test_file_counts(self, command: str) -> None:
        assert self.told(command)
        assert self.told(command, "pytest tests/test_old.py")

    @pytest.mark.parametrize(
        "command", ["pytest tests/test_old.py", "pytest -k old", "pytest $FILES", "cd docs && pytest"]
    )
    def test_one_that_leaves_them_out_does_not(self, command: str) -> None:
        assert not self.told(command)


def test_what_reviewers_are_shown_counts_skipped_and_deselected_tests() -> None:
    told = verdict(ran("pytest", "=== 4 passed, 2 skipped, 3 deselected, 1 xfailed in 0.1s ==="))
    assert "4 passed, 2 skipped, 3 deselected, 1 xfailed" in told["detail"]
