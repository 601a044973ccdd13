"""What the agents of a wave's script are told below their first line. It follows from the plan and the journal alone: the same
state gives the same bytes, and the script holds them verbatim.

What a reviewer judges is not there yet when the script is written; `task-planner package` prints it when the review begins.
"""

from __future__ import annotations

from planweir.brief import render, sections
from planweir.journal.ready import graph_task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State


def worker(state: State, name: str, beside: str = "") -> str:
    """The brief of the implementer of `name`, without its first line and the blank line below it, and without a line break at its end.

    `beside`: the project's principles (`render.principles`), which stand in the tree and not in the state."""
    return render.work(state, name, "implementer", beside)


def reviewer(state: State, name: str, role: str) -> str:
    """What is known beforehand of the review of `name` in `role`; how the answer looks is said by the schema beside it."""
    text = graph_task(state, name)
    parts = [
        FIRST.format(task=name),
        sections.plan(state),
        sections.task(text),
        sections.done_when(text),
        ANSWER.format(rules=render.rules(role), task=name, role=role),
    ]
    return "\n\n".join(part for part in parts if part)


FIRST = """\
First run `task-planner package {task}`, alone on its line. It prints what you judge as it is now: the task's files and checks,
notes of persons, the recorded runs, what the implementer says, the diff. Where it ends with a command for the rest, run that too."""

ANSWER = """\
## Answer with StructuredOutput
{rules}
One object: task `{task}`, role `{role}`, scores, findings ([] if there are none), verdict, summary (one sentence). It is looked at
before it is taken; where it is denied, mend what the reason names and answer again. Nothing else is read: file nothing, end without
a message. Verdict `void`, with no scores and no findings and the reason as summary, is only for a review that is not due: your calls
are denied then, and the reason says so."""
