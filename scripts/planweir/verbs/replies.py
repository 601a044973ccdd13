"""What a person says to a task that waits for them: the answer to its question, and whether its plan is accepted."""

from __future__ import annotations

from planweir.attempt.asking import NoAnswer, fitting
from planweir.attempt.planning import rejected
from planweir.brief.render import drop_briefs
from planweir.journal.ready import running_tasks, submitted
from planweir.journal.store import Journal
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.mend import closed, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
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


def accept(places: Places, name: str) -> Answer:
    """Accept the plan that was submitted for task `name`, or the last one that a blocked task was sent back with."""
    journal = Journal(places)
    state = journal.state()
    blocked = name in state["tasks"] and state["tasks"][name]["status"] == "blocked"
    refused = closed(state) or unknown(state, name) or _no_plan(state, name, also_refused=blocked)
    if refused:
        return refused
    journal.record({"kind": "plan_accepted", "task": name, "by": "person"})
    drop_briefs(places, name)
    return yes(f"the plan of {name} is accepted; its implementer gets it. Type /implement-plan to have the plan go on.")


def reject(places: Places, name: str, why: str) -> Answer:
    """Send the submitted plan of task `name` back; the reason stands in the next planning brief."""
    journal = Journal(places)
    state = journal.state()
    refused = closed(state) or unknown(state, name) or _no_plan(state, name)
    if refused:
        return refused
    if not why.strip():
        return no(f'say why: /task-planner reject {name} "…". The next plan is made with it.')

    def decide(fresh: State) -> list[Event]:
        return rejected(fresh, name, {"by": "person", "why": why.strip()})

    state = journal.transact(decide)
    drop_briefs(places, name)
    if state["tasks"][name]["status"] == "blocked":
        return yes(
            f"the plan of {name} is sent back. It was the third in a row, so {name} is blocked: /task-planner accept {name}, "
            f"unblock {name} --note '…' (three more), or skip {name}."
        )
    return yes(f"the plan of {name} is sent back with your reason. Type /implement-plan to have the plan go on.")


def _no_plan(state: State, name: str, also_refused: bool = False) -> Answer | None:
    """Why no plan of `name` can be judged by a person now."""
    if name in running_tasks(state):
        return no(f"an agent of {name} is at work. Wait for its report.")
    if submitted(state, name) or (also_refused and state["tasks"][name]["proposal"] is not None):
        return None
    return no(f"no plan of {name} waits to be accepted; it is {state['tasks'][name]['status']}.")
