"""Does an entry point reach what the tasks added? Code that nothing reaches is scaffold: it is committed, and no plan is complete with it.

`reachable` is the question, for any gate and for `complete`; `at_gate` is what the gate of a wave makes of the answer.
"""

from __future__ import annotations

import os

from planweir.evidence import newtests, tree
from planweir.evidence.index import TreeError, all_files
from planweir.gate.outcome import Check
from planweir.journal.ready import graph_task, scaffolds, wave_tasks, wirers
from planweir.journal.render import own_scope
from planweir.reach.files import Files, listed
from planweir.reach.judge import judge
from planweir.reach.outcome import ORPHAN, UNKNOWN, WIRED, Asked, Verdict
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.outcome import Gate
    from planweir.journal.types import Event, State
    from planweir.places import Places

NAME = "reach"
SHOWN = 8  # lines of one task
SECONDS = 90.0  # that the question may take
DONE = ("reviewed", "scaffold", "completed")


def reachable(places: Places, state: State, names: list[str]) -> Check:
    """Is everything reached that these tasks added? `tasks` of a failing check are those of which something is not."""
    exempt = [f"{name}: exempt: {why}" for name in names if (why := graph_task(state, name)["not_reached"])]
    exempt += _missing(places, state)
    asked = [name for name in names if not graph_task(state, name)["not_reached"] and state["tasks"][name]["start_tree"]]
    try:
        found = judged(places, state, asked)
    except TreeError as error:
        return Check(NAME, "not checked", f"what the tasks added could not be told: {error}", exempt)
    return check_of(state, found, exempt)


def judged(places: Places, state: State, names: list[str]) -> dict[str, list[Verdict]]:
    """The verdicts on what each task added. Raises TreeError."""
    if not names:
        return {}
    root = places.project
    now = tree.snapshot(root)
    trees = {name: state["tasks"][name]["start_tree"] for name in names}
    changed = tree.added_and_changed(root, now, trees, {name: own_scope(state, name) for name in names})
    for name in names:  # a task without Files owns what changed while it ran, and what others changed since is theirs
        if not graph_task(state, name)["files"] and state["tasks"][name]["status"] != "reviewed":
            its = set(state["tasks"][name]["files_changed"])
            changed[name] = [row for row in changed[name] if row[0] in its]
    before = tree.contents(root, [(trees[name], path) for name, rows in changed.items() for path, new in rows if not new])
    plan_file = os.path.relpath(state["plan"]["file"], root).replace(os.sep, "/") if state["plan"]["file"] else ""
    files = Files(root, listed(root, all_files(root) - {plan_file}), SECONDS)
    head = state["plan"]["head"]
    old = frozenset(tree.paths_in(root, head) if head else ()) | frozenset(state["baseline"]["dirty"])
    found: dict[str, list[Verdict]] = {}
    asked: dict[str, Asked] = {}
    for name, rows in changed.items():
        for path, new in rows:
            text = None if new else before.get((trees[name], path), b"").decode("utf-8", "replace")
            # Of two tasks that changed one file, the older picture shows what both added.
            if path not in asked or text is None:
                asked[path] = Asked(path, text)
    verdicts = judge(files, asked.values(), state["graph"]["entry_points"], old)
    for name, rows in changed.items():
        paths = {path for path, _new in rows}
        found[name] = [row for row in verdicts if row.path in paths]
    return found


def _missing(places: Places, state: State) -> list[str]:
    """Entry points of the plan that are files by their form, and are not there."""
    files = [path for given in state["graph"]["entry_points"] if "/" in (path := given.partition(":")[0])]
    gone = [path for path in files if not os.path.isfile(os.path.join(places.project, path))]
    return [f"declared as an entry point and not there: {', '.join(gone[:SHOWN])}"] if gone else []


def check_of(state: State, found: dict[str, list[Verdict]], exempt: list[str]) -> Check:
    orphans = {name: [row for row in rows if row.word == ORPHAN] for name, rows in found.items()}
    lacking = [name for name, rows in orphans.items() if rows]
    unknown = {row.path: row for rows in found.values() for row in rows if row.word in UNKNOWN}
    wired = len({(row.path, row.name) for rows in found.values() for row in rows if row.word == WIRED})
    details = [line for name in lacking for line in _lines(name, orphans[name])]
    told = [f"not checked: {line}" for line in _grouped(list(unknown.values()))]
    details += [*told, *exempt]
    if lacking:
        said = f"nothing reaches what {', '.join(lacking)} added: scaffold, not done"
        return Check(NAME, "fail", said, details, " ".join(mends(state, lacking)), tasks=lacking)
    if unknown:
        rest = f"; {many(wired, 'other addition')} reached" if wired else ""
        return Check(NAME, "not checked", f"whether anything reaches {many(len(unknown), 'new file')}{rest}", details)
    if not wired:
        return Check(NAME, "ok", "nothing was added that is to be reached", details)
    return Check(NAME, "ok", f"{many(wired, 'addition')} reached from an entry point", details)


def _lines(name: str, rows: list[Verdict]) -> list[str]:
    shown = [f"{name}: {row}" for row in rows[:SHOWN]]
    return [*shown, f"{name}: and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else shown


def _grouped(rows: list[Verdict]) -> list[str]:
    """One line for all files of which the same is to be said."""
    by_detail: dict[str, list[str]] = {}
    for row in rows:
        by_detail.setdefault(row.detail, []).append(row.path)
    return [
        f"{', '.join(paths[:SHOWN])}{f' and {len(paths) - SHOWN} more' if len(paths) > SHOWN else ''}: {detail}"
        for detail, paths in by_detail.items()
    ]


def mends(state: State, names: list[str]) -> list[str]:
    """What a person may type about scaffold tasks."""
    first = names[0]
    wires = graph_task(state, first)
    where = ", ".join([path for path in wires["files"] if not newtests.is_test_path(path)][:2]) or "its module"
    return [
        f"a person types /task-planner unblock {first} --note 'import it from …' (its implementer wires it; allow {first} PATH gives it the file),",
        f"or amend {first} --not-reached 'why' (it is exempt), or waive {NAME} --why '…', or connects it by hand; a plan that wires it says",
        f"`### T{len(state['tasks']) + 1}: Wire {where}` with `- Wires: {first}`.",
    ]


def at_gate(places: Places, state: State, gate: Gate) -> Check:
    """The check of a wave's gate. It fails nothing: tasks of which something is not reached are closed as scaffold.

    Asked of the wave's tasks and of those that are scaffold; by the last gate of all, for what was reached once may be no more.
    """
    names = list(state["tasks"]) if gate.last else list(dict.fromkeys([*wave_tasks(state, gate.wave), *scaffolds(state)]))
    names = [name for name in names if state["tasks"][name]["status"] in DONE]
    if any(check.failed and check.name not in state["waivers"] for check in gate.checks):
        return Check(NAME, "not looked at", "other checks fail")
    check = reachable(places, state, names)
    waived = NAME in state["waivers"]
    gate.scaffold = {} if waived else {name: why(check, name) for name in check.tasks}
    gate.wired = [name for name in scaffolds(state) if name in names and (waived or name not in check.tasks)] if check.result != "not checked" else []
    if not check.failed or waived:
        return check
    check.result = "not yet"
    due = {name: [one for one in wirers(state, name) if state["tasks"][one]["status"] not in ("completed", "scaffold", "skipped", "reviewed")] for name in check.tasks}
    check.details += [f"{name} is to be wired by {', '.join(rows)}, as planned" for name, rows in due.items() if rows]
    alone = [name for name, rows in due.items() if not rows]
    if alone:
        check.details.append(f"No task that is left wires {', '.join(alone)}; the plan cannot complete so: {' '.join(mends(state, alone))}")
    return check


def why(check: Check, name: str) -> str:
    """What of task `name` is not reached, for its status."""
    lines = [line.removeprefix(f"{name}: ") for line in check.details if line.startswith(f"{name}: ")]
    return "nothing reaches " + "; ".join(lines[:3])


def settling(gate: Gate, state: State) -> list[Event]:
    """The events by which a passed gate moves tasks from and to scaffold."""
    found: list[Event] = [
        {"kind": "wired", "task": name, "wave": gate.wave, "why": "an entry point reaches it now"}
        for name in gate.wired
        if state["tasks"][name]["status"] == "scaffold"
    ]
    found += [
        {"kind": "scaffold", "task": name, "wave": gate.wave, "why": said}
        for name, said in gate.scaffold.items()
        if state["tasks"][name]["status"] in ("reviewed", "completed")
    ]
    return found
