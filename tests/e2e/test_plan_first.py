"""A task that is planned first: its plan is submitted, accepted and then carried out; in the real client."""

from __future__ import annotations

import json

from tests.e2e.plans import (
    MakeWorld,
    denied,
    done,
    ends_well,
    kinds,
    passes,
    plan,
    project,
    read,
    reviews,
    task,
    told,
    work,
    write,
)
from tests.e2e.steps import bash

PLANNED = task("T1", "greet").replace("- Verify:", "- Plan first: yes\n- Verify:")
PLANNER = [
    read("notes.txt"),
    denied(write("src/greet.py", "x"), "plan-first"),
    {"say": "DONE\nPlan:\n1. Write greet() in src/greet.py.\n2. Test it in tests/test_greet.py."},
]
WORK = {"T1 implementer 1": [*work("greet"), done("T1", "greet")], **reviews("T1")}
AFTER = ["bound", "implemented", "reviewer_bound", "task_review_passed", "reviewer_bound", "code_review_passed"]
END = ["committed", "closed"]


def test_a_person_accepts_a_plan_and_the_work_begins(make_world: MakeWorld) -> None:
    made = make_world(project(plan(PLANNED)))
    first = made.claude(
        "-p", "/implement-plan docs/plan.md --yes", script={"main": [{"follow": True}], "T1 planner 1": PLANNER}, seconds=120
    )
    assert first.exit == 0
    assert "The plan of T1 waits for a person" in first.stdout
    assert kinds(made, "T1") == ["bound", "proposed"]
    accepted = made.claude("-p", "/task-planner accept T1")
    assert "the plan of T1 is accepted" in accepted.stdout
    assert accepted.requests == []
    run = made.claude("-p", "/implement-plan", script={"main": [{"follow": True}], **WORK}, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    assert "> 1. Write greet() in src/greet.py." in told(run.of("T1 implementer 1")[0])
    assert kinds(made, "T1") == ["bound", "proposed", "plan_accepted", *AFTER, *END]


def test_by_policy_a_reviewer_accepts_it_without_a_person(make_world: MakeWorld) -> None:
    made = make_world(project(plan(PLANNED, head="Plans accepted by: task-reviewer")))
    filed = {
        "task": "T1",
        "role": "plan-reviewer",
        "scores": [{"criterion": name, "score": "PASS", "why": "looked"} for name in ("covers", "fit", "risk")],
        "findings": [],
        "verdict": "pass",
        "summary": "Good.",
    }
    script = {
        "main": [{"follow": True}],
        "T1 planner 1": PLANNER,
        "T1 plan-reviewer 1": [
            passes(bash(f"task-planner file T1 <<'JSON'\n{json.dumps(filed)}\nJSON")),
            {"say": "FILED pass"},
        ],
        **WORK,
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    assert kinds(made, "T1") == ["bound", "proposed", "reviewer_bound", "plan_accepted", *AFTER, *END]
