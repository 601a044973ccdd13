"""Everything that is rendered from the state: the guard's small file, the frozen graph, the copy in the project.

Editing or deleting any of them changes nothing: they are written again from the journal.
"""

from __future__ import annotations

import json
import os
import time
from binascii import crc32

from planweir.journal.ready import GATE_MAY_TAKE, asked_for, current_wave, graph_task, wanted
from planweir.journal.witness import GUARD_VERSION
from planweir.places import config_dir, in_bytes, write_whole
from planweir.plan.scope import claims, scope, scope_beside
from planweir.values import number_or, rows, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import GraphTask, State, TaskState
    from planweir.places import Places

MOST_INDENTED = 200  # tasks


def render(places: Places, state: State, crc: int, checkpoint: int) -> None:
    """Write every rendered file of an open plan. One that cannot be written in the project is no failure.

    The guard's file comes last: it says of which journal it is, with the checksums of that journal (`crc`), of `state.json`
    (`checkpoint`) and of what is written here; where it is up to date the others are.
    """
    graph = plan_text(state)
    write_whole(places.plan, graph)
    shown = -1  # no copy
    if state["plan"]["status"] in ("open", "paused", "blocked") and render_copy(places, state):
        shown = crc32(in_bytes(copy_text(state)))
    try:
        mtime = os.lstat(places.journal).st_mtime_ns
    except OSError:
        mtime = -1  # no plan was ever open
    # The file's own time is told in it, in whole seconds, which no ordinary write leaves: who writes to it shows.
    written = int(time.time())
    kept = {"written": written, "mtime": mtime, "crc": crc, "state": checkpoint, "plan": crc32(in_bytes(graph)), "copy": shown}
    words = json.dumps({**guard(places, state), "kept": kept}, separators=(",", ":"))
    write_whole(places.guard, words, when=written)


def plan_text(state: State) -> str:
    """The frozen graph as `plan.json` holds it."""
    return _readable({"waves": state["waves"], **state["graph"]}, 1)


def _readable(value: dict[str, object], indent: int) -> str:
    """`value` as JSON for people. Half a surrogate pair, which no file can hold, stays the escape that JSON has for it.

    Indenting is ten times as dear (it is not done in C) and is paid at every event: a plan too long to be read is not indented.
    """
    tasks = value.get("tasks")
    wide = indent if not isinstance(tasks, list) or len(tasks) <= MOST_INDENTED else None
    words = json.dumps(value, indent=wide, ensure_ascii=False)
    return words.encode("utf-8", "backslashreplace").decode()


def render_copy(places: Places, state: State) -> bool:
    """Write the copy in the project, read-only. A project that cannot take it goes without: False."""
    try:
        write_whole(places.rendered_copy, copy_text(state), 0o444)
    except OSError:
        return False
    return True


def copy_text(state: State) -> str:
    return _readable(copy(state), 2) + "\n"


def task_scope(state: State, name: str) -> list[str]:
    """What task `name` may change: its Files and Also, and what a person allowed it since."""
    task = graph_task(state, name)
    return scope(task["files"], [*task["also"], *state["allowed"].get(name, [])])


MOST_BESIDE = 100  # tasks of one wave that are asked what they name


def task_claims(state: State, name: str) -> list[str]:
    """What task `name` names as its own; its scope holds lock files and snapshots besides, as everybody's does."""
    task = graph_task(state, name)
    return claims(task["files"], [*task["also"], *state["allowed"].get(name, [])])


def own_scope(state: State, name: str) -> list[str]:
    """What task `name` is judged by: its scope without lock files and snapshots that are a neighbour's in its wave."""
    task = graph_task(state, name)
    wave = next((names for names in state["waves"] if name in names), [])
    beside = wave if len(wave) <= MOST_BESIDE else []
    others = [regex for other in beside if other != name for regex in task_claims(state, other)]
    return scope_beside(task["files"], [*task["also"], *state["allowed"].get(name, [])], others)


def guarded(places: Places, state: State) -> list[str]:
    """Absolute paths that nobody's tool call may change while the plan is open."""
    config = config_dir()
    plugin = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    paths = [
        places.home,
        places.rendered_copy,
        state["plan"]["file"],
        f"{places.project}/.claude/settings.json",
        f"{places.project}/.claude/settings.local.json",
        f"{config}/settings.json",
        f"{config}/settings.local.json",
        f"{config}/projects",
        f"{config}/plugins",
        f"{config}/session-env",  # what the client runs before each later command of the session
        f"{config}/shell-snapshots",
    ]
    if not (places.project + "/").startswith(plugin + "/"):
        paths.append(plugin)  # a project that is this very plugin stays workable
    data = os.environ.get("CLAUDE_PLUGIN_DATA")
    if data:
        paths.append(data)
    found: list[str] = []
    for path in paths:
        for spelling in (os.path.abspath(path), os.path.realpath(path)):
            if path and spelling not in found:
                found.append(spelling)
    found += [path for path in git_runs(places.project) if path not in found]  # the guard follows their links
    return found


RUN_BY_GIT = ("hooks", "config", "config.worktree", "info/attributes")


def git_runs(project: str) -> list[str]:
    """What git runs in this project, or reads what it is to run from. The usual `.git` of the project itself the guard knows."""
    home = os.path.expanduser("~")
    settings = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    found = [f"{home}/.gitconfig", f"{settings}/git/config", f"{settings}/git/attributes"]
    given = os.environ.get("GIT_CONFIG_GLOBAL")
    if given and given.startswith("/") and not given.startswith("/dev/"):
        found.append(given)
    folders = git_folders(project)
    if folders != [f"{project}/.git"]:
        found.append(f"{project}/.git")
        found += [f"{place}/{name}" for place in folders for name in RUN_BY_GIT]
    return found


def git_folders(project: str) -> list[str]:
    """Where git keeps what it reads of this project: of a worktree or a submodule its settings and hooks lie elsewhere."""
    folder = _pointed(f"{project}/.git", "gitdir:")
    if not folder:
        return [f"{project}/.git"]
    return list(dict.fromkeys((folder, _pointed(f"{folder}/commondir", "") or folder)))


def _pointed(path: str, mark: str) -> str:
    """The folder that a small file of git's points to; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            words = file.read(4_096).strip()
    except OSError:
        return ""
    if not words.startswith(mark):
        return ""
    return os.path.normpath(os.path.join(os.path.dirname(path), words[len(mark) :].strip()))


def guard(places: Places, state: State) -> dict[str, object]:
    """What the hooks before a tool call need, and no more: its size does not grow with the plan."""
    alive = {agent: row for agent, row in state["agents"].items() if row["alive"]}
    # An agent is bound by its first tool call; from the spawn on, its files are in work for everybody else.
    at_work = [*alive.values(), *state["spawns"].values()]
    implementing = sorted({row["task"] for row in at_work if row["role"] == "implementer"})
    began = {row["task"]: seconds(row["at"]) for row in at_work if row["role"] == "implementer"}
    active = sorted({row["task"] for row in alive.values()})
    graph = state["graph"]
    commands = [*graph["setup"], *graph["verify"], *graph["verify_at_end"]]
    for name in active:
        commands += graph_task(state, name)["verify"]
        served = {*graph_task(state, name)["serves"]}
        commands += [row["check"] for row in wanted(state) if row["check"] and served & {row["id"], row["id"].rpartition(".")[0]}]
    return {
        "v": GUARD_VERSION,
        "seq": state["seq"],
        "bytes": state["bytes"],
        "project": places.project,
        "status": state["plan"]["status"],
        "owner": state["owner"]["session"],
        "grants": graph["grants"] != "none",
        "single": state["plan"]["mode"] == "single",
        "guarded": guarded(places, state),
        "commands": list(dict.fromkeys(commands)),
        "agents": {
            agent: {"task": row["task"], "role": row["role"], "attempt": row["attempt"]}
            for agent, row in alive.items()
        },
        "running": {
            name: {
                "files": graph_task(state, name)["files"],
                "also": [*graph_task(state, name)["also"], *state["allowed"].get(name, [])],
                "scope": task_scope(state, name),
                "since": began.get(name, 0),
                "asked": asked_for(state, name),
            }
            for name in implementing
        },
        # The call of the script that runs; its agents are bound by their first message.
        "workflow": state["workflow"]["tool_use_id"] if state["workflow"]["alive"] else "",
        "spawns": {
            use: {
                "task": row["task"],
                "role": row["role"],
                "attempt": row["attempt"],
                "brief_sha": row["brief_sha"],
            }
            for use, row in state["spawns"].items()
        },
    }


def seconds(at: str) -> int:
    """A journal's time as seconds since 1970; 0 where it is none. `strptime` would import half a calendar."""
    try:
        year, month, day, hour, minute, second = (
            int(at[start:end]) for start, end in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
        )
        return int(time.mktime((year, month, day, hour, minute, second, 0, 0, 0))) - time.timezone
    except (ValueError, OverflowError):
        return 0


def copy(state: State) -> dict[str, object]:
    """The state under the field names that people's scripts know (active_task_graph.json)."""
    executing = [row["task"] for row in state["agents"].values() if row["alive"]]
    return {
        "note": "Rendered by Planweir from its journal. Editing or deleting this file changes nothing.",
        "plan_title": state["graph"]["title"],
        "plan_file": state["plan"]["file"],
        "plan_status": state["plan"]["status"],
        "github_issue": None,
        "github_repo": None,
        "created_at": state["plan"]["opened_at"],
        "updated_at": state["plan"]["updated_at"],
        "current_wave": min(current_wave(state), len(state["waves"])),
        "total_waves": len(state["waves"]),
        "executing_tasks": sorted(set(executing)),
        "tasks": [_copy_task(state, task) for task in state["graph"]["tasks"]],
        "wave_gates": {str(wave): _copy_gate(state, wave) for wave in range(1, len(state["waves"]) + 1)},
    }


def _copy_task(state: State, text: GraphTask) -> dict[str, object]:
    task = state["tasks"][text["id"]]
    findings = _findings(task)
    verdicts = [row["verdict"] for row in task["reviews"].values()]
    passed = number_or(task["evidence"], "passed", -1)
    return {
        "id": text["id"],
        "description": text["title"],
        "agent": text["agent"],
        "wave": task["wave"],
        "depends_on": text["depends_on"],
        "status": task["status"],
        "start_sha": task["start_sha"] or None,
        "tests_passed": None if not task["evidence"] else task["evidence"].get("ok") is True,
        "test_evidence": task["evidence"].get("detail"),
        "tests_passed_count": passed if passed >= 0 else None,
        "new_tests_required": text["new_tests"],
        "new_tests_written": bool(rows(task["evidence"], "new_tests")),
        "new_test_evidence": texts(task["evidence"], "new_tests"),
        "files_modified": task["files_changed"],
        "review_status": "passed"
        if verdicts.count("pass") == 2
        else "blocked"
        if "fail" in verdicts
        else "pending",
        "critical_findings": [row for row in findings if row.get("severity") == "critical"],
        "advisory_findings": [row for row in findings if row.get("severity") != "critical"],
        "attempts": task["attempts"],
        "failed_reviews": task["failed_reviews"],
        "why": task["why"],
        "commit": task["commit"] or None,
    }


def _findings(task: TaskState) -> list[dict[str, object]]:
    """What reviews of the task found and no later one took back, of those that passed as well."""
    found = list(task["findings"])
    for review in task["reviews"].values():
        found += [row for row in rows(review["review"], "findings") if isinstance(row, dict) and row not in found]
    return found


def _copy_gate(state: State, wave: int) -> dict[str, object]:
    gate = state["gates"].get(str(wave))
    statuses = [state["tasks"][name]["status"] for name in state["waves"][wave - 1]]
    return {
        "impl_complete": all(
            status in ("implemented", *GATE_MAY_TAKE) for status in statuses
        ),
        "tests_passed": None if gate is None else not any(_failing_test(row) for row in gate["checks"]),
        "reviews_complete": all(status in GATE_MAY_TAKE for status in statuses),
        "blocked": "blocked" in statuses or (gate is not None and not gate["passed"]),
    }


def _failing_test(check: dict[str, object]) -> bool:
    """Is this a check of a gate that ran one of the plan's commands, or looked for tests, and failed?"""
    return check.get("result") == "fail" and ("command" in check or check.get("name") == "new-tests")
