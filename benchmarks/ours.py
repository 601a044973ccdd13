"""How `engines.py` has Planweir carry a workload out: the plan, the agents, and a main thread that does what it is told."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmarks import main_thread
from benchmarks.workload import Task, Workload
from tests.e2e.steps import bash

from planweir.play.client.asked import Turn, hook_words

PLAN = "docs/plan.md"
CLOSED = "The plan is carried out"
AGENTS, WORKFLOW = "agents", "workflow"
DENIED = 4  # calls of the main thread, after which it does not go on
ROLES = ("task-reviewer", "code-reviewer")


def typed(engine: str) -> str:
    return f"/implement-plan {PLAN} --yes" + (" --engine workflow" if engine == WORKFLOW else "")


def plan(work: Workload) -> str:
    head = f"# Plan: {work.title}\n\n{work.head}\n## Tasks\n"
    return "\n".join([head, *(_section(task, work.new_tests) for task in work.tasks)])


def _section(task: Task, new_tests: bool) -> str:
    files, done = ", ".join(f"`{path}`" for path in task.files), "\n".join(f"- {line}" for line in task.done)
    keys = [f"- Depends on: {', '.join(task.needs) or 'none'}", f"- Files: {files}", f"- Verify: `{task.check}`"]
    keys += [] if new_tests else ["- New tests: no"]
    return "\n".join([f"### {task.name}: {task.title}", *keys, "", task.says, "", "#### Done when", done, ""])


class Conductor:
    """The main thread: makes the calls that hooks and gates print, asks `task-planner next` where none did, and says no more than
    it must."""

    def __init__(self) -> None:
        self._agents = main_thread.Conductor()
        self._denied = 0

    def __call__(self, turn: Turn) -> dict[str, Any]:
        self._denied += any(result.is_error for result in turn.results)
        assert self._denied < DENIED, f"calls that were printed are denied: {turn.result[:600]}"
        said = "\n".join((turn.result, *_hooks(turn)))
        if "very wave is closed" in said:
            return {"say": CLOSED, "stay": True}
        call = re.search(r"^Workflow (\{.*\})$", said, re.MULTILINE)
        if call:
            return {"call": {"tool": "Workflow", "input": json.loads(call[1])}, "stay": True}
        if "Workflow launched in background" in said:
            return {"say": "Waiting.", "stay": True}
        step = self._agents(turn)
        return {**step, "say": "Waiting."} if "say" in step else step


def _hooks(turn: Turn) -> list[str]:
    events = ("PostToolUse", "UserPromptSubmit", "UserPromptExpansion", "SessionStart")
    return [words for event in events for words in hook_words(event, f"{turn.text}\n\n{turn.notes}")]


def agents(work: Workload, engine: str) -> dict[str, list[Any]]:
    actors: dict[str, list[Any]] = {}
    for task in work.tasks:
        for number, calls in enumerate(task.attempts, 1):
            check = {**bash(task.check), "expect": {"passes": True}}
            actors[f"{task.name} implementer {number}"] = [*calls, check, {"say": reported(task)}]
        for number in range(1, len(task.attempts) + 1):
            failed = task.finding is not None and number == 1
            actors[f"{task.name} task-reviewer {number}"] = _review(task, ROLES[0], engine, failed)
        actors[f"{task.name} code-reviewer 1"] = _review(task, ROLES[1], engine, failed=False)
    return actors


def _review(task: Task, role: str, engine: str, failed: bool) -> list[Any]:
    filed = _filed(task, role, failed)
    if engine == WORKFLOW:
        return [bash(f"task-planner package {task.name}"), {"call": {"tool": "StructuredOutput", "input": filed}}]
    return [bash(f"task-planner file {task.name} <<'EOF'\n{json.dumps(filed)}\nEOF"), {"say": judged(task, failed)}]


def _filed(task: Task, role: str, failed: bool) -> dict[str, Any]:
    found = task.finding if failed else None
    findings = [{"severity": "major", "path": found.path, "line": found.line, "what": found.what}] if found else []
    return {
        "task": task.name,
        "role": role,
        "scores": [{"criterion": line, "score": "FAIL" if found else "PASS", "why": "Read and run."} for line in task.done],
        "findings": findings,
        "verdict": "fail" if found else "pass",
        "summary": judged(task, failed).splitlines()[-1],
    }


def reported(task: Task) -> str:
    """An implementer's last message, of the shape that it is asked for."""
    return f"DONE\nTask: {task.name}\nChanged: {', '.join(task.files)}\nChecks: {task.check}: passed"


def judged(task: Task, failed: bool) -> str:
    """A reviewer's last message in the agent loop."""
    if failed:
        return "FILED fail\nOne line of Done when is not met; the finding says where."
    return "FILED pass\nThe work does what the task asks; nothing beyond it was changed."


def told(work: Workload) -> list[str]:
    """All last messages of agents, so that they can be told from the host's words around them."""
    return [words for task in work.tasks for words in (reported(task), judged(task, False), judged(task, True))]
