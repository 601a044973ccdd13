"""The gate: the checks that close a wave, in order, all printed, none skipped silently. It runs the checks itself.

Each check is a small function from what the gate knows to its `Check`; a person may waive a check by its printed name.
"""

from __future__ import annotations

from itertools import chain

from planweir.attempt import keeping
from planweir.attempt.stale import void_stale_reviews
from planweir.brief.noticed import guarded
from planweir.brief.record import keep, keep_gate
from planweir.brief.status import wave_line
from planweir.brief.told import by_hand, told
from planweir.evidence import tree
from planweir.gate import programs, ratchet, reached
from planweir.gate.changes import owners
from planweir.gate.checks import (
    changes_owned,
    new_tests_there,
    none_critical,
    none_running,
    tasks_done,
    waive,
)
from planweir.gate.commits import head
from planweir.gate.committing import commit_tasks, still_live
from planweir.gate.held import holdable
from planweir.gate.outcome import Check, Gate, NotOpen
from planweir.gate.proving import prove
from planweir.gate.stubs import no_stubs
from planweir.gate.verifying import fits, run_commands
from planweir.host import note
from planweir.journal.ready import (
    GATE_LIMIT,
    all_closed,
    current_wave,
    graph_task,
    scaffolds,
    wave_tasks,
)
from planweir.journal.store import Journal
from planweir.notice.look import LONG, look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.journal.types import Event, State
    from planweir.places import Places


LAST = "A person types /task-planner --complete to end the plan."


def run_gate(places: Places, tell: Callable[[str], None]) -> Gate:
    """Run the gate of the current wave and journal what came of it. `tell` hears what happens as it happens.

    Raises NotOpen.
    """
    journal = Journal(places)
    if journal.state()["plan"]["status"] == "open":
        seen = look(places, "gate", limit=LONG)
        if seen.failed:
            note(places, f"the look at the tree: {seen.failed}")
    state = keeping.look(places, journal.state())
    if state["plan"]["status"] != "open":
        raise NotOpen(f"the plan is {state['plan']['status'] or 'not open'}")
    wave, waves = current_wave(state), len(state["waves"])
    if not waves:
        raise NotOpen("the plan has no wave, and nothing of it can pass")
    gate = Gate(wave, waves, plan=state["plan"]["id"], last=wave >= waves)
    if all_closed(state):
        gate.due, gate.say = False, f"Every wave is closed. {LAST}"
        if left := scaffolds(state):
            gate.say = f"Every wave is closed, and nothing reaches what {', '.join(left)} added. {' '.join(reached.mends(state, left))}"
        return gate
    state = void_stale_reviews(places, journal, state, wave)
    names = wave_tasks(state, wave)
    gate.checks += [tasks_done(state, names), none_running(state, names)]
    if any(check.failed for check in gate.checks):
        gate.due = False
        gate.say = "The gate's turn has not come; nothing was run. Run `task-planner next`."
        return gate
    gate.accepted = tree.snapshot(places.project)
    owned = owners(places, state)
    gate.foreign = [row.sha for row in owned.foreign]
    gate.checks.append(changes_owned(places, state, owned))
    gate.checks.append(holdable(places, state, names, owned))
    gate.checks.append(programs.unchanged(places, state, every_command(state)))
    made = run_commands(places, state, gate, owned, tell)
    gate.checks.append(ratchet.no_fewer(state, names, gate.checks, owned.by_task))
    gate.checks.append(new_tests_there(places, state, names))
    gate.checks.append(no_stubs(places, state, names))
    gate.checks += prove(places, state, names, gate, owned, tell)
    gate.checks.append(none_critical(state, names))
    gate.checks.append(reached.at_gate(places, state, gate))
    # The gate's own commands may have changed what a commit runs: tests are an agent's work.
    if guarded(keeping.look(places, journal.state())) and not gate.checks[2].failed:
        gate.checks[2] = changes_owned(places, journal.state(), owned)
    for check in gate.checks:
        waive(state, check)
    if not any(check.failed for check in gate.checks):
        gate.checks.append(commit_tasks(places, journal, state, gate, owned, tell))
        waive(state, gate.checks[-1])
    else:
        gate.checks.append(Check("commits", "not looked at", "no commit before every check passes"))
    gate.tree = tree.snapshot(places.project)
    gate.passed = not any(check.failed for check in gate.checks)
    _journal(places, journal, gate, names, made, owned)
    # What its commands and the repository's own hooks made of the files that it judged is its doing too.
    look(places, "gate", made=[*made, *chain.from_iterable(owned.by_task.values())], limit=LONG)
    _keep(places, journal, gate)
    return gate


def _keep(places: Places, journal: Journal, gate: Gate) -> None:
    """What the gate printed, with all that its commands said, and the reports and reviews so far, as files for a person."""
    outputs = [
        f"--- {check.name}: {check.ran.command}\n{check.ran.output}" for check in gate.checks if check.ran is not None
    ]
    keep_gate(places, gate.wave, "\n".join([*gate.lines(), f"Tree: {gate.tree}", "", *outputs]) + "\n")
    keep(places, journal.events()[0])


def every_command(state: State) -> list[str]:
    graph = state["graph"]
    return [*graph["verify"], *graph["verify_at_end"], *(command for task in graph["tasks"] for command in task["verify"])]


def _blamed(state: State, names: list[str], checks: list[Check]) -> dict[str, str]:
    """The reviewed tasks that failing checks name, by task or by a file that they own, with the output for their brief."""
    found: dict[str, str] = {}
    for check in checks:
        if not check.failed:
            continue
        output = f"{check.name}: {check.said}\n" + "\n".join(check.details)
        for name in names:
            if state["tasks"][name]["status"] != "reviewed":
                continue
            by_file = graph_task(state, name)["files"] and any(
                fits(state, name, path) for path in check.files
            )
            if name in check.tasks or by_file:
                found[name] = (found.get(name, "") + "\n" + output).strip()
    return found


def _journal(places: Places, journal: Journal, gate: Gate, names: list[str], made: list[str], owned: Owned) -> None:
    now = journal.state()
    checks = [check.to_json() for check in gate.checks]
    passing = [check.ran.command for check in gate.checks if check.ran is not None and check.ran.ok]
    verdicts = {check.name: check for check in gate.checks}
    base: Event = {
        "floors": dict(ratchet.raised(now, gate.checks, verdicts[ratchet.NAME])),
        "programs": programs.settled(now, every_command(now), places.project, verdicts[programs.NAME]),
        "wave": gate.wave,
        "checks": checks,
        "made": made,
        "tree": gate.tree,
        "now_passing": passing,
    }

    def decide(state: State) -> list[Event]:
        still_live(state, gate)
        if gate.passed:
            closed: list[Event] = [
                {"kind": "closed", "task": name, "wave": gate.wave}
                for name in names
                if state["tasks"][name]["status"] == "reviewed" and name not in gate.scaffold
            ]
            closed += reached.settling(gate, state)
            end: Event = {
                "kind": "gate_passed",
                **base,
                "accepted": gate.accepted,
                "head": head(places),
                "foreign": gate.foreign,
            }
            taken = [path for path in state["noticed"]["rows"] if path in {*chain.from_iterable(owned.by_task.values())}]
            settled: list[Event] = [{"kind": "settled", "paths": taken, "why": f"the gate of wave {gate.wave} let them pass"}]
            return [*closed, end, *(settled if taken else [])]
        blamed = _blamed(state, names, gate.checks)
        unblamed = [
            check
            for check in gate.checks
            if check.failed and not check.voids and not _blamed(state, names, [check])
        ]
        unnamed = [f"{check.name}: {check.said}\n" + "\n".join(check.details) for check in unblamed]
        persons = bool(unblamed) and all(check.persons for check in unblamed)
        events: list[Event] = [
            {
                "kind": "gate_failed",
                **base,
                "nameless": "\n\n".join(unnamed),
                "persons": persons,
                "sends": sorted(blamed),
            }
        ]
        events += [{"kind": "sent_back", "task": name, "why": output} for name, output in blamed.items()]
        void = {name for check in gate.checks if check.failed for name in check.voids} - set(blamed)
        events += [
            {"kind": "voided", "task": name, "why": "the gate's own commands changed its files"}
            for name in names
            if name in void and state["tasks"][name]["status"] == "reviewed"
        ]
        earlier = state["gates"].get(str(gate.wave))
        # A plan that a person paused meanwhile stays paused: they have it in hand already.
        if (earlier["failed"] if earlier else 0) + 1 >= GATE_LIMIT and state["plan"]["status"] == "open":
            failing = ", ".join(check.name for check in gate.checks if check.failed)
            events.append(
                {
                    "kind": "plan_blocked",
                    "why": f"the gate of wave {gate.wave} failed {GATE_LIMIT} times; the last time: {failing}",
                }
            )
        gate.say = _after_failure(
            sorted(blamed), bool(unnamed), persons, events[-1]["kind"] == "plan_blocked"
        )
        return events

    state = journal.transact(decide)
    due_by_hand = list(state["tasks"]) if gate.last else names  # the last gate is the last to ask
    gate.told = [*told(state, names), *by_hand(state, due_by_hand), wave_line(state)] if gate.passed else []
    if gate.passed:
        gate.say = f"Passed: wave {gate.wave} is closed. Run `task-planner next`."
        if gate.last and all_closed(state):
            left = scaffolds(state)
            ending = f"nothing reaches what {', '.join(left)} added, so the plan cannot be completed. Tell the person." if left else LAST
            gate.say = f"Passed: every wave is closed{'; ' if left else '. '}{ending}"


def _after_failure(blamed: list[str], nameless: bool, persons: bool, blocked: bool) -> str:
    if blocked:
        return "Failed for the last time: the plan is blocked and a person decides (/task-planner --status)."
    words = "Failed."
    if blamed:
        words += f" {', '.join(blamed)} {'goes' if len(blamed) == 1 else 'go'} to rework."
    if persons and not blamed:
        return f"{words} Only a person can settle this; tell them what stands above."
    if nameless:
        words += " Where a check names no file, any reviewed task of the wave may be named again and gets the output."
    return words + " Run `task-planner next`."
