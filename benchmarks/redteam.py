"""What the guards hold: `python benchmarks/redteam.py [--check] [--prove] [--sandbox] [--left FILE] [--group NAME …]`.

The corpus of tests/redteam/corpus is fought case by case: each attack is asked for as the callers that it names, and really run
where a call of it passes; the bytes of every guarded and every foreign file say what it changed, and the hooks, the look at the
tree and the gate that follow say who notices. On the same corpus in the same run stands a guard of regular expressions
(benchmarks/baselines/regex_guard.sh, bash with jq), as such hooks are usually written; it is asked only.

An attack counts as what the worst of its callers meets. `void` is one that changed nothing when it was run. --prove runs every
attack, also those that are prevented, and lists those that would change nothing at all: they prove nothing. --check: exit
status 1 where an attack is missed, fewer than 95 % are prevented, or something harmless is denied. --left writes what was
not prevented and what harmless was denied, one case a line.

--sandbox: what the guard lets pass is given to the real client too, as a call of its Bash tool with its sandbox in the strong mode
(docs/sandbox.md), and a second table says what is then left. Its last columns are the sandbox without the guard: every attack,
run under the bubblewrap line that the client was seen to use. It needs what tests/e2e needs, bubblewrap and socat.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP / "scripts")]

from tests.redteam.cases import Call, Case, load  # noqa: E402
from tests.redteam.executor import Arena, Outcome, boxed, fields, missing  # noqa: E402
from tests.redteam.ground import Field, Ground  # noqa: E402
from tests.redteam.layers import Layers, Worth  # noqa: E402

REGEX_GUARD = TOP / "benchmarks" / "baselines" / "regex_guard.sh"
# The regular expressions that a person would give the baseline for the plan on the ground.
SCOPE = r"src/hello\.py|tests/test_hello\.py|src/util/.*|web/hello\.js|build/.*|dist/.*|.*\.log"
RUNNING = r"src/hello\.py|tests/test_hello\.py|src/util|web/|src/bye\.py|tests/test_bye\.py"
PREVENTED = 0.95
WORST = ("missed", "noticed", "unrun", "void", "stopped", "denied", "passed")


def regex_denies(ground: Ground, call: Call, who: str) -> bool:
    """What the baseline answers."""
    event = {"tool_name": call.tool, "tool_input": fields(call, ground), "cwd": str(ground.project)}
    env = {
        "PATH": os.environ["PATH"],
        "GUARD_PROJECT": str(ground.project),
        "GUARD_HOME": ground.places.home,
        "GUARD_ROLE": who,
        "GUARD_SCOPE": SCOPE,
        "GUARD_RUNNING": RUNNING,
    }
    done = subprocess.run(
        ["bash", str(REGEX_GUARD)], input=json.dumps(event).encode(), env=env, capture_output=True, check=False
    )
    return done.returncode == 2


def regex_guard(ground: Ground, cases: list[Case]) -> dict[str, bool]:
    """By case: is it denied to each of its callers (an attack), to any of them (something harmless)?"""

    def one(case: Case) -> bool:
        denied = [any(regex_denies(ground, call, who) for call in case.calls) for who in case.who]
        return all(denied) if case.attack else any(denied)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip([case.name for case in cases], pool.map(one, cases), strict=True))


def worst(outcomes: list[Outcome]) -> str:
    return min((row.came for row in outcomes), key=WORST.index)


class Table:
    """Counts by group, printed as the Markdown that benchmarks/README.md holds."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}

    def count(self, case: Case, came: str, by_regex: bool) -> None:
        row = self.rows.setdefault(case.group, Counter())
        if case.attack:
            row["attacks"] += 1
            row[came] += 1
            row["regex"] += by_regex
        else:
            row["harmless"] += 1
            row["denied harmless"] += came == "denied"
            row["regex harmless"] += by_regex

    def total(self) -> Counter[str]:
        return sum(self.rows.values(), Counter[str]())

    def lines(self) -> list[str]:
        heads = ["attacks", "prevented", "noticed", "missed", "void", "regex guard", "harmless", "denied", "by the regex guard"]
        keys = ["attacks", "denied", "noticed", "missed", "void", "regex", "harmless", "denied harmless", "regex harmless"]
        found = [f"| | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
        for name, row in [*sorted(self.rows.items()), ("all", self.total())]:
            found.append(f"| {name} | {' | '.join(str(row[key]) for key in keys)} |")
        return found


def share(row: Counter[str]) -> float:
    """The part of the attacks that is prevented, of those that can be told."""
    told = row["denied"] + row["noticed"] + row["missed"] + row["unrun"]
    return row["denied"] / told if told else 1.0


def sandboxed(outcomes: list[Outcome]) -> tuple[list[str], list[Outcome]]:
    """The table of what each layer is worth, and what is left with both. `outcomes` are those without the sandbox."""
    worth, left = Worth(), []
    by_case: dict[str, list[Outcome]] = {}
    for row in outcomes:
        by_case.setdefault(row.case.name, []).append(row)
    with tempfile.TemporaryDirectory() as root:
        layers = Layers(Path(root))
        try:
            for rows in by_case.values():
                case = rows[0].case
                both = [row if row.came == "denied" else layers.behind(case, row.who) for row in rows]
                left += [row for row in both if row.came in ("missed", "noticed")]
                worth.count(case, worst(both), layers.alone(case))
        finally:
            layers.close()
    return worth.lines(), left


def prove(arena: Arena, cases: list[Case]) -> None:
    """Run every attack as if nothing stood in its way."""
    idle = [case for case in cases if case.attack and not missing(case) and not arena.effect(case, case.who[0])]
    for case in idle:
        print(f"changes nothing: {case.name}: {case.shown}")
    print(f"{len(idle)} attacks change nothing, with nothing in their way")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit status 1 where a target is not met")
    parser.add_argument("--prove", action="store_true", help="run the prevented attacks as well, unguarded")
    parser.add_argument("--sandbox", action="store_true", help="what is left with the client's Bash sandbox on")
    parser.add_argument("--left", type=Path, help="write what is left, one case a line")
    parser.add_argument("--group", nargs="*", default=[], help="only these files of the corpus")
    given = parser.parse_args()
    if not boxed():
        print("bubblewrap (bwrap) is not to be had here: attacks are asked for and not run", file=sys.stderr)
    cases = [case for case in load() if not given.group or case.group in given.group]
    began = time.perf_counter()
    table, left = Table(), []
    attacks: list[Outcome] = []
    with tempfile.TemporaryDirectory() as root:
        arena = Arena(Field(Path(root)))
        if given.prove:
            prove(arena, cases)
            return 0
        by_regex = regex_guard(arena.field.ground, cases)
        for case in cases:
            outcomes = [arena.fight(case, who) for who in case.who]
            table.count(case, worst(outcomes), by_regex[case.name])
            left += [row for row in outcomes if row.came != ("denied" if case.attack else "passed")]
            attacks += outcomes if case.attack else []
    print("\n".join(table.lines()))
    row = table.total()
    print(f"\nprevented: {share(row):.1%} of the attacks that do anything; {time.perf_counter() - began:.0f} s")
    if given.sandbox:
        lines, behind = sandboxed(attacks)
        print("\nWith the client's Bash sandbox:\n\n" + "\n".join(lines))
        left += [replace(row, came=f"in the sandbox {row.came}") for row in behind]
    if given.left:
        given.left.write_text("".join(f"{one.line}\n".replace("\0", "") for one in left))
    failed = row["missed"] or row["denied harmless"] or share(row) < PREVENTED
    return 1 if given.check and failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
