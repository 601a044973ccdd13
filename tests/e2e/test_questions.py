"""An implementer asks, the orchestrator answers with the call that `next` prints, and the plan goes on; in the real client."""

from __future__ import annotations

from tests.e2e.plans import (
    MakeWorld,
    denied,
    done,
    ends_well,
    journal,
    kinds,
    passes,
    plan,
    project,
    results,
    reviews,
    task,
    told,
    work,
)
from tests.e2e.steps import agent, bash


def test_a_question_is_answered_by_the_orchestrator(make_world: MakeWorld) -> None:
    made = make_world(project(plan(task("T1", "greet"))))
    script = {
        "main": [
            {"calls": [agent("**Task ID:** T1")]},
            denied({"calls": [agent("**Task ID:** T1")]}, "open-question"),
            passes(bash("task-planner next")),
            {"calls": [agent("**Task ID:** T1\n**Answer:** With the name, as the plan says.")]},
            {"follow": True},
        ],
        "T1 implementer 1": [{"say": "NEEDS_CONTEXT\nTask: T1\nQuestion: With the name or without?"}],
        "T1 implementer 2": [*work("greet"), done("T1", "greet")],
        **reviews("T1"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    tried = ["bound", "implemented", "reviewer_bound", "task_review_passed", "reviewer_bound", "code_review_passed"]
    assert kinds(made, "T1") == ["bound", "asked", "answered", *tried, "committed", "closed"]
    (printed,) = [words for _, _, words in results(run, "main") if "T1 asks: With the name or without?" in words]
    assert "**Answer:** <your answer>" in printed
    assert "> With the name, as the plan says." in told(run.of("T1 implementer 2")[0])
    assert [row["by"] for row in journal(made) if row["kind"] == "answered"] == ["orchestrator"]
