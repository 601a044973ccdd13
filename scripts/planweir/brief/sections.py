"""The parts of a brief that follow from the plan and the journal alone. Each is a whole section, or nothing."""

from __future__ import annotations

from planweir.brief import quotes, told
from planweir.brief.told import for_later
from planweir.journal.ready import graph_task
from planweir.values import rows, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import GraphTask, State, TaskState

MOST_NOTES = 20  # of tasks that this one does not depend on
LONGEST_NOTE = 600  # characters of one of those


def plan(state: State) -> str:
    goal = state["graph"]["goal"]
    return f"Plan: {state['graph']['title']}" + (f"\nGoal: {goal}" if goal else "")


def task(text: GraphTask) -> str:
    return f"# {text['id']}: {text['title']}" + (f"\n\n{text['description']}" if text["description"] else "")


def done_when(text: GraphTask) -> str:
    lines = [
        ("- (by hand, a person checks it) " if row["by_hand"] else "- ") + row["text"]
        for row in text["done_when"]
    ]
    return "## Done when\n" + "\n".join(lines) if lines else ""


def scope(state: State, text: GraphTask, asks: bool = False) -> str:
    allowed = state["allowed"].get(text["id"], [])
    if not text["files"]:
        return "## Files\nThis task names no files and runs alone: what it changes is its own."
    also = [*text["also"], *allowed]
    line = "## Files\nThis task may change: " + ", ".join(f"`{glob}`" for glob in text["files"])
    if also:
        line += "\nBy-products that may change too: " + ", ".join(f"`{glob}`" for glob in also)
    line += "\nLock files and snapshots may change as well. Anything else belongs to another task or to nobody"
    return line + (f"; what {text['id']} needs of it, ask for: `task-planner request-scope {text['id']} PATH --why '…'`." if asks else ".")


def asked_files(state: State, name: str) -> str:
    """What the task asked for beyond its files, and what came of it."""
    came = {
        "": "waits for a person; leave it until then",
        "allowed": "a person allowed it: you may change it",
        "refused": "a person refused it: do without",
        "taken": "you may change it; the reviewers and a person are told",
    }
    lines = [
        f"- `{row['path']}`: {came[row['answer']]}" + (f". They say: {quotes.held(row['said'])}" if row["said"] else "")
        for row in state["requests"]
        if row["task"] == name and row["answer"] in came
    ]
    return "## Files that were asked for\n" + "\n".join(lines) if lines else ""


def beyond(state: State, name: str) -> str:
    """For its reviewers: what the task may have changed beyond its files, and why."""
    lines = told.beyond(state, [name], ("taken", "allowed"))
    return "## Beyond its files\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def checks(state: State, text: GraphTask) -> str:
    lines = [f"- `{command}`" for command in text["verify"]]
    wide = [f"- `{command}`" for command in state["graph"]["verify"]]
    words = "## Checks\n"
    if lines:
        words += "Run verbatim, after the last change:\n" + "\n".join(lines)
        if wide:
            words += "\nThe wave's gate also runs:\n" + "\n".join(wide)
    elif wide:
        words += (
            "Run one of these verbatim, or a test runner on what you changed, after the last change:\n"
            + "\n".join(wide)
        )
    else:
        words += "The plan names none for this task: run the project's own test runner on what you changed, after the last change."
    at_end = [f"- `{command}`" for command in state["graph"]["verify_at_end"]]
    if at_end:
        words += "\nThe last gate also runs:\n" + "\n".join(at_end)
    setup = [f"`{command}`" for command in state["graph"]["setup"]]
    if setup:
        words += f"\nOnly if a tool or a package that they need is missing: {', '.join(setup)}"
    if text["new_tests"]:
        words += "\nThis task adds or extends tests. The gate looks for them, and runs them without your other changes: one at least must fail then."
    return words


def came_back(task: TaskState) -> str:
    lines: list[str] = []
    if task["note"]:
        lines.append(f"A person says: {task['note']}")
    lines += [quotes.finding(row) for row in task["findings"]]
    for role, review in task["reviews"].items():
        if review["verdict"] == "fail":
            lines += [
                "- " + quotes.held(f"{role}, {text_or(row, 'criterion')}: {text_or(row, 'score')}. {text_or(row, 'why')}")
                for row in rows(review["review"], "scores")
                if isinstance(row, dict) and row.get("score") != "PASS"
            ]
    if task["sent_back"]:
        lines.append("The gate sent the task back:\n" + quotes.quoted(task["sent_back"]))
    if task["lost"]:
        lines.append(
            f"An earlier attempt ended without a report ({task['why']}); its changes are still in the tree: look first."
        )
    return "## What came back\n" + "\n".join(lines) if lines else ""


def earlier(state: State, text: GraphTask) -> str:
    lines: list[str] = []
    for name in dict.fromkeys((*text["depends_on"], *text["wires"])):
        task = state["tasks"].get(name)
        if task is None:
            continue
        changed = quotes.listed(task["files_changed"][:12])
        line = f"- {name}: {graph_task(state, name)['title']} ({task['status']}{_left(task)})"
        if changed and not task["taken_out"]:
            line += f"; changed {changed}"
        lines += [line, *(f"  Its agent notes: {quotes.held(words, '    ')}" for words in for_later(task))]
    shown = "## What this builds on\n" + "\n".join(lines) if lines else ""
    if not text["wires"]:
        return shown
    wires = "\n".join(f"- {name}: {state['tasks'][name]['why'] or 'what it added'}" for name in text["wires"] if name in state["tasks"])
    told = f"## What this wires\nThis task connects what these tasks added to an entry point; the gate asks whether one reaches it.\n{wires}"
    return f"{shown}\n\n{told}".strip()


def _left(task: TaskState) -> str:
    """What became of a skipped task's changes: whether what this one builds on is there."""
    if task["status"] != "skipped":
        return ""
    if task["skip_to"]:
        return f"; its changes went to {task['skip_to']}"
    return "; its changes were taken out" if task["taken_out"] else "; it changed nothing"


def others(state: State, text: GraphTask) -> str:
    """What agents of earlier waves noted for later tasks, where this one does not depend on theirs."""
    own = state["tasks"][text["id"]]["wave"]
    lines = [
        f"- {name}: {quotes.held(words[:LONGEST_NOTE])}"
        for name, task in state["tasks"].items()
        if task["wave"] < own and name not in text["depends_on"] and not task["taken_out"]
        for words in for_later(task)
    ]
    return "## What other tasks noted\n" + "\n".join(lines[-MOST_NOTES:]) if lines else ""


def notes(task: TaskState) -> str:
    return "## Notes of a person\n" + "\n".join(f"- {words}" for words in task["notes"]) if task["notes"] else ""


def context(state: State) -> str:
    return "## Context of the plan\n" + state["graph"]["context"] if state["graph"]["context"] else ""
