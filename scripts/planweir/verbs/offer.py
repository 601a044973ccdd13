"""Showing a plan before it is started: its waves, grants, errors and warnings, with no model call and no side effect but
the note of what was shown, so that `go` starts exactly that."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict

from planweir.places import write_whole
from planweir.plan.check import check_file
from planweir.plan.waves import waves
from planweir.values import text_or
from planweir.verbs.answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places
    from planweir.plan.model import Plan, Problem


def file_hash(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def load(path: str, root: str) -> tuple[Plan | None, list[Problem]]:
    """The plan at `path` and everything that is to be said about it."""
    reading = check_file(path, root)
    return reading.plan, list(reading.problems)


def where(problem: Problem, path: str) -> str:
    place = f"{os.path.basename(path)}:{problem.line}: " if problem.line else ""
    words = f"{place}{problem.level}: {problem.message}"
    return f"{words} ({problem.mend})" if problem.mend else words


def errors(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "error"]


def describe(plan: Plan, path: str, problems: list[Problem]) -> list[str]:
    """The plan in a few lines: waves, checks, grants, what was noticed."""
    titles = {task.id: task.title for task in plan.tasks}
    shown = [f"Plan: {plan.title}", f"{_many(len(plan.tasks), 'task')} in {_many(len(waves(plan)), 'wave')}"]
    if plan.goal:
        shown.insert(1, f"Goal: {plan.goal}")
    for number, wave in enumerate(waves(plan), 1):
        shown.append(f"Wave {number}: " + "; ".join(f"{name} {titles[name]}" for name in wave))
    for command in plan.verify:
        shown.append(f"After every wave: {command}")
    for command in plan.verify_at_end:
        shown.append(f"At the end: {command}")
    shown.append(f"Commits: {plan.commit}")
    shown.append(
        "Grants: none; every call follows your own permissions"
        if plan.grants == "none"
        else "Grants: without a dialog run task-planner, reading inside the project, the commands above and known test runners, "
        "and writes inside a task's files; your own deny rules still hold"
    )
    shown += [where(problem, path) for problem in problems if problem.level != "error"]
    return shown


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def check_plan(path: str, root: str) -> Answer:
    """`task-planner check`: no side effects; the answer is no where there are errors."""
    plan, problems = load(path, root)
    data: dict[str, object] = {
        "problems": [asdict(problem) for problem in problems],
        "waves": waves(plan) if plan is not None and not errors(problems) else [],
    }
    if plan is None or errors(problems):
        shown = [where(problem, path) for problem in problems]
        return Answer(False, "\n".join([f"{path}: the plan cannot be started.", *shown]), data)
    return Answer(True, "\n".join(describe(plan, path, problems)), data)


def offer(places: Places, path: str, single: bool = False) -> Answer:
    """Show the plan and note it for `go`."""
    whole = os.path.join(places.project, os.path.expanduser(path))
    answer = check_plan(whole, places.project)
    if not answer.ok:
        return Answer(False, "nothing was started.\n" + answer.text, answer.data)
    write_whole(places.offered, json.dumps({"file": whole, "hash": file_hash(whole), "single": single}))
    return Answer(
        True, "this plan is ready.\n" + answer.text + "\nType /implement-plan go to start it.", answer.data
    )


def offered(places: Places) -> tuple[str, str, bool] | None:
    """The file and hash of the plan that was shown last, and whether the main thread is to do it itself."""
    try:
        with open(places.offered, encoding="utf-8") as file:
            row = json.load(file)
    except (OSError, ValueError):
        return None
    return (text_or(row, "file"), text_or(row, "hash"), row.get("single") is True) if isinstance(row, dict) else None
