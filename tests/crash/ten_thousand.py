"""A plan of 10,000 tasks, opened, and what each step of its first task costs: for the tests and for benchmarks/scale.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.crash.large import Cost, cost
from tests.hooks.stage import DONE, FILES, PLUGIN, TOOL_EVENTS, Stage

TASKS = 10_000
WIDTH = 100  # tasks of a wave
# What any program pays that has the plan's state at all; a machine that is busy is busy for it too.
BARE = "import json, sys; json.load(open(sys.argv[1]))"


def plan(tasks: int) -> str:
    parts = ["# Plan: Large\n\nGoal: Many words.\n\n## Tasks\n"]
    for number in range(1, tasks + 1):
        after = f"- Depends on: T{number - WIDTH}\n" if number > WIDTH else ""
        parts.append(
            f"### T{number}: Word {number}\n{after}- Files: `src/w{number}.py`, `tests/test_w{number}.py`\n"
            f"- Verify: `sh checks/hello.sh`\n- New tests: no\n\nWrite word {number}, as the words before it are written.\n\n"
            f"#### Done when\n- word {number} is there\n"
        )
    return "\n".join(parts)


class Figure:
    """One step, what it cost and the seconds that it may take; `floor`: those of BARE, measured beside it."""

    def __init__(self, name: str, spent: Cost, budget: float, floor: float) -> None:
        self.name = name
        self.spent = spent
        self.budget = budget
        self.floor = floor

    def __repr__(self) -> str:
        return f"{self.name}: {self.spent.cpu:.2f} s of {self.budget}, {self.spent.cpu / self.floor:.1f} times bare, {self.spent.rss:.0f} MB"


class Large:
    """The steps in their order; each leaves the plan as the next one wants it."""

    def __init__(self, root: Path, tasks: int = TASKS) -> None:
        self.stage = Stage(root)
        self.stage.build({**FILES, "checks/hello.sh": "true\n", "docs/plan.md": plan(tasks)})
        self.project = str(self.stage.project)

    def _command(self, *words: str) -> Cost:
        own = {key: value for key, value in self.stage.env.items() if not key.startswith("CLAUDE_P")}
        env = {**own, "PLANWEIR_PROJECT": self.project}
        return cost([str(PLUGIN / "bin" / "task-planner"), *words], b"", env, self.project)

    def _hook(self, name: str, agent: str = "", **fields: object) -> Cost:
        value = str(fields.get("tool_name" if name in TOOL_EVENTS else "command_name", ""))
        event = json.dumps(self.stage.event(name, agent, "", **fields)).encode()
        return cost(self.stage.scripts(name, value)[0], event, self.stage.env, self.project)

    def _floor(self) -> float:
        bare = [sys.executable, "-I", "-c", BARE, str(Path(self.stage.places.base) / "plan.json")]
        return min(cost(bare, b"", {}, self.project).cpu for _ in range(2))

    def figures(self) -> Iterator[Figure]:
        """Open the plan and go on until its first task is implemented."""
        stage = self.stage
        reply = stage.typed("/implement-plan", "docs/plan.md --yes")
        assert "started." in reply.context, reply.said

        def row(name: str, budget: float, spent: Cost) -> Figure:
            assert spent.status == 0, (name, spent.out[-300:])
            return Figure(name, spent, budget, self._floor())

        yield row("task-planner check", 2.0, self._command("check", "docs/plan.md"))
        yield row("task-planner status", 1.0, self._command("status"))
        yield row("task-planner next", 1.0, self._command("next"))
        use, call = stage.next_use(), stage.call("T1")
        asked = self._hook("PreToolUse", tool_name="Agent", tool_input=call, tool_use_id=use)
        told = json.loads(asked.out)["hookSpecificOutput"]
        assert told["permissionDecision"] == "allow", told
        yield row("an agent is started", 1.0, asked)
        agent = stage.appear(use, told["updatedInput"]["prompt"], "planweir:implementer")
        launched = {"isAsync": True, "status": "async_launched", "agentId": agent}
        bound = self._hook(
            "PostToolUse", tool_name="Agent", tool_input=call, tool_use_id=use, tool_response=launched
        )
        yield row("it is bound", 1.0, bound)
        stage.write({"src/w1.py": "WORD = 1\n"})
        ran = {"stdout": "", "stderr": "", "interrupted": False}
        run = {"tool_name": "Bash", "tool_input": {"command": "sh checks/hello.sh"}, "tool_response": ran}
        recorded = self._hook("PostToolUse", agent, tool_use_id=stage.next_use(), **run)
        yield row("its check is recorded", 1.0, recorded)
        end = {"last_assistant_message": DONE.format(task="T1"), "background_tasks": []}
        yield row("its end is judged", 2.0, self._hook("SubagentStop", agent, **end))
        assert stage.task("T1")["status"] == "implemented"
        yield row(
            "the owner's stop", 1.0, self._hook("Stop", last_assistant_message="x", background_tasks=[])
        )
