"""Many hooks at once on one open plan, as a client with several agents starts them: nothing is lost, every answer holds."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.crash.armed import Armed, payload
from tests.unit.journal.walks import OWNER, opened

from planweir.journal import markers

AGENTS = {"T1": "a6e51e127ff714997", "T2": "a0457a097812c03ef"}
MANY = 200
LONGEST = (
    120.0  # seconds until the last of them has answered, on a machine that is busy with other things too
)
CHECK = "python -m pytest -q"  # the plan's own Verify command


@pytest.fixture
def world(tmp_path: Path) -> Armed:
    world = Armed(tmp_path)
    world.arm()
    for task, agent in AGENTS.items():
        world.bind(task, agent)
    return world


def from_agent(world: Armed, agent: str, event: str, **fields: object) -> bytes:
    own: dict[str, object] = {
        "session_id": OWNER,
        "agent_id": agent,
        "agent_type": "planweir:implementer",
        "cwd": str(world.project),
        "transcript_path": str(world.root / "none.jsonl"),
    }
    return json.dumps({**payload(event, **fields), **own}).encode()


def at_once(world: Armed, calls: list[tuple[str, bytes]]) -> list[tuple[int, bytes, bytes]]:
    """Start all, then feed all, then read all."""
    processes = [world.start(script) for script, _data in calls]
    for process, (_script, data) in zip(processes, calls, strict=True):
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.flush()
        process.stdin.close()
        process.stdin = None
    found = []
    end = time.monotonic() + LONGEST
    for process in processes:
        out, err = process.communicate(timeout=max(1.0, end - time.monotonic()))
        found.append((process.returncode, out, err))
    return found


def test_fifty_guards_at_once_all_decide_and_decide_right(world: Armed) -> None:
    calls: list[tuple[str, bytes]] = []
    wanted: list[str] = []
    for number in range(50):
        task, agent = list(AGENTS.items())[number % 2]
        inside = f"src/{task.lower()}.py"
        command = f"cat {inside}" if number % 5 else f"echo {number} > {world.places.guard}"
        given = {"command": command, "description": "x"}
        calls.append(
            (
                "guard_state_file",
                from_agent(
                    world,
                    agent,
                    "PreToolUse",
                    tool_name="Bash",
                    tool_input=given,
                    tool_use_id=f"toolu_{number}",
                ),
            )
        )
        wanted.append("allow" if number % 5 else "deny")
    for (status, out, err), want in zip(at_once(world, calls), wanted, strict=True):
        assert (status, err) == (0, b"")
        assert json.loads(out)["hookSpecificOutput"]["permissionDecision"] == want


def test_fifty_recorded_runs_at_once_are_all_there(world: Armed) -> None:
    calls = []
    for number in range(50):
        agent = list(AGENTS.values())[number % 2]
        response = {
            "stdout": f"{number + 1} passed in 0.10s\n",
            "stderr": "",
            "interrupted": False,
            "isImage": False,
        }
        data = from_agent(
            world,
            agent,
            "PostToolUse",
            tool_name="Bash",
            tool_input={"command": CHECK, "description": "x"},
            tool_response=response,
            tool_use_id=f"toolu_{number}",
        )
        calls.append(("record_run", data))
    assert at_once(world, calls) == [(0, b"", b"")] * 50
    rows = []
    for agent in AGENTS.values():
        lines = Path(world.places.runs(agent)).read_text().splitlines()
        rows += [json.loads(line) for line in lines]
        assert len(lines) == 25
    assert sorted(row["tool_use_id"] for row in rows) == sorted(f"toolu_{number}" for number in range(50))
    assert sorted(row["summary"]["passed"] for row in rows) == list(range(1, 51))
    assert all(row["verify"] is True and row["exit"] == 0 and row["digest"] for row in rows)
    assert not os.path.exists(world.places.faults)


def test_fifty_hooks_of_all_kinds_at_once_keep_the_journal_whole(world: Armed) -> None:
    """Two agents end at the same time, many times over, while their calls are guarded and their runs recorded."""
    calls: list[tuple[str, bytes]] = []
    for number in range(50):
        agent = list(AGENTS.values())[number % 2]
        if number % 3 == 0:
            stop = {
                "last_assistant_message": "BLOCKED\nBlocker: the database is away",
                "background_tasks": [],
            }
            calls.append(("update_task_status", from_agent(world, agent, "SubagentStop", **stop)))
        elif number % 3 == 1:
            given: dict[str, object] = {"command": "git status"}
            data = from_agent(world, agent, "PreToolUse", tool_name="Bash", tool_input=given)
            calls.append(("guard_state_file", data))
        else:
            response = {"stdout": "1 passed in 0.10s\n", "stderr": "", "interrupted": False}
            data = from_agent(
                world,
                agent,
                "PostToolUse",
                tool_name="Bash",
                tool_input={"command": CHECK},
                tool_response=response,
                tool_use_id=f"toolu_{number}",
            )
            calls.append(("record_run", data))
    for (script, _data), (status, out, err) in zip(calls, at_once(world, calls), strict=True):
        assert (status, err) == (0, b""), script
        if script == "guard_state_file":
            assert json.loads(out)["hookSpecificOutput"]["permissionDecision"] in ("allow", "deny")
        else:
            assert out == b""
    state = world.journal.state()
    events, _end = world.journal.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    stuck = [event for event in events if event["kind"] == "stuck"]
    assert sorted(str(event["task"]) for event in stuck) == ["T1", "T2"]  # each end is judged once
    assert {name: row["status"] for name, row in state["tasks"].items()} == {
        "T1": "blocked",
        "T2": "blocked",
        "T3": "pending",
    }
    assert json.loads(Path(world.places.guard).read_text())["agents"] == {}


def main_thread(world: Armed, event: str, **fields: object) -> bytes:
    own = {"session_id": OWNER, "cwd": str(world.project), "transcript_path": str(world.root / "main.jsonl")}
    return json.dumps({**payload(event, **fields), **own}).encode()


def test_two_hundred_hooks_of_every_kind_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four agents run, and two of them end over and over; two more are asked for over and over; everything is guarded,
    recorded and noted meanwhile. What takes the journal's lock and what takes none goes on at the same time."""
    world = Armed(tmp_path)
    names = [f"T{number}" for number in range(1, 9)]
    state = world.journal.record(opened([names], file=str(world.project / "plan.md")))
    markers.arm(world.places, state["plan"]["id"])
    markers.record_second(world.places, str(world.data))
    agents = {name: f"a{number:016x}" for number, name in enumerate(names[:4], 1)}
    for task, agent in agents.items():
        world.bind(task, agent)
    calls: list[tuple[str, bytes]] = []
    for number in range(MANY):
        turn, kind = divmod(number, 10)
        agent = list(agents.values())[number % 4]
        use = f"toolu_{number}"
        if kind < 4:
            done = {"stdout": f"{number + 1} passed in 0.10s\n", "stderr": "", "interrupted": False}
            run = {"tool_name": "Bash", "tool_input": {"command": CHECK}, "tool_response": done}
            calls.append(("record_run", from_agent(world, agent, "PostToolUse", tool_use_id=use, **run)))
        elif kind < 6:
            ask = {"tool_name": "Bash", "tool_input": {"command": "git status"}, "tool_use_id": use}
            calls.append(("guard_state_file", from_agent(world, agent, "PreToolUse", **ask)))
        elif kind == 6:
            calls.append(("update_task_status", from_agent(world, agent, "SubagentStart")))
        elif kind == 7:
            end = {"last_assistant_message": "BLOCKED\nBlocker: it is away", "background_tasks": []}
            ends = agents[names[turn % 2]]
            calls.append(("update_task_status", from_agent(world, ends, "SubagentStop", **end)))
        elif kind == 8:
            call = {
                "subagent_type": "planweir:implementer",
                "description": "x",
                "prompt": f"**Task ID:** {names[4 + turn % 2]}",
            }
            ask = {"tool_name": "Agent", "tool_input": call, "tool_use_id": use}
            calls.append(("validate_task_execution", main_thread(world, "PreToolUse", **ask)))
        else:
            calls.append(("track_agents", main_thread(world, "UserPromptSubmit", prompt="how is it going?")))
    assert len(calls) == MANY
    decisions: Counter[tuple[str, str]] = Counter()
    for (script, _data), (status, out, err) in zip(calls, at_once(world, calls), strict=True):
        assert (status, err) == (0, b""), script
        if out:
            decisions[script, json.loads(out)["hookSpecificOutput"]["permissionDecision"]] += 1
    assert not os.path.exists(world.places.faults)
    # Without the lock: every run is there, whole, in its agent's own file. An agent that has ended has no more runs.
    seen = []
    for task, agent in agents.items():
        path = Path(world.places.runs(agent))
        rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        assert len(rows) == len({row["tool_use_id"] for row in rows})
        seen += [row["tool_use_id"] for row in rows if task in names[2:4]]
    running = [f"toolu_{number}" for number in range(MANY) if number % 10 < 4 and number % 4 >= 2]
    assert sorted(seen) == sorted(running)
    # With the lock: whole and in order, each end judged once, each task started once.
    events, end_at = world.journal.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert end_at == os.stat(world.places.journal).st_size
    kinds = Counter((str(event["kind"]), str(event.get("task", ""))) for event in events)
    assert {row: count for row, count in kinds.items() if row[0] in ("stuck", "spawn_allowed")} == {
        ("stuck", "T1"): 1,
        ("stuck", "T2"): 1,
        ("spawn_allowed", "T5"): 1,
        ("spawn_allowed", "T6"): 1,
    }
    assert decisions["validate_task_execution", "allow"] == 2
    assert decisions["validate_task_execution", "deny"] == MANY // 10 - 2
    assert decisions["guard_state_file", "allow"] + decisions["guard_state_file", "deny"] == MANY // 5
    guard = json.loads(Path(world.places.guard).read_text())
    assert sorted(row["task"] for row in guard["agents"].values()) == names[2:4]
    assert sorted(row["task"] for row in guard["spawns"].values()) == names[4:6]
    assert guard["bytes"] == end_at
    assert list(Path(world.places.base).rglob("*.new")) == []
