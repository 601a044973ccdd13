"""What a wave that is one script may cost the main thread, measured in the real client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import engines
from benchmarks.workload import synthetic


def test_a_wave_costs_three_requests_and_4_kb_however_many_tasks_it_has(real_client: Path) -> None:
    rows = [measured(tasks) for tasks in (4, 8)]
    assert engines.broken(rows) == []
    assert [row["agents"] for row in rows] == [12, 24], "not every task was implemented and reviewed by agents of the script"
    assert [row["per_wave"]["requests"] for row in rows] == [3, 3]


def measured(tasks: int) -> dict[str, Any]:
    row = engines.figures("one wave", "workflow", engines.workflow(synthetic(tasks, 1)))
    print(engines.table([row]), row["kinds_per_wave"])
    return row
