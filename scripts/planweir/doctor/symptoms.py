"""What people see of a plan that does not get on, and why: who owns it, who runs, what holds a task or a gate up."""

from __future__ import annotations

import glob
import os
import re
import shlex

from planweir import jobs
from planweir.attempt.losses import UNBOUND_FOR
from planweir.brief.steps import ended, person_says
from planweir.doctor.finding import Finding, bad, ok, warn
from planweir.doctor.world import ago, gone, held, stamp
from planweir.journal.ready import GATE_LIMIT, current_wave, gate_due, graph_task
from planweir.journal.store import Journal
from planweir.values import text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World
    from planweir.journal.types import AgentState, State

NONE = "no plan is open"
SHOWN = 300  # characters of what others said
QUIET = 900.0  # seconds without a sign after which an agent is worth a look

# What an evidence verdict's reason asks for.
EVIDENCE = {
    "none": "no check was run that counts: the task's Verify, verbatim and alone on its line, does",
    "stale": "a file changed after the last run: the check has to run once more",
    "failed": "the check fails: the agent mends it or ends with BLOCKED",
    "empty": "the runner ran no test: the command names tests that are there",
    "unread": "the output was cut or hidden, so its summary could not be read: the check runs without a pipe",
    "unrecognised": "the program is no test runner that Planweir knows: naming the command as Verify makes its exit status count",
}
_REASON = re.compile(r"no evidence (?:yet )?\((\w+)\)")


def owner(world: World) -> list[Finding]:
    """A session carries the plan out, and it is the one that asks."""
    state = world.plan
    if state is None:
        return ok(NONE)
    own = state["owner"]["session"]
    if not own:
        return [
            warn(
                "no session owns the plan: nobody may start its tasks",
                "/implement-plan, typed in the session that is to go on",
            )
        ]
    if world.session and world.session != own:
        return [
            warn(
                f"session {own} owns the plan: this one may start none of its tasks",
                "/implement-plan, typed here, takes it over",
            )
        ]
    return ok(f"session {own}")


def status(world: World) -> list[Finding]:
    """The plan is open and not paused or blocked."""
    state = world.plan
    if state is None:
        return ok(NONE)
    if state["plan"]["status"] == "open":
        return ok(
            f"open: {state['graph']['title']}, wave {min(current_wave(state), len(state['waves']))} of {len(state['waves'])}"
        )
    why = state["plan"]["why"]
    return [
        warn(
            f"the plan is {state['plan']['status']}{': ' + why if why else ''}: nothing is started",
            person_says(state),
        )
    ]


def agents(world: World) -> list[Finding]:
    """Every task in progress has an agent, whose client runs and which gives signs of life."""
    state = world.plan
    if state is None:
        return ok(NONE)
    found: list[Finding] = []
    running = {agent: row for agent, row in state["agents"].items() if row["alive"]}
    for agent, row in running.items():
        if gone(row["pid"], row["pid_start"]):
            found.append(
                bad(
                    f"{row['task']} is stuck: the client of its {row['role']} is gone",
                    "/implement-plan marks the attempt as lost and starts another",
                )
            )
            continue
        quiet = world.now - _sign(world, agent, row)
        if quiet > QUIET:
            found.append(
                warn(
                    f"{row['task']}: its {row['role']} has given no sign for {ago(quiet)}",
                    "/tasks in its session shows what it does and can stop it; then type /implement-plan",
                )
            )
    at_work = {row["task"] for row in (*running.values(), *state["spawns"].values())}
    for name, task in state["tasks"].items():
        if task["status"] == "in_progress" and name not in at_work:
            found.append(
                bad(
                    f"{name} is in progress and no agent runs for it",
                    f"/task-planner --log, then {_unstick(name)}",
                )
            )
    return found or ok(f"{len(running)} running, each with signs of life" if running else "none running")


def _unstick(name: str) -> str:
    return f"/implement-plan; if it stays so, /task-planner skip {name} --take-out"


def _sign(world: World, agent: str, row: AgentState) -> float:
    """When the agent was last heard of: its runs, its transcript, its binding."""
    beside = f"{glob.escape(world.config)}/projects/*/{glob.escape(row['session'])}/subagents/**/agent-{glob.escape(agent)}.jsonl"
    signs = [stamp(row["at"])]
    for path in (world.places.runs(agent), *glob.glob(beside, recursive=True)):
        try:
            signs.append(os.stat(path).st_mtime)
        except OSError:
            continue
    return max(signs)


def spawns(world: World) -> list[Finding]:
    """Every spawn that was allowed has got its agent."""
    state = world.plan
    if state is None:
        return ok(NONE)
    found: list[Finding] = []
    for row in state["spawns"].values():
        waited = world.now - stamp(row["at"])
        if gone(row["pid"], row["pid_start"]):
            found.append(
                bad(
                    f"{row['task']}: its {row['role']} was started by a client that is gone",
                    "/implement-plan drops the start and makes another",
                )
            )
        elif waited > UNBOUND_FOR:
            found.append(
                warn(
                    f"{row['task']}: its {row['role']} was started {ago(waited)} ago and no agent has shown itself",
                    "let the session's turn end (Esc ends it): its stop drops the start; then type /implement-plan",
                )
            )
    return found or ok(
        f"{len(state['spawns'])} started a moment ago" if state["spawns"] else "none waits for its agent"
    )


def tasks(world: World) -> list[Finding]:
    """No task waits for a person: each blocked one with the line to type."""
    state = world.plan
    if state is None:
        return ok(NONE)
    found: list[Finding] = []
    for name, task in state["tasks"].items():
        if task["status"] != "blocked":
            continue
        skip = f"/task-planner skip {name}" + (" --take-out" if task["attempts"] else "")
        note = "the answer" if task["why"].startswith("needs context") else "what to do"
        found.append(
            warn(
                f"{name} is blocked: {ended(task['why'])}",
                f"/task-planner unblock {name} --note '{note}', or {skip}",
            )
        )
    return found or ok("none is blocked")


def evidence(world: World) -> list[Finding]:
    """No task lacks evidence: the last reason of each that does."""
    state = world.plan
    if state is None:
        return ok(NONE)
    found: list[Finding] = []
    for name, (reason, why) in _unproved(world, state).items():
        blocked = state["tasks"][name]["status"] == "blocked"
        amend = f"/task-planner amend {name} --verify 'COMMAND' names another check"
        found.append(
            warn(
                f"{name}: {' '.join(why.split())[:SHOWN]}",
                f"{EVIDENCE.get(reason, 'see the reason')}; "
                + (
                    f"/task-planner unblock {name} --note '…' tries again, "
                    if blocked
                    else "its agent was told; "
                )
                + amend,
            )
        )
    return found or ok("no task lacks it")


def _unproved(world: World, state: State) -> dict[str, tuple[str, str]]:
    """Task -> reason and words, of those that are blocked for it or whose agent is held for it."""
    found: dict[str, tuple[str, str]] = {}
    for name, task in state["tasks"].items():
        match = _REASON.search(task["why"]) if task["status"] == "blocked" else None
        if match is not None:
            found[name] = (match[1], task["why"])
    holding = {agent: row["task"] for agent, row in state["agents"].items() if row["alive"] and row["holds"]}
    if holding:
        for event in Journal(world.places).events()[0]:
            why = text_or(event, "why")
            match = _REASON.search(why)
            agent = text_or(event, "agent")
            if event.get("kind") == "held" and agent in holding and match is not None:
                found[holding[agent]] = (match[1], why)
    return found


def gate(world: World) -> list[Finding]:
    """The current wave's gate has not failed: else which check, how often, and what mends it."""
    state = world.plan
    if state is None:
        return ok(NONE)
    wave = current_wave(state)
    row = state["gates"].get(str(wave))
    if row is None or row["passed"] or wave > len(state["waves"]):
        return ok(f"wave {wave}: due now (/wave-gate)" if gate_due(state) else "none has failed in this wave")
    found: list[Finding] = []
    times = (
        f"failed {row['failed']} of {GATE_LIMIT} times"
        if row["failed"]
        else "failed before the plan was taken up again"
    )
    for check in row["checks"]:
        if text_or(check, "result") != "fail":
            continue
        name = text_or(check, "name")
        waive = f"/task-planner waive {name} --why '…'"
        mend = text_or(check, "mend")
        said = "; ".join([text_or(check, "said"), *texts(check, "details")[:1]])
        found.append(
            warn(
                f"wave {wave}, check `{name}` {times}: {said[:SHOWN]}",
                mend if "waive" in mend else "; or ".join([*([mend] if mend else []), waive]),
            )
        )
    if row["nameless"] and not row["persons"]:
        found.append(
            warn(
                f"wave {wave}: the gate failed without naming a file: {row['nameless'][:SHOWN]}",
                "/implement-plan, typed: `task-planner next` then names the tasks that may mend it",
            )
        )
    return found or ok(f"wave {wave}: {times}, and nothing of that stands")


JOBS = {
    "gate": "/wave-gate",
    "complete": "/task-planner --complete",
    "baseline": "/implement-plan PLAN --yes",
}


def background(world: World) -> list[Finding]:
    """What runs on by itself (a long gate, the checks before the start and at the end) has not died."""
    found: list[Finding] = []
    told: list[str] = []
    for name, again in JOBS.items():
        folder = f"{world.places.jobs}/{name}"
        if not jobs.known(world.places, name):
            continue
        if held(f"{folder}/lock"):
            told.append(f"{name} runs")
        elif not os.path.exists(f"{folder}/result.json"):
            found.append(
                bad(
                    f"the job `{name}` died without a result",
                    f"{again} starts it again; {folder}/out holds what it printed",
                )
            )
    return found or ok(", ".join(told) or "none runs, none died")


def commits(world: World) -> list[Finding]:
    """What was completed is committed, and the commit is in the branch that is checked out."""
    state = world.plan
    if state is None:
        return ok(NONE)
    if state["graph"]["commit"] == "none":
        return ok("the plan says Commit: none")
    found: list[Finding] = []
    count = 0
    for name, task in state["tasks"].items():
        if task["status"] not in ("completed", "scaffold"):
            continue
        if task["commit"]:
            count += 1
            found += _kept(world, name, task["commit"])
            continue
        left = (
            world.git("status", "--porcelain", "-z", "--", *task["files_changed"]).stdout
            if task["files_changed"]
            else ""
        )
        if left:
            paths = " ".join(shlex.quote(path) for path in task["files_changed"])
            title = shlex.quote(f"{name}: {graph_task(state, name)['title']}")
            found.append(
                warn(
                    f"{name} is completed and its changes are not committed",
                    f"git add -- {paths} && git commit -m {title} -- {paths}",
                )
            )
    return found or ok(f"{count} tasks committed")


def _kept(world: World, name: str, sha: str) -> list[Finding]:
    if world.git("cat-file", "-e", f"{sha}^{{commit}}").returncode != 0:
        return [
            warn(
                f"{name}: its commit {sha[:10]} is not in the repository any more",
                "git reflog, or fetch the branch that has it",
            )
        ]
    if world.git("merge-base", "--is-ancestor", sha, "HEAD").returncode != 0:
        return [
            warn(
                f"{name}: its commit {sha[:10]} is not in what is checked out: the next tasks build on another state",
                f"git branch --contains {sha[:10]} shows where it is; git switch to that branch",
            )
        ]
    return []


def incidents(world: World) -> list[Finding]:
    """What hooks noticed that nobody should have done."""
    state = world.plan
    if state is None or not state["incidents"]:
        return ok("none noted")
    last = state["incidents"][-1]
    return [warn(f"{len(state['incidents'])} noted, last: {last[:SHOWN]}", "none, if it was you; /task-planner --log shows when it was")]
