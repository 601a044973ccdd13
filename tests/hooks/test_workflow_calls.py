"""The Workflow tool while a script carries waves out: the one call that passes, what then runs, and all that does not pass
(rules workflow-scripts, engine)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import OTHER, PLAN, Stage
from tests.hooks.waves import Wave, by_script

from planweir.brief.script import stub


@pytest.fixture
def wave(stage: Stage) -> Wave:
    """The three-task plan, carried out by scripts; nothing started."""
    by_script(stage)
    return Wave(stage)


def step(stage: Stage) -> str:
    return stage.run("task-planner next").output


# --- the call ------------------------------------------------------------------------------------------------


def test_next_prints_one_call_for_the_whole_wave(wave: Wave) -> None:
    wave.stage.prompt("go on")
    shown = step(wave.stage)
    assert shown.count("Workflow ") == 1
    assert "planweir-wave-1" in shown
    assert "Agent " not in shown


def test_the_stub_passes_and_the_engines_script_runs_in_its_place(wave: Wave) -> None:
    reply = wave.ask()
    assert reply.decision == "allow"
    assert list(reply.updated or {}) == ["script"]
    assert wave.script != stub(wave.stage.state())
    assert "Say hello" in wave.script
    assert wave.live()
    assert [row["wave"] for row in wave.stage.events("workflow_allowed")] == [1]


def test_what_the_client_does_not_look_at_makes_no_difference(wave: Wave) -> None:
    assert wave.ask(script=stub(wave.stage.state()).strip(), description="the wave", title="x").decision == "allow"


def test_the_whole_script_passes_and_so_does_a_file_that_holds_it(wave: Wave, tmp_path: Path) -> None:
    whole = whole_script(wave.stage)
    file = tmp_path / "wave.js"
    file.write_text(whole)
    assert wave.ask(scriptPath=str(file)).updated == {"script": whole}
    wave.stage.send("PostToolUseFailure", tool_name="Workflow", tool_input={}, tool_use_id=wave.use, error="no")
    again = Wave(wave.stage)
    assert again.ask(script=whole).updated == {"script": whole}


def whole_script(stage: Stage) -> str:
    from planweir.brief.script import render

    return render(stage.state(), stage.places).words


@pytest.mark.parametrize(
    "change",
    [
        {"resumeFromRunId": "wf_28f0de20-555"},
        {"args": {"task": "T1"}},
        {"name": "deep-research"},
        {"scriptPath": "/tmp/mine.js"},
    ],
    ids=lambda row: next(iter(row)),
)
def test_workflow_scripts_stops_our_stub_with_anything_beside_it(wave: Wave, change: dict[str, object]) -> None:
    reply = wave.ask(script=stub(wave.stage.state()), **change)
    assert reply.denied == "workflow-scripts"
    assert "planweir-wave-1" in reply.reason  # the call to make stands in it
    assert not wave.live()


def test_workflow_scripts_stops_another_script_under_our_stubs_name(wave: Wave) -> None:
    words = stub(wave.stage.state())
    assert wave.ask(script=words + "await agent('**Task ID:** T1')\n").denied == "workflow-scripts"
    assert wave.ask(script=words.replace("T1", "T9")).denied == "workflow-scripts"
    assert wave.ask(name="planweir-wave-1").denied == "workflow-scripts"


def test_workflow_scripts_stops_our_script_with_one_byte_more(wave: Wave, tmp_path: Path) -> None:
    whole = whole_script(wave.stage)
    assert wave.ask(script=whole + " ").denied == "workflow-scripts"
    file = tmp_path / "wave.js"
    file.write_text(whole + "\n")
    assert wave.ask(scriptPath=str(file)).denied == "workflow-scripts"


@pytest.mark.parametrize("path", ["/tmp/a\0b", "/tmp/\ud800", "/dev/zero", "/"])
def test_workflow_scripts_stops_a_file_that_is_none(wave: Wave, path: str) -> None:
    assert wave.ask(scriptPath=path).denied == "workflow-scripts"


def test_workflow_scripts_waits_for_nobody_to_write_into_a_pipe(wave: Wave, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "wave.js")
    assert wave.ask(scriptPath=str(tmp_path / "wave.js")).denied == "workflow-scripts"


def test_workflow_scripts_stops_an_agents_call(wave: Wave) -> None:
    wave.start()
    agent = wave.agent("T1")
    words: dict[str, object] = {"script": stub(wave.stage.state())}
    assert wave.stage.pre("Workflow", words, agent).denied == "workflow-scripts"


def test_a_second_script_beside_one_that_runs_is_denied(wave: Wave) -> None:
    wave.start()
    assert Wave(wave.stage).ask(script="x").denied == "task-running"


def test_another_sessions_scripts_are_its_own_business(wave: Wave) -> None:
    assert wave.stage.pre("Workflow", {"script": stub(wave.stage.state())}, session=OTHER).said is None


def test_a_paused_plan_stops_no_script_of_the_persons(wave: Wave) -> None:
    wave.stage.typed("/task-planner", "pause")
    assert wave.stage.pre("Workflow", {"script": "agent('x')"}).said is None


def test_a_blocked_plan_starts_no_script(wave: Wave) -> None:
    from planweir.journal.store import Journal

    Journal(wave.stage.places).record({"kind": "plan_blocked", "why": "the gate failed three times"})
    assert wave.ask(script="x").denied == "plan-not-open"


def test_where_the_main_thread_starts_the_agents_no_script_passes(stage: Stage) -> None:
    assert Wave(stage).ask(script="x").denied == "workflow-scripts"


def test_the_launch_costs_the_main_thread_few_bytes(wave: Wave) -> None:
    assert wave.ask().decision == "allow"
    shown = wave.launch().specific["updatedToolOutput"]
    assert shown == {"status": "async_launched", "taskId": wave.task, "taskType": "local_workflow", "summary": "end your turn"}


def test_a_launch_of_another_script_is_told_as_the_client_tells_it(wave: Wave) -> None:
    wave.stage.typed("/task-planner", "pause")
    assert wave.launch().said is None
    assert not wave.live()


# --- what is still called by hand ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["implementer"])
def test_engine_stops_a_call_for_an_agent_that_the_script_starts(wave: Wave, role: str) -> None:
    reply = wave.stage.ask("T1", role)
    assert reply.denied == "engine"
    assert "Workflow call" in reply.reason
    wave.start()
    assert "end your turn" in wave.stage.ask("T2", role).reason


def test_engine_lets_the_answer_to_a_question_through(wave: Wave) -> None:
    stage = wave.start().stage
    agent = wave.agent("T1")
    wave.stop(agent, "NEEDS_CONTEXT\nTask: T1\nQuestion: which greeting?\n") if stage.edit("src/hello.py", agent).passes else None
    assert stage.task("T1")["question"]
    wave.notify()
    shown = step(stage)
    assert "T1 asks" in shown
    assert "**Answer:**" in shown
    answer = stage.pre("Agent", stage.call("T1", prompt="**Task ID:** T1\n**Answer:** the plain one"))
    assert answer.decision == "allow", answer.reason


def test_engine_lets_a_plan_that_comes_first_be_made_by_a_call(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN.replace("- Complexity: 2\n", "- Complexity: 2\n- Plan first: yes\n"))
    by_script(stage)
    agent = stage.spawn("T1")
    wave = Wave(stage).start()  # T2 meanwhile
    assert "T1" not in wave.bodies
    assert not stage.stop(agent, "DONE\nPlan:\n1. Write src/hello.py.").blocked
    stage.typed("/task-planner", "accept T1")
    assert stage.ask("T1").denied == "engine"
    wave.notify("killed")
    again = Wave(stage, task="wsecond").start()
    assert "T1 implementer" in again.bodies


def test_engine_stops_a_message_that_would_be_an_attempt(rework: Stage) -> None:
    by_script(rework)
    agent = next(iter(rework.agents))
    assert rework.pre("SendMessage", {"to": agent, "message": "Mend it."}).denied == "engine"


# --- how it ends without having begun ------------------------------------------------------------------------


def test_a_call_that_failed_leaves_no_script_running(wave: Wave) -> None:
    assert wave.ask().decision == "allow"
    wave.stage.send(
        "PostToolUseFailure", tool_name="Workflow", tool_input={"script": wave.script}, tool_use_id=wave.use, error="Script parse error"
    )
    assert not wave.live()
    assert "Script parse error" in wave.stage.state()["workflow"]["why"]


def test_a_call_that_was_refused_after_all_leaves_no_script_running(wave: Wave) -> None:
    wave.ask()
    wave.stage.main_stop()
    assert not wave.live()


def test_a_launch_that_no_hook_was_told_of_is_found_at_the_turns_end(wave: Wave) -> None:
    wave.ask()
    wave.stage.main_stop([wave.row()])
    assert wave.live()
    assert wave.stage.state()["workflow"]["task"] == wave.task


def test_a_script_that_comes_to_nothing_twice_ends_at_a_person(wave: Wave) -> None:
    stage = wave.stage
    wave.start().notify("failed")
    again = Wave(stage, task="wsecond")
    again.start().notify("failed")
    assert Wave(stage).ask().denied == "out-of-turn"
    shown = step(stage)
    assert "Workflow {" not in shown
    assert "came to nothing 2 times" in shown
    stage.typed("/implement-plan")
    assert Wave(stage).ask().decision == "allow"


def test_the_turn_may_end_while_the_script_runs(wave: Wave) -> None:
    wave.stage.typed("/implement-plan")
    assert wave.stage.main_stop().blocked  # the next step is the orchestrator's
    wave.start()
    assert not wave.stage.main_stop([wave.row()]).blocked
    assert wave.live()
    assert "end your turn" in step(wave.stage)


def test_no_gate_runs_beside_a_script(wave: Wave) -> None:
    wave.start()
    assert "turn has not come" in wave.stage.run("task-planner gate").output


def test_who_ends_the_plan_hears_that_the_client_goes_on_with_the_script(wave: Wave) -> None:
    wave.start()
    told = str(wave.stage.typed("task-planner", "--abort").said)
    assert "The script of wave 1 still runs in Claude Code" in told
    assert "stop it in /workflows" in told


def test_who_ends_the_plan_hears_nothing_of_a_script_where_none_runs(wave: Wave) -> None:
    assert "The script of wave" not in str(wave.stage.typed("task-planner", "--abort").said)
