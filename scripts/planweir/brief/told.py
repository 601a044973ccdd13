"""What a person should hear of tasks, beyond how they stand: what agents said for them, what only they can check, and why a
task stopped. Agents' words are marked as theirs; nothing here was checked."""

from __future__ import annotations

from planweir.brief import required
from planweir.journal.ready import graph_task
from planweir.values import rows, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State, TaskState

MOST_FINDINGS = 8
LONGEST = 400  # characters of one finding


def told(state: State, names: list[str]) -> list[str]:
    """What the agents of these tasks said that is for a person's ears; what one said for the plan stays, whatever came after."""
    shown: list[str] = []
    for name in names:
        task = state["tasks"][name]
        shown += [f"{name}: no review; done by the main thread (--single)"] if task["unreviewed"] else []
        concerns = text_or(task["report"], "concerns")
        if concerns:
            shown.append(f"{name} says (concerns): {_flat(concerns)}")
        shown += [f"{name} says (for the plan): {_flat(words)}" for words in for_the_plan(task)]
    return shown


def for_the_plan(task: TaskState) -> list[str]:
    return [row["words"] for row in task["heard"] if row["part"] == "for the plan"]


def for_later(task: TaskState) -> list[str]:
    return [row["words"] for row in task["heard"] if row["part"] == "for later tasks"]


def beyond(state: State, names: list[str], answers: tuple[str, ...] = ("taken",)) -> list[str]:
    """The files beyond its own that a task changed, or may: what the plan's `Scope: warn` let pass, or what a person allowed."""
    how = {"taken": "the plan's `Scope: warn` let it pass", "allowed": "a person allowed it"}
    return [
        f"{row['task']} may change {row['path']}, which is not among its files: {how[row['answer']]}"
        + (f" ({_flat(row['why'])})" if row["why"] else "")
        for row in state["requests"]
        if row["task"] in names and row["answer"] in answers
    ]


class Item:
    """One criterion for a person: the `number`-th of its task; `at`: when a person said that it holds, or nothing."""

    __slots__ = ("at", "number", "task", "text")

    def __init__(self, task: str, number: int, text: str, at: str) -> None:
        self.task = task
        self.number = number
        self.text = text
        self.at = at

    def __str__(self) -> str:
        return f"{self.task} {self.number}: {_flat(self.text)}" + (f" (checked {self.at[:10]})" if self.at else "")


def items(state: State, names: list[str]) -> list[Item]:
    """The criteria of these tasks that only a person can check; none of a task that was skipped."""
    found: list[Item] = []
    for name in names:
        task = state["tasks"][name]
        checked = {row["text"]: row["at"] for row in task["checked"]}
        by_hand = [row["text"] for row in graph_task(state, name)["done_when"] if row["by_hand"]]
        if task["status"] != "skipped":
            found += [Item(name, number, text, checked.get(text, "")) for number, text in enumerate(by_hand, 1)]
    return found


def by_hand(state: State, names: list[str]) -> list[str]:
    """The items as lines, and how to say that one holds."""
    found = items(state, names)
    wanted = required.by_hand(state, names, also=len(names) == len(state["tasks"]))
    if not found and wanted:
        return ["Check by hand (/task-planner checked and the id says that one holds):", *wanted]
    if not found:
        return []
    due = [item for item in found if not item.at]
    how = f" (/task-planner checked {due[0].task} {due[0].number} says that one holds)" if due else ""
    return [f"Check by hand{how}:", *(f"  {item}" for item in found), *wanted]


def rejections(state: State, name: str) -> list[str]:
    """What the last review of a blocked task found, with a way on; nothing where no review stands against it."""
    task = state["tasks"][name]
    failed = {role: row for role, row in task["reviews"].items() if row["verdict"] == "fail"}
    if task["status"] != "blocked" or not failed:
        return []
    shown = [
        f"{role}: {text_or(row, 'score')} {_flat(text_or(row, 'criterion'))}: {_flat(text_or(row, 'why'))}"
        for role, review in failed.items()
        for row in rows(review["review"], "scores")
        if isinstance(row, dict) and row.get("score") != "PASS"
    ]
    shown += [
        f"[{text_or(row, 'severity')}] {text_or(row, 'path')}:{row.get('line', 0)} {_flat(text_or(row, 'what'))}"
        for row in task["findings"]
    ]
    more = len(shown) - MOST_FINDINGS
    shown = [*shown[:MOST_FINDINGS], *([f"… and {more} more"] if more > 0 else [])]
    claim = text_or(task["report"], "concerns")
    if claim:
        shown.append(f"Its implementer says: {_flat(claim)}")
    way = f"settle the first of these in a note: /task-planner unblock {name} --note '…'"
    if any("scope" in line for line in shown):
        way = f"give it the files that it needs (/task-planner amend {name} --files …), then /task-planner unblock {name}"
    return [*shown, f"Recommended: {way}; where the reviewers are wrong, say so in the note, which they read too."]


def _flat(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= LONGEST else flat[:LONGEST] + "…"
