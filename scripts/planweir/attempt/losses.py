"""The ends that SubagentStop never tells: notifications, stopped agents, API errors, and agents that are simply not there."""

from __future__ import annotations

import os
import re
import time

from planweir.attempt.binding import process_start
from planweir.attempt.ending import drop_spawns, loss
from planweir.evidence.runs import read_runs
from planweir.journal.ready import MAIN, of_script
from planweir.journal.store import Journal
from planweir.values import number_or, rows, sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.places import Places

# A notification that is no end: the same id notifies again (Claude Code 2.1.329).
WAITS = "is waiting on its own background work"

# Between the end of an agent's own shell and the agent's new start, some 0.1 s (Claude Code 2.1.329), the host lists
# neither. Seconds that a Stop waits for the start before the agent counts as gone; a busy machine takes longer.
WAKE = 5.0
WAKE_LOOK = 0.05

UNBOUND_FOR = 600.0  # seconds within which an agent that was started calls its first tool, by which it is bound

_TAG = {
    name: re.compile(rf"<{name}>\s*(.*?)\s*</{name}>", re.DOTALL)
    for name in ("task-id", "tool-use-id", "status", "summary", "subagent_tokens", "duration_ms")
}


def read_notification(prompt: str) -> dict[str, str]:
    """The fields of a `<task-notification>` prompt (Claude Code 2.1.329); those of the agent's own words are not read."""
    head = re.sub(r"<result>.*</result>", "", prompt, flags=re.DOTALL)
    found = {}
    for name, pattern in _TAG.items():
        match = pattern.search(head)
        if match is not None:
            found[name] = match[1]
    return found


def notified(places: Places, prompt: str) -> str:
    """A background agent ended: one that still counts as running was never judged, so it is lost. Answers with its id; where the
    script of a wave ended, with the id of its call."""
    fields = read_notification(prompt)
    agent = fields.get("task-id", "")
    status = fields.get("status", "")
    if not agent or WAITS in fields.get("summary", ""):
        return ""
    why = f"the client reports it as {status or 'ended'}" + (
        f" ({fields['summary']})" if fields.get("summary") else ""
    )
    use = fields.get("tool-use-id", "")
    if use and use == Journal(places).state()["workflow"]["tool_use_id"]:
        end_script(places, use, why)
        return use
    _ended(places, agent, why, _whole(fields.get("subagent_tokens")), _whole(fields.get("duration_ms")))
    return agent


def end_script(places: Places, use: str, why: str) -> State:
    """The script that call `use` started has ended, and with it its agents. Nothing is new where that is known."""

    def decide(state: State) -> list[Event]:
        return script_ended(state, why) if state["workflow"]["tool_use_id"] == use else []

    return Journal(places).transact(decide)


def script_ended(state: State, why: str) -> list[Event]:
    """The events of the running script's end; none if none runs."""
    run = state["workflow"]
    if not run["alive"]:
        return []
    lost = [
        event
        for agent, row in state["agents"].items()
        if row["alive"] and of_script(state, row["tool_use_id"])
        for event in loss(state, agent, f"the wave's script ended: {why}")
    ]
    return [*lost, {"kind": "workflow_ended", "tool_use_id": run["tool_use_id"], "why": why}]


def overheard(places: Places, session: str, notices: list[str]) -> None:
    """Notifications that came into a turn of `session`, and perhaps to no hook: see the module `overheard`.

    Each names the call that started its agent. One that was sent a message has another call now, and runs again.
    """
    if not notices:
        return
    state = Journal(places).state()
    agents, run = state["agents"], state["workflow"]
    for prompt in notices:
        fields = read_notification(prompt)
        if run["alive"] and run["session"] == session and fields.get("tool-use-id") == run["tool_use_id"]:
            notified(places, prompt)
            continue
        row = agents.get(fields.get("task-id", ""))
        if row is None or not row["alive"] or row["session"] != session or not row["tool_use_id"]:
            continue
        if fields.get("tool-use-id") == row["tool_use_id"]:
            notified(places, prompt)


def _whole(digits: str | None) -> int:
    return int(digits) if digits is not None and digits.isdigit() else 0


def agent_call_returned(places: Places, event: dict[str, object]) -> None:
    """PostToolUse(Agent) of a foreground agent: it has ended."""
    response = sub(event, "tool_response")
    agent = text_or(response, "agentId")
    if agent and text_or(response, "status") == "completed":
        _ended(
            places,
            agent,
            "it ended without being judged (turn limit, or an error)",
            number_or(response, "totalTokens"),
            number_or(response, "totalDurationMs"),
        )


def agent_call_failed(places: Places, event: dict[str, object]) -> None:
    """PostToolUseFailure(Agent): nobody runs for it. Its spawn is dropped; an agent that was bound already is lost."""
    use = text_or(event, "tool_use_id")
    why = "the call that started it failed" + (
        ": " + text_or(event, "error")[:200] if text_or(event, "error") else ""
    )

    def decide(state: State) -> list[Event]:
        if use in state["spawns"]:
            return [{"kind": "spawn_dropped", "tool_use_id": use, "why": why}]
        return [
            lost
            for agent, row in state["agents"].items()
            if use and row["alive"] and row["tool_use_id"] == use
            for lost in loss(state, agent, why)
        ]

    Journal(places).transact(decide)


def stopped(places: Places, event: dict[str, object]) -> None:
    """PostToolUse(TaskStop)."""
    agent = text_or(sub(event, "tool_input"), "task_id") or text_or(sub(event, "tool_input"), "shell_id")
    run = Journal(places).state()["workflow"]
    if agent and run["alive"] and run["task"] == agent:
        end_script(places, run["tool_use_id"], "it was stopped")
    elif agent:
        _ended(places, agent, "it was stopped", 0, 0)


def failed(places: Places, event: dict[str, object]) -> None:
    """StopFailure of an agent."""
    agent = text_or(event, "agent_id")
    if agent:
        _ended(places, agent, f"an API error ended it ({text_or(event, 'error', 'unknown')})", 0, 0)


def _ended(places: Places, agent: str, why: str, tokens: int, duration_ms: int) -> None:
    def decide(state: State) -> list[Event]:
        if agent not in state["agents"]:
            return []
        events = loss(state, agent, why)
        if tokens or duration_ms:
            events.append({"kind": "cost", "agent": agent, "tokens": tokens, "duration_ms": duration_ms})
        return events

    Journal(places).transact(decide)


def owner_stopped(places: Places, event: dict[str, object]) -> State:
    """The owner's Stop names what runs in the background: its session's other attempts are lost, its other spawns dropped."""
    session = text_or(event, "session_id")
    if "background_tasks" not in event:  # an older client (before 2.1.145) does not say what runs
        return Journal(places).state()
    there = {
        text_or(task, "id")
        for task in rows(event, "background_tasks")
        if isinstance(task, dict) and task.get("status", "running") == "running"
    }
    scripts = {
        text_or(task, "id"): text_or(task, "name")
        for task in rows(event, "background_tasks")
        if isinstance(task, dict) and task.get("type") == "workflow" and text_or(task, "id") in there
    }
    known = Journal(places).state()
    script = _script_at(known, scripts)  # its agents are not listed one by one
    shells = {
        agent: _own_shells(places, agent)
        for agent, row in known["agents"].items()
        if row["alive"] and row["session"] == session and agent not in there and agent != MAIN
        and not (script and of_script(known, row["tool_use_id"]))
    }
    waiting = {agent for agent, own in shells.items() if own & there}
    if known["owner"]["session"] == session:
        waiting |= _waking(places, {agent for agent, own in shells.items() if own} - waiting)
    anybody = any(
        isinstance(task, dict) and task.get("type") == "subagent" for task in rows(event, "background_tasks")
    )

    def decide(state: State) -> list[Event]:
        if state["owner"]["session"] != session:
            return []
        script = _script_at(state, scripts)
        run = state["workflow"]
        events: list[Event] = []
        if script and not run["task"]:  # the client did not tell how it names it when it began
            events.append({"kind": "workflow_started", "tool_use_id": run["tool_use_id"], "host_task": script, "run": ""})
        elif not script and run["session"] == session:
            events += script_ended(state, "it is no longer running" if run["task"] else "the client runs no script of this call")
        events += [
            lost
            for agent, row in state["agents"].items()
            if row["alive"] and row["session"] == session and agent not in there and agent not in waiting and agent != MAIN
            and not (run["alive"] and of_script(state, row["tool_use_id"]))
            for lost in loss(state, agent, "it is no longer running")
        ]
        if not anybody:  # an agent that runs may be one that no hook has bound yet
            events += drop_spawns(state, session)
        return [*events, *_left_spawns(state, session)]

    return Journal(places).transact(decide)


def _script_at(state: State, scripts: dict[str, str]) -> str:
    """The client's id of our script among `scripts`, which run (id and name); "" if it is not there."""
    run = state["workflow"]
    if not run["alive"]:
        return ""
    if run["task"]:
        return run["task"] if run["task"] in scripts else ""
    return next((task for task, name in scripts.items() if name == f"planweir-wave-{run['wave']}"), "")


def _left_spawns(state: State, session: str) -> list[Event]:
    """The spawns that an earlier owner left without an agent: nobody else would ever drop them.

    Its client may still run, with an agent that has not called a tool yet and so is bound to nothing.
    """
    patience = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - UNBOUND_FOR))
    return [
        {"kind": "spawn_dropped", "tool_use_id": use, "why": "no agent came of it"}
        for use, row in state["spawns"].items()
        if row["session"] != session and (_gone(row["pid"], row["pid_start"]) or row["at"] < patience)
    ]


def _own_shells(places: Places, agent: str) -> set[str]:
    """The background shells that `agent` started. While one runs the host does not list the agent (2.1.329)."""
    return {text_or(run, "shell") for run in read_runs(places.runs(agent))} - {""}


def started(places: Places, agent: str) -> None:
    """SubagentStart: an agent that ran something before gives a sign of life; see `_waking`."""
    try:
        os.utime(places.runs(agent))
    except OSError:
        return


def _waking(places: Places, agents: set[str]) -> set[str]:
    """Those of `agents`, whose shells have ended, that start again now."""
    begin = time.time()
    awake: set[str] = set()
    while agents - awake and time.time() - begin < WAKE:
        for agent in agents - awake:
            if os.stat(places.runs(agent)).st_mtime >= begin - 1.0:
                awake.add(agent)
        if agents - awake:
            time.sleep(WAKE_LOOK)
    return awake


def _gone(pid: int, start: str) -> bool:
    return bool(pid) and process_start(pid) != start


def clients_gone(places: Places, session: str) -> State:
    """Mark the attempts whose client process is gone, whatever session they belong to."""

    def decide(state: State) -> list[Event]:
        run = state["workflow"]
        events: list[Event] = []
        if _gone(run["pid"], run["pid_start"]):
            events += script_ended(state, "its client is gone")
        events += [
            lost
            for agent, row in state["agents"].items()
            if row["alive"] and _gone(row["pid"], row["pid_start"])
            and not (events and of_script(state, row["tool_use_id"]))
            for lost in loss(state, agent, "its client is gone")
        ]
        gone = {row["session"] for row in state["agents"].values() if _gone(row["pid"], row["pid_start"])}
        for use, spawn in state["spawns"].items():
            other = spawn["session"] != session and spawn["session"] in gone
            if other or _gone(
                spawn["pid"], spawn["pid_start"]
            ):  # its client may have died before any agent was bound
                events.append({"kind": "spawn_dropped", "tool_use_id": use, "why": "its client is gone"})
        return events

    return Journal(places).transact(decide)
