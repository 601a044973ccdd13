"""What a plan costs the main thread, executor by executor, through the real client: `python benchmarks/engines.py [--check]`.

Two plans, the demonstration's (six tasks in three waves, one of them sent back once) and a made-up one (24 tasks in three waves), are
carried out whole by Planweir with its agents in the background (a terminal), with its agents in the foreground (print mode), with a
script for each wave, and, given `--peer DIR` (see peer.md), by the skill that a person would use instead; with scripts also a single
wave of 6 and of 24 tasks. The model is scripted: it does what it is told in as few words as it may.

Counted are the main thread's requests and the bytes that each brings and the one before did not, from the first agent's
start to the last task's approval; what comes once before it and after it stands in columns of its own. The project
lies in a folder with a path as short as a person's, `/tmp/pwXX/app` for `/home/dev/app`: the host's words hold such paths, and
what they take is printed.

With --check the exit status is 1 where a wave that runs as a script costs more than 3 requests or 4,000 bytes, or where it
costs more the more tasks it has.
"""

from __future__ import annotations

import argparse
import json
import string
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "scripts"), str(TOP)]

from benchmarks import ours, peer  # noqa: E402
from benchmarks.thread import OWNERS, PARTS, Lived, of_paths, parts  # noqa: E402
from benchmarks.workload import Workload, demonstration, synthetic  # noqa: E402
from tests.e2e.world import REPOSITORY, World  # noqa: E402

from planweir.play.client import fetch  # noqa: E402
from planweir.play.client.asked import fresh  # noqa: E402
from planweir.play.client.fetch import Unavailable  # noqa: E402
from planweir.play.client.run import Run  # noqa: E402

REQUESTS_A_WAVE, BYTES_A_WAVE = 3, 4_000  # of a wave that is a script
SPREAD = 400  # bytes by which waves of more or fewer tasks may differ: their names, twice; a reminder that the host gives or does not
SECONDS = 3_000.0
PLANS: dict[str, Callable[[], Workload]] = {
    "demonstration": demonstration,
    "synthetic": synthetic,
    "one wave of 6": lambda: synthetic(6, 1),
    "one wave of 24": lambda: synthetic(24, 1),
}
COMPARED = ("demonstration", "synthetic")  # of the others only the script's waves are of interest


# --- running ---------------------------------------------------------------------------------------------------


def background(work: Workload) -> Lived:
    with _world(work, ours.plan(work)) as made:
        run, seconds = _terminal(made, ours.typed(ours.AGENTS), _ours(work, ours.AGENTS), ours.CLOSED, "acceptEdits")
        return _lived(made, run, work, ours.told(work), seconds)


def foreground(work: Workload) -> Lived:
    with _world(work, ours.plan(work)) as made:
        run, seconds = _print(made, ours.typed(ours.AGENTS), _ours(work, ours.AGENTS))
        return _lived(made, run, work, ours.told(work), seconds)


def workflow(work: Workload) -> Lived:
    with _world(work, ours.plan(work)) as made:
        run, seconds = _terminal(made, ours.typed(ours.WORKFLOW), _ours(work, ours.WORKFLOW), ours.CLOSED, "acceptEdits")
        return _lived(made, run, work, ours.told(work), seconds)


def of_peer(checkout: peer.Peer, *, terminal: bool) -> Callable[[Workload], Lived]:
    def play(work: Workload) -> Lived:
        with _world(work, peer.plan(work), checkout.folder) as made:
            made.git("switch", "-q", "-c", "office")
            conductor = peer.Conductor(work, checkout, foreground=not terminal)
            script = {"main": [conductor], **peer.agents(work, checkout)}
            if terminal:
                run, seconds = _terminal(made, peer.TYPED, script, peer.CLOSED, "bypassPermissions")
            else:
                run, seconds = _print(made, peer.TYPED, script)
            return _lived(made, run, work, _said(run), seconds, end=conductor.ended_at)

    return play


def _ours(work: Workload, engine: str) -> dict[str, list[Any]]:
    return {"main": [ours.Conductor()], **ours.agents(work, engine)}


def _print(made: World, typed: str, script: Mapping[str, Any]) -> tuple[Run, float]:
    begun = time.monotonic()
    return made.claude("-p", typed, script=script, seconds=SECONDS), time.monotonic() - begun


def _terminal(made: World, typed: str, script: Mapping[str, Any], closed: str, mode: str) -> tuple[Run, float]:
    with made.terminal(script=script, mode=mode) as terminal:
        begun = time.monotonic()
        terminal.type(typed)
        terminal.expect(f"{closed}|The script failed", seconds=SECONDS)
        return terminal.run, time.monotonic() - begun


def _world(work: Workload, plan: str, plugin: Path = REPOSITORY) -> World:
    return World({**work.files, "docs/plan.md": plan}, plugin=plugin, home=_short())


def _short() -> Path:
    """An empty folder whose path is as long as `/home/dev`."""
    letters = string.ascii_lowercase + string.digits
    for first in letters:
        for second in letters:
            folder = Path(tempfile.gettempdir()) / f"pw{first}{second}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    raise Unavailable("no short folder is free")


def _said(run: Run) -> list[str]:
    """The last messages of all agents, as the scripted API gave them."""
    said = {actor: run.of(actor) for actor in run.actors if actor != "main"}
    return [block["text"] for asked in said.values() for request in asked for block in request.answer if block["type"] == "text"]


def _lived(made: World, run: Run, work: Workload, told: list[str], seconds: float, *, end: int = 0) -> Lived:
    asked = run.of()
    home = str(made.home)
    return Lived(
        asked, end or len(asked), len(work.tasks), work.waves, told, seconds, len(run.actors) - 1, [home, home.replace("/", "-")]
    )


# --- figures ---------------------------------------------------------------------------------------------------


def figures(plan: str, executor: str, lived: Lived) -> dict[str, Any]:
    counted = parts(lived)
    work = counted["work"]
    times, taken = of_paths(lived)
    return {
        "plan": plan,
        "executor": executor,
        "tasks": lived.tasks,
        "waves": lived.waves,
        "agents": lived.agents,
        "seconds": round(lived.seconds, 1),
        **{name: {"requests": counted[name].requests, "bytes": counted[name].bytes} for name in PARTS},
        "per_task": _each(lived.tasks, work.requests, work.bytes),
        "per_wave": _each(lived.waves, work.requests, work.bytes),
        "owners_per_wave": {owner: round(work.owned(owner) / lived.waves) for owner in OWNERS},
        "kinds_per_wave": {
            f"{owner}: {what}": round(size / lived.waves) for (owner, what), size in sorted(work.sizes.items()) if size
        },
        "paths_per_wave": {"times": round(times / lived.waves, 1), "bytes": round(taken / lived.waves)},
    }


def _each(number: int, requests: int, size: int) -> dict[str, float]:
    return {"requests": round(requests / number, 2), "bytes": round(size / number)}


def table(rows: list[dict[str, Any]]) -> str:
    """The table of all runs, in Markdown."""
    head = (
        ("plan", "executor", "requests a task", "bytes a task", "requests a wave", "bytes a wave")
        + tuple(f"by {whose}" for whose in ("the host", "the executor", "the model", "agents"))
        + ("once", "at the end", "agents", "seconds")
    )
    lines = [
        [
            *(f"{row['plan']}, {row['tasks']} tasks", row["executor"]),
            *(f"{row[each][key]:,g}" for each in ("per_task", "per_wave") for key in ("requests", "bytes")),
            *(f"{row['owners_per_wave'][owner]:,}" for owner in OWNERS),
            *(f"{row[part]['requests']}, {row[part]['bytes']:,}" for part in ("once", "end")),
            *(str(row["agents"]), f"{row['seconds']:.0f}"),
        ]
        for row in rows
    ]
    ruler = ["---", "---", *["---:"] * (len(head) - 2)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(head), ruler, *lines])


def broken(rows: list[dict[str, Any]]) -> list[str]:
    """Which budgets the rows do not keep, in words."""
    scripts = [row for row in rows if row["executor"] == "workflow"]
    lost = [
        f"{row['plan']}: a wave that is a script costs {row['per_wave']['requests']:g} requests and {row['per_wave']['bytes']:,} bytes "
        f"(budget {REQUESTS_A_WAVE}, {BYTES_A_WAVE:,})"
        for row in scripts
        if row["per_wave"]["requests"] > REQUESTS_A_WAVE or row["per_wave"]["bytes"] > BYTES_A_WAVE
    ]
    sizes = {row["tasks"]: int(row["per_wave"]["bytes"]) for row in scripts if row["waves"] == 1}
    if sizes and max(sizes.values()) - min(sizes.values()) > SPREAD:
        told = ", ".join(f"{size:,} bytes with {tasks} tasks" for tasks, size in sorted(sizes.items()))
        lost.append(f"a wave costs more the more tasks it has: {told} (they may differ by {SPREAD})")
    return lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 where a budget is not kept")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON instead of the table")
    parser.add_argument("--kinds", action="store_true", help="print below the table what a wave's bytes consist of")
    parser.add_argument("--peer", metavar="DIR", type=Path, help="a checkout of superpowers (see peer.md)")
    parser.add_argument("--plan", choices=PLANS, action="append", help="only this plan (may be given again)")
    parser.add_argument("--only", metavar="EXECUTOR", action="append", help="only this executor (may be given again)")
    parser.add_argument("--dump", metavar="DIR", type=Path, help="write every main thread's requests there")
    options = parser.parse_args()
    executors: dict[str, Callable[[Workload], Lived]] = {"background": background, "foreground": foreground, "workflow": workflow}
    if options.peer:
        folder = options.peer.resolve()
        whole, lean = peer.Peer(folder), peer.Peer(folder, lean=True)
        executors |= {
            "peer, terminal": of_peer(whole, terminal=True),
            "peer, print mode": of_peer(whole, terminal=False),
            "peer, print mode, lean": of_peer(lean, terminal=False),
        }
    rows = []
    try:
        for plan in options.plan or PLANS:
            for name, play in executors.items():
                if name not in (options.only or executors) or (plan not in COMPARED and name != "workflow"):
                    continue
                print(f"{plan}, {name} ...", file=sys.stderr)
                lived = play(PLANS[plan]())
                rows.append(figures(plan, name, lived))
                if options.dump:
                    _dump(options.dump / f"{plan} {name}.json", lived)
    except Unavailable as problem:
        print(f"not measured: {problem}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"client": fetch.version(), "runs": rows}, indent=1, ensure_ascii=False))
    else:
        print(f"Claude Code {fetch.version()}\n\n{table(rows)}")
        for row in rows if options.kinds else ():
            print(f"\n{row['plan']}, {row['executor']}, bytes a wave:")
            print("\n".join(f"  {size:>8,}  {kind}" for kind, size in row["kinds_per_wave"].items()))
        for row in rows:
            paths = row["paths_per_wave"]
            print(f"\n{row['plan']}, {row['executor']}: the path of HOME stands there {paths['times']:g} times a wave, {paths['bytes']:,} bytes")
    lost = broken(rows)
    for words in lost:
        print(words, file=sys.stderr)
    return 1 if lost and options.check else 0


def _dump(place: Path, lived: Lived) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(fresh(lived.requests), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
