"""A wave as one script of the client's: what goes wrong in it, who may start one, and what carries a plan out."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.notes import FILES, Latch, events, implement, plan, review, script
from tests.e2e.plans import MakeWorld, denied, faults, held, journal, passes, told, write
from tests.e2e.steps import agent, bash, load
from tests.e2e.world import World

from planweir.play.client.namespace import wait_until

WORKFLOW = {"PLANWEIR_ENGINE": "workflow"}
START = "/implement-plan plan.md --yes"
OTHER = "export const meta = {name: 'mine', description: 'Quicker'}\nawait agent('do it all')\n"
VOID = {
    "task": "T4", "role": "task-reviewer", "scores": [], "findings": [], "verdict": "void", "summary": "Its turn has not come."
}
ENDED = ["implemented", "reviewer_bound", "task_review_passed", "reviewer_bound", "code_review_passed", "committed", "closed"]


def stub(*names: str, wave: int = 1, waves: int = 1) -> str:
    """The call that `task-planner next` prints."""
    return f"export const meta = {{name: 'planweir-wave-{wave}', description: 'Wave {wave} of {waves}: {', '.join(names)}'}}\n"


def workflow(**given: Any) -> dict[str, Any]:
    return {"call": {"tool": "Workflow", "input": given}}


def structured(given: dict[str, Any]) -> dict[str, Any]:
    return {"call": {"tool": "StructuredOutput", "input": given}}


def run_of(made: World) -> str:
    """The client's name of the script that was started last."""
    return str(events(made, "workflow_started")[-1]["run"])


def of_task(made: World, name: str) -> list[str]:
    return [str(row["kind"]) for row in journal(made) if row.get("task") == name and row["kind"] not in ("cost", "spawn_allowed")]


def engines(made: World) -> list[str]:
    return [str(row["engine"]) for row in journal(made) if row["kind"] == "engine_set"]


def passing(*names: str, **more: list[Any]) -> dict[str, list[Any]]:
    """Tasks that go through at once, with a main thread that follows `next`."""
    return {**script([{"follow": True}], **{name: implement(name) for name in names}), **more}


def contradicting(name: str) -> dict[str, Any]:
    """A review whose verdict is not that of its scores."""
    score = {"criterion": f"{FILES[name]} names {name}", "score": "FAIL", "why": "it does not"}
    filed = {"task": name, "role": "task-reviewer", "scores": [score], "findings": [], "verdict": "pass", "summary": "Good."}
    return bash(f"task-planner file {name} <<'EOF'\n{json.dumps(filed)}\nEOF")


# --- troubles --------------------------------------------------------------------------------------------------


def test_what_keeps_one_task_leaves_the_others_running_and_comes_back_at_the_end(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1", "T2", "T3", "T4")}, env=WORKFLOW)
    ours = stub("T1", "T2", "T3", "T4")
    actors: dict[str, list[Any]] = {
        "main": [
            # nothing but our script may be started, and agents of a wave only by it
            denied(workflow(script=OTHER), "workflow-scripts"),
            denied(workflow(script=ours + "await agent('and this')\n"), "workflow-scripts"),
            denied(workflow(script=ours, args={"also": "this"}), "workflow-scripts"),
            denied({"calls": [agent("**Task ID:** T1")]}, "engine"),
            passes(bash("task-planner next")),
            passes(workflow(script=ours)),
            {"say": "Waiting."},
            passes(bash("task-planner next")),
            {"calls": [agent("**Task ID:** T1\n**Answer:** In capitals.", background=False)]},
            {"follow": True},
        ],
        # asks, without having done anything
        "T1 implementer 1": [{"say": "NEEDS_CONTEXT\nTask: T1\nQuestion: In capitals?"}],
        # cannot go on
        "T2 implementer 1": [passes(bash("ls")), {"say": "BLOCKED\nTask: T2\nBlocker: The disk is full."}],
        # strays, is held without evidence, then does it
        "T3 implementer 1": [
            denied(write("one.txt", "T1\n"), "scope"),
            denied(bash("echo x > four.txt"), "scope"),
            bash("echo T3 > three.txt"),
            held("DONE\nTask: T3"),
            passes(bash("grep -q T3 three.txt")),
            {"say": "DONE\nTask: T3\nChanged: three.txt"},
        ],
        "T3 task-reviewer 1": [
            denied(write("three.txt", "T3!\n"), "reviewer-edits"),
            denied(contradicting("T3"), "review-object"),
            *review("T3", "task-reviewer"),
        ],
        "T3 code-reviewer 1": review("T3", "code-reviewer"),
        # claims twice what never ran, and a third time
        "T4 implementer 1": [bash("echo T4 > four.txt"), *[held("DONE\nTask: T4")] * 2, {"say": "DONE\nTask: T4"}],
        # its turn has not come: it may say so and nothing else
        "T4 task-reviewer 1": [denied(bash("task-planner package T4"), "role-and-status"), structured(VOID)],
        "T1 implementer 2": implement("T1"),
        "T1 task-reviewer 1": [*review("T1", "task-reviewer")],
        "T1 code-reviewer 1": review("T1", "code-reviewer"),
    }
    run = made.claude("-p", START, script=actors, mode="default", seconds=120)
    assert run.exit == 0
    assert faults(made) == ""
    assert of_task(made, "T1") == ["bound", "asked", "answered", "bound", *ENDED[:5]]
    assert of_task(made, "T2") == ["bound", "stuck"]
    assert of_task(made, "T3") == ["bound", *ENDED[:5]]
    assert of_task(made, "T4") == ["bound", "stuck"]
    assert len(events(made, "workflow_allowed")) == len(events(made, "workflow_ended")) == 2
    # what only a person settles comes at the end, to the person
    for words in ("T2", "The disk is full.", "T4", "/task-planner unblock"):
        assert words in run.stdout
    for name in ("T2", "T4"):
        made.claude("-p", f"/task-planner unblock {name} --note 'Now it goes.'")
    rest = {name.replace("implementer 1", "implementer 2"): steps for name, steps in passing("T2", "T4").items()}
    again = made.claude("-p", "/implement-plan", script=rest, mode="default", seconds=120)
    assert "Now it goes." in told(again.of("T2 implementer 2")[0])
    assert of_task(made, "T2") == ["bound", "stuck", "unblocked", "bound", *ENDED]
    assert of_task(made, "T4") == ["bound", "stuck", "unblocked", "bound", *ENDED]
    assert faults(made) == ""


# --- what carries a plan out -----------------------------------------------------------------------------------


def test_scripts_carry_a_plan_out_where_nothing_is_said(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1")}, env={"PLANWEIR_ENGINE": "auto"})
    run = made.claude("-p", START, script=passing("T1"), mode="acceptEdits", seconds=90)
    assert (engines(made), of_task(made, "T1")) == (["workflow"], ["bound", *ENDED])
    # from the typed line to the end: the call that is due, its launch, its end, the gate and the last word
    assert len(run.of()) <= 7


def test_agents_carry_it_out_where_the_person_has_no_scripts(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1")}, env={"PLANWEIR_ENGINE": "auto"})
    settings = made.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"disableWorkflows": True}))
    made.claude("-p", START, script=passing("T1"), mode="acceptEdits", seconds=90)
    assert (engines(made)[-1:], of_task(made, "T1")) in ((["agents"], ["bound", *ENDED]), ([], ["bound", *ENDED]))
    assert events(made, "workflow_allowed") == []


def test_a_person_changes_the_engine_between_two_tasks(make_world: MakeWorld) -> None:
    """T1 is blocked in a script; the person has agents do the rest."""
    made = make_world({"plan.md": plan("T1", "T2")}, env=WORKFLOW)
    first = passing("T2", **{"T1 implementer 1": [passes(bash("ls")), {"say": "BLOCKED\nTask: T1\nBlocker: No ink."}]})
    made.claude("-p", START, script=first, seconds=90)
    assert (of_task(made, "T1"), of_task(made, "T2")) == (["bound", "stuck"], ["bound", *ENDED[:5]])
    made.claude("-p", "/task-planner unblock T1 --note 'Here is ink.'")
    rest = passing("T1")
    rest["T1 implementer 2"] = rest.pop("T1 implementer 1")
    run = made.claude("-p", "/implement-plan --engine agents", script=rest, seconds=90)
    assert engines(made) == ["workflow", "agents"]
    assert of_task(made, "T1") == ["bound", "stuck", "unblocked", "bound", *ENDED]
    assert "Here is ink." in told(run.of("T1 implementer 2")[0])
    assert len(events(made, "workflow_allowed")) == 1
    assert faults(made) == ""


def test_in_a_terminal_the_end_of_the_script_wakes_the_main_thread(make_world: MakeWorld) -> None:
    made, latch = make_world({"plan.md": plan("T1")}, env=WORKFLOW), Latch()
    steps = script([{"follow": True}], T1=implement("T1", bash("ls"), latch))
    with made.terminal(script=steps, mode="default") as terminal:
        terminal.type(START)
        latch.reached()
        terminal.expect("Waiting for 1 dynamic workflow")
        before = len(terminal.run.of())
        terminal.type("/task-planner --status")
        terminal.expect("T1: Write one.txt")
        assert len(terminal.run.of()) == before
        latch.open()
        terminal.expect("Every wave is closed", seconds=90)
    assert of_task(made, "T1") == ["bound", *ENDED]
    assert faults(made) == ""


def test_a_script_that_a_person_stops_is_noticed_and_the_rest_is_in_the_next(make_world: MakeWorld) -> None:
    made, latch = make_world({"plan.md": plan("T1")}, env=WORKFLOW), Latch()
    steps: dict[str, Any] = script([{"follow": True}], T1=[bash("echo half > one.txt"), latch, {"say": "never"}])
    steps["T1 implementer 2"] = implement("T1")
    with made.terminal(script=steps, mode="acceptEdits", check=False) as terminal:
        terminal.type(START)
        latch.reached()
        terminal.type("/workflows")
        terminal.answer("x (?:to )?stop workflow", "x")
        terminal.answer("Esc to close|esc back", "Escape")
        latch.open()
        terminal.type("/implement-plan")
        terminal.expect("Every wave is closed", seconds=90)
    assert of_task(made, "T1") == ["bound", "lost", "bound", *ENDED]
    assert len(events(made, "workflow_ended")) == 2
    assert faults(made) == ""


def test_a_script_that_the_orchestrator_stops_is_lost_and_started_again(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1")}, env=WORKFLOW)

    def stop(_turn: Any) -> dict[str, Any]:
        wait_until(lambda: events(made, "bound"), 30, "the agent bound")
        (started,) = events(made, "workflow_started")
        return {"call": {"tool": "TaskStop", "input": {"task_id": started["host_task"]}}}

    steps: dict[str, Any] = {
        "main": [
            load("TaskStop"),
            workflow(script=stub("T1")),
            stop,
            # the client would go on where it was stopped, past what the plan knows
            lambda _turn: denied(workflow(script=stub("T1"), resumeFromRunId=run_of(made)), "workflow-scripts"),
            {"follow": True},
        ],
        "T1 implementer 1": [bash("echo half > one.txt"), {"hang": 60}, {"say": "never"}],
        "T1 implementer 2": implement("T1"),
        **{f"T1 {role} 1": review("T1", role) for role in ("task-reviewer", "code-reviewer")},
    }
    run = made.claude("-p", START, script=steps, mode="acceptEdits", seconds=90, check=False)
    assert of_task(made, "T1") == ["bound", "lost", "bound", *ENDED], run.story()
    assert faults(made) == ""
