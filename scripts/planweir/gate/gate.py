"""The gate: the checks that close a wave, in order, all printed, none skipped silently. It runs the checks itself.

Each check is a small function from what the gate knows to its `Check`; a person may waive a check by its printed name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planweir.brief.package import task_changes, task_digest
from planweir.brief.status import told
from planweir.evidence import newtests, tree
from planweir.gate import cache
from planweir.gate.baseline import fingerprint, forgiven
from planweir.gate.changes import Owned, changed_paths, gone, owners, rewritten_checks
from planweir.gate.commands import Ran, run
from planweir.gate.commits import CommitFailed, already, commit, head, hindrance
from planweir.journal.forgiven import file_of
from planweir.journal.ready import (
    FINISHED,
    GATE_LIMIT,
    all_closed,
    current_wave,
    graph_task,
    running_tasks,
    wave_tasks,
)
from planweir.journal.render import task_scope
from planweir.journal.store import Journal
from planweir.values import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State, TaskState
    from planweir.places import Places

OUTPUT_SHOWN = 1_500  # characters of a failing command's end
PATHS_SHOWN = 20


@dataclass
class Check:
    """One check. `result` is ok, fail, waived, `not yet` or `not looked at`; `files` are what it blames."""

    name: str
    result: str
    said: str
    details: list[str] = field(default_factory=list)
    mend: str = ""
    files: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)  # tasks whose reviews it makes void
    persons: bool = False  # only a person can settle it
    ran: Ran | None = None

    @property
    def failed(self) -> bool:
        return self.result == "fail"

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "result": self.result,
            "said": self.said,
            "details": self.details,
            "mend": self.mend,
            "tasks": self.tasks,
            **(
                {"exit": self.ran.exit, "command": self.ran.command, "seconds": self.ran.seconds}
                if self.ran
                else {}
            ),
        }


def table(checks: list[Check]) -> list[str]:
    """One line a check, in columns no wider than what stands in them."""
    first = max((len(check.result) for check in checks), default=0)
    second = max((len(check.name) for check in checks), default=0)
    return [f"  {check.result:<{first}} {check.name:<{second}} {check.said}" for check in checks]


@dataclass
class Gate:
    """What one run of the gate found. `due` is False when it was not the gate's turn: nothing is counted then."""

    wave: int
    waves: int
    plan: str = ""
    checks: list[Check] = field(default_factory=list)
    passed: bool = False
    due: bool = True
    last: bool = False
    tree: str = ""
    foreign: list[str] = field(default_factory=list)  # commits of others that it judged
    accepted: str = ""  # the tree that was judged, before the gate's own commands and commits
    say: str = ""
    told: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        shown = [f"Gate of wave {self.wave}/{self.waves}"]
        for check, row in zip(self.checks, table(self.checks), strict=True):
            shown.append(row)
            shown += [f"      {line}" for detail in check.details for line in detail.splitlines()]
            if check.failed and check.mend:
                shown.append(f"      Next: {check.mend}")
        return [*shown, *self.told, self.say]

    def to_json(self) -> dict[str, object]:
        return {
            "wave": self.wave,
            "waves": self.waves,
            "passed": self.passed,
            "due": self.due,
            "tree": self.tree,
            "checks": [check.to_json() for check in self.checks],
            "say": self.say,
        }


LIVE = ("open", "paused", "blocked")


class NotOpen(Exception):
    """There is no open plan to gate."""


def run_gate(places: Places, tell: Callable[[str], None]) -> Gate:
    """Run the gate of the current wave and journal what came of it. `tell` hears what happens as it happens.

    Raises NotOpen.
    """
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] != "open":
        raise NotOpen(f"the plan is {state['plan']['status'] or 'not open'}")
    wave, waves = current_wave(state), len(state["waves"])
    gate = Gate(wave, waves, plan=state["plan"]["id"], last=wave >= waves)
    if all_closed(state):
        gate.due, gate.say = (
            False,
            "Every wave is closed. A person types /task-planner --complete to end the plan.",
        )
        return gate
    state = void_stale_reviews(places, journal, state, wave)
    names = wave_tasks(state, wave)
    gate.checks += [_tasks(state, names), _running(state, names)]
    if any(check.failed for check in gate.checks):
        gate.due = False
        gate.say = "The gate's turn has not come; nothing was run. Run `task-planner next`."
        return gate
    gate.accepted = tree.snapshot(places.project)
    owned = owners(places, state)
    gate.foreign = [row.sha for row in owned.foreign]
    gate.checks.append(_changes(places, state, owned))
    made = _verify(places, state, gate, owned, tell)
    gate.checks.append(_new_tests(places, state, names))
    gate.checks.append(_findings(state, names))
    for check in gate.checks:
        _waive(state, check)
    if not any(check.failed for check in gate.checks):
        gate.checks.append(_commits(places, journal, state, gate, owned, tell))
        _waive(state, gate.checks[-1])
    else:
        gate.checks.append(Check("commits", "not looked at", "no commit before every check passes"))
    gate.tree = tree.snapshot(places.project)
    gate.passed = not any(check.failed for check in gate.checks)
    _journal(places, journal, gate, names, made)
    return gate


def void_stale_reviews(places: Places, journal: Journal, state: State, wave: int) -> State:
    """A review is void once a file of its task changes."""
    stale: list[Event] = []
    for name in wave_tasks(state, wave):
        task = state["tasks"][name]
        digests = {review["digest"] for review in task["reviews"].values() if review["verdict"] == "pass"}
        if task["status"] in ("implemented", "reviewed") and digests and name not in running_tasks(state):
            now = task_digest(places, state, name)
            if any(digest != now for digest in digests):
                stale.append({"kind": "voided", "task": name, "why": "its files changed after the review"})
        elif task["unreviewed"] and task["status"] == "reviewed" and task_digest(places, state, name) != task["digest"]:
            stale.append({"kind": "sent_back", "task": name, "why": "its files changed after it was handed in"})
    return journal.record(*stale) if stale else state


def _waive(state: State, check: Check) -> None:
    why = state["waivers"].get(check.name)
    if check.failed and why is not None and check.name not in ("tasks", "running"):
        check.result = "waived"
        check.said += f" (waived by a person: {why})"


def _tasks(state: State, names: list[str]) -> Check:
    late = [name for name in names if state["tasks"][name]["status"] not in ("reviewed", *FINISHED)]
    if late:
        lines = [f"{name} is {state['tasks'][name]['status']}" for name in late]
        return Check(
            "tasks", "fail", "not every task of the wave is reviewed", lines, "run `task-planner next`"
        )
    alone = [name for name in names if state["tasks"][name]["unreviewed"]]
    note = f"; no review of {', '.join(alone)}, done by the main thread" if alone else ""
    return Check("tasks", "ok", f"{len(names)} of {len(names)} reviewed, completed or skipped{note}")


def _running(state: State, names: list[str]) -> Check:
    busy = sorted(running_tasks(state))
    if busy:
        return Check("running", "fail", f"agents run for {', '.join(busy)}", [], "wait for their reports")
    del names
    return Check("running", "ok", "no agent runs")


def _changes(places: Places, state: State, owned: Owned) -> Check:
    details: list[str] = []
    if owned.nobody:
        details.append("no task owns: " + ", ".join(owned.nobody[:PATHS_SHOWN]))
    for name, paths in owned.too_early.items():
        details.append(
            f"{name} is {state['tasks'][name]['status']}, but changed: " + ", ".join(paths[:PATHS_SHOWN])
        )
    count = sum(len(paths) for paths in owned.by_task.values())
    notices = [
        f"given to {name}, which has yet to take them: " + ", ".join(paths[:PATHS_SHOWN])
        for name, paths in owned.waiting.items()
    ]
    lost = gone(places, state)
    if lost:
        notices.append(
            "the person's own, changed before the plan, gone since: " + ", ".join(lost[:PATHS_SHOWN])
        )
    for row in owned.foreign:
        whose = [name for name, paths in owned.by_task.items() if set(paths) & set(row.paths)]
        lost_ = sorted(set(owned.stray) & set(row.paths))
        if whose:
            notices.append(
                f"committed by another than the gate, taken as the change of {', '.join(whose)}: {row}"
            )
        if lost_:
            details.append(f"committed by another than the gate: {row}: " + ", ".join(lost_[:PATHS_SHOWN]))
    checks = rewritten_checks(places, state)
    if checks:
        notices.append(
            "named by a Verify command, changed since the plan began, of no task: "
            + ", ".join(checks[:PATHS_SHOWN])
        )
    if not details:
        return Check("changes", "ok", f"{count} changed files, each owned by a reviewed task", notices)
    details += notices
    some = owned.stray[0]
    loose = next((path for path in owned.stray if path not in owned.in_head), "")
    ways = [f"types /task-planner allow TASK {some} (the task takes it)"]
    if loose:
        ways.append(f"types /task-planner discard {loose} (it goes, the patch is kept)")
        ways.append("commits it themselves and types /implement-plan")
    if len(owned.in_head & set(owned.stray)) > 0:
        ways.append(
            "types /implement-plan if the commits named here are theirs (they are not asked about again)"
        )
    ways.append("lets it be: /task-planner waive changes --why …")
    mend = "a person " + ", or ".join(ways)
    return Check("changes", "fail", "changes that no reviewed task owns", details, mend, persons=True)


def _verify(places: Places, state: State, gate: Gate, owned: Owned, tell: Callable[[str], None]) -> list[str]:
    """Run the plan's commands; returns what they changed in the tree by themselves."""
    before = _marks(places, state)
    wanted = [(f"verify-{number}", command) for number, command in enumerate(state["graph"]["verify"], 1)]
    own = [
        (f"{name}-{number}", command)
        for name in wave_tasks(state, gate.wave)
        if state["tasks"][name]["status"] != "skipped"
        for number, command in enumerate(graph_task(state, name)["verify"], 1)
        if command not in state["graph"]["verify"]
    ]
    at_end = [(f"end-{number}", command) for number, command in enumerate(state["graph"]["verify_at_end"], 1)]
    for name, command in [*wanted, *own, *(at_end if gate.last else [])]:
        gate.checks.append(check_command(places, state, name, command, gate.last, tell))
    if not wanted and not own:
        gate.checks.append(Check("verify", "not looked at", "the plan names no Verify command"))
    after = _marks(places, state)
    moved = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    spoilt = {name: [path for path in paths if path in moved] for name, paths in owned.by_task.items()}
    made = sorted(moved - {path for paths in spoilt.values() for path in paths})
    if any(spoilt.values()):
        gate.checks.append(
            Check(
                "rewrites",
                "fail",
                "the gate's own commands changed what was reviewed: "
                + ", ".join(path for paths in spoilt.values() for path in paths[:PATHS_SHOWN]),
                [f"{name}: its reviews are due again" for name, paths in spoilt.items() if paths],
                "run `task-planner next`; a gate after the new reviews finds the files as its commands leave them",
                voids=[name for name, paths in spoilt.items() if paths],
            )
        )
    if made:
        gate.checks.append(
            Check(
                "made",
                "ok",
                "the gate's own commands changed: "
                + ", ".join(made[:PATHS_SHOWN])
                + " (left out of the digest)",
            )
        )
    return made


def _marks(places: Places, state: State) -> dict[str, str]:
    """What has changed, with a fingerprint of what it holds now."""
    return {path: fingerprint(places.project, path) for path in changed_paths(places, state)}


def check_command(
    places: Places, state: State, name: str, command: str, last: bool, tell: Callable[[str], None]
) -> Check:
    """Run one command of the plan (or take its result on this very tree) and judge it against the baseline."""
    ran = cache.kept(places, command)
    if ran is None:
        tell(f"running {name}: {command}")
        ran = run(places.project, command)
        cache.keep(places, ran)
        said = f"`{command}`: {ran.said}"
    else:
        said = f"`{command}`: {ran.said} (kept: nothing has changed since)"
    if ran.ok:
        return Check(name, "ok", said, ran=ran)
    if forgiven(state, ran):
        count = len(ran.failing or [])
        return Check(
            name, "ok", f"{said}; {count} failed before the plan too and lie in no task's files", ran=ran
        )
    if not last and command in state["baseline"]["unnamed"] and not _of_tasks_done(state, ran):
        return Check(
            name, "not yet", f"{said}; it failed before the plan too, the last gate wants it to pass", ran=ran
        )
    known = set(state["baseline"]["failing"])
    fresh = [test for test in ran.failing or [] if test not in known] or list(ran.failing or [])
    return Check(
        name,
        "fail",
        said,
        [*fresh[:PATHS_SHOWN], ran.output[-OUTPUT_SHOWN:].strip()],
        "mend what it shows; `task-planner next` says which task goes back",
        files=[file_of(test) for test in fresh],
        ran=ran,
    )


def _of_tasks_done(state: State, ran: Ran) -> bool:
    """Does `ran` name a failing test in the Files of a task that is done? No baseline excuses that."""
    done = [name for name in state["tasks"] if state["tasks"][name]["status"] in ("reviewed", "completed")]
    return any(
        graph_task(state, name)["files"] and _fits(state, name, file_of(test))
        for test in ran.failing or []
        for name in done
    )


def _new_tests(places: Places, state: State, names: list[str]) -> Check:
    lacking: list[str] = []
    asked = 0
    for name in names:
        text, task = graph_task(state, name), state["tasks"][name]
        if not text["new_tests"] or task["status"] in FINISHED:
            continue
        asked += 1
        changed = tree.changed_since(places.project, task["start_tree"], task_scope(state, name))
        if not newtests.new_tests(tree.diff(places.project, task["start_tree"], changed), places.project):
            lacking.append(name)
    if lacking:
        mend = f"{', '.join(lacking)}: add tests, or a person types /task-planner amend {lacking[0]} --new-tests no"
        return Check("new-tests", "fail", f"no new test in {', '.join(lacking)}", [], mend, tasks=lacking)
    return Check(
        "new-tests",
        "ok",
        f"{asked} of {asked} tasks that owe tests added some" if asked else "no task owes any",
    )


def open_findings(task: TaskState) -> list[dict[str, object]]:
    """What reviewers found and no later review took back: of failed reviews, and of those that passed all the same."""
    found = list(task["findings"])
    for review in task["reviews"].values():
        found += [row for row in rows(review["review"], "findings") if isinstance(row, dict)]
    return [row for number, row in enumerate(found) if row not in found[:number]]


def _findings(state: State, names: list[str]) -> Check:
    critical = [
        f"{name}: {row.get('path')}:{row.get('line')} {row.get('what')}"
        for name in names
        if state["tasks"][name]["status"] != "skipped"
        for row in open_findings(state["tasks"][name])
        if row.get("severity") == "critical"
    ]
    if critical:
        blamed = sorted({line.partition(":")[0] for line in critical})
        return Check(
            "findings", "fail", "open critical findings", critical, "the tasks go to rework", tasks=blamed
        )
    return Check("findings", "ok", "no open critical finding")


def _commits(
    places: Places, journal: Journal, state: State, gate: Gate, owned: Owned, tell: Callable[[str], None]
) -> Check:
    if state["graph"]["commit"] == "none":
        return Check("commits", "ok", "the plan wants none")
    if any(owned.by_task.values()):
        why, mend = hindrance(places)
        if why:
            return Check("commits", "fail", "git cannot commit here", [why], mend, persons=True)
    made: list[str] = []
    notes: list[str] = []
    for name in wave_tasks(state, gate.wave):
        if state["tasks"][name]["status"] != "reviewed":
            continue
        paths = owned.by_task.get(name, [])
        _still(journal.state(), gate)
        took = owned.took(name)
        if took:
            held = sorted({path for row in took for path in row.paths if path in paths})
            journal.record(
                {"kind": "committed", "task": name, "sha": took[0].sha, "paths": held, "foreign": True}
            )
            notes.append(
                f"{name}: another than the gate committed {', '.join(held[:PATHS_SHOWN])}: {took[0]}"
            )
        paths = [path for path in paths if path not in owned.in_head]
        if not paths:
            sha = "" if state["tasks"][name]["commit"] or took else already(places, state, name)
            if sha:
                journal.record({"kind": "committed", "task": name, "sha": sha, "paths": []})
            elif not took and not state["tasks"][name]["commit"]:
                changed = task_changes(places, state, name)
                if changed:
                    notes.append(
                        f"{name}: nothing to commit, though it changed {', '.join(changed[:PATHS_SHOWN])}"
                    )
            continue
        tell(f"committing {name}: {len(paths)} files")
        try:
            sha = commit(places, state, name, gate.wave, graph_task(state, name)["title"], paths)
        except CommitFailed as error:
            mend = "mend what git says (a failing commit hook is a failing check), then run the gate again"
            return Check(
                "commits",
                "fail",
                f"git refused the commit of {name}",
                [str(error)[-OUTPUT_SHOWN:]],
                mend,
                tasks=[name],
            )
        journal.record({"kind": "committed", "task": name, "sha": sha, "paths": list(paths)})
        made.append(f"{name} {sha[:10]}")
    return Check("commits", "ok", ", ".join(made) or "nothing to commit", notes)


def _still(state: State, gate: Gate) -> None:
    """Raises NotOpen where the plan ended while its gate ran: nothing of it may reach the next plan."""
    if state["plan"]["id"] != gate.plan or state["plan"]["status"] not in LIVE:
        raise NotOpen("the plan ended while its gate ran; nothing more is committed or counted")


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
                _fits(state, name, path) for path in check.files
            )
            if name in check.tasks or by_file:
                found[name] = (found.get(name, "") + "\n" + output).strip()
    return found


def _fits(state: State, name: str, path: str) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name))


def _journal(places: Places, journal: Journal, gate: Gate, names: list[str], made: list[str]) -> None:
    checks = [check.to_json() for check in gate.checks]
    passing = [check.ran.command for check in gate.checks if check.ran is not None and check.ran.ok]
    base: Event = {
        "wave": gate.wave,
        "checks": checks,
        "made": made,
        "tree": gate.tree,
        "now_passing": passing,
    }

    def decide(state: State) -> list[Event]:
        _still(state, gate)
        if gate.passed:
            closed: list[Event] = [
                {"kind": "closed", "task": name, "wave": gate.wave}
                for name in names
                if state["tasks"][name]["status"] == "reviewed"
            ]
            end: Event = {
                "kind": "gate_passed",
                **base,
                "accepted": gate.accepted,
                "head": head(places),
                "foreign": gate.foreign,
            }
            return [*closed, end]
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
    gate.told = told(state, names) if gate.passed else []
    if gate.passed:
        gate.say = (
            "Passed: every wave is closed. A person types /task-planner --complete to end the plan."
            if gate.last
            else f"Passed: wave {gate.wave} is closed. Run `task-planner next`."
        )


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
