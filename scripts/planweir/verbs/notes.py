"""What a person adds to a plan without changing it: notes for a task's agents, and that a criterion holds.

`checked` names a task and its item, or a criterion of a requirement (`confirm`).
"""

from __future__ import annotations

from planweir.brief.render import drop_briefs
from planweir.brief.told import items
from planweir.journal.ready import FINISHED, running_tasks
from planweir.journal.store import Journal
from planweir.verbs import confirm
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

LIVE = ("open", "paused", "blocked")


def note(places: Places, name: str, words: str) -> Answer:
    """Put `words` into every later brief of task `name`: its implementer's and its reviewers'."""
    journal = Journal(places)
    state = journal.state()
    refused = _refused(state, name)
    if refused:
        return refused
    if not words.strip():
        return no(f"say what its agents should know: /task-planner note {name} '…'.")
    if state["tasks"][name]["status"] in FINISHED:
        return no(f"{name} is {state['tasks'][name]['status']}; no agent works on it any more. Note it for a later task.")
    journal.record({"kind": "noted", "task": name, "what": words.strip(), "by": "person"})
    drop_briefs(places, name)
    late = f" The agent that works on {name} now does not see it; the next one does." if name in running_tasks(state) else ""
    return yes(f"noted for {name}: {words.strip()}{late}")


def checked(places: Places, name: str, number: int | None = None) -> Answer:
    """A person found that a criterion for them holds: the `number`-th of task `name`, or its only open one."""
    journal = Journal(places)
    state = journal.state()
    if number is None and state["plan"]["status"] in LIVE and name not in state["tasks"] and confirm.known(state, name):
        return confirm.confirm(places, name)
    refused = _refused(state, name)
    if refused:
        return refused
    found = items(state, [name])
    if not found:
        return no(f"{name} has nothing to check by hand.")
    wanted = [item for item in found if item.number == number] if number is not None else [item for item in found if not item.at]
    listed = "\n".join(f"  {item}" for item in found)
    if not wanted:
        return no(f"{name} has no item {number}:\n{listed}") if number is not None else yes(f"all of {name} is checked:\n{listed}")
    if len(wanted) > 1:
        return no(f"say which one: /task-planner checked {name} NUMBER.\n{listed}")
    state = journal.record({"kind": "checked", "task": name, "text": wanted[0].text, "by": "person"})
    left = [item for item in items(state, list(state["tasks"])) if not item.at]
    rest = f" Still to check by hand: {', '.join(f'{item.task} {item.number}' for item in left[:20])}." if left else " Nothing is left to check by hand."
    return yes(f"{name} {wanted[0].number} is checked: {wanted[0].text.rstrip('.')}.{rest}")


def _refused(state: State, name: str) -> Answer | None:
    if state["plan"]["status"] not in LIVE:
        return no("no plan is open here.")
    if name not in state["tasks"]:
        return no(f"{name} is no task of this plan. Its tasks: {', '.join(list(state['tasks'])[:40])}.{confirm.guess(state, name)}")
    return None
