"""Final checks of what HEAD and the work tree hold: each task's commit is there, and nothing has changed since the last gate."""

from __future__ import annotations

import re

from planweir.brief.noticed import by_cause, guarded, guarded_way
from planweir.brief.quotes import listed
from planweir.evidence import tree
from planweir.evidence.marks import fingerprint
from planweir.gate import objects
from planweir.gate.changes import apart
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.final import Final
from planweir.gate.outcome import Check
from planweir.gate.replayed import Replay, committed_paths
from planweir.journal.store import Journal
from planweir.places import RENDERED_COPY
from planweir.values import many, number_or, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.replayed import Ending
    from planweir.places import Places


def commits(final: Final) -> Check:
    """Each completed task's commit is in HEAD's history, or what it held is in HEAD."""
    if not final.commits:
        final.leave_out("not committed", "the plan wants no commits: HEAD is not what was checked, the work tree is")
        return Check("commits", "ok", "the plan wants none")
    wrong: list[str] = []
    told: list[str] = []
    for ending in final.replay.endings.values():
        if ending.kind == "closed":
            why, how = _committed(final, ending)
            wrong += [f"{ending.name}: {why}"] if why else []
            told += [f"{ending.name}: {how}"] if how else []
    if wrong:
        mend = "bring them back (`git reflog` has them; `git merge`, `git cherry-pick`), or a person types /task-planner waive commits --why …"
        return Check("commits", "fail", "what was judged is not in HEAD", [*wrong, *told], mend)
    count = sum(bool(ending.commits) for ending in final.replay.endings.values() if ending.kind == "closed")
    return Check("commits", "ok", f"{many(count, 'task')} committed, in the history of {final.head[:10]}", told)


def _committed(final: Final, ending: Ending) -> tuple[str, str]:
    """Why the work of a task is not in HEAD, or what there is to tell about how it is."""
    root = final.places.project
    missing = _missing(final, ending)
    if not ending.commits:
        final.leave_out("no commit", f"{ending.name}: nothing to commit, it changed none of its files")
        return (f"no commit holds {listed(missing[:PATHS_SHOWN])}, which it changed" if missing else ""), ""
    event = ending.commits[-1]
    sha = text_or(event, "sha")
    if event.get("foreign") is True:
        final.leave_out("commit", f"{ending.name}: {sha[:10]} holds its work, which another than the gate committed")
    wanted = set() if event.get("foreign") is True else {f"Planweir-Plan: {final.state['plan']['id']}", f"Planweir-Task: {ending.name}"}
    if objects.contains(root, sha):
        lacking = wanted - set(objects.message(root, sha))
        if lacking:
            return f"commit {sha[:10]} is not the gate's: it lacks {listed(sorted(lacking))}", ""
        _as_judged(final, ending, sha)
        return "", ""
    moved = objects.with_lines(root, final.state["plan"]["head"], wanted) if wanted else ""
    differs = [path for path in committed_paths(ending) if not _as_it_was(final, ending, path)]
    if not differs:
        return "", f"its commit {sha[:10]} is not in HEAD's history; " + (
            f"{moved[:10]} is in its place, with the same content" if moved else "HEAD holds the same content"
        )
    return f"its commit {sha[:10]} is not in HEAD's history, and HEAD holds {listed(differs[:PATHS_SHOWN])} otherwise than it was judged", ""


def _missing(final: Final, ending: Ending) -> list[str]:
    """What a task without a commit had changed when its gate let it pass, and HEAD does not hold."""
    root = final.places.project
    start, accepted = objects.tree_of(root, ending.start), objects.tree_of(root, ending.accepted)
    if not start or not accepted or not ending.files:
        return []
    wanted = re.compile("|".join(f"(?:{row})" for row in ending.scope), re.DOTALL)
    held = final.blobs(accepted)
    return [
        path
        for path in objects.differing(final.blobs(start), held)
        if wanted.fullmatch(path) and path not in ending.made and not apart(final.places, final.state, path)
        if final.blobs(final.head).get(path) != held.get(path) and _last_owner(final, path) in ("", ending.name)
    ]


def _last_owner(final: Final, path: str) -> str:
    """The task whose commit held `path` last."""
    found = ""
    for ending in sorted(final.replay.endings.values(), key=lambda row: number_or(row.event, "seq")):
        if path in committed_paths(ending):
            found = ending.name
    return found


def _as_it_was(final: Final, ending: Ending, path: str) -> bool:
    """Does HEAD hold `path` as the task's gate, its commit, or a later gate left it?"""
    now = final.blobs(final.head).get(path)
    root = final.places.project
    trees = [ending.accepted, text_or(final.replay.last_gate, "accepted"), *(text_or(event, "sha") for event in ending.commits)]
    later = [event for other in final.replay.endings.values() for event in other.commits if path in texts(event, "paths")]
    trees += [text_or(event, "sha") for event in later]
    known = [name for name in dict.fromkeys(trees) if objects.tree_of(root, name)]
    return any(final.blobs(name).get(path) == now for name in known)


def _as_judged(final: Final, ending: Ending, sha: str) -> None:
    """A commit that a hook of the repository made otherwise than it was reviewed was let pass by its gate, and is told."""
    root = final.places.project
    if not objects.tree_of(root, ending.accepted):
        return
    judged, held = final.blobs(ending.accepted), final.blobs(sha)
    paths = [path for path in texts(ending.commits[-1], "paths") if judged.get(path) != held.get(path)]
    if paths:
        final.leave_out("commit", f"{ending.name}: {sha[:10]} holds {listed(paths[:PATHS_SHOWN])} otherwise than reviewed: a commit hook changed that")


def changes(final: Final) -> Check:
    """Nothing has changed since the last gate: no commit that touches the plan's files, no change of nobody, no guarded file."""
    owned, state = final.owned, final.state
    details: list[str] = []
    drifted = drift(final)
    by_task = {path: final.owner(path) for path in drifted}
    for path, name in by_task.items():
        sha = objects.touching(final.places.project, text_or(final.replay.last_gate, "head"), path)
        how = f" by commit {sha}" if sha else ""
        if name:
            details.append(f"{path} ({name}'s) was changed{how} since the last gate: no review and no gate saw that")
        else:
            final.leave_out("committed since", f"{path}, of no task{how}")
    back = _back(final)
    at_work = {path: name for name, paths in owned.too_early.items() for path in paths}
    stray = [path for path in owned.stray if path not in owned.in_head and path not in back and path not in at_work]
    if stray:
        details.append(f"changed since the last gate: {listed(stray[:PATHS_SHOWN])} (not committed)")
    loose = {path: row for path, row in owned.unexplained.items() if path not in owned.in_head and path not in back}
    details += [f"unexplained: {line}" for line in by_cause(loose)[:PATHS_SHOWN]]
    details += [f"guarded: {line}" for line in guarded(state)[:PATHS_SHOWN]]
    if details:
        return Check("changes", "fail", "there are changes since the last gate", details, _way(final, stray, [p for p in by_task if by_task[p]]), persons=True)
    if at_work:
        names = ", ".join(dict.fromkeys(at_work.values()))
        return Check("changes", "not looked at", f"work of {names}, which no gate has judged yet: {listed(sorted(at_work)[:PATHS_SHOWN])}")
    told = [what for kind, what in final.excluded if kind == "committed since"]
    said = "nothing has changed since the last gate"
    if told:
        said = f"nothing of the plan's has changed since the last gate; committed by another than it: {'; '.join(told[:PATHS_SHOWN])}"
    return Check("changes", "ok", said)


def _back(final: Final) -> set[str]:
    """What changed without anything that explains it, and is as it was before: the next look would settle it."""
    by_tree: dict[str, list[str]] = {}
    for path, row in final.owned.unexplained.items():
        by_tree.setdefault(row["tree"], []).append(path)
    back: set[str] = set()
    for name, paths in by_tree.items():
        if objects.tree_of(final.places.project, name):
            changed = tree.changed_since(final.places.project, name, [re.escape(path) for path in paths])
            back |= set(paths) - set(changed)
    return back


def _way(final: Final, stray: list[str], drifted: list[str]) -> str:
    found: list[str] = []
    if drifted:
        found.append(f"types /task-planner mine {drifted[0]} (it is theirs as it is now, and told), or takes the commit back (`git revert`)")
    if stray:
        found.append(f"commits it, or types /task-planner mine {stray[0]}, or discard {stray[0]} (the patch is kept)")
    if guarded(final.state):
        found.append(f"of a guarded file: {guarded_way(final.state)}")
    found.append("lets it be: /task-planner waive changes --why …")
    return "a person " + ", or ".join(found)


def drifted(places: Places) -> list[str]:
    """What a person may call theirs though it is committed: what HEAD holds otherwise than the last gate left it."""
    return drift(Final(places, Replay(Journal(places).anew()[0]), False, lambda _line: None))


def drift(final: Final) -> list[str]:
    """The paths that HEAD holds otherwise than the last gate left and judged them, whatever commits did that, and that no
    person called theirs as they are now. A history that was rewritten with the same content is none."""
    root, gate = final.places.project, final.replay.last_gate
    left, judged = objects.tree_of(root, text_or(gate, "head")), objects.tree_of(root, text_or(gate, "accepted"))
    if not left and not judged:
        return []
    now, before, seen = final.blobs(final.head), final.blobs(left or judged), final.blobs(judged or left)
    found = [path for path in objects.differing(before, now) if now.get(path) != seen.get(path) and path != RENDERED_COPY]
    theirs = [path for path in found if apart(final.places, final.state, path)]
    for path in theirs:
        final.leave_out("a person's", f"{path}: changed since the last gate, theirs as it is")
    return [path for path in found if path not in theirs]


def uncommitted(final: Final) -> Check:
    """What the plan's commands run on, where that is the work tree: nothing in it may be uncommitted, but for what the plan's own
    commands make, the plan's own document, and where the plan wants no commits."""
    letters = tree.changed(final.places.project)
    if not final.commits:
        final.where = "the work tree"
        final.leave_out("place", f"checked is the work tree, with {many(len(letters), 'uncommitted path')}; HEAD {final.head[:10]} does not hold it")
        return Check("tree", "ok", "the work tree is checked: the plan wants no commits")
    final.where = f"the work tree at {final.head[:10]}, nothing uncommitted"
    made = {path for path in final.state["gate_made"] if letters.get(path) == "?"}
    loose = sorted(path for path in letters if path not in made and path not in (RENDERED_COPY, plan_file(final)))
    if made:
        final.leave_out("place", f"untracked, made by the plan's own commands: {listed(sorted(made)[:PATHS_SHOWN])}")
    if not loose:
        return Check("tree", "ok", "nothing is uncommitted")
    final.where = f"the work tree at {final.head[:10]}, with uncommitted changes"
    mend = (
        f"commit or stash {listed(loose[:3])} (`git stash -u`, then back again), or let git ignore what is no part of the project; "
        "a plan with a Setup is checked in a clean checkout. A person may let it be: /task-planner waive tree --why …"
    )
    return Check("tree", "fail", f"{many(len(loose), 'path')} uncommitted: what would be checked is not HEAD", [listed(loose[:PATHS_SHOWN])], mend, persons=True)


def plan_file(final: Final) -> str:
    """The plan's own document, where it lies in the project: many keep it beside the code and never commit it."""
    start = f"{final.places.project}/"
    path = final.state["plan"]["file"]
    return path.removeprefix(start) if path.startswith(start) else ""


def meanwhile(final: Final) -> Check:
    """HEAD and the tree are as they were when the checks began, but for what the plan's own commands are known to make."""
    root, state = final.places.project, final.state
    now = objects.commit_of(root)
    if now != final.head:
        return Check("meanwhile", "fail", f"HEAD moved from {final.head[:10]} to {now[:10]} while the checks ran", mend="type the same again")
    before = final.uncommitted
    paths = {*tree.changed(root), *before} - {*state["gate_made"], RENDERED_COPY}
    fresh = sorted(path for path in paths if path not in before or fingerprint(root, path) != before[path])
    if fresh:
        return Check(
            "meanwhile",
            "fail",
            f"changed while the checks ran: {listed(fresh[:PATHS_SHOWN])}",
            mend=f"put {fresh[0]} back, or commit it; where a command of the plan makes it, let git ignore it",
        )
    return Check("meanwhile", "ok", "nothing changed while the checks ran")
