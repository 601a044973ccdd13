"""`task-planner rehearse PLAN`: the scripts that would carry it out, run with agents that only announce themselves."""

from __future__ import annotations

import os

import click

from planweir import __version__
from planweir.brief import script
from planweir.cli.common import as_json, finish, project, refuse
from planweir.rehearsal import told
from planweir.rehearsal.runner import NoEngine
from planweir.rehearsal.waves import opening
from planweir.rehearsal.waves import rehearse as play
from planweir.verbs.answer import Answer
from planweir.verbs.offer import check_plan, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.plan.model import Plan

LIMIT = "CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS"  # the client's own
MOST_AGENTS, FEWEST = 16, 2


def clients_limit() -> tuple[int, str]:
    """How many agents of one script the client runs at a time on this machine, and why."""
    given = os.environ.get(LIMIT, "")
    if given.isdigit() and int(given) > 0:
        return int(given), f"{LIMIT} says so"
    processors = os.cpu_count() or 1
    return max(FEWEST, min(MOST_AGENTS, processors - 2)), f"Claude Code on this machine, with {processors} CPUs"


def _fails(plan: Plan, given: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in given:
        name, _colon, times = row.partition(":")
        if name not in {task.id for task in plan.tasks}:
            raise click.BadParameter(f"the plan has no task {name}", param_hint="--fail")
        if times and not (times.isdigit() and 0 < int(times) < 100):
            raise click.BadParameter(f"{row}: it is TASK or TASK:TIMES", param_hint="--fail")
        found[name] = int(times or 1)
    return found


@click.command()
@click.argument("plan")
@click.option("--fail", "fail", multiple=True, metavar="TASK[:TIMES]", help="Let reviews of this task ask for changes first.")
@click.option("--at-once", type=click.IntRange(1, 64), help="Agents at a time, where another client or machine will run it.")
@as_json
def rehearse(plan: str, fail: tuple[str, ...], at_once: int | None, as_json: bool) -> None:
    """Play a plan through with agents that only announce themselves: order, parallelism and cost before anything is spent.

    Starts no agent, needs no client and no network, writes nothing."""
    path = os.path.abspath(os.path.expanduser(plan))
    loaded = load(path, project())
    if loaded.plan is None:
        finish(check_plan(path, project(), plan), as_json)
    limit, why = (at_once, "--at-once") if at_once else clients_limit()
    try:
        done = play(opening(loaded.plan, path, __version__), _script, _fails(loaded.plan, fail), limit)
    except NoEngine as error:
        refuse(f"A rehearsal cannot be played here: {error}.", as_json)
    words = told.tell(done, loaded.plan, plan, limit, why)
    finish(Answer(not done.stopped, words, told.data(done, limit, loaded.plan)), as_json)


def _script(state: State) -> str:
    return script.render(state).words
