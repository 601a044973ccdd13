"""Final checks that the journal answers: what was planned, how each task ended, who reviewed it, and what a person let pass."""

from __future__ import annotations

import hashlib
import json
import os

from planweir import jobs
from planweir.brief.quotes import listed
from planweir.evidence.index import TreeError
from planweir.gate import objects
from planweir.gate.checks import none_critical
from planweir.gate.outcome import Check
from planweir.gate.replayed import failing, frozen
from planweir.journal.ready import FINISHED, running_tasks, script_runs, started_tasks
from planweir.journal.store import Damaged, Journal
from planweir.plan.model import row_hash
from planweir.plan.reader import read_plan
from planweir.values import many, number_or, rows, sub, table, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.final import Final
    from planweir.gate.replayed import Ending
    from planweir.journal.types import Event

ROLES = ("task-reviewer", "code-reviewer")
SHOWN = 12


def journal(final: Final) -> Check:
    """The journal is whole (else nobody comes this far), and what is kept beside it says the same."""
    state = final.state
    said = f"{many(len(final.replay.events), 'event')}, whole"
    try:
        believed = Journal(final.places).state()
    except Damaged as error:
        return Check("journal", "fail", str(error), mend="/task-planner doctor --repair keeps what is intact")
    if json.dumps({**believed, "bytes": 0}, sort_keys=True) != json.dumps({**state, "bytes": 0}, sort_keys=True):
        where = [name for name, task in believed["tasks"].items() if task != state["tasks"].get(name)]
        told = f": it differs in {listed(where[:SHOWN])}" if where else ""
        return Check(
            "journal",
            "fail",
            f"{final.places.state} does not say what the journal says{told}; it was not written by Planweir",
            mend=f"take {final.places.state} away: it is written again from the journal",
        )
    if state["plan"]["status"] == "blocked":
        return Check("journal", "fail", f"the plan is blocked: {state['plan']['why']}", mend="/implement-plan goes on with it")
    return Check("journal", "ok", said)


def planned(final: Final) -> Check:
    """There is a plan at all, and the text that counts is the text that was started."""
    opened, state = final.replay.opened, final.state
    tasks = frozen(opened)
    if not tasks or not state["waves"] or not all(state["waves"]):
        what = "the plan has no task" if not tasks or not state["waves"] else "a wave of the plan is empty"
        return Check("plan", "fail", f"{what}: there is nothing that could be done", mend="/task-planner --abort ends it")
    hashes = sub(opened, "task_hashes")
    wrong = [text_or(row, "id") for row in tasks if hashes and hashes.get(text_or(row, "id")) != row_hash(row)]
    if wrong:
        return Check("plan", "fail", f"the frozen text of {listed(wrong[:SHOWN])} is not what was started", mend="/task-planner doctor")
    alien = [text_or(event, "task") for event in final.replay.amended if event.get("by") != "person"]
    if alien:
        return Check("plan", "fail", f"{listed(alien)} was amended by no person", mend="/task-planner doctor")
    for event in final.replay.amended:
        final.leave_out("amended", f"{text_or(event, 'task')}: {', '.join(sub(event, 'fields'))} (seq {event.get('seq')})")
    return Check("plan", "ok", f"{many(len(tasks), 'task')} in {many(len(state['waves']), 'wave')}, the text as it was started")


def document(final: Final) -> Check:
    """The plan's document says what was started, or what a person amended since. What counts is the frozen text all the same."""
    plan = final.state["plan"]
    path = os.path.relpath(plan["file"], final.places.project)
    path = plan["file"] if path.startswith("..") else path
    try:
        with open(plan["file"], "rb") as file:
            same = hashlib.sha256(file.read()).hexdigest() == plan["hash"]
    except OSError:
        final.leave_out("document", f"{path} is not there any more; what counts is the text that was started")
        return Check("document", "not checked", f"{path} is not there any more; what counts is the text that was started")
    if same:
        return Check("document", "ok", f"{path} is as it was started")
    found = read_plan(plan["file"]).plan
    differs = ["it cannot be read as a plan"] if found is None else _differences(final, table(found.to_json()))
    if not differs:
        return Check("document", "ok", f"{path} says what was started")
    return Check(
        "document",
        "fail",
        f"{path} is not what was started; the text that was started is what counts",
        differs[:SHOWN],
        f"put {path} back as it was; where the new text is right, a plan of its own does what it adds. A person may "
        "let it be: /task-planner waive document --why …",
    )


def _differences(final: Final, now: dict[str, object]) -> list[str]:
    was, amended = sub(final.replay.opened, "graph"), {task["id"]: task for task in final.state["graph"]["tasks"]}
    found = [f"its {key.replace('_', ' ')} differs" for key in was if key != "tasks" and now.get(key) != was[key]]
    theirs = {text_or(row, "id"): row for row in rows(now, "tasks") if isinstance(row, dict)}
    ours = {text_or(row, "id"): row for row in frozen(final.replay.opened)}
    found += [f"{name} is new" for name in theirs if name not in ours]
    found += [f"{name} is gone" for name in ours if name not in theirs]
    for name in [name for name in ours if name in theirs]:
        fields = [
            key
            for key, value in ours[name].items()
            if key != "line"
            and theirs[name].get(key) not in (value, table(amended.get(name, {})).get(key))
            and not (key == "agent" and not theirs[name].get(key))  # one that a keyword gave
        ]
        found += [f"{name}: {', '.join(key.replace('_', ' ') for key in fields)}"] if fields else []
    return found


def tasks(final: Final) -> Check:
    """Every task was closed by a gate that passed, or was skipped by a person."""
    wrong: list[str] = []
    for ending in final.replay.endings.values():
        why = _not_ended(final, ending)
        wrong += [f"{ending.name}: {why}"] if why else []
        if ending.kind == "skipped":
            final.leave_out("skipped", f"{ending.name}: {text_or(ending.event, 'why')}{_how(ending.event)}")
    skipped = sum(ending.kind == "skipped" for ending in final.replay.endings.values())
    count = len(final.replay.endings)
    if wrong:
        mend = "/implement-plan goes on; /task-planner skip TASK --why '…' drops one"
        return Check("tasks", "fail", f"{len(wrong)} of {many(count, 'task')} still open", wrong, mend)
    scaffold = sum(final.state["tasks"][name]["status"] == "scaffold" for name in final.replay.endings)
    parts = [f"{count - skipped - scaffold} completed"]
    parts += [f"{scaffold} scaffold (see reach)"] if scaffold else []
    parts += [f"{skipped} skipped by a person"] if skipped else []
    return Check("tasks", "ok", ", ".join(parts))


def _not_ended(final: Final, ending: Ending) -> str:
    status = final.state["tasks"][ending.name]["status"]
    if not ending.kind or status not in (*FINISHED, "scaffold"):
        return status
    if ending.kind == "skipped":
        if ending.event.get("by") != "person":
            return "skipped, but by no person"
        return "" if text_or(ending.event, "why").strip() else "skipped without a reason"
    if not ending.gate:
        return "closed, but by no gate that passed"
    wrong = failing(ending.gate)
    return f"closed by a gate in which {listed(wrong)} had failed" if wrong else ""


def gates(final: Final) -> Check:
    """The last run of each wave's gate passed, with checks."""
    wrong: list[str] = []
    waves = final.state["waves"]
    for number, names in enumerate(waves, 1):
        gate = final.replay.gates.get(number)
        if gate is None:
            wrong.append(f"wave {number} ({', '.join(names[:SHOWN])}): its gate has not run")
        elif gate["kind"] != "gate_passed" or failing(gate) or not rows(gate, "checks"):
            failed = failing(gate)
            wrong.append(f"wave {number} ({', '.join(names[:SHOWN])}): its gate did not pass" + (f": {listed(failed)}" if failed else ""))
    if wrong:
        return Check("gates", "fail", "not every wave's gate passed", wrong, "/implement-plan goes on, or type /wave-gate")
    return Check("gates", "ok", f"{len(waves)} of {many(len(waves), 'wave')} closed")


def nobody_works(final: Final) -> Check:
    busy = sorted({*running_tasks(final.state), *started_tasks(final.state)})
    if busy:
        return Check("running", "fail", f"agents run for {', '.join(busy)}", mend="wait for their reports, or stop them")
    if script_runs(final.state):
        return Check("running", "fail", "the script of a wave runs", mend="wait for its end, or stop it")
    if jobs.running(final.places, "gate"):
        return Check("running", "fail", "a gate runs", mend="wait for it (`task-planner gate --wait`)")
    return Check("running", "ok", "no agent and no gate runs")


def reviewed(final: Final) -> Check:
    """Two reviews by two agents who were bound to the task passed, both of the very files that the gate let pass."""
    wrong: list[str] = []
    count = 0
    for ending in final.replay.endings.values():
        if ending.kind != "closed":
            continue
        if ending.alone:
            final.leave_out("unreviewed", f"{ending.name}: nobody reviewed it; done by the main thread (--single)")
            continue
        why = _ill_reviewed(ending) or _other_files(final, ending)
        wrong += [f"{ending.name}: {why}"] if why else []
        count += not why
    if wrong:
        mend = "a person looks at these tasks themselves, and may then type /task-planner waive reviewed --why …"
        return Check("reviewed", "fail", "not every task was reviewed as it was let pass", wrong, mend)
    return Check("reviewed", "ok", f"{many(count, 'task')} reviewed twice, as the gate let pass" if count else "none was due")


def _ill_reviewed(ending: Ending) -> str:
    found = {role: ending.reviews[role] for role in ROLES if role in ending.reviews}
    lacking = [role for role in ROLES if role not in found or found[role]["verdict"] != "pass"]
    if lacking:
        return f"no passed review of its {' and its '.join(lacking)}"
    agents = {role: row["agent"] for role, row in found.items()}
    for role, agent in agents.items():
        if ending.reviewers.get(agent) != role:
            return f"the review of its {role} is of an agent that was not bound to it"
        if agent in ending.implementers:
            return f"its {role} had worked on it"
    if len(set(agents.values())) < len(ROLES):
        return "one agent gave both reviews"
    if len({row["digest"] for row in found.values()}) > 1:
        return "its two reviews are of different files"
    return ""


def _other_files(final: Final, ending: Ending) -> str:
    """Is what the reviews were bound to not what the gate judged? By the tree that the gate kept, where git still has it."""
    bound = next(iter(ending.reviews.values()))["digest"]
    root = final.places.project
    if not bound:
        return ""  # an older plan's
    try:
        accepted = objects.tree_of(root, ending.accepted)
        start = objects.tree_of(root, ending.start)
        if not accepted or (not ending.files and not start):
            final.leave_out("reviews", f"{ending.name}: git has the tree that its gate judged no more; not compared with its reviews")
            return ""
        held = final.blobs(accepted)
        outs: tuple[list[str], ...] = ([], ending.made, [path for path in ending.made if path not in final.blobs(final.replay_head)])
        if any(_digest(final, ending, held, start, out) in ("", bound) for out in outs):
            return ""
        if objects.converts(root, sorted(held)):
            final.leave_out("reviews", f"{ending.name}: git converts files here; its reviews were not compared with what git holds")
            return ""
    except TreeError as error:
        return f"git could not be asked: {error}"
    return "what its gate judged is not what was reviewed"


def _digest(final: Final, ending: Ending, held: objects.Blobs, start: str, out: list[str]) -> str:
    root = final.places.project
    if ending.files or not start:
        return objects.digest(root, held, ending.scope, out)
    paths = [path for path in objects.differing(final.blobs(start), held) if path not in set(out)]
    words = "\0".join([*paths, objects.digest(root, {path: held[path] for path in paths if path in held}, [".*"])])
    return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()


def findings(final: Final) -> Check:
    found = none_critical(final.state, list(final.state["tasks"]))
    found.mend = "a person settles it: mend it and commit, then /task-planner waive findings --why …" if found.failed else ""
    return found


def persons(final: Final) -> Check:
    """What counts as a person's came from one: typed in a session, or by the command line."""
    for event in final.replay.events:
        if event.get("by") == "person" and event.get("came") in ("command line", "hook by hand"):
            final.leave_out("not typed", f"{text_or(event, 'kind')} {_what(event)}".rstrip() + f": {text_or(event, 'came')}")
    wrong = [f"{text_or(event, 'kind')} {_what(event)}".rstrip() + f" (seq {number_or(event, 'seq')})" for event in final.replay.unknown]
    if wrong:
        mend = "a person who stands by these types /task-planner waive persons --why …"
        return Check("persons", "fail", "a person's verbs came by code that called the engine, from nobody who was let in", wrong[:SHOWN], mend, persons=True)
    return Check("persons", "ok", "what a person decided was typed, or given on a command line")


def _what(event: Event) -> str:
    paths = ", ".join(texts(event, "paths")[:SHOWN]) if isinstance(event.get("paths"), list) else ""
    return text_or(event, "task") or text_or(event, "check") or text_or(event, "what") or paths


def _how(event: Event) -> str:
    came = text_or(event, "came", "typed")
    return "" if came == "typed" else f" ({came})"
