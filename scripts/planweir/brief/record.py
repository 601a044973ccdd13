"""What each task leaves behind, as files that a person can read: briefs, reports, reviews, diffs, runs, the gates' output.

Reports and reviews are written from the journal; writing them again gives the same files.
"""

from __future__ import annotations

import json
import os

from planweir.brief.quotes import listed
from planweir.brief.render import ROLES
from planweir.places import write_whole
from planweir.values import many, number_or, rows, sub, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

REVIEWS = ("task_review_passed", "code_review_passed", "review_failed")
FIRST_LINE = 160  # characters of a summary


class Artefact:
    """One file of a task: what it is, where it lies, and in a line what it says."""

    __slots__ = ("kind", "path", "said", "task")

    def __init__(self, task: str, kind: str, path: str, said: str) -> None:
        self.task = task
        self.kind = kind
        self.path = path
        self.said = said

    def to_json(self) -> dict[str, object]:
        return {"task": self.task, "kind": self.kind, "path": self.path, "said": self.said}


def keep(places: Places, events: list[Event]) -> None:
    """Write the reports and reviews of `events` that are not there yet."""
    for path, _, _, words in _told(places, events):
        if not os.path.exists(path):
            write_whole(path, words)


def artefacts(places: Places, state: State, events: list[Event], only: str = "") -> list[Artefact]:
    """Every file that is there, task by task in the plan's order, within a task as it came about."""
    by_task: dict[str, list[Artefact]] = {name: _briefs(places, name) for name in state["tasks"]}
    agents = {text_or(row, "agent"): text_or(row, "task") for row in events if text_or(row, "kind") in ("bound", "reviewer_bound")}
    for path, task, kind, words in _told(places, events):
        if task in by_task and os.path.exists(path):
            by_task[task].append(Artefact(task, kind, path, _first(words)))
    for agent, task in agents.items():
        path = places.runs(agent)
        if task in by_task and os.path.exists(path):
            by_task[task].append(Artefact(task, "runs", path, many(_lines_of(path), "recorded run")))
    for name in state["tasks"]:
        diff = f"{places.artifacts}/{name}/package.diff"
        if os.path.exists(diff):
            files = listed(state["tasks"][name]["files_changed"][:8])
            by_task[name].append(Artefact(name, "diff", diff, f"what the last review saw: {files or 'nothing'}"))
        by_task[name] += _discarded(places, name)
    found = [row for name, listed in by_task.items() if only in ("", name) for row in listed]
    return found if only else [*found, *_gates(places)]


def _told(places: Places, events: list[Event]) -> list[tuple[str, str, str, str]]:
    """Path, task, kind and text of each report and review."""
    found: list[tuple[str, str, str, str]] = []
    for event in events:
        kind, task = text_or(event, "kind"), text_or(event, "task")
        if kind in ("implemented", "stuck"):
            path = f"{places.artifacts}/{task}/report-{number_or(event, 'attempt')}.md"
            found.append((path, task, "report", _report(event)))
        elif kind in REVIEWS:
            role = text_or(event, "role") or ("code-reviewer" if kind == "code_review_passed" else "task-reviewer")
            path = f"{places.artifacts}/{task}/{role}-{number_or(event, 'attempt')}.json"
            words = json.dumps(sub(event, "review"), indent=1, ensure_ascii=False)
            found.append((path, task, "review", words.encode("utf-8", "backslashreplace").decode() + "\n"))
    return found


def _report(event: Event) -> str:
    report, evidence = sub(event, "report"), sub(event, "evidence")
    lines = [text_or(report, "outcome", text_or(event, "why", "no report")).upper()]
    lines += [f"{part.capitalize()}: {report[part]}" for part in report if part != "outcome"]
    lines.append(f"Recorded: {text_or(evidence, 'detail', 'no run')}")
    changed, added = texts(event, "files_changed"), texts(evidence, "new_tests")
    lines += [f"Files changed: {listed(changed)}"] if changed else []
    lines += [f"Tests added: {', '.join(added)}"] if added else []
    return "\n".join(lines) + "\n"


def _briefs(places: Places, name: str) -> list[Artefact]:
    folder = f"{places.artifacts}/briefs"
    listing = os.listdir(folder) if os.path.isdir(folder) else []
    found: list[Artefact] = []
    for role in ROLES:
        start = f"{name}-{role}-"
        numbers = [file[len(start) : -len(".md")] for file in listing if file.startswith(start) and file.endswith(".md")]
        for number in sorted(int(number) for number in numbers if number.isdigit()):
            path = f"{folder}/{start}{number}.md"
            found.append(Artefact(name, "brief", path, f"what its {role} is told, attempt {number}"))
    return found


def _discarded(places: Places, name: str) -> list[Artefact]:
    folder = f"{places.artifacts}/discarded"
    listing = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [
        Artefact(name, "patch", f"{folder}/{file}", "what was taken out or discarded")
        for file in listing
        if file.endswith(f"-{name}.patch")
    ]


def _gates(places: Places) -> list[Artefact]:
    folder = f"{places.artifacts}/gates"
    found: list[Artefact] = []
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(f"{folder}/{file}", encoding="utf-8", errors="replace") as opened:
            said = [line for line in opened.read(20_000).splitlines() if line.startswith(("Passed", "Failed"))]
        found.append(Artefact("", "gate", f"{folder}/{file}", _first(said[0]) if said else ""))
    return found


def keep_gate(places: Places, wave: int, words: str) -> str:
    """Keep what a run of a gate printed. Returns its file."""
    folder, number = f"{places.artifacts}/gates", 1
    while os.path.exists(f"{folder}/wave-{wave}-{number}.txt"):
        number += 1
    path = f"{folder}/wave-{wave}-{number}.txt"
    write_whole(path, words.encode("utf-8", "replace").decode())
    return path


def _first(words: str) -> str:
    """What a report, or a review as JSON, says in one line."""
    if words.startswith("{"):
        review = json.loads(words)
        findings = len(rows(review, "findings"))
        return f"{text_or(review, 'role')}: {text_or(review, 'verdict', 'no verdict')}, {many(findings, 'finding')}"
    flat = " ".join(words.split())
    return flat if len(flat) <= FIRST_LINE else flat[:FIRST_LINE] + "…"


def _lines_of(path: str) -> int:
    with open(path, "rb") as file:
        return sum(1 for _ in file)
