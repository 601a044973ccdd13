"""When the tree is looked at, and what is said of what the look found.

`after_batch` runs after every batch of calls of everybody in the session, so what it mostly finds costs nothing: an agent's
batch, a batch that only read, agents that run. What is dearer is imported behind that.
"""

from __future__ import annotations

import json
import re

from planweir.host import context, note
from planweir.values import rows, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.host import Reply
    from planweir.notice.look import Look
    from planweir.places import Places

# Tools of the host that change no file of the project themselves.
READ = frozenset(
    (
        "Agent",
        "AskUserQuestion",
        "EnterPlanMode",
        "ExitPlanMode",
        "Glob",
        "Grep",
        "LS",
        "Read",
        "SendMessage",
        "Task",
        "TaskOutput",
        "TaskStop",
        "TodoWrite",
        "ToolSearch",
        "WebFetch",
        "WebSearch",
    )
)
# Our own command line alone in its call. What a gate changes, the gate looks at.
_OURS = re.compile(r"task-planner(?: [\w./=:-]+)*\s*(?:<<-?'(\w+)'\n.*\n\1\s*)?", re.DOTALL)
LONGEST_CALL = 80  # characters


def after_batch(event: dict[str, object], places: Places) -> Reply:
    """PostToolBatch of the owner's main thread while no agent runs: look, and tell it what nobody owns.

    Clients know the event since before 2.1.240. Where it does not come, the look at Stop finds the same, with the turn named
    instead of the call.
    """
    if event.get("agent_id") is not None:
        return None
    calls = [call for call in rows(event, "tool_calls") if isinstance(call, dict)]
    calls = [call for call in calls if not _only_read(call)]
    if not calls:
        return None
    try:
        with open(places.guard, encoding="utf-8") as file:
            guard = json.load(file)
    except (OSError, ValueError):
        return None  # the next call's guard renders it again
    session = text_or(event, "session_id")
    if not isinstance(guard, dict) or guard.get("owner") != session or guard.get("spawns"):
        return None
    if any(agent != "main" for agent in sub(guard, "agents")):
        return None
    from planweir.attempt import turns
    from planweir.notice.look import look

    found = look(places, "batch", calls=[_words(call) for call in calls], person=not turns.working(places, session))
    _failed(places, found)
    if not found.unexplained or found.person:
        return None
    return context("PostToolBatch", f"Planweir: {_told(found)}")


def _only_read(call: dict[str, object]) -> bool:
    tool = text_or(call, "tool_name")
    if tool in ("Bash", "Monitor"):
        return _OURS.fullmatch(text_or(sub(call, "tool_input"), "command").strip()) is not None
    return tool in READ


def _words(call: dict[str, object]) -> str:
    """A call as a person knows it again: "call `make x`"."""
    given = sub(call, "tool_input")
    told = text_or(given, "command") or text_or(given, "file_path") or text_or(given, "notebook_path")
    tool = text_or(call, "tool_name")
    flat = " ".join(told.split())
    flat = flat if len(flat) <= LONGEST_CALL else flat[:LONGEST_CALL] + "…"
    return f"call `{flat}`" if tool == "Bash" else f"{tool} {flat}".strip()


def _told(found: Look) -> str:
    from planweir.brief.noticed import some

    more = f" and {found.more} more" if found.more else ""
    return (
        f"{some(found.unexplained)}{more} changed {found.by}, and no task that runs owns that. It is journaled, and the gate waits "
        "until a person settles it: tell them; /task-planner --status names their ways. Work on files is an agent's: `task-planner next`."
    )


def woken(event: dict[str, object], places: Places) -> None:
    """A task notification began a turn of the owner's: from now on what changes may be the main thread's."""
    from planweir.notice import memory

    if _owns(event, places):
        memory.at_rest(places, False)


def at_prompt(event: dict[str, object], places: Places) -> Reply:
    """UserPromptSubmit of the owner's session, whoever wrote the prompt: what changed since the owner's last Stop was changed
    while a person was at it, and is asked about once."""
    from planweir.notice import memory
    from planweir.notice.look import look

    if not _owns(event, places):
        return None
    found = look(places, "prompt", person=memory.read(places).rest)
    memory.at_rest(places, False)
    _failed(places, found)
    return _asked(found, "UserPromptSubmit")


def _asked(found: Look, name: str) -> Reply:
    if not found.unexplained or not found.person or found.state is None:
        return None
    from planweir.brief.noticed import question
    from planweir.host import clip

    rows_ = found.state["noticed"]["rows"]
    asked = {path: rows_[path] for path in found.unexplained if path in rows_}
    if not asked:
        return None
    words = f"Planweir: {question(found.state, asked)}"
    return {**context(name, f"{words} This is for the person to say."), "systemMessage": clip(words)}


def at_stop(event: dict[str, object], places: Places, held: bool) -> None:
    """The owner's Stop, once it is settled whether the turn ends."""
    from planweir.attempt import turns
    from planweir.notice import memory
    from planweir.notice.look import look

    if not _owns(event, places):
        return
    rest = memory.read(places).rest  # no prompt came since the last Stop: a person's own `! command`
    found = look(places, "stop", person=rest or not turns.working(places, text_or(event, "session_id")))
    memory.at_rest(places, not held)
    _failed(places, found)


def at_session(event: dict[str, object], places: Places) -> str:
    """SessionStart, whichever session: what a person is asked, or nothing."""
    from planweir.notice import memory
    from planweir.notice.look import look

    found = look(places, "session", person=memory.read(places).rest)
    _failed(places, found)
    reply = _asked(found, "SessionStart") if _owns(event, places) else None
    return "" if reply is None else text_or(reply, "systemMessage")


def at_end(places: Places) -> None:
    """After an event that may have ended an attempt."""
    from planweir.notice.look import due, look

    if due(places):
        _failed(places, look(places, "end"))


def _owns(event: dict[str, object], places: Places) -> bool:
    from planweir.notice.look import owner

    return owner(places) == text_or(event, "session_id")


def _failed(places: Places, found: Look) -> None:
    """A look that failed is noted, and the plan goes on: the gate compares with HEAD whatever happens here."""
    if found.failed:
        note(places, f"the look at the tree: {found.failed}")
