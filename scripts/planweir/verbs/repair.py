"""`doctor --repair`: a damaged journal, mended as far as it can be. A person's verb: what is lost is theirs to weigh."""

from __future__ import annotations

import subprocess

from planweir.attempt.tending import LIVE
from planweir.evidence import tree
from planweir.journal import markers
from planweir.journal.repair import Nothing
from planweir.journal.repair import repair as mend
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

NEXT = (
    "The plan is blocked until you go on with it: look at what is said above and at `git log`, then type /implement-plan, or "
    "/task-planner --abort to end the plan; your files stay as they are."
)
COMMITTED = 200  # commits that are looked at


def repair(places: Places) -> Answer:
    """Keep what is intact of the journal, say what is not, and leave the plan blocked."""
    try:
        found = mend(places)
    except Nothing as error:
        return no(f"nothing was repaired: {error}.")
    state = found.state
    shown = ["repaired.", *(f"{line[0].upper()}{line[1:]}." for line in found.lines())]
    if state["plan"]["status"] not in LIVE:
        return yes("\n".join([*shown, f"The plan is {state['plan']['status']}, as it was."]))
    markers.arm(places, state["plan"]["id"], state["seq"])
    if found.doubtful:
        shown.append("Not to be trusted, for something else is said of them too:")
        shown += [
            f"  {name} is {state['tasks'][name]['status'].replace('_', ' ')} in what is kept; {why}"
            for name, why in found.doubtful.items()
        ]
    beyond = [name for name in _committed(places, state) if state["tasks"][name]["status"] not in ("completed", "scaffold")]
    if beyond:
        shown.append(f"Committed by this plan's gates, and open in what is kept: {', '.join(beyond)}.")
    running = sorted({row["task"] for row in state["agents"].values() if row["alive"]})
    if running:
        shown.append(f"Agents run in what is kept ({', '.join(running)}); those that are gone count as lost when you go on.")
    return yes("\n".join([*shown, NEXT]), lost=len(found.lost) + found.gone, kept=found.aside, doubtful=found.doubtful)


def _committed(places: Places, state: State) -> list[str]:
    """The tasks that commits of this plan are of, by their trailers."""
    if not tree.head(places.project):
        return []
    form = "%(trailers:key=Planweir-Plan,valueonly,separator=%x20)%x09%(trailers:key=Planweir-Task,valueonly,separator=%x20)"
    try:
        shown = subprocess.run(
            ["git", "log", f"-{COMMITTED}", f"--format={form}"],
            cwd=places.project, capture_output=True, text=True, errors="replace", check=False,
        ).stdout  # fmt: skip
    except OSError:
        return []
    pairs = [line.split("\t") for line in shown.splitlines() if "\t" in line]
    found = {task.strip() for plan, task in pairs if plan.strip() == state["plan"]["id"]}
    return [name for name in state["tasks"] if name in found]
