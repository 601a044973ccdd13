"""A wave's script is started by one call of the main thread: what may be called, what then runs, and where it did not start.

The call holds a stub, one line that names the wave. What runs is the engine's script whatever was typed: the hook writes it
into the call, and any other text, file, name or argument is denied.
"""

from __future__ import annotations

import json
import os

from planweir.attempt.admission import Refused, ask_next
from planweir.attempt.binding import client_process
from planweir.brief.script import stub
from planweir.brief.steps import person_says
from planweir.brief.written import write
from planweir.journal.ready import current_wave, for_script, script_runs, scripted, single, worn_out
from planweir.journal.store import Journal
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

    Decision = dict[str, object]
    Reply = dict[str, object] | None

# What the client itself says that it does not look at (Claude Code 2.1.329).
IGNORED = ("description", "title")
SHORT = ("status", "taskId", "taskType")  # of what the client tells of a launch
LONGEST_FILE = 524_288  # bytes; the longest script that the client takes


def judge_call(event: dict[str, object], given: dict[str, object], places: Places) -> Decision:
    """The decision on a Workflow call of the owner's main thread. Raises Refused."""
    pid, pid_start = client_process()
    written: list[str] = []

    def decide(state: State) -> list[Event]:
        _may_start(state)
        made = write(places, state)
        if not _is_ours(given, stub(state), made.words):
            raise Refused("workflow-scripts", "the call holds another script than the wave's", _the_call(state))
        if not made.tasks:
            raise Refused("engine", f"{', '.join(made.left)} is too long for a script", "run `task-planner next --engine agents`")
        written.append(made.words)
        return [
            {
                "kind": "workflow_allowed",
                "tool_use_id": text_or(event, "tool_use_id"),
                "wave": current_wave(state),
                "sum": made.sum,
                "session": text_or(event, "session_id"),
                "pid": pid,
                "pid_start": pid_start,
            }
        ]

    state = Journal(places).transact(decide)
    reason = f"the script of wave {state['workflow']['wave']}"
    return {"decision": "allow", "reason": reason, "updated": {"script": written[-1]}}


def _may_start(state: State) -> None:
    """Raises Refused where no script of the plan is to be started now."""
    status = state["plan"]["status"]
    if status != "open":
        raise Refused("plan-not-open", f"the plan is {status}", "a person types /implement-plan to go on with it")
    if single(state):
        raise Refused(
            "single-mode",
            "a script was to start agents, and the main thread does this plan itself",
            "run `task-planner next`; a person types `/implement-plan --agents` to have agents do it",
        )
    if not scripted(state):
        raise Refused(
            "workflow-scripts",
            "a Workflow script of one's own was to start agents",
            "run `task-planner next` and make the Agent calls that it prints",
        )
    if script_runs(state):
        raise Refused(
            "task-running",
            f"the script of wave {state['workflow']['wave']} is running",
            "end your turn; you are woken when it has ended",
        )
    if not for_script(state):
        raise Refused("out-of-turn", "no task is due that a script could start", ask_next(state))
    if worn_out(state):
        raise Refused("out-of-turn", f"the script of wave {current_wave(state)} came to nothing twice", f"tell the person: {person_says(state)}")


def _the_call(state: State) -> str:
    return f"make this call as it stands: Workflow {json.dumps({'script': stub(state)}, ensure_ascii=False)}"


def _is_ours(given: dict[str, object], short: str, whole: str) -> bool:
    """Does the call hold nothing but our stub, or our script, or a file that holds our script?"""
    kept = {key: value for key, value in given.items() if key not in IGNORED}
    if list(kept) == ["script"]:
        words = kept["script"]
        return isinstance(words, str) and (words.strip() == short.strip() or words == whole)
    if list(kept) == ["scriptPath"]:
        return _holds(kept["scriptPath"], whole)
    return False


def _holds(path: object, whole: str) -> bool:
    if not isinstance(path, str) or not os.path.isabs(path):
        return False
    try:
        # A pipe would keep the hook, and the journal's lock with it, until somebody writes into it.
        if not os.path.isfile(path) or os.path.getsize(path) > LONGEST_FILE:
            return False
        with open(path, "rb") as file:
            return file.read(LONGEST_FILE + 1) == whole.encode("utf-8", "surrogatepass")
    except (OSError, ValueError):  # ValueError: no path of this machine, as one with a NUL in it
        return False


def launched(places: Places, event: dict[str, object]) -> bool:
    """PostToolUse(Workflow): the client runs it, under names of its own. False: it is no script of ours."""
    response = sub(event, "tool_response")
    use, task = text_or(event, "tool_use_id"), text_or(response, "taskId")
    ours: list[bool] = []

    def decide(state: State) -> list[Event]:
        run = state["workflow"]
        if not run["alive"] or run["tool_use_id"] != use:
            return []
        ours.append(True)
        if not task or run["task"]:
            return []
        return [{"kind": "workflow_started", "tool_use_id": use, "host_task": task, "run": text_or(response, "runId")}]

    Journal(places).transact(decide)
    return bool(ours)


def in_short(event: dict[str, object]) -> Reply:
    """The launch as the model reads it: 130 bytes, where the client's own words are 1,400 and tell how to edit and resume the script.

    The client puts its words together from these fields (seen in 2.1.240 and 2.1.329); where they are others, they stay as they are.
    """
    kept = {key: value for key, value in sub(event, "tool_response").items() if key in SHORT and isinstance(value, str)}
    if kept.get("status") != "async_launched" or not kept.get("taskId"):
        return None
    shown = {**kept, "summary": "end your turn"}
    return {"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": shown}}


def not_launched(places: Places, event: dict[str, object]) -> None:
    """PostToolUseFailure(Workflow): the client did not run it."""
    from planweir.attempt.losses import end_script

    why = text_or(event, "error")[:200]
    end_script(places, text_or(event, "tool_use_id"), "the client did not start it" + (f": {why}" if why else ""))


