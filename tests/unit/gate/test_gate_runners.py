"""What the gate makes of runners' summaries, whatever started them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, check, plan, task

from planweir.gate.commands import run

UNITTEST = f"{sys.executable} -m unittest discover -s tests"
NONE = "Ran 0 tests in 0.000s\\n\\nOK\\n"


def says(text: str, status: int = 0) -> str:
    return f"printf '{text}'; exit {status}"


@pytest.mark.parametrize(
    "text",
    [
        NONE,
        "No tests found, exiting with code 0\\n",
        "No test files found, exiting with code 0\\n",
        "?   \\texample.com/ex\\t[no test files]\\n",
        "ok  \\texample.com/ex\\t0.1s [no tests to run]\\n",
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s\\n",
    ],
)
def test_exit_0_of_a_runner_that_ran_no_test_is_a_result_of_its_own(tmp_path: Path, text: str) -> None:
    ran = run(str(tmp_path), says(text))
    assert (ran.exit, ran.passed, ran.none_ran, ran.ok) == (0, 0, True, False)
    assert ran.said.startswith("exit 0, but no test passed")


def test_summaries_of_several_runners_are_taken_together(tmp_path: Path) -> None:
    ran = run(str(tmp_path), says(f"{NONE}=== 3 passed in 0.1s ===\\n"))
    assert (ran.passed, ran.ok) == (3, True)


def test_really_run_without_a_test_it_is_not_ok(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    ran = run(str(tmp_path), UNITTEST)
    assert not ran.ok
    assert ran.none_ran or ran.exit == 5  # since Python 3.12 it says so itself


def test_really_run_what_fails_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text(
        "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.fail()\n    def test_y(self): pass\n"
    )
    ran = run(str(tmp_path), UNITTEST)
    assert (ran.exit, ran.passed, ran.failing) == (1, 1, ["tests/test_a.py::T.test_x"])


class TestNoTestsYet:
    """As with pytest, which ends with exit status 5: `not yet` at earlier gates, and the last one wants tests."""

    def opened(self, shop: Shop) -> None:
        (shop.folder / "says").write_text("Ran 0 tests in 0.000s\n\nOK\n")
        answer = shop.open(
            plan(task("T1", "a.py test_a.py"), task("T2", "b.py", "T1"), head=f"Verify: `cat {shop.folder}/says`")
        )
        assert "without naming tests" in answer.text
        shop.reviewed("T1", {"a.py": "a\n"})

    def test_is_not_yet_before_the_last_gate(self, shop: Shop) -> None:
        self.opened(shop)
        assert check(shop.passes(), "verify-1").result == "not yet"

    def test_fails_the_last_gate(self, shop: Shop) -> None:
        self.opened(shop)
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        row = check(shop.fails(), "verify-1")
        assert row.failed
        assert "no test passed" in row.said

    def test_passes_it_once_tests_run(self, shop: Shop) -> None:
        self.opened(shop)
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        (shop.folder / "says").write_text("Ran 2 tests in 0.000s\n\nOK\n")
        shop.passes()


def test_a_test_that_failed_before_the_plan_is_forgiven_by_name_whatever_runs_it(shop: Shop) -> None:
    (shop.root / "old").mkdir()
    (shop.root / "old/test_old.py").write_text(
        "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.fail()\n    def test_y(self): pass\n"
    )
    shop.git("add", "-A")
    shop.git("commit", "-qm", "old tests")
    command = f"{sys.executable} -m unittest discover -s old"
    answer = shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head=f"Verify: `{command}`"))
    assert "old/test_old.py::T.test_x" in answer.text
    shop.reviewed("T1", {"a.py": "a\n"})
    row = check(shop.passes(), "verify-1")
    assert row.result == "ok"
    assert "failed before the plan too" in row.said
