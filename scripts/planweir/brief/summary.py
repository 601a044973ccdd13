"""The account of a plan for people: what was wanted, what each task came to, what was left aside and by whom."""

from __future__ import annotations

from planweir.brief import insights
from planweir.brief.aside import line
from planweir.brief.told import beyond, for_later, for_the_plan, items
from planweir.journal.ready import graph_task
from planweir.values import many, rows, sub, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State, TaskState

ENDED = {"complete": "complete", "aborted": "aborted by a person", "blocked": "blocked", "paused": "paused", "open": "under way"}


def summary(state: State, events: list[Event], matrix: list[str] | None = None) -> str:
    """The document. Deterministic: the same journal, and the same `matrix` of the requirements, give the same bytes."""
    plan, graph = state["plan"], state["graph"]
    opened: Event = events[0] if events else {}
    head = [
        f"Goal: {graph['goal']}" if graph["goal"] else "",
        f"Plan: {plan['file']}",
        f"State: {ENDED.get(plan['status'], plan['status'])}",
        f"From {plan['opened_at']} to {plan['updated_at']}",
        f"Branch: {text_or(opened, 'branch')}" if text_or(opened, "branch") else "",
        _cost(list(state["tasks"].values())),
    ]
    names = [task["id"] for task in graph["tasks"]]
    parts = [f"# {graph['title']}", "\n".join(f"- {line}" for line in head if line)]
    for number, wave in enumerate(state["waves"], 1):
        parts.append(_section(f"Wave {number}", [*(_task(state, name) for name in wave), _gate(state, events, number)]))
    end = next((row for row in reversed(events) if row.get("kind") == "completed"), {})
    parts += [
        _section("Last checks", [_flat(line) for line in texts(end, "lines") if line.startswith("  ") and not line.startswith("      ")]),
        _section("Left out of them", [f"{row[0]}: {_flat(str(row[1]))}" for row in rows(end, "excluded") if isinstance(row, list) and len(row) == 2]),
        _section("Waived by a person", [f"{check}: {why}" for check, why in state["waivers"].items()]),
        _section("Changed beyond a task's files", beyond(state, names, ("taken", "allowed"))),
        _section("Check by hand", [str(item) if item.at else f"{item} (not checked)" for item in items(state, names)]),
        _fenced("Requirements", matrix or []),
        _section("For the plan (agents' words)", [f"{name}: {_flat(words)}" for name in names for words in for_the_plan(state["tasks"][name])]),
        _section("Concerns (agents' words)", [f"{name}: {_flat(said)}" for name in names if (said := text_or(state["tasks"][name]["report"], "concerns"))]),
        _section("For later tasks (agents' words)", [f"{name}: {_flat(words)}" for name in names for words in for_later(state["tasks"][name])]),
        _section("Notes of a person", [f"{name}: {_flat(words)}" for name in names for words in state["tasks"][name]["notes"]]),
        _section("Open findings below critical", [line for name in names for line in _findings(state, name)]),
        _section("Insights (agents' and persons' words)", insights.summary(state)),
        _section("A person's verbs that were not typed in a session", [line(row) for row in state["aside"]]),
        _section("Incidents", state["incidents"]),
        _section("Before the plan", _before(state)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _fenced(title: str, lines: list[str]) -> str:
    words = "\n".join(lines)
    fence = "```"
    while fence in words:
        fence += "`"
    return f"## {title}\n\n{fence}\n{words}\n{fence}" if lines else ""


def _section(title: str, lines: list[str]) -> str:
    kept = [line for line in lines if line]
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in kept) if kept else ""


def _task(state: State, name: str) -> str:
    task, text = state["tasks"][name], graph_task(state, name)
    parts = [task["status"]]
    if task["status"] == "skipped":
        parts.append(task["why"])
        if task["skip_to"] or task["taken_out"]:
            parts.append(f"its changes went to {task['skip_to']}" if task["skip_to"] else "its changes were taken out")
    if task["status"] == "scaffold":
        parts.append(task["why"])
    if text["not_reached"]:
        parts.append(f"not reached, as planned: {text['not_reached']}")
    if task["commit"]:
        parts.append(f"commit {task['commit'][:10]}")
    if task["evidence"]:
        parts.append(text_or(task["evidence"], "detail"))
        added = texts(task["evidence"], "new_tests")
        parts.append(many(len(added), "new test") if added else "")
    verdicts = ", ".join(f"{role} {row['verdict']}" for role, row in task["reviews"].items())
    parts.append(f"reviews: {verdicts}" if verdicts else "")
    parts.append(f"{many(task['failed_reviews'], 'failed review')} before" if task["failed_reviews"] else "")
    if task["attempts"]:
        parts.append(many(task["attempts"], "attempt"))
    parts.append(_cost([task]))
    parts.append(f"by {text['agent']}" if text["agent"] != "implementer" else "")
    if task["files_changed"]:
        parts.append("changed " + ", ".join(task["files_changed"][:12]))
    return f"{name} {text['title']}: " + "; ".join(_flat(part) for part in parts if part)


def _gate(state: State, events: list[Event], wave: int) -> str:
    runs = [row for row in events if row.get("kind") in ("gate_passed", "gate_failed") and row.get("wave") == wave]
    gate = state["gates"].get(str(wave))
    if gate is None or not runs:
        return ""
    checks = ", ".join(f"{text_or(row, 'name')} {text_or(row, 'result')}" for row in gate["checks"])
    return f"Gate: {'passed' if gate['passed'] else 'not passed'} after {many(len(runs), 'run')} ({checks})"


def _findings(state: State, name: str) -> list[str]:
    """What reviews that passed found all the same."""
    return [
        f"{name}: [{text_or(row, 'severity')}] {text_or(row, 'path')}:{row.get('line', 0)} {_flat(text_or(row, 'what'))}"
        for review in state["tasks"][name]["reviews"].values()
        for row in rows(review["review"], "findings")
        if isinstance(row, dict)
    ]


def _before(state: State) -> list[str]:
    baseline = state["baseline"]
    dirty = ", ".join(sorted(sub({"dirty": baseline["dirty"]}, "dirty"))[:20])
    return [
        f"changed before it, the person's own: {dirty}" if dirty else "",
        f"failed before it: {', '.join(baseline['failing'][:20])}" if baseline["failing"] else "",
    ]


def _cost(tasks: list[TaskState]) -> str:
    """Agents' time and tokens, as far as the client told them."""
    seconds = sum(task["duration_ms"] for task in tasks) // 1000
    tokens = sum(task["tokens"] for task in tasks)
    parts = [f"{seconds // 60} min {seconds % 60} s of agents' time"] if seconds else []
    parts += [f"{tokens:,} tokens".replace(",", " ")] if tokens else []
    return ", ".join(parts)


def _flat(words: str) -> str:
    return " ".join(words.split())
