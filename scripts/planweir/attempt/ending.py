"""How an attempt ends: judged at SubagentStop, or lost where that never came.

SubagentStop does not fire when an agent is stopped, runs out of turns or dies of an API error, and fires early while the
agent's own background shell still runs (Claude Code 2.1.329); the other paths are in `losses`.
"""

from __future__ import annotations

import re

from planweir.attempt import asking, planning, reviewed
from planweir.attempt.binding import transcript_of
from planweir.attempt.client_version import waits_for_shells
from planweir.attempt.holds import given_up, hold_or, tell_once
from planweir.attempt.owing import with_what_is_owed
from planweir.attempt.report import SHAPE, read_report
from planweir.attempt.tending import note_once
from planweir.brief.package import task_digest
from planweir.evidence import judge as evidence_judge
from planweir.evidence import newtests, tree
from planweir.evidence.followed import followed
from planweir.evidence.runs import read_runs
from planweir.evidence.transcript import runs_from_transcript
from planweir.evidence.witnessed import unexplained
from planweir.journal.forgiven import forgivable
from planweir.journal.ready import MAIN, declared, graph_task
from planweir.journal.render import own_scope, task_scope
from planweir.journal.store import Journal
from planweir.journal.transitions import Illegal
from planweir.places import RENDERED_COPY
from planweir.plan.scope import Covered
from planweir.values import many, rows, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runs import Row
    from planweir.journal.types import AgentState, Event, State
    from planweir.places import Places

    Held = str | None


OWN_SHELL = (
    "A command that you started in the background still runs, and this client does not wake you at its end. Wait for it with "
    "TaskOutput, or run it again in the foreground, and then report."
)


def agent_stopped(event: dict[str, object], places: Places, agent: str) -> Held:
    """Judge what agent `agent` ended with. Returns the reason to hold it, or None when it may end."""
    journal = Journal(places)
    state = journal.state()
    row = state["agents"].get(agent)
    if row is None or not row["alive"]:
        return None
    runs = _own_runs(event, places, journal, agent)
    if _own_shell_runs(event, runs):
        if waits_for_shells(text_or(event, "agent_transcript_path")):
            return None  # it waits for its own shell and comes back
        if "own-shell" not in row["told"]:
            return tell_once(journal, agent, "own-shell", OWN_SHELL)
    judge = _implementer if row["role"] in ("implementer", "planner") else reviewed.judge_end
    try:
        return judge(event, places, journal, state, agent, row, runs)
    except Illegal:
        fresh = journal.state()["agents"].get(agent)
        if fresh is not None and fresh["alive"]:
            raise
        return None  # another hook took its end in, or a person's word did, while this one judged


def _own_shell_runs(event: dict[str, object], runs: list[Row]) -> bool:
    own = {text_or(run, "shell") for run in runs} - {""}
    return any(
        isinstance(task, dict) and task.get("id") in own and task.get("status", "running") == "running"
        for task in rows(event, "background_tasks")
    )


def _implementer(
    event: dict[str, object],
    places: Places,
    journal: Journal,
    state: State,
    agent: str,
    row: AgentState,
    runs: list[Row],
) -> Held:
    name = row["task"]
    message = text_or(event, "last_assistant_message")
    report = read_report(message)
    base: Event = {"agent": agent, "task": name, "role": row["role"], "attempt": row["attempt"]}
    if report is None:
        return hold_or(
            journal,
            agent,
            row,
            f"The report of {name} cannot be read: {SHAPE}.",
            {"kind": "stuck", **base, "why": f"no report: {SHAPE}", "report": {}},
        )
    outcome = report["outcome"]
    if outcome == "needs_context":
        return asking.asked(journal, agent, row, base, report)
    if outcome == "blocked":
        why = "its agent is blocked: " + text_or(report, "blocker", "(no reason given)")
        journal.record({"kind": "stuck", **base, "why": why, "report": report})
        return None
    if row["role"] == "planner":
        return planning.proposed(places, journal, agent, row, base, report, message)
    text = graph_task(state, name)
    digest = task_digest(places, state, name)
    # A task that owes tests and names no command may show those that the plan names.
    verify = text["verify"] or (state["graph"]["verify"] if text["new_tests"] else [])
    neighbours = [
        task_scope(state, other["task"])
        for other in state["agents"].values()
        if other["alive"] and other["role"] == "implementer" and other["task"] != name
    ]
    if not runs:
        second = text_or(event, "agent_transcript_path")
        runs = followed(runs_from_transcript(second, verify), second, verify, places.project)
    changed = tree.changed_since(places.project, state["tasks"][name]["start_tree"], own_scope(state, name))
    tests = [path for path in changed if newtests.is_test_path(path)]
    says = {re.escape(path) for run in runs for path in run.get("says", [])}
    steered = tree.changed_since(places.project, row["start_tree"], sorted(says)) if says and row["start_tree"] else []
    verdict: dict[str, object] = {
        **evidence_judge.judge(
            runs, verify, digest, neighbours, text["new_tests"], forgivable(state), tests, [*changed, *steered]
        )
    }
    if not verdict.get("ok") and not text["verify"] and _failed_before(state, verify, runs, digest):
        verdict = {
            **verdict,
            "ok": True,
            "reason": "ok",
            "detail": "The plan's checks were run and fail as they did before the plan, without naming tests; the last gate "
            "wants them to pass.",
        }
    verdict = with_what_is_owed(places, state, name, changed, verdict)
    if not verdict.get("ok"):
        why = f"{name} has no evidence yet ({text_or(verdict, 'reason')}): {text_or(verdict, 'detail').rstrip('.')}."
        ended: Event = {
            "kind": "stuck",
            **base,
            "why": f"no evidence ({text_or(verdict, 'reason')}): {text_or(verdict, 'detail')}",
            "report": report,
        }
        return hold_or(journal, agent, row, why, ended)
    left = [
        path for path in _nobodys(places, state, row) if path not in message
    ]
    if left and "leftovers" not in row["told"]:
        some = ", ".join(left[:LEFT_SHOWN]) + (
            f" and {len(left) - LEFT_SHOWN} more" if len(left) > LEFT_SHOWN else ""
        )
        why = (
            f"Changed since your attempt began, and no task owns it: {some}. The gate stops at such changes. What you "
            f"made yourself and nobody needs, take back with `task-planner discard PATH`; what {name} needs, ask for with "
            f"`task-planner request-scope {name} PATH --why '…'`. Leave what you did not make (a person may be "
            "at work), and name it in the report."
        )
        return tell_once(journal, agent, "leftovers", why)
    if digest == state["tasks"][name]["faulted"]:
        verdict = {**verdict, "unchanged": True}
        if "unchanged" not in row["told"]:
            why = (
                f"Nothing of {name} has changed since the findings that it was sent back for. Mend what they name; if they are "
                "wrong, say so under Concerns: and report again, and the reviewers are told."
            )
            return tell_once(journal, agent, "unchanged", why)
    handed: Event = {
        "kind": "implemented",
        **base,
        "outcome": outcome,
        "evidence": verdict,
        "report": report,
        "digest": digest,
        "files_changed": changed,
    }
    # The main thread's own work: no fresh context could review it. It is told so in all that follows.
    alone: Event = {"kind": "unreviewed", "task": name}
    journal.record(handed, *([alone] if agent == MAIN else []))
    return None


def _failed_before(state: State, verify: list[str], runs: list[Row], digest: str) -> bool:
    """Did the agent run, on its files as they are, a check that failed before the plan in a way that names no test?

    What failed then is nothing that this task can mend; the gates print it and the last one wants it to pass.
    """
    known = [command for command in verify if command in state["baseline"]["unnamed"]]
    return any(run.get("declared") in known and run.get("digest") == digest for run in runs)


def _own_runs(event: dict[str, object], places: Places, journal: Journal, agent: str) -> list[Row]:
    """The agent's recorded runs, without those that no call of its transcript explains: somebody wrote them by hand."""
    runs = read_runs(places.runs(agent))
    transcript = text_or(event, "transcript_path") if agent == MAIN else transcript_of(event)
    false = unexplained(runs, transcript, text_or(event, "tool_use_id")) if runs else []
    if false:
        named = ", ".join(f"`{' '.join(row['command'].split())[:80]}`" for row in false[:3])
        note_once(
            journal,
            f"{places.runs(agent)} holds {many(len(false), 'run')} that no call of its agent explains ({named}): they count for nothing",
        )
    runs = [run for run in runs if run not in false]
    state = journal.state()
    return followed(runs, transcript, declared(state, state["agents"][agent]["task"]), places.project)


LEFT_SHOWN = 12  # paths


def _nobodys(places: Places, state: State, row: AgentState) -> list[str]:
    """What changed since the attempt began and lies in the scope of no task: neither the person's, changed before the
    plan, nor what the plan's own commands make."""
    base = row["start_tree"]
    busy = {other["task"] for other in state["agents"].values() if other["alive"]}
    # A task without Files may change anything, but only while it runs.
    scopes = [
        regex
        for task in state["graph"]["tasks"]
        if task["files"] or task["id"] in busy
        for regex in task_scope(state, task["id"])
    ]
    if not base:
        return []
    owned = Covered(scopes)
    apart = {*state["baseline"]["dirty"], *state["gate_made"], RENDERED_COPY}
    return [
        path
        for path in tree.changed_since(places.project, base, [".*"])
        if path not in apart and path not in owned
    ]


def loss(state: State, agent: str, why: str) -> list[Event]:
    """The events of an agent that ended without being judged; none if it does not run."""
    row = state["agents"].get(agent)
    if row is None or not row["alive"]:
        return []
    name = row["task"]
    task = state["tasks"][name]
    base: Event = {"agent": agent, "task": name, "attempt": row["attempt"], "why": why}
    if row["role"] in ("implementer", "planner"):
        return [{"kind": "lost", "role": row["role"], **base}, *given_up(name, "attempts", task["lost"] + 1, why)]
    lost: Event = {"kind": "reviewer_lost", "role": row["role"], **base}
    return [lost, *given_up(name, "reviewers", task["review_losses"] + 1, why)]


def drop_spawns(state: State, session: str) -> list[Event]:
    """The spawns of `session` that never showed an agent."""
    return [
        {"kind": "spawn_dropped", "tool_use_id": use, "why": "no agent came of it"}
        for use, row in state["spawns"].items()
        if row["session"] == session
    ]
