"""The ratchet: no fewer tests pass, and no more are left out, than in the last full run, unless the plan says why.

A full run is the gate's own run of a command of the whole plan; the first is the baseline. What it counted is the floor of the
next. Tests that pass at the second try count as passed: retries make nobody fail.
"""

from __future__ import annotations

from planweir.evidence import newtests
from planweir.evidence.opaque import other_script
from planweir.evidence.voices import heard
from planweir.gate.commands import APART
from planweir.gate.outcome import Check
from planweir.journal.ready import graph_task
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planweir.gate.commands import Ran
    from planweir.journal.types import Floor, State

NAME = "fewer-tests"


def floor_of(ran: Ran) -> Floor | None:
    """What a run counted, as the floor of the next; None where its summary has no counts."""
    if ran.passed is None or ran.exit is None:
        return None
    return {"passed": ran.passed, "apart": ran.apart, "passing": ran.ok, "witnessed": ran.witnessed is True}


def floors(runs: Sequence[Ran]) -> dict[str, Floor]:
    """Of the baseline: each command's."""
    return {ran.command: floor for ran in runs if (floor := floor_of(ran)) is not None}


def no_fewer(state: State, names: Sequence[str], checks: Sequence[Check], owned: Mapping[str, Sequence[str]]) -> Check:
    """Compare what `checks` ran with the floors. `names`: the tasks whose reason counts; `owned`: what each changed."""
    fewer: list[str] = []
    told: list[str] = []
    blind: list[str] = []
    for ran in _full(state, checks):
        before, now = state["floors"].get(ran.command), floor_of(ran)
        if now is None:
            if before is not None and before["passing"]:
                fewer.append(f"`{ran.command}`: no summary of tests any more, {before['passed']} passed before")
            elif _may_test(ran.command):
                blind.append(f"`{ran.command}` prints no counts: nothing is compared")
            continue
        if before is None:
            told.append(f"`{ran.command}`: {now['passed']} passed, nothing before to compare with")
            continue
        lines = _compared(ran, before, now)
        told.append(f"`{ran.command}`: {now['passed']} passed, {before['passed']} before")
        fewer += [f"`{ran.command}`: {line}" for line in lines]
    if not fewer:
        said = ", ".join([*told, *blind]) or "no full run to compare"
        return Check(NAME, "ok" if told or not blind else "not checked", said)
    reasons = [f"{name}: {why}" for name in names if (why := _reason(state, name))]
    if reasons:
        return Check(NAME, "ok", "fewer than before, as the plan says: " + "; ".join(reasons), fewer)
    suspects = {
        name: paths
        for name in names
        if state["tasks"][name]["status"] == "reviewed"
        and (paths := [path for path in owned.get(name, []) if newtests.is_test_path(path)])
    }
    some = next(iter(suspects), names[0] if names else "T1")
    return Check(
        NAME,
        "fail",
        "fewer tests pass, or more are left out, than in the last full run",
        [*fewer, *(f"test files that {name} changed: {', '.join(paths[:10])}" for name, paths in suspects.items())],
        f"bring the tests back (skipped and deselected ones too); where fewer are meant, a person types /task-planner amend "
        f"{some} --fewer-tests 'REASON', or /task-planner waive {NAME} --why 'REASON'",
        tasks=list(suspects) if len(suspects) == 1 else [],
    )


def raised(state: State, checks: Sequence[Check], verdict: Check) -> dict[str, Floor]:
    """The floors that this gate's full runs set. One that fell without a reason leaves the floor where it was."""
    found: dict[str, Floor] = {}
    for ran in _full(state, checks):
        now, before = floor_of(ran), state["floors"].get(ran.command)
        if now is not None and not (verdict.failed and before is not None and _compared(ran, before, now)):
            found[ran.command] = now
    return found


def _full(state: State, checks: Sequence[Check]) -> list[Ran]:
    """The full runs that came to a good end: of one that failed the counts say little."""
    known = {*state["graph"]["verify"], *state["graph"]["verify_at_end"]}
    return [check.ran for check in checks if check.ran is not None and check.result == "ok" and check.ran.command in known]


def _may_test(command: str) -> bool:
    """May this start tests? Of linters, type checkers, installers and scripts that are named for something else nothing is compared."""
    programs = scan(command, "/").programs
    return any(heard(programs, place, ()) and not other_script(program.words) for place, program in enumerate(programs))


def _compared(ran: Ran, before: Floor, now: Floor) -> list[str]:
    lines: list[str] = []
    if now["passed"] + ran.counts.get("rerun", 0) < before["passed"]:
        lines.append(f"{now['passed']} passed, {before['passed']} before")
    if now["apart"] > before["apart"]:
        kinds = ", ".join(f"{ran.counts[key]} {key}" for key in APART if ran.counts.get(key))
        lines.append(f"{now['apart']} left out ({kinds}), {before['apart']} before")
    if before["witnessed"] and before["passed"] and ran.witnessed is False:
        lines.append("no pytest told what it counted, as one did before: something else prints the summary, or pytest runs where it cannot be asked")
    return lines


def _reason(state: State, name: str) -> str:
    return "" if state["tasks"][name]["status"] == "skipped" else graph_task(state, name)["fewer_tests"]
