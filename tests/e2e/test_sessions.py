"""A plan outlives what happens to its session: compaction, questions, a second session, a power cut, hooks switched off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.clients import since
from tests.e2e.notes import Latch, events, implement, plan, script
from tests.e2e.steps import agent, bash
from tests.e2e.world import World, last_text

from planweir.play.client.asked import Request, Turn
from planweir.play.client.namespace import wait_until
from planweir.play.client.run import Run

MakeWorld = Callable[..., World]

ONE = {"plan.md": plan("T1")}
START = "/implement-plan plan.md --yes"
FULL = {"usage": {"input_tokens": 99_000}}
OWNED = "A Planweir plan is open here and this session carries it out"
LOST = ("lost", "reviewer_lost", "spawn_dropped")


def write(path: str, content: str = "x\n", **more: Any) -> dict[str, Any]:
    return {"call": {"tool": "Write", "input": {"file_path": path, "content": content}}, **more}


def denied(rule: str, step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "expect": {"denied": rule}}


def passes(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "expect": {"passes": True}}


def told(request: Request) -> str:
    """Everything that the model is told in one request."""
    return json.dumps(request.messages, ensure_ascii=False)


def subjects(world: World) -> list[str]:
    return world.git("log", "--format=%s").splitlines()


# --- compaction ------------------------------------------------------------------------------------------------


def test_compaction_while_an_agent_runs_loses_nothing(make_world: MakeWorld) -> None:
    made, latch = make_world(ONE), Latch()
    start = [
        {"calls": [agent("**Task ID:** T1")], **FULL},
        {**bash("git status --short"), **FULL},
        bash("git log --oneline -1"),
        {"follow": True},
    ]
    steps = script(start, T1=implement("T1", latch))
    with made.terminal("--autocompact", "100000", script=steps, mode="acceptEdits") as terminal:
        terminal.type(START)
        latch.reached()
        terminal.expect("Wait for T1", seconds=30)
        run = terminal.run
        assert stands_in(after_summary(run, 1))
        terminal.type("/compact")
        wait_until(lambda: len(run.of("main (summary)")) == 2, 20, "the second summary")
        terminal.expect("[Cc]ompacted")
        assert events(made, *LOST) == []
        latch.open()
        terminal.expect("Every wave is closed", seconds=60)
        assert stands_in(after_summary(run, 2))
    assert events(made, *LOST) == []
    assert subjects(made) == ["T1: Write one.txt", "Begin"]


def after_summary(run: Run, number: int) -> Request:
    """The main thread's first request after its conversation was summed up for the `number`th time."""
    summary = run.of("main (summary)")[number - 1]
    return next(request for request in run.of() if request.at > summary.at)


def stands_in(request: Request) -> bool:
    words = told(request)
    return OWNED in words and "[→] T1: Write one.txt (implementer)" in words


# --- a person asks ---------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_the_plan_goes_on_when_an_agent_ends(make_world: MakeWorld) -> None:
    """First asked inside a working turn, where the next step is the orchestrator's own; then between turns."""
    made, at_work, main = make_world(ONE), Latch(), Latch()
    conducted = [
        main,
        bash("git status --short"),
        {"say": "I am about to start T1."},
        {"calls": [agent("**Task ID:** T1")]},
        {"say": "T1 is being written."},
        {"say": "Still being written."},
        {"follow": True},
    ]
    with made.terminal(script=script(conducted, T1=implement("T1", at_work)), mode="acceptEdits") as terminal:
        terminal.type(START)
        main.reached()
        terminal.type("what are you doing?")
        main.open()
        terminal.expect("I am about to start T1")
        assert "what are you doing?" in told(terminal.run.of()[1])
        terminal.type("/implement-plan")
        terminal.expect("T1 is being written")
        at_work.reached()
        terminal.type("and now?")
        terminal.expect("Still being written")
        assert "Stop hook" not in told(terminal.run.of()[-1])
        at_work.open()
        terminal.expect("Every wave is closed", seconds=60)
    assert subjects(made) == ["T1: Write one.txt", "Begin"]


# --- stopping --------------------------------------------------------------------------------------------------


def test_a_stop_is_held_while_the_next_step_is_its_own_and_gives_way_before_the_host(make_world: MakeWorld) -> None:
    made = make_world(ONE)
    stops = [{"say": f"I stop, time {number}.", "expect": {"held": True}} for number in range(1, 7)]
    run = made.claude("-p", START, script={"main": [*stops, {"say": "I really stop."}]})
    assert (run.exit, run.stdout) == (0, "I really stop.\n")
    assert "the next step is yours" in last_text(run.of()[1])
    assert "start T1 (implementer)" in last_text(run.of()[1])
    assert len(run.of()) == 7
    again = made.claude(
        "-p", "how far is it?", "--resume", run.session_id, script={"main": [{"say": "Nothing is done."}]}
    )
    assert (again.stdout, len(again.of())) == ("Nothing is done.\n", 1)


def test_a_stop_while_agents_run_in_the_background_is_not_held(make_world: MakeWorld) -> None:
    made, latch = make_world(ONE), Latch()
    steps = script([{"follow": True}], T1=implement("T1", latch))
    with made.terminal(script=steps, mode="acceptEdits") as terminal:
        terminal.type(START)
        latch.reached()
        terminal.expect("Waiting for 1 background agent")
        assert len(terminal.run.of()) == 3
        latch.open()
        terminal.expect("Every wave is closed", seconds=60)
    assert events(made, *LOST) == []


# --- another session -------------------------------------------------------------------------------------------


def test_a_second_session_is_kept_from_the_files_of_running_tasks_only(make_world: MakeWorld) -> None:
    made, latch = make_world({**ONE, "other.txt": "mine\n"}), Latch()
    first = made.start("-p", START, script=script([{"follow": True}], T1=implement("T1", latch)))
    latch.reached()
    state = ".claude/state/active_task_graph.json"
    second = made.claude(
        "-p",
        "look around",
        script={
            "main": [
                denied("foreign-session", write("one.txt")),
                denied("foreign-session", bash("echo x >> one.txt")),
                denied("guarded-paths", write(state, "{}")),
                denied("guarded-paths", bash(f"echo x > {state}")),
                denied("foreign-session", {"calls": [agent("**Task ID:** T1", background=False)]}),
                passes(write("new.txt")),
                passes(bash("echo more >> other.txt")),
                {"say": "Looked."},
            ]
        },
    )
    assert second.stdout == "Looked.\n"
    assert "This session does not own it" in told(second.of()[0])
    assert "Wait for T1 (implementer)" in told(second.of()[0])
    assert events(made, *LOST) == []
    made.git("checkout", "-q", "other.txt")
    (made.project / "new.txt").unlink()
    latch.open()
    first.wait()
    first.check()
    assert subjects(made) == ["T1: Write one.txt", "Begin"]


def test_a_second_session_takes_the_plan_over_and_lets_the_agent_of_the_first_finish(make_world: MakeWorld) -> None:
    made, latch = make_world(ONE), Latch()
    both = script([], T1=implement("T1", latch))
    first = made.start(
        "-p", START, script={**both, "main": [{"calls": [agent("**Task ID:** T1")]}, {"say": "My agent is done."}]}
    )
    latch.reached()
    with made.terminal(script={**both, "main": [{"follow": True}]}, mode="acceptEdits") as second:
        second.type("/implement-plan")
        second.expect("Wait for T1")
        assert "This session owns the plan from now on" in told(second.run.of()[0])
        latch.open()
        first.wait()
        first.check()
        assert first.stdout == "My agent is done.\n"
        assert [event["task"] for event in events(made, "implemented")] == ["T1"]
        second.type("/implement-plan")
        second.expect("Every wave is closed", seconds=60)
    assert events(made, *LOST) == []
    assert subjects(made) == ["T1: Write one.txt", "Begin"]


# --- the power cut ---------------------------------------------------------------------------------------------


def test_a_killed_session_loses_its_attempt_and_keeps_what_it_changed(make_world: MakeWorld) -> None:
    made, latch = make_world(ONE), Latch()
    half = implement("T1", bash("echo half > one.txt"), latch)
    first = made.start("-p", START, script=script([{"follow": True}], T1=half))
    latch.reached()
    first.kill()
    other = made.claude("-p", "what is here?", script={"main": [{"say": "A plan."}]})
    assert "This session does not own it" in told(other.of()[0])
    assert "[ ] T1: Write one.txt (implementer)" in told(other.of()[0])
    (lost,) = events(made, "lost")
    assert "its client is gone" in str(lost["why"])
    steps = script([{"follow": True}], T1=[])
    steps["T1 implementer 2"] = implement("T1")
    again = made.claude("-p", "/implement-plan", "--resume", first.session_id, script=steps)
    assert OWNED in told(again.of()[0])
    assert made.read("one.txt") == "half\nT1\n"
    assert subjects(made) == ["T1: Write one.txt", "Begin"]


# --- hooks switched off ----------------------------------------------------------------------------------------


def test_next_hands_out_no_work_to_a_client_whose_hooks_are_off(make_world: MakeWorld) -> None:
    made = make_world(ONE)
    first = made.claude("-p", START, script={"main": [{"say": "Later."}] * 7})
    off = ("--settings", json.dumps({"disableAllHooks": True}))
    asks = [bash("task-planner next"), {"say": "No work."}]
    for arguments in ((), ("--resume", first.session_id)):
        run = made.claude("-p", "go on with the plan", *off, *arguments, script={"main": asks})
        assert "no work is handed out" in last_text(run.of()[1])
        assert "Task ID" not in last_text(run.of()[1])
    with_hooks = made.claude("-p", "/implement-plan", "--resume", first.session_id, script={"main": asks})
    assert "**Task ID:** T1" in told(with_hooks.of()[1])


def test_hooks_that_a_person_switches_off_in_the_middle_are_noticed_at_the_next_call(make_world: MakeWorld) -> None:
    """The client takes the setting up at once: the call after that runs without any hook of ours, and hands out nothing."""
    made = make_world(ONE)

    def off(_turn: Turn) -> None:
        path = made.project / ".claude" / "settings.local.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"disableAllHooks": True}))
        wait_until(lambda: events(made, "settings_changed"), 20, "the client did not tell of the setting")

    asks = bash("task-planner next")
    steps = [asks, off, bash("echo now"), asks, asks, {"say": "No work."}]
    run = made.claude("-p", START, script={"main": steps}, mode="bypassPermissions")
    requests = run.of()
    assert "**Task ID:** T1" in last_text(requests[1])
    for request in requests[3:5]:
        assert "No hook saw this call of `task-planner next`" in last_text(request)
        assert "disableAllHooks" in last_text(request)
        assert "settings.local.json" in last_text(request)
        assert "**Task ID:**" not in last_text(request)
    if since("2.1.300"):  # 2.1.240 hands out nothing either; why its journal has no incident then is not known yet
        told_of = [str(event["what"]) for event in events(made, "incident")]
        assert len([what for what in told_of if "saw its call" in what]) == 1
