"""The checks that look and change nothing: each a small function from what the gate knows to its `Check`."""

from __future__ import annotations

from planweir.brief.noticed import by_cause, guarded, guarded_way, question, waiting, ways
from planweir.brief.quotes import listed
from planweir.evidence import newtests, tree
from planweir.gate.changes import gone, rewritten_checks
from planweir.gate.outcome import Check
from planweir.journal.ready import CLOSED, graph_task, running_tasks, script_runs
from planweir.journal.render import task_scope
from planweir.values import many, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.changes import Owned
    from planweir.journal.types import State, TaskState
    from planweir.places import Places

PATHS_SHOWN = 20


def waive(state: State, check: Check) -> None:
    why = state["waivers"].get(check.name)
    if check.failed and why is not None and check.name not in ("tasks", "running"):
        check.result = "waived"
        check.said += f" (waived by a person: {why})"


def tasks_done(state: State, names: list[str]) -> Check:
    if not names:
        return Check("tasks", "fail", "the wave has no task: there is nothing that could pass", [], "/task-planner --abort ends the plan")
    late = [name for name in names if state["tasks"][name]["status"] not in ("reviewed", *CLOSED)]
    if late:
        lines = [f"{name} is {state['tasks'][name]['status']}" for name in late]
        return Check(
            "tasks", "fail", "not every task of the wave is reviewed", lines, "run `task-planner next`"
        )
    alone = [name for name in names if state["tasks"][name]["unreviewed"]]
    note = f"; no review of {', '.join(alone)}, done by the main thread" if alone else ""
    return Check("tasks", "ok", f"{len(names)} of {len(names)} reviewed, completed or skipped{note}")


def none_running(state: State, names: list[str]) -> Check:
    busy = sorted(running_tasks(state))
    if busy:
        return Check("running", "fail", f"agents run for {', '.join(busy)}", [], "wait for their reports")
    if script_runs(state):
        return Check("running", "fail", f"the script of wave {state['workflow']['wave']} runs", [], "wait for its end")
    del names
    return Check("running", "ok", "no agent runs")


def changes_owned(places: Places, state: State, owned: Owned) -> Check:
    details: list[str] = []
    asked = {path: row for path, row in waiting(state).items() if row["person"] and path in owned.nobody}
    nobody = [path for path in owned.nobody if path not in asked]
    if nobody:
        details.append("no task owns: " + listed(nobody[:PATHS_SHOWN]))
    if asked:
        details.append(question(state, asked))
    for name, paths in owned.too_early.items():
        details.append(
            f"{name} is {state['tasks'][name]['status']}, but changed: " + listed(paths[:PATHS_SHOWN])
        )
    if owned.unexplained:
        details += [f"unexplained: {line}" for line in by_cause(owned.unexplained)[:PATHS_SHOWN]]
        more = state["noticed"]["more"]
        details += [f"and {more} more paths, too many to keep by name"] if more else []
    details += [f"guarded: {line}" for line in guarded(state)[:PATHS_SHOWN]]
    count = sum(len(paths) for paths in owned.by_task.values())
    notices = [
        f"given to {name}, which has yet to take them: " + listed(paths[:PATHS_SHOWN])
        for name, paths in owned.waiting.items()
    ]
    lost = gone(places, state)
    if lost:
        notices.append(
            "the person's own, changed before the plan, gone since: " + listed(lost[:PATHS_SHOWN])
        )
    for row in owned.foreign:
        whose = [name for name, paths in owned.by_task.items() if set(paths) & set(row.paths)]
        lost_ = sorted(set(owned.stray) & set(row.paths))
        if whose:
            notices.append(
                f"committed by another than the gate, taken as the change of {', '.join(whose)}: {row}"
            )
        if lost_:
            details.append(f"committed by another than the gate: {row}: " + listed(lost_[:PATHS_SHOWN]))
    checks = rewritten_checks(places, state)
    if checks:
        notices.append(
            "named by a Verify command, changed since the plan began, of no task: "
            + listed(checks[:PATHS_SHOWN])
        )
    if not details:
        return Check("changes", "ok", _owned(count), notices)
    details += notices
    if not owned.stray:
        mend = f"a person {guarded_way(state)}, or lets it be: /task-planner waive changes --why …"
        return Check("changes", "fail", "a guarded file was changed by nobody who is known", details, mend, persons=True)
    some = owned.stray[0]
    loose = next((path for path in owned.stray if path not in owned.in_head), "")
    found = ways(state, loose or some, in_head=not loose)
    if len(owned.in_head & set(owned.stray)) > 0:
        found.append(
            "types /implement-plan if the commits named here are theirs (they are not asked about again)"
        )
    if guarded(state):
        found.append(f"of a guarded file: {guarded_way(state)}")
    found.append("lets it be: /task-planner waive changes --why …")
    mend = "a person " + ", or ".join(found)
    return Check("changes", "fail", "changes that no reviewed task owns", details, mend, persons=True)


def _owned(count: int) -> str:
    if not count:
        return "nothing has changed"
    return f"{many(count, 'changed file')}, {'' if count == 1 else 'each '}owned by a reviewed task"


def new_tests_there(places: Places, state: State, names: list[str]) -> Check:
    lacking: list[str] = []
    details: list[str] = []
    asked = 0
    for name in names:
        text, task = graph_task(state, name), state["tasks"][name]
        if not text["new_tests"] or task["status"] in CLOSED:
            continue
        asked += 1
        changed = tree.changed_since(places.project, task["start_tree"], task_scope(state, name))
        seen = newtests.changes(places.project, task["start_tree"], changed)
        if not seen.names:
            lacking.append(name)
            details += [f"{name}: {seen.why_not()}"] if seen.rejected else []
    if lacking:
        mend = f"{', '.join(lacking)}: add tests, or a person types /task-planner amend {lacking[0]} --new-tests no"
        return Check("new-tests", "fail", f"no new test in {', '.join(lacking)}", details, mend, tasks=lacking)
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


def none_critical(state: State, names: list[str]) -> Check:
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
