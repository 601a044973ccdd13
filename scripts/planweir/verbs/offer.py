"""Showing a plan before it is started: its waves, agents, grants, errors and warnings, with no model call and no side effect
but the note of what was shown, so that `go` starts exactly that."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from dataclasses import asdict
from typing import NamedTuple

from planweir.attempt import client_settings, engine
from planweir.attempt.client_settings import Client
from planweir.journal.store import Damaged, Journal
from planweir.journal.transitions import PLAN_LIVE
from planweir.places import config_dir, write_whole
from planweir.plan.agents import assign, doubts
from planweir.plan.check import check_file
from planweir.plan.config import at_once, settled
from planweir.plan.model import DEFAULT_AGENT
from planweir.plan.reader import read_plan
from planweir.plan.requirements import everything
from planweir.plan.waves import waves
from planweir.plan.write import to_markdown
from planweir.values import many, sub, text_or
from planweir.verbs import branch
from planweir.verbs.answer import Answer, no

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places
    from planweir.plan.agents import Choice
    from planweir.plan.model import Plan, Problem


class Loaded(NamedTuple):
    """A plan as it would be started, each task with its agent; `plan` is None where there are errors. `choices` are the
    agents that a keyword gave."""

    plan: Plan | None
    problems: list[Problem]
    choices: list[Choice]


class Offered(NamedTuple):
    """The plan that was shown last: its file, as it was typed and whole, the file's hash, the agent of each task, the mode."""

    file: str
    given: str
    hash: str
    agents: dict[str, object]
    single: bool  # the main thread is to do it itself
    engine: str  # what the person typed of it


def file_hash(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def load(path: str, root: str) -> Loaded:
    """The plan at `path` with its agents, and everything that is to be said about it."""
    reading = check_file(path, root)
    config = settled(root, config_dir())
    problems = [*reading.problems, *config.problems]
    if reading.plan is None or errors(problems):
        return Loaded(None, problems, [])
    plan, choices = assign(at_once(reading.plan, config), config.rows)
    return Loaded(plan, [*problems, *doubts(plan, root, config_dir())], choices)


def where(problem: Problem, path: str) -> str:
    """A problem as one line; `path` is the plan's, as the person gave it."""
    place = f"{path}:{problem.line}: " if problem.line else ""
    words = f"{place}{problem.level}: {problem.message}"
    return f"{words} ({problem.mend})" if problem.mend else words


def errors(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "error"]


def describe(loaded: Loaded, path: str) -> list[str]:
    """The plan in a few lines: waves, agents, checks, grants, what was noticed."""
    plan = loaded.plan
    if plan is None:
        return []
    shown = outline(loaded)
    if plan.entry_points:
        shown.append("Entry points: " + ", ".join(plan.entry_points))
    for task in plan.tasks:
        if task.not_reached:
            shown.append(f"Not reached, and exempt by your yes: {task.id} {task.title} ({task.not_reached})")
        if task.wires:
            shown.append(f"Wires: {task.id} connects what {', '.join(task.wires)} added")
    for command in plan.setup:
        shown.append(f"Setup: {command} (gates run it in a clean checkout of their own; here you run it, before you start)")
    for command in plan.verify:
        shown.append(f"After every wave: {command}")
    for command in plan.verify_at_end:
        shown.append(f"At the end: {command}")
    for row in everything(plan.requirements):
        if row.check:
            shown.append(f"For {row.id}: {row.check}")
    shown.append(f"Commits: {plan.commit}")
    shown.append(
        "Grants: none; every call follows your own permissions"
        if plan.grants == "none"
        else "Grants: without a dialog run task-planner, reading inside the project, the commands above and known test runners, "
        "and writes inside a task's files, and running these; your own deny rules still hold"
    )
    if plan.scope == "warn":
        shown.append("Scope: warn; a change beyond a task's files passes where no other task owns the file, and is told")
    shown += [where(problem, path) for problem in loaded.problems if problem.level != "error"]
    return shown


def outline(loaded: Loaded) -> list[str]:
    """What the plan is and who does it, without its checks and rules."""
    plan = loaded.plan
    if plan is None:
        return []
    titles = {task.id: task.title for task in plan.tasks}
    shown = [f"Plan: {plan.title}", f"{many(len(plan.tasks), 'task')} in {many(len(waves(plan)), 'wave')}"]
    if plan.goal:
        shown.insert(1, f"Goal: {plan.goal}")
    for number, wave in enumerate(waves(plan), 1):
        shown.append(f"Wave {number}: " + "; ".join(f"{name} {titles[name]}" for name in wave))
    chosen = {choice.task for choice in loaded.choices}
    named = [f"{task.id} → {task.agent}" for task in plan.tasks if task.agent != DEFAULT_AGENT and task.id not in chosen]
    agents = [*named, *map(str, loaded.choices)]
    if agents:
        shown.append("Agents: " + "; ".join(agents))
    if plan.requirements:
        rows = list(everything(plan.requirements))
        shown.append(f"Requirements: {many(len(plan.requirements), 'requirement')} with {_criteria(len(rows) - len(plan.requirements))}, each served by a task")
        shown += [f"For you to confirm: {row.id} {row.text.splitlines()[0]}" for row in rows if row.by_hand]
    by_hand = sum(row.by_hand for task in plan.tasks for row in task.done_when)
    if by_hand:
        shown.append(f"For you to check by hand: {many(by_hand, 'item')}, listed as the waves close")
    return shown


def _criteria(count: int) -> str:
    return "1 criterion" if count == 1 else f"{count} criteria"


def check_plan(path: str, root: str, given: str = "", client: Client | None = None, session: str = "") -> Answer:
    """`task-planner check`: no side effects; the answer is no where there are errors.

    `client` is the one that would carry the plan out; on a command line no environment is asked, and the settings files alone say.
    """
    loaded = load(path, root)
    answer = _checked(loaded, given or path)
    if loaded.plan is None:
        return answer
    chosen = engine.choose(client or Client(root, config_dir(), {}), loaded.plan.engine, session=session)
    shown = "\n".join([answer.text, *engine.lines(chosen, loaded.plan.max_parallel)])
    return Answer(True, shown, {**answer.data, "engine": chosen.engine})


def as_document(path: str, given: str) -> Answer:
    """The plan as a Markdown document, as the native format has it."""
    reading = read_plan(path)
    if reading.plan is None:
        return no("\n".join([f"{given}: the plan cannot be read.", *(where(row, given) for row in reading.problems)]))
    try:
        return Answer(True, to_markdown(reading.plan).rstrip())
    except ValueError as error:
        return no(f"{given}: {error}.")


def _checked(loaded: Loaded, path: str) -> Answer:
    data: dict[str, object] = {
        "problems": [asdict(problem) for problem in loaded.problems],
        "waves": waves(loaded.plan) if loaded.plan is not None else [],
        "agents": {task.id: task.agent for task in loaded.plan.tasks} if loaded.plan is not None else {},
    }
    if loaded.plan is None:
        shown = [where(problem, path) for problem in loaded.problems]
        return Answer(False, "\n".join([f"{path}: the plan cannot be started.", *shown]), data)
    return Answer(True, "\n".join(describe(loaded, path)), data)


def offer(places: Places, path: str, single: bool = False, flag: str = "", session: str = "") -> Answer:
    """Show the plan and note it for `go`. `flag`: the engine that the person typed."""
    whole = os.path.join(places.project, os.path.expanduser(path))
    loaded = load(whole, places.project)
    answer = _checked(loaded, path)
    if loaded.plan is None:
        return Answer(False, "nothing was started.\n" + answer.text, answer.data)
    note = {
        "file": whole,
        "given": path,
        "hash": file_hash(whole),
        "agents": answer.data["agents"],
        "single": single,
        "engine": flag,
    }
    write_whole(places.offered, json.dumps(note))
    chosen = engine.choose(client_settings.here(places.project), loaded.plan.engine, flag=flag, session=session, single=single)
    how = engine.lines(chosen, loaded.plan.max_parallel)
    if chosen.engine == "workflow":
        how.append(f"The script of a wave, to read before you say yes: ! task-planner script {shlex.quote(path)} --wave 1")
    ready = ["this plan is ready.", answer.text, *how, *branch_line(places.project, loaded.plan.title)]
    title = _open_title(places)
    if title is not None:
        ready[0] = "this plan is sound, and cannot start now."
        ready.append(f"A plan is open here: {title}. Type /implement-plan to go on with it, or /task-planner --abort to end it.")
    else:
        ready.append("Type /implement-plan go to start it.")
    return Answer(True, "\n".join(ready), answer.data)


def _open_title(places: Places) -> str | None:
    """The title of the plan that is open here."""
    try:
        state = Journal(places).state()
    except Damaged:
        return None
    return state["graph"]["title"] if state["plan"]["status"] in PLAN_LIVE else None


def branch_line(project: str, title: str) -> list[str]:
    """The offer of a branch, where the plan would commit to the project's default one."""
    here = branch.current(project)
    if not branch.is_default(project, here):
        return []
    return [
        f"Warning: commits would go to {here}. /implement-plan go --branch starts it on a new branch, {branch.feature(title)}."
    ]


def offered(places: Places) -> Offered | None:
    """What was shown last; None where nothing was."""
    try:
        with open(places.offered, encoding="utf-8") as file:
            row = json.load(file)
    except (OSError, ValueError):
        return None
    if not isinstance(row, dict):
        return None
    whole = text_or(row, "file")
    return Offered(
        whole,
        text_or(row, "given", whole),
        text_or(row, "hash"),
        sub(row, "agents"),
        row.get("single") is True,
        text_or(row, "engine"),
    )
