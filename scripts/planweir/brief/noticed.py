"""Changes that nothing explains, in words: for status, for reviewers, for the gate, for the person who is asked.

Which of them still wait is computed here too, so that all who tell of them agree.
"""

from __future__ import annotations

import re

from planweir.brief.quotes import listed
from planweir.journal.ready import CLOSED
from planweir.journal.render import task_claims, task_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Loose, State

MOST_SHOWN = 12  # paths in one line
AT_WORK = ("pending", "in_progress", "rework", "blocked")


def waiting(state: State) -> dict[str, Loose]:
    """The unexplained changes that wait for an owner: neither a person nor a task has taken them."""
    rows = state["noticed"]["rows"]
    return {path: row for path, row in rows.items() if not _taken(state, path, row)} if rows else {}


def blamed(state: State) -> dict[str, Loose]:
    """Those that hold the gate whoever's file it is; of the others a person is asked where no task owns the file."""
    return {path: row for path, row in waiting(state).items() if not row["person"]}


def _taken(state: State, path: str, row: Loose) -> bool:
    """Has a task of whose files it is taken it: by a later attempt that was handed in, or by two later reviews, which were told?"""
    since = [agent for agent, one in state["agents"].items() if one["seq"] > row["seq"]]
    for name in dict.fromkeys(state["agents"][agent]["task"] for agent in since):
        task = state["tasks"][name]
        if task["status"] in AT_WORK or task["status"] == "skipped" or not _matches(path, task_scope(state, name)):
            continue
        later = {agent for agent in since if state["agents"][agent]["task"] == name}
        if any(state["agents"][agent]["role"] == "implementer" and not state["agents"][agent]["alive"] for agent in later):
            return True
        passed = [one for one in task["reviews"].values() if one["verdict"] == "pass" and one["agent"] in later]
        if len(passed) > 1:
            return True
    return False


def _matches(path: str, scope: list[str]) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in scope)


def by_cause(rows: dict[str, Loose]) -> list[str]:
    """One line for what changed during the same thing: `src/a.py, src/b.py changed during …`."""
    found: dict[str, list[str]] = {}
    for path, row in rows.items():
        found.setdefault(row["by"], []).append(path)
    return [f"{some(paths)} changed {by}" for by, paths in found.items()]


def some(paths: list[str]) -> str:
    more = len(paths) - MOST_SHOWN
    return listed(paths[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def taker(state: State, path: str) -> str:
    """The task that a person would give `path` to: the unfinished one whose file it is, or a word for any."""
    due = [task for task in state["graph"]["tasks"] if state["tasks"][task["id"]]["status"] not in CLOSED]
    # Of 10,000 tasks most name plain files, which need no expression.
    by_name = (task["id"] for task in due if path in task["files"])
    by_glob = (
        task["id"]
        for task in due
        if any("*" in glob for glob in (*task["files"], *task["also"])) and _matches(path, task_claims(state, task["id"]))
    )
    return next(by_name, "") or next(by_glob, "") or "TASK"


def ways(state: State, path: str, in_head: bool = False, changed: bool = True) -> list[str]:
    """What a person may type about a change that nobody owns. `in_head`: a commit holds it. `changed`: it differs from HEAD."""
    found = [f"types /task-planner allow {taker(state, path)} {path} (the task takes it)"]
    if not in_head:
        found.append(f"types /task-planner mine {path} (it is theirs and stays as it is)")
        found.append(f"types /task-planner discard {path} (it goes, the patch is kept)")
        if changed:
            found.append("commits it themselves and types /implement-plan")
    return found


def question(state: State, rows: dict[str, Loose]) -> str:
    """What a person is asked about changes that were made while they were at it."""
    path = next(iter(rows))
    other = f", {taker(state, path)}'s" if taker(state, path) != "TASK" else ", or a task's"
    return (
        f"while you were at it: {some(list(rows))} changed; yours (/task-planner mine {path})"
        f"{other} (/task-planner allow {taker(state, path)} {path})?"
    )


def guarded(state: State) -> list[str]:
    """Changes of guarded files that a gate waits for, a line each."""
    return list(dict.fromkeys(row["what"] for row in state["keepsake"]["held"].values()))


def guarded_way(state: State) -> str:
    path = next(iter(state["keepsake"]["held"]), "PATH")
    return f"undoes it, or types /task-planner mine {path} (it is theirs and stays as it is)"


def lines(state: State) -> list[str]:
    """For `status`: what waits, and what a person may do about it."""
    rows = waiting(state)
    asked = {path: row for path, row in rows.items() if row["person"]}
    named = {path: row for path, row in rows.items() if not row["person"]}
    shown = [f"Unexplained: {line}." for line in by_cause(named)]
    if named:
        path = next(iter(named))
        more = state["noticed"]["more"]
        shown += [f"Unexplained: {more} more paths, which were too many to keep by name."] if more else []
        shown.append("The gate waits for an owner of each: a person " + ", or ".join(ways(state, path)[:3]) + ".")
    if asked:
        words = question(state, asked)
        shown.append(words[0].upper() + words[1:])
    shown += [f"Guarded: {line}." for line in guarded(state)]
    if state["keepsake"]["held"]:
        shown.append(f"The gate waits for a person, who {guarded_way(state)}.")
    return [*shown, *(f"Told: {line}." for line in state["keepsake"]["told"])]


def facts(state: State, name: str) -> str:
    """For the reviewers of task `name`: what changed that nothing explains, and whether it is in their task's files."""
    found = ""
    for path, row in list(waiting(state).items())[:MOST_SHOWN]:
        where = "in this task's files" if _matches(path, task_claims(state, name)) else "outside this task"
        by = "while a person was at it" if row["person"] else row["by"]
        found += f"\nUnexplained ({where}): {listed([path])} changed {by}, by no attempt that is known."
    return found + "".join(f"\nGuarded: {line}; by nobody who is known." for line in guarded(state))
