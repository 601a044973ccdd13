"""The plan's own commands, run by the gate and judged against the baseline."""

from __future__ import annotations

import re

from planweir.evidence.marks import fingerprint
from planweir.evidence.runners.base import last_lines
from planweir.gate import cache, compiled, criteria
from planweir.gate.baseline import forgiven
from planweir.gate.changes import changed_paths
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.commands import run
from planweir.gate.outcome import Check
from planweir.gate.watched import watching
from planweir.journal.forgiven import file_of
from planweir.journal.ready import graph_task, wave_tasks
from planweir.journal.render import task_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.commands import Ran
    from planweir.gate.outcome import Gate
    from planweir.journal.types import State
    from planweir.places import Places

OUTPUT_SHOWN = 1_500  # characters of a failing command's end
NO_PROGRAM = (126, 127)  # what a shell says where a program is not there, or is none


def run_commands(places: Places, state: State, gate: Gate, owned: Owned, tell: Callable[[str], None]) -> list[str]:
    """Run the plan's commands; returns what they changed in the tree by themselves."""
    compiled.forget(places.project)
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
    with watching(places.project, (path for paths in owned.by_task.values() for path in paths)) as watch:
        for name, command in [*wanted, *own, *(at_end if gate.last else [])]:
            gate.checks.append(check_command(places, state, name, command, gate.last, tell))
        gate.checks += criteria.of_wave(places, state, gate.wave, gate.last, tell)
    gate.swapped = watch.swapped
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
    places: Places, state: State, name: str, command: str, last: bool, tell: Callable[[str], None], anew: bool = False
) -> Check:
    """Run one command of the plan (or, but for `anew`, take its result on this very tree) and judge it against the baseline."""
    ran = None if anew else cache.kept(places, command)
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
            name,
            "ok",
            f"{said}; {count} failed before the plan too and {'lies' if count == 1 else 'lie'} in no task's files",
            ran=ran,
        )
    if not last and command in state["baseline"]["unnamed"] and not _of_tasks_done(state, ran):
        return Check(
            name, "not yet", f"{said}; it failed before the plan too, the last gate wants it to pass", ran=ran
        )
    mend = "mend what it shows; `task-planner next` says which task goes back"
    if last and command in state["baseline"]["unnamed"]:
        said += "; it failed before the plan too, and nothing forgives that any more"
        mend += f", or, where it cannot pass, a person types /task-planner waive {name} --why '…'"
    setup = state["graph"]["setup"]
    if ran.exit in NO_PROGRAM and setup:
        mend += f". A program is not there: has Setup been run in the project (`{' && '.join(setup)}`)?"
    known = set(state["baseline"]["failing"])
    fresh = [test for test in ran.failing or [] if test not in known] or list(ran.failing or [])
    return Check(
        name,
        "fail",
        said,
        [*fresh[:PATHS_SHOWN], last_lines(ran.output, OUTPUT_SHOWN).strip("\n")],
        mend,
        files=[file_of(test) for test in fresh],
        ran=ran,
    )


def _of_tasks_done(state: State, ran: Ran) -> bool:
    """Does `ran` name a failing test in the Files of a task that is done? No baseline excuses that."""
    done = [name for name in state["tasks"] if state["tasks"][name]["status"] in ("reviewed", "scaffold", "completed")]
    return any(
        graph_task(state, name)["files"] and fits(state, name, file_of(test))
        for test in ran.failing or []
        for name in done
    )


def fits(state: State, name: str, path: str) -> bool:
    return any(re.fullmatch(regex, path, re.DOTALL) for regex in task_scope(state, name))
