"""Who makes a call. The role comes from the binding, never from the agent's type or its words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Event = dict[str, object]
    Guard = dict[str, object]

MAIN = "main"  # the main thread, where it works on a task itself
REVIEWERS = ("task-reviewer", "code-reviewer", "plan-reviewer")


def table(guard: Guard, key: str) -> dict[str, object]:
    """An object in guard.json, {} where it is missing or something else."""
    value = guard.get(key)
    return value if isinstance(value, dict) else {}


def texts(holder: dict[str, object], key: str) -> list[str]:
    """A list of strings in guard.json or an event, without what is no string."""
    value = holder.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def text(holder: dict[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def binding(event: Event, guard: Guard) -> dict[str, object]:
    """What the calling agent is bound to (task, role, attempt), {} if to nothing."""
    agent = event.get("agent_id")
    if not agent and guard.get("single") and event.get("session_id") == guard.get("owner") and guard.get("status") != "paused":
        agent = MAIN
    found = table(guard, "agents").get(agent) if isinstance(agent, str) else None
    return found if isinstance(found, dict) else {}


def who(event: Event, guard: Guard) -> str:
    """ "main", "foreign" (another session), "implementer" or "reviewer" (also an agent that is bound to
    nothing)."""
    # A plan started in a terminal has no owner until a person takes it over: till then each session is
    # held to the main thread's limits.
    owner = guard.get("owner")
    role = binding(event, guard).get("role")
    if role:  # also where another session has taken the plan over since
        return "implementer" if role == "implementer" else "reviewer"
    if owner and event.get("session_id") != owner:
        return "foreign"
    return "reviewer" if event.get("agent_id") else "main"
