"""The text that each agent starts with. Deterministic: the same state and tree give the same bytes.

The first line is how an agent is recognised: `**Task ID:** T1 | role: implementer | attempt: 1`.
"""

from __future__ import annotations

import json
import os
from binascii import crc32

from planweir.brief import insights, quotes, required, sections
from planweir.journal.ready import graph_task, next_attempt, single
from planweir.journal.store import Journal
from planweir.places import in_bytes, write_whole
from planweir.plan.globs import literal_prefix
from planweir.values import rows, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.ready import Due
    from planweir.journal.types import State, TaskState
    from planweir.places import Places

ROLES = ("implementer", "planner", "plan-reviewer", "task-reviewer", "code-reviewer")
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
    beside, digest, part = principles(places, state, due.task), "", ""
    if due.role in ("implementer", "planner"):
        words = implementer(state, due, beside)
    else:
        if due.role == "plan-reviewer":
            facts = quotes.submitted_plan(state["tasks"][due.task])
        else:
            from planweir.brief.package import package

            facts, digest = package(places, state, due.task)
        words, part = reviewer(state, due, facts, beside), matter(state, due.task, facts, beside)
    write_whole(brief_path(places, due), words)
    kept = {"digest": digest, "sum": crc32(in_bytes(words)), "matter": [words.find(part), len(part)]}
    write_whole(brief_path(places, due) + ".json", json.dumps(kept))
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
    words, beside = _kept(places, due)
    return (words, text_or(beside, "digest")) if beside else None


def read_matter(places: Places, due: Due) -> str | None:
    """What the kept brief of a reviewer says that `matter` gave it; None where there is none as it was rendered."""
    words, beside = _kept(places, due)
    where = rows(beside, "matter")
    start, size = where if len(where) == 2 else (-1, 0)
    return words[start : start + size] if isinstance(start, int) and isinstance(size, int) and start >= 0 and size else None


def _kept(places: Places, due: Due) -> tuple[str, dict[str, object]]:
    try:
        with open(brief_path(places, due), encoding="utf-8", newline="") as file:
            words = file.read()
        with open(brief_path(places, due) + ".json", encoding="utf-8") as file:
            beside = json.load(file)
        return (words, beside) if isinstance(beside, dict) and beside["sum"] == crc32(in_bytes(words)) else ("", {})
    except (OSError, ValueError, LookupError, TypeError):
        return "", {}


def implementer(state: State, due: Due, beside: str = "") -> str:
    return _joined(first_line(due.task, due.role, due.attempt), work(state, due.task, due.role, beside)) + "\n"


def work(state: State, name: str, role: str, beside: str = "") -> str:
    """What an agent that works on task `name` is told below its first line."""
    task, text = state["tasks"][name], graph_task(state, name)
    planning = role == "planner"
    who = "A person" if state["graph"]["plans_accepted_by"] == "person" else "A task reviewer"
    return _joined(
        sections.plan(state),
        quotes.PLAN_FIRST.format(who=who) if planning else "",
        sections.task(text),
        sections.done_when(text),
        required.served(state, text),
        sections.scope(state, text, asks=not planning),
        sections.checks(state, text),
        sections.came_back(task),
        sections.asked_files(state, name),
        quotes.refused_plan(task, "The plan before") if planning else quotes.accepted_plan(task, "The plan that you submitted"),
        quotes.answers(task, "You asked"),
        sections.notes(task),
        sections.earlier(state, text),
        sections.others(state, text),
        insights.for_brief(state, text),
        sections.context(state),
        beside,
        quotes.REPORT_PLAN if planning else REPORT.format(task=name),
        quotes.HAND_IN.format(task=name) if single(state) else "",
    )


def reviewer(state: State, due: Due, facts: str, beside: str = "") -> str:
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
        sections.plan(state),
        sections.task(graph_task(state, due.task)),
        matter(state, due.task, facts, beside),
        f"""## File your review
{rules(due.role)}
File it from standard input, alone in its Bash call:

task-planner file {due.task} <<'JSON'
{json.dumps(example, ensure_ascii=False, indent=1)}
JSON

Your last message is then `FILED pass` or `FILED fail` and one line, under 600 bytes.""",
    ]
    return _joined(*parts) + "\n"


def matter(state: State, name: str, facts: str, beside: str = "") -> str:
    """What a reviewer of task `name` is told that is so only now: how the task stands, what persons said, the facts and the diff."""
    task, text = state["tasks"][name], graph_task(state, name)
    return _joined(
        sections.done_when(text),
        required.served(state, text),
        sections.scope(state, text),
        sections.checks(state, text),
        f"## What a person says\n{task['note']}" if task["note"] else "",
        sections.notes(task),
        sections.beyond(state, name),
        quotes.answers(task, "Its implementer asked"),
        quotes.accepted_plan(task, "The plan that its implementer submitted"),
        sections.context(state),
        beside,
        facts,
    )


def rules(role: str) -> str:
    """What a review in `role` scores, and which verdict follows."""
    verdict = VERDICTS[role][0].upper() + VERDICTS[role][1:]
    place = "" if role == "plan-reviewer" else "\nA path is one that the task changed or may change; what is wrong elsewhere stands at the change that causes it."
    return (
        f"Scores: {CRITERIA[role]}. {verdict}; the verdict is computed from your scores\n"
        "and findings, so state the one that they give. Each WEAK or FAIL says why; each finding has a path and a line (0 for a missing file)."
        f"{place}"
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


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
