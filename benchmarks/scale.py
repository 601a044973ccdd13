"""What the largest cases cost: `python benchmarks/scale.py [--check]`.

A transcript of 100 MB at an agent's end, a plan of 10,000 tasks, looks at 50,000 files, 200 hooks at once, 31 plans in a row.
Seconds are those of the processor, of the whole process tree; those of looks are by the clock; memory is that of its largest process. With --check the exit status is 1 where a
budget is not kept; a busy machine keeps them less well than a quiet one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "scripts")]

from tests.crash import test_large_transcript as transcripts  # noqa: E402
from tests.crash import test_many_hooks, test_thirty_plans  # noqa: E402
from tests.crash.fifty_thousand import Wide  # noqa: E402
from tests.crash.large import SHAPES, write  # noqa: E402
from tests.crash.ten_thousand import Large  # noqa: E402
from tests.hooks.stage import DONE, HELLO, Stage, opened  # noqa: E402


class Table:
    def __init__(self) -> None:
        self.kept = True
        print(f"{'':<52} {'seconds':>8} {'budget':>7} {'MB':>6} {'budget':>7}")

    def row(self, name: str, seconds: float, budget: float, memory: float = 0, most: float = 0) -> None:
        self.kept &= not budget or seconds <= budget
        self.kept &= not most or memory <= most
        told = f"{memory:.0f}" if memory else ""
        print(f"{name:<52} {seconds:>8.2f} {budget or '':>7} {told:>6} {most or '':>7}", flush=True)


def in_a_folder(work: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="planweir-scale-") as folder:
        work(Path(folder))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    table = Table()

    def transcript(folder: Path, shape: str) -> None:
        stage = Stage(folder)
        opened(stage)
        agent = stage.spawn("T1")
        stage.write(HELLO)
        path = transcripts.transcript(stage, agent)
        write(path, str(stage.project), shape, transcripts.SIZE, "sh checks/hello.sh", "")
        spent = transcripts.stop(stage, agent, DONE.format(task="T1"))
        assert stage.task("T1")["status"] == "implemented"
        budgets = transcripts.SECONDS, transcripts.MEMORY
        table.row(f"an agent's end, 100 MB of transcript: {shape}", spent.cpu, budgets[0], spent.rss, budgets[1])

    def large(folder: Path) -> None:
        for figure in Large(folder).figures():
            table.row(f"10,000 tasks: {figure.name}", figure.spent.cpu, figure.budget, figure.spent.rss)

    def wide(folder: Path) -> None:
        for look in Wide(folder).figures():
            table.row(f"50,000 files: {look.name} *", look.seconds, look.budget)

    def many(folder: Path) -> None:
        began = time.monotonic()
        test_many_hooks.test_two_hundred_hooks_of_every_kind_at_once_lose_nothing(folder)
        table.row("200 hooks at once, until the last has answered *", time.monotonic() - began, 0)

    def thirty(folder: Path) -> None:
        stage = test_thirty_plans.ready(folder)
        began = time.monotonic()
        test_thirty_plans.test_thirty_plans_in_a_row_leave_the_archive_behind_and_nothing_else(stage)
        table.row("31 plans opened and ended in a row *", time.monotonic() - began, 0)
        kept = sum(path.stat().st_size for path in Path(stage.places.archive).rglob("*") if path.is_file())
        print(f"* by the clock. The archive of these plans holds {kept / 1000:.0f} kB.")

    for shape in SHAPES:
        in_a_folder(lambda folder, shape=shape: transcript(folder, shape))  # type: ignore[misc]
    for work in (large, wide, many, thirty):
        in_a_folder(work)
    return 0 if table.kept or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
