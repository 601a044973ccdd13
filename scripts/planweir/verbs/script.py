"""A wave's script as a person reads it: the one that runs, or the one that would be written now."""

from __future__ import annotations

from planweir.brief import script, written
from planweir.journal.ready import all_closed, current_wave, script_runs
from planweir.journal.store import Journal
from planweir.places import write_whole
from planweir.values import many
from planweir.verbs.answer import Answer, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

HEAD = 48  # lines


def whole(places: Places, wave: int = 0) -> Answer:
    """The script of `wave` (0: the current one), as its text alone."""
    state = Journal(places).state()
    wave = wave or current_wave(state)
    why = _none_for(state, wave)
    if why:
        return no(why)
    words = _running(places, state, wave)
    if words:
        tasks, left = written.tasks_of(places, state["workflow"]["sum"])
        return yes(words, wave=wave, sum=script.sum_of(words), tasks=tasks, left=left, runs=True)
    made = script.render(state, places, wave)
    if not made.tasks:
        return no(_nothing(made))
    return yes(made.words, wave=wave, sum=made.sum, tasks=made.tasks, left=made.left, runs=False)


def head(places: Places, wave: int = 0) -> Answer:
    """Where the script of `wave` lies, for a person to read, and how it begins."""
    found = whole(places, wave)
    if not found.ok:
        return found
    number = found.data["wave"]
    path = written.shown_path(places, number if isinstance(number, int) else wave)
    if not found.data["runs"]:
        write_whole(path, found.text)
    lines = found.text.splitlines()
    runs = "It runs now." if found.data["runs"] else "So it would be run now; it is written anew when it is started."
    rest = f"\n… ({many(len(lines) - HEAD, 'more line')})" if len(lines) > HEAD else ""
    return yes(f"The script of wave {number} lies in {path}. {runs}\n\n" + "\n".join(lines[:HEAD]) + rest)


def _running(places: Places, state: State, wave: int) -> str:
    """The text of the script of `wave`, where it runs and lies as it was let run; else ""."""
    run = state["workflow"]
    if not script_runs(state) or run["wave"] != wave:
        return ""
    try:
        with open(written.shown_path(places, wave), encoding="utf-8", newline="") as file:
            words = file.read()
    except (OSError, ValueError):
        return ""
    return words if script.sum_of(words) == run["sum"] else ""


def _none_for(state: State, wave: int) -> str:
    if state["plan"]["status"] not in ("open", "paused", "blocked"):
        return "No plan is open here."
    if all_closed(state) and wave > len(state["waves"]):
        return "Every wave is closed; nothing is left for a script."
    if not 0 < wave <= len(state["waves"]):
        return f"There is no wave {wave}: the plan has {many(len(state['waves']), 'wave')}."
    return ""


def _nothing(made: script.Script) -> str:
    if made.left:
        return f"No script of wave {made.wave} has room for {', '.join(made.left[:12])}; agents that the main thread starts do them."
    return f"Nothing of wave {made.wave} is left for a script. `task-planner status` shows how it stands."
