"""What a failing gate does: who is sent back, who must choose, when the plan is blocked, what a waiver is told for."""

from __future__ import annotations

import pytest
from tests.unit.gate.shop import TWO, Shop, check, plan, results, task

from planweir.brief.render import implementer
from planweir.journal.ready import due, may_mend
from planweir.verbs import mend
from planweir.verbs.lifecycle import pause, resume
from planweir.verbs.status import status

PYTEST = """\
============================= test session starts ==============================
collected 2 items

=================================== FAILURES ===================================
E   assert 1 == 2
=========================== short test summary info ============================
FAILED {name} - assert 1 == 2
========================= 1 failed, 1 passed in 0.01s ==========================
"""


def fails_naming(shop: Shop, name: str) -> str:
    """A command that fails in the test `name` while the file `broken` lies beside the project."""
    (shop.folder / "says").write_text(PYTEST.format(name=name))
    return f"test ! -e {shop.folder}/broken || {{ cat {shop.folder}/says; exit 1; }}"


def broken(shop: Shop, command: str, *tasks: str) -> None:
    """Both tasks are reviewed, and the plan's command fails from now on."""
    shop.open(
        plan(
            *(tasks or (task("T1", "a.py tests/test_a.py"), task("T2", "b.py"))), head=f"Verify: `{command}`"
        )
    )
    for name, path in (("T1", "a.py"), ("T2", "b.py")):
        if name in shop.state["tasks"]:
            shop.reviewed(name, {path: f"{name}\n"})
    (shop.folder / "broken").touch()


class TestAFailureThatNamesAFile:
    def test_sends_the_task_that_owns_it_to_rework_with_the_output_in_its_brief(self, shop: Shop) -> None:
        broken(shop, fails_naming(shop, "tests/test_a.py::test_x"))
        shop.fails()
        assert (shop.status("T1"), shop.status("T2")) == ("rework", "reviewed")
        assert shop.step() == "spawn"
        brief = implementer(shop.state, due(shop.state)[0])
        assert "tests/test_a.py::test_x" in brief
        assert "assert 1 == 2" in brief

    def test_the_reviews_follow_as_after_any_rework(self, shop: Shop) -> None:
        broken(shop, fails_naming(shop, "tests/test_a.py::test_x"))
        shop.fails()
        (shop.folder / "broken").unlink()
        shop.implement("T1", {"a.py": "mended\n"})
        assert [(row.task, row.role) for row in due(shop.state)] == [("T1", "task-reviewer")]
        shop.reviews("T1")
        shop.passes()

    def test_in_a_file_of_no_task_of_the_wave_names_nobody(self, shop: Shop) -> None:
        broken(shop, fails_naming(shop, "elsewhere/test_z.py::test_x"))
        shop.fails()
        assert shop.step() == "choose"


class TestAFailureThatNamesNone:
    @pytest.fixture(autouse=True)
    def nameless(self, shop: Shop) -> None:
        broken(shop, f"test ! -e {shop.folder}/broken || {{ echo it broke; exit 1; }}")
        shop.fails()

    def test_leaves_the_choice_among_the_reviewed_tasks_of_the_wave(self, shop: Shop) -> None:
        assert shop.step() == "choose"
        assert may_mend(shop.state) == ["T1", "T2"]
        assert (shop.status("T1"), shop.status("T2")) == ("reviewed", "reviewed")

    def test_keeps_the_output_for_whoever_is_chosen(self, shop: Shop) -> None:
        assert "it broke" in shop.state["gates"]["1"]["nameless"]

    def test_the_choice_ends_when_a_task_is_sent_back(self, shop: Shop) -> None:
        shop.record("sent_back", task="T2", why=shop.state["gates"]["1"]["nameless"])
        assert [row.task for row in due(shop.state)] == ["T2"]
        assert "it broke" in implementer(shop.state, due(shop.state)[0])


class TestTheThirdFailure:
    @pytest.fixture(autouse=True)
    def thrice(self, shop: Shop) -> None:
        broken(shop, f"test ! -e {shop.folder}/broken")
        for _ in range(2):
            shop.fails()
            assert shop.state["plan"]["status"] == "open"
        done = shop.fails()
        assert "blocked" in done.say

    def test_blocks_the_plan_and_says_which_check_failed(self, shop: Shop) -> None:
        assert shop.state["plan"]["status"] == "blocked"
        assert "verify-1" in shop.state["plan"]["why"]
        assert shop.step() == "person"
        assert "verify-1" in status(shop.places, shop.state).text

    def test_implement_plan_gives_fresh_tries(self, shop: Shop) -> None:
        assert resume(shop.places, "s1").ok
        for _ in range(2):
            shop.fails()
            assert shop.state["plan"]["status"] == "open"
        shop.fails()
        assert shop.state["plan"]["status"] == "blocked"

    def test_a_gate_that_passes_then_closes_the_wave(self, shop: Shop) -> None:
        resume(shop.places, "s1")
        (shop.folder / "broken").unlink()
        shop.passes()


def test_a_pause_while_the_third_gate_runs_stays_a_pause(shop: Shop) -> None:
    broken(shop, f"test ! -e {shop.folder}/broken")
    shop.fails()
    shop.fails()

    from planweir.gate.gate import run_gate

    def pauses(line: str) -> None:
        if line.startswith("running"):
            assert pause(shop.places).ok

    assert not run_gate(shop.places, pauses).passed
    assert shop.state["plan"]["status"] == "paused"
    assert shop.state["gates"]["1"]["failed"] == 3


class TestNewTests:
    DOCUMENT = plan(task("T1", "a.py test_a.py", new_tests=True), task("T2", "b.py"))

    def test_a_task_that_owes_tests_and_adds_none_goes_to_rework(self, shop: Shop) -> None:
        shop.open(self.DOCUMENT)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        assert "T1" in check(shop.fails(), "new-tests").said
        assert (shop.status("T1"), shop.status("T2")) == ("rework", "reviewed")
        shop.reviewed("T1", {"test_a.py": "def test_a():\n    assert a() == 1\n"})
        shop.passes()

    def test_one_that_extends_a_file_of_tests_has_paid(self, shop: Shop) -> None:
        shop.write("test_a.py", "def test_old():\n    assert a()\n")
        shop.git("add", "-A")
        shop.git("commit", "-qm", "tests")
        shop.open(self.DOCUMENT)
        shop.reviewed("T1", {"test_a.py": "def test_old():\n    assert a()\n\n\ndef test_new():\n    assert b()\n"})
        shop.reviewed("T2")
        shop.passes()

    def test_a_person_may_say_that_it_owes_none(self, shop: Shop) -> None:
        shop.open(self.DOCUMENT)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        assert mend.amend(shop.places, "T1", {"new_tests": False}).ok
        shop.passes()


def test_a_critical_finding_of_a_review_that_passed_all_the_same_sends_the_task_back(shop: Shop) -> None:
    shop.open(TWO)
    shop.implement("T1", {"a.py": "a\n"})
    critical: dict[str, object] = {
        "severity": "critical",
        "path": "a.py",
        "line": 1,
        "what": "drops the table",
    }
    shop.review("T1", "task-reviewer", findings=[critical])
    shop.review("T1", "code-reviewer")
    shop.reviewed("T2", {"b.py": "b\n"})
    assert "drops the table" in check(shop.fails(), "findings").details[0]
    assert shop.status("T1") == "rework"
    assert "drops the table" in implementer(shop.state, due(shop.state)[0])
    shop.reviewed("T1", {"a.py": "mended\n"})
    shop.passes()


class TestWaivers:
    def test_need_a_reason(self, shop: Shop) -> None:
        shop.open(TWO)
        assert not mend.waive(shop.places, "changes", "  ").ok
        assert shop.state["waivers"] == {}

    @pytest.mark.parametrize("name", ["tasks", "running", "reviews"])
    def test_cannot_stand_for_the_work_itself(self, shop: Shop, name: str) -> None:
        shop.open(TWO)
        answer = mend.waive(shop.places, name, "please")
        assert not answer.ok
        assert "cannot be waived" in answer.text

    def test_of_an_unknown_check_name_the_known_ones(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify: `true`"))
        answer = mend.waive(shop.places, "verify-7", "please")
        assert not answer.ok
        assert "verify-1" in answer.text

    def test_let_the_check_pass_with_its_reason_ever_after(self, shop: Shop) -> None:
        broken(shop, f"test ! -e {shop.folder}/broken")
        shop.fails()
        answer = mend.waive(shop.places, "verify-1", "the network is down")
        assert answer.ok
        assert shop.step() == "gate"
        done = shop.passes()
        assert results(done)["verify-1"] == "waived"
        assert "the network is down" in "\n".join(done.lines())
        assert "Waived: verify-1 (the network is down)" in status(shop.places, shop.state).text

    def test_say_nothing_of_a_check_that_holds(self, shop: Shop) -> None:
        broken(shop, f"test ! -e {shop.folder}/broken")
        assert mend.waive(shop.places, "verify-1", "flaky").ok
        (shop.folder / "broken").unlink()
        assert results(shop.passes())["verify-1"] == "ok"


def test_where_no_reviewed_task_may_mend_a_failed_gate_it_is_a_persons(shop: Shop) -> None:
    command = shop.script("check", f"test -e {shop.folder}/good")
    (shop.folder / "good").touch()
    shop.open(plan(task("T1", "a.py"), head=f"Verify: `{command}`"))
    (shop.folder / "good").unlink()
    assert mend.skip(shop.places, "T1").ok
    shop.fails()
    assert shop.step() == "person"
