"""What reviewers are given beside the task: facts that the engine computed, and the diff."""

from __future__ import annotations

from planweir.brief.render import LONGEST_DIFF, claims, shown_evidence
from planweir.evidence import tree
from planweir.journal.render import task_scope
from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places


def task_digest(places: Places, state: State, name: str) -> str:
    """The digest of what task `name` has made of its files."""
    return tree.digest(places.project, task_scope(state, name), state["tasks"][name]["start_tree"] or None)


def package(places: Places, state: State, name: str) -> tuple[str, str]:
    """The facts and the diff of task `name`, and the digest that a review of them is bound to."""
    task = state["tasks"][name]
    digest = task_digest(places, state, name)
    changed = tree.changed_since(places.project, task["start_tree"], task_scope(state, name))
    diff = tree.diff(places.project, task["start_tree"], changed)
    write_whole(f"{places.artifacts}/{name}/package.diff", diff)
    shown = (
        diff
        if len(diff) <= LONGEST_DIFF
        else diff[:LONGEST_DIFF] + "\n… (cut; read the files themselves for the rest)\n"
    )
    fence = "`" * 3
    while fence in shown:
        fence += "`"
    facts = f"""## Facts (computed, not claimed)
Changed by this task: {", ".join(changed) or "nothing"}
Recorded run: {shown_evidence(task)}

## What the implementer says (its words, not proof)
{claims(task)}

## Diff
{fence}diff
{shown}{fence}"""
    return facts, digest
