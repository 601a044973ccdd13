"""What a person types: answered by the hook without a request to the model, or gone on to the model, as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.e2e.notes import events, implement, plan, script
from tests.e2e.steps import bash
from tests.e2e.terminal import Terminal
from tests.e2e.world import World

MakeWorld = Callable[..., World]

TWO = {"plan.md": plan("T1", "T2")}
BLOCKED = [{"say": "BLOCKED\nTask: T1\nBlocker: which note?"}]
WRITE = {"call": {"tool": "Write", "input": {"file_path": "mine.txt", "content": "x\n"}}}

# Typed in this order on a plan of which T1 is blocked and T2 not started: the line, and what is said to it.
MENDS = (
    ("/task-planner --status", r"\[!\] T1: Write one\.txt \(implementer\)"),
    ("/task-planner status", r"its agent is blocked: which note\?"),
    ("/task-planner unblock T1 --note 'the first'", r"T1 may be tried again\. Your note is in its brief"),
    ("/task-planner unblock T1", r"T1 is pending, not blocked"),
    ("/task-planner amend T2 --files two.txt,three.txt", r"T2 is amended: files = `two\.txt`, `three\.txt`"),
    ("/task-planner allow T1 extra.txt", r"T1 may change extra\.txt"),
    ("/task-planner waive changes --why 'mine'", r"'changes' is waived: mine"),
    ("/task-planner skip T2", r"T2 is skipped"),
    ("/task-planner skip T9", r"T9 is no task of this plan"),
    ("/task-planner --pause now", r"nothing was done: unexpected: now"),
    ("/task-planner pause", r"the plan is paused; you and the main thread may edit"),
)


def answered(made: World, line: str, *arguments: str) -> str:
    """What print mode says to a typed line, which reaches no model."""
    run = made.claude("-p", line, *arguments)
    assert (run.exit, run.requests) == (0, []), run.story()
    heading, _, words = run.stdout.partition("\n")
    assert heading == "UserPromptExpansion operation blocked by hook:"
    return words


def test_typed_lines_are_answered_in_print_mode_without_a_request(make_world: MakeWorld) -> None:
    made = make_world(TWO)
    assert answered(made, "/task-planner --status") == "Planweir: No plan is open here.\n"
    assert "no plan was shown yet" in answered(made, "/implement-plan go")
    shown = answered(made, "/implement-plan plan.md")
    assert "Wave 1: T1 Write one.txt; T2 Write two.txt" in shown
    assert "Type /implement-plan go to start it" in shown
    started = made.claude(
        "-p", "/implement-plan go", script={"main": [{"follow": True}], "T1 implementer 1": BLOCKED, "T2 implementer 1": BLOCKED}
    )
    assert "# Carry out the open plan" in json.dumps(started.of()[0].messages)
    assert "a plan is open here; one at a time" in answered(made, '/task-planner "add user auth"')
    for line, words in MENDS:
        if line != "/task-planner skip T2":
            assert re.search(words, answered(made, line)), line
    edited = made.claude(
        "-p",
        "write it",
        *("--resume", started.session_id),
        script={"main": [{**WRITE, "expect": {"passes": True}}, {"say": "Written."}]},
    )
    assert edited.stdout == "Written.\n"
    again = made.claude("-p", "/implement-plan", *("--resume", started.session_id), script={"main": [bash("task-planner next")]})
    assert "going on." in json.dumps(again.of()[0].messages)
    gate = made.claude("-p", "/wave-gate", *("--resume", started.session_id), script={"main": [bash("task-planner gate")]})
    assert "# Run the gate of the current wave" in json.dumps(gate.of()[0].messages)
    assert "The gate's turn has not come" in json.dumps(gate.of()[1].messages)
    assert "the plan is aborted: Write notes" in answered(made, "/task-planner --abort")
    assert answered(made, "/task-planner --status") == "Planweir: No plan is open here.\n"
    assert made.read("mine.txt") == "x\n"


def test_typed_lines_are_shown_in_a_terminal_without_a_request(make_world: MakeWorld) -> None:
    made = make_world(TWO)
    steps = script(
        [
            {"follow": True},
            {**WRITE, "expect": {"passes": True}},
            {"say": "Written."},
            {"follow": True},
        ],
        T1=BLOCKED,
        T2=implement("T2"),
    )
    steps["T1 implementer 2"] = implement("T1")
    with made.terminal(script=steps, mode="acceptEdits") as terminal:
        typed(terminal, "/task-planner --status", "No plan is open here")
        typed(terminal, "/implement-plan plan.md", "Type /implement-plan go to start it")
        assert terminal.run.requests == []
        terminal.type("/implement-plan go")
        terminal.expect("T1 is blocked: its agent is blocked: which note", seconds=60)
        for line, words in MENDS:
            if "T2" not in line:
                typed(terminal, line, words)
        terminal.type("write it")
        terminal.expect("Written")
        terminal.type("/implement-plan")
        terminal.expect("Every wave is closed", seconds=60)
        typed(terminal, "/task-planner --complete", r"1 path uncommitted")
        made.git("add", "mine.txt")
        made.git("commit", "-qm", "mine")
        typed(terminal, "/task-planner --complete", r"PLANWEIR-DONE \S+ [0-9a-f]{12}")
        typed(terminal, "/task-planner --abort", "no plan is open here")
    assert made.git("log", "--format=%s").splitlines()[:3] == ["mine", "T2: Write two.txt", "T1: Write one.txt"]


def typed(terminal: Terminal, line: str, words: str) -> None:
    """Types a line and finds the answer on the screen, and no request."""
    before = len(terminal.run.requests)
    terminal.type(line)
    terminal.expect(words)
    assert len(terminal.run.requests) == before, terminal.run.story()


def test_a_request_for_a_plan_reaches_the_model_with_the_skill(make_world: MakeWorld) -> None:
    made = make_world({})
    run = made.claude("-p", '/task-planner "add user auth"', script={"main": [bash("task-planner status"), {"say": "Here is a plan."}]})
    assert run.stdout == "Here is a plan.\n"
    said = json.dumps(run.of()[0].messages)
    assert "# Turn a request into a plan" in said
    assert "add user auth" in said
    assert "No plan is open here" in json.dumps(run.of()[1].messages)
    assert events(made) == []
