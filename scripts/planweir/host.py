"""What the host sends to a hook and what it takes back. Standard library only.

Facts: Claude Code 2.1.329, hooks reference; a hook that exits with anything but 0 or 2 and prints no JSON decides nothing
in older clients, so a decision is always JSON on standard output with exit status 0.
"""

from __future__ import annotations

import json
import os
import sys

from planweir.places import Places, home
from planweir.values import Malformed, shown, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reply = dict[str, object] | None
    Handler = Callable[[dict[str, object], Places], Reply]

LONGEST_INPUT = 64 * 1024 * 1024  # bytes; a Write call may hold a large file
LONGEST_TEXT = 9_500  # characters; the host moves strings of more than 10,000 to a file


class Unusable(Exception):
    """The event could not be read."""


def read_event(data: bytes) -> dict[str, object]:
    """The event on standard input. Raises Unusable."""
    if not data.strip():
        raise Unusable("the host sent an empty event")
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"the host's event is no JSON ({type(error).__name__})") from None
    if not isinstance(event, dict):
        raise Unusable("the host's event is no JSON object")
    return event


def clip(message: str) -> str:
    """`message` within what the host shows whole."""
    return message if len(message) <= LONGEST_TEXT else message[:LONGEST_TEXT] + "\n… (cut)"


def deny(reason: str) -> dict[str, object]:
    """Refuse a tool call."""
    return _pre({"permissionDecision": "deny", "permissionDecisionReason": clip(reason)})


def allow(reason: str, updated: dict[str, object] | None = None) -> dict[str, object]:
    """Let a tool call through without a dialog, with `updated` as its whole input where given."""
    fields: dict[str, object] = {"permissionDecision": "allow", "permissionDecisionReason": clip(reason)}
    if updated is not None:
        fields["updatedInput"] = updated
    return _pre(fields)


def _pre(fields: dict[str, object]) -> dict[str, object]:
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **fields}}


def hold(reason: str) -> dict[str, object]:
    """Keep a turn or an agent from ending; `reason` is its next message."""
    return {"decision": "block", "reason": clip(reason)}


def context(event_name: str, words: str) -> dict[str, object]:
    """Facts added to what the model reads."""
    return {"hookSpecificOutput": {"hookEventName": event_name, "additionalContext": clip(words)}}


def answer(words: str) -> dict[str, object]:
    """Print `words` to the person who typed a command; no request is made.

    The host sets "… operation blocked by hook:" before it and drops the prompt's repetition at the end.
    """
    return {
        "decision": "block",
        "reason": clip(shown(words)),
        "hookSpecificOutput": {"hookEventName": "UserPromptExpansion", "suppressOriginalPrompt": True},
    }


def decided(decision: Mapping[str, object] | None) -> Reply:
    """A guard's decision as the host's answer."""
    if decision is None:
        return None
    reason = text_or(decision, "reason")
    return deny(reason) if decision.get("decision") == "deny" else allow(reason)


def main(handler: Handler, on_failure: Callable[[str], Reply]) -> None:
    """Run one hook: read the event, let `handler` decide, print the answer. Any failure of ours is `on_failure`'s.

    The process always exits 0, so that the printed decision counts in every client.
    """
    places: Places | None = None
    try:
        data = sys.stdin.buffer.read(LONGEST_INPUT + 1)
        if len(data) > LONGEST_INPUT:
            raise Unusable("the host's event is larger than 64 MiB")
        event = read_event(data)
        project = os.environ.get("CLAUDE_PROJECT_DIR") or text_or(event, "cwd")
        if not project.startswith("/"):
            raise Unusable("the host named no project")
        places = Places(home(), project)
        reply = handler(event, places)
    except (Unusable, Malformed) as error:
        note(places, str(error))
        reply = on_failure(str(error))
    except Exception as error:  # noqa: BLE001 - the last boundary: an error of ours must become a decision
        note(places, f"{type(error).__name__}: {error}")
        reply = on_failure(f"{type(error).__name__}: {error}")
    if reply is not None:
        sys.stdout.write(json.dumps(reply))
    sys.stdout.flush()
    os._exit(0)  # taking the interpreter down by the book is a tenth of a hook's time, and nothing is left to do


MOST_FAULTS = 256 * 1024  # bytes


def note(places: Places | None, why: str) -> None:
    """Keep what failed in the plan's folder: a hook that only records must not fail without a trace."""
    import time
    import traceback

    if places is None or not os.path.isdir(places.base):
        return
    try:
        if not os.path.exists(places.faults) or os.stat(places.faults).st_size < MOST_FAULTS:
            with open(places.faults, "a", encoding="utf-8", errors="replace") as file:
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                file.write(f"{stamp} {os.path.basename(sys.argv[0])}: {why}\n{traceback.format_exc()}\n")
    except OSError:
        return


def broken(hook: str) -> Callable[[str], Reply]:
    """`on_failure` of a guard: armed and undecidable is denied."""

    def refuse(why: str) -> Reply:
        return deny(
            f"Planweir [undecided]: {hook} could not judge this call: {why}. A plan is open here, and what cannot be judged "
            "does not pass. Next: try the call again; if it stays so, a person types /task-planner doctor, which tells the mend, or "
            "/task-planner --abort to leave the plan."
        )

    return refuse


def silent(_why: str) -> Reply:
    """`on_failure` of a hook that only records: nothing is decided, and the next one looks again."""
    return None
