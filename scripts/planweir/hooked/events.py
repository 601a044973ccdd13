"""The hooks that record and judge what has happened: one function an event."""

from __future__ import annotations

import os

from planweir.attempt import turns
from planweir.attempt.tending import tend
from planweir.host import Unusable, context, hold
from planweir.journal.ready import MAIN
from planweir.journal.store import Journal
from planweir.journal.witness import guard_file
from planweir.values import rows, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.host import Reply
    from planweir.journal.types import AgentState
    from planweir.places import Places


def _bound(event: dict[str, object], places: Places) -> tuple[str, AgentState | None]:
    """The agent that this event comes from, and its binding, made now if it can be."""
    agent = text_or(event, "agent_id") or _thread(event, places)
    if not agent:
        return "", None
    row = Journal(places).state()["agents"].get(agent)
    if row is not None and row["alive"]:
        return agent, row
    from planweir.attempt.binding import bind

    row = bind(event, places, agent)
    if row is None and Journal(places).state()["workflow"]["alive"]:
        from planweir.attempt.scripted import admit

        row = admit(event, places, agent).row
    return agent, row


def _thread(event: dict[str, object], places: Places) -> str:
    """The id under which the main thread works on a task itself; empty where it does not."""
    guard = guard_file(places) or {}
    works = guard.get("single") is True and MAIN in sub(guard, "agents") and guard.get("owner") == text_or(event, "session_id")
    return MAIN if works else ""


def note_run(event: dict[str, object], places: Places) -> Reply:
    """The end of a Bash call: a run of a check is recorded, and what it did to neighbours' files is told. Of an answer: it is kept."""
    crossed = None
    if os.path.exists(places.call(text_or(event, "agent_id"), text_or(event, "tool_use_id"))):
        from planweir.hooked.crossing import told

        crossed = told(event, places)
    reply = _note_run(event, places)
    if crossed is None or reply is not None:
        return reply
    return context(text_or(event, "hook_event_name"), crossed)


def _note_run(event: dict[str, object], places: Places) -> Reply:
    """Append a bound agent's run of a check, or its filed review, to its own file. No lock: one writer a file."""
    agent, row = _bound(event, places)
    if row is None:
        return None
    from planweir.hooked.reviewing import keep_answer, with_look

    if text_or(event, "tool_name") == "StructuredOutput":
        keep_answer(event, places, agent, row)
        return None
    from planweir.brief.package import task_digest
    from planweir.evidence.runs import append, record
    from planweir.journal.ready import declared

    state = Journal(places).state()
    name = row["task"]
    found = record(event, declared(state, name), lambda: task_digest(places, state, name), places.project)
    found = with_look(event, found, row, places)
    if found is not None:
        if sub(event, "tool_response").get("backgroundEndsWithFinalResponse") is True:
            found.pop("shell", None)  # a foreground agent's shell ends with it: there is nothing to wait for
        os.makedirs(os.path.dirname(places.runs(agent)), exist_ok=True)
        if "filed" in found:
            from planweir.attempt.filing import keep_from_call

            keep_from_call(places, found["filed"], found["command"], text_or(event, "cwd") or places.project)
        append(places.runs(agent), found)
        if agent == MAIN and found.get("task") == name:
            from planweir.attempt.single import handed_in

            held, said = handed_in(event, places, text_or(found, "filed"))
            if held is not None:
                return hold(held)
            return context("PostToolUse", f"Planweir: {said}") if said else None
    return None


def track(event: dict[str, object], places: Places) -> Reply:
    """Bindings and ends that other hooks do not see, and the turn of the main thread; where an agent has ended, what is due now."""
    from planweir.hooked import noticing

    reply = _track(event, places)
    noticing.at_end(places)
    return reply


def _track(event: dict[str, object], places: Places) -> Reply:
    from planweir.attempt import losses
    from planweir.hooked import noticing

    kind = text_or(event, "hook_event_name")
    session = text_or(event, "session_id")
    if kind == "UserPromptSubmit":
        prompt = text_or(event, "prompt")
        turns.start(places, session, text_or(event, "prompt_id"), prompt, text_or(event, "source"))
        tend(places, event)
        if prompt.lstrip().startswith(turns.NOTIFICATION):
            noticing.woken(event, places)
            return _due_after(places, event, losses.notified(places, prompt))
        return noticing.at_prompt(event, places)
    if kind == "StopFailure":
        losses.failed(places, event)
    elif text_or(event, "tool_name") == "Workflow":
        from planweir.attempt import scripts

        if kind == "PostToolUseFailure":
            scripts.not_launched(places, event)
        elif scripts.launched(places, event):
            return scripts.in_short(event)
    elif kind == "PostToolUseFailure":
        losses.agent_call_failed(places, event)
    elif text_or(event, "tool_name") == "TaskStop":
        losses.stopped(places, event)
    else:
        agent = text_or(sub(event, "tool_response"), "agentId")
        if agent:
            from planweir.attempt.binding import bind

            bind(event, places, agent, text_or(event, "tool_use_id"))
            losses.agent_call_returned(places, event)
            if text_or(sub(event, "tool_response"), "status") == "completed":
                return _due_after(places, event, agent)
    return None


def _due_after(places: Places, event: dict[str, object], agent: str) -> Reply:
    from planweir.attempt.handing import after_agent

    if not agent or event.get("agent_id") is not None:
        return None
    words = after_agent(places, text_or(event, "session_id"), agent, "prompt" in event)
    return context(text_or(event, "hook_event_name"), words) if words else None


def agent_event(event: dict[str, object], places: Places) -> Reply:
    """SubagentStart is a heartbeat; SubagentStop is judged."""
    turns.touch(places, text_or(event, "session_id"))
    if text_or(event, "hook_event_name") != "SubagentStop":
        from planweir.attempt.losses import started

        started(places, text_or(event, "agent_id"))
        return None
    if not tend(places, event):
        return None
    agent, row = _bound(event, places) if text_or(event, "agent_id") else ("", None)
    if row is None:  # also of an end that names no agent: it is not the main thread's
        return None
    from planweir.attempt.ending import agent_stopped

    reason = agent_stopped(event, places, agent)
    if reason is None and os.path.isdir(f"{places.notice}/calls"):
        from planweir.notice.crossing import agent_ended

        agent_ended(places, event, agent)
    from planweir.hooked.noticing import at_end

    at_end(places)
    return None if reason is None else hold(reason)


def stop_event(event: dict[str, object], places: Places) -> Reply:
    """The owner's Stop: reconcile, and hold a working turn whose next step is the orchestrator's."""
    from planweir.attempt.holding import main_stopped

    try:
        if not tend(places, event):
            return None
    except Unusable as error:  # the turn ends, and a person has to know
        return {"systemMessage": f"Planweir: {error}."}
    from planweir.hooked.noticing import at_stop

    crons = [text_or(row, "prompt") for row in rows(event, "session_crons") if isinstance(row, dict)]
    turns.scheduled(places, text_or(event, "session_id"), crons)
    reason = main_stopped(places, event)
    at_stop(event, places, held=reason is not None)
    return None if reason is None else hold(reason)


def session_event(event: dict[str, object], places: Places) -> Reply:
    """SessionStart, whatever its source: attempts whose client is gone are lost; then how the plan stands."""
    from planweir.attempt.losses import clients_gone
    from planweir.brief.status import lines
    from planweir.hooked.noticing import at_session

    session = text_or(event, "session_id")
    try:
        if not tend(places, event):
            return None
    except Unusable as error:
        return context("SessionStart", f"Planweir: {error}.")
    turns.arrived(places, session)
    state = clients_gone(places, session)
    asked = at_session(event, places)
    if asked:
        state = Journal(places).state()
    shown = [_one_line(line) for line in lines(places, state)]
    if len(shown) > 30:
        shown = [
            *shown[:2],
            *[line for line in shown[2:] if not line.startswith(("[ ]", "[✓]"))][:26],
            shown[-1],
        ]
    if state["owner"]["session"] == session:
        head = (
            "A Planweir plan is open here and this session carries it out; its rules are enforced by hooks. "
            "`task-planner next` prints the calls to make now."
        )
    else:
        head = (
            "A Planweir plan is open here. This session does not own it: it is kept from the plan's own files and from files that "
            "its agents work on. A person types /implement-plan to go on with the plan in this session."
        )
    return context("SessionStart", "\n".join([head, *shown][:38]))


LONGEST_LINE = 600  # characters


def _one_line(line: str) -> str:
    """An entry of the status on one line, with what an agent said at length cut in its middle."""
    if "\n" in line:
        line = line[: len(line) - len(line.lstrip())] + " ".join(line.split())
    half = LONGEST_LINE // 2
    return line if len(line) <= LONGEST_LINE else f"{line[:half]} … {line[-half:]}"


def settings_event(event: dict[str, object], places: Places) -> Reply:
    """Settings changed: journal it, and say so where they would switch the hooks off."""
    if not tend(places, event):
        return None
    path = text_or(event, "file_path")
    Journal(places).record(
        {"kind": "settings_changed", "what": f"{text_or(event, 'source', 'settings')} {path}".strip()}
    )
    off = _off(places, path)
    if off:
        words = f"{os.path.basename(path)} switches hooks off while a plan is open ({off[0][0]}): nothing is enforced until they run again"
        Journal(places).record({"kind": "incident", "what": words})
        return {
            "systemMessage": f"Planweir: {words}. /task-planner --abort ends the plan; taking the setting back resumes it: {off[0][1]}."
        }
    return None


def _off(places: Places, path: str) -> list[tuple[str, str]]:
    """What the settings file at `path` does that keeps our hooks from running, each with its mend."""
    from planweir.attempt import client_settings

    if not path:
        return []
    return [row for row in client_settings.switched_off(client_settings.here(places.project)) if path in row[0]]
