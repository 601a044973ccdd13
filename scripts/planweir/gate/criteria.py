"""The checks of the plan's requirements: the commands that its criteria name, and whether every criterion is satisfied.

A criterion's command is judged more strictly than a Verify command: nothing of the baseline forgives it, and where it starts a known
test runner, a test has to have been seen to pass.
"""

from __future__ import annotations

from planweir.brief.required import last_wave, matrix, standings
from planweir.evidence.runners import find
from planweir.evidence.runners.base import last_lines
from planweir.gate import cache
from planweir.gate.commands import run
from planweir.gate.outcome import Check
from planweir.gate.summary import summary_of
from planweir.journal.ready import wanted
from planweir.shell.scan import scan
from planweir.values import number_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.commands import Ran
    from planweir.journal.types import GraphWanted, State
    from planweir.places import Places

__all__ = ("NAME", "commands", "matrix", "of_wave", "satisfied")

NAME = "criteria"
OUTPUT_SHOWN = 1_500  # characters of a failing command's end
SHOWN = 40


def commands(state: State) -> list[str]:
    """The commands that criteria name, each once."""
    return list(dict.fromkeys(row["check"] for row in wanted(state) if row["check"]))


def of_wave(places: Places, state: State, wave: int, last: bool, tell: Callable[[str], None]) -> list[Check]:
    """The commands of the criteria that no later wave serves; at the last gate also of those that nothing has shown yet."""
    found: list[Check] = []
    if not commands(state):
        return found
    for row in standings(places, state):
        due = last_wave(state, row.tasks) == wave or (last and not row.satisfied)
        if row.wanted["check"] and due:
            blamed = [name for name in row.tasks if state["tasks"][name]["wave"] == wave]
            found.append(_shown_by(places, row.wanted, tell, blamed))
    return found


def satisfied(places: Places, state: State, tell: Callable[[str], None] | None = None, run_now: bool = True) -> Check:
    """Is every criterion satisfied, by a gate's run, by its command that is run now, or by a named person? Without `run_now` a
    command's last run in a gate is looked at."""
    rows = standings(places, state)
    if not rows:
        return Check(NAME, "ok", "the plan names no requirement")
    lines: list[str] = []
    needs: list[str] = []
    for row in rows:
        name, check = row.wanted["id"], row.wanted["check"]
        if row.mark == "waived":
            lines.append(f"{name}: {row.how}")
        elif check and run_now:
            shown = _shown_by(places, row.wanted, tell or _silent, row.tasks, anew=True)
            if shown.failed:
                needs.append(f"{name}: {shown.said}; mend it, or a person types /task-planner waive {name} --why '…'")
                lines += [needs[-1], *shown.details]
        elif not row.satisfied:
            needs.append(f"{name}: {row.how}; {row.need}" if row.need != row.how else f"{name}: {row.how}")
            lines.append(needs[-1])
    left = len(rows) - len(needs)
    if needs:
        return Check(NAME, "fail", f"{left} of {len(rows)} satisfied", lines[:SHOWN], needs[0])
    return Check(NAME, "ok", f"{left} of {len(rows)} satisfied", lines[:SHOWN])


def _shown_by(places: Places, row: GraphWanted, tell: Callable[[str], None], tasks: list[str], anew: bool = False) -> Check:
    """Run the command of a criterion, or take its passing result on this very tree."""
    name, command = row["id"], row["check"]
    ran = None if anew else cache.kept(places, command)
    kept = " (kept: nothing has changed since)" if ran is not None else ""
    if ran is None:
        tell(f"running {name}: {command}")
        ran = run(places.project, command)
        cache.keep(places, ran)
    wrong = _wrong(places, ran)
    said = f"`{command}`: {ran.said}{kept}"
    if not wrong:
        return Check(name, "ok", said, ran=ran)
    output = last_lines(ran.output, OUTPUT_SHOWN).strip("\n")
    mend = f"mend what it shows; where it cannot pass, a person types /task-planner waive {name} --why '…'"
    return Check(name, "fail", said + (f"; {wrong}" if wrong != ran.said else ""), [output] if output else [], mend, tasks=tasks, ran=ran)


def _wrong(places: Places, ran: Ran) -> str:
    """Why a run shows nothing; empty where it shows that the criterion holds."""
    if not ran.ok:
        return ran.said
    summary = summary_of(ran.output, places.project) or {}
    if ran.failing or number_or(summary, "failed") or number_or(summary, "errors"):
        return "its summary tells of failures"
    if not ran.passed and any(find(one.words, one.cwd) for one in scan(ran.command, places.project).programs):
        return "no test was seen to pass"
    return ""


def _silent(_line: str) -> None:
    return None
