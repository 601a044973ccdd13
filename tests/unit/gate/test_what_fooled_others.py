"""What has fooled others, where the gate runs the checks itself: one test for each, by its name, with a real pytest."""

from __future__ import annotations

import shlex
import sys

import pytest
from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.journal.transitions import Illegal
from planweir.verbs.complete import complete

PYTEST = f"{shlex.quote(sys.executable)} -m pytest -q -p no:cacheprovider"
GOOD = "def test_one(): assert 1 + 1 == 2\ndef test_two(): assert 2 + 2 == 4\n"


def shown(shop: Shop, command: str = PYTEST) -> None:
    """A project with two passing tests, a plan that runs them, and T1 about to touch them."""
    shop.write("tests/test_a.py", GOOD)
    shop.write(".gitignore", "__pycache__\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "tests")
    shop.open(plan(task("T1", "a.py conftest.py tests/**"), task("T2", "b.py", "T1"), head=f"Verify: `{command}`"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def test_tests_deleted_to_get_green(shop: Shop) -> None:
    shown(shop)
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": GOOD.partition("def test_two")[0]})
    assert "1 passed, 2 before" in check(shop.fails(), "fewer-tests").details[0]


def test_tests_skipped_to_get_green(shop: Shop) -> None:
    shown(shop)
    skipped = "import pytest\n" + GOOD + "@pytest.mark.skip\ndef test_three(): assert False\n"
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": skipped})
    assert "1 left out (1 skipped), 0 before" in check(shop.fails(), "fewer-tests").details[0]


def test_a_test_that_prints_its_own_summary_line(shop: Shop) -> None:
    shown(shop, f"{PYTEST} -s")
    voice = "import os\ndef test_one():\n    os.write(1, b'2 passed in 0.10s\\n')\n    os._exit(0)\n"
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": voice})
    assert "without coming to its end" in check(shop.fails(), "verify-1").said


def test_conftest_py_that_hides_failures(shop: Shop) -> None:
    shown(shop)
    hides = (
        "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport():\n    outcome = yield\n"
        "    report = outcome.get_result()\n    if report.failed: report.outcome, report.longrepr = 'passed', None\n"
    )
    shop.reviewed("T1", {"a.py": "a\n", "conftest.py": hides, "tests/test_a.py": GOOD.replace("== 4", "== 5")})
    assert "hides it" in check(shop.fails(), "verify-1").said


@pytest.mark.parametrize("command", [f"{PYTEST} || true", f"{PYTEST}; echo done", f"set +o pipefail; {PYTEST} | tail -5"])
def test_pytest_or_true_echo_done_and_tail_as_the_plans_own_verify(shop: Shop, command: str) -> None:
    shown(shop, command)
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": GOOD.replace("== 4", "== 5")})
    row = check(shop.fails(), "verify-1")
    assert row.ran is not None
    assert (row.ran.exit, row.failed) == (0, True)


def test_a_verify_command_edited_in_the_plan_after_start(shop: Shop) -> None:
    shown(shop)
    document = shop.folder / "plan.md"
    document.write_text(document.read_text().replace(PYTEST, "true"))
    shop.reviewed("T1", {"a.py": "a\n", "tests/test_a.py": GOOD.replace("== 4", "== 5")})
    row = check(shop.fails(), "verify-1")
    assert row.ran is not None
    assert row.ran.command == PYTEST


def test_a_package_json_test_script_rewritten_to_true(shop: Shop) -> None:
    says = "echo 'Test Suites: 1 passed, 1 total'; echo 'Tests:       8 passed, 8 total'"
    shop.write("Makefile", f"test:\n\t@{says}\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "tests")
    shop.open(plan(task("T1", "a.py Makefile"), head="Verify: `make test`"))
    shop.reviewed("T1", {"a.py": "a\n", "Makefile": "test:\n\t@true\n"})
    assert "no summary of tests any more, 8 passed before" in check(shop.fails(), "fewer-tests").details[0]


def test_a_review_of_an_older_diff(shop: Shop) -> None:
    shown(shop)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.write("a.py", "another\n")
    done = shop.gate()
    assert not done.passed
    assert shop.status("T1") != "completed"


def test_editing_after_the_check(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), head="Verify: `grep -q right a.py || test ! -e a.py`"))
    shop.reviewed("T1", {"a.py": "right\n"})
    shop.passes()
    shop.write("a.py", "wrong\n")
    answer = complete(shop.places)
    assert not answer.ok
    assert "a.py" in answer.text


def test_completing_with_an_empty_plan(shop: Shop) -> None:
    assert not shop.start("# Plan: Nothing\n\nGoal: Nothing.\n\n## Tasks\n").ok
    assert not complete(shop.places).ok


def test_completing_with_an_empty_wave_or_one_that_does_not_exist(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py")))
    with pytest.raises(Illegal, match="no wave 7"):
        shop.record("gate_passed", wave=7, checks=[], made=[], tree="", now_passing=[], head="", foreign=[])
    assert not complete(shop.places).ok
    assert "tasks" in results(shop.gate())


def test_a_replaced_runner(shop: Shop) -> None:
    shop.write(".gitignore", ".venv\n")
    shop.write(".venv/bin/pytest", f"#!{sys.executable}\nimport pytest, sys\nsys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))\n")
    (shop.root / ".venv/bin/pytest").chmod(0o755)
    shown(shop, ".venv/bin/pytest")
    shop.reviewed("T1", {"a.py": "a\n"})
    (shop.root / ".venv/bin/pytest").write_text("#!/bin/sh\necho '2 passed in 0.01s'\n")
    done = shop.fails()
    assert {name for name, result in results(done).items() if result == "fail"} == {"programs", "verify-1"}
