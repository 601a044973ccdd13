"""What the engine itself finds in a task's diff, for its implementer, its reviewers and the gate: one computation for all three."""

from __future__ import annotations

from planweir.evidence import newtests, stubs
from planweir.evidence.code.sources import sources
from planweir.journal.ready import graph_task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.newtests import Changes
    from planweir.evidence.stubs import Fact
    from planweir.journal.types import State
    from planweir.places import Places

SHOWN = 30


def in_diff(places: Places, state: State, name: str, changed: Sequence[str]) -> tuple[Changes, list[Fact]]:
    """What became of the tests in the changed files of task `name`, and what reviewers should not have to find there."""
    text, start = graph_task(state, name), state["tasks"][name]["start_tree"]
    seen = newtests.changes(places.project, start, changed)
    facts = stubs.from_changes(
        seen,
        sources(places.project, start, changed),
        root=places.project,
        shapes=stubs.wants_shapes(f"{text['title']}\n{text['description']}"),
        fewer=text["fewer_tests"],
    )
    return seen, facts


def section(places: Places, state: State, name: str, changed: Sequence[str]) -> str:
    """The part of a reviewer's package that tells of it; "" where there is nothing to tell."""
    _seen, facts = in_diff(places, state, name, changed)
    if not facts:
        return ""
    rows = [f"- {'severe: ' if fact.severe else ''}{fact}" for fact in facts[:SHOWN]]
    if len(facts) > SHOWN:
        rows.append(f"- and {len(facts) - SHOWN} more")
    told = "\n".join(row.replace("`", "'") for row in rows)
    return f"\n\n## Found in the diff (computed)\nFacts to judge, not verdicts.\n{told}"
