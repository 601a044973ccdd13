"""What an agent is told whose command changed the file of a task that runs."""

from __future__ import annotations

from planweir.attempt.tending import tend
from planweir.brief.noticed import some
from planweir.journal.witness import guard_file
from planweir.notice.crossing import call_ended
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.notice.crossing import Crossed
    from planweir.places import Places


def told(event: dict[str, object], places: Places) -> str | None:
    """The facts and the next step; None where nothing of another's changed."""
    crossed = call_ended(places, event, lambda: tend(places, event))
    return None if crossed is None else _words(crossed, places, text_or(event, "agent_id"))


def _words(crossed: Crossed, places: Places, agent: str) -> str:
    by_task: dict[str, list[str]] = {}
    for path, task in crossed.paths.items():
        by_task.setdefault(task, []).append(path)
    whose = "; ".join(f"{some(paths)} {'belongs' if len(paths) == 1 else 'belong'} to {task}" for task, paths in by_task.items())
    many = len(crossed.paths) > 1
    head = f"Planweir: {whose}, and changed during your command, by no call of that task's agent. It is journaled; its reviewers are told, and the gate waits for them or for a person."
    row = sub(sub(guard_file(places) or {}, "agents"), agent)
    if row.get("role") == "implementer":
        if crossed.given_back:
            return (
                f"{head} Next: `task-planner discard {' '.join(crossed.given_back)}` puts {'them' if many else 'it'} back as before your "
                "command, while nobody has changed it since (the patch is kept); then do your own work by a command that stays in your files."
            )
        return f"{head} Next: leave {'them' if many else 'it'} as {'they are' if many else 'it is'} and say so in your report."
    if row:
        return f"{head} Next: leave {'them' if many else 'it'} and say so in your review."
    return f"{head} Next: leave {'them' if many else 'it'}; a person settles it (/task-planner --status names the ways)."
