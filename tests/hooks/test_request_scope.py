"""A file beyond a task's own: asked for, answered by a person, in the brief of the attempt that goes on; or let pass and told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.hooks.stage import BYE, DONE, PLAN, Reply, Stage

ASK = "task-planner request-scope T1 src/old.py --why 'hello() has to call old()'"
WARN = PLAN.replace("Goal:", "Scope: warn\nGoal:")


def asks(stage: Stage, agent: str, command: str = ASK) -> str:
    return stage.bash(agent, command, judged=True).output


def row(stage: Stage, at: int = -1) -> dict[str, object]:
    return dict(stage.state()["requests"][at])


def brief(reply: Reply) -> str:
    assert reply.passes, reply.reason
    return str((reply.updated or {})["prompt"])


def status(stage: Stage) -> str:
    return stage.run("task-planner status").output


def typed(stage: Stage, words: str) -> str:
    return stage.typed("task-planner", words).reason


@pytest.fixture
def warned(open_plan: Callable[[str], Stage]) -> tuple[Stage, str]:
    """T1 has an implementer, in a plan that lets changes beyond a task's files pass."""
    stage = open_plan(WARN)
    return stage, stage.spawn("T1")


# --- a denial names the owner --------------------------------------------------------------------------------


def test_scope_denial_says_how_to_ask_for_a_file_of_nobody(working: tuple[Stage, str]) -> None:
    stage, agent = working
    reply = stage.edit("src/old.py", agent)
    assert reply.denied == "scope"
    assert 'task-planner request-scope T1 src/old.py --why "…"' in reply.reason


def test_scope_denial_names_the_owner_that_has_not_begun(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for tool, given in (
        ("Write", {"file_path": stage.path("src/both.py"), "content": "x"}),
        ("Edit", {"file_path": stage.path("src/both.py"), "old_string": "a", "new_string": "b"}),
        ("NotebookEdit", {"notebook_path": stage.path("src/both.py"), "new_source": "x"}),
        ("Bash", {"command": "echo x > src/both.py"}),
        ("mcp__files__write_file", {"path": stage.path("src/both.py"), "content": "x"}),
    ):
        reply = stage.pre(tool, dict(given), agent)
        assert reply.denied == "scope", tool
        assert "src/both.py belongs to T3, which has not begun; you work on T1" in reply.reason, tool


def test_scope_denial_names_the_owner_that_is_reviewed(stage: Stage) -> None:
    stage.implement(stage.spawn("T2"), BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    agent = stage.spawn("T1")
    assert "src/bye.py belongs to T2, which awaits its reviews" in stage.edit("src/bye.py", agent).reason


# --- who may ask ---------------------------------------------------------------------------------------------


def test_request_owner_denies_everybody_but_the_tasks_implementer(reviewing: tuple[Stage, str]) -> None:
    stage, reviewer = reviewing
    second = stage.spawn("T2")
    for agent in ("", reviewer, second):
        assert stage.pre("Bash", {"command": ASK}, agent).denied == "request-owner"
    assert stage.state()["requests"] == []


def test_the_command_line_alone_asks_for_nobody(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    ran = stage.run(ASK)
    assert ran.exit == 1
    assert "only the implementer of T1 asks" in ran.output
    assert stage.state()["requests"] == []


# --- asking and being answered -------------------------------------------------------------------------------


def test_a_request_is_kept_and_shown_where_a_person_looks(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert "/task-planner allow T1 src/old.py" in asks(stage, agent)
    assert (row(stage)["path"], row(stage)["why"], row(stage)["answer"]) == ("src/old.py", "hello() has to call old()", "")
    words = "T1 asks to change src/old.py too: hello() has to call old()."
    assert words in status(stage)
    assert words in stage.run("task-planner next").output
    assert words in stage.send("SessionStart", source="resume").context
    assert "/task-planner refuse T1 src/old.py" in status(stage)


def test_it_may_stand_among_other_commands_and_in_a_folder_below(working: tuple[Stage, str]) -> None:
    stage, agent = working
    said = asks(stage, agent, "cd src && task-planner request-scope T1 old.py --why 'it is needed' 2>&1 | tail -5")
    assert "Asked: src/old.py" in said
    assert row(stage)["path"] == "src/old.py"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("src/hello.py --why x", "among the files of T1 already"),
        ("../x --why x", "not inside the project"),
        ("src --why x", "is a folder"),
        ("src/old.py", "say what for"),
        ("docs/plan.md --why x", "is guarded"),
        (".git/config --why x", "is guarded"),
        (".claude/settings.json --why x", "is guarded"),
        ("src/old.py --why " + "x" * 501, "500 are the most"),
    ],
)
def test_what_cannot_be_asked_for_is_said(working: tuple[Stage, str], words: str, why: str) -> None:
    stage, agent = working
    use = stage.next_use()
    command = f"task-planner request-scope T1 {words}"
    assert stage.pre("Bash", {"command": command}, agent, use=use).passes
    ran = stage.run(command)
    assert ran.exit == 1
    assert why in ran.output
    assert stage.state()["requests"] == []


def test_asking_twice_is_said_and_a_write_meanwhile_is_told_to_wait(working: tuple[Stage, str]) -> None:
    stage, agent = working
    asks(stage, agent)
    assert "waits for a person already" in asks(stage, agent)
    assert "was asked for, and a person has not answered yet" in stage.edit("src/old.py", agent).reason


def test_allowed_while_it_runs_the_next_write_passes(working: tuple[Stage, str]) -> None:
    stage, agent = working
    asks(stage, agent)
    assert stage.edit("src/old.py", agent).denied == "scope"
    assert "T1 may change src/old.py" in typed(stage, "allow T1 src/old.py")
    assert stage.edit("src/old.py", agent).passes
    assert row(stage)["answer"] == "allowed"
    assert "asks to change" not in status(stage)


@pytest.mark.parametrize("end", ["BLOCKED\nBlocker: src/old.py has to change", "NEEDS_CONTEXT\nQuestion: may I change src/old.py?"])
def test_a_task_that_waits_goes_on_with_the_answer_in_its_brief(working: tuple[Stage, str], end: str) -> None:
    stage, agent = working
    asks(stage, agent)
    assert stage.stop(agent, end).said is None
    assert stage.task("T1")["status"] == "blocked"
    assert "/task-planner allow T1 src/old.py" in status(stage)
    said = typed(stage, "allow T1")
    assert "is tried again" in said
    assert stage.task("T1")["status"] == "pending"
    reply = stage.ask("T1")
    words = brief(reply)
    assert words.startswith("**Task ID:** T1 | role: implementer | attempt: 2\n")
    assert "- `src/old.py`: a person allowed it: you may change it" in words
    again = stage.appear(f"toolu_{stage.uses:06}", words, "planweir:implementer")
    assert stage.edit("src/old.py", again).passes


def test_a_refusal_reaches_the_next_brief_with_its_reason(working: tuple[Stage, str]) -> None:
    stage, agent = working
    asks(stage, agent)
    stage.stop(agent, "BLOCKED\nBlocker: src/old.py has to change")
    assert "is tried again" in typed(stage, 'refuse T1 src/old.py "old() is frozen, copy it"')
    words = brief(stage.ask("T1"))
    assert "- `src/old.py`: a person refused it: do without. They say: old() is frozen, copy it" in words
    again = stage.appear(f"toolu_{stage.uses:06}", words, "planweir:implementer")
    assert stage.edit("src/old.py", again).denied == "scope"
    assert "a person refused src/old.py: old() is frozen, copy it" in asks(stage, again)


def test_a_task_goes_on_only_when_all_that_it_asked_for_is_answered(working: tuple[Stage, str]) -> None:
    stage, agent = working
    asks(stage, agent, "task-planner request-scope T1 src/old.py README.md --why 'both are needed'")
    stage.stop(agent, "BLOCKED\nBlocker: two files")
    assert "T1 still asks for README.md" in typed(stage, "allow T1 src/old.py")
    assert stage.task("T1")["status"] == "blocked"
    assert "is tried again" in typed(stage, "refuse T1 README.md")


def test_refusing_what_nobody_asked_for_is_said(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert "T1 does not ask for README.md" in typed(stage, "refuse T1 README.md no")
    assert "asks for nothing" in typed(stage, "allow T1")


def test_a_file_of_a_running_neighbour_waits_for_its_end(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.spawn("T2")
    said = asks(stage, agent, "task-planner request-scope T1 src/bye.py --why 'it is needed'")
    assert "it belongs to T2, Say bye, which is running" in said
    assert "belongs to T2, which an agent works on now" in typed(stage, "allow T1 src/bye.py")


def test_a_blocked_task_that_asked_for_nothing_is_not_unblocked_by_allow(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.stop(agent, "BLOCKED\nBlocker: the service is down")
    typed(stage, "allow T1 README.md")
    assert stage.task("T1")["status"] == "blocked"


# --- Scope: warn ---------------------------------------------------------------------------------------------


def test_with_warn_a_write_beyond_the_files_passes_and_is_told(warned: tuple[Stage, str]) -> None:
    stage, agent = warned
    assert stage.edit("src/old.py", agent).passes
    assert (row(stage)["path"], row(stage)["answer"]) == ("src/old.py", "taken")
    assert stage.state()["allowed"] == {"T1": ["src/old.py"]}
    assert "T1 may change src/old.py, which is not among its files: the plan's `Scope: warn` let it pass" in status(stage)
    assert stage.run("task-planner summary").output.count("src/old.py") == 1
    second = stage.spawn("T2")
    assert "src/old.py belongs to T1" in stage.edit("src/old.py", second).reason


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Bash", {"command": "echo x > src/old.py && echo y > README.md"}),
        ("mcp__files__write_file", {"path": "src/old.py", "content": "x"}),
        ("NotebookEdit", {"notebook_path": "src/old.py", "new_source": "x"}),
    ],
)
def test_with_warn_it_passes_by_every_tool(warned: tuple[Stage, str], tool: str, given: dict[str, object]) -> None:
    stage, agent = warned
    assert stage.pre(tool, given, agent).passes
    wanted = ["src/old.py", "README.md"] if tool == "Bash" else ["src/old.py"]
    assert stage.state()["allowed"]["T1"] == wanted


def test_with_warn_what_is_guarded_or_anothers_stays_denied(warned: tuple[Stage, str]) -> None:
    stage, agent = warned
    assert stage.edit("src/both.py", agent).denied == "scope"
    assert stage.edit(".git/info/exclude", agent).denied == "guarded-paths"
    assert stage.edit(".git/hooks/pre-commit", agent).denied == "guarded-paths"
    assert stage.edit("docs/plan.md", agent).denied == "guarded-paths"
    assert stage.pre("Bash", {"command": "echo x > src/old.py; echo y > src/both.py"}, agent).denied == "scope"
    assert stage.state()["allowed"] == {}


def test_with_warn_a_folder_is_not_taken_whole(warned: tuple[Stage, str]) -> None:
    stage, agent = warned
    stage.spawn("T2")
    stage.write(BYE)
    reply = stage.pre("Bash", {"command": "rm -rf src"}, agent)
    assert reply.denied == "scope"
    assert "src holds src/bye.py, which belongs to T2" in reply.reason
    assert stage.state()["allowed"] == {}


def test_with_warn_a_request_is_granted_at_once_and_its_reason_is_told(warned: tuple[Stage, str]) -> None:
    stage, agent = warned
    assert "T1 may change src/old.py" in asks(stage, agent)
    assert stage.edit("src/old.py", agent).passes
    assert "let it pass (hello() has to call old())" in status(stage)
    said = asks(stage, agent, "task-planner request-scope T1 src/both.py --why 'it is needed'")
    assert "A person answers" in said


def test_with_warn_the_reviewers_are_told(warned: tuple[Stage, str]) -> None:
    stage, agent = warned
    assert stage.edit("src/old.py", agent).passes
    tested = "def test_hello():\n    assert hello() == 'hello'\n"
    stage.implement(agent, {"src/hello.py": 'def hello():\n    return "hello"\n', "tests/test_hello.py": tested},
                    "sh checks/hello.sh", DONE.format(task="T1"))
    words = brief(stage.ask("T1", "task-reviewer"))
    assert "## Beyond its files\n- T1 may change src/old.py" in words


def test_the_offer_says_that_the_plan_warns(bare: Stage) -> None:
    bare.write({"docs/plan.md": WARN})
    assert "Scope: warn" in bare.typed("implement-plan", "docs/plan.md").reason


# --- the main thread of a plan that it does itself -----------------------------------------------------------


def test_the_main_thread_asks_for_the_task_that_it_works_on(stage: Stage) -> None:
    stage.typed("implement-plan", "--single")
    stage.bash("", "task-planner take T1", judged=True)
    assert "Asked: src/old.py" in asks(stage, "")
    assert row(stage)["path"] == "src/old.py"


def test_a_working_turn_is_held_with_what_waits_for_the_person(working: tuple[Stage, str]) -> None:
    stage, agent = working
    asks(stage, agent)
    stage.stop(agent, "BLOCKED\nBlocker: src/old.py has to change")
    stage.typed("implement-plan")
    held = stage.main_stop()
    assert "T1 asks to change src/old.py too" in held.reason
