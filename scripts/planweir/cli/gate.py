"""`task-planner gate`: the checks that close a wave, run here or joined where they run already."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from typing import NoReturn

import click

from planweir import jobs, runtime
from planweir.attempt.handing import NoWork, in_short, lines, now
from planweir.attempt.seen import unseen
from planweir.attempt.tending import tend
from planweir.cli.common import as_json, open_journal, places, refuse, say, say_json
from planweir.gate.gate import run_gate
from planweir.gate.outcome import NO_SETUP, NotOpen
from planweir.gate.waves import refused
from planweir.journal.ready import step
from planweir.journal.store import Journal
from planweir.places import Places, write_whole
from planweir.values import many

JOB = "gate"
DOING = "… "  # before what the gate is about to do: worth telling only until the result is there
# Checks that measure nothing which the model has to tell; with them the tasks' own commands, named after their task.
QUIET = ("tasks", "running", "changes", "files", "programs", "fewer-tests", "new-tests", "stubs", "watched", "steering", "red", "findings", "reach", "commits")
_RAN = re.compile(r"^  ok +(\S+) +`.*`: exit 0, (\d+ passed(?:, \d+ (?:skipped|deselected|xfailed))*), [\d.]+ s$")  # the plan's own command: its text is known
_OF_A_TASK = re.compile(r"(?!verify-|end-)\S+-\d+")  # and those of a clean checkout, which say no more than that all went well
DETAIL = " " * 6
_COLUMNS = re.compile(r"(?<=\S)  +")
STANDING = "Wave "  # how far the plan is, which the line that the wave is closed says as well
ASK_NEXT = "Run `task-planner next`."
LAST_WORDS = 1500  # characters of a gate that died
WAIT = 540.0  # seconds; the host moves a Bash call to the background after 600 at the most


@click.command()
@click.argument("wave", required=False)
@click.option("--wave", "named", default=None, help="Refuse unless this is the current wave.")
@click.option("--wait", is_flag=True, help="Join a gate that runs on, or print the last one's result.")
@click.option("--here", is_flag=True, hidden=True, help="Run in this process, which is the job.")
@as_json
def gate(wave: str | None, named: str | None, wait: bool, here: bool, as_json: bool) -> None:
    """Run the gate of the current wave. One that takes long runs on by itself; a second call joins it."""
    found = places()
    journal = open_journal(found, as_json)
    wanted = wave if wave is not None else named
    if wanted is not None and (why := refused(journal.state(), wanted)):
        refuse(why, as_json)
    if here and jobs.inside(
        found, JOB
    ):  # by anyone else it is a gate like any other, which joins one that runs
        sys.exit(_run(found))
    tend(found)
    why = unseen(found, "gate")
    if why:
        refuse(why, as_json)
    if not (wait and (jobs.running(found, JOB) or _tells(found))):
        if not jobs.running(found, JOB):
            write_whole(f"{found.jobs}/{JOB}/gate.json", "")  # an older gate's result is not this one's
        jobs.start(found, JOB, runtime.command(found.home, "gate", "--here"))
    status = jobs.join(found, JOB, jobs.wait_limit(WAIT))
    if status is not None and jobs.died(found, JOB):
        _tell_of_death(found, as_json)
    if as_json:
        say_json(_result(found) if status is not None else {"running": True})
    else:
        said = jobs.output(found, JOB).rstrip()
        if status is None:
            say(f"{said}\nThe gate runs on by itself. `task-planner gate --wait` joins it.")
        else:
            rows = [line for line in said.splitlines() if not line.startswith(DOING)]
            say("\n".join(for_the_model(rows, found) if os.environ.get("CLAUDECODE") else rows))
    sys.exit(1 if status is None else status)


def _tells(found: Places) -> bool:
    """Has the last gate anything to tell now? Not where the turn of a gate has come again since: that of this wave, or after rework."""
    return jobs.known(found, JOB) and (jobs.died(found, JOB) or step(Journal(found).state()) != "gate")


def _tell_of_death(found: Places, in_json: bool) -> NoReturn:
    """The gate's process ended before it came to a result: killed, out of memory, a limit of the machine."""
    last = jobs.output(found, JOB).rstrip()[-LAST_WORDS:]
    words = "The gate's process ended without a result (killed, out of memory, or a limit of the machine): nothing is decided. "
    words += "Run `task-planner gate` to run it again."
    if in_json:
        say_json({"passed": False, "due": True, "died": True, "say": words, "output": last})
    else:
        say("\n".join([*(["Its last words:", last] if last else []), words]))
    sys.exit(3)


def for_the_model(rows: list[str], found: Places) -> list[str]:
    """A gate's answer where a model pays for each byte: what went well without a measure is counted on one line, what could not be
    checked is named without its details (a person finds all in the gate's file), and the agents that are due are named at once."""
    rows = [_RAN.sub(r"  ok \1 \2", row) for row in _without_details(rows) if not row.startswith(STANDING)]
    quiet = [row for row in rows if _quiet(row)]
    bare = [row for row in rows if row.startswith("  not checked ") and row.endswith(NO_SETUP)]
    short = [
        f"  ok {many(len(quiet), 'check')} well"
        if quiet and row is quiet[0]
        else f"  not checked {', '.join(one.split()[2] for one in bare)} (no Setup)"
        if bare and row is bare[0]
        else row
        for row in rows
        if row not in quiet[1:] and row not in bare[1:]
    ]
    if short and short[-1].endswith(ASK_NEXT):
        try:
            step = now(found)
        except NoWork:  # `next` says why
            return short
        if step["step"] in ("spawn", "workflow"):
            calls = [in_short(call) for call in step["calls"]] if not step["note"] else lines(step)
            return [*short[:-1], f"{short[-1].removesuffix(ASK_NEXT).rstrip()} Now due:", *calls]
    return short


def _without_details(rows: list[str]) -> Iterator[str]:
    """The rows, less what stands below a check that could not be made, and less the space that makes columns."""
    below = False
    for row in rows:
        if not row.startswith(DETAIL):
            below = row.startswith("  not checked ")
            yield row[:2] + _COLUMNS.sub(" ", row[2:], count=2) if row.startswith("  ") else row
        elif not below:
            yield row


def _quiet(row: str) -> bool:
    """Went well, and has nothing to add; what was not reviewed (`; no review of T1`) is told."""
    name = row.split()[1] if row.startswith("  ok ") else ""
    return (name in QUIET or _OF_A_TASK.fullmatch(name) is not None) and ";" not in row


def _run(found: Places) -> int:
    kept = f"{found.jobs}/{JOB}/gate.json"
    try:
        done = run_gate(found, lambda line: say(f"{DOING}{line}"))
    except NotOpen as error:
        words = f"There is no gate to run: {error}."
        say(words)
        write_whole(kept, json.dumps({"passed": False, "due": False, "say": words}))
        return 1
    for line in done.lines():
        say(line)
    write_whole(kept, json.dumps(done.to_json()))
    return 0 if done.passed else 1


def _result(found: Places) -> object:
    try:
        with open(f"{found.jobs}/{JOB}/gate.json", encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"output": jobs.output(found, JOB)}
