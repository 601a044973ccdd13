"""What the hooks before a tool call share: the guard's small file, the caller's binding, the sign that hooks run.

Hot: everything dearer than the guard itself is imported where it is rarely needed.
"""

from __future__ import annotations

import json
import os

from planweir.host import Unusable, decided
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planweir.guard.case import Case
    from planweir.host import Handler, Reply
    from planweir.places import Places

    Judge = Callable[[dict[str, object], dict[str, object]], Mapping[str, object] | None]


def guard_of(places: Places, event: dict[str, object]) -> dict[str, object] | None:
    """The guard's file, rendered again if it is not of the journal as it is, with the caller bound if it can be.

    None: the plan has ended and a marker was left over. Raises Unusable where a marker has no plan to explain it.
    """
    guard = _as_written(places)
    if guard is None or not _marked(places):
        guard = _mend(places, event)
        if guard is None:
            return None
    _check(event)
    agent = event.get("agent_id")
    if isinstance(agent, str) and agent not in sub(guard, "agents"):
        if sub(guard, "spawns"):
            from planweir.attempt.binding import bind

            if bind(event, places, agent) is not None:
                with open(places.guard, encoding="utf-8") as file:
                    return as_object(json.load(file))
        if guard.get("workflow"):
            return _admitted(event, places, agent, guard)
    return guard


def as_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Unusable("guard.json holds no object")
    return value


def _admitted(event: dict[str, object], places: Places, agent: str, guard: dict[str, object]) -> dict[str, object]:
    """The guard's file for an agent that may be one of the running script's: bound now; or with `refused`, the decision on each of
    its calls. `told` is what its brief did not say yet."""
    from planweir.attempt.scripted import admit

    came = admit(event, places, agent)
    if came.refused is not None:
        return {**guard, "refused": came.refused}
    if came.row is None:
        return guard
    with open(places.guard, encoding="utf-8") as file:
        return {**as_object(json.load(file)), **({"told": came.told} if came.told else {})}


def _refused(guard: dict[str, object]) -> Mapping[str, object] | None:
    """The decision on every call of an agent of a script whose turn has not come."""
    found = guard.get("refused")
    return found if isinstance(found, dict) else None


def _with_words(guard: dict[str, object], reply: Reply) -> Reply:
    """`reply`, with what an agent of a script is told at its first call."""
    words = guard.get("told")
    if not isinstance(words, str):
        return reply
    from planweir.host import context

    more = context("PreToolUse", words)
    return {**(reply or {}), "hookSpecificOutput": {**sub(reply or {}, "hookSpecificOutput"), **sub(more, "hookSpecificOutput")}}


def _as_written(places: Places) -> dict[str, object] | None:
    """The guard's file, if nobody but us has written to it or to the journal since: it holds both files' times. Two looks.

    Who forges the times as well gets past this, and not past the next hook that reads the journal.
    """
    try:
        with open(places.guard, encoding="utf-8") as file:
            guard = json.load(file)
            when = os.fstat(file.fileno()).st_mtime_ns
        kept = guard["kept"]
        journal = os.lstat(places.journal)
        sound = (kept["written"] * 1_000_000_000, kept["mtime"], guard["bytes"]) == (when, journal.st_mtime_ns, journal.st_size)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return guard if sound and isinstance(guard, dict) else None


def _check(event: dict[str, object]) -> None:
    """Raises Unusable where the event does not say whose call it is or what it is about.

    An event without a session is not another session's, which may do more than ours.
    """
    if not text_or(event, "session_id"):
        raise Unusable("the event names no session")
    if not isinstance(event.get("agent_id") or "", str):
        raise Unusable("the event's agent_id is no text")
    if not isinstance(event.get("tool_input"), dict):
        raise Unusable("the event holds no input of the tool")


def _marked(places: Places) -> bool:
    """Are the markers that are known all there? One look each; the second's place was written down by a hook."""
    data = os.environ.get("CLAUDE_PLUGIN_DATA")
    return os.path.exists(places.armed) and (not data or os.path.exists(places.second(data)))


def _mend(places: Places, event: dict[str, object]) -> dict[str, object] | None:
    """Render what is rendered from the journal, and set a marker that is missing."""
    from planweir.attempt.tending import tend

    if not tend(places, event):
        return None
    with open(places.guard, encoding="utf-8") as file:
        guard = json.load(file)
    if not isinstance(guard, dict):
        raise Unusable("guard.json holds no object")
    return guard


def judge_with(judge: Judge, whoever: bool = False) -> Handler:
    """A hook's handler from a pure decision on the event and the guard's file. `whoever`: it decides itself on the agents of a
    script whose turn has not come (`refused` in the guard)."""

    def handle(event: dict[str, object], places: Places) -> Reply:
        guard = guard_of(places, event)
        if guard is None:
            return None
        _seen(places, event)
        decision = (None if whoever else _refused(guard)) or judge(event, guard)
        if decision is not None and "outside" in decision:
            decision = _beyond(places, event, guard, judge)
        return _with_words(guard, decided(decision))

    return handle


def _beyond(places: Places, event: dict[str, object], guard: dict[str, object], judge: Judge) -> Mapping[str, object] | None:
    """A write outside the task's files: whose they are, and whether the plan lets it pass. Seldom, and dearer."""
    from planweir.attempt.beyond import judge_beyond

    return judge_beyond(places, event, guard, judge)


def judge_others(event: dict[str, object], places: Places) -> Reply:
    """Every tool without a hook of its own. A prompt that is scheduled is remembered: the turn that it begins is no person's."""
    from planweir.guard.tools import judge_other_tool

    guard = guard_of(places, event)
    if guard is None:
        return None
    _seen(places, event)
    decision: Mapping[str, object] | None = _refused(guard) or judge_other_tool(event, guard)
    if decision is not None and "outside" in decision:
        decision = _beyond(places, event, guard, judge_other_tool)
    if decision is None and event.get("tool_name") in ("CronCreate", "ScheduleWakeup"):
        from planweir.attempt.turns import scheduled

        scheduled(places, text_or(event, "session_id"), [text_or(sub(event, "tool_input"), "prompt")])
    return _with_words(guard, decided(decision))


def _seen(places: Places, event: dict[str, object]) -> None:
    session = text_or(event, "session_id")
    if session:
        try:
            os.utime(places.session(session))
        except OSError:
            from planweir.attempt.turns import touch

            touch(places, session)


GATE_TIMEOUT = 600_000  # milliseconds; the most that the host gives a Bash call (Claude Code 2.1.329)


def judge_shell(event: dict[str, object], places: Places) -> Reply:
    """Bash and Monitor. A gate gets the longest time limit; an agent's discard a permit that the command line asks for."""
    guard = guard_of(places, event)
    if guard is None:
        return None
    _seen(places, event)
    decision = _refused(guard)
    return decided(decision) if decision is not None else _with_words(guard, _judge_shell(event, places, guard))


def _judge_shell(event: dict[str, object], places: Places, guard: dict[str, object]) -> Reply:
    from planweir.guard.commands import judge_command

    seen: list[Case] = []
    decision: Mapping[str, object] | None = judge_command(event, guard, seen)
    if decision is not None and "outside" in decision:
        decision = _beyond(places, event, guard, judge_command)
    if seen and _may_cross(event, guard) and (decision is None or decision.get("decision") != "deny"):
        from planweir.notice.stamps import begin

        begin(places, event, guard, seen[0])
    given = sub(event, "tool_input")
    command = text_or(given, "command")
    if "task-planner" in command and (decision is None or decision.get("decision") != "deny"):
        from planweir.attempt.signs import leave

        leave(places, text_or(event, "session_id"), text_or(event, "tool_use_id"))
        if "request-scope" in command or "insight" in command:
            _permit_requests(places, event, guard, command)
    words = command.split()
    if words[:1] != ["task-planner"] or (decision is not None and decision.get("decision") == "deny"):
        return decided(decision)
    if words[1:2] == ["take"]:
        from planweir.attempt.single import take

        refused = take(event, places, words)
        return decided(decision if refused is None else {key: str(value) for key, value in refused.items()})
    if words[1:2] == ["discard"] and isinstance(event.get("agent_id"), str):
        from planweir.permits import grant

        grant(places, text_or(event, "agent_id"), text_or(given, "command"))
    if words[1:2] == ["gate"] and event.get("tool_name") == "Bash" and decision is not None:
        from planweir.host import allow

        return allow(text_or(decision, "reason"), {**given, "timeout": GATE_TIMEOUT})
    return decided(decision)


def _may_cross(event: dict[str, object], guard: dict[str, object]) -> bool:
    """Does another task run than the caller's, whose files the call could change? Monitor's end is told to no hook."""
    running = guard.get("running")
    if not running or event.get("tool_name") != "Bash" or not isinstance(running, dict):
        return False
    row = sub(guard, "agents").get(text_or(event, "agent_id"))
    return len(running) > 1 or not isinstance(row, dict) or row.get("role") != "implementer"


def _permit_requests(places: Places, event: dict[str, object], guard: dict[str, object], command: str) -> None:
    """Leave word whose call it is, for each `task-planner request-scope` and `insight add` in the line."""
    from planweir.guard.who import MAIN, binding, who
    from planweir.permits import grant_words
    from planweir.shell.scan import scan

    role = text_or(binding(event, guard), "role")
    asks, notes = role == "implementer", bool(role) or who(event, guard) == "main"
    for program in scan(command, text_or(event, "cwd") or places.project).programs if asks or notes else []:
        words = [one for one in program.words if one is not None]
        if len(words) != len(program.words) or words[:1] != ["task-planner"]:
            continue
        if (asks and words[1:2] == ["request-scope"]) or (notes and words[1:3] == ["insight", "add"]):
            grant_words(places, text_or(event, "agent_id") or MAIN, words[1:])


def judge_start(event: dict[str, object], places: Places) -> Reply:
    """Agent, SendMessage, Workflow: the decision, and the brief as the call's new input."""
    from planweir.attempt.spawn import judge
    from planweir.host import allow

    guard = guard_of(places, event)
    if guard is None:
        return None
    _seen(places, event)
    decision = _refused(guard) or judge(event, guard, places)
    updated = None if decision is None else decision.get("updated")
    if decision is not None and isinstance(updated, dict):
        return allow(text_or(decision, "reason"), updated)
    return decided(decision)
