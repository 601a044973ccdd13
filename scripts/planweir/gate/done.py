"""The definition of done: every final check, in order, as a table. Each is a small function from what is so at this moment
(the journal read anew, HEAD, the work tree) to its `Check`. `task-planner complete` is this table and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from planweir.brief.quotes import listed
from planweir.brief.told import beyond, items
from planweir.evidence.index import TreeError
from planweir.gate import compiled, inhead, objects, programs, ratchet, standing
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.final import Final
from planweir.gate.outcome import NEVER_WAIVED, OPEN_RESULTS, Check, table
from planweir.gate.replayed import Replay
from planweir.gate.verifying import check_command
from planweir.journal.store import Damaged, Journal
from planweir.values import rows, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import State
    from planweir.places import Places

    Look = Callable[[Final], Check | list[Check]]

CLEAN = "a clean checkout"
RUNS = ("verify", "criteria", "meanwhile")  # what runs commands, and what they may have done
FOUNDATION = ("journal", "plan", "tasks", "gates", "running")  # where one of these fails no command is run


def commands(final: Final) -> list[Check]:
    """Every Verify and Verify at end of the plan, run now: no earlier result counts. In a clean checkout of HEAD where the plan
    says how to set one up, else in a work tree in which nothing is uncommitted."""
    graph = final.state["graph"]
    wanted = [(f"verify-{number}", command) for number, command in enumerate(graph["verify"], 1)]
    wanted += [(f"end-{number}", command) for number, command in enumerate(graph["verify_at_end"], 1)]
    if any(task["verify"] for task in graph["tasks"]):
        final.leave_out("verify", "the tasks' own Verify commands were run by their waves' gates, not again")
    if not wanted:
        final.leave_out("verify", "the plan names no Verify command: nothing was run")
        return [inhead.uncommitted(final), Check("verify", "not looked at", "the plan names no Verify command")]
    clean = bool(graph["setup"]) and final.commits
    if not final.run:
        tree = inhead.uncommitted(final) if not clean else Check("tree", "ok", "the commands run in a clean checkout of HEAD")
        return [tree, *(Check(name, "not looked at", f"`{command}`: `complete` runs it") for name, command in wanted)]
    if clean:
        from planweir.gate.clean import in_clean_checkout

        found = in_clean_checkout(final.places, final.state, wanted, final.tell, again=True)
        if not any(check.result == "not checked" for check in found):
            final.where = f"{CLEAN} of {final.head[:10]}"
            if final.uncommitted:
                final.leave_out("place", f"not in HEAD, and not checked: {listed(sorted(final.uncommitted)[:PATHS_SHOWN])}")
            for check in found:  # these were run there alone
                check.said = check.said.replace("; it passes in the work tree", "")
            return [Check("tree", "ok", f"the commands ran in {final.where}"), *found]
        for check in found:
            final.leave_out("place", f"not checked in a clean checkout: {check.said}")
    elif final.commits:
        final.leave_out("place", "not checked in a clean checkout: the plan has no Setup")
    tree = inhead.uncommitted(final)
    compiled.forget(final.places.project)
    same = programs.unchanged(final.places, final.state, [command for _name, command in wanted])
    ran = [check_command(final.places, final.state, name, command, True, final.tell, anew=True) for name, command in wanted]
    return [tree, same, *ran, ratchet.no_fewer(final.state, [], ran, {})]


def matrix(places: Places, state: State) -> list[str]:
    """How each criterion of the plan's requirements stands."""
    from planweir.gate import criteria

    return criteria.matrix(places, state)


def reached(final: Final) -> Check:
    """No task's code is left that no entry point reaches."""
    from planweir.gate.reached import reachable

    closed = [name for name, ending in final.replay.endings.items() if ending.kind == "closed"]
    return reachable(final.places, final.state, closed)


def satisfied(final: Final) -> Check:
    """Every criterion of the plan's requirements is satisfied; with the commands that criteria name, run now."""
    from planweir.gate import criteria

    return criteria.satisfied(final.places, final.state, final.tell, run_now=final.run)


def defects(final: Final) -> Check:
    """No defect that somebody noted is open."""
    from planweir.gate.defects import none_open

    return none_open(final.places, final.state)


def meanwhile(final: Final) -> list[Check]:
    return [inhead.meanwhile(final)] if final.run else []


TABLE: tuple[tuple[str, Look], ...] = (
    ("journal", standing.journal),
    ("plan", standing.planned),
    ("document", standing.document),
    ("tasks", standing.tasks),
    ("gates", standing.gates),
    ("running", standing.nobody_works),
    ("reviewed", standing.reviewed),
    ("findings", standing.findings),
    ("persons", standing.persons),
    ("commits", inhead.commits),
    ("changes", inhead.changes),
    ("reach", reached),
    ("defects", defects),
    ("verify", commands),
    ("criteria", satisfied),
    ("meanwhile", meanwhile),
)


@dataclass
class Done:
    """What the final checks came to. `excluded`: kind and words of what does not count as checked."""

    checks: list[Check] = field(default_factory=list)
    excluded: list[tuple[str, str]] = field(default_factory=list)
    head: str = ""
    tree: str = ""  # of HEAD
    where: str = ""

    @property
    def ok(self) -> bool:
        return not any(check.failed for check in self.checks)

    @property
    def missing(self) -> list[Check]:
        return [check for check in self.checks if check.failed]

    def lines(self) -> list[str]:
        """Every check, what failed with its mend, and every exclusion."""
        shown = []
        for check, row in zip(self.checks, table(self.checks), strict=True):
            shown.append(row)
            if check.failed or check.result in ("waived", *OPEN_RESULTS):
                shown += [f"      {line}" for detail in check.details for line in detail.splitlines()]
            if check.failed and check.mend:
                shown.append(f"      Next: {check.mend}")
        return [*shown, *excluded_lines(self.excluded)]


def excluded_lines(excluded: list[tuple[str, str]]) -> list[str]:
    return ["Left out:", *(f"  {kind}: {what}" for kind, what in excluded)] if excluded else []


def final_checks(places: Places, tell: Callable[[str], None], run: bool = True) -> Done:
    """Look at everything that makes a plan done, now. Without `run` the plan's commands are not run, and nothing is written."""
    try:
        events, _state = Journal(places).anew()
    except Damaged as error:
        mend = "/task-planner doctor --repair keeps what is intact"
        return Done([Check("journal", "fail", str(error), mend=mend)])
    final = Final(places, Replay(events), run, tell)
    done = Done(head=final.head)
    for name, look in TABLE:
        if name in RUNS and any(check.failed and check.name in FOUNDATION for check in done.checks):
            done.checks += [Check(name, "not looked at", "no command is run before the work is finished")] if name != "meanwhile" else []
            continue
        try:
            found = look(final)
        except TreeError as error:
            found = Check(name, "fail", f"git could not be asked: {error}", mend="/task-planner doctor")
        done.checks += found if isinstance(found, list) else [found]
    for check in done.checks:
        _waive(final, check)
    _leave_out(final, done.checks)
    done.tree = objects.tree_of(places.project) if final.head else ""
    done.where, done.excluded = final.where, final.excluded
    return done


def _waive(final: Final, check: Check) -> None:
    waivers = final.state["waivers"]  # a command that a person let be is let be in a clean checkout too
    why = waivers.get(check.name, waivers.get(check.name.removeprefix("clean-")))
    if check.failed and why is not None and check.name not in NEVER_WAIVED:
        check.result = "waived"
        check.said += f" (waived by a person: {why})"


def _leave_out(final: Final, checks: list[Check]) -> None:
    """What counts though no check found it so, or is not checked at all."""
    state = final.state
    names = list(state["tasks"])
    for name, event in final.replay.waived.items():
        came = text_or(event, "came", "typed")
        how = "" if came == "typed" else f" ({came})"
        final.leave_out("waived", f"{name}: {text_or(event, 'why')}{how}")
    now = {check.name for check in checks if check.result in ("ok", "fail")} | ({"clean"} if final.where.startswith(CLEAN) else set())
    for number, gate in final.replay.gates.items():
        for row in rows(gate, "checks"):
            if isinstance(row, dict) and row.get("result") in ("not yet", "not checked") and not {row["name"], f"clean-{row['name']}"} & now:
                final.leave_out("gate", f"wave {number}: {text_or(row, 'name')} {row['result']}: {text_or(row, 'said')}")
    for check in checks:
        if check.result in OPEN_RESULTS and check.name != "verify":
            final.leave_out(check.result, f"{check.name}: {check.said}")
    if state["baseline"]["failing"]:
        known = state["baseline"]["failing"]
        forgiven = sorted({test for check in checks if check.ran and not check.failed for test in check.ran.failing or [] if test in known})
        if forgiven:
            final.leave_out("forgiven", "failed before the plan and fails now: " + ", ".join(forgiven))
    passing = {check.ran.command for check in checks if check.ran is not None and check.ran.ok}
    for command in state["baseline"]["unnamed"]:
        if command in passing:
            continue
        final.leave_out("baseline", f"`{command}` failed before the plan without naming tests, and has not passed in a gate since")
    for item in items(state, names):
        if not item.at:
            final.leave_out("by hand", f"{item.task} {item.number}: {item.text} (nobody checked)")
    for line in beyond(state, names, ("taken", "allowed")):
        final.leave_out("beyond", line)
    for incident in state["incidents"]:
        final.leave_out("incident", incident)
