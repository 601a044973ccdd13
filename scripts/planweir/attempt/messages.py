"""A message to an agent of the plan: to one that runs it passes, to one that has ended it is the next attempt, or denied."""

from __future__ import annotations

import re

from planweir.attempt.admission import WORKERS, Refused, ask_next, picture, turn
from planweir.attempt.binding import client_process, sha
from planweir.brief.render import write_brief
from planweir.journal.ready import asks, scripted
from planweir.journal.store import Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = dict[str, object]


_REFERENCE = re.compile(r"\[\s*([^\[\]]+?)\s*\]\s*\Z")
# Everybody, in clients that still have it (2.1.329 refuses it).
_EVERYBODY = ("*", "all", "everyone", "everybody", "team", "broadcast")
# What another session, or this one, would take for a person's line or for word of the client.
_TYPED = re.compile(
    r"^\s*/(?:planweir:)?(?:implement-plan|task-planner|wave-gate)\b|^\s*<(?:task-notification|cross-session-message|teammate-message)\b", re.M
)


def _addressed(to: str, state: State) -> str | None:
    """The agent of the plan that a message reaches: the host is not particular about how its id is spelt.

    Seen in Claude Code 2.1.329: upper case, blanks around it, characters without width, full-width letters.
    """
    import unicodedata

    def bare(words: str) -> str:
        return re.sub(r"[^0-9a-z]", "", unicodedata.normalize("NFKC", words).casefold())

    # An address may be a scheme and an id, or a name and, in brackets, an id.
    spelt = {bare(one) for one in (to, to.rpartition(":")[2], *_REFERENCE.findall(to))} - {""}
    return next((agent for agent in state["agents"] if bare(agent) in spelt), None)


def message(
    caller: str, event: dict[str, object], given: dict[str, object], places: Places
) -> Decision | None:
    if any(_TYPED.search(text_or(given, key)) for key in ("message", "content")):
        raise Refused(
            "person-verbs",
            "a message would carry what only a person types, or what only the client tells",
            "ask the person to type it",
        )
    if caller == "foreign":
        return None
    journal = Journal(places)
    state = journal.state()
    to = _addressed(text_or(given, "to"), state)
    if text_or(given, "to").strip().lower() in _EVERYBODY and any(row["alive"] for row in state["agents"].values()):
        raise Refused(
            "reviewer-messages",
            "a message to everybody reaches reviewers too, those that run and those to come",
            "write to the one implementer that it is for, while it runs",
        )
    if to is None:
        return None  # no agent of the plan
    row = state["agents"][to]
    if row["role"] not in WORKERS:
        raise Refused(
            "reviewer-messages",
            f"a message to the {row['role']} of {row['task']}",
            "a review is done by a fresh reviewer that nobody has talked to: run `task-planner next`",
        )
    task = state["tasks"][row["task"]]
    if row["alive"] and task["status"] == "in_progress":
        return None
    if asks(state, row["task"]):
        raise Refused(
            "implementer-messages",
            f"a message to the implementer of {row['task']}, which has ended with a question",
            "answer it with the call that `task-planner next` prints",
        )
    if task["status"] != "rework":
        raise Refused(
            "implementer-messages",
            f"a message to the implementer of {row['task']}, which is {task['status']}",
            ask_next(state),
        )
    if event.get("agent_id") is not None:
        raise Refused(
            "nested-spawns",
            f"an agent of the plan was to give the implementer of {row['task']} its next attempt",
            "do the work yourself, or end with NEEDS_CONTEXT or BLOCKED and say what is missing",
        )
    if scripted(state):
        raise Refused(
            "engine",
            f"a message was to give the implementer of {row['task']} its next attempt",
            ask_next(state),
        )
    name, use = row["task"], text_or(event, "tool_use_id")
    start = picture(places)
    pid, pid_start = client_process()
    words: list[str] = []

    def decide(fresh: State) -> list[Event]:
        chosen = turn(fresh, name, "implementer")
        brief, digest = write_brief(places, fresh, chosen)
        words.append(brief)
        spawn: Event = {
            "kind": "spawn_allowed",
            "tool_use_id": use,
            "task": name,
            "role": "implementer",
            "attempt": chosen.attempt,
            "session": text_or(event, "session_id"),
            "brief_sha": sha(brief),
            "digest": digest,
            **start,
        }
        again: Event = {
            "kind": "bound",
            "agent": to,
            "task": name,
            "role": "implementer",
            "attempt": chosen.attempt,
            "tool_use_id": use,
            "session": text_or(event, "session_id"),
            "pid": pid,
            "pid_start": pid_start,
            **start,
            "how": "message",
        }
        return [spawn, again]

    journal.transact(decide)
    return {
        "decision": "allow",
        "reason": f"{name}, next attempt by message",
        "updated": {
            **given,
            "to": to,
            "message": words[-1],
            **({"content": words[-1]} if "content" in given else {}),
        },
    }
