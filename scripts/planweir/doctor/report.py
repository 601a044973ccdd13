"""The doctor's answer: one line a finding, the mend below it; no only where something is bad."""

from __future__ import annotations

from dataclasses import replace

from planweir.doctor.checks import look
from planweir.doctor.finding import BAD, OK, STATES, UNKNOWN, WARN
from planweir.verbs.answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.finding import Finding
    from planweir.doctor.world import World

COUNTED = {BAD: "bad", WARN: "to look at", UNKNOWN: "could not be checked", OK: "ok"}


def doctor(world: World) -> Answer:
    """Look at everything. The answer is no where something is bad; what could not be checked is told as that."""
    found = look(world)
    counts = {state: sum(row.state == state for row in found) for state in STATES}
    return Answer(
        counts[BAD] == 0,
        "\n".join([summary(counts), *lines(found)]),
        {"counts": counts, "findings": [row.to_json() for row in found]},
    )


def summary(counts: dict[str, int]) -> str:
    told = ", ".join(f"{counts[state]} {words}" for state, words in COUNTED.items() if counts[state])
    return f"the doctor's findings: {told}."


def lines(found: list[Finding]) -> list[str]:
    wide = max(len(row.name) for row in found)
    state = max(len(name) for name in STATES)
    shown: list[str] = []
    alike: dict[str, list[str]] = {}  # what several checks say in the same words is told once
    for row in found:
        if row.state == OK:
            alike.setdefault(row.what, []).append(row.name)
    for row in found:
        names = alike.get(row.what, [row.name]) if row.state == OK else [row.name]
        if row.name != names[0]:
            continue
        if len(names) > 1:
            row = replace(row, what=f"{row.what} (so also: {', '.join(names[1:])})")
        shown.append(f"{row.state:<{state}} {row.name:<{wide}}  {' '.join(row.what.split())}")
        if row.mend:
            shown.append(f"{'':<{state}} {'':<{wide}}  mend: {' '.join(row.mend.split())}")
    return shown
