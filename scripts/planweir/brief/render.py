"""The text that each agent starts with. Deterministic: the same state and tree give the same bytes.

The first line is how an agent is recognised: `**Task ID:** T1 | role: implementer | attempt: 1`.
"""

from __future__ import annotations

import json
import os
from binascii import crc32

from planweir.brief import insights, quotes, required
from planweir.brief.told import beyond, for_later
from planweir.journal.ready import graph_task, next_attempt, single
from planweir.journal.store import Journal
from planweir.places import in_bytes, write_whole
from planweir.plan.globs import literal_prefix
from planweir.values import rows, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.ready import Due
    from planweir.journal.types import GraphTask, State, TaskState
    from planweir.places import Places

ROLES = ("implementer", "planner", "plan-reviewer", "task-reviewer", "code-reviewer")
MOST_NOTES = 20  # of tasks that this one does not depend on
LONGEST_NOTE = 600  # characters of one of those
LONGEST_DIFF = 60_000  # characters; beyond that the reviewer reads the rest with git

REPORT = """\
## Your last message
First line, exactly one of: DONE, DONE_WITH_CONCERNS, NEEDS_CONTEXT, BLOCKED. Then, each optional, one line each:
Task: {task}
Changed: the files that you changed
Checks: the command and what it said
Concerns: / Question: / Blocker: what applies
For the plan: a missing task, a wrong decision, a new constraint, a conflict, a gap (never improvise on those)
For later tasks: what they need to know
Keep it under 600 bytes. Nothing in it counts as proof: runs are recorded when they happen."""

CRITERIA = {
    "task-reviewer": "one score per line of Done when that is not (by hand), its text as the criterion, then `scope` and `claims`",
    "code-reviewer": "correctness, tests, clarity, safety, fit",
    "plan-reviewer": "covers, fit, risk",
}
VERDICTS = {
    "task-reviewer": "pass needs no FAIL and at most one WEAK",
    "code-reviewer": "pass needs no FAIL, at most two WEAK and no critical finding",
    "plan-reviewer": "pass needs no FAIL, at most one WEAK and no critical finding",
}


def first_line(task: str, role: str, attempt: int) -> str:
    return f"**Task ID:** {task} | role: {role} | attempt: {attempt}"


def brief_path(places: Places, due: Due) -> str:
    return f"{places.artifacts}/briefs/{brief_name(due)}.md"


def brief_name(due: Due) -> str:
    return f"{due.task}-{due.role}-{due.attempt}"


def drop_briefs(places: Places, task: str) -> None:
    """Forget the briefs of `task` that no agent has had yet: something that they say has changed."""
    folder = f"{places.artifacts}/briefs"
    state = Journal(places).state()
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        for role in ROLES:
            number = name.removeprefix(f"{task}-{role}-").split(".")[0]
            if name.startswith(f"{task}-{role}-") and number.isdigit() and int(number) >= next_attempt(state, task, role):
                os.unlink(f"{folder}/{name}")


def write_brief(places: Places, state: State, due: Due) -> tuple[str, str]:
    """Render the brief of `due` and keep it. Returns its text and, for a reviewer, the digest of what it reviews."""
    if due.role in ("implementer", "planner"):
        words, digest = implementer(state, due, principles(places, state, due.task)), ""
    elif due.role == "plan-reviewer":
        plan = quotes.submitted_plan(state["tasks"][due.task])
        words, digest = reviewer(state, due, plan, principles(places, state, due.task)), ""
    else:
        from planweir.brief.package import package

        facts, digest = package(places, state, due.task)
        words = reviewer(state, due, facts, principles(places, state, due.task))
    write_whole(brief_path(places, due), words)
    write_whole(brief_path(places, due) + ".json", json.dumps({"digest": digest, "sum": crc32(in_bytes(words))}))
    return words, digest


PRINCIPLES = ("CLAUDE.md", ".claude/CLAUDE.md", "AGENTS.md")


def principles(places: Places, state: State, name: str) -> str:
    """The project's own rules, by name: those of its root and of the folders that task `name` works in. An agent reads what the
    client has not given it already."""
    folders = [""]
    for path in graph_task(state, name)["files"]:
        parts = literal_prefix(path).split("/")[:-1]
        folders += ["/".join(parts[:end]) + "/" for end in range(1, len(parts) + 1)]
    found = [
        path
        for folder in dict.fromkeys(folders)
        for path in (f"{folder}{file}" for file in PRINCIPLES)
        if os.path.isfile(os.path.join(places.project, path))
    ]
    if not found:
        return ""
    listed = ", ".join(f"`{path}`" for path in found[:12])
    return f"## Principles of the project\nThey hold for this task and stand in {listed}; read what you were not given."


def read_brief(places: Places, due: Due) -> tuple[str, str] | None:
    """The kept brief and digest of `due`; None where there is none, or not as it was rendered: then it is rendered again."""
    try:
        with open(brief_path(places, due), encoding="utf-8", newline="") as file:
            words = file.read()
        with open(brief_path(places, due) + ".json", encoding="utf-8") as file:
            beside = json.load(file)
        return (words, text_or(beside, "digest")) if beside["sum"] == crc32(in_bytes(words)) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def implementer(state: State, due: Due, beside: str = "") -> str:
    task, text = state["tasks"][due.task], graph_task(state, due.task)
    planning = due.role == "planner"
    who = "A person" if state["graph"]["plans_accepted_by"] == "person" else "A task reviewer"
    parts = [
        first_line(due.task, due.role, due.attempt),
        _plan(state),
        quotes.PLAN_FIRST.format(who=who) if planning else "",
        _task(text),
        _done_when(text),
        required.served(state, text),
        _scope(state, text, asks=not planning),
        _checks(state, text),
        _came_back(task),
        _asked_files(state, due.task),
        quotes.refused_plan(task, "The plan before") if planning else quotes.accepted_plan(task, "The plan that you submitted"),
        quotes.answers(task, "You asked"),
        _notes(task),
        _earlier(state, text),
        _others(state, text),
        insights.for_brief(state, text),
        _context(state),
        beside,
        quotes.REPORT_PLAN if planning else REPORT.format(task=due.task),
        quotes.HAND_IN.format(task=due.task) if single(state) else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def reviewer(state: State, due: Due, facts: str, beside: str = "") -> str:
    task, text = state["tasks"][due.task], graph_task(state, due.task)
    example = {
        "task": due.task,
        "role": due.role,
        "scores": [{"criterion": "…", "score": "PASS|WEAK|FAIL", "why": "what you saw"}],
        "findings": [{"severity": "critical|major|minor", "path": "src/a.py", "line": 12, "what": "…"}],
        "verdict": "pass|fail",
        "summary": "one sentence",
    }
    parts = [
        first_line(due.task, due.role, due.attempt),
        _plan(state),
        _task(text),
        _done_when(text),
        required.served(state, text),
        _scope(state, text),
        _checks(state, text),
        f"## What a person says\n{task['note']}" if task["note"] else "",
        _notes(task),
        _beyond(state, due.task),
        quotes.answers(task, "Its implementer asked"),
        quotes.accepted_plan(task, "The plan that its implementer submitted"),
        facts,
        _context(state),
        beside,
        f"""## File your review
Scores: {CRITERIA[due.role]}. {VERDICTS[due.role][0].upper()}{VERDICTS[due.role][1:]}; the verdict is computed from your scores
and findings, so state the one that they give. Each WEAK or FAIL says why; each finding has a path and a line (0 for a missing file).
File it from standard input, alone in its Bash call:

task-planner file {due.task} <<'JSON'
{json.dumps(example, ensure_ascii=False, indent=1)}
JSON

Your last message is then `FILED pass` or `FILED fail` and one line, under 600 bytes.""",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plan(state: State) -> str:
    goal = state["graph"]["goal"]
    return f"Plan: {state['graph']['title']}" + (f"\nGoal: {goal}" if goal else "")


def _task(text: GraphTask) -> str:
    return f"# {text['id']}: {text['title']}" + (f"\n\n{text['description']}" if text["description"] else "")


def _done_when(text: GraphTask) -> str:
    lines = [
        ("- (by hand, a person checks it) " if row["by_hand"] else "- ") + row["text"]
        for row in text["done_when"]
    ]
    return "## Done when\n" + "\n".join(lines) if lines else ""


def _scope(state: State, text: GraphTask, asks: bool = False) -> str:
    allowed = state["allowed"].get(text["id"], [])
    if not text["files"]:
        return "## Files\nThis task names no files and runs alone: what it changes is its own."
    also = [*text["also"], *allowed]
    line = "## Files\nThis task may change: " + ", ".join(f"`{glob}`" for glob in text["files"])
    if also:
        line += "\nBy-products that may change too: " + ", ".join(f"`{glob}`" for glob in also)
    line += "\nLock files and snapshots may change as well. Anything else belongs to another task or to nobody"
    return line + (f"; what {text['id']} needs of it, ask for: `task-planner request-scope {text['id']} PATH --why '…'`." if asks else ".")


def _asked_files(state: State, name: str) -> str:
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


def _beyond(state: State, name: str) -> str:
    """For its reviewers: what the task may have changed beyond its files, and why."""
    lines = beyond(state, [name], ("taken", "allowed"))
    return "## Beyond its files\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def _checks(state: State, text: GraphTask) -> str:
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


def _came_back(task: TaskState) -> str:
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


def _earlier(state: State, text: GraphTask) -> str:
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


def _others(state: State, text: GraphTask) -> str:
    """What agents of earlier waves noted for later tasks, where this one does not depend on theirs."""
    own = state["tasks"][text["id"]]["wave"]
    lines = [
        f"- {name}: {quotes.held(words[:LONGEST_NOTE])}"
        for name, task in state["tasks"].items()
        if task["wave"] < own and name not in text["depends_on"] and not task["taken_out"]
        for words in for_later(task)
    ]
    return "## What other tasks noted\n" + "\n".join(lines[-MOST_NOTES:]) if lines else ""


def _notes(task: TaskState) -> str:
    return "## Notes of a person\n" + "\n".join(f"- {words}" for words in task["notes"]) if task["notes"] else ""


def _context(state: State) -> str:
    return "## Context of the plan\n" + state["graph"]["context"] if state["graph"]["context"] else ""


def claims(task: TaskState) -> str:
    """What the implementer said, marked as its words."""
    report = task["report"]
    lines = [
        f"- {part}: {quotes.held(text_or(report, part))}"
        for part in ("changed", "checks", "concerns", "for the plan")
        if report.get(part)
    ]
    return "\n".join(lines) if lines else "- nothing"


def shown_evidence(task: TaskState) -> str:
    evidence = task["evidence"]
    detail = text_or(evidence, "detail", "none recorded")
    new = texts(evidence, "new_tests")
    return detail + (f"\nTests added: {', '.join(new[:20])}" if new else "")
