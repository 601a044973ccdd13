"""`rehearse PLAN`, typed or on a command line, and the scripts that it runs, to be read. Nothing is written: neither leaves a trace."""

from __future__ import annotations

import os

from planweir import __version__
from planweir.brief import script
from planweir.rehearsal import told
from planweir.rehearsal.runner import NoEngine
from planweir.rehearsal.waves import Scripts, begun, opening
from planweir.rehearsal.waves import rehearse as play
from planweir.values import many
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.offer import check_plan, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.places import Places
    from planweir.plan.model import Plan

LIMIT = "CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS"  # the client's own
MOST_AGENTS, FEWEST = 16, 2
MOST_FAILS = 99


def rehearse(places: Places, path: str, given: str, fail: Sequence[str] = (), at_once: int = 0) -> Answer:
    """Rehearse the plan at `path`, which the person calls `given`. `fail`: `TASK` or `TASK:TIMES`, whose reviews ask for changes
    first; `at_once`: how many agents the client runs at a time, none as it does on this machine."""
    loaded = load(path, places.project)
    if loaded.plan is None:
        return check_plan(path, places.project, given)
    fails = _fails(loaded.plan, fail)
    if isinstance(fails, str):
        return no(f"{fails}.")
    limit, why = (at_once, "as you say") if at_once else clients_limit()
    scripts = Scripts(lambda state: script.render(state, places).words, lambda state: script.too_long(state, places))
    try:
        done = play(opening(loaded.plan, path, __version__), scripts, fails, limit)
    except NoEngine as error:
        return no(f"a rehearsal cannot be played here: {error}.")
    words = told.tell(done, loaded.plan, given, limit, why)
    return Answer(not done.stopped, words, told.data(done, limit, loaded.plan))


def planned_script(places: Places, path: str, given: str, wave: int = 1) -> Answer:
    """The script of `wave` of the plan at `path`, which is not started yet, as its text alone: the bytes that would run first, were it started now."""
    loaded = load(path, places.project)
    if loaded.plan is None:
        return check_plan(path, places.project, given)
    state = begun(opening(loaded.plan, path, __version__))
    if wave > len(state["waves"]):
        return no(f"There is no wave {wave}: the plan has {many(len(state['waves']), 'wave')}.")
    made = script.render(state, places, wave)
    if not made.tasks:
        why = "have no room in a script" if made.left else "are planned first, and the script holds what is accepted"
        return no(f"No script of wave {wave} can be shown yet: {', '.join(state['waves'][wave - 1])} {why}.")
    return yes(made.words, wave=wave, sum=made.sum, tasks=made.tasks, left=made.left, runs=False)


def clients_limit() -> tuple[int, str]:
    """How many agents of one script the client runs at a time on this machine, and why."""
    given = os.environ.get(LIMIT, "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given), LIMIT
    processors = os.cpu_count() or 1
    return max(FEWEST, min(MOST_AGENTS, processors - 2)), f"Claude Code with {processors} CPUs"


def _fails(plan: Plan, given: Sequence[str]) -> dict[str, int] | str:
    """How many reviews of which task fail; a text says what is wrong."""
    found: dict[str, int] = {}
    for row in given:
        name, colon, times = row.partition(":")
        if name not in {task.id for task in plan.tasks}:
            return f"--fail {row}: the plan has no task {name}"
        if colon and not (times.isascii() and times.isdigit() and 0 < int(times) <= MOST_FAILS):
            return f"--fail {row}: it is TASK or TASK:TIMES, as T3:2"
        found[name] = int(times or 1)
    return found
