"""A plan of 10,000 tasks stays quick: commands and hooks keep their seconds, or, on a slow machine, their ratio."""

from __future__ import annotations

from pathlib import Path

from tests.crash.ten_thousand import Large

FLOOR = 0.06  # seconds of reading the plan bare, on the machine for which the budgets are written
LENIENT = 1.25  # a machine that is busy takes turns in which it is slower; benchmarks/scale.py holds the budgets themselves
MEMORY = 160.0  # MB


def test_ten_thousand_tasks_keep_every_budget(tmp_path: Path) -> None:
    large = Large(tmp_path)
    found = list(large.figures())
    slower = max(1.0, *(row.floor / FLOOR for row in found)) * LENIENT
    dear = [row for row in found if row.spent.cpu > row.budget * slower]
    assert dear == [], found
    assert max(row.spent.rss for row in found) < MEMORY, found
    assert large.stage.faults() == ""
