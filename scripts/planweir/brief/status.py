"""How the plan stands, in lines that fit a glance."""

from __future__ import annotations

from planweir.brief import aside, insights, noticed, required
from planweir.brief.steps import asked_files, next_step
from planweir.brief.told import beyond, by_hand, rejections, told
from planweir.journal import markers
from planweir.journal.ready import all_closed, current_wave, scaffolds, single
from planweir.values import number_or, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import GraphTask, State, TaskState
    from planweir.places import Places

MARKS = {
    "completed": "✓",
    "scaffold": "~",
    "reviewed": "◐",
    "implemented": "◐",
    "in_progress": "→",
    "blocked": "!",
    "skipped": "-",
    "rework": "→",
    "pending": " ",
}
MOST_WIDTH = 60  # columns before the second one begins
LEGEND = "Legend: [✓] completed [→] in progress [◐] in review [!] blocked [ ] pending"
SCAFFOLD = " [~] scaffold: nothing reaches its code"


def lines(places: Places, state: State) -> list[str]:
    shown = [f"Plan: {state['graph']['title']}" + _plan_mark(state), wave_line(state)]
    width = min(MOST_WIDTH, max((len(_head(state, task)) for task in state["graph"]["tasks"]), default=0))
    for task in state["graph"]["tasks"]:
        shown.append(task_line(state, task, width))
        why = state["tasks"][task["id"]]["why"]
        if why and state["tasks"][task["id"]]["status"] in ("blocked", "skipped", "scaffold"):
            shown.append(f"    {why}{_what_is_left(state['tasks'][task['id']])}")
            shown += [f"    {line}" for line in rejections(state, task["id"])]
    shown.append(LEGEND + (SCAFFOLD if scaffolds(state) else ""))
    shown += _engine(state)
    names = [task["id"] for task in state["graph"]["tasks"]]
    shown += told(state, names)
    shown += beyond(state, names)
    shown += [f"Waits for you: {line}" for line in asked_files(state)]
    shown += by_hand(state, [name for name in names if state["tasks"][name]["status"] in ("completed", "scaffold")])
    shown += required.count(places, state)
    shown += insights.status(state)
    for check, why in state["waivers"].items():
        shown.append(f"Waived: {check} ({why})")
    shown += noticed.lines(state)
    shown += aside.lines(state)
    for incident in state["incidents"][-3:]:
        shown.append(f"Incident: {incident}")
    missing = markers.missing(places)
    if missing:
        shown.append(f"Incident: the marker {missing[0]} is missing; the next hook sets it again.")
    if missing or state["incidents"]:
        shown.append("What is wrong, and what mends it: /task-planner doctor")
    shown.append(f"Next: {next_step(state, places)['say']}")
    return shown


def _engine(state: State) -> list[str]:
    """What carries waves out, where it was chosen at all."""
    if single(state) or not state["plan"]["engine_why"]:
        return []
    return [f"Engine: {state['plan']['engine']} ({state['plan']['engine_why']})"]


def _what_is_left(task: TaskState) -> str:
    """What became of a skipped task's changes."""
    if task["status"] != "skipped":
        return ""
    if task["skip_to"]:
        return f" (its changes went to {task['skip_to']})"
    return " (its changes were taken out)" if task["taken_out"] else ""


def _plan_mark(state: State) -> str:
    status_ = state["plan"]["status"]
    why = f": {state['plan']['why']}" if state["plan"]["why"] else ""
    how = aside.of_the_pause(state) if status_ == "paused" else ""
    why = f" {how}{why}" if how else why
    return "" if status_ == "open" else f" ({status_}{why})"


def wave_line(state: State) -> str:
    waves = len(state["waves"])
    counts = dict.fromkeys(("completed", "scaffold", "in progress", "in review", "blocked", "skipped", "pending"), 0)
    for task in state["tasks"].values():
        counts[
            {
                "in_progress": "in progress",
                "rework": "in progress",
                "implemented": "in review",
                "reviewed": "in review",
            }.get(task["status"], task["status"])
        ] += 1
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count and name != "pending")
    wave = f"{waves}/{waves}, all closed" if all_closed(state) else f"{current_wave(state)}/{waves}"
    return f"Wave {wave} | {shown or 'nothing started'}"


def _head(state: State, text: GraphTask) -> str:
    return f"[{MARKS[state['tasks'][text['id']]['status']]}] {text['id']}: {text['title']} ({text['agent']})"


def task_line(state: State, text: GraphTask, width: int) -> str:
    task = state["tasks"][text["id"]]
    head = _head(state, text)
    if task["status"] == "pending" and not task["attempts"]:
        return head
    parts = [f"tests: {_tests(task['evidence'])}"]
    reviews = [f"{role.split('-')[0]} {row['verdict']}" for role, row in task["reviews"].items()]
    if len(task["reviews"]) == 2 and all(row["verdict"] == "pass" for row in task["reviews"].values()):
        parts.append("reviews: passed")
    elif reviews:
        parts.append(f"reviews: {', '.join(reviews)}")
    if task["unreviewed"]:
        parts.append("reviews: none (--single)")
    if task["status"] in ("completed", "scaffold") and not task["commit"] and state["graph"]["commit"] != "none":
        parts.append("no commit")  # it changed nothing, or nothing that git holds
    if task["failed_reviews"]:
        since = f" ({task['cycles']} since a person unblocked it)" if task["cycles"] != task["failed_reviews"] else ""
        parts.append(f"failed reviews: {task['failed_reviews']}{since}")
    return f"{head:<{width}}    " + "   ".join(parts)


def _tests(evidence: dict[str, object]) -> str:
    if not evidence:
        return "pending"
    passed = evidence.get("passed")
    if isinstance(passed, int) and passed >= 0:
        return f"{number_or(evidence, 'passed')} passed"
    if evidence.get("run") is None and evidence.get("ok") is True:
        return "none asked for"
    return text_or(evidence, "reason", "ok")
