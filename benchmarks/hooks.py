"""What a hook costs, as ratios within one run: `python benchmarks/hooks.py [--check] [--runs N]`.

Idle: any hook while no plan is open, against `/bin/sh -c 'exit 0'`. Armed: the hooks before Edit and Bash of a bound
implementer and of the main thread, against `python -I -S -c 'import json, sys'` with the same Python, for a plan of 5 tasks
and one of 10,000. The commands take turns, so that a noisy machine is noisy for all of them; medians are compared. With
--check the exit status is 1 where a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "scripts"))

from planweir import __version__  # noqa: E402
from planweir.journal import markers  # noqa: E402
from planweir.journal.store import Journal  # noqa: E402
from planweir.places import Places  # noqa: E402

IDLE_BUDGET = 1.5
ARMED_BUDGET = 1.6
GROWTH_BUDGET = 1.10


class Case:
    """One command that is timed: what it is told on standard input, and where it runs."""

    def __init__(self, name: str, argv: list[str], given: bytes = b"", env: dict[str, str] | None = None) -> None:
        self.name = name
        self.argv = argv
        self.given = given
        self.env = env
        self.seconds: list[float] = []

    def run(self) -> None:
        began = time.perf_counter()
        done = subprocess.run(self.argv, input=self.given, env=self.env, capture_output=True, check=False)
        self.seconds.append(time.perf_counter() - began)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: exit {done.returncode}: {done.stderr.decode()}{done.stdout.decode()}")

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def open_plan(home: str, project: Path, tasks: int) -> Places:
    """A plan of `tasks` tasks, open, with an implementer bound to the first."""
    project.mkdir(parents=True)
    places = Places(home, str(project))
    names = [f"T{number}" for number in range(1, tasks + 1)]
    graph_tasks = [
        {
            "id": name,
            "title": f"Task {name}",
            "depends_on": [],
            "files": [f"src/{name}.py", f"tests/test_{name}.py"],
            "also": [],
            "verify": [f"pytest -q tests/test_{name}.py"],
            "agent": "implementer",
            "complexity": None,
            "new_tests": True,
            "plan_first": False,
            "description": "What is to be done here.",
            "done_when": [{"text": "it works", "by_hand": False}],
        }
        for name in names
    ]
    graph = {
        "title": "Benchmark",
        "goal": "",
        "setup": [],
        "verify": ["pytest -q"],
        "verify_at_end": [],
        "commit": "per task",
        "grants": "default",
        "context": "",
        "tasks": graph_tasks,
    }
    spawn = {"task": "T1", "role": "implementer", "attempt": 1, "tool_use_id": "u1", "session": "s1"}
    Journal(places).record(
        {
            "kind": "opened",
            "plan_id": f"benchmark-{tasks}",
            "file": f"{project}/plan.md",
            "hash": "0",
            "graph": graph,
            "waves": [names],
            "baseline": {},
            "session": "s1",
        },
        {"kind": "spawn_allowed", **spawn},
        {"kind": "bound", "agent": "a1", **spawn},
    )
    markers.arm(places, f"benchmark-{tasks}")
    return places


def payload(project: Path, agent: str, tool: str, given: dict[str, object]) -> bytes:
    event: dict[str, object] = {
        "session_id": "s1",
        "transcript_path": f"{project}/s1.jsonl",
        "cwd": str(project),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_input": given,
        "tool_use_id": "u2",
    }
    if agent:
        event |= {"agent_id": agent, "agent_type": "planweir:implementer"}
    return json.dumps(event).encode()


def cases(scratch: Path) -> tuple[Case, list[Case], Case, dict[int, list[Case]]]:
    home = f"{scratch}/home"
    python = Path(home) / "runtime" / __version__ / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.executable).resolve())
    base = {"PATH": os.environ["PATH"], "HOME": str(scratch), "PLANWEIR_HOME": home}

    def hook(name: str, project: Path) -> list[str]:
        del project
        return ["/bin/sh", str(TOP / "hooks" / "launch"), name]

    closed = scratch / "closed"
    closed.mkdir()
    idle_env = {**base, "CLAUDE_PROJECT_DIR": str(closed)}
    edit: dict[str, object] = {"file_path": "x", "content": "y"}
    idle = [
        Case(f"idle {name}", hook(name, closed), payload(closed, "", "Write", edit), idle_env)
        for name in ("block_direct_edits", "guard_state_file", "record_run")
    ]
    armed: dict[int, list[Case]] = {}
    for tasks in (5, 10_000):
        project = scratch / f"plan-{tasks}"
        open_plan(home, project, tasks)
        env = {**base, "CLAUDE_PROJECT_DIR": str(project)}
        write = payload(project, "a1", "Write", {"file_path": f"{project}/src/T1.py", "content": "x = 1\n"})
        tests = payload(project, "a1", "Bash", {"command": "pytest -q tests/test_T1.py"})
        look = payload(project, "", "Bash", {"command": "git status --short | head -20"})
        armed[tasks] = [
            Case(f"Write, implementer, {tasks} tasks", hook("block_direct_edits", project), write, env),
            Case(f"Bash, implementer, {tasks} tasks", hook("guard_state_file", project), tests, env),
            Case(f"Bash, main thread, {tasks} tasks", hook("guard_state_file", project), look, env),
        ]
    shell = Case("/bin/sh -c 'exit 0'", ["/bin/sh", "-c", "exit 0"])
    floor = Case("python -I -S -c 'import json, sys'", [str(python), "-I", "-S", "-c", "import json, sys"])
    return shell, idle, floor, armed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--runs", type=int, default=41)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="planweir-bench-") as folder:
        shell, idle, floor, armed = cases(Path(folder))
        everything = [shell, *idle, floor, *armed[5], *armed[10_000]]
        for number in range(options.runs + 2):
            for case in everything:
                case.run()
                if number < 2:
                    case.seconds.clear()  # caches, compiled files
    kept = True
    print(f"{'':<40} {'median ms':>10} {'ratio':>7} {'budget':>7}")
    rows = [(shell, shell, 0.0), *((case, shell, IDLE_BUDGET) for case in idle), (floor, floor, 0.0)]
    rows += [(case, floor, ARMED_BUDGET) for case in (*armed[5], *armed[10_000])]
    for case, against, budget in rows:
        ratio = case.median / against.median
        kept &= not budget or ratio <= budget
        print(f"{case.name:<40} {case.median * 1000:>10.2f} {ratio:>7.2f} {budget or '':>7}")
    for small, large in zip(armed[5], armed[10_000], strict=True):
        ratio = large.median / small.median
        kept &= ratio <= GROWTH_BUDGET
        print(f"{'10,000 tasks / 5: ' + small.name.rpartition(',')[0]:<40} {'':>10} {ratio:>7.2f} {GROWTH_BUDGET:>7}")
    return 0 if kept or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
