"""Mending a plan while it runs, one typed line each: amend, allow, waive, skip, unblock, discard."""

from __future__ import annotations

import os
import re

from planweir.brief.package import task_digest
from planweir.brief.render import drop_briefs
from planweir.evidence import tree
from planweir.evidence.index import TreeError
from planweir.evidence.marks import fingerprint
from planweir.gate.outcome import FINAL, NEVER_WAIVED
from planweir.journal.ready import CLOSED, FINISHED, graph_task, running_tasks, scaffolds, wanted
from planweir.journal.render import own_scope, task_scope
from planweir.journal.store import Journal, now
from planweir.journal.transitions import Illegal
from planweir.places import write_whole
from planweir.plan.check import check
from planweir.plan.globs import conflict, to_regex
from planweir.plan.model import plan_from_json
from planweir.plan.waves import waves
from planweir.values import many
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.offer import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, GraphTask, State
    from planweir.places import Places

LIVE = ("open", "paused", "blocked")
NOT_STARTED = ("files", "depends_on", "wires")  # fields whose change moves waves


def live(places: Places) -> tuple[Journal, State]:
    journal = Journal(places)
    return journal, journal.state()


def closed(state: State) -> Answer | None:
    return None if state["plan"]["status"] in LIVE else no("no plan is open here.")


def unknown(state: State, name: str) -> Answer | None:
    if name in state["tasks"]:
        return None
    return no(f"{name} is no task of this plan. Its tasks: {', '.join(list(state['tasks'])[:40])}.")


def amend(places: Places, name: str, fields: dict[str, object]) -> Answer:
    """Change fields of task `name`: files, also, verify, new_tests, fewer_tests, complexity, depends_on, wires, not_reached."""
    journal, state = live(places)
    refused = closed(state) or unknown(state, name)
    if refused:
        return refused
    if not fields:
        return no("say what to change: --files, --also, --verify, --new-tests, --fewer-tests, --complexity, --depends, --wires or --not-reached.")
    task = state["tasks"][name]
    if task["status"] in FINISHED:
        return no(
            f"{name} is {task['status']}; what is finished is not changed. A new task in a new plan does more."
        )
    if ({"depends_on", "wires"} & set(fields)) and (task["attempts"] or name in running_tasks(state)):
        return no(
            f"{name} has been started; its dependencies stand. /task-planner skip {name} drops it instead."
        )
    changed: GraphTask = {**graph_task(state, name), **fields}  # type: ignore[typeddict-item]
    graph = {
        **state["graph"],
        "tasks": [changed if row["id"] == name else row for row in state["graph"]["tasks"]],
    }
    try:
        plan = plan_from_json(graph)
    except (ValueError, TypeError, KeyError) as error:
        return no(f"nothing was changed: {error}")
    faults = errors(check(plan, places.project))
    if faults:
        return no("nothing was changed: " + "; ".join(f"{fault.message} ({fault.mend})" for fault in faults))
    if "files" in fields:
        for other in running_tasks(state):
            theirs = graph_task(state, other)["files"]
            shared = [a for a in changed["files"] for b in theirs if conflict(a, b)]
            if other != name and (shared or not theirs or not changed["files"]):
                return no(
                    f"nothing was changed: an agent works on {other} now, in {', '.join(shared) or 'files of both'}. "
                    "Wait for its report, then type this again."
                )
    event: Event = {"kind": "amended", "task": name, "fields": fields, "by": "person"}
    moves = set(fields) & set(NOT_STARTED)
    order = waves(plan) if moves else []
    if moves and not (moves == {"wires"} and _moves_started(state, order)):
        event["waves"] = order
    state = journal.record(event)
    drop_briefs(places, name)
    if "not_reached" in fields and changed["not_reached"] and state["tasks"][name]["status"] == "scaffold":
        state = journal.record({"kind": "wired", "task": name, "why": f"exempt: {changed['not_reached']}", "by": "person"})
    told = "; ".join(f"{key} = {_worded(value)}" for key, value in fields.items())
    return yes(f"{name} is amended: {told}. It is in wave {state['tasks'][name]['wave']}.")


def _moves_started(state: State, order: list[list[str]]) -> bool:
    """Would a task that has begun stand in another wave? Who is to wait for a wirer is no reason for that."""
    return any(
        state["tasks"][name]["wave"] != number and state["tasks"][name]["attempts"]
        for number, wave in enumerate(order, 1)
        for name in wave
    )


def _worded(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{one}`" for one in value) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def allow(places: Places, name: str, path: str) -> Answer:
    """Let task `name` change `path` too; a change there becomes its own."""
    journal, state = live(places)
    refused = closed(state) or unknown(state, name)
    if refused:
        return refused
    relative = inside(places, path)
    if relative is None:
        return no(f"{path} is not inside the project.")
    for other in running_tasks(state):
        files = graph_task(state, other)["files"]
        own = [to_regex(glob) for glob in [*files, *state["allowed"].get(other, [])]] if files else [".*"]
        if other != name and any(re.fullmatch(regex, relative, re.DOTALL) for regex in own):
            return no(
                f"{relative} belongs to {other}, which an agent works on now. Wait for its report, then type this again."
            )
    state = journal.record({"kind": "allowed", "task": name, "path": relative, "by": "person"})
    drop_briefs(places, name)
    note = ""
    if state["tasks"][name]["status"] == "reviewed" and task_digest(places, state, name) not in {
        row["digest"] for row in state["tasks"][name]["reviews"].values()
    }:
        note = f" It was changed there, so the reviews of {name} are due again."
        journal.record({"kind": "voided", "task": name, "why": f"{relative} became its own"})
    if state["tasks"][name]["status"] in CLOSED:
        note = f" But {name} is {state['tasks'][name]['status']}: commit the change yourself."
    return yes(f"{name} may change {relative}.{note}")


def inside(places: Places, path: str) -> str | None:
    """`path` relative to the project, however the project's folder is spelt; None if it lies elsewhere."""
    whole = os.path.normpath(os.path.join(places.project, path))
    folder, name = os.path.split(whole)
    for root, spelling in (
        (places.project, whole),
        (os.path.realpath(places.project), os.path.join(os.path.realpath(folder), name)),
    ):
        relative = os.path.relpath(spelling, root)
        if relative != "." and relative.split(os.sep)[0] != "..":
            return relative
    return None


def waive(places: Places, check_name: str, why: str) -> Answer:
    """Let a check that cannot hold pass, with a reason that is told ever after."""
    journal, state = live(places)
    refused = closed(state)
    if refused:
        return refused
    if check_name in ("reviews", *NEVER_WAIVED):
        return no(
            f"'{check_name}' cannot be waived: it says whether the work is finished. /task-planner skip TASK drops a task."
        )
    if not why.strip():
        return no("a waiver needs a reason: --why '…'. It is told in every later report.")
    known: set[str] = {"criteria", "defects", *(row["id"] for row in wanted(state))}
    known |= {str(row["name"]) for gate in state["gates"].values() for row in gate["checks"]}
    known |= {f"verify-{number}" for number in range(1, len(state["graph"]["verify"]) + 1)}
    known |= {f"end-{number}" for number in range(1, len(state["graph"]["verify_at_end"]) + 1)}
    known |= {f"clean-{name}" for name in [*known, "setup"] if state["graph"]["setup"] and name.startswith(("verify-", "end-", "setup"))}
    known |= {"new-tests", "stubs", "findings", "changes", "files", "commits", "programs", "fewer-tests", "red", "steering", "watched"}
    known |= {name for name in FINAL if name not in NEVER_WAIVED}
    if check_name not in known:
        return no(
            f"'{check_name}' is no check of this plan. Its checks: {', '.join(sorted(known))}."
        )
    state = journal.record({"kind": "waived", "check": check_name, "why": why, "by": "person"})
    for name in scaffolds(state) if check_name == "reach" else ():
        state = journal.record({"kind": "wired", "task": name, "why": f"waived: {why}", "by": "person"})
    return yes(f"'{check_name}' is waived: {why}. Every later report says so." + _plan_note(state))


def _plan_note(state: State) -> str:
    return (
        " The plan is blocked; /implement-plan goes on with it."
        if state["plan"]["status"] == "blocked"
        else ""
    )


def skip(places: Places, name: str, to: str = "", take_out: bool = False, why: str = "") -> Answer:
    """Drop task `name`, and say what becomes of its half-done changes: handed to a task, or taken out with the patch kept."""
    journal, state = live(places)
    refused = closed(state) or unknown(state, name)
    if refused:
        return refused
    if name in running_tasks(state):
        return no(f"an agent works on {name}. Stop it first, or wait for its report.")
    if to and (to not in state["tasks"] or to == name or state["tasks"][to]["status"] in CLOSED):
        return no(f"the changes of {name} cannot go to {to}: it is no unfinished task of this plan.")
    task = state["tasks"][name]
    changed = (
        tree.changed_since(places.project, task["start_tree"], own_scope(state, name))
        if task["start_tree"]
        else []
    )
    if changed and not to and not take_out:
        shown = ", ".join(changed[:12])
        return no(
            f"{name} has changed {shown}. Say what becomes of it: /task-planner skip {name} --to TASK (that task takes it over), or "
            f"/task-planner skip {name} --take-out (it goes, the patch is kept)."
        )
    try:
        state = journal.record(
            {
                "kind": "skipped",
                "task": name,
                "why": why or "skipped by a person",
                "to": to,
                "taken_out": bool(take_out and changed),
                "by": "person",
            }
        )
    except Illegal as error:
        return no(str(error))
    note = f" Its changes go to {to}." if to and changed else ""
    if to:
        for path in changed:
            journal.record({"kind": "allowed", "task": to, "path": path, "by": "person"})
        drop_briefs(places, to)
    if take_out and changed:
        kept, out, failed = _put_back(places, [task["start_tree"]] * len(changed), changed, name)
        note = f" {many(len(out), 'changed file')} of its own taken out; the patch is kept in {kept}."
        note += f" Not taken out: {failed}." if failed else ""
        if out:
            what = ", ".join(out)
            journal.record({"kind": "discarded", "what": what, "paths": out, "patch": kept, "by": "person"})
    waiting = [
        row["id"]
        for row in state["graph"]["tasks"]
        if name in row["depends_on"] and state["tasks"][row["id"]]["status"] not in CLOSED
    ]
    if waiting:
        one = len(waiting) == 1
        note += (
            f" {', '.join(waiting)} {'depends on it and counts' if one else 'depend on it and count'} it as done; "
            f"amend or skip {'it' if one else 'them'} if that is wrong."
        )
    return yes(f"{name} is skipped.{note}")


def _put_back(places: Places, bases: list[str], paths: list[str], name: str) -> tuple[str, list[str], str]:
    """Put each path back to what it was in its base: where the patch is kept, which were put back, and why the next was not."""
    patch, done, failed = "", list[str](), ""
    # Files before what lies below them: a folder may have to follow a file of its name, and the reverse.
    both = sorted(zip(paths, bases, strict=True), key=lambda row: not os.path.lexists(os.path.join(places.project, row[0])))
    for path, base in both:
        try:
            patch += tree.restore(places.project, base, path)
        except TreeError as error:
            failed = str(error)
            break
        done.append(path)
    return (keep_patch(places, name, patch) if patch else ""), done, failed


def keep_patch(places: Places, name: str, patch: str) -> str:
    """Keep a patch of what was taken away. Returns its file."""
    target = f"{places.artifacts}/discarded/{now().replace(':', '')}-{os.getpid()}-{name}.patch"
    write_whole(target, patch)
    return target


def unblock(places: Places, name: str, note: str = "") -> Answer:
    """A blocked task may be tried again; `note` reaches its agent."""
    journal, state = live(places)
    refused = closed(state) or unknown(state, name)
    if refused:
        return refused
    task = state["tasks"][name]
    if task["status"] == "scaffold":
        note = note or f"Connect it to an entry point: {task['why']}"
    elif task["status"] != "blocked":
        return no(f"{name} is {task['status']}, not blocked.")
    again = task["status"] == "blocked" and task["blocked_from"] in ("implemented", "reviewed")
    journal.record(
        {"kind": "review_again" if again else "unblocked", "task": name, "note": note, "by": "person"}
    )
    drop_briefs(places, name)
    return yes(
        f"{name} may be {'reviewed' if again else 'tried'} again."
        + (" Your note is in its brief." if note else "")
    )


def discard(places: Places, paths: list[str], agent: str = "") -> Answer:
    """Put paths back: for an agent, to what they were when its attempt began; for a person, to what they were before a change
    that nothing explains, else to the last commit.

    The patch of what is taken away is kept.
    """
    journal, state = live(places)
    refused = closed(state)
    if refused:
        return refused
    row = state["agents"].get(agent) if agent else None
    if agent and (row is None or not row["alive"] or row["role"] != "implementer"):
        return no("only a bound implementer may discard, and only what its own attempt changed.")
    base = row["start_tree"] if row is not None else tree.head(places.project)
    rows = state["noticed"]["rows"]
    crossed = {path for path, one in rows.items() if agent and agent in one["agents"] and one["left"]}
    wanted: list[str] = []
    for path in paths:
        relative = inside(places, path)
        if relative is None:
            return no(f"{path} is not inside the project.")
        if relative in crossed:  # another task's, and as the agent's own command left it
            if fingerprint(places.project, relative) != rows[relative]["left"]:
                return no(f"{relative} has changed again since your command: leave it, and say so in your report.")
        elif row is not None:
            owner = next(
                (
                    name
                    for name, role in running_tasks(state).items()
                    if role == "implementer"
                    and name != row["task"]
                    and any(re.fullmatch(regex, relative, re.DOTALL) for regex in task_scope(state, name))
                ),
                None,
            )
            if owner is not None:
                return no(
                    f"{relative} belongs to {owner}, whose agent works on it now: leave it, and say so in your report."
                )
            if relative not in tree.changed_since(places.project, base, [re.escape(relative)]):
                return no(
                    f"{relative} is as it was when your attempt began: there is nothing of yours to discard."
                )
        wanted.append(relative)
    if not wanted:
        return no("name the paths to put back.")
    by = row["task"] if row is not None else "person"
    bases = [rows[path]["tree"] if path in rows and (row is None or path in crossed) else base for path in wanted]
    kept, done, failed = _put_back(places, bases, wanted, by)
    if not kept:
        return no(failed or f"nothing has changed there: {', '.join(done)}.")
    journal.record({"kind": "discarded", "what": ", ".join(done), "paths": done, "patch": kept, "by": by})
    if settled := [path for path in done if path in crossed]:
        journal.record({"kind": "settled", "paths": settled, "why": "they are as they were before the call"})
    words = f"put back: {', '.join(done)}. The patch is kept in {kept}."
    return no(f"{failed}. Before that, {words}") if failed else yes(words)
