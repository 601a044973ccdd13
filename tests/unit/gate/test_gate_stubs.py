"""The gate's check of stubs and lost tests, and what reviewers are told of them."""

from __future__ import annotations

from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.brief.package import package
from planweir.verbs import mend

STUB = {"a.py": "def tax(x):\n    raise NotImplementedError\n"}
DONE = {"a.py": "def tax(x):\n    return x * 2\n"}
ONE = plan(task("T1", "a.py test_a.py"), task("T2", "b.py"))
OLD = "def test_tax():\n    assert tax(1) == 2\n"


def test_a_stub_sends_its_task_to_rework_and_the_mended_one_passes(shop: Shop) -> None:
    shop.open(ONE)
    shop.reviewed("T1", STUB)
    shop.reviewed("T2")
    done = shop.fails()
    assert check(done, "stubs").details == ["T1: a.py:1 tax is not implemented"]
    assert (shop.status("T1"), shop.status("T2")) == ("rework", "reviewed")
    shop.reviewed("T1", DONE)
    shop.passes()


def test_a_person_may_waive_it(shop: Shop) -> None:
    shop.open(ONE)
    shop.reviewed("T1", STUB)
    shop.reviewed("T2")
    assert mend.waive(shop.places, "stubs", "a spike").ok
    assert results(shop.passes())["stubs"] == "waived"


def test_a_deleted_test_fails_it_unless_the_plan_says_why(shop: Shop) -> None:
    shop.write("test_a.py", OLD)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "tests")
    shop.open(ONE)
    shop.reviewed("T1", {"test_a.py": "# none\n"})
    shop.reviewed("T2")
    assert "test_tax" in check(shop.fails(), "stubs").details[0]


def test_the_plans_reason_lets_tests_go(shop: Shop) -> None:
    shop.write("test_a.py", OLD)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "tests")
    shop.open(ONE.replace("- New tests: no", "- New tests: no\n- Fewer tests: the tax is abolished", 1))
    shop.reviewed("T1", {"test_a.py": "# none\n"})
    shop.reviewed("T2")
    assert results(shop.passes())["stubs"] == "ok"


def test_a_task_that_asks_for_a_skeleton_hands_in_one(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py", text="Write the skeleton of the shop.")))
    shop.reviewed("T1", STUB)
    shop.passes()


def test_reviewers_are_told_what_was_found(shop: Shop) -> None:
    shop.open(ONE)
    shop.implement("T1", {"a.py": "def tax(x):\n    return 0  # TODO round\n"})
    told, _digest = package(shop.places, shop.state, "T1")
    assert "## Found in the diff (computed)" in told
    assert "- a.py:1 tax returns a constant whatever it is given" in told
    assert "- a.py:2 TODO in a new line" in told


def test_a_package_without_any_has_no_such_part(shop: Shop) -> None:
    shop.open(ONE)
    shop.implement("T1", DONE)
    assert "Found in the diff" not in package(shop.places, shop.state, "T1")[0]


def test_a_new_test_that_counts_for_nothing_is_named_by_the_gate(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py test_a.py", new_tests=True), task("T2", "b.py")))
    shop.reviewed("T1", {"test_a.py": "def test_tax():\n    assert True\n"})
    shop.reviewed("T2")
    told = check(shop.fails(), "new-tests").details
    assert told == ["T1: test_tax (test_a.py:1): what it asserts is always true"]
