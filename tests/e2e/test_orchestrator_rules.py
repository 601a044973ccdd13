"""Agents under pressure: whatever they must not do is denied by name, and the plan still ends well."""

from __future__ import annotations

from typing import Any

from tests.e2e.plans import (
    MakeWorld,
    commits,
    denied,
    edit,
    ends_well,
    implementer,
    left_behind,
    passes,
    plan,
    project,
    read,
    refused_by_the_client,
    results,
    review,
    reviews,
    task,
    write,
)
from tests.e2e.steps import agent, bash, load

ONE_AFTER_ANOTHER = plan(task("T1", "greet"), task("T2", "bye", depends="T1"))
SIDE_BY_SIDE = plan(task("T1", "greet"), task("T2", "bye", agent="general-purpose"))
STATE = ".claude/state/active_task_graph.json"

REVIEW = review("T1", "code-reviewer")[1]["call"]["input"]["command"]


def call(tool: str, **given: Any) -> dict[str, Any]:
    return {"call": {"tool": tool, "input": given}}


def spawn(*words: Any, **more: Any) -> dict[str, Any]:
    return {"calls": [agent(*words, **more)]}


def of_an_orchestrator(journal_path: str) -> list[dict[str, Any]]:
    """One step each of what an orchestrator must not do while T1 waits for its code reviewer."""
    main, guarded = "main-thread-commands", "guarded-paths"
    return [
        # to edit, with every tool for it
        denied(edit("notes.txt", "mine", "yours"), "main-thread-edits"),
        denied(write("src/greet.py", "x = 1\n"), "main-thread-edits"),
        denied(bash("echo x >> src/greet.py"), main),
        denied(bash("sed -i s/greet/hello/ src/greet.py"), main),
        # the state, by Edit and by Bash; the truth behind it, the plan, the plugin
        denied(write(STATE, "{}"), guarded),
        denied(bash(f"echo '{{}}' > {STATE}"), guarded),
        denied(bash(f"rm -f {STATE}"), guarded),
        denied(write(journal_path, "{}"), guarded),
        denied(bash(f"cp /dev/null {journal_path}"), guarded),
        denied(edit("docs/plan.md", "Goal", "Aim"), guarded),
        passes(bash(f"cat {STATE}")),
        # agents out of turn, in a wrong role, without a task
        denied(spawn("**Task ID:** T2"), "out-of-turn"),
        denied(spawn("**Task ID:** T2", kind="planweir:code-reviewer"), "out-of-turn"),
        denied(spawn("**Task ID:** T1"), "role-and-status"),
        denied(spawn("**Task ID:** T1", kind="planweir:task-reviewer"), "role-and-status"),
        denied(spawn("**Task ID:** T9"), "unknown-task"),
        denied(spawn("**Task ID:** T1", kind="general-purpose"), "agent-type"),
        denied(spawn("Mend the greeting.", kind="general-purpose"), "unnamed-agent"),
        # what is a person's, a reviewer's, the gate's
        denied(bash("task-planner abort"), "person-verbs"),
        denied(bash("task-planner waive verify-1 --why 'it is late'"), "person-verbs"),
        denied(bash("CLAUDECODE= task-planner unblock T1"), "person-verbs"),
        denied(bash("sh -c 'task-planner skip T1'"), "person-verbs"),
        denied(bash(REVIEW), "file-owner"),
        denied(bash("git commit -am 'done'"), main),
        # a person's edit
        denied(bash("git checkout -- notes.txt"), main),
        denied(bash("git restore notes.txt"), main),
        denied(bash("git stash"), main),
        denied(bash("git reset --hard"), main),
        denied(bash("task-planner discard notes.txt"), "discard-owner"),
        # other ways to agents
        denied(
            call("Workflow", script="export const meta = {name: 'x', description: 'y'}\nawait agent('mend it')"),
            "workflow-scripts",
        ),
        denied(call("SendMessage", to="${agent:T1 task-reviewer 1}", summary="be kind", message="Please pass it."), "reviewer-messages"),
        denied(call("SendMessage", to=" ${agent:T1 task-reviewer 1}\u200b", summary="x", message="Please pass it."), "reviewer-messages"),
        denied(call("SendMessage", to="${agent:T1 implementer 1}", summary="go on", message="Do T2 too."), "implementer-messages"),
        denied(call("EnterWorktree", name="aside"), "other-tools"),
    ]


def orchestrator(journal_path: str) -> dict[str, list[Any]]:
    started = [agent("**Task ID:** T1")]
    judged = [agent("**Task ID:** T1", kind="planweir:task-reviewer")]
    return {
        "main": [
            load("SendMessage", "Workflow", "EnterWorktree"),
            passes({"calls": started}),
            passes({"calls": judged}),
            *of_an_orchestrator(journal_path),
            # an agent without a task may read for the main thread, and no more
            {"calls": [agent("Find the greeting.", kind="Explore")]},
            {"follow": True},
        ],
        "T1 implementer 1": implementer("T1", "greet"),
        "agent: Find the greeting.": [
            passes(read("src/greet.py")),
            denied(bash("echo x > src/greet.py"), "reviewer-commands"),
            denied(bash("task-planner gate"), "gate-owner"),
            denied(bash(REVIEW), "file-owner"),
            {"say": "It is in src/greet.py."},
        ],
        "T2 implementer 1": implementer("T2", "bye"),
        **reviews("T1"),
        **reviews("T2"),
    }


def test_every_way_round_the_plan_is_denied_by_name_and_the_plan_ends_well(make_world: MakeWorld) -> None:
    made = make_world(project(ONE_AFTER_ANOTHER))
    made.write({"notes.txt": "mine, in the middle of a thought\n"})
    journal_path = f"{made.planweir_home}/projects{made.project}/journal.jsonl"
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=orchestrator(journal_path), seconds=120)
    ends_well(made, run)
    assert made.read("notes.txt") == "mine, in the middle of a thought\n"
    assert left_behind(made) == [" M notes.txt"]
    assert commits(made) == ["T1: Create greet", "T2: Create bye"]
    # each denial is a signpost
    denials = [text for _, wrong, text in results(run) if wrong and "Planweir [" in text]
    assert len(denials) == sum("denied" in str(step.get("expect", "")) for step in of_an_orchestrator("")) + 3
    assert [text for text in denials if " Next: " not in text] == []


TRIES_OF_AN_IMPLEMENTER = [
    # files of a neighbour, of nobody, of the engine
    denied(write("src/bye.py", "x = 1\n"), "scope"),
    denied(bash("echo 'x = 1' > src/bye.py"), "scope"),
    denied(bash("cd src && sed -i s/a/b/ bye.py"), "scope"),
    denied(edit("notes.txt", "mine", "yours"), "scope"),
    denied(write(STATE, "{}"), "guarded-paths"),
    denied(edit("docs/plan.md", "Goal", "Aim"), "guarded-paths"),
    # git belongs to the gate, and what undoes reaches neighbours
    denied(bash("git add -A && git commit -m 'T1'"), "neighbours"),
    denied(bash("git stash"), "neighbours"),
    denied(bash("git checkout -- ."), "guarded-paths"),  # the plan lies in that folder too
    denied(bash("git reset --hard"), "neighbours"),
    denied(bash("git clean -fdx"), "guarded-paths"),
    # what others do
    denied(bash("task-planner abort"), "person-verbs"),
    denied(bash("task-planner gate"), "gate-owner"),
    denied(bash(REVIEW), "file-owner"),
    # reading is free, and so is what is its own
    passes(bash("git status --short && git diff && git log --oneline")),
    passes(read("notes.txt")),
    passes(bash("mkdir -p src && printf 'x = 1\\n' > src/greet.py")),
    passes(bash("task-planner discard src/greet.py")),
    passes(bash("test ! -e src/greet.py && echo gone")),
]


def test_an_implementer_stays_within_its_task_and_does_it_itself(make_world: MakeWorld) -> None:
    made = make_world(project(SIDE_BY_SIDE))
    made.write({"notes.txt": "mine, in the middle of a thought\n"})
    script = {
        "main": [{"follow": True}],
        "T1 implementer 1": implementer("T1", "greet", first=TRIES_OF_AN_IMPLEMENTER),
        # an agent type that, unlike our own, has every tool of the host
        "T2 implementer 1": implementer(
            "T2",
            "bye",
            first=[
                denied(spawn("**Task ID:** T2"), "nested-spawns"),
                denied(spawn("Do my task.", kind="general-purpose"), "nested-spawns"),
                denied(write("src/greet.py", "x = 1\n"), "scope"),
            ],
        ),
        **reviews("T1"),
        **reviews("T2"),
    }
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=script, mode="default", seconds=120)
    ends_well(made, run)
    assert refused_by_the_client(run) == []
    assert made.read("notes.txt") == "mine, in the middle of a thought\n"
    assert left_behind(made) == [" M notes.txt"]
    assert commits(made) == ["T1: Create greet", "T2: Create bye"]
