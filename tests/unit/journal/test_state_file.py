"""`.claude/state/active_task_graph.json`: the field names that people's scripts read, and what each of them says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.gate.fixture import alone, template
from tests.unit.gate.fixture import shop as shop
from tests.unit.gate.shop import Shop, plan, task

__all__ = ["alone", "shop", "template"]

PLAN = (
    "plan_title plan_file github_issue github_repo created_at updated_at current_wave total_waves executing_tasks "
    "tasks wave_gates"
).split()
TASK = (
    "id description agent wave depends_on status start_sha tests_passed test_evidence new_tests_required new_tests_written "
    "new_test_evidence files_modified review_status critical_findings advisory_findings"
).split()
GATE = "impl_complete tests_passed reviews_complete blocked".split()
TWO_WAVES = plan(task("T1", "a.py", new_tests=False), task("T2", "b.py", "T1"), head="Verify: `test -e a.py`", title="Sell")
CRITICAL = {"severity": "critical", "path": "a.py", "line": 1, "what": "it deletes all"}
LOW = {"severity": "low", "path": "a.py", "line": 2, "what": "no docstring"}


def shown(shop: Shop) -> dict[str, object]:
    value = json.loads(Path(shop.places.rendered_copy).read_text())
    assert isinstance(value, dict)
    return value


def one(shop: Shop, name: str) -> dict[str, object]:
    tasks = shown(shop)["tasks"]
    assert isinstance(tasks, list)
    return next(row for row in tasks if row["id"] == name)


def gate(shop: Shop, wave: int) -> dict[str, object]:
    gates = shown(shop)["wave_gates"]
    assert isinstance(gates, dict)
    row = gates[str(wave)]
    assert isinstance(row, dict)
    return row


def test_it_has_exactly_these_names_and_ours_beside_them(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    assert set(PLAN) <= set(shown(shop))
    assert set(TASK) <= set(one(shop, "T1"))
    assert set(GATE) == set(gate(shop, 1))
    assert set(shown(shop)) - set(PLAN) == {"note", "plan_status"}
    assert set(one(shop, "T1")) - set(TASK) == {"attempts", "failed_reviews", "why", "commit", "tests_passed_count"}


def test_a_plan_that_has_just_begun(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    whole = shown(shop)
    assert whole["plan_title"] == "Sell"
    assert whole["plan_file"] == str(shop.folder / "plan.md")
    assert whole["github_issue"] is None
    assert whole["github_repo"] is None
    assert whole["created_at"] == shop.state["plan"]["opened_at"]
    assert (whole["current_wave"], whole["total_waves"], whole["executing_tasks"]) == (1, 2, [])
    row = one(shop, "T2")
    assert {name: row[name] for name in TASK} == {
        "id": "T2",
        "description": "Do T2",
        "agent": "implementer",
        "wave": 2,
        "depends_on": ["T1"],
        "status": "pending",
        "start_sha": None,
        "tests_passed": None,
        "test_evidence": None,
        "new_tests_required": False,
        "new_tests_written": False,
        "new_test_evidence": [],
        "files_modified": [],
        "review_status": "pending",
        "critical_findings": [],
        "advisory_findings": [],
    }
    assert gate(shop, 1) == {"impl_complete": False, "tests_passed": None, "reviews_complete": False, "blocked": False}


def test_a_task_at_work_and_done(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    agent = shop.begin("T1")
    assert shown(shop)["executing_tasks"] == ["T1"]
    assert one(shop, "T1")["start_sha"] == shop.git("rev-parse", "HEAD").strip()
    shop.write("a.py", "a\n")
    shop.report("T1", agent)
    row = one(shop, "T1")
    assert (row["status"], row["tests_passed"], row["test_evidence"]) == ("implemented", True, "3 passed")
    assert gate(shop, 1)["impl_complete"] is True
    assert gate(shop, 1)["reviews_complete"] is False


def test_reviews_and_their_findings(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.implement("T1", {"a.py": "a\n"})
    shop.review("T1", "task-reviewer", "fail", [CRITICAL, LOW])
    row = one(shop, "T1")
    assert row["review_status"] == "blocked"
    assert row["critical_findings"] == [CRITICAL]
    assert row["advisory_findings"] == [LOW]
    shop.implement("T1", {"a.py": "aa\n"})
    shop.review("T1", "task-reviewer")
    assert one(shop, "T1")["review_status"] == "pending"
    shop.review("T1", "code-reviewer", "pass", [LOW])
    row = one(shop, "T1")
    assert row["review_status"] == "passed"
    assert row["critical_findings"] == []
    assert row["advisory_findings"] == [LOW]
    assert gate(shop, 1)["reviews_complete"] is True


@pytest.mark.parametrize("there", [True, False])
def test_a_gate_that_passed_and_one_whose_checks_failed(shop: Shop, there: bool) -> None:
    shop.write("a.py", "before\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "before")
    shop.open(TWO_WAVES)
    shop.reviewed("T1", {"a.py": "a\n"})
    if not there:
        (shop.root / "a.py").unlink()
        shop.record("voided", task="T1", why="gone")
        shop.reviews("T1")
    shop.gate()
    assert gate(shop, 1)["tests_passed"] is there
    assert gate(shop, 1)["blocked"] is not there
    assert shown(shop)["current_wave"] == (2 if there else 1)


def test_a_gate_that_failed_on_something_else_has_its_tests_passed(shop: Shop) -> None:
    shop.open(TWO_WAVES)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.write("stray.txt")
    shop.fails()
    assert gate(shop, 1)["tests_passed"] is True
    assert gate(shop, 1)["blocked"] is True
