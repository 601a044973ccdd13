"""The signed-off record of a plan that is done: what was checked, on which commit, what was left out and who let what pass.

It is signed by the journal: the event that ends the plan holds the record's sha256, and the record holds that of all that the
journal said before. Both go to the archive, where they can be held against each other and against HEAD later.
"""

from __future__ import annotations

import hashlib
import json

from planweir.gate.done import excluded_lines
from planweir.gate.replayed import Replay
from planweir.journal.lines import decode
from planweir.values import number_or, rows, sub, table, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.outcome import Check
    from planweir.journal.types import Event, State

FORMAT = 1
JSON_NAME, TEXT_NAME = "done.json", "done.md"
TOKEN = "PLANWEIR-DONE"
SHORT = 12  # characters of a sum in the token
SUM = "sha256"  # the record's own, over everything else in it


def check_row(check: Check) -> dict[str, object]:
    """One check as the record keeps it, with what its command printed as a digest."""
    ran = check.ran
    output = hashlib.sha256(ran.output.encode("utf-8", "surrogateescape")).hexdigest() if ran is not None else ""
    return {**check.to_json(), **({"output_sha256": output, "passed": ran.passed} if ran is not None else {})}


def record(
    state: State, events: list[Event], found: dict[str, object], journal: bytes, versions: dict[str, str], at: str, branch: str
) -> dict[str, object]:
    """The record of what the last checks `found`, where the journal's bytes so far are `journal`."""
    replay = Replay(events)
    plan = state["plan"]
    body: dict[str, object] = {
        "format": FORMAT,
        "plan": {
            "id": plan["id"],
            "title": state["graph"]["title"],
            "file": plan["file"],
            "sha256": plan["hash"],
            "graph_sha256": sum_of({"waves": state["waves"], **state["graph"]}),
        },
        "head": {"commit": text_or(found, "head"), "tree": text_or(found, "head_tree"), "branch": branch},
        "work_tree": text_or(found, "tree"),
        "at": at,
        "ran_on": text_or(found, "where"),
        "checks": rows(found, "checks"),
        "excluded": rows(found, "excluded"),
        "tasks": [_task(state, name) for name in state["tasks"]],
        "waivers": [
            {"check": check, "why": text_or(row, "why"), "at": text_or(row, "at"), "came": text_or(row, "came", "typed")}
            for check, row in replay.waived.items()
        ],
        "journal": {"events": len(events), "sha256": hashlib.sha256(journal).hexdigest()},
        "versions": versions,
    }
    return {**body, SUM: sum_of(body)}


def _task(state: State, name: str) -> dict[str, object]:
    task = state["tasks"][name]
    return {
        "id": name,
        "status": "completed" if task["status"] == "scaffold" else task["status"],  # the last checks found it reached
        "commit": task["commit"],
        "why": task["why"],
        "reviews": {role: {"verdict": row["verdict"], "digest": row["digest"], "agent": row["agent"]} for role, row in task["reviews"].items()},
    }


def canonical(value: object) -> bytes:
    """`value` as the one text that it is signed as."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def sum_of(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def holds(given: dict[str, object]) -> bool:
    """Is the record's own sum the sum of what it says?"""
    return text_or(given, SUM) == sum_of({key: value for key, value in given.items() if key != SUM})


def token(given: dict[str, object]) -> str:
    """The line that says that a plan is done. `complete` prints it once; nothing else does."""
    return f"{TOKEN} {text_or(sub(given, 'plan'), 'id')} {text_or(sub(given, 'head'), 'commit')[:SHORT]} {text_or(given, SUM)[:SHORT]}"


def faults(given: dict[str, object], journal: bytes) -> list[str]:
    """What is wrong between a record and the journal that it lies beside; nothing where each bears the other out."""
    found = [] if holds(given) else ["the record was changed: its sum is not the sum of what it says"]
    lines = journal.split(b"\n")[:-1]
    try:
        events = [decode(line) for line in lines]
    except ValueError as error:
        return [*found, f"the journal beside it is damaged ({error})"]
    ended = [number for number, event in enumerate(events) if event.get("kind") == "completed"]
    if not ended:
        return [*found, "the journal beside it does not say that the plan was completed"]
    count = number_or(sub(given, "journal"), "events")
    between = {text_or(event, "kind") for event in events[count : ended[-1]]}
    before = b"".join(line + b"\n" for line in lines[:count])
    if text_or(events[ended[-1]], "record") != text_or(given, SUM):
        found.append("the journal beside it holds the sum of another record")
    if hashlib.sha256(before).hexdigest() != text_or(sub(given, "journal"), "sha256") or between - {"wired"}:
        found.append("the journal beside it was changed since")
    return found


def as_text(given: dict[str, object]) -> str:
    """The record as a page for people."""
    plan, head = sub(given, "plan"), sub(given, "head")
    checks = [table(row) for row in rows(given, "checks")]
    parts = [
        f"# Done: {text_or(plan, 'title')}",
        "\n".join(
            [
                f"- Plan: {text_or(plan, 'id')} ({text_or(plan, 'file')}, sha256 {text_or(plan, 'sha256')})",
                f"- Commit: {text_or(head, 'commit')} (tree {text_or(head, 'tree')})" + (f" on {head['branch']}" if head.get("branch") else ""),
                f"- Checked: {text_or(given, 'at')}, on {text_or(given, 'ran_on') or 'no command'}",
                f"- Record: {JSON_NAME} beside this page, sha256 {text_or(given, SUM)}",
                "- With: " + ", ".join(f"{name} {value}" for name, value in sub(given, "versions").items()),
            ]
        ),
        "## Checks\n\n" + "\n".join(f"- {text_or(row, 'result')} {text_or(row, 'name')}: {text_or(row, 'said')}" for row in checks),
    ]
    left = [(str(row[0]), str(row[1])) for row in rows(given, "excluded") if isinstance(row, list) and len(row) == 2]
    if left:
        parts.append("## Left out\n\n" + "\n".join(f"- {line.strip()}" for line in excluded_lines(left)[1:]))
    waived = [table(row) for row in rows(given, "waivers")]
    if waived:
        parts.append(
            "## Waived by a person\n\n" + "\n".join(f"- {text_or(row, 'check')}: {text_or(row, 'why')} ({text_or(row, 'at')}, {text_or(row, 'came')})" for row in waived)
        )
    return "\n\n".join(parts) + "\n"
