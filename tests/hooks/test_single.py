"""--single: the main thread does one task at a time, held to the same scope, evidence and gate; nobody reviews it, and that is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, FILES, HELLO, OTHER, PLAN, Ran, Reply, Stage, Theatre

CHECK = "sh checks/hello.sh"
DONE1 = DONE.format(task="T1")


def opened_alone(stage: Stage, plan: str = PLAN) -> None:
    stage.build({**FILES, "docs/plan.md": plan})
    assert "started." in stage.typed("/implement-plan", "docs/plan.md --single --yes").context


@pytest.fixture
def alone(theatre: Theatre, sound: list[str]) -> Stage:
    """The three-task plan, open, for the main thread; nothing taken."""
    return theatre.at("alone", opened_alone)


def take(stage: Stage, task: str) -> Ran:
    """The main thread takes a task: the hook before its call, then the call."""
    return stage.bash("", f"task-planner take {task}", judged=True)


def report(stage: Stage, task: str, words: str) -> Reply:
    """The main thread hands a task in, and what the hook after that call answers."""
    command = f"task-planner report {task} <<'REPORT'\n{words}\nREPORT"
    asked = stage.pre("Bash", {"command": command})
    assert asked.passes, asked.reason
    ran = stage.run(command)
    assert ran.exit == 0, ran.output
    response = {"stdout": ran.output.rstrip("\n"), "stderr": "", "interrupted": False}
    return stage.send(
        "PostToolUse",
        tool_name="Bash",
        tool_input={"command": command},
        tool_use_id=stage.next_use(),
        tool_response=response,
    )


@pytest.fixture
def at_work(theatre: Theatre, sound: list[str]) -> Stage:
    """The main thread works on T1 and has done nothing yet."""

    def play(stage: Stage) -> None:
        opened_alone(stage)
        assert take(stage, "T1").exit == 0

    return theatre.at("at_work", play)


def hand_in(stage: Stage, task: str, files: dict[str, str], check: str) -> Reply:
    stage.write(files)
    stage.bash("", check)
    return report(stage, task, DONE.format(task=task))


# --- taking a task -------------------------------------------------------------------------------------------


def test_next_names_one_task_to_take_and_start_says_that_nobody_will_review(alone: Stage) -> None:
    step = json.loads(alone.run("task-planner next --json").output)
    assert (step["step"], step["calls"]) == ("take", [{"tool": "Bash", "input": {"command": "task-planner take T1"}}])
    assert "task-planner take T1" in alone.run("task-planner next").output


def test_taking_a_task_prints_its_brief_with_the_way_to_hand_it_in(alone: Stage) -> None:
    said = take(alone, "T1").output
    assert said.startswith("**Task ID:** T1 | role: implementer | attempt: 1\n")
    assert "task-planner report T1 <<'REPORT'" in said
    assert alone.task("T1")["status"] == "in_progress"
    assert take(alone, "T1").output == said


def test_it_works_within_the_tasks_files_and_nowhere_else(at_work: Stage) -> None:
    assert at_work.edit("src/hello.py").decision == "allow"
    assert at_work.edit("src/bye.py").denied == "scope"
    assert at_work.pre("Bash", {"command": "echo x > src/bye.py"}).denied == "scope"
    assert at_work.pre("Bash", {"command": "git commit -am x"}).denied == "neighbours"
    assert at_work.pre("Bash", {"command": "task-planner gate"}).denied == "gate-owner"


def test_before_and_after_a_task_it_edits_nothing(alone: Stage) -> None:
    assert alone.edit("src/hello.py").denied == "main-thread-edits"
    take(alone, "T1")
    hand_in(alone, "T1", HELLO, CHECK)
    assert alone.edit("src/hello.py").denied == "main-thread-edits"


def test_another_session_and_agents_are_held_as_ever(at_work: Stage) -> None:
    assert at_work.edit("src/hello.py", session=OTHER).denied == "foreign-session"
    assert at_work.edit("src/hello.py", agent="a-explorer").denied == "reviewer-edits"
    assert at_work.pre("Agent", {"subagent_type": "Explore", "prompt": "look"}).passes


def test_the_end_of_an_agent_that_the_event_does_not_name_is_no_report(at_work: Stage) -> None:
    assert at_work.stop("", "BLOCKED\nBlocker: nothing to see here").said is None
    assert at_work.task("T1")["status"] == "in_progress"


def test_one_task_at_a_time_and_in_their_order(at_work: Stage) -> None:
    assert at_work.pre("Bash", {"command": "task-planner take T2"}).denied == "task-running"


def test_a_task_whose_turn_has_not_come_is_not_taken(alone: Stage) -> None:
    assert alone.pre("Bash", {"command": "task-planner take T3"}).denied == "out-of-turn"
    assert alone.pre("Bash", {"command": "task-planner take T9"}).denied == "unknown-task"
    assert "was not taken" in alone.run("task-planner take T1").output  # no hook saw it
    assert alone.pre("Bash", {"command": "true && task-planner take T1"}).passes
    assert alone.task("T1")["status"] == "pending"


@pytest.mark.parametrize("command", ["task-planner take T1", "task-planner report T1 <<'R'\nDONE\nR"])
def test_single_mode_denies_it_to_agents_to_others_and_in_a_plan_of_agents(
    at_work: Stage, open_plan: Callable[[str], Stage], command: str
) -> None:
    assert at_work.pre("Bash", {"command": command}, agent="a-somebody").denied == "single-mode"
    assert at_work.pre("Bash", {"command": command}, session=OTHER).denied == "single-mode"
    assert open_plan(PLAN).pre("Bash", {"command": command}).denied == "single-mode"


def test_single_mode_denies_giving_a_task_to_an_agent(alone: Stage) -> None:
    reply = alone.ask("T1")
    assert reply.denied == "single-mode"
    assert "/implement-plan --agents" in reply.reason


# --- handing it in -------------------------------------------------------------------------------------------


def test_a_claim_without_a_run_is_sent_back_as_an_agents_would_be(at_work: Stage) -> None:
    at_work.write(HELLO)
    reply = report(at_work, "T1", DONE1)
    assert reply.blocked
    assert "no evidence yet (none)" in reply.reason
    assert at_work.task("T1")["status"] == "in_progress"


def test_with_evidence_the_task_stands_as_reviewed_by_nobody(at_work: Stage) -> None:
    reply = hand_in(at_work, "T1", HELLO, CHECK)
    assert not reply.blocked
    assert "Nobody reviewed it" in reply.context
    task = at_work.task("T1")
    assert (task["status"], task["unreviewed"], task["reviews"]) == ("reviewed", True, {})
    assert "T1: no review; done by the main thread (--single)" in at_work.typed("/task-planner", "--status").reason


def test_a_report_that_a_sandbox_keeps_from_our_files_is_judged_from_the_call_itself(at_work: Stage) -> None:
    Path(at_work.places.artifacts).mkdir(parents=True, exist_ok=True)
    Path(at_work.places.artifacts, "filed").write_text("no folder can be made here")
    assert "Nobody reviewed it" in hand_in(at_work, "T1", HELLO, CHECK).context
    assert at_work.task("T1")["status"] == "reviewed"


def test_a_run_of_the_task_before_is_no_evidence_for_this_one(at_work: Stage) -> None:
    hand_in(at_work, "T1", HELLO, CHECK)
    take(at_work, "T2")
    at_work.write(BYE)
    assert "(none)" in report(at_work, "T2", DONE.format(task="T2")).reason


def test_it_is_held_no_oftener_than_an_agent(at_work: Stage) -> None:
    for _ in range(2):
        assert report(at_work, "T1", DONE1).blocked
    assert not report(at_work, "T1", DONE1).blocked
    assert at_work.task("T1")["status"] == "blocked"


def test_a_question_is_a_persons(at_work: Stage) -> None:
    report(at_work, "T1", "NEEDS_CONTEXT\nQuestion: Which greeting?")
    assert at_work.task("T1")["status"] == "blocked"
    at_work.typed("/task-planner", "answer T1 hello")
    assert "> hello" in take(at_work, "T1").output


def test_a_change_after_it_was_handed_in_sends_it_back(at_work: Stage) -> None:
    hand_in(at_work, "T1", HELLO, CHECK)
    at_work.write({"src/hello.py": HELLO["src/hello.py"] + "# more\n"})
    at_work.run("task-planner next")
    assert at_work.task("T1")["status"] == "rework"


def test_the_gate_judges_it_and_the_commit_says_that_nobody_reviewed_it(at_work: Stage) -> None:
    hand_in(at_work, "T1", HELLO, CHECK)
    take(at_work, "T2")
    hand_in(at_work, "T2", BYE, "sh checks/bye.sh")
    assert json.loads(at_work.run("task-planner next --json").output)["step"] == "gate"
    ran = at_work.run("task-planner gate")
    assert ran.exit == 0, ran.output
    for task in ("T1", "T2"):
        assert f"{task}: no review; done by the main thread (--single)" in ran.output
    assert at_work.git("log", "-1", "--format=%(trailers:key=Planweir-Review)").strip() == "Planweir-Review: none"


# --- turns and ends ------------------------------------------------------------------------------------------


def test_a_working_turn_is_held_while_a_task_is_to_be_taken_or_done(alone: Stage) -> None:
    assert "task-planner take T1" in alone.main_stop().reason
    take(alone, "T1")
    assert "task-planner report T1" in alone.main_stop().reason
    assert alone.task("T1")["status"] == "in_progress"  # its Stop is no loss


def test_a_session_that_takes_the_plan_over_begins_the_task_anew(at_work: Stage) -> None:
    at_work.typed("/implement-plan", "", session=OTHER)
    assert at_work.task("T1")["status"] == "pending"
    assert at_work.edit("src/hello.py", session=OTHER).denied == "main-thread-edits"


# --- the mode ------------------------------------------------------------------------------------------------


def test_go_starts_what_was_shown_for_single(bare: Stage) -> None:
    bare.typed("/implement-plan", "docs/plan.md --single")
    bare.typed("/implement-plan", "go")
    assert bare.state()["plan"]["mode"] == "single"


def test_an_open_plan_changes_over_and_back(stage: Stage) -> None:
    assert "no reviews" in stage.typed("/implement-plan", "--single").context
    take(stage, "T1")
    stage.run("task-planner next")
    stage.typed("/implement-plan", "--agents")
    assert stage.task("T1")["status"] == "pending"
    for task in ("T1", "T2"):
        reply = stage.ask(task)
        assert reply.passes
        assert "task-planner report" not in str((reply.updated or {})["prompt"])


def test_it_does_not_change_over_while_an_agent_is_at_work(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert "an agent of T1 is at work" in stage.typed("/implement-plan", "--single").reason
    assert stage.state()["plan"]["mode"] == "agents"


def test_what_an_agent_has_implemented_waits_for_its_reviews(implemented: Stage) -> None:
    implemented.typed("/implement-plan", "--single")
    take(implemented, "T2")
    hand_in(implemented, "T2", BYE, "sh checks/bye.sh")
    said = implemented.run("task-planner next").output
    assert "T1 awaits its reviews" in said
    assert "/implement-plan --agents" in said


def test_a_pause_frees_the_main_thread_that_works_on_a_task(at_work: Stage) -> None:
    at_work.typed("/task-planner", "pause")
    assert at_work.edit("README.md").decision is None


# --- with the rest of the rules ------------------------------------------------------------------------------


def test_a_report_counts_where_the_sandbox_kept_the_command_line_from_our_files(at_work: Stage) -> None:
    at_work.write(HELLO)
    at_work.bash("", CHECK)
    command = f"task-planner report T1 <<'REPORT'\n{DONE1}\nREPORT"
    at_work.told("", {"command": command}, Ran(0, "Handed in; it is judged now."))
    assert at_work.task("T1")["status"] == "reviewed"


def test_a_report_of_another_task_ends_nothing(at_work: Stage) -> None:
    assert at_work.run("task-planner report T2 <<'R'\nDONE\nR").exit == 1
    at_work.told("", {"command": "task-planner report T2 <<'R'\nBLOCKED\nR"}, Ran(0, ""))
    assert at_work.task("T1")["status"] == "in_progress"


def test_a_task_that_is_planned_first_is_planned_by_the_main_thread_and_accepted_by_a_person(bare: Stage) -> None:
    first = PLAN.replace("- Complexity: 2\n", "- Plan first: yes\n")
    bare.write({"docs/plan.md": first.replace("Goal:", "Plans accepted by: task-reviewer\nGoal:")})
    bare.typed("/implement-plan", "docs/plan.md --single --yes")
    assert "role: planner | attempt: 1" in take(bare, "T1").output
    assert bare.edit("src/hello.py").denied == "plan-first"
    assert not report(bare, "T1", "DONE\nPlan:\nWrite it.").blocked
    assert "The plan of T1 waits for a person" in bare.run("task-planner next").output
    assert bare.pre("Bash", {"command": "task-planner take T1"}).denied == "plan-first"
    bare.typed("/task-planner", "accept T1")
    assert "> Write it." in take(bare, "T1").output


def test_after_a_gate_that_names_no_file_a_task_of_the_wave_is_taken_again_with_its_output(bare: Stage) -> None:
    plan = PLAN[: PLAN.index("### T2")].replace("Goal:", "Verify: `sh checks/both.sh`\nGoal:")
    bare.write({"docs/plan.md": plan})
    bare.typed("/implement-plan", "docs/plan.md --single --yes")
    take(bare, "T1")
    hand_in(bare, "T1", HELLO, CHECK)
    assert bare.run("task-planner gate").exit == 1
    step = json.loads(bare.run("task-planner next --json").output)
    assert (step["step"], step["calls"][0]["input"]["command"]) == ("choose", "task-planner take T1")
    assert "The gate sent the task back" in take(bare, "T1").output
