"""A message to an agent of the plan: to one that runs it passes, to one that has ended it is the next attempt, or denied."""

from __future__ import annotations

import re

from planweir.attempt.admission import WORKERS, Refused, ask_next, picture, turn
from planweir.attempt.binding import client_process, sha
from planweir.brief.render import write_brief
from planweir.journal.ready import asks
from planweir.journal.store import Journal
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = dict[str, object]


def _addressed(to: str, state: State) -> str | None:
    """The agent of the plan that a message reaches: the host is not particular about how its id is spelt.

    Seen in Claude Code 2.1.329: upper case, blanks around it, characters without width, full-width letters.
    """
    import unicodedata

    def bare(words: str) -> str:
        return re.sub(r"[^0-9a-z]", "", unicodedata.normalize("NFKC", words).casefold())

    wanted = bare(to)
    return next((agent for agent in state["agents"] if wanted and bare(agent) == wanted), None)


def message(
    caller: str, event: dict[str, object], given: dict[str, object], places: Places
) -> Decision | None:
    if caller == "foreign":
        return None
    journal = Journal(places)
    state = journal.state()
    to = _addressed(text_or(given, "to"), state)
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
