"""What happens next, in words and as the exact calls to make: `task-planner next`, the Stop hold, the session's start."""

from __future__ import annotations

import re
import shlex

from planweir.brief.ahead import ahead
from planweir.journal.ready import (
    agent_of,
    all_closed,
    asked_for,
    asks,
    calls_due,
    current_wave,
    due,
    for_script,
    graph_task,
    may_mend,
    proposals,
    questions,
    requests,
    running_tasks,
    scaffolds,
    script_due,
    script_runs,
    single,
    started_tasks,
    step,
    taken,
    unplanned,
    waits_for,
    wave_tasks,
    worn_out,
)
from planweir.values import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from planweir.journal.types import State
    from planweir.places import Places

    class Step(TypedDict):
        """`step` is spawn, workflow, answer, take, work, gate, wait, choose, person or done; `calls` are the tool calls to make now, of `choose` one."""

        wave: int
        waves: int
        step: str
        calls: list[dict[str, object]]
        say: str
        note: str  # what waits for a person meanwhile; it stands in `say` too


PLUGIN = "planweir"
SHOWN = 12  # tasks of a script
OURS = ("implementer", "task-reviewer", "code-reviewer")


LABELS = {
    "task-reviewer": "task reviewer",
    "code-reviewer": "code reviewer",
    "planner": "its plan",
    "plan-reviewer": "review of its plan",
}


def full_name(agent: str) -> str:
    """An agent type as the Agent tool wants it."""
    return f"{PLUGIN}:{agent}" if agent in OURS else agent


def next_step(state: State, places: Places) -> Step:
    """The next step of `state`. Pure but for looking whether a gate is running."""
    kind = step(state)
    wave, waves = current_wave(state), len(state["waves"])
    calls: list[dict[str, object]] = []
    if kind in ("spawn", "answer", "workflow"):
        started = calls_due(state)
        asked = questions(state) if kind == "answer" else []
        calls += [_answer_call(state, name) for name in asked]
        calls += [_agent_call(state, row.task, row.role) for row in started]
        calls += [workflow_call(state)] if script_due(state) else []
        names = ", ".join([*(f"{row.task} ({row.role})" for row in started), *_script_of(state)])
        said = [asking(state, name) for name in asked]
        said += [f"Start {names}." if asked else f"start {names}."] if names else []
        say = f"Wave {wave} of {waves}: {' '.join(said)}"
    elif kind == "take":
        name = due(state)[0].task
        calls.append(_bash(f"task-planner take {name}"))
        say = f"Wave {wave} of {waves}: do {name} yourself. Run `task-planner take {name}`, alone on its line; it prints the brief."
    elif kind == "work":
        name = taken(state) or ""
        say = (
            f"Wave {wave} of {waves}: you work on {name}. Hand it in with `task-planner report {name}`, from standard input; "
            f"`task-planner take {name}` prints the brief again."
        )
    elif kind == "choose":
        calls += [
            _bash(f"task-planner take {name}") if single(state) else _agent_call(state, name, "implementer")
            for name in may_mend(state)
        ]
        say = (
            f"Wave {wave} of {waves}: the gate failed without naming a file. Choose the task that mends it, one of "
            f"{', '.join(may_mend(state))}, and start its implementer with the call that `task-planner next` prints; it gets "
            "the gate's output. If none of them can mend it, tell the person what the gate said."
        )
    elif kind == "gate":
        command = "task-planner gate --wait" if _gate_runs(places) else "task-planner gate"
        calls.append(_bash(command))
        say = f"Wave {wave} of {waves}: every task is reviewed. Run `{command}`."
    elif kind == "wait":
        busy = {**started_tasks(state), **running_tasks(state)}
        script = [f"the script of wave {state['workflow']['wave']}"] if script_runs(state) else []
        say = (
            "Wait for "
            + ", ".join([*script, *(f"{name} ({role})" for name, role in busy.items())])
            + ": end your turn, you are woken."
        )
    elif kind == "done":
        say = "Every wave is closed. Tell the person what was done; they type /task-planner --complete to end the plan."
        missing = ahead(state)
        say += f" What it will tell of, as far as is known ({LOOKS}): {'; '.join(missing)}." if missing else ""
    else:
        say = person_says(state)
    waiting = [*(proposed(state, name) for name in proposals(state)), *asked_files(state)]
    note = "" if kind == "person" else " ".join(waiting)
    whole = f"{say} {note}" if note else say
    return {"wave": min(wave, waves), "waves": waves, "step": kind, "calls": calls, "say": whole, "note": note}


def _bash(command: str) -> dict[str, object]:
    return {"tool": "Bash", "input": {"command": command}}


def description(state: State, name: str, role: str) -> str:
    """What the client shows of an agent that works for task `name`."""
    return f"{name}: {LABELS.get(role) or graph_task(state, name)['title']}"[:60]


def workflow_call(state: State) -> dict[str, object]:
    """The call that starts the script of the current wave: the hook that lets it through writes the script in."""
    from planweir.brief.script import stub

    return {"tool": "Workflow", "input": {"script": stub(state)}}


def _script_of(state: State) -> list[str]:
    """What the script that is due would carry out, in a few words."""
    if not script_due(state):
        return []
    rows = for_script(state)
    some = ", ".join(row.task for row in rows[:SHOWN])
    return [f"the script of wave {current_wave(state)} ({some}{f' and {len(rows) - SHOWN} more' if len(rows) > SHOWN else ''})"]


def _agent_call(state: State, name: str, role: str) -> dict[str, object]:
    return {
        "tool": "Agent",
        "input": {
            "subagent_type": full_name(agent_of(state, name, role)),
            "description": description(state, name, role),
            "prompt": f"**Task ID:** {name}",
        },
    }


def proposed(state: State, name: str) -> str:
    """That a submitted plan waits for a person, where it is, and what they type."""
    proposal = state["tasks"][name]["proposal"]
    place = proposal["file"] if proposal is not None else ""
    return (
        f"The plan of {name} waits for a person; it is in {place}. They type /task-planner accept {name}, or "
        f"/task-planner reject {name} 'why'."
    )


def asked_files(state: State) -> list[str]:
    """Which files beyond its own a task asks for, and what a person types; one sentence a file."""
    return [
        f"{row['task']} asks to change {row['path']} too: {ended(row['why'])} A person types /task-planner allow {row['task']} "
        f"{word(row['path'])}, or /task-planner refuse {row['task']} {word(row['path'])} 'why'."
        for row in requests(state)
    ]


def word(path: str) -> str:
    """A path as one word of a typed command."""
    return path if re.fullmatch(r"[\w./@%+=:,-]+", path) else shlex.quote(path)


LOOKS = "`task-planner done` looks"
YOUR_ANSWER = "<your answer>"


def _answer_call(state: State, name: str) -> dict[str, object]:
    call = _agent_call(state, name, "implementer")
    prompt = f"**Task ID:** {name}\n**Answer:** {YOUR_ANSWER}"
    return {"tool": "Agent", "input": {**table(call["input"]), "prompt": prompt}}


def asking(state: State, name: str) -> str:
    """What an implementer asks, and who may answer it how."""
    return (
        f"{name} asks: {ended(' '.join(state['tasks'][name]['question'].split()))} Answer it from the plan and from what the person "
        f"said, by starting {name} again with your answer in the place of {YOUR_ANSWER}. If you do not know, ask the person and end "
        f"your turn; they may also type /task-planner answer {name} '…'."
    )


def unreached(state: State) -> list[str]:
    """What only a person can settle about code that nothing reaches: where tasks wait for it, and where nothing is left to do."""
    if all_closed(state):
        waiting, left = list[str](), scaffolds(state)
    else:
        waiting = [name for name in wave_tasks(state, current_wave(state)) if state["tasks"][name]["status"] == "pending"]
        left = [name for name in scaffolds(state) if any(name in waits_for(state, one) for one in waiting)]
    lines: list[str] = []
    for name in left:
        held = [one for one in waiting if name in waits_for(state, one)]
        why = f"{', '.join(held)} wait{'s' if len(held) == 1 else ''} for {name}: " if held else f"{name} is scaffold, so the plan cannot be completed: "
        ways = [f"/task-planner unblock {name} --note 'import it from …' (its implementer wires it; allow {name} PATH gives it the file)"]
        ways += [f"amend {held[0]} --wires {name} (that task wires it)"] if held else []
        ways += [f"amend {name} --not-reached 'why' (it is exempt)", "waive reach --why '…'"]
        lines.append(f"{why}{ended(state['tasks'][name]['why'])} A person types {', or '.join(ways)}.")
    if left and all_closed(state):
        lines.append("Or they connect it by hand, commit that, and type /task-planner --complete, which asks again.")
    return lines


def _gate_runs(places: Places) -> bool:
    from planweir.jobs import running

    return running(places, "gate")


def person_says(state: State) -> str:
    """Why a person is needed, and what they can type."""
    status = state["plan"]["status"]
    if status == "paused":
        return " ".join(["The plan is paused. A person types /implement-plan to go on.", *asked_files(state)])
    if status == "blocked":
        why = state["plan"]["why"]
        return f"The plan is blocked: {ended(why)} A person decides: /implement-plan goes on with fresh tries, /task-planner waive or amend mends a check."
    if status not in ("open",):
        return f"The plan is {status or 'not open'}."
    lines = [
        f"{name} is blocked: {ended(state['tasks'][name]['why'])} "
        f"A person types {_way_out(state, name)} or {_skip_line(state, name)}."
        for name in ([] if all_closed(state) else wave_tasks(state, current_wave(state)))
        if state["tasks"][name]["status"] == "blocked"
    ]
    if single(state) and not all_closed(state):
        lines += [
            f"{name} asks: {ended(' '.join(state['tasks'][name]['question'].split()))} A person types /task-planner answer {name} '…'."
            for name in wave_tasks(state, current_wave(state))
            if asks(state, name)
        ]
        lines += [
            f"{name} awaits its reviews, which the main thread cannot give: a person types /implement-plan --agents."
            for name in wave_tasks(state, current_wave(state))
            if state["tasks"][name]["status"] == "implemented"
        ]
    lines += [*(proposed(state, name) for name in proposals(state)), *asked_files(state), *unreached(state)]
    if worn_out(state) and for_script(state):
        run = state["workflow"]
        lines.append(
            f"The script of wave {run['wave']} came to nothing {run['barren']} times in a row: no agent of it worked. The last time "
            f"{ended(run['why'])} A person types /implement-plan to have it tried again, or /implement-plan --engine agents to have the "
            "main thread start the agents; /task-planner doctor says what is wrong."
        )
    gate = state["gates"].get(str(current_wave(state)))
    if gate is not None and gate["nameless"]:
        lines.append(
            f"The gate of wave {current_wave(state)} failed on what only a person can settle: {ended(gate['nameless'])} "
            "A person types /task-planner allow TASK PATH (a task takes the change), discard PATH (it goes, the patch is "
            "kept) or waive changes --why '…', or commits it, and then /implement-plan."
        )
    return " ".join(lines) or "Nothing is due."


def _way_out(state: State, name: str) -> str:
    task = state["tasks"][name]
    if asked_for(state, name):
        return f"/task-planner allow {name} {word(asked_for(state, name)[0])} (it goes on then)"
    if task["question"]:
        return f"/task-planner answer {name} '…'"
    if task["proposal"] is not None and unplanned(state, name):
        return f"/task-planner accept {name} (its last plan is in {task['proposal']['file']}), unblock {name} --note '…'"
    return f"/task-planner unblock {name} --note '…'"


def _skip_line(state: State, name: str) -> str:
    if state["tasks"][name]["attempts"]:
        return f"/task-planner skip {name} --take-out (or --to TASK, which takes its changes over)"
    return f"/task-planner skip {name}"


def ended(words: str) -> str:
    """`words` as a sentence that ends, so that another can follow."""
    words = words.rstrip()
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."
