"""The end of an agent with a transcript of 100 MB: in time, and without holding it in memory. Real files and processes."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.large import BARE, MB, SHAPES, Cost, cost, write
from tests.hooks.stage import DONE, HELLO, Stage, opened

from planweir.attempt.binding import LONGEST_FIRST_LINE

SIZE = 100 * MB
SECONDS, MEMORY = 3.0, 80.0  # of a machine that is not slower than reading the file bare makes it
SLOWER = 6  # times reading the file bare


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    opened(stage)
    yield stage
    shutil.rmtree(stage.user)  # pytest keeps the folders of three runs


def transcript(stage: Stage, agent: str) -> Path:
    return Path(stage.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{agent}.jsonl"


def stop(stage: Stage, agent: str, message: str) -> Cost:
    """SubagentStop, its cost measured."""
    event = stage.event(
        "SubagentStop",
        agent,
        stop_hook_active=False,
        agent_transcript_path=str(transcript(stage, agent)),
        last_assistant_message=message,
        background_tasks=[],
    )
    argv = stage.scripts("SubagentStop", "")[0]
    return cost(argv, json.dumps(event).encode(), stage.env, str(stage.project))


def assert_cheap(done: Cost, path: Path) -> None:
    bare = cost([sys.executable, "-I", "-S", "-c", BARE, str(path)], b"", {}, str(path.parent))
    assert done.cpu < max(SECONDS, SLOWER * bare.cpu)
    assert done.rss < MEMORY


@pytest.mark.parametrize("shape", SHAPES)
def test_a_check_at_the_end_of_100_mb_is_found_where_no_hook_recorded_it(stage: Stage, shape: str) -> None:
    agent = stage.spawn("T1")
    stage.write(HELLO)
    path = transcript(stage, agent)
    write(path, str(stage.project), shape, SIZE, "sh checks/hello.sh", "")
    assert path.stat().st_size > 0.9 * SIZE
    done = stop(stage, agent, DONE.format(task="T1"))
    assert (done.status, done.out) == (0, b"")
    assert stage.task("T1")["status"] == "implemented"
    assert_cheap(done, path)
    assert stage.faults() == ""


def test_100_mb_that_hold_no_check_are_no_evidence(stage: Stage) -> None:
    agent = stage.spawn("T1")
    stage.write(HELLO)
    path = transcript(stage, agent)
    write(path, str(stage.project), "one line", SIZE, "ls src", "")
    done = stop(stage, agent, DONE.format(task="T1"))
    assert json.loads(done.out)["decision"] == "block"
    assert_cheap(done, path)


def test_an_agent_whose_transcript_is_one_line_of_100_mb_is_bound_to_nothing_in_time(stage: Stage) -> None:
    """Who an agent is may have to be read from its first message; no brief is that long."""
    agent = stage.spawn("T1", how="bare")
    path = transcript(stage, agent)
    path.write_text(json.dumps({"type": "user", "message": {"role": "user", "content": "x" * SIZE}}))
    done = stop(stage, agent, DONE.format(task="T1"))
    assert (done.status, done.out) == (0, b"")
    assert stage.bound(agent) is None
    assert LONGEST_FIRST_LINE < SIZE / 10
    assert_cheap(done, path)


def test_the_main_threads_transcript_is_not_read(stage: Stage) -> None:
    """It is the largest of all, and every event names it."""
    agent = stage.spawn("T1")
    main = Path(stage.transcript())
    main.unlink(missing_ok=True)
    main.mkdir(parents=True)  # whoever opens it fails
    stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    assert stage.task("T1")["status"] == "implemented"
    assert stage.faults() == ""
