"""What follows from a state and is never stored: the current wave, what is due, what must wait and for whom.

Pure functions.
"""

from __future__ import annotations

from planweir.plan.wiring import wiring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import GraphTask, GraphWanted, Insight, Request, State

LOST_LIMIT = 3  # attempts in a row that ended without a report
CYCLE_LIMIT = 3  # failed reviews of one task
REVIEW_LOSS_LIMIT = 3  # reviewers in a row that ended without a review
PLAN_LIMIT = 3  # plans of one task in a row that were not accepted
GATE_LIMIT = 3  # failed gates of one wave
BARREN_LIMIT = 2  # runs of a wave's script in a row in which no agent worked
HOLD_LIMIT = 2  # times that one agent is held
QUESTION_LIMIT = 2  # questions of one task that the orchestrator may answer; the next goes to a person

MAIN = "main"  # the main thread, where it works on a task itself, beside the ids of agents

# Where a task was found last: a hint, so that asking for each of 10,000 does not look through all each time.
_stands_at: dict[str, int] = {}

FINISHED = ("completed", "skipped")
CLOSED = ("scaffold", *FINISHED)  # the gate of its wave is done with it
GATE_MAY_TAKE = ("reviewed", *CLOSED)

SCRIPTED = ("implementer", "task-reviewer", "code-reviewer")  # whom the script of a wave starts
ANY_NUMBER = 1 << 30  # of agents at once


class Due:
    """One agent that may be started now."""

    __slots__ = ("attempt", "role", "task")

    def __init__(self, task: str, role: str, attempt: int) -> None:
        self.task = task
        self.role = role
        self.attempt = attempt

    def __repr__(self) -> str:
        return f"Due({self.task}, {self.role}, {self.attempt})"


def graph_task(state: State, name: str) -> GraphTask:
    """The frozen text of task `name`. Raises KeyError."""
    tasks = state["graph"]["tasks"]
    at = _stands_at.get(name, -1)
    if not 0 <= at < len(tasks) or tasks[at]["id"] != name:
        _stands_at.clear()
        _stands_at.update({task["id"]: place for place, task in enumerate(tasks)})
        at = _stands_at[name]
    return tasks[at]


def declared(state: State, name: str) -> list[str]:
    """The commands that a run for task `name` may be: its own and the plan's."""
    graph = state["graph"]
    return [*graph_task(state, name)["verify"], *graph["verify"], *graph["verify_at_end"]]


def wanted(state: State) -> list[GraphWanted]:
    """What must hold when the plan is done, each of its own: the criteria, and a requirement that has none, or is marked itself."""
    found: list[GraphWanted] = []
    for row in state["graph"]["requirements"]:
        if not row["criteria"] or row["by_hand"] or row["check"]:
            found.append({"id": row["id"], "text": row["text"], "by_hand": row["by_hand"], "check": row["check"]})
        found += row["criteria"]
    return found


def serving(state: State) -> dict[str, list[str]]:
    """The tasks that serve each criterion, in plan order, less those that were skipped. Who serves a requirement serves all of it."""
    named: dict[str, list[str]] = {}
    order: dict[str, int] = {}
    for at, task in enumerate(state["graph"]["tasks"]):
        if task["serves"] and state["tasks"][task["id"]]["status"] != "skipped":
            order[task["id"]] = at
            for name in task["serves"]:
                named.setdefault(name, []).append(task["id"])
    found: dict[str, list[str]] = {}
    for row in wanted(state):
        of = row["id"].rpartition(".")[0]
        found[row["id"]] = sorted({*named.get(row["id"], ()), *named.get(of, ())}, key=order.__getitem__)
    return found


def open_defects(state: State) -> list[Insight]:
    return [row for row in state["insights"] if row["sort"] == "defect" and not row["closed"]]


def current_wave(state: State) -> int:
    """The number of the first wave that is not closed, from 1; one more than the last when all are."""
    for number, wave in enumerate(state["waves"], 1):
        gate = state["gates"].get(str(number))
        if (
            gate is None
            or not gate["passed"]
            or any(state["tasks"][name]["status"] not in CLOSED for name in wave)
        ):
            return number
    return len(state["waves"]) + 1


def all_closed(state: State) -> bool:
    """Is every wave closed? A plan without any has nothing that could be."""
    return 0 < len(state["waves"]) < current_wave(state)


def wave_tasks(state: State, wave: int) -> list[str]:
    return state["waves"][wave - 1] if 0 < wave <= len(state["waves"]) else []


def running_tasks(state: State) -> dict[str, str]:
    """Task -> role of the agent that runs for it."""
    return {row["task"]: row["role"] for row in state["agents"].values() if row["alive"]}


def started_tasks(state: State) -> dict[str, str]:
    """Task -> role of an agent that was allowed to start and has not shown itself yet."""
    return {row["task"]: row["role"] for row in state["spawns"].values()}


def role_due(state: State, name: str) -> str | None:
    """Which role task `name` needs next, whatever else runs; None where none does."""
    task = state["tasks"][name]
    if task["status"] in ("pending", "rework"):
        return _planning_due(state, name) if unplanned(state, name) else "implementer"
    if task["status"] == "implemented":
        first = task["reviews"].get("task-reviewer")
        return "code-reviewer" if first is not None and first["verdict"] == "pass" else "task-reviewer"
    return None


def unplanned(state: State, name: str) -> bool:
    """Is `name` to be planned first, and no plan of it accepted yet?"""
    proposal = state["tasks"][name]["proposal"]
    return graph_task(state, name)["plan_first"] and (proposal is None or proposal["verdict"] != "accepted")


def _planning_due(state: State, name: str) -> str | None:
    if not submitted(state, name):
        return "planner"
    return "plan-reviewer" if state["graph"]["plans_accepted_by"] == "task-reviewer" else None


def submitted(state: State, name: str) -> bool:
    """Does a plan of `name` wait to be accepted?"""
    task = state["tasks"][name]
    proposal = task["proposal"]
    return task["status"] == "pending" and proposal is not None and not proposal["verdict"]


def proposals(state: State) -> list[str]:
    """The tasks whose submitted plans wait for a person, in plan order."""
    if state["plan"]["status"] != "open":
        return []
    if state["graph"]["plans_accepted_by"] != "person" and not single(state):
        return []
    return [name for name in wave_tasks(state, current_wave(state)) if submitted(state, name)]


def agent_of(state: State, name: str, role: str) -> str:
    """The agent type that takes on `role` for task `name`."""
    if role in ("implementer", "planner"):
        return graph_task(state, name)["agent"]
    return "task-reviewer" if role == "plan-reviewer" else role


def next_attempt(state: State, name: str, role: str) -> int:
    task = state["tasks"][name]
    if role == "implementer":
        return task["attempts"] + 1
    return task["review_attempts"].get(role, 0) + 1


def waits_for(state: State, name: str) -> list[str]:
    """The tasks that must be completed or skipped before `name` may start; what it is to wire may be scaffold."""
    text = graph_task(state, name)
    return [
        dep
        for dep in dict.fromkeys((*text["depends_on"], *text["wires"]))
        if state["tasks"][dep]["status"] not in FINISHED
        and not (state["tasks"][dep]["status"] == "scaffold" and name in wirers(state, dep))
    ]


def wirers(state: State, name: str) -> list[str]:
    """The tasks that connect what `name` added to an entry point: those that say so, else those that depend on it and say nothing."""
    tasks = state["graph"]["tasks"]
    return wiring((row["id"], row["depends_on"], row["wires"]) for row in tasks).get(name, [])


def scaffolds(state: State) -> list[str]:
    """The tasks whose code nothing reaches, in plan order."""
    return [row["id"] for row in state["graph"]["tasks"] if state["tasks"][row["id"]]["status"] == "scaffold"]


def due(state: State, at_once: int = 0) -> list[Due]:
    """The agents that may be started now, in plan order, within the limit of agents at once (the plan's, or `at_once`)."""
    if state["plan"]["status"] != "open":
        return []
    busy = {**running_tasks(state), **started_tasks(state)}
    found: list[Due] = []
    at_once = 1 if single(state) else at_once or state["graph"]["max_parallel"]
    for name in wave_tasks(state, current_wave(state)):
        if len(busy) + len(found) >= at_once:
            break
        if name in busy or asks(state, name):
            continue
        role = role_due(state, name)
        if role not in ("implementer", "planner") and single(state):
            continue  # a fresh context is what the main thread cannot be
        if role is not None and not (role in ("implementer", "planner") and waits_for(state, name)):
            found.append(Due(name, role, next_attempt(state, name, role)))
    return found


def single(state: State) -> bool:
    """Does the main thread do the tasks itself, one at a time?"""
    return state["plan"]["mode"] == "single"


def scripted(state: State) -> bool:
    """Does one script run each wave, started by one call of the main thread?"""
    return state["plan"]["engine"] == "workflow" and not single(state)


def script_runs(state: State) -> bool:
    """Is the script of a wave running now?"""
    return state["workflow"]["alive"]


def of_script(state: State, use: str) -> bool:
    """Was the agent that `use` started one of the last script's?"""
    return use.startswith(state["workflow"]["tool_use_id"] + "/")


def for_script(state: State) -> list[Due]:
    """What the script of the current wave would begin with now, in plan order; whoever has a question or a plan to make is not in it."""
    if not scripted(state) or script_runs(state):
        return []
    return [row for row in due(state, ANY_NUMBER) if row.role in SCRIPTED]


def script_due(state: State) -> bool:
    """Is the script of the current wave to be started now?"""
    return not worn_out(state) and bool(for_script(state))


def worn_out(state: State) -> bool:
    """Has the wave's script come to nothing so often in a row that a person is asked?"""
    run = state["workflow"]
    return run["wave"] == current_wave(state) and run["barren"] >= BARREN_LIMIT


def calls_due(state: State) -> list[Due]:
    """The agents that the main thread may start now with calls of its own: all that are due, but for those that a script starts."""
    if not scripted(state):
        return due(state)
    busy = len({**running_tasks(state), **started_tasks(state)})
    rows = [row for row in due(state, ANY_NUMBER) if row.role not in SCRIPTED]
    return rows[: max(0, state["graph"]["max_parallel"] - busy)]


def taken(state: State) -> str | None:
    """The task that the main thread works on."""
    row = state["agents"].get(MAIN)
    return row["task"] if row is not None and row["alive"] else None


def asks(state: State, name: str) -> bool:
    """Did the last attempt of `name` end with a question that waits for its answer? One of a blocked task is a person's."""
    task = state["tasks"][name]
    return task["status"] == "pending" and bool(task["question"])


def questions(state: State) -> list[str]:
    """The tasks whose questions the orchestrator may answer now, in plan order."""
    if state["plan"]["status"] != "open" or single(state):
        return []
    return [name for name in wave_tasks(state, current_wave(state)) if asks(state, name)]


def asked_for(state: State, name: str) -> list[str]:
    """The files beyond its own that `name` asked for and no person has answered yet."""
    return [row["path"] for row in state["requests"] if row["task"] == name and not row["answer"]]


def requests(state: State) -> list[Request]:
    """What waits for a person's word on a file beyond a task's, in the order in which it was asked."""
    if state["plan"]["status"] not in ("open", "paused", "blocked"):
        return []
    return [row for row in state["requests"] if not row["answer"]]


def gate_due(state: State) -> bool:
    """May the gate of the current wave run now?"""
    if state["plan"]["status"] != "open" or all_closed(state) or script_runs(state):
        return False
    names = wave_tasks(state, current_wave(state))
    return bool(names) and not running_tasks(state) and all(state["tasks"][name]["status"] in GATE_MAY_TAKE for name in names)


def step(state: State) -> str:
    """What happens next: `answer`, `spawn`, `workflow`, `wait`, `gate`, `choose`, `person` or `done`.

    `take` and `work`: the main thread takes a task, or works on it. `answer`: an implementer asked something; what else may be started is due all the same.
    `choose`: the gate failed without naming a file, and the orchestrator says which reviewed task mends it.
    """
    if state["plan"]["status"] != "open":
        return "person"
    if all_closed(state):
        return "person" if scaffolds(state) else "done"
    if taken(state):
        return "work"
    if questions(state) and not script_runs(state):
        return "answer"
    if calls_due(state):
        return "take" if single(state) else "spawn"
    if script_due(state):
        return "workflow"
    if running_tasks(state) or started_tasks(state) or script_runs(state):
        return "wait"
    if gate_due(state):
        gate = state["gates"].get(str(current_wave(state)))
        if gate is not None and gate["nameless"]:
            return "choose" if may_mend(state) and not gate["persons"] else "person"
        return "gate"
    return "person"


def may_mend(state: State) -> list[str]:
    """The tasks that may be named again after a gate that failed without naming a file."""
    return [
        name
        for name in wave_tasks(state, current_wave(state))
        if state["tasks"][name]["status"] == "reviewed"
    ]
