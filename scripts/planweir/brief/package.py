"""What reviewers are given beside the task: facts that the engine computed, and the diff."""

from __future__ import annotations

import hashlib
import re

from planweir.brief import found, meanings, noticed, quotes
from planweir.brief.render import LONGEST_DIFF, claims, shown_evidence
from planweir.evidence import tree
from planweir.journal.ready import graph_task
from planweir.journal.render import own_scope
from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places


def left_out(places: Places, state: State, name: str) -> set[str]:
    """Paths in the scope of task `name` that are not its own: new files that the gate's own commands made.

    One that the task names itself, without a glob, is its own, and so is one that HEAD holds.
    """
    made = set(state["gate_made"]) - {*graph_task(state, name)["files"], *state["allowed"].get(name, [])}
    if not made:
        return made
    letters = tree.changed(places.project)
    return {path for path in made if letters.get(path) in ("?", "A")}


def task_changes(places: Places, state: State, name: str) -> list[str]:
    """The paths that task `name` has changed since its first attempt began."""
    out = left_out(places, state, name)
    found = tree.changed_since(places.project, state["tasks"][name]["start_tree"], own_scope(state, name))
    return [path for path in found if path not in out]


def task_digest(places: Places, state: State, name: str) -> str:
    """The digest of what task `name` has made of its files."""
    if not graph_task(state, name)["files"] and state["tasks"][name]["start_tree"]:
        # It owns what changed meanwhile: which paths these are belongs to the digest.
        paths = task_changes(places, state, name)
        words = "\0".join([*paths, tree.digest(places.project, [re.escape(path) for path in paths])])
        return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()
    scope = own_scope(state, name)
    out = left_out(places, state, name)
    if out:
        but = "(?!(?:" + "|".join(re.escape(path) for path in sorted(out)) + r")\Z)"
        scope = [f"{but}(?:{regex})" for regex in scope]
    return tree.digest(places.project, scope)


def package(places: Places, state: State, name: str, keep: bool = True) -> tuple[str, str]:
    """The facts and the diff of task `name`, and the digest that a review of them is bound to. `keep`: the diff also as a file."""
    task = state["tasks"][name]
    digest = task_digest(places, state, name)
    changed = task_changes(places, state, name)
    diff = tree.diff(places.project, task["start_tree"], changed)
    if keep:
        write_whole(f"{places.artifacts}/{name}/package.diff", diff)
    shown = (
        diff
        if len(diff) <= LONGEST_DIFF
        else diff[:LONGEST_DIFF] + "\n… (cut; read the files themselves for the rest)\n"
    )
    fence = "`" * 3
    while fence in shown:
        fence += "`"
    unchanged = (
        "\nNothing has changed since the findings of the last review or gate; judge whether they were right."
        if task["evidence"].get("unchanged") is True
        else ""
    )
    facts = f"""## Facts (computed, not claimed)
Changed by this task: {quotes.listed(changed) or "nothing"}
Recorded run: {shown_evidence(task)}{unchanged}{_meaning(places, state, name, changed)}{noticed.facts(state, name)}{found.section(places, state, name, changed)}

## What the implementer says (its words, not proof)
{claims(task)}

## Diff
{fence}diff
{shown}{fence}"""
    # An agent is told text: bytes that are none are shown as what stands for them.
    return facts.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), digest


def _meaning(places: Places, state: State, name: str, changed: list[str]) -> str:
    """What decides what tests mean, where the task or an unknown hand has changed it."""
    own, others = meanings.told(places, state, name, changed), meanings.by_others(places, state, changed)
    lines = [f"\nIt changed what decides what tests mean: {quotes.listed(own)}" if own else ""]
    lines += [f"\nChanged since the plan began, of no task, and deciding what tests mean: {quotes.listed(others)}" if others else ""]
    return "".join(lines)
