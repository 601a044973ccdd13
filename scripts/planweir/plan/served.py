"""Whether a plan's requirements are sound and its tasks serve each of them."""

from __future__ import annotations

import re

from planweir.plan.forms import nearest
from planweir.plan.model import ID_LENGTH, Plan, Task
from planweir.plan.requirements import CRITERION_ID, REQUIREMENT_ID, Requirement, Wanted, everything

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.plan.hints import Say

FIELD = "requirement "  # with the id behind it: where the reader saw it
SHOWN = 12


def check_requirements(say: Say, plan: Plan) -> None:
    """Tells each error; a plan without requirements has none, save a task that serves one."""
    seen: dict[str, Wanted] = {}
    tasks = {task.id.casefold(): task for task in plan.tasks}
    for requirement in plan.requirements:
        for row in (requirement, *requirement.criteria):
            _sound(say, row, None if row is requirement else requirement)
            if seen.setdefault(row.id.casefold(), row) is not row:
                say("error", "duplicate-requirement", f"the id {row.id} is given twice", "give each its own id", None, field_of(row))
            if row.id.casefold() in tasks:
                mend = "give one of them another id: a person's commands name both"
                say("error", "duplicate-id", f"{row.id} is a requirement and a task", mend, None, field_of(row))
    for task in plan.tasks:
        _known(say, task, plan.requirements, seen)
    named = {name.casefold() for task in plan.tasks for name in task.serves}
    for requirement in plan.requirements:
        unserved = _unserved(requirement, named)
        if unserved:
            some = ", ".join(row.id for row in unserved[:SHOWN]) + (" …" if len(unserved) > SHOWN else "")
            mend = f"write `- Serves: {unserved[0].id}` in a task that brings it about, or take it out of the plan"
            if unserved[0] is requirement and requirement.criteria:
                mend = f"write `- Serves: {requirement.id}` in a task that brings it about: that is all of its criteria"
            say("error", "unserved-requirement", f"no task serves {some}", mend, None, field_of(unserved[0]))


def _unserved(requirement: Requirement, named: set[str]) -> list[Wanted]:
    """What of a requirement no task names; the requirement alone, where nothing of it is named."""
    if requirement.id.casefold() in named:
        return []
    left: list[Wanted] = [row for row in requirement.criteria if row.id.casefold() not in named]
    own = requirement.by_hand or requirement.check or not requirement.criteria
    if own or len(left) == len(requirement.criteria):
        return [requirement]
    return left


def _sound(say: Say, row: Wanted, of: Requirement | None) -> None:
    pattern, example = (REQUIREMENT_ID, "R1") if of is None else (CRITERION_ID, f"{of.id}.1")
    if not re.fullmatch(pattern, row.id) or len(row.id) > ID_LENGTH:
        what = "a requirement" if of is None else "a criterion"
        say("error", "bad-requirement-id", f"`{row.id[:70]}` is no id of {what}", f"write an id such as `{example}`", None, field_of(row))
    elif of is not None and row.id.rpartition(".")[0].casefold() != of.id.casefold():
        say("error", "requirement-place", f"{row.id} stands below {of.id}", f"name it {of.id}.…", None, field_of(row))
    if not row.text.strip():
        say("error", "empty-requirement", f"{row.id} has no text", "write what must hold", None, field_of(row))
    if row.by_hand and row.check:
        mend = "keep one: what a command shows needs no person"
        say("error", "bad-value", f"{row.id} is by hand and names a check", mend, None, field_of(row))


def _known(say: Say, task: Task, requirements: tuple[Requirement, ...], seen: dict[str, Wanted]) -> None:
    names = tuple(row.id for row in everything(requirements))
    for name in task.serves:
        found = seen.get(name.casefold())
        if found is not None and found.id == name:
            continue
        near = nearest(name, names) if len(names) <= 500 else None
        mend = f"did you mean {near}?" if near else f"its requirements are {', '.join(names[:SHOWN])}{' …' if len(names) > SHOWN else ''}"
        if not names:
            mend = f"write `## Requirements` with `- {name[:20]}: <what must hold>`, or take the line out"
        say("error", "unknown-requirement", f"{task.id} serves {name[:70]}, which is no requirement of this plan", mend, task, "serves")


def field_of(row: Wanted) -> str:
    return f"{FIELD}{row.id.casefold()}"
