"""Stop: a working turn of the owner does not end while the next step is its own; and what its end says about agents."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable

import pytest
from tests.hooks.stage import OTHER, PLAN, Stage

from planweir.attempt.overheard import TAIL
from planweir.journal.render import copy_text
from planweir.values import sub


def put_back(stage: Stage) -> None:
    """The turn is the plan's again: a background agent woke the main thread."""
    stage.notify("a-nobody")


# --- which turns ---------------------------------------------------------------------------------------------


def test_a_turn_that_yes_started_is_held(stage: Stage) -> None:
    reply = stage.main_stop()
    assert reply.blocked
    assert "start T1 (implementer), T2 (implementer)" in reply.reason
    assert "task-planner next" in reply.reason


def test_a_turn_that_go_started_is_held(bare: Stage) -> None:
    bare.typed("/implement-plan", "docs/plan.md")
    bare.typed("/implement-plan", "go")
    assert bare.main_stop().blocked


def test_a_turn_that_a_bare_implement_plan_started_is_held(stage: Stage) -> None:
    stage.prompt("A question")
    stage.typed("/implement-plan")
    assert stage.main_stop().blocked


def test_a_turn_that_wave_gate_started_is_held(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    stage.prompt("A question")
    stage.typed("/wave-gate")
    reply = stage.main_stop()
    assert reply.blocked
    assert "Run `task-planner gate`" in reply.reason


def test_a_turn_that_a_notification_started_is_held(stage: Stage) -> None:
    stage.prompt("A question")
    put_back(stage)
    assert stage.main_stop().blocked


def test_a_turn_that_a_person_started_is_not_held(stage: Stage) -> None:
    stage.prompt("How far are we?")
    assert stage.main_stop().said is None


def test_a_question_inside_a_working_turn_makes_it_a_persons(stage: Stage) -> None:
    stage.typed("/implement-plan")
    stage.send("UserPromptSubmit", prompt="How far are we?")  # under the running turn's prompt_id (2.1.329)
    assert stage.main_stop().said is None


@pytest.mark.parametrize("words", ["--status", "allow T1 src/extra.py"])
def test_a_turn_of_a_command_that_was_answered_at_once_is_not_held(stage: Stage, words: str) -> None:
    stage.typed("/task-planner", words)
    assert stage.main_stop().said is None


def test_a_refused_go_makes_no_working_turn(stage: Stage) -> None:
    stage.typed("/implement-plan", "go")
    assert stage.main_stop().said is None


def test_another_sessions_turn_is_not_held(stage: Stage) -> None:
    stage.send("UserPromptSubmit", session=OTHER, prompt="<task-notification>\n<task-id>x</task-id>")
    assert stage.main_stop(session=OTHER).said is None


# --- whose step ----------------------------------------------------------------------------------------------


def test_a_turn_that_waits_for_its_agents_is_not_held(stage: Stage) -> None:
    agents = [stage.spawn("T1"), stage.spawn("T2")]
    assert stage.main_stop(agents).said is None
    assert all(stage.bound(agent) for agent in agents)


def test_a_turn_is_not_held_while_an_agent_runs_that_will_wake_it(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.main_stop([agent]).said is None  # T2 is due too


def test_a_paused_plan_holds_nobody(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    put_back(stage)
    assert stage.main_stop().said is None


def test_a_task_that_a_person_must_decide_on_holds_nobody(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN)
    for name in ("T1", "T2"):
        stage.stop(stage.spawn(name), "BLOCKED\nBlocker: no idea")
    put_back(stage)
    assert stage.main_stop().said is None


def test_a_blocked_plan_holds_nobody(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    stage.write({"README.md": "nobody owns this\n"})
    for _ in range(3):
        stage.run("task-planner gate")
    put_back(stage)
    assert stage.main_stop().said is None


def test_a_plan_whose_waves_are_closed_holds_nobody(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    stage.typed("/task-planner", "skip T3")
    assert stage.run("task-planner gate").exit == 0
    put_back(stage)
    if stage.main_stop().blocked:  # the wave of the skipped task has a gate of its own
        assert stage.run("task-planner gate").exit == 0
        put_back(stage)
    assert stage.main_stop().said is None


def test_a_turn_whose_step_is_to_choose_the_task_that_mends_a_gate_is_held(failed_gate: Stage) -> None:
    put_back(failed_gate)
    reply = failed_gate.main_stop()
    assert reply.blocked
    assert "Choose the task that mends it, one of T1, T2" in reply.reason


def test_a_gate_that_runs_in_the_sessions_own_shell_holds_nobody(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    put_back(stage)
    command = "task-planner gate"
    shell: dict[str, object] = {
        "id": "b3",
        "type": "shell",
        "status": "running",
        "description": "gate",
        "command": command,
    }
    assert stage.main_stop([shell]).said is None  # its end wakes the main thread
    assert stage.main_stop().blocked


def test_a_gate_that_runs_on_detached_is_to_be_joined(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    lock = stage.root / "home" / f"projects{stage.project}" / "jobs/gate/lock"
    lock.parent.mkdir(parents=True)
    put_back(stage)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as a gate's process does for its life
        reply = stage.main_stop()
    assert reply.blocked  # nothing would wake the main thread at its end
    assert "Run `task-planner gate --wait`" in reply.reason


def test_a_turn_is_held_six_times_and_then_gives_way(stage: Stage) -> None:
    held = [stage.main_stop().blocked for _ in range(8)]
    assert held == [True] * 6 + [False] * 2
    put_back(stage)
    assert stage.main_stop().blocked


# --- what the end of the owner's turn says about agents ------------------------------------------------------


def test_an_agent_that_is_not_among_the_running_is_lost(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.main_stop()
    assert stage.bound(agent) is None
    assert (stage.task("T1")["status"], stage.task("T1")["why"]) == ("pending", "it is no longer running")


def test_an_agent_that_is_listed_as_ended_is_lost(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.main_stop([{**stage.task_row(agent), "status": "completed"}])
    assert stage.bound(agent) is None


def test_an_agent_that_runs_is_not_lost(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.main_stop([agent])
    assert stage.bound(agent) is not None


def test_a_persons_turn_tells_the_same(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.prompt("How far are we?")
    stage.main_stop()
    assert stage.bound(agent) is None


def test_the_stop_of_another_session_marks_nothing(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.main_stop(session=OTHER)
    assert stage.bound(agent) is not None


def test_a_new_owners_stop_leaves_the_agents_of_the_session_before_alone(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.typed("/implement-plan", session=OTHER)
    stage.main_stop(session=OTHER)
    assert stage.bound(agent) is not None


def test_a_call_that_no_agent_came_of_is_dropped(stage: Stage) -> None:
    assert stage.ask("T1").decision == "allow"
    stage.main_stop()
    assert stage.state()["spawns"] == {}
    assert stage.ask("T1").decision == "allow"


def test_a_call_whose_agent_no_hook_has_seen_yet_is_kept(stage: Stage) -> None:
    agent = stage.spawn("T1", how="meta")
    stage.main_stop([agent])
    assert stage.edit("src/hello.py", agent).decision == "allow"


def test_a_call_that_an_earlier_owner_left_behind_does_not_keep_its_task_waiting(stage: Stage) -> None:
    with subprocess.Popen(["sleep", "600"]) as client:
        stage.env["CLAUDE_PID"] = str(client.pid)
        assert stage.ask("T1").decision == "allow"
        stage.env["CLAUDE_PID"] = str(os.getpid())
        stage.typed("/implement-plan", session=OTHER)
        client.kill()
    stage.main_stop(session=OTHER)
    assert stage.ask("T1", session=OTHER).decision == "allow"


def test_a_call_of_an_earlier_owner_whose_client_lives_may_still_have_an_agent(stage: Stage) -> None:
    agent = stage.spawn("T1", how="meta")
    stage.typed("/implement-plan", session=OTHER)
    stage.main_stop(session=OTHER)
    assert stage.edit("src/hello.py", agent).decision == "allow"


# --- what came into the turn without an event (clients up to about 2.1.255) ----------------------------------


def test_an_agents_end_that_only_the_transcript_tells_is_lost_for_the_reason_that_it_gives(
    working: tuple[Stage, str],
) -> None:
    stage, agent = working
    put_back(stage)
    stage.written(stage.said_in("x"), stage.put_in(stage.notice(agent, "failed", 'Agent "T1" failed: no money')))
    reply = stage.main_stop()
    assert "failed: no money" in str(stage.task("T1")["why"])
    assert stage.task("T1")["tokens"] == 15
    assert "start T1 (implementer)" in reply.reason


def test_an_agent_that_its_own_shell_will_not_wake_is_lost_while_the_shell_runs_and_the_plan_goes_on(
    working: tuple[Stage, str],
) -> None:
    stage, agent = working
    put_back(stage)
    stage.in_background(agent, "sh checks/hello.sh", "b7")
    shell: dict[str, object] = {"id": "b7", "type": "shell", "status": "running", "description": "x", "command": "x"}
    assert stage.main_stop([shell]).said is None
    assert stage.bound(agent) is not None
    stage.written(stage.said_in("x"), stage.put_in(stage.notice(agent, summary='Agent "T1" finished')))
    assert stage.main_stop([shell]).blocked
    assert stage.bound(agent) is None


def test_an_agent_that_says_in_the_transcript_that_it_waits_is_not_lost(working: tuple[Stage, str]) -> None:
    stage, agent = working
    waits = 'Agent "T1" is waiting on its own background work'
    stage.written(stage.said_in("x"), stage.put_in(stage.notice(agent, summary=waits)))
    stage.main_stop([agent])
    assert stage.bound(agent) is not None


def test_the_end_of_an_earlier_call_of_the_same_agent_is_not_its_end_now(working: tuple[Stage, str]) -> None:
    stage, agent = working
    earlier = stage.notice(agent).replace(stage.uses_of[agent], "toolu_earlier")
    stage.written(stage.said_in("x"), stage.put_in(earlier))
    stage.main_stop([agent])
    assert stage.bound(agent) is not None


def test_words_about_an_end_in_a_result_or_by_a_person_end_nobody(working: tuple[Stage, str]) -> None:
    stage, agent = working
    forged = stage.put_in(stage.notice(agent))
    typed: dict[str, object] = {"type": "attachment", "attachment": {**sub(forged, "attachment"), "commandMode": "prompt"}}
    stage.written(
        stage.said_in(json.dumps(forged)),
        {**stage.said_in("x"), "attachment": forged["attachment"]},
        {"type": "attachment", "attachment": {"type": "file", "content": json.dumps(forged)}},
        typed,
    )
    stage.main_stop([agent])
    assert stage.bound(agent) is not None


def test_a_question_that_only_the_transcript_tells_makes_the_turn_a_persons(stage: Stage) -> None:
    stage.typed("/implement-plan")
    stage.written(stage.said_in("/implement-plan"), stage.put_in("How far are we?"))
    assert stage.main_stop().said is None
    put_back(stage)
    stage.written(stage.said_in("x"))
    assert stage.main_stop().blocked  # another turn


def test_an_agents_end_after_the_question_makes_the_turn_the_plans_again(stage: Stage) -> None:
    stage.typed("/implement-plan")
    stage.written(
        stage.said_in("/implement-plan"), stage.put_in("How far are we?"), stage.put_in(stage.notice("a-nobody"))
    )
    assert stage.main_stop().blocked


def test_in_a_client_whose_events_tell_everything_the_transcript_is_not_asked(working: tuple[Stage, str]) -> None:
    stage, agent = working
    put_back(stage)
    told = {**stage.put_in(stage.notice(agent)), "version": "2.1.260"}
    stage.written(stage.said_in("x"), told)
    stage.main_stop([agent])
    assert stage.bound(agent) is not None
    stage.written({**told, "version": "2.1.255"}, said_last())
    stage.main_stop([agent])
    assert stage.bound(agent) is None


def said_last() -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": [{"type": "text", "text": "all done"}]}
    return {"type": "assistant", "message": message, "version": "2.1.255"}


def test_what_an_older_client_has_not_yet_written_down_is_waited_for(stage: Stage) -> None:
    stage.typed("/implement-plan")
    stage.written({**stage.said_in("/implement-plan"), "version": "2.1.255"})
    stopping = stage.start(
        "Stop", stop_hook_active=False, last_assistant_message="all done", background_tasks=[], session_crons=[]
    )
    stage.written(stage.put_in("How far are we?"), said_last())  # late
    assert stage.finish(stopping).said is None


def test_a_long_transcript_is_read_from_its_end_only(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.written(stage.put_in(stage.notice(agent)), stage.said_in("x" * TAIL))
    stage.main_stop([agent])
    assert stage.bound(agent) is not None
    stage.written(stage.put_in("How far are we?"))  # the entry that began the turn is out of sight
    put_back(stage)
    stage.written(stage.said_in("more"), stage.put_in(stage.notice(agent)))
    assert stage.main_stop().blocked
    assert stage.bound(agent) is None


# --- what was left over --------------------------------------------------------------------------------------


def test_the_copy_in_the_project_is_rendered_again(stage: Stage) -> None:
    copy = stage.project / ".claude/state/active_task_graph.json"
    copy.unlink()
    stage.main_stop()
    assert copy.read_text() == copy_text(stage.state())


def test_a_marker_that_outlived_its_plan_holds_nobody_and_leaves_nothing(stage: Stage) -> None:
    plan = stage.state()["plan"]["id"]
    marker = stage.data / f"armed{stage.project}" / "open"
    stage.typed("/task-planner", "--abort")
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(plan)
    assert stage.main_stop().said is None
    assert not marker.exists()
    assert not (stage.project / ".claude").exists()
