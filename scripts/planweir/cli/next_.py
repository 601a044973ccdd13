"""`task-planner next`: the exact calls to make now."""

from __future__ import annotations

import click

from planweir.attempt.handing import NoWork, lines, now
from planweir.brief.told import by_hand, rejections, told
from planweir.cli.common import as_json, open_journal, places, refuse, say, say_json
from planweir.journal.store import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.brief.steps import Step
    from planweir.journal.types import State


@click.command(name="next")
@click.option("--engine", metavar="agents", help="Where there is no Workflow tool: start the agents of each wave yourself from now on.")
@as_json
def next_(engine: str | None, as_json: bool) -> None:
    """What happens next, as the exact calls to make. Hands out no work until the session's hooks have been seen."""
    found = places()
    open_journal(found, as_json)
    if engine not in (None, "agents"):
        refuse(f"Only a person chooses that: they type /implement-plan --engine {engine}.", as_json)
    try:
        step = now(found)
        if engine:
            from planweir.attempt.engine import without_scripts

            why = without_scripts(found)
            if why:
                refuse(f"Nothing was changed: {why}.", as_json)
            step = now(found)
    except NoWork as error:
        refuse(str(error), as_json)
    if as_json:
        say_json(step)
    else:
        stops = step["step"] in ("person", "done")
        say("\n".join([*lines(step), *(beside(Journal(found).state(), step) if stops else [])]))


def beside(state: State, step: Step) -> list[str]:
    """What a person should hear where the plan has stopped for them or is done."""
    names = list(state["tasks"])
    shown = [f"{name}: {line}" for name in names for line in rejections(state, name)]
    shown += told(state, names)
    return [*shown, *(by_hand(state, names) if step["step"] == "done" else [])]
