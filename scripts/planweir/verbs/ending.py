"""Ending a plan before it is done, taking in an abort that `/bin/sh` did alone, and putting away what a plan kept: into the archive."""

from __future__ import annotations

import contextlib
import os
import shutil

from planweir import jobs
from planweir.attempt.excluded import unexclude
from planweir.journal import came, markers
from planweir.journal.store import Damaged, Journal
from planweir.journal.transitions import PLAN_LIVE
from planweir.places import sweep
from planweir.verbs import record
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

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
        script = state["workflow"]["wave"] if state["workflow"]["alive"] else 0
        if state["plan"]["status"] in PLAN_LIVE:
            state = journal.record({"kind": "aborted", "by": "person"})
        title = state["graph"]["title"]
    except (Damaged, ValueError) as error:
        archive = put_away(places, None)
        return yes(f"the plan is aborted. Its journal was damaged ({error}); what is left lies in {archive}.")
    archive = put_away(places, state)
    note = f" Agents that still run ({', '.join(running)}) are not stopped by this." if running else ""
    if script:
        note = (
            f" The script of wave {script} still runs in Claude Code and starts further agents, which no rule holds any more: stop it in "
            "/workflows."
        )
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
        if state["plan"]["status"] in PLAN_LIVE:
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
        if state["plan"]["status"] not in ("", *PLAN_LIVE):
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
