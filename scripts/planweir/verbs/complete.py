"""`complete`: the definition of done, computed at this moment, and the end of the plan where it holds. `done` looks, and ends nothing."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import platform

from planweir import __version__, jobs, runtime
from planweir.attempt import keeping
from planweir.attempt.binding import sha
from planweir.attempt.client_version import written_by
from planweir.brief.told import items, told
from planweir.evidence import tree
from planweir.gate import objects, signed
from planweir.gate.changes import changed_paths
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.done import final_checks, matrix
from planweir.journal.ready import FINISHED, all_closed
from planweir.journal.store import Damaged, Journal, now
from planweir.journal.transitions import PLAN_LIVE
from planweir.notice.look import LONG, look
from planweir.places import config_dir, safe_name, write_whole
from planweir.values import number_or, rows, texts
from planweir.verbs import branch, record, verify
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.ending import put_away

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State
    from planweir.places import Places

JOB = "complete"
WAIT = 540.0  # seconds; the host gives a typed command's hook 600
AGAIN = "something changed while they ran, or they came to no result"


class _Changed(Exception):
    """What was checked is not what is there any more."""


def complete(places: Places) -> Answer:
    """Compute anew whether the plan is done, and end it if so."""
    journal = Journal(places)
    try:
        state = journal.state()
    except Damaged as error:
        return no(f"the plan is not done: {error}. /task-planner doctor --repair keeps what is intact.")
    if state["plan"]["status"] not in PLAN_LIVE:
        return no(f"no plan is open here.{verify.ended(places)}")
    if not jobs.running(places, JOB):
        if not all_closed(state):
            return no(_still_open(places, state))
        state = look(places, "gate", limit=LONG).state or state
        state = keeping.look(places, state)
        if _found(places, state) is None:
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
    again = f"the plan is not done: {AGAIN}. Type the same command again. The last checks printed:\n{jobs.output(places, JOB)[-1500:]}"
    if found is None:
        return no(again)
    shown = texts(found, "lines")
    if found.get("ok") is not True:
        look(places, "gate", made=tree.changed(places.project), limit=LONG)  # what the last checks made
        return no("\n".join(["the plan is not done.", *shown]))
    try:
        state, given = _end(places, found)
    except _Changed:
        return no(again)
    loose = changed_paths(places, state) if state["graph"]["commit"] == "none" else []
    ended = [f"done: {state['graph']['title']}", *shown, *matrix(places, state), *told(state, list(state["tasks"])), *_by_hand(state), *_commits(state), *_uncommitted(loose)]
    archive = put_away(places, state)
    ended += [
        f"Summary: {archive}/artifacts/{record.NAME}",
        f"Record: {archive}/artifacts/{signed.JSON_NAME} (`task-planner done --verify` holds it against HEAD)",
        f"Nothing is enforced here any more. The plan's journal is kept in {archive}.",
        signed.token(given),
    ]
    return yes("\n".join(ended), record=given["sha256"], archive=archive)


def done(places: Places) -> Answer:
    """What `complete` would find missing now, without the plan's commands; nothing is ended, nothing is written."""
    try:
        state = Journal(places).state()
    except Damaged as error:
        return no(f"not done: {error}.")
    if state["plan"]["status"] not in PLAN_LIVE:
        return no(f"no plan is open here.{verify.ended(places)}")
    found = final_checks(places, lambda _line: None, run=False)
    head = "nothing is missing so far; /task-planner --complete runs the plan's commands and ends it." if found.ok else (
        f"not done: {', '.join(check.name for check in found.missing)}."
    )
    return Answer(found.ok, "\n".join([head, *found.lines()]), {"checks": [check.to_json() for check in found.checks]})


def check_done(places: Places, tell: Callable[[str], None]) -> None:
    """The job's work: every final check, with the plan's commands; what came of it is kept for who joins, and journaled."""
    came = final_checks(places, tell)
    root = places.project
    value = {
        "ok": came.ok,
        "lines": came.lines(),
        "checks": [signed.check_row(check) for check in came.checks],
        "excluded": came.excluded,
        "where": came.where,
        "head": came.head,
        "head_tree": came.tree,
        "seq": Journal(places).state()["seq"],
        "tree": tree.snapshot(root),
    }
    words = json.dumps(value)
    write_whole(_found_path(places), words)
    Journal(places).record({"kind": "note", "what": _result(words)})
    tell("\n".join(came.lines()))


def _found_path(places: Places) -> str:
    return f"{places.jobs}/{JOB}/found.json"


def _found(places: Places, state: State) -> dict[str, object] | None:
    """What the job found, if nothing has changed since: neither the plan, nor HEAD, nor the tree. None otherwise, and where the
    job did not journal that it found just this: a result that somebody put there is none."""
    try:
        with open(_found_path(places), encoding="utf-8") as file:
            words = file.read()
        found = json.loads(words)
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or number_or(found, "seq", -1) + 1 != state["seq"]:
        return None
    last = Journal(places).events()[0][-1]
    return found if last.get("what") == _result(words) and _same(places, found) else None


def _same(places: Places, found: dict[str, object]) -> bool:
    """Are HEAD and the tree as the checks left them?"""
    return found.get("head") == objects.commit_of(places.project) and found.get("tree") == tree.snapshot(places.project)


def _result(words: str) -> str:
    return f"the last checks came to a result: {sha(words)}"


def _end(places: Places, found: dict[str, object]) -> tuple[State, dict[str, object]]:
    """Write the record and journal the end, in one step with a last look: nothing comes between. Raises _Changed."""
    journal = Journal(places)
    given: dict[str, object] = {}

    def decide(state: State) -> list[Event]:
        if number_or(found, "seq", -1) + 1 != state["seq"] or not _same(places, found):
            raise _Changed
        with open(places.journal, "rb") as file:
            so_far = file.read()
        root = places.project
        versions = {"planweir": __version__, "python": platform.python_version(), "client": _client(state)}
        given.update(signed.record(state, journal.events()[0], found, so_far, versions, now(), branch.current(root)))
        write_whole(f"{places.artifacts}/{signed.JSON_NAME}", json.dumps(given, indent=1) + "\n")
        write_whole(f"{places.artifacts}/{signed.TEXT_NAME}", signed.as_text(given))
        unchecked = [f"{item.task} {item.number}: {item.text}" for item in items(state, list(state["tasks"])) if not item.at]
        reached = [name for name, task in state["tasks"].items() if task["status"] == "scaffold"]  # as the last checks found
        wired: list[Event] = [{"kind": "wired", "task": name, "why": "an entry point reaches it now"} for name in reached]
        end: Event = {
            "kind": "completed",
            "lines": texts(found, "lines"),
            "excluded": rows(found, "excluded"),
            "unchecked": unchecked,
            "head": found["head"],
            "record": given[signed.SUM],
        }
        return [*wired, end]

    return journal.transact(decide), given


def _client(state: State) -> str:
    """The version of the client whose session owns the plan, as far as its transcript tells it."""
    session = state["owner"]["session"]
    files = glob.glob(f"{glob.escape(config_dir())}/projects/*/{glob.escape(safe_name(session))}.jsonl") if session else []
    found = written_by(files[0]) if files else None
    return ".".join(map(str, found)) if found is not None else "not known"


def _still_open(places: Places, state: State) -> str:
    open_tasks = [name for name, task in state["tasks"].items() if task["status"] not in (*FINISHED, "scaffold")]
    names = ", ".join(open_tasks[:12]) or "a wave's gate"
    found = final_checks(places, lambda _line: None, run=False)
    return "\n".join(
        [
            f"the plan is not done: {names} still open. Type /implement-plan to go on, /task-planner skip TASK to drop one.",
            *found.lines(),
        ]
    )


def _by_hand(state: State) -> list[str]:
    found = items(state, list(state["tasks"]))
    checked = [f"  {item}" for item in found if item.at]
    unchecked = [f"  {item.task} {item.number}: {item.text}" for item in found if not item.at]
    return [*(["Checked by hand:", *checked] if checked else []), *(["Not checked by hand:", *unchecked] if unchecked else [])]


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
