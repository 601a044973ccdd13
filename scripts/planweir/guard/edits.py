"""Edit, Write, NotebookEdit and MultiEdit."""

from __future__ import annotations

import os

from planweir.guard.paths import (
    below,
    canonical,
    guarded_hit,
    guarded_paths,
    owner_of,
    relative,
    scratch,
    several_names,
)
from planweir.guard.rules import allow, deny
from planweir.guard.scope import OUT, OWN, installed, names_inside, out_of_scope, standing, tool_denial
from planweir.guard.who import binding, text, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard

READ_ONLY_NEXT = (
    "read it freely; if the plan or its state is wrong, tell the person, who has `/task-planner` for it"
)
OF_GIT_NEXT = "read it freely; if the task needs it changed, say so in your report, and a person does it"


def guarded_denial(path: str, guard: Guard) -> Decision:
    """The denial of a write to a guarded path, told as people know it."""
    shown = relative(path, os.path.realpath(text(guard, "project") or "/")) or path
    held = _held(path, guard) if os.path.isdir(path) else None
    if held:
        what = f"{shown if shown != path else 'this folder'} holds {held}, which is guarded"
        return deny("guarded-paths", what, "leave the folder as it is, and name your own files in it one by one")
    gits = "/.git/" in f"/{shown}/".lower() or shown.endswith((".gitconfig", "/git/config", "/git/attributes"))
    return deny("guarded-paths", f"{shown} is guarded", OF_GIT_NEXT if gits else READ_ONLY_NEXT)


def _held(folder: str, guard: Guard) -> str | None:
    """What is guarded in a folder that is not guarded itself, as people know it."""
    guarded = guarded_paths(guard)
    if any(below(folder, one) for one in guarded):
        return None
    project = os.path.realpath(text(guard, "project") or "/")
    inside = [one for one in guarded if below(one, folder)]
    there = [one for one in inside if os.path.lexists(one)] or inside
    return (relative(there[0], project) or there[0]) if there else None


def delegate(role: str) -> str:
    """The next legal step of one who may not write."""
    if role == "main":
        return "name the task to an agent: run `task-planner next`"
    return "report it as a finding in your review"


def refuse(rule: str, what: str, role: str, event: Event, guard: Guard) -> Decision:
    """The denial, by `rule`, of one who may not write; one who plans a task has a rule of their own."""
    if binding(event, guard).get("role") == "planner":
        return deny("plan-first", what, "put it into the plan that you submit as your last message")
    return deny(rule, what, delegate(role))


def judge_edit(event: Event, guard: Guard) -> Decision | None:
    """The decision on a call that changes one file."""
    given = event.get("tool_input")
    inputs: dict[str, object] = given if isinstance(given, dict) else {}
    named = text(inputs, "file_path") or text(inputs, "notebook_path")
    project = os.path.realpath(text(guard, "project") or "/")
    role = who(event, guard)
    if not named:
        return deny("unreadable-event", "the call names no file", "name the file by its absolute path")
    path = canonical(named, text(event, "cwd") or project)
    if guarded_hit(path, "write", guarded_paths(guard)):
        return guarded_denial(path, guard)
    return judge_file(path, role, event, guard)


def judge_file(path: str, role: str, event: Event, guard: Guard) -> Decision | None:
    """The decision on a change of one canonical path that is not guarded."""
    project = os.path.realpath(text(guard, "project") or "/")
    inside = relative(path, project)
    if role == "foreign":
        owned = ((one, owner_of(one, guard)) for one in names_inside(path, guard) if one)
        found, owner = next(((one, task) for one, task in owned if task), ("", None))
        if owner:
            return deny(
                "foreign-session",
                f"{found} belongs to {owner}, which runs in another session",
                "wait until that task has ended, or ask the person to pause the plan there",
            )
        return None
    if role == "main" and guard.get("status") == "paused":
        return None
    if role in ("main", "reviewer") and inside is None and scratch(path) and not below(project, path) and not (
        several_names(path) and names_inside(path, guard)
    ):
        return None  # notes and the text of a review: Bash may write them there as well
    if role == "main":
        return refuse("main-thread-edits", f"the main thread may not change {inside or path}", role, event, guard)
    if role == "reviewer":
        whom = "one who plans a task" if binding(event, guard).get("role") == "planner" else "a reviewer"
        return refuse("reviewer-edits", f"{whom} may not change {inside or path}", role, event, guard)
    task = text(binding(event, guard), "task")
    tool = installed(path, guard)
    if tool:
        return tool_denial(tool)
    stands = standing(path, "write", task, guard)
    if stands == OUT:
        return out_of_scope(path, task, guard)
    if stands == OWN and guard.get("grants"):
        return allow("scope", f"{inside} is among the files of {task}")
    return None
