"""What a person says to a task that waits for them: the answer to its question."""

from __future__ import annotations

from planweir.attempt.asking import NoAnswer, fitting
from planweir.brief.render import drop_briefs
from planweir.journal.store import Journal
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.mend import closed, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places


def answer(places: Places, name: str, words: str) -> Answer:
    """Answer what task `name` asks; the answer stands in its next brief. A blocked task may be tried again by it."""
    journal = Journal(places)
    state = journal.state()
    refused = closed(state) or unknown(state, name)
    if refused:
        return refused
    task = state["tasks"][name]
    if not task["question"] or task["status"] not in ("pending", "blocked"):
        note = f" /task-planner unblock {name} --note '…' lets it be tried again." if task["status"] == "blocked" else ""
        return no(f"{name} asks nothing; it is {task['status']}.{note}")
    try:
        said = fitting(words.strip())
    except NoAnswer as error:
        return no(f"nothing was done: {error}.")
    if not said:
        return no(f'say what the answer is: /task-planner answer {name} "…".')
    journal.record({"kind": "answered", "task": name, "answer": said, "by": "person"})
    drop_briefs(places, name)
    return yes(f"your answer is in the next brief of {name}. Type /implement-plan to have the plan go on.")
