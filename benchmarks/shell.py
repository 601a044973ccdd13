"""What the analysis of shell commands foretells, and what it costs: `python benchmarks/shell.py [--check] [--commands N]`.

Made-up command lines (tests/oracle) are run by bash in a sandbox under a recorder of file system calls; what they changed is held
against what the analysis foretold. recall: of the paths that were changed, those that it named; recall or admitted: or of whose command it said
that it does not know all. precision: of the paths that it named for certain in commands that ran without a complaint, those
that were changed. Then texts that are meant to be dear, 100 kB each: milliseconds of the processor. With --check
the exit status is 1 where a budget is not kept.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from time import process_time

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "scripts"), str(TOP)]

from tests.oracle.grammar import seeded  # noqa: E402
from tests.oracle.judge import judged  # noqa: E402
from tests.oracle.nasty import KINDS  # noqa: E402
from tests.oracle.recorder import recorder, sandbox  # noqa: E402

from planweir.shell.scan import scan  # noqa: E402

ADMITTED_RECALL_BUDGET = 0.999
PRECISION_BUDGET = 0.95
DEAR_BUDGET = 50.0  # ms for 100 kB
SIZE = 100_000


class Row:
    """A line of the table. kept: whether it is within its budget."""

    def __init__(self, name: str, value: str, budget: str = "", kept: bool = True) -> None:
        self.name = name
        self.value = value
        self.budget = budget
        self.kept = kept

    def __str__(self) -> str:
        return f"{self.name:<52} {self.value:>12} {self.budget:>9}" + ("" if self.kept else "  !")


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def agreement(count: int, seed: int) -> list[Row]:
    verdicts = list(judged(seeded(count, seed)))
    changed = sum(len(one.changed) for one in verdicts)
    missed = sum(len(one.missed) for one in verdicts)
    surprises = sum(len(one.missed) for one in verdicts if one.surprised)
    certain = sum(len(one.certain) for one in verdicts)
    false = sum(len(one.false) for one in verdicts)
    admitted = sum(one.admitted for one in verdicts)
    spent = sorted(one.seconds * 1000 for one in verdicts)
    known = share(changed - surprises, changed)
    precise = share(certain - false, certain)
    return [
        Row(f"commands run ({recorder()}, {sandbox() or 'no sandbox'})", str(len(verdicts))),
        Row("without a complaint", str(sum(one.run.clean for one in verdicts))),
        Row("paths changed", str(changed)),
        Row("recall", f"{share(changed - missed, changed):.2%}"),
        Row("recall or admitted", f"{known:.2%}", f"{ADMITTED_RECALL_BUDGET:.1%}", known >= ADMITTED_RECALL_BUDGET),
        Row("precision of what is certain", f"{precise:.2%}", f"{PRECISION_BUDGET:.1%}", precise >= PRECISION_BUDGET),
        Row("commands of which not all is known", f"{share(admitted, len(verdicts)):.1%}"),
        Row("unreadable", str(sum(not one.found.readable for one in verdicts))),
        Row("ms a command, median", f"{statistics.median(spent):.2f}"),
        Row("ms a command, worst", f"{spent[-1]:.1f}"),
    ]


def dear(most: int) -> list[Row]:
    """The dearest of the texts that are meant to be dear."""
    spent: list[tuple[float, str]] = []
    for kind, make in KINDS.items():
        text = make(SIZE)
        best = min(_milliseconds(text) for _ in range(3))
        spent.append((best, kind))
    spent.sort(reverse=True)
    rows = [Row("ms for 100 kB, median of all kinds", f"{statistics.median(ms for ms, _ in spent):.1f}")]
    rows += [
        Row(f"ms for 100 kB: {kind}", f"{ms:.1f}", f"{DEAR_BUDGET:.0f}", ms <= DEAR_BUDGET) for ms, kind in spent[:most]
    ]
    return rows


def _milliseconds(text: str) -> float:
    began = process_time()
    scan(text, "/tmp", {"PATH": "/bin"})
    return (process_time() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--commands", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dearest", type=int, default=5)
    options = parser.parse_args()
    cost = dear(options.dearest)  # first: what the other leaves in memory is dear to walk
    rows = agreement(options.commands, options.seed) + cost
    print(f"{'':<52} {'':>12} {'budget':>9}")
    for row in rows:
        print(row)
    return 0 if not options.check or all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
