"""What `benchmarks/engines.py` has carried out, and how it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks import engines, ours, peer, thread
from benchmarks.workload import Workload, demonstration, synthetic

from planweir.plan.check import check
from planweir.plan.reader import read_text
from planweir.plan.waves import waves
from planweir.play.client.asked import Request
from planweir.play.recording import MAIN


@pytest.mark.parametrize(("tasks", "wide"), [(24, 3), (6, 1), (12, 1), (18, 1)])
def test_the_made_up_plan_has_no_problem_and_the_waves_that_are_wanted(tasks: int, wide: int) -> None:
    work = synthetic(tasks, wide)
    reading = read_text(ours.plan(work))
    assert reading.plan is not None
    assert [problem for problem in check(reading.plan, None, reading.lines) if problem.level == "error"] == []
    assert [len(wave) for wave in waves(reading.plan)] == [tasks // wide] * wide
    assert work.waves == wide


def test_a_plan_that_makes_no_equal_waves_is_refused() -> None:
    with pytest.raises(ValueError, match="equal waves"):
        synthetic(7, 2)


def test_the_demonstrations_work_is_the_recordings_without_what_goes_wrong_on_purpose() -> None:
    work = demonstration()
    reading = read_text(ours.plan(work))
    assert reading.plan is not None
    assert [len(wave) for wave in waves(reading.plan)] == [2, 3, 1]
    assert {task.name: len(task.attempts) for task in work.tasks if len(task.attempts) > 1} == {"T3": 2}
    written = [call["call"]["input"].get("file_path") for task in work.tasks for attempt in task.attempts for call in attempt]
    assert set(filter(None, written)) == {path for task in work.tasks for path in task.files}


@pytest.mark.parametrize("work", [synthetic(), demonstration()], ids=lambda work: str(work.name))
def test_each_agent_of_the_peer_is_told_from_the_others(work: Workload, tmp_path: Path) -> None:
    template(tmp_path, peer.IMPLEMENTER, "You implement Task N: [task name]")
    for name in (peer.REVIEWER, peer.REREVIEWER, peer.FINAL):
        template(tmp_path, name, f"You are the {name}")
    sent_back = sum(1 for task in work.tasks if task.finding)
    for lean in (False, True):
        assert len(peer.agents(work, peer.Peer(tmp_path, lean))) == 2 * len(work.tasks) + sent_back + 1


def test_a_template_without_the_places_that_were_seen_is_not_measured(tmp_path: Path) -> None:
    template(tmp_path, peer.REVIEWER, "Words without a place")
    with pytest.raises(ValueError, match=r"no \[BRIEF_FILE\] to fill"):
        peer.Peer(tmp_path).prompt(peer.REVIEWER, "Review", {"[BRIEF_FILE]": "a.md"})


def test_bytes_are_counted_once_and_by_whose_words_they_are() -> None:
    called = {"type": "tool_use", "id": "one", "name": "Agent", "input": {"prompt": "Do it"}}
    told = "DONE\nTask: T1"
    result = {"type": "tool_result", "tool_use_id": "one", "content": [{"type": "text", "text": "Frame:\n  DONE\n  Task: T1"}]}
    hooks = "PostToolUse:Agent hook additional context: Now due: x"
    begun: list[dict[str, Any]] = [{"role": "user", "content": "Go"}]
    after: list[dict[str, Any]] = [
        *begun,
        {"role": "assistant", "content": [called]},
        {"role": "user", "content": [result]},
        {"role": "system", "content": [{"type": "text", "text": hooks}]},
    ]
    requests = [_request(begun, [called]), _request(after, []), _request([*after, {"role": "user", "content": "More"}], [])]
    lived = thread.Lived(requests, 2, 1, 1, [told], 0.0, 1)
    counted = thread.parts(lived)
    work = counted["work"]
    assert [counted[name].requests for name in thread.PARTS] == [1, 1, 1]
    assert work.owned("model") == thread.size(called)
    assert work.owned("agents") == thread.size(told) - 2
    assert work.owned("executor") == thread.size(hooks) - 2
    assert work.bytes == sum(thread.size(block) for block in (called, result, after[3]["content"][0]))


def template(folder: Path, name: str, words: str) -> None:
    path = folder / "skills" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"```\nSubagent:\n  prompt: |\n    {words}\n```\n")


def _request(messages: list[dict[str, Any]], answer: list[dict[str, Any]]) -> Request:
    return Request(MAIN, None, "s", 0.0, {"messages": messages, "tools": [{"name": "Agent"}]}, 0, answer)


@pytest.mark.parametrize(
    ("requests", "sizes", "lost"),
    [
        (3, (3_900, 4_000), 0),
        (4, (3_900, 4_000), 2),
        (3, (3_900, 4_001), 1),
        (3, (3_000, 3_401), 1),
    ],
)
def test_a_budget_that_is_not_kept_is_told(requests: int, sizes: tuple[int, int], lost: int) -> None:
    rows = [
        {"plan": "p", "executor": "workflow", "tasks": tasks, "waves": 1, "per_wave": {"requests": requests, "bytes": size}}
        for tasks, size in zip((6, 24), sizes, strict=True)
    ]
    assert len(engines.broken(rows)) == lost
    assert engines.broken([{**row, "executor": "background"} for row in rows]) == []
