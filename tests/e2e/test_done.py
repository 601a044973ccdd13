"""A plan to its definition of done: requirements, scaffold that a later task wires, new tests red before green, what one agent
learned in the next one's brief, and the line that only the final checks print."""

from __future__ import annotations

import re

from tests.e2e.plans import (
    Event,
    MakeWorld,
    Step,
    commits,
    denied,
    ends_well,
    implementer,
    journal,
    kinds,
    left_behind,
    markers,
    passes,
    plan,
    project,
    refused_by_the_client,
    results,
    reviews,
    task,
    told,
    write,
)
from tests.e2e.steps import bash

TOKEN = re.compile(r"^PLANWEIR-DONE \S+ [0-9a-f]{12} [0-9a-f]{12}$", re.MULTILINE)
TAXED = "python3 -m pytest -q tests/test_tax.py"
LINED = "python3 -m pytest -q tests/test_line.py"

PLAN = f"""\
# Plan: Add tax

Goal: A line of a receipt has its tax.
Setup: `true`
Verify: `python3 -m pytest -q`

## Context
A tiny till; `src/__main__.py` is what runs.

## Requirements

- R1: A line of a receipt is right
  - R1.1: tax is a fifth (check: `{TAXED}`)
  - R1.2: (by hand) the line reads well

## Tasks

### T1: Compute the tax
- Depends on: none
- Files: `src/tax.py`, `tests/test_tax.py`
- Verify: `{TAXED}`
- New tests: yes
- Serves: R1.1

Write taxed(). Nothing calls it yet.

#### Done when
- the tax is a fifth

### T2: Print the line
- Depends on: T1
- Files: `src/__main__.py`, `tests/test_line.py`
- Verify: `{LINED}`
- New tests: yes
- Serves: R1.2
- Wires: T1

Print a line with its tax.

#### Done when
- the line has the taxed price
"""

MAIN = "def main():\n    print('nothing sold')\n\n\nif __name__ == '__main__':\n    main()\n"
FILES = {**project(PLAN), "src/__main__.py": MAIN}

TAX = "def taxed(cents):\n    return cents + cents // 5\n"
TEST_TAX = "from src.tax import taxed\n\n\ndef test_tax_is_a_fifth():\n    assert taxed(500) == 600\n"
LINE = (
    "from src.tax import taxed\n\n\ndef line(what, cents):\n    return f'{what} {taxed(cents)}'\n\n\n"
    "def main():\n    print(line('bread', 500))\n\n\nif __name__ == '__main__':\n    main()\n"
)
TEST_LINE = "from src.__main__ import line\n\n\ndef test_line():\n    assert line('bread', 500) == 'bread 600'\n"
LEARNED = "prices are whole cents, never floats"


def finished(name: str) -> Step:
    return {"say": f"DONE\nTask: {name}\nChecks: 1 passed"}


SCRIPT = {
    "main": [{"follow": True}],
    "T1 implementer 1": [
        write("src/tax.py", TAX),
        write("tests/test_tax.py", TEST_TAX),
        passes(bash(f'task-planner insight add --kind learning "{LEARNED}"')),
        passes(bash(TAXED)),
        finished("T1"),
    ],
    **reviews("T1"),
    "T2 implementer 1": [
        write("src/__main__.py", LINE),
        write("tests/test_line.py", TEST_LINE),
        passes(bash(LINED)),
        finished("T2"),
    ],
    **reviews("T2"),
}


def at_gate(event: Event, name: str) -> tuple[str, str]:
    """What one check of a journaled gate came to, and in which words."""
    return next((row["result"], row["said"]) for row in event["checks"] if row["name"] == name)


def test_a_plan_is_done_by_its_gates_and_a_persons_word_and_says_so_with_one_line(make_world: MakeWorld) -> None:
    made = make_world(FILES)
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=SCRIPT, seconds=120)
    assert run.exit == 0
    ends_well(made, run)
    assert refused_by_the_client(run) == []
    # T1's module is reached by nothing before T2 connects it
    first, second = [row for row in journal(made) if row["kind"] == "gate_passed"]
    assert at_gate(first, "reach") == ("not yet", "nothing reaches what T1 added: scaffold, not done")
    assert at_gate(second, "reach")[0] == "ok"
    assert kinds(made, "T1")[-3:] == ["committed", "scaffold", "wired"]
    assert kinds(made, "T2")[-2:] == ["committed", "closed"]
    assert commits(made) == ["T1: Compute the tax", "T2: Print the line"]
    # what is committed works alone, and its new tests fail without the change
    for gate in (first, second):
        assert at_gate(gate, "red") == ("ok", "1 new test cannot run or fail without the change")
        assert at_gate(gate, "clean-verify-1")[0] == "ok"
    assert at_gate(first, "R1.1")[0] == "ok"
    # what one agent learned, the next one reads, as the other's words
    assert f"- Learning (the implementer of T1): {LEARNED}" in told(run.of("T2 implementer 1")[0])
    # the end
    confirmed = made.claude("-p", "/task-planner checked R1.2")
    assert "R1.2 is confirmed by Dev Person <dev@example.invalid>" in confirmed.stdout
    ended = made.claude("-p", "/task-planner --complete")
    assert (confirmed.requests, ended.requests) == ([], [])
    assert "Requirements: 2 of 2 criteria satisfied" in ended.stdout
    assert "the commands ran in a clean checkout of " in ended.stdout
    (token,) = TOKEN.findall(ended.stdout)
    assert made.git("rev-parse", "HEAD").startswith(token.split()[2])
    assert (markers(made), left_behind(made)) == ([], [])
    assert journal(made)[-1]["kind"] == "completed"
    # the line proves something as long as record, journal and HEAD agree
    shell = made.claude("-p", "go", script={"main": [passes(bash(f"task-planner done --verify '{token}'")), {"say": "Looked."}]})
    ((_, failed, said),) = results(shell)
    assert (failed, "HEAD is the commit that was checked" in said) == (False, True), said


def test_what_only_a_person_can_see_is_no_agents_to_confirm_and_keeps_the_plan_open(make_world: MakeWorld) -> None:
    wanted = "\n## Requirements\n\n- R1: People are greeted\n  - R1.1: (by hand) the greeting sounds kind\n"
    text = plan(task("T1", "greet").replace("- Files:", "- Serves: R1\n- Not reached: it is a library\n- Files:"), head=wanted)
    made = make_world(project(text))
    script = {
        "main": [{"follow": True}],
        "T1 implementer 1": implementer("T1", "greet", first=[denied(bash("task-planner checked R1.1"), "person-verbs")]),
        **reviews("T1"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, seconds=120)
    ends_well(made, run)
    ended = made.claude("-p", "/task-planner --complete")
    assert ended.requests == []
    assert "the plan is not done" in ended.stdout
    assert "R1.1: a person has not confirmed it; a person looks and types /task-planner checked R1.1" in ended.stdout
    assert "PLANWEIR-DONE" not in ended.stdout
    assert len(markers(made)) == 2
    assert [row for row in journal(made) if row["kind"] in ("confirmed", "completed")] == []
