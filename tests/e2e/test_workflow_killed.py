"""A client that is killed while a wave's script runs: what finished is in the journal, what did not is lost, and the next script
holds only what is left."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.notes import Latch, events, implement, places, plan, review
from tests.e2e.plans import MakeWorld, faults, journal, told
from tests.e2e.steps import bash
from tests.e2e.world import World

from planweir.play.client.player import ClientPlayer
from planweir.play.recording import from_json

WORKFLOW = {"PLANWEIR_ENGINE": "workflow"}
START = "/implement-plan plan.md --yes"
GO_ON = "/implement-plan"
CUT: list[dict[str, Any]] = [{"cut": True}]
LOOKS = bash("task-planner package T1")
STUB = "export const meta = {name: 'planweir-wave-1', description: 'Wave 1 of 1: T1'}\n"

BOUND, REVIEWER = ("spawn_allowed", "bound"), ("spawn_allowed", "reviewer_bound")


def scripts(made: World) -> list[str]:
    """What became of each script that was started."""
    return [str(event["why"]) for event in events(made, "workflow_ended")]


def of_task(made: World, name: str) -> list[str]:
    return [str(event["kind"]) for event in events(made) if event.get("task") == name and event["kind"] != "cost"]


def test_killed_at_every_boundary_of_its_agents_a_wave_is_finished(make_world: MakeWorld) -> None:
    """Before and after the first call of each agent, and before the main thread hears of the end; resumed each time."""
    made = make_world({"plan.md": plan("T1")}, env=WORKFLOW)
    cuts = 7
    main: list[Any] = [{"type": START}, {"follow": True}]
    for _ in range(cuts - 1):
        main += [{"resume": True}, {"type": GO_ON}, {"follow": True}]
    calls = {"call": {"tool": "Workflow", "input": {"script": STUB}}}
    main[-1:] = [calls, {"say": "Waiting."}, {"cut": True}, {"resume": True}, {"type": GO_ON}, {"follow": True}]
    main.append({"type": "/task-planner --complete", "expect": {"told": "done: Write notes"}})
    actors: Any = {
        "main": main,
        # an agent that made no call has had no attempt: the next one has its number
        "T1 implementer 1": CUT,
        "T1 implementer 1 #2": [bash("echo half > one.txt"), *CUT],
        "T1 implementer 2": implement("T1"),
        "T1 task-reviewer 1": CUT,
        "T1 task-reviewer 1 #2": [LOOKS, *CUT],
        "T1 task-reviewer 2": review("T1", "task-reviewer"),
        "T1 code-reviewer 1": CUT,
        "T1 code-reviewer 1 #2": [LOOKS, *CUT],
        "T1 code-reviewer 2": review("T1", "code-reviewer"),
    }
    player = ClientPlayer(made, places(made), from_json({"format": 1, "plan": "plan.md", "actors": actors}))
    player.play()
    assert player.counts["cut"] == cuts
    assert faults(made) == ""
    rows = journal(made)
    assert [row["kind"] for row in rows if row.get("task") == "T1" and row["kind"] != "cost"] == [
        *(*BOUND, "lost", *BOUND, "implemented"),
        *(*REVIEWER, "reviewer_lost", *REVIEWER, "task_review_passed"),
        *(*REVIEWER, "reviewer_lost", *REVIEWER, "code_review_passed"),
        *("committed", "closed"),
    ]
    assert len([row for row in rows if row["kind"] == "workflow_allowed"]) == cuts
    assert made.read("one.txt") == "half\nT1\n"


def test_another_session_goes_on_with_what_is_left_of_each_task(make_world: MakeWorld) -> None:
    """T1 is in review, T2 at work, when the client is killed; nobody resumes its session."""
    made = make_world({"plan.md": plan("T1", "T2")}, env=WORKFLOW)
    working, reviewing = Latch(), Latch()
    script: dict[str, list[Any]] = {
        "main": [{"follow": True}],
        "T1 implementer 1": implement("T1"),
        "T1 task-reviewer 1": [LOOKS, reviewing, {"say": "never"}],
        "T2 implementer 1": [bash("echo half > two.txt"), working, {"say": "never"}],
    }
    first = made.start("-p", START, script=script)
    working.reached()
    reviewing.reached()
    first.kill()
    working.open()
    reviewing.open()
    rest: dict[str, list[Any]] = {
        "main": [{"follow": True}],
        "T1 task-reviewer 2": review("T1", "task-reviewer"),
        "T1 code-reviewer 1": review("T1", "code-reviewer"),
        "T2 implementer 2": implement("T2"),
        "T2 task-reviewer 1": review("T2", "task-reviewer"),
        "T2 code-reviewer 1": review("T2", "code-reviewer"),
    }
    second = made.claude("-p", GO_ON, script=rest, seconds=120)
    assert second.session_id != first.session_id
    assert second.api is not None
    assert second.api.unplayed() == {}
    reviews = ["task_review_passed", *REVIEWER, "code_review_passed", "committed", "closed"]
    assert of_task(made, "T1") == [*BOUND, "implemented", *REVIEWER, "reviewer_lost", *REVIEWER, *reviews]
    assert of_task(made, "T2") == [*BOUND, "lost", *BOUND, "implemented", *REVIEWER, *reviews]
    ended = scripts(made)
    assert len(ended) == 2
    assert re.search("client is gone|another session", ended[0])
    assert "An earlier attempt ended without a report" in told(second.of("T2 implementer 2")[0])
    assert made.read("two.txt") == "half\nT2\n"
    assert faults(made) == ""
