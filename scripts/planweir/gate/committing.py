"""The last check: each task's files become its commit."""

from __future__ import annotations

from planweir.brief.package import task_changes
from planweir.gate import held
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.commits import CommitFailed, already, commit, hindrance
from planweir.gate.outcome import LIVE, Check, NotOpen
from planweir.gate.verifying import OUTPUT_SHOWN
from planweir.journal.ready import graph_task, wave_tasks
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.outcome import Gate
    from planweir.journal.store import Journal
    from planweir.journal.types import State
    from planweir.places import Places


def commit_tasks(
    places: Places, journal: Journal, state: State, gate: Gate, owned: Owned, tell: Callable[[str], None]
) -> Check:
    if state["graph"]["commit"] == "none":
        return Check("commits", "ok", "the plan wants none")
    if any(owned.by_task.values()):
        why, mend = hindrance(places)
        if why:
            return Check("commits", "fail", "git cannot commit here", [why], mend, persons=True)
    made: list[str] = []
    notes: list[str] = []
    for name in wave_tasks(state, gate.wave):
        if state["tasks"][name]["status"] != "reviewed":
            continue
        paths = owned.by_task.get(name, [])
        still_live(journal.state(), gate)
        hidden = held.ignored(places, state, name)
        if hidden:
            said = f"{name}: git ignores {', '.join(hidden[:PATHS_SHOWN])}: no review was of that, and no commit holds it"
            notes.append(said)
            journal.record({"kind": "incident", "what": said})
        took = owned.took(name)
        if took:
            theirs = sorted({path for row in took for path in row.paths if path in paths})
            journal.record(
                {"kind": "committed", "task": name, "sha": took[0].sha, "paths": theirs, "foreign": True}
            )
            notes.append(
                f"{name}: another than the gate committed {', '.join(theirs[:PATHS_SHOWN])}: {took[0]}"
            )
        paths = [path for path in paths if path not in owned.in_head]
        if not paths:
            sha = "" if state["tasks"][name]["commit"] or took else already(places, state, name)
            if sha:
                journal.record({"kind": "committed", "task": name, "sha": sha, "paths": []})
            elif not took and not state["tasks"][name]["commit"]:
                changed = task_changes(places, state, name)
                if changed:
                    notes.append(
                        f"{name}: nothing to commit, though it changed {', '.join(changed[:PATHS_SHOWN])}"
                    )
                else:
                    notes.append(f"{name}: nothing to commit, it changed none of its files")
            continue
        tell(f"committing {name}: {many(len(paths), 'file')}")
        try:
            sha = commit(places, state, name, gate.wave, graph_task(state, name)["title"], paths)
        except CommitFailed as error:
            mend = "mend what git says (a failing commit hook is a failing check), then run the gate again"
            return Check(
                "commits",
                "fail",
                f"git refused the commit of {name}",
                [str(error)[-OUTPUT_SHOWN:]],
                mend,
                tasks=[name],
            )
        journal.record({"kind": "committed", "task": name, "sha": sha, "paths": list(paths)})
        made.append(f"{name} {sha[:10]}")
        lines, incident = held.told(places, state, name, gate.accepted, sha, paths)
        notes += lines
        if incident:
            journal.record({"kind": "incident", "what": incident})
    return Check("commits", "ok", ", ".join(made) or "nothing to commit", notes)


def still_live(state: State, gate: Gate) -> None:
    """Raises NotOpen where the plan ended while its gate ran: nothing of it may reach the next plan."""
    if state["plan"]["id"] != gate.plan or state["plan"]["status"] not in LIVE:
        raise NotOpen("the plan ended while its gate ran; nothing more is committed or counted")
