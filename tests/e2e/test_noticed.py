"""The main thread runs a command that is allowed and that edits a file: it is named, holds the gate, and a person settles it."""

from __future__ import annotations

from tests.e2e.plans import (
    MakeWorld,
    base,
    commits,
    faults,
    implementer,
    journal,
    passes,
    plan,
    project,
    results,
    reviews,
    task,
)
from tests.e2e.steps import bash

MAKE = "make x"
LOOSE = "# changed by make\n"


def test_a_file_that_make_edits_is_named_and_holds_the_gate_until_a_person_owns_it(make_world: MakeWorld) -> None:
    files = project(plan(task("T1", "greet"), head=f"Setup: `{MAKE}`"))
    made = make_world({**files, "Makefile": f"x:\n\tprintf '{LOOSE.rstrip()}\\n' > src/other.py\n", "src/other.py": "OTHER = 1\n"})
    script = {
        "main": [passes(bash(MAKE)), {"follow": True}],
        "T1 implementer 1": implementer("T1", "greet"),
        **reviews("T1"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120, check=False)
    (found,) = [row for row in journal(made) if row["kind"] == "unexplained"]
    assert (found["paths"], found["by"]) == (["src/other.py"], f"during the main thread's call `{MAKE}`")
    assert found["why"] == "batch"
    status = made.claude("-p", "/task-planner --status", "--resume", run.session_id, script={})
    assert f"Unexplained: src/other.py changed during the main thread's call `{MAKE}`." in status.stdout
    failed = [row for row in journal(made) if row["kind"] == "gate_failed"]
    assert "unexplained: src/other.py" in str(failed[0]["checks"])
    assert any("unexplained: src/other.py" in words for _, _, words in results(run, "main"))
    mine = made.claude("-p", "/task-planner mine src/other.py", "--resume", run.session_id, script={})
    assert "yours: src/other.py" in mine.stdout
    again = made.claude("-p", "/wave-gate", "--resume", run.session_id, script={"main": [bash("task-planner gate")]})
    assert again.exit == 0
    assert [row["kind"] for row in journal(made)].count("gate_passed") == 1
    assert commits(made) == ["T1: Create greet"]
    assert (made.project / "src/other.py").read_text() == LOOSE
    assert faults(made) == ""
    assert base(made).exists()
