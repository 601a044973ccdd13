"""Ending a plan: complete, abort, and taking in an abort that `/bin/sh` did alone. What a plan kept goes to the archive."""

from __future__ import annotations

import contextlib
import json
import os
import shutil

from planweir import jobs, runtime
from planweir.attempt.binding import sha
from planweir.attempt.excluded import unexclude
from planweir.brief.noticed import by_cause
from planweir.brief.told import items, told
from planweir.evidence import tree
from planweir.gate import criteria, defects
from planweir.gate.changes import changed_paths, owners
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.outcome import Check, table
from planweir.gate.reached import reachable
from planweir.gate.verifying import check_command
from planweir.journal import came, markers
from planweir.journal.ready import CLOSED, all_closed, scaffolds
from planweir.journal.store import Damaged, Journal
from planweir.notice.look import LONG, look
from planweir.places import sweep, write_whole
from planweir.values import number_or, texts
from planweir.verbs import record
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import State
    from planweir.places import Places

JOB = "complete"
WAIT = 540.0  # seconds; the host gives a typed command's hook 600
LIVE = ("open", "paused", "blocked")
# What a plan keeps in its folder; anything else there is the archive, or the folder of a project below this one.
OURS = (
    "journal.jsonl",
    "journal.lock",
    "journal.jsonl.torn",
    "plan.json",
    "state.json",
    "guard.json",
    "faults.log",
    "markers",
    "offered.json",
    "artifacts",
    "jobs",
    "looked",
    "permits",
    "runs",
    "sessions",
)


DAMAGED = "journal.jsonl.damaged-"  # what a repair kept aside


def complete(places: Places) -> Answer:
    """Compute anew whether the plan is done, and end it if so."""
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] not in LIVE:
        return no("no plan is open here.")
    open_tasks = [name for name, task in state["tasks"].items() if task["status"] not in CLOSED]
    if open_tasks or not all_closed(state):
        names = ", ".join(open_tasks[:12]) or "a wave's gate"
        return no(
            f"the plan is not done: {names} still open. Type /implement-plan to go on, /task-planner skip TASK to drop one."
        )
    if not jobs.running(places, JOB):
        state = look(places, "gate", limit=LONG).state or state
    if not jobs.running(places, JOB) and _found(places, state) is None:
        jobs.start(places, JOB, runtime.command(places.home, "_complete", places.project))
    if jobs.join(places, JOB, jobs.wait_limit(WAIT)) is None:
        return no(
            "the last checks still run. Type the same command again to wait for them. So far:\n"
            + jobs.output(places, JOB)[-1500:]
        )
    state = journal.state()
    found = _found(places, state)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_found_path(places))
    if found is None:
        return no(
            "the last checks came to no result, or something changed while they ran. Type the same command again. They printed:\n"
            + jobs.output(places, JOB)[-1500:]
        )
    shown = texts(found, "lines")
    if found.get("ok") is not True:
        look(places, "gate", made=tree.changed(places.project), limit=LONG)  # what the last checks made
        return no("\n".join(["the plan is not done.", *shown]))
    unchecked = [f"{item.task} {item.number}: {item.text}" for item in items(state, list(state["tasks"])) if not item.at]
    loose = changed_paths(places, state) if state["graph"]["commit"] == "none" else []
    for name in scaffolds(state):  # the last checks found it reached
        state = journal.record({"kind": "wired", "task": name, "why": "an entry point reaches it now"})
    matrix = criteria.matrix(places, state)
    state = journal.record({"kind": "completed", "lines": shown, "unchecked": unchecked})
    waived = [f"Waived: {check} ({why})" for check, why in state["waivers"].items()]
    ended = [
        f"done: {state['graph']['title']}",
        *shown,
        *waived,
        *matrix,
        *told(state, list(state["tasks"])),
        *_by_hand(state, unchecked),
        *_commits(state),
        *_uncommitted(loose),
    ]
    archive = put_away(places, state)
    return yes(
        "\n".join(
            [
                *ended,
                f"Summary: {archive}/artifacts/{record.NAME}",
                f"Nothing is enforced here any more. The plan's journal is kept in {archive}.",
            ]
        )
    )


def _found_path(places: Places) -> str:
    return f"{places.jobs}/{JOB}/found.json"


def _found(places: Places, state: State) -> dict[str, object] | None:
    """What the job found, if nothing has changed since: neither the plan nor the tree. None otherwise, and where the job did
    not journal that it found just this: a result that somebody put there is none."""
    try:
        with open(_found_path(places), encoding="utf-8") as file:
            words = file.read()
        found = json.loads(words)
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or number_or(found, "seq", -1) + 1 != state["seq"]:
        return None
    last = Journal(places).events()[0][-1]
    same = last.get("what") == _result(words) and found.get("tree") == tree.snapshot(places.project)
    return found if same else None


def _result(words: str) -> str:
    return f"the last checks came to a result: {sha(words)}"


def check_done(places: Places, tell: Callable[[str], None]) -> None:
    """The job's work: every command of the plan passes now, and nothing has changed that no task owns."""
    state = Journal(places).state()
    checks: list[Check] = []
    graph = state["graph"]
    for number, command in enumerate(graph["verify"], 1):
        checks.append(check_command(places, state, f"verify-{number}", command, True, tell))
    for number, command in enumerate(graph["verify_at_end"], 1):
        checks.append(check_command(places, state, f"end-{number}", command, True, tell))
    checks += [criteria.satisfied(places, state, tell)] if graph["requirements"] else []
    checks += [defects.none_open(places, state)] if state["insights"] else []
    owned = owners(places, state)
    # What was committed since the last gate is told to the person, who types this, and holds nothing up.
    since = [row for row in owned.foreign if set(owned.stray) & owned.in_head & set(row.paths)]
    stray = [path for path in owned.stray if path not in owned.in_head]
    if stray:
        checks.append(
            Check(
                "changes",
                "fail",
                "changed since the last gate: " + ", ".join(stray[:20]),
                [f"unexplained: {line}" for line in by_cause(owned.unexplained)[:PATHS_SHOWN]],
                mend=f"commit them yourself, /task-planner mine {stray[0]}, or /task-planner discard {stray[0]}",
            )
        )
    else:
        said = "nothing has changed since the last gate"
        if since:
            said = "committed since the last gate by another than it: " + ", ".join(map(str, since))
        checks.append(Check("changes", "ok", said))
    checks.append(reachable(places, state, [name for name, task in state["tasks"].items() if task["status"] in ("scaffold", "completed")]))
    for check in checks:
        if check.failed and check.name in state["waivers"]:
            check.result, check.said = (
                "waived",
                f"{check.said} (waived by a person: {state['waivers'][check.name]})",
            )
    if not graph["verify"] and not graph["verify_at_end"]:
        checks.append(Check("verify", "not looked at", "the plan names no Verify command"))
    lines = table(checks)
    lines += [
        f"      {line}"
        for check in checks
        if check.failed or check.result == "not checked"
        for line in (*check.details, f"Next: {check.mend}" if check.mend else "")
        if line
    ]
    ok = not any(check.failed for check in checks)
    judged = {"seq": state["seq"], "tree": tree.snapshot(places.project)}
    words = json.dumps({"ok": ok, "lines": lines, **judged})
    write_whole(_found_path(places), words)
    Journal(places).record({"kind": "note", "what": _result(words)})
    tell("\n".join(lines))


def _by_hand(state: State, unchecked: list[str]) -> list[str]:
    checked = [f"  {item}" for item in items(state, list(state["tasks"])) if item.at]
    return [
        *(["Checked by hand:", *checked] if checked else []),
        *(["Not checked by hand:", *(f"  {line}" for line in unchecked)] if unchecked else []),
    ]


def _uncommitted(paths: list[str]) -> list[str]:
    """What lies in the work tree, where the plan wanted no commits."""
    if not paths:
        return []
    more = f" and {len(paths) - PATHS_SHOWN} more" if len(paths) > PATHS_SHOWN else ""
    return [f"Not committed, as the plan wanted: {', '.join(paths[:PATHS_SHOWN])}{more}"]


def _commits(state: State) -> list[str]:
    lines = [f"  {name} {task['commit'][:10]}" for name, task in state["tasks"].items() if task["commit"]]
    lines += [
        f"  {name} skipped: {task['why']}"
        for name, task in state["tasks"].items()
        if task["status"] == "skipped"
    ]
    return ["Commits:", *lines] if lines else []


def abort(places: Places) -> Answer:
    """End the plan now, whatever its state: the files stay as they are."""
    take_in_abort(places)
    journal = Journal(places)
    if not journal.exists:
        if os.path.exists(places.armed):
            markers.disarm(places)
            return yes(
                "a marker said that a plan is open, but there is none: it was taken away. Nothing is enforced here."
            )
        return no("no plan is open here.")
    try:
        state = journal.state()
        running = sorted({row["task"] for row in state["agents"].values() if row["alive"]})
        if state["plan"]["status"] in LIVE:
            state = journal.record({"kind": "aborted", "by": "person"})
        title = state["graph"]["title"]
    except (Damaged, ValueError) as error:
        archive = put_away(places, None)
        return yes(f"the plan is aborted. Its journal was damaged ({error}); what is left lies in {archive}.")
    archive = put_away(places, state)
    note = f" Agents that still run ({', '.join(running)}) are not stopped by this." if running else ""
    return yes(
        f"the plan is aborted: {title}. Your files are as they are; nothing is enforced here any more.{note} Its journal is kept in {archive}."
    )


def take_in_abort(places: Places) -> None:
    """A person aborted while no Python could be run: journal it and put the plan away now. So is a plan that has ended and
    whose putting away was cut short."""
    if not os.path.exists(places.abort_requested):
        _finish_putting_away(places)
        return
    by_hand = _without_client(places.abort_requested)
    os.unlink(places.abort_requested)
    journal = Journal(places)
    if not journal.exists:
        return
    state: State | None
    try:
        state = journal.state()
        if state["plan"]["status"] in LIVE:
            state = journal.record(
                {
                    "kind": "aborted",
                    "by": "person",
                    "came": came.HOOK if by_hand else came.TYPED,
                    "why": "typed while no Python could be run",
                }
            )
    except (Damaged, ValueError):
        state = None
    put_away(places, state)


def _without_client(path: str) -> bool:
    """Does the launcher's note say that no client started it?"""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().endswith("by hand\n")
    except OSError:
        return False


def _finish_putting_away(places: Places) -> None:
    journal = Journal(places)
    if os.path.exists(places.armed) or not journal.exists:
        return
    with contextlib.suppress(Damaged, OSError):
        state = journal.state()
        if state["plan"]["status"] not in ("", *LIVE):
            put_away(places, state)


def put_away(places: Places, state: State | None) -> str:
    """Disarm, end what still runs for the plan, then move what it kept into the archive, with its summary. Returns the
    archive's folder."""
    if state is not None:
        with contextlib.suppress(OSError):
            record.write(places, state)
    markers.disarm(places)
    jobs.stop_all(places)
    for path in (places.rendered_copy, *(f"{places.base}/{name}" for name in OURS)):
        sweep(path)
    with contextlib.suppress(OSError):
        os.unlink(places.rendered_copy)
        os.rmdir(os.path.dirname(places.rendered_copy))
        os.rmdir(os.path.dirname(os.path.dirname(places.rendered_copy)))
    unexclude(places.project)
    # A cache, and what a look would compare with: nobody looks any more, and what differed is in the journal.
    for folder in (places.notice, places.keepsakes):
        shutil.rmtree(folder, ignore_errors=True)
    target = (
        f"{places.archive}/{state['plan']['id'] if state is not None and state['plan']['id'] else 'damaged'}"
    )
    while os.path.exists(target):
        target += "x"
    os.makedirs(target)
    for name in sorted(os.listdir(places.base)):
        if name in OURS or name.startswith(DAMAGED):
            with contextlib.suppress(FileNotFoundError):
                shutil.move(f"{places.base}/{name}", f"{target}/{name}")
    return target
