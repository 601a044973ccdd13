"""Writes a plan as Markdown, so that reading it gives the same plan."""

from __future__ import annotations

import re
from dataclasses import fields

from planweir.plan.model import AT_ONCE, Criterion, Plan, Task
from planweir.plan.reader import read_text
from planweir.plan.requirements import Requirement, Wanted


def to_markdown(plan: Plan) -> str:
    """The plan as a document. Raises ValueError when Markdown cannot hold it (a description with a task's
    heading in it, a path with a line break): what is written is read back and compared, so no document says
    something else than the plan it came from."""
    text = _document(plan)
    back = read_text(text)
    if back.partial != plan or any(problem.level == "error" for problem in back.problems):
        raise ValueError(f"this plan cannot be written as Markdown: {_difference(plan, back.partial)}")
    return text


def _document(plan: Plan) -> str:
    head = [f"Goal: {plan.goal}"] if plan.goal else []
    for name, commands in (
        ("Setup", plan.setup),
        ("Verify", plan.verify),
        ("Verify at end", plan.verify_at_end),
    ):
        for command in commands:
            head.append(f"{name}: {code(command)}" if "\n" not in command else f"{name}:\n{_fence(command)}")
    if plan.commit != "per task":
        head.append(f"Commit: {plan.commit}")
    if plan.grants != "default":
        head.append(f"Grants: {plan.grants}")
    if plan.scope != "ask":
        head.append(f"Scope: {plan.scope}")
    if plan.plans_accepted_by != "person":
        head.append(f"Plans accepted by: {plan.plans_accepted_by}")
    if plan.engine != "auto":
        head.append(f"Engine: {plan.engine}")
    if plan.max_parallel != AT_ONCE:
        head.append(f"Max parallel: {plan.max_parallel}")
    if plan.entry_points:
        head.append(f"Entry points: {', '.join(code(one) for one in plan.entry_points)}")
    parts = [f"# Plan: {plan.title}"]
    if head:
        parts.append("\n".join(head))
    if plan.context:
        parts.append(f"## Context\n\n{plan.context}")
    if plan.requirements:
        parts.append("## Requirements\n\n" + "\n".join(_requirement(row) for row in plan.requirements))
    parts.append("## Tasks")
    parts.extend(_task(task) for task in plan.tasks)
    return "\n\n".join(parts) + "\n"


def _task(task: Task) -> str:
    # `Depends on` is always there: below a list of keys a description may begin with a list of its own.
    keys = [f"- Depends on: {', '.join(task.depends_on) or 'none'}"]
    for name, paths in (("Files", task.files), ("Also", task.also)):
        if paths:
            keys.append(f"- {name}: {', '.join(code(path) for path in paths)}")
    for command in task.verify:
        if "\n" in command:
            keys.append("- Verify:\n" + _indented(_fence(command)))
        else:
            keys.append(f"- Verify: {code(command)}")
    if task.agent:
        keys.append(f"- Agent: {task.agent}")
    if task.complexity is not None:
        keys.append(f"- Complexity: {task.complexity}")
    if not task.new_tests:
        keys.append("- New tests: no")
    if task.plan_first:
        keys.append("- Plan first: yes")
    for name, named in (("Serves", task.serves), ("Wires", task.wires)):
        if named:
            keys.append(f"- {name}: {', '.join(named)}")
    for name, why in (("Not reached", task.not_reached), ("Fewer tests", task.fewer_tests)):
        if why:
            keys.append(f"- {name}: {why}")
    parts = [f"### {task.id}: {task.title}\n" + "\n".join(keys)]
    if task.description:
        parts.append(task.description)
    if task.done_when:
        parts.append("#### Done when\n" + "\n".join(_criterion(c) for c in task.done_when))
    return "\n\n".join(parts)


def _criterion(criterion: Criterion) -> str:
    first, *rest = criterion.text.split("\n")
    lines = [f"- {'(by hand) ' if criterion.by_hand else ''}{first}"]
    return "\n".join(lines + [f"  {line}" if line else "" for line in rest])


def _requirement(row: Requirement) -> str:
    return "\n".join([_wanted(row, ""), *(_wanted(one, "  ") for one in row.criteria)])


def _wanted(row: Wanted, margin: str) -> str:
    first, *rest = row.text.split("\n")
    lines = [f"{margin}- {row.id}: {'(by hand) ' if row.by_hand else ''}{first}"]
    lines += [f"{margin}  {line}" if line else "" for line in rest]
    if row.check:
        lines[-1] += f" (check: {code(row.check)})"
    return "\n".join(lines)


def code(text: str) -> str:
    """The text as a code span, whatever backticks it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{mark}{pad}{text}{pad}{mark}"


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}\n{text}\n{mark}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def _difference(plan: Plan, back: Plan | None) -> str:
    """The first field that came back otherwise."""
    if back is None:
        return "it cannot be read back"
    for wanted, got in zip(plan.tasks, back.tasks, strict=False):
        for field in fields(Task):
            if field.compare and getattr(wanted, field.name) != getattr(got, field.name):
                return f"{field.name} of {wanted.id}"
    for field in fields(Plan):
        if getattr(plan, field.name) != getattr(back, field.name):
            return field.name
    return "it has errors"
