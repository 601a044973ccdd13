"""50 hooks at once on one open plan, as a client with several agents starts them: nothing is lost, every answer holds."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.crash.armed import Armed, payload
from tests.unit.journal.walks import OWNER

AGENTS = {"T1": "a6e51e127ff714997", "T2": "a0457a097812c03ef"}
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
    for process in processes:
        out, err = process.communicate()
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
