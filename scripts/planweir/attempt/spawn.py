"""May this agent be started, and with what? Agent, SendMessage and Workflow calls while a plan is open."""

from __future__ import annotations

import re

from planweir.attempt.admission import WORKERS, Refused, ask_next, may_reopen, picture, turn
from planweir.attempt.asking import NoAnswer, answer_in, answered_view
from planweir.attempt.binding import client_process, sha
from planweir.attempt.messages import message
from planweir.brief.models import model_for
from planweir.brief.render import read_brief, write_brief
from planweir.brief.steps import PLUGIN, description, full_name
from planweir.guard.who import who
from planweir.journal.ready import (
    ANY_NUMBER,
    SCRIPTED,
    Due,
    agent_of,
    asks,
    current_wave,
    graph_task,
    next_attempt,
    role_due,
    script_runs,
    scripted,
    single,
)
from planweir.journal.store import Journal
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, GraphTask, State
    from planweir.places import Places

    Decision = dict[str, object]

REVIEWERS = ("task-reviewer", "code-reviewer")
READ_ONLY_AGENTS = ("explore", "plan")

_NAMED = re.compile(r"\*\*Task ID:\*\*[ \t]*([A-Za-z][A-Za-z0-9._-]*)")


def judge(event: dict[str, object], guard: dict[str, object], places: Places) -> Decision | None:
    """The decision on an Agent, Task, SendMessage or Workflow call; `updated` holds the whole new input where there is one."""
    caller = who(event, guard)
    tool = text_or(event, "tool_name")
    given = sub(event, "tool_input")
    try:
        if tool == "Workflow":
            return None if caller == "main" and _paused(guard) else _workflow(caller, event, given, guard, places)
        if tool == "SendMessage":
            return message(caller, event, given, places)
        return _agent(caller, event, given, guard, places)
    except Refused as refused:
        return refused.decision


def _paused(guard: dict[str, object]) -> bool:
    """A person has the plan in hand: the main thread is as free as without one."""
    return guard.get("status") == "paused"


def _workflow(
    caller: str, event: dict[str, object], given: dict[str, object], guard: dict[str, object], places: Places
) -> Decision | None:
    if caller == "foreign":
        return None
    if event.get("agent_id") is not None:
        raise Refused(
            "workflow-scripts",
            "an agent of the plan was to run a Workflow script",
            "do the work yourself, or end with NEEDS_CONTEXT or BLOCKED and say what is missing",
        )
    if not guard.get("owner"):
        raise Refused(
            "foreign-session",
            "no session owns the plan yet, and this one was to run a Workflow script",
            "a person types /implement-plan here to have this session carry the plan out",
        )
    from planweir.attempt.scripts import judge_call

    return judge_call(event, given, places)


def _agent(
    caller: str, event: dict[str, object], given: dict[str, object], guard: dict[str, object], places: Places
) -> Decision | None:
    named = _NAMED.search(text_or(given, "prompt"))
    kind = _plain(text_or(given, "subagent_type"))
    if caller == "foreign":
        if named is None:
            return None
        raise Refused(
            "foreign-session",
            f"this session does not own the plan and named its task {named[1]}",
            "a person types /implement-plan here to take the plan over, or the owning session goes on",
        )
    if named is not None and not guard.get("owner"):
        raise Refused(
            "foreign-session",
            f"no session owns the plan yet, and this one named its task {named[1]}",
            "a person types /implement-plan here to have this session carry the plan out",
        )
    if event.get("agent_id") is not None:
        raise Refused(
            "nested-spawns",
            "an agent of the plan was to start another agent",
            "do the work yourself, or end with NEEDS_CONTEXT or BLOCKED and say what is missing",
        )
    if named is None:
        if _paused(guard):
            return None
        if kind in READ_ONLY_AGENTS:
            kept = {
                key: given[key] for key in ("subagent_type", "description", "prompt", "model") if key in given
            }
            return {"decision": "allow", "reason": "a reading agent; it may change nothing", "updated": kept}
        raise Refused(
            "unnamed-agent",
            "an agent was to be started without a task of the plan",
            "run `task-planner next` and make the calls that it prints (Explore and Plan may be used for reading)",
        )
    return _start(event, given, named[1], kind, places)


def _start(
    event: dict[str, object], given: dict[str, object], name: str, kind: str, places: Places
) -> Decision:
    use = text_or(event, "tool_use_id")
    session = text_or(event, "session_id")
    chosen: list[tuple[Due, str, GraphTask, str, str]] = []
    pid, pid_start = client_process()

    def decide(state: State) -> list[Event]:
        if name not in state["tasks"]:
            raise Refused("unknown-task", f"{name} is no task of this plan", ask_next(state))
        if single(state):
            raise Refused(
                "single-mode",
                f"{name} was given to an agent, and the main thread does this plan itself",
                "run `task-planner next`; a person types `/implement-plan --agents` to have agents do it",
            )
        text = graph_task(state, name)
        role = _role(kind, text["agent"], state, name)
        events: list[Event] = []
        if role == "implementer" and may_reopen(state, name):
            wave = str(current_wave(state))
            events.append({"kind": "sent_back", "task": name, "why": state["gates"][wave]["nameless"]})
            row = Due(name, role, next_attempt(state, name, role))
            state["tasks"][name]["sent_back"] = str(events[0]["why"])
        elif asks(state, name) and role in WORKERS:
            answer = _answer(text_or(given, "prompt"), state, name)
            events.append({"kind": "answered", "task": name, "answer": answer, "by": "orchestrator"})
            state = answered_view(state, name, answer, "orchestrator")
            row = turn(state, name, role)
        else:
            if scripted(state) and role in SCRIPTED:
                raise Refused("engine", f"{name} was to be given to an agent by a call of its own", _script_step(state))
            row = turn(state, name, role, ANY_NUMBER if scripted(state) else 0)
        kept = (_still_true(places, state, row) if not events else None) or write_brief(places, state, row)
        words, digest = kept
        chosen.append((row, words, text, agent_of(state, name, row.role), description(state, name, row.role)))
        return [
            *events,
            {
                "kind": "spawn_allowed",
                "tool_use_id": use,
                "task": name,
                "role": role,
                "attempt": row.attempt,
                "session": session,
                "brief_sha": sha(words),
                "digest": digest,
                "pid": pid,
                "pid_start": pid_start,
                **(picture(places) if role == "implementer" else {}),
            },
        ]

    Journal(places).transact(decide)
    row, words, text, agent, shown = chosen[-1]
    updated: dict[str, object] = {
        # In full: the client knows our agents by no other name, however the call spelt it.
        "subagent_type": full_name(agent),
        "description": shown,
        "prompt": words,
        "run_in_background": False,
    }
    model = model_for(text["complexity"]) if row.role in WORKERS else None
    if model:
        updated["model"] = model
    return {"decision": "allow", "reason": f"{name}, {row.role}, attempt {row.attempt}", "updated": updated}


def _script_step(state: State) -> str:
    """What the main thread does where a script is to start the agent that it wanted to start."""
    if script_runs(state):
        return "end your turn: the script of the wave runs and starts its agents; you are woken when it has ended"
    return "run `task-planner next` and make the Workflow call that it prints"


def _still_true(places: Places, state: State, row: Due) -> tuple[str, str] | None:
    """The brief that was made ready, if what it tells a reviewer to judge is still what lies there: a person may have been at it
    since, and the review of what is gone would be void."""
    kept = read_brief(places, row)
    if kept is None or not kept[1]:
        return kept
    from planweir.brief.package import task_digest

    return kept if task_digest(places, state, row.task) == kept[1] else None


def _answer(prompt: str, state: State, name: str) -> str:
    """The answer that the call gives to the open question of `name`. Raises Refused."""
    try:
        return answer_in(prompt)
    except NoAnswer as error:
        asked = " ".join(state["tasks"][name]["question"].split())
        raise Refused(
            "open-question",
            f"{name} asks something, and {error}: {asked}",
            f"run `task-planner next` and make its call with your answer after **Answer:**; if you do not know, ask the person, "
            f"who may also type `/task-planner answer {name} …`",
        ) from None


def _plain(kind: str) -> str:
    """An agent type as the host compares them: case and separators do not count (Claude Code 2.1.140)."""
    return re.sub(r"[\s_-]+", "-", kind.strip().lower()).removeprefix(f"{PLUGIN}:")


def _role(kind: str, agent: str, state: State, name: str) -> str:
    role = role_due(state, name) or "implementer"
    works = kind == _plain(agent) and role in WORKERS  # a plan may give a task to a reviewer by its name
    if kind in REVIEWERS and not works:
        return role if role == "plan-reviewer" and kind == "task-reviewer" else kind
    if kind == _plain(agent):
        return role if role == "planner" else "implementer"
    right = full_name(agent_of(state, name, role))
    raise Refused(
        "agent-type", f"{name} was to be done by '{kind or 'no agent type'}'", f"name {right} for {name}"
    )
