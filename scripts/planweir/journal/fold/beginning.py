"""The state before any event, and a task before anything happened to it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State, TaskState, WorkflowRun

STATE_VERSION = 13


def empty() -> State:
    """The state before any event."""
    return {
        "v": STATE_VERSION,
        "seq": 0,
        "bytes": 0,
        "plan": {
            "id": "",
            "file": "",
            "hash": "",
            "status": "",
            "opened_at": "",
            "updated_at": "",
            "why": "",
            "head": "",
            "version": "",
            "mode": "agents",
            "engine": "agents",
            "engine_why": "",
            "engine_asked": "",
        },
        "owner": {"session": "", "since": ""},
        "graph": {
            "title": "",
            "goal": "",
            "setup": [],
            "verify": [],
            "verify_at_end": [],
            "commit": "per task",
            "grants": "default",
            "plans_accepted_by": "person",
            "engine": "auto",
            "max_parallel": 6,
            "entry_points": [],
            "scope": "ask",
            "context": "",
            "requirements": [],
            "tasks": [],
        },
        "waves": [],
        "tasks": {},
        "agents": {},
        "spawns": {},
        "workflow": no_workflow(),
        "gates": {},
        "baseline": {"dirty": {}, "failing": [], "unnamed": []},
        "waivers": {},
        "gate_made": [],
        "accepted": "",
        "commits": {"base": "", "known": []},
        "allowed": {},
        "requests": [],
        "confirmed": {},
        "insights": [],
        "incidents": [],
        "noticed": {"rows": {}, "more": 0},
        "keepsake": {"name": "", "sums": {}, "held": {}, "told": []},
        "aside": [],
        "floors": {},
        "programs": {},
    }


def no_workflow() -> WorkflowRun:
    """No script of a wave has run yet."""
    return {
        "tool_use_id": "",
        "wave": 0,
        "sum": "",
        "task": "",
        "run": "",
        "session": "",
        "pid": 0,
        "pid_start": "",
        "at": "",
        "alive": False,
        "why": "",
        "bound": 0,
        "barren": 0,
    }


def new_task(wave: int) -> TaskState:
    return {
        "status": "pending",
        "wave": wave,
        "attempts": 0,
        "lost": 0,
        "cycles": 0,
        "failed_reviews": 0,
        "review_attempts": {},
        "review_losses": 0,
        "evidence": {},
        "report": {},
        "reviews": {},
        "findings": [],
        "sent_back": "",
        "why": "",
        "note": "",
        "question": "",
        "asked": 0,
        "answers": [],
        "proposal": None,
        "rejections": 0,
        "unreviewed": False,
        "notes": [],
        "heard": [],
        "checked": [],
        "blocked_from": "",
        "digest": "",
        "faulted": "",
        "start_tree": "",
        "start_sha": "",
        "files_changed": [],
        "commit": "",
        "skip_to": "",
        "taken_out": False,
        "tokens": 0,
        "duration_ms": 0,
    }
