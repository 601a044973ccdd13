"""The agents of a wave's script: bound by their first message when their turn has come, judged like any other, lost with the script."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, OTHER, PLUGIN, Stage, review
from tests.hooks.waves import Wave, by_script, framed

from planweir.journal.store import Journal

HELLO_CHECK, BYE_CHECK = "sh checks/hello.sh", "sh checks/bye.sh"


@pytest.fixture
def wave(stage: Stage) -> Wave:
    """The script of the first wave runs; none of its agents has begun."""
    by_script(stage)
    return Wave(stage).start()


def reviewed(wave: Wave, task: str, role: str, passes: bool = True) -> str:
    agent = wave.agent(task, role)
    ran = wave.stage.bash(agent, f"task-planner package {task}", judged=True)
    assert ran.exit == 0, ran.output
    said = wave.answer(agent, review(task, role, passes))
    assert said.passes, said.reason
    held = wave.stop(agent)
    assert not held.blocked, held.reason
    return agent


def finish(wave: Wave) -> None:
    """Both tasks of the first wave go through the script."""
    for task, files, check in (("T1", HELLO, HELLO_CHECK), ("T2", BYE, BYE_CHECK)):
        assert not wave.implement(wave.agent(task), task, files, check).blocked
        reviewed(wave, task, "task-reviewer")
        reviewed(wave, task, "code-reviewer")


# --- binding -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bare", [False, True], ids=["2.1.329", "2.1.240"])
def test_an_agent_is_bound_by_its_first_message_at_its_first_call(wave: Wave, bare: bool) -> None:
    stage = wave.stage
    agent = wave.agent("T1", bare=bare)
    assert stage.bound(agent) is None
    assert stage.edit("src/hello.py", agent).passes
    row = stage.bound(agent)
    assert row is not None
    assert (row["task"], row["role"], row["attempt"]) == ("T1", "implementer", 1)
    assert row["tool_use_id"] == f"{wave.use}/{agent}"
    assert stage.task("T1")["status"] == "in_progress"
    assert [event["kind"] for event in Journal(stage.places).events()[0]][-2:] == ["spawn_allowed", "bound"]


def test_the_hook_of_a_first_call_has_the_time_of_one_that_starts_an_agent() -> None:
    """It takes the attempt's picture and writes the brief, as the hook of an Agent call does in the loop."""
    rows = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())["hooks"]["PreToolUse"]
    assert {row["matcher"]: row["hooks"][0]["timeout"] for row in rows if row["hooks"][0]["timeout"] < 60} == {}


REQUEST = "[Workflow harness \u2014 user request] The harness relays, verbatim and indented below, the user request:\n  /implement-plan"


@pytest.mark.parametrize(("before", "binds"), [((REQUEST,), True), ((REQUEST, REQUEST), False), (("Some words",), False)])
def test_what_a_person_typed_may_come_before_the_first_message_and_nothing_else(wave: Wave, before: tuple[str, ...], binds: bool) -> None:
    agent = wave.agent("T1")
    path = Path(wave.path(agent))
    rows = [json.dumps({"type": "user", "message": {"role": "user", "content": words}}) for words in before]
    path.write_text("\n".join([*rows, path.read_text()]))
    assert wave.stage.edit("src/hello.py", agent).passes == binds
    assert (wave.stage.bound(agent) is not None) == binds


@pytest.mark.parametrize("there", [0, 1], ids=["nothing yet", "what a person typed"])
def test_a_transcript_that_the_client_writes_late_is_waited_for(wave: Wave, there: int) -> None:
    agent = wave.agent("T1")
    path = Path(wave.path(agent))
    asked = json.dumps({"type": "user", "message": {"role": "user", "content": REQUEST}}) + "\n"
    whole = path.with_suffix(".whole")
    whole.write_text(asked + path.read_text())
    path.unlink()
    if there:
        path.write_text(asked)
    writer = subprocess.Popen(["sh", "-c", 'sleep 0.7; mv "$1" "$2"', "sh", str(whole), str(path)])
    assert wave.stage.edit("src/hello.py", agent).passes
    assert writer.wait() == 0
    assert wave.stage.bound(agent) is not None


def test_scope_is_enforced_from_the_first_call_on(wave: Wave) -> None:
    agent = wave.agent("T1")
    assert wave.stage.edit("src/bye.py", agent).denied == "scope"
    assert wave.stage.bound(agent) is not None
    assert wave.stage.edit("src/hello.py", agent).passes


def test_a_whole_wave_goes_through_and_ends_at_the_gate(wave: Wave) -> None:
    stage = wave.stage
    finish(wave)
    assert [stage.task(name)["status"] for name in ("T1", "T2")] == ["reviewed", "reviewed"]
    assert stage.run("task-planner gate").exit != 0  # while the script still runs
    assert wave.notify().context.endswith("`task-planner gate`")
    assert not wave.live()
    assert stage.state()["workflow"]["why"].startswith("the client reports it as completed")
    ran = stage.run("task-planner gate")
    assert ran.exit == 0, ran.output
    assert "planweir-wave-2" in ran.output  # the next call stands in the gate's answer


def test_what_is_journaled_is_what_the_loop_journals(wave: Wave) -> None:
    agent = wave.agent("T1")
    assert not wave.implement(agent, "T1", HELLO, HELLO_CHECK).blocked
    kinds = [event["kind"] for event in Journal(wave.stage.places).events()[0] if event.get("task") == "T1"]
    assert kinds == ["spawn_allowed", "bound", "implemented"]


def test_an_agent_that_calls_no_tool_is_bound_and_judged_when_it_ends(wave: Wave) -> None:
    held = wave.stop(wave.agent("T1"), DONE.format(task="T1"))
    assert held.blocked
    assert "evidence" in held.reason


def test_more_agents_may_work_than_the_loop_starts_at_once(wave: Wave) -> None:
    """The script itself keeps to the plan's number; a wave whose agents wait must not be refused."""
    first, second = wave.agent("T1"), wave.agent("T2")
    assert wave.stage.edit("src/hello.py", first).passes
    assert wave.stage.edit("src/bye.py", second).passes
    assert wave.stage.bound(first) is not None
    assert wave.stage.bound(second) is not None


def test_rework_in_the_script_is_the_next_attempt(wave: Wave) -> None:
    stage = wave.stage
    wave.implement(wave.agent("T1"), "T1", HELLO, HELLO_CHECK)
    reviewed(wave, "T1", "task-reviewer", passes=False)
    agent = wave.agent("T1", attempt=2, back="- src/hello.py:2 (major): says hello to nobody")
    assert stage.edit("src/hello.py", agent).passes
    row = stage.bound(agent)
    assert row is not None
    assert row["attempt"] == 2


def test_a_persons_note_since_the_script_was_written_reaches_the_worker(wave: Wave) -> None:
    stage = wave.stage
    stage.typed("/task-planner", "note T1 'Use British spelling.'")
    stage.typed("/task-planner", "allow T1 docs/hello.md")
    first = stage.edit("src/hello.py", agent := wave.agent("T1"))
    assert "British spelling" in first.context
    assert "docs/hello.md" in first.context
    assert "Write `hello()`" not in first.context
    assert stage.edit("src/hello.py", agent).context == ""


def test_nothing_is_added_where_the_brief_says_all(wave: Wave) -> None:
    assert wave.stage.edit("src/hello.py", wave.agent("T1")).context == ""


# --- whose turn has not come ---------------------------------------------------------------------------------


def test_a_reviewer_before_the_work_is_bound_to_nothing_and_may_do_nothing(wave: Wave) -> None:
    stage = wave.stage
    agent = wave.agent("T1", "task-reviewer")
    for reply in (stage.pre("Bash", {"command": "ls"}, agent), stage.edit("x.md", agent)):
        assert reply.denied == "role-and-status"
        assert "void" in reply.reason
    assert wave.answer(agent, review("T1", "task-reviewer")).denied == "role-and-status"
    assert wave.answer(agent, review("T1", "task-reviewer", verdict="void", scores=[], findings=[])).passes
    assert not wave.stop(agent).blocked
    assert stage.bound(agent) is None


def test_a_reviewer_whose_turn_has_come_may_not_say_void(wave: Wave) -> None:
    wave.implement(wave.agent("T1"), "T1", HELLO, HELLO_CHECK)
    void = review("T1", "task-reviewer", verdict="void", scores=[], findings=[])
    agent = wave.agent("T1", "task-reviewer")
    assert wave.answer(agent, void).denied == "review-void"
    assert wave.stage.bound(agent) is not None  # by its very first call


def test_an_agent_of_a_blocked_task_ends_and_the_others_go_on(wave: Wave) -> None:
    stage = wave.stage
    first = wave.agent("T1")
    stage.edit("src/hello.py", first)
    wave.stop(first, "BLOCKED\nTask: T1\nBlocker: no network\n")
    assert stage.task("T1")["status"] == "blocked"
    assert stage.edit("src/hello.py", wave.agent("T1")).decision == "deny"
    second = wave.agent("T2")
    assert not wave.implement(second, "T2", BYE, BYE_CHECK).blocked
    assert stage.task("T2")["status"] == "implemented"


def test_an_agent_that_begins_while_the_plan_is_paused_waits_for_a_person(wave: Wave) -> None:
    wave.stage.typed("/task-planner", "pause")
    assert wave.stage.edit("src/hello.py", wave.agent("T1")).denied == "plan-not-open"


def test_an_agent_of_a_script_that_has_ended_is_bound_to_nothing(wave: Wave) -> None:
    agent = wave.agent("T1")
    wave.notify("killed")
    assert wave.stage.edit("src/hello.py", agent).decision == "deny"
    assert wave.stage.bound(agent) is None


# --- who is none of the script's -----------------------------------------------------------------------------


def test_a_first_message_that_is_none_of_the_scripts_binds_nothing(wave: Wave) -> None:
    stage = wave.stage
    words = wave.prompt("T1").replace("Write `hello()`", "Write whatever you like")
    agent = wave.appear(framed(words))
    assert stage.edit("src/hello.py", agent).denied == "workflow-scripts"
    assert any("none of the script's" in incident for incident in stage.state()["incidents"])


def test_a_task_named_in_ones_own_words_binds_nothing(wave: Wave) -> None:
    stage = wave.stage
    agent = wave.appear(framed("Do this:\n" + wave.prompt("T1")))
    assert stage.edit("src/hello.py", agent).denied == "workflow-scripts"


def test_a_frame_that_stands_within_the_text_binds_nothing(wave: Wave) -> None:
    agent = wave.appear(framed("x") + "\n" + framed(wave.prompt("T1")))
    assert wave.stage.edit("src/hello.py", agent).denied == "workflow-scripts"


def test_an_agent_of_another_run_is_none_of_ours(wave: Wave) -> None:
    stage = wave.stage
    agent = wave.appear(framed(wave.prompt("T1")), run="wf_aaaaaaaa-111")
    assert stage.edit("src/hello.py", agent).denied == "reviewer-edits"
    assert stage.bound(agent) is None


def test_an_agent_of_an_earlier_run_of_the_same_script_is_none_of_ours(wave: Wave) -> None:
    stage, words = wave.stage, framed(wave.prompt("T1"))
    wave.notify("killed")
    again = Wave(stage, run="wf_bbbbbbbb-222", task="wsecond").start()
    assert stage.state()["workflow"]["sum"] == stage.events("workflow_allowed")[0]["sum"]
    old = again.appear(words, run=wave.run)
    assert stage.edit("src/hello.py", old).decision == "deny"
    assert stage.bound(old) is None
    assert stage.edit("src/hello.py", again.appear(words)).passes


def test_an_agent_of_another_session_is_none_of_ours(wave: Wave) -> None:
    agent = wave.agent("T1")
    wave.stage.edit("src/hello.py", agent, session=OTHER)
    assert wave.stage.bound(agent) is None


def test_an_agent_that_has_ended_does_not_come_back(wave: Wave) -> None:
    agent = wave.agent("T1")
    wave.implement(agent, "T1", HELLO, HELLO_CHECK)
    assert wave.stage.edit("src/hello.py", agent).denied == "role-and-status"


def test_of_two_with_the_same_brief_the_second_takes_the_place_of_the_first(wave: Wave) -> None:
    """The script has one agent at a time for a task: the first has ended, though nobody was told."""
    stage = wave.stage
    first, second = wave.agent("T1"), wave.agent("T1")
    stage.edit("src/hello.py", first)
    stage.edit("src/hello.py", second)
    assert stage.bound(first) is None
    assert stage.bound(second) is not None
    assert stage.task("T1")["lost"] == 1
    assert stage.edit("src/hello.py", first).decision == "deny"


# --- ends ----------------------------------------------------------------------------------------------------


def working(wave: Wave) -> str:
    agent = wave.agent("T1")
    assert wave.stage.edit("src/hello.py", agent).passes
    return agent


def lost(wave: Wave, agent: str, why: str) -> None:
    task = wave.stage.task("T1")
    assert wave.stage.bound(agent) is None
    assert (task["status"], task["lost"]) == ("pending", 1)
    assert why in task["why"]
    assert not wave.live()
    assert len(wave.stage.events("workflow_ended")) == 1


def test_agents_live_while_the_script_is_listed_though_they_are_not(wave: Wave) -> None:
    agent = working(wave)
    wave.stage.main_stop([wave.row()])
    assert wave.stage.bound(agent) is not None


def test_a_stop_without_the_script_is_its_end(wave: Wave) -> None:
    agent = working(wave)
    wave.stage.main_stop()
    lost(wave, agent, "it is no longer running")


def test_a_notification_of_the_script_is_its_end(wave: Wave) -> None:
    agent = working(wave)
    said = wave.notify("killed").context
    lost(wave, agent, "the client reports it as killed")
    assert "Workflow {" in said  # what is left is the next script
    wave.stage.main_stop()
    assert len(wave.stage.events("workflow_ended")) == 1


def test_a_script_that_was_stopped_has_ended(wave: Wave) -> None:
    agent = working(wave)
    wave.stage.send("PostToolUse", tool_name="TaskStop", tool_input={"task_id": wave.task}, tool_response={})
    lost(wave, agent, "it was stopped")


def test_a_client_that_is_gone_ran_the_script(stage: Stage) -> None:
    by_script(stage)
    with subprocess.Popen(["sleep", "600"]) as client:
        stage.env["CLAUDE_PID"] = str(client.pid)
        wave = Wave(stage).start()
        agent = working(wave)
        client.kill()
    stage.env["CLAUDE_PID"] = str(os.getpid())
    stage.begins("resume")
    lost(wave, agent, "its client is gone")
    shown = stage.run("task-planner next").output
    assert "Workflow {" in shown


def test_another_session_that_takes_the_plan_over_ends_the_script(wave: Wave) -> None:
    agent = working(wave)
    wave.stage.typed("/implement-plan", session=OTHER)
    lost(wave, agent, "another session")


def test_who_takes_the_plan_over_hears_that_the_first_client_goes_on_with_its_script(wave: Wave) -> None:
    told = str(wave.stage.typed("/implement-plan", session=OTHER).said)
    assert "The script of wave 1 still runs in that session" in told
    assert "still runs in that session" not in str(wave.stage.typed("/implement-plan", session=OTHER).said)


def test_an_api_error_of_one_agent_ends_that_agent_alone(wave: Wave) -> None:
    stage = wave.stage
    agent, other = working(wave), wave.agent("T2")
    stage.edit("src/bye.py", other)
    stage.send("StopFailure", agent, error="rate_limit", last_assistant_message="API Error")
    assert stage.bound(agent) is None
    assert stage.bound(other) is not None
    assert wave.live()


def test_an_older_client_tells_of_the_end_within_a_turn(wave: Wave) -> None:
    stage = wave.stage
    agent = working(wave)
    stage.typed("/implement-plan")
    stage.written(stage.said_in("go"), stage.put_in(wave.notice("failed")))
    stage.main_stop([wave.row()])
    lost(wave, agent, "the client reports it as failed")


def test_the_next_script_holds_only_what_is_left(wave: Wave) -> None:
    stage = wave.stage
    wave.implement(wave.agent("T1"), "T1", HELLO, HELLO_CHECK)
    reviewed(wave, "T1", "task-reviewer")
    reviewed(wave, "T1", "code-reviewer")
    said = wave.notify("failed").context
    assert "T2'" in said
    assert "T1" not in said
    assert "T1" not in stage.run("task-planner next").output


def test_a_question_comes_at_the_end(wave: Wave) -> None:
    stage = wave.stage
    agent = working(wave)
    wave.stop(agent, "NEEDS_CONTEXT\nTask: T1\nQuestion: which greeting?\n")
    assert "T1 asks" not in stage.run("task-planner next").output
    assert wave.notify().context.endswith("run `task-planner next`.")
    assert "T1 asks" in stage.run("task-planner next").output
