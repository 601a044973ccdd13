"""Starting a plan: look at the place, take the baseline, write the first event, arm. In that order: nothing is armed before
the baseline is whole."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from dataclasses import asdict

from planweir import __version__, jobs, runtime
from planweir.attempt import client_settings, engine, keeping, turns
from planweir.attempt.client_settings import EXCLUDED
from planweir.attempt.excluded import exclude
from planweir.brief.steps import next_step
from planweir.evidence import tree
from planweir.gate import programs, ratchet
from planweir.gate.baseline import dirty_files, failures
from planweir.gate.commands import Ran, ran_from_json, run
from planweir.host import note
from planweir.journal import markers
from planweir.journal.store import Damaged, Journal
from planweir.notice.look import begin
from planweir.places import write_whole
from planweir.plan.model import task_hash
from planweir.plan.waves import waves
from planweir.values import Malformed, rows, sub, texts
from planweir.verbs import branch
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.ending import take_in_abort
from planweir.verbs.lifecycle import ALONE
from planweir.verbs.offer import describe, file_hash, load, offered, outline, where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planweir.journal.types import Event
    from planweir.places import Places
    from planweir.plan.model import Plan
    from planweir.verbs.offer import Offered

JOB = "baseline"
WAIT = 540.0  # seconds; the host gives a typed command's hook 600
NOT_THERE = (126, 127)  # exit statuses of a shell that found no such program, or none that it may run
FEATURE = "--branch"  # a branch named after the plan


def start_offered(
    places: Places, session: str, prompt_id: str, new_branch: str = "", single: bool = False, flag: str = ""
) -> Answer:
    """`/implement-plan go`: start the plan that was shown, if it still is that plan."""
    last = offered(places)
    if last is None:
        return no("no plan was shown yet. Type /implement-plan PLAN first.")
    again = f"Type /implement-plan {shlex.quote(last.given)} to see it again."
    if not os.path.exists(last.file) or file_hash(last.file) != last.hash:
        return no(f"{last.given} has changed since it was shown. {again}")
    alone = single or last.single
    return start(places, last.given, session, prompt_id, new_branch, shown=last, single=alone, flag=flag or last.engine)


def start(
    places: Places,
    path: str,
    session: str,
    prompt_id: str = "",
    new_branch: str = "",
    shown: Offered | None = None,
    single: bool = False,
    flag: str = "",
) -> Answer:
    """Start the plan at `path` for `session`. Long checks run on detached; typing the command again joins them.

    `new_branch`: make this branch first, `FEATURE` for one named after the plan. `shown`: what the person saw already.
    `single`: the main thread does the tasks itself. `flag`: the engine that the person typed.
    """
    given, path = path, os.path.join(places.project, os.path.expanduser(path))
    take_in_abort(places)
    journal = Journal(places)
    try:
        state = journal.state()
    except Damaged as error:
        return no(f"nothing was started: {error}. /task-planner --abort puts what is there into the archive.")
    if state["plan"]["status"] in ("open", "paused", "blocked"):
        if not markers.armed(places):
            markers.arm(places, state["plan"]["id"])  # a start that was cut off between its last two steps
            return yes("the plan was open already, and is armed again. Type /implement-plan to go on.")
        title = state["graph"]["title"]
        return no(
            f"a plan is open here: {title}. Type /implement-plan to go on with it, or /task-planner --abort to end it."
        )
    loaded = load(path, places.project)
    plan = loaded.plan
    if plan is None:
        return no("\n".join(["nothing was started.", *(where(problem, given) for problem in loaded.problems)]))
    if shown is not None and shown.agents != {task.id: task.agent for task in plan.tasks}:
        return no(
            f"the agents of {given} have changed since it was shown. Type /implement-plan {shlex.quote(given)} to see it again."
        )
    hindrance = unfit(places)
    if hindrance:
        return no(f"nothing was started: {hindrance}")
    if new_branch:
        name = branch.feature(plan.title) if new_branch == FEATURE else new_branch
        why = branch.create(places.project, name)
        if why:
            return no(f"nothing was started: {why}")
    digest = file_hash(path)
    found = baseline(places, plan, digest)
    if found is None:
        return no(
            "the checks before the start still run; nothing is armed yet. Type the same command again to wait for them. So far:\n"
            + jobs.output(places, JOB)[-1500:]
        )
    runs, dirty, made = found
    failing, unnamed = failures(runs)
    here = branch.current(places.project)
    opened: Event = {
        "kind": "opened",
        "plan_id": plan_id(plan.title),
        "file": path,
        "hash": digest,
        "graph": plan.to_json(),
        "task_hashes": {task.id: task_hash(task) for task in plan.tasks},
        "agents_by_word": [asdict(choice) for choice in loaded.choices],
        "waves": waves(plan),
        "baseline": {
            "dirty": dirty,
            "failing": failing,
            "unnamed": unnamed,
            "made": made,
            "floors": dict(ratchet.floors(runs)),
            "programs": programs.marks(places.project, every_command(plan)),
        },
        "session": session,
        "head": tree.head(places.project),
        "branch": here,
        "version": __version__,
    }
    plugin_data = os.environ.get("CLAUDE_PLUGIN_DATA", "")
    exclude(places.project)
    opened["keepsake"] = keeping.begin(places)  # after the last of our own writes to what it keeps
    alone: Event = {"kind": "mode_set", "mode": "single", "by": "person"}
    how = engine.choose(client_settings.here(places.project), plan.engine, flag=flag, session=session, single=single)
    state = journal.record(opened, engine.event(how, flag, "person"), *([alone] if single else []))
    markers.arm(places, state["plan"]["id"])
    markers.record_second(places, plugin_data)
    seen = begin(places)
    if seen.failed:
        note(places, f"the look at the tree: {seen.failed}")
    if session:
        turns.go_on(places, session, prompt_id)
    _forget_offer(places)
    lines = [
        "started.",
        *([ALONE] if single else []),
        *(describe(loaded, given) if shown is None else outline(loaded)),
        *engine.lines(how, plan.max_parallel),
        *told(runs, dirty, failing, unnamed, plan.setup),
        *_branch(places, here, bool(new_branch)),
        *weak_sandbox(places),
        next_step(state, places)["say"],
    ]
    return Answer(True, "\n".join(lines), {"plan": state["plan"]["id"]}, go_on=True)


def every_command(plan: Plan) -> list[str]:
    return [*plan.verify, *plan.verify_at_end, *(command for task in plan.tasks for command in task.verify)]


def told(
    runs: list[Ran], dirty: dict[str, str], failing: list[str], unnamed: list[str], setup: Sequence[str] = ()
) -> list[str]:
    """The baseline in words: what is dirty, what fails already."""
    shown = [f"Before the plan: `{ran.command}`: {ran.said}" for ran in runs]
    absent = [ran for ran in runs if ran.exit in NOT_THERE]
    if absent:
        which = ", ".join(f"`{ran.command}` (exit {ran.exit})" for ran in absent)
        first = f"Run the plan's Setup first ({', '.join(f'`{command}`' for command in setup)})" if setup else "Install it first"
        shown.insert(0, f"WARNING: a program of Verify is not here: {which}. No gate can pass so. {first}; nothing has to be started again.")
    if dirty:
        shown.append("Yours, not the plan's (changed before it): " + ", ".join(sorted(dirty)[:20]))
    if failing:
        shown.append("Fails already and is forgiven outside the tasks' files: " + ", ".join(failing[:20]))
    if unnamed:
        shown.append(
            "Fails already without naming tests; the last gate wants it to pass: " + ", ".join(unnamed)
        )
        if setup and not absent:
            shown.append("Was the plan's Setup run here? " + ", ".join(f"`{command}`" for command in setup))
    return shown


def plan_id(title: str) -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{os.getpid() % 10000:04d}-{branch.slug(title)}"


def unfit(places: Places) -> str:
    """Why no plan can run in this project, with the mend; empty if one can."""
    try:
        shown = subprocess.run(
            ["git", "rev-parse", "--show-toplevel", "--verify", "HEAD"],
            cwd=places.project,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return "git is not on PATH."
    lines = shown.stdout.splitlines()
    if not lines:
        return "this is no git repository. `git init` and a first commit make it one."
    if shown.returncode != 0 or len(lines) < 2:
        return "the repository has no commit yet. Make a first one: tasks are compared with it."
    if os.path.realpath(lines[0]) != os.path.realpath(places.project):
        return f"the session's folder is inside the repository {lines[0]}. Start the session there."
    return sandboxed(places)


def sandboxed(places: Places) -> str:
    """With the Bash sandbox on, our home is read-only unless `task-planner *` is excluded (Claude Code 2.1.329)."""
    box = client_settings.sandbox(client_settings.here(places.project))
    if box.on and not box.free:
        return f'the Bash sandbox is on ({box.where}) and keeps task-planner from its files. Add "excludedCommands": ["{EXCLUDED}"] to "sandbox" in {box.mine}.'
    return ""


def weak_sandbox(places: Places) -> list[str]:
    """A sandbox that is on and can be left, in words for the person who starts."""
    box = client_settings.sandbox(client_settings.here(places.project))
    return [f"Warning: {what}. To make it the strong mode, {mend}." for what, mend in client_settings.weak(box)]


def baseline(places: Places, plan: Plan, digest: str) -> tuple[list[Ran], dict[str, str], list[str]] | None:
    """What the plan's Verify commands say now, what is dirty, and what the commands changed. None while they still run."""
    if not plan.verify:
        return [], dirty_files(places.project), []
    spec: dict[str, object] = {
        "hash": digest,
        "head": tree.head(places.project),
        "commands": list(plan.verify),
    }
    if not jobs.running(places, JOB):
        found = _found(places, spec)
        if found is None:
            write_whole(f"{places.jobs}/{JOB}/spec.json", json.dumps(spec))
            jobs.start(places, JOB, runtime.command(places.home, "_baseline", places.project))
    if jobs.join(places, JOB, jobs.wait_limit(WAIT)) is None:
        return None
    found = _found(places, spec)
    if found is None:
        take_baseline(places, lambda _line: None)
        found = _found(places, spec)
    _remove(f"{places.jobs}/{JOB}/found.json")
    return found


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _found(places: Places, spec: dict[str, object]) -> tuple[list[Ran], dict[str, str], list[str]] | None:
    try:
        with open(f"{places.jobs}/{JOB}/found.json", encoding="utf-8") as file:
            value = json.load(file)
        if value["spec"] != spec:
            return None
        runs = [ran_from_json(row) for row in rows(value, "runs")]
        dirty = {str(path): str(mark) for path, mark in sub(value, "dirty").items()}
        made = texts(value, "made")
    except (OSError, ValueError, KeyError, TypeError, Malformed):
        return None
    return runs, dirty, made


def take_baseline(places: Places, tell: Callable[[str], None]) -> None:
    """The job's work: note what is dirty, run the commands, keep both."""
    with open(f"{places.jobs}/{JOB}/spec.json", encoding="utf-8") as file:
        spec = json.load(file)
    dirty = dirty_files(places.project)
    runs: list[Ran] = []
    for command in texts(spec, "commands"):
        tell(f"running: {command}")
        runs.append(run(places.project, command))
        tell(runs[-1].said)
    made = sorted(path for path, mark in dirty_files(places.project).items() if dirty.get(path) != mark)
    value = {"spec": spec, "runs": [ran.to_json() for ran in runs], "dirty": dirty, "made": made}
    write_whole(f"{places.jobs}/{JOB}/found.json", json.dumps(value))


def _branch(places: Places, name: str, made: bool) -> list[str]:
    if made:
        return [f"Branch: {name}. Its commits go there."]
    if branch.is_default(places.project, name):
        return [
            f"Warning: commits go to the branch {name}. To use another, `git switch -c feature/…` now; the plan does not mind."
        ]
    return []


def _forget_offer(places: Places) -> None:
    _remove(places.offered)
