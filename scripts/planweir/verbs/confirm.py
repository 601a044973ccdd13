"""A named person says that a criterion of a requirement holds: bound to the files of the tasks that serve it, as they are now."""

from __future__ import annotations

from planweir.brief.required import served_digest, standings
from planweir.journal.ready import CLOSED, serving, wanted
from planweir.journal.store import Journal
from planweir.plan.forms import nearest
from planweir.values import shown
from planweir.verbs import person
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import GraphWanted, State
    from planweir.places import Places


def known(state: State, name: str) -> bool:
    """Is `name` a requirement or a criterion of this plan, in whatever case?"""
    return bool(_meant(state, name)) or any(row["id"].casefold() == name.casefold() for row in state["graph"]["requirements"])


def guess(state: State, name: str) -> str:
    """The criterion that is most likely meant, in words to append; empty where there is none."""
    near = nearest(name, tuple(row["id"] for row in wanted(state)))
    return f" Did you mean the criterion {near}?" if near and name.count(".") else ""


def confirm(places: Places, name: str) -> Answer:
    """Confirm the criterion `name`, or the only one of the requirement `name` that waits for a person."""
    journal = Journal(places)
    state = journal.state()
    rows = _meant(state, name) or [
        row.wanted
        for row in standings(places, state)
        if row.wanted["id"].rpartition(".")[0].casefold() == name.casefold() and row.wanted["by_hand"] and not row.satisfied
    ]
    if len(rows) != 1:
        if not rows:
            return no(f"nothing of {name} waits for a person. /task-planner status --requirements shows how each criterion stands.")
        listed = "\n".join(f"  {row['id']}: {_flat(row['text'])}" for row in rows)
        return no(f"say which one: /task-planner checked {rows[0]['id']}.\n{listed}")
    row = rows[0]
    refused = _not_now(state, row)
    if refused:
        return refused
    tasks = serving(state)[row["id"]]
    who = person.name(places)
    digest = served_digest(places, state, tasks)
    state = journal.record({"kind": "confirmed", "criterion": row["id"], "text": row["text"], "digest": digest, "person": who, "by": "person"})
    left = [one.wanted["id"] for one in standings(places, state) if one.wanted["by_hand"] and not one.satisfied]
    rest = f" Still to confirm: {', '.join(left[:20])}." if left else ""
    bound = f" It holds for the files of {', '.join(tasks)} as they are; once they change, it is asked again." if tasks else ""
    return yes(f"{row['id']} is confirmed by {who}: {_flat(row['text']).rstrip('.')}.{bound}{rest}")


def _meant(state: State, name: str) -> list[GraphWanted]:
    return [row for row in wanted(state) if row["id"].casefold() == name.casefold()]


def _not_now(state: State, row: GraphWanted) -> Answer | None:
    name = row["id"]
    if row["check"]:
        return no(
            f"{name} is shown by its command, `{row['check']}`, which the gate runs; a word does not stand for it. Where it cannot pass: "
            f"/task-planner waive {name} --why '…'."
        )
    late = [f"{one} is {state['tasks'][one]['status'].replace('_', ' ')}" for one in serving(state)[name] if state["tasks"][one]["status"] not in ("reviewed", *CLOSED)]
    if late:
        return no(f"{name} cannot be confirmed yet: {', '.join(late)}, and what it will be nobody has seen.")
    return None


def _flat(words: str) -> str:
    return shown(" ".join(words.split()))[:400]
