"""May the owner's turn end? Only a working turn is held, and only when the next step is the orchestrator's."""

from __future__ import annotations

from planweir.attempt import losses, turns
from planweir.attempt.overheard import overhear
from planweir.brief.steps import next_step
from planweir.journal.ready import MAIN, calls_due, script_due, script_runs
from planweir.journal.store import Journal
from planweir.values import rows, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

HELD = ("spawn", "workflow", "take", "work", "gate", "choose")
HOLDS_A_TURN = 6  # the host ends the turn after 8 (Claude Code 2.1.329)


def main_stopped(places: Places, event: dict[str, object]) -> str | None:
    """The reason not to stop, or None."""
    session = text_or(event, "session_id")
    if Journal(places).state()["owner"]["session"] != session:
        return None
    heard = overhear(
        text_or(event, "transcript_path"), text_or(event, "prompt_id"), text_or(event, "last_assistant_message")
    )
    losses.overheard(places, session, heard.notices)
    state = losses.owner_stopped(places, event)
    working = heard.turn == "plan" if heard.turn else turns.working(places, session)
    if state["owner"]["session"] != session or not working:
        return None
    step = next_step(state, places)
    if step["step"] not in HELD and not (step["step"] == "answer" and (calls_due(state) or script_due(state))):
        return None  # a question alone is no reason: the orchestrator may have to ask the person
    if any(row["alive"] for agent, row in state["agents"].items() if agent != MAIN) or state["spawns"] or script_runs(state):
        return None  # what runs wakes the main thread when it ends
    if step["step"] == "gate" and _gate_in_shell(event):
        return None
    if turns.count_hold(places, session) > HOLDS_A_TURN:
        return None
    return f"Planweir: the plan is open and the next step is yours: run `task-planner next`. {step['say']}"


def _gate_in_shell(event: dict[str, object]) -> bool:
    """Does a gate run in a background shell of the session, whose end wakes the main thread?"""
    return any(
        isinstance(task, dict)
        and task.get("type") == "shell"
        and task.get("status", "running") == "running"
        and text_or(task, "command").split()[:2] == ["task-planner", "gate"]
        for task in rows(event, "background_tasks")
    )
