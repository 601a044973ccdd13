"""An agent is bound by what the host says of its call, or by the very brief; never by anyone's own words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.crash.armed import Armed
from tests.unit.journal.walks import OWNER

from planweir.attempt.binding import bind, client_process, process_start, sha, spawn_of, transcript_of
from planweir.attempt.losses import clients_gone
from planweir.journal.types import State

BRIEF = "**Task ID:** T1 | role: implementer | attempt: 1\n\nDo it. häh?"
USE = "toolu_main_001"


@pytest.fixture
def world(tmp_path: Path) -> Armed:
    world = Armed(tmp_path)
    world.arm()
    return world


def allow(world: Armed, task: str = "T1", use: str = USE, brief: str = BRIEF) -> State:
    return world.journal.record(
        {
            "kind": "spawn_allowed",
            "task": task,
            "role": "implementer",
            "tool_use_id": use,
            "attempt": 1,
            "session": OWNER,
            "brief_sha": sha(brief),
            "start_tree": "2" * 40,
            "start_sha": "1" * 40,
        }
    )


def event(world: Armed, agent: str = "a1") -> dict[str, object]:
    return {"session_id": OWNER, "agent_id": agent, "transcript_path": str(world.root / "main.jsonl")}


def transcript(world: Armed, agent: str = "a1", first: object = None, meta: object = None) -> None:
    folder = world.root / "main" / "subagents"
    folder.mkdir(parents=True, exist_ok=True)
    if first is not None:
        row = first if isinstance(first, bytes) else json.dumps({"message": {"content": first}}).encode()
        (folder / f"agent-{agent}.jsonl").write_bytes(row + b"\n" + b'{"message": {"content": "later"}}\n')
    if meta is not None:
        (folder / f"agent-{agent}.meta.json").write_text(meta if isinstance(meta, str) else json.dumps(meta))


def test_the_hosts_word_for_the_call_binds(world: Armed) -> None:
    allow(world)
    row = bind(event(world), world.places, "a1", USE)
    assert row is not None
    assert (row["task"], row["role"], row["attempt"], row["alive"]) == ("T1", "implementer", 1, True)
    state = world.journal.state()
    assert state["tasks"]["T1"]["status"] == "in_progress"
    assert state["tasks"]["T1"]["start_tree"] == "2" * 40
    assert state["spawns"] == {}


def test_the_file_beside_the_transcript_binds(world: Armed) -> None:
    allow(world)
    transcript(world, meta={"toolUseId": USE, "agentType": "planweir:implementer"})
    assert bind(event(world), world.places, "a1") is not None


@pytest.mark.parametrize("shape", [lambda words: words, lambda words: [{"type": "text", "text": words}]])
def test_a_first_message_that_is_the_brief_to_the_byte_binds(
    world: Armed, shape: Callable[[str], object]
) -> None:
    allow(world)
    transcript(world, first=shape(BRIEF))
    assert bind(event(world), world.places, "a1") is not None


@pytest.mark.parametrize(
    "first",
    [
        "**Task ID:** T1",
        BRIEF + " ",
        BRIEF[:-1],
        "Please note: " + BRIEF,
        [{"type": "text", "text": BRIEF}, {"type": "text", "text": "and more"}],
        [],
        5,
        None,
        b"not JSON",
        b"[]",
        b'{"message": null}',
        b"",
        b"\xff\xfe",
    ],
)
def test_words_that_are_not_the_brief_bind_nothing(world: Armed, first: object) -> None:
    allow(world)
    transcript(world, first=first)
    assert bind(event(world), world.places, "a1") is None
    assert world.journal.state()["tasks"]["T1"]["status"] == "pending"


@pytest.mark.parametrize("meta", ["", "[]", "5", {"toolUseId": 5}, {"toolUseId": "toolu_other"}, {}])
def test_a_call_that_was_never_allowed_binds_nothing(world: Armed, meta: object) -> None:
    allow(world)
    transcript(world, meta=meta)
    assert bind(event(world), world.places, "a1") is None
    assert bind(event(world), world.places, "a1", "toolu_other") is None


def test_a_spawn_is_used_up_by_the_first_agent(world: Armed) -> None:
    allow(world)
    assert bind(event(world), world.places, "a1", USE) is not None
    transcript(world, "a2", first=BRIEF, meta={"toolUseId": USE})
    assert bind(event(world, "a2"), world.places, "a2", USE) is None


def test_binding_again_is_the_same_binding_and_no_new_event(world: Armed) -> None:
    allow(world)
    first = bind(event(world), world.places, "a1", USE)
    before = world.journal.state()["seq"]
    assert bind(event(world), world.places, "a1", USE) == first
    assert bind(event(world), world.places, "a1") == first
    assert world.journal.state()["seq"] == before


def test_an_agent_keeps_its_task_whatever_other_spawns_wait(world: Armed) -> None:
    allow(world)
    bind(event(world), world.places, "a1", USE)
    allow(world, "T2", "toolu_2", "another brief")
    row = bind(event(world), world.places, "a1", "toolu_2")
    assert row is not None
    assert row["task"] == "T1"


def test_of_two_equal_briefs_the_file_beside_the_transcript_tells_which(world: Armed) -> None:
    allow(world)
    state = allow(world, "T2", "toolu_2")
    transcript(world, first=BRIEF, meta={"toolUseId": "toolu_2"})
    assert spawn_of(event(world), state) == "toolu_2"


def test_where_an_agents_transcript_lies() -> None:
    assert (
        transcript_of({"transcript_path": "/p/s.jsonl", "agent_id": "a1"}) == "/p/s/subagents/agent-a1.jsonl"
    )
    assert (
        transcript_of({"agent_transcript_path": "/p/x.jsonl", "transcript_path": "/p/s.jsonl"})
        == "/p/x.jsonl"
    )


# --- the client's process ----------------------------------------------------------------------------------------


def test_a_process_is_told_from_another_that_had_its_id() -> None:
    assert process_start(os.getpid()) == process_start(os.getpid()) != ""
    assert process_start(os.getpid()) != process_start(1)


def test_a_process_that_is_gone_has_no_start() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert process_start(process.pid) == ""


@pytest.mark.parametrize("value", ["", "x", "-", "1.5"])
def test_a_client_that_does_not_say_its_id_is_unknown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CLAUDE_PID", value)
    assert client_process() == (0, "")


def test_only_attempts_whose_client_is_gone_are_lost(world: Armed, monkeypatch: pytest.MonkeyPatch) -> None:
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    monkeypatch.setenv("CLAUDE_PID", str(client.pid))
    allow(world)
    bind(event(world), world.places, "a1", USE)
    monkeypatch.setenv("CLAUDE_PID", str(os.getpid()))
    allow(world, "T2", "toolu_2", "another brief")
    bind(event(world, "a2"), world.places, "a2", "toolu_2")
    assert all(row["alive"] for row in clients_gone(world.places, OWNER)["agents"].values())
    client.communicate(b"\n")
    state = clients_gone(world.places, OWNER)
    assert {agent: row["alive"] for agent, row in state["agents"].items()} == {"a1": False, "a2": True}
    assert state["tasks"]["T1"]["status"] == "pending"
    assert state["tasks"]["T2"]["status"] == "in_progress"


def test_a_spawn_whose_client_died_before_any_agent_was_bound_is_dropped(world: Armed) -> None:
    """Else its task would be being started for ever, whoever takes the plan over."""
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    spawn = {"role": "implementer", "attempt": 1, "session": OWNER, "kind": "spawn_allowed"}
    mine = {"pid": os.getpid(), "pid_start": process_start(os.getpid())}
    theirs = {"pid": client.pid, "pid_start": process_start(client.pid)}
    world.journal.record(
        {**spawn, "task": "T1", "tool_use_id": "u1", **theirs},
        {**spawn, "task": "T2", "tool_use_id": "u2", **mine},
    )
    assert list(clients_gone(world.places, "another")["spawns"]) == ["u1", "u2"]
    client.communicate(b"\n")
    assert list(clients_gone(world.places, "another")["spawns"]) == ["u2"]
