"""Random walks through a plan's life: for a state, every event that the tables allow, with what it must carry."""

from __future__ import annotations

from collections.abc import Sequence

from planweir.journal.fold import apply, empty, running
from planweir.journal.ready import MAIN, asked_for, role_due
from planweir.journal.transitions import PLAN_LIVE, PLAN_TRANSITIONS, TASK_TRANSITIONS, Illegal
from planweir.journal.types import Event, State

TASKS = ("T1", "T2", "T3")
WAVES = [["T1", "T2"], ["T3"]]
OWNER = "5e65cb88-8395-40ca-8637-f29e6abf5777"
# Events that end or stop the whole plan, or repeat what changes nothing, are rarer than steps of the work.
SELDOM = (
    "completed",
    "aborted",
    "plan_blocked",
    "paused",
    "skipped",
    "blocked",
    "note",
    "noted",
    "checked",
    "discarded",
    "settings_changed",
    "waived",
    "discarded",
    "unexplained",
    "settled",
    "mine",
    "kept",
    "confirmed",
    "insight_added",
)
OFTEN = ("implemented", "answered", "proposed", "task_review_passed", "code_review_passed", "closed", "bound", "reviewer_bound")
END_REVIEWER = ("task_review_passed", "code_review_passed", "review_failed")


def graph_task(
    name: str, depends_on: Sequence[str] = (), files: Sequence[str] | None = None, planned: bool = False
) -> dict[str, object]:
    return {
        "id": name,
        "title": f"Do {name}",
        "depends_on": list(depends_on),
        "files": [f"src/{name.lower()}.py"] if files is None else list(files),
        "also": [],
        "verify": [f"python -m pytest tests/test_{name.lower()}.py"],
        "agent": "implementer",
        "complexity": None,
        "new_tests": True,
        "plan_first": planned,
        "description": "",
        "done_when": [{"text": "it works", "by_hand": False}, {"text": "it looks well", "by_hand": True}],
        "line": None,
    }


def opened(
    waves: Sequence[Sequence[str]] = WAVES,
    session: str = OWNER,
    file: str = "/project/plan.md",
    planned: Sequence[str] = (),
) -> Event:
    """The first event of a plan whose tasks are those of `waves`; each wave depends on the one before."""
    tasks: list[dict[str, object]] = []
    before: Sequence[str] = ()
    for wave in waves:
        tasks += [graph_task(name, before[:3], planned=name in planned) for name in wave]
        before = wave
    return {
        "kind": "opened",
        "plan_id": "20261120-200000-0001-plan",
        "file": file,
        "hash": "0" * 64,
        "graph": {
            "title": "A plan",
            "goal": "",
            "setup": [],
            "verify": ["python -m pytest -q"],
            "verify_at_end": [],
            "commit": "per task",
            "grants": "default",
            "context": "",
            "requirements": [
                {
                    "id": "R1",
                    "text": "it all works",
                    "by_hand": False,
                    "check": "",
                    "criteria": [{"id": "R1.1", "text": "it looks well", "by_hand": True, "check": ""}],
                }
            ],
            "tasks": tasks,
        },
        "waves": [list(wave) for wave in waves],
        "baseline": {
            "dirty": {"notes.txt": "m"},
            "failing": ["tests/test_old.py::test_a"],
            "unnamed": ["make lint"],
        },
        "session": session,
        "head": "1" * 40,
        "version": "0.5.0",
    }


def fold(events: Sequence[Event]) -> State:
    state = empty()
    for event in events:
        apply(state, event)
    return state


def candidates(state: State) -> list[Event]:
    """What the tables allow next, the likeliest steps first. The finer rules of the fold may still refuse one."""
    status = state["plan"]["status"]
    if not status:
        return [opened(planned=("T2",))]
    if status not in PLAN_LIVE:
        return []
    found: list[Event] = []
    for name in state["tasks"]:
        found += _task_events(state, name)
    serial = state["seq"]
    for agent, row in state["agents"].items():
        if row["alive"]:
            found.append({"kind": "held", "agent": agent, "why": "no evidence"})
            if row["role"] not in ("implementer", "planner"):
                found.append(
                    {
                        "kind": "reviewer_lost",
                        "agent": agent,
                        "task": row["task"],
                        "role": row["role"],
                        "why": "gone",
                    }
                )
        found.append({"kind": "cost", "agent": agent, "tokens": 100, "duration_ms": 5})
    found += [{"kind": "spawn_dropped", "tool_use_id": use, "why": "no agent"} for use in state["spawns"]]
    found += [
        {
            "kind": "gate_failed",
            "wave": 1,
            "checks": [{"name": "verify-1"}],
            "nameless": "make failed",
            "made": ["x.lock"],
        },
        {
            "kind": "gate_passed",
            "wave": 1 + serial % 2,
            "checks": [],
            "made": [],
            "now_passing": ["make lint"],
        },
        {"kind": "mode_set", "mode": "single" if state["plan"]["mode"] == "agents" else "agents"},
        {"kind": "engine_set", "engine": "workflow" if serial % 3 else "agents", "why": "the client offers it"},
        {
            "kind": "workflow_allowed",
            "tool_use_id": f"toolu_wave_{serial}",
            "wave": 1,
            "sum": "0" * 64,
            "session": OWNER,
            "pid": 4242,
            "pid_start": "1",
        },
        {
            "kind": "workflow_started",
            "tool_use_id": state["workflow"]["tool_use_id"] or "none",
            "host_task": "w1",
            "run": "wf_1",
        },
        {"kind": "workflow_ended", "tool_use_id": state["workflow"]["tool_use_id"] or "none", "why": "completed"},
        {"kind": "incident", "what": f"incident {serial}"},
        {"kind": "settings_changed", "what": "user_settings"},
        {"kind": "note", "what": "a note"},
        {"kind": "noted", "task": TASKS[serial % 3], "what": f"mind this {serial}"},
        {"kind": "checked", "task": TASKS[serial % 3], "text": "it looks well"},
        {"kind": "discarded", "what": "src/a.py"},
        {"kind": "waived", "check": "verify-1", "why": "a person said so"},
        {"kind": "discarded", "what": "src/a.py", "paths": ["src/a.py"], "by": "person"},
        {"kind": "unexplained", "paths": [f"src/x{serial % 4}.py"], "tree": "0" * 40, "by": "while T1 ran", "more": serial % 2},
        {"kind": "settled", "paths": [f"src/x{serial % 4}.py"], "why": "they are as they were before"},
        {"kind": "mine", "marks": {f"src/x{serial % 3}.py": "missing"}, "by": "person"},
        {"kind": "mine", "marks": {}, "held": [f"/x{serial % 3}"], "by": "person"},
        {"kind": "kept", "name": f"{serial:08x}", "sums": {"git": "0"}, "held": {f"/x{serial % 3}": {"what": "x", "was": ""}}, "back": []},
    ]
    beside: list[Event] = [
        {"kind": "confirmed", "criterion": "R1.1", "digest": f"d{serial}", "person": "Ann", "by": "person"},
        {"kind": "insight_added", "sort": ("defect", "learning")[serial % 2], "text": f"mind {serial}", "task": TASKS[serial % 3]},
    ]
    open_ = [row["number"] for row in state["insights"] if not row["closed"]]
    found += [{"kind": "insight_closed", "number": number, "why": "mended", "by": "person", "person": "Ann"} for number in open_[:1]]
    found += beside[serial % 5 : serial % 5 + 1]
    for kind, rows in PLAN_TRANSITIONS.items():
        if status in rows:
            found.append({"kind": kind, "why": "so it is", "session": f"session-{serial}"})
    return found


def _task_events(state: State, name: str) -> list[Event]:
    task = state["tasks"][name]
    serial = state["seq"]
    alive = running(state, name)
    agent = alive[0] if alive else f"a{serial}"
    role = state["agents"][agent]["role"] if alive else ""
    found: list[Event] = []
    for kind, rows in TASK_TRANSITIONS.items():
        if task["status"] not in rows:
            continue
        event: Event = {"kind": kind, "task": name, "agent": agent, "why": f"{kind} {serial}", "role": role}
        if kind == "bound":
            event |= {
                "agent": MAIN if state["plan"]["mode"] == "single" else f"a{serial}",
                "role": role_due(state, name) or "implementer",
                "attempt": task["attempts"] + 1,
                "start_tree": "2" * 40,
            }
        elif kind == "implemented":
            event |= {
                "evidence": {"ok": True, "passed": 3, "new_tests": ["test_x"]},
                "report": {"outcome": "done"},
                "digest": f"d{serial}",
                "files_changed": [f"src/{name.lower()}.py"],
            }
        elif kind in END_REVIEWER:
            finding = {"severity": "major", "path": "src/a.py", "line": 1, "what": "wrong"}
            event |= {"review": {"verdict": "", "findings": [finding]}, "digest": task["digest"]}
        elif kind in ("stuck", "asked"):
            event |= {"report": {"outcome": "blocked"}, "question": f"which {serial}?" if serial % 2 or kind == "asked" else ""}
        elif kind == "proposed":
            event |= {"text": f"plan {serial}", "file": "/plan.md", "attempt": 1, "report": {"outcome": "done"}}
        elif kind in ("plan_accepted", "plan_rejected"):
            judged = bool(alive) and role == "plan-reviewer"
            event |= {"by": "task-reviewer" if judged else "person", "agent": agent if judged else ""}
        elif kind == "answered":
            event |= {"answer": f"this {serial}", "by": "person" if serial % 3 else "orchestrator"}
        elif kind == "skipped":
            event["to"] = ""
        found.append(event)
    waiting = [use for use, spawn in state["spawns"].items() if spawn["task"] == name]
    reviewer = "code-reviewer" if "task-reviewer" in task["reviews"] else "task-reviewer"
    due = reviewer if task["status"] == "implemented" else role_due(state, name) or "plan-reviewer"
    found.append(
        {
            "kind": "spawn_allowed",
            "task": name,
            "role": due,
            "tool_use_id": f"u{serial}",
            "attempt": 1,
            "session": OWNER,
            "brief_sha": f"b{serial}",
            "digest": task["digest"],
        }
    )
    if due not in ("implementer", "planner"):
        found.append(
            {
                "kind": "reviewer_bound",
                "task": name,
                "role": due,
                "agent": f"a{serial}",
                "attempt": 1,
                "tool_use_id": waiting[0] if waiting else "",
            }
        )
    found += [
        {"kind": "committed", "task": name, "sha": "3" * 40},
        {"kind": "amended", "task": name, "fields": {"files": ["src/new.py"], "complexity": serial % 10 + 1}},
        {"kind": "allowed", "task": name, "path": f"docs/{serial}.md", **({"by": "plan"} if serial % 3 == 0 else {})},
        {"kind": "scope_requested", "task": name, "path": f"lib/{serial}.py", "why": "it is needed"},
    ]
    for path in asked_for(state, name):
        found.append({"kind": "scope_refused", "task": name, "path": path, "why": "no"})
    return found


def walk(choices: Sequence[int]) -> list[Event]:
    """A history without numbers or times: each choice picks one of the events that the tables allow just then."""
    state = empty()
    history: list[Event] = []
    for choice in choices:
        there = [
            event
            for event in candidates(state)
            for _ in range(1 if event["kind"] in SELDOM else 24 if event["kind"] in OFTEN else 4)
        ]
        if not there:
            break
        event = there[choice % len(there)]
        try:
            apply(state, event)
        except Illegal:
            continue
        history.append(event)
    return history
