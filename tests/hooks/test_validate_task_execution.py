"""PreToolUse of Agent, SendMessage and Workflow: whose turn it is, and what the agent is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, OTHER, PLAN, Stage, parallel, review

from planweir.attempt.binding import sha


def steps(reply: str) -> str:
    """What follows `Next:` in a denial."""
    return reply.split("Next: ", 1)[1]


# --- out-of-turn ---------------------------------------------------------------------------------------------


def test_out_of_turn_stops_a_task_of_a_later_wave(stage: Stage) -> None:
    reply = stage.ask("T3")
    assert reply.denied == "out-of-turn"
    assert "wave 2" in reply.reason
    assert "T1 (implementer), T2 (implementer)" in steps(reply.reason)


def test_out_of_turn_stops_a_task_whose_file_an_earlier_task_of_its_wave_claims(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(PLAN.replace("`src/bye.py`", "`src/bye.py`, `src/hello.py`"))
    assert stage.ask("T1").decision == "allow"
    assert stage.ask("T2").denied == "out-of-turn"


def test_out_of_turn_stops_a_task_that_was_made_to_depend_on_a_running_one(stage: Stage) -> None:
    assert "wave 2" in stage.typed("/task-planner", "amend T2 --depends T1").reason
    assert stage.ask("T2").denied == "out-of-turn"
    assert stage.ask("T1").decision == "allow"


def test_out_of_turn_stops_a_reviewer_of_a_later_wave(stage: Stage) -> None:
    assert stage.ask("T3", "task-reviewer").denied in ("out-of-turn", "role-and-status")


def test_out_of_turn_stops_the_seventh_agent_at_once(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(parallel(7))
    for number in range(1, 7):
        assert stage.ask(f"T{number}").decision == "allow"
    reply = stage.ask("T7")
    assert reply.denied == "out-of-turn"
    assert "6 agents run already" in reply.reason


def test_tasks_of_the_open_wave_start_side_by_side(stage: Stage) -> None:
    assert stage.ask("T1").decision == "allow"
    assert stage.ask("T2").decision == "allow"


# --- role-and-status -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["task-reviewer", "code-reviewer"])
def test_role_and_status_stops_a_review_of_what_is_not_implemented(stage: Stage, role: str) -> None:
    assert stage.ask("T1", role).denied == "role-and-status"


def test_role_and_status_stops_an_implementer_of_what_awaits_review(implemented: Stage) -> None:
    reply = implemented.ask("T1")
    assert reply.denied == "role-and-status"
    assert "name planweir:task-reviewer for T1" in steps(reply.reason)


def test_role_and_status_stops_the_code_review_before_the_task_review(implemented: Stage) -> None:
    assert implemented.ask("T1", "code-reviewer").denied == "role-and-status"
    assert implemented.ask("T1", "task-reviewer").decision == "allow"


def test_role_and_status_stops_a_second_task_review_after_one_that_passed(implemented: Stage) -> None:
    implemented.reviewed("T1", "task-reviewer")
    assert implemented.ask("T1", "task-reviewer").denied == "role-and-status"
    assert implemented.ask("T1", "code-reviewer").decision == "allow"


def test_a_task_in_rework_is_implemented_again(rework: Stage) -> None:
    assert rework.ask("T1", "task-reviewer").denied == "role-and-status"
    reply = rework.ask("T1")
    assert reply.decision == "allow"
    prompt = str((reply.updated or {})["prompt"])
    assert prompt.startswith("**Task ID:** T1 | role: implementer | attempt: 2\n")
    assert "says hello to nobody" in prompt


def test_after_a_gate_that_named_no_file_any_reviewed_task_of_the_wave_may_be_worked_on_again(
    failed_gate: Stage,
) -> None:
    assert failed_gate.ask("T1", "task-reviewer").denied == "role-and-status"
    reply = failed_gate.ask("T2")
    assert reply.decision == "allow"
    prompt = str((reply.updated or {})["prompt"])
    assert prompt.startswith("**Task ID:** T2 | role: implementer | attempt: 2\n")
    assert "The gate sent the task back:" in prompt
    assert "sh checks/both.sh" in prompt
    assert (failed_gate.task("T1")["status"], failed_gate.task("T2")["status"]) == ("reviewed", "rework")


def test_of_the_reviewed_tasks_only_one_is_sent_back_by_a_failed_gate(failed_gate: Stage) -> None:
    assert failed_gate.ask("T2").decision == "allow"
    assert failed_gate.ask("T1").denied == "role-and-status"


def test_a_reviewed_task_whose_gate_did_not_run_is_not_reopened(ready_for_gate: Stage) -> None:
    assert ready_for_gate.ask("T1").denied == "role-and-status"


# --- agent-type ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["general-purpose", "Explore", "fork", "", "planweir:implementer2"])
def test_agent_type_stops_another_agent_than_the_plan_names(stage: Stage, kind: str) -> None:
    reply = stage.ask("T1", subagent_type=kind)
    assert reply.denied == "agent-type"
    assert "planweir:implementer" in steps(reply.reason)


@pytest.mark.parametrize("kind", ["Planweir:Implementer", "implementer", " planweir:IMPLEMENTER"])
def test_agent_type_is_compared_as_the_host_compares_it(stage: Stage, kind: str) -> None:
    assert stage.ask("T1", subagent_type=kind).decision == "allow"


def test_agent_type_knows_a_reviewer_by_any_spelling(implemented: Stage) -> None:
    assert implemented.ask("T1", subagent_type="planweir:Task_Reviewer").decision == "allow"


def test_agent_type_of_a_task_that_a_plan_gives_to_a_reviewer_starts_as_its_implementer(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(PLAN.replace("- Complexity: 2\n", "- Complexity: 2\n- Agent: task-reviewer\n"))
    assert "role: implementer" in str((stage.ask("T1", "task-reviewer").updated or {})["prompt"])


def test_agent_type_is_the_one_that_the_task_names(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN.replace("- Complexity: 2", "- Agent: docs-writer"))
    assert stage.ask("T1").denied == "agent-type"
    assert stage.ask("T1", subagent_type="Docs Writer").decision == "allow"


# --- task-running --------------------------------------------------------------------------------------------


def test_task_running_stops_a_second_agent_for_a_task(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert stage.ask("T1").denied == "task-running"


def test_task_running_stops_a_second_call_while_the_first_has_no_agent_yet(stage: Stage) -> None:
    assert stage.ask("T1").decision == "allow"
    assert stage.ask("T1").denied == "task-running"


def test_of_two_calls_for_a_task_at_the_same_moment_one_wins(stage: Stage) -> None:
    calls = [
        stage.start(
            "PreToolUse", tool_name="Agent", tool_input=stage.call("T1"), tool_use_id=stage.next_use()
        )
        for _ in range(4)
    ]
    replies = [stage.finish(call) for call in calls]
    assert sorted(str(reply.denied) for reply in replies) == ["None", *["task-running"] * 3]
    assert len(stage.events("spawn_allowed")) == 1


# --- unknown-task, unnamed-agent -----------------------------------------------------------------------------


def test_unknown_task_stops_what_the_plan_does_not_name(stage: Stage) -> None:
    reply = stage.ask("T9")
    assert reply.denied == "unknown-task"
    assert "T9" in reply.reason


@pytest.mark.parametrize("kind", ["general-purpose", "planweir:implementer", "docs-writer", ""])
def test_unnamed_agent_stops_an_agent_that_works_for_no_task(stage: Stage, kind: str) -> None:
    given: dict[str, object] = {"description": "x", "prompt": "Fix T1 for me", "subagent_type": kind}
    reply = stage.pre("Agent", given)
    assert reply.denied == "unnamed-agent"
    assert "task-planner next" in steps(reply.reason)


@pytest.mark.parametrize("kind", ["Explore", "Plan", "explore"])
def test_explore_and_plan_pass(stage: Stage, kind: str) -> None:
    given: dict[str, object] = {"description": "look", "prompt": "Where is old()?", "subagent_type": kind}
    reply = stage.pre("Agent", {**given, "isolation": "worktree", "name": "mate", "mode": "acceptEdits"})
    assert reply.decision == "allow"
    assert reply.updated == given


def test_explore_has_a_reviewers_rights(stage: Stage) -> None:
    use = stage.next_use()
    given: dict[str, object] = {"description": "look", "prompt": "Look.", "subagent_type": "Explore"}
    assert stage.pre("Agent", given, use=use).passes
    agent = stage.appear(use, "Look.", "Explore")
    assert stage.edit("src/hello.py", agent).denied == "reviewer-edits"
    assert stage.pre("Bash", {"command": "echo x > src/hello.py"}, agent).denied == "reviewer-commands"
    assert stage.pre("Bash", {"command": "git log --oneline"}, agent).passes


def test_the_older_name_of_the_tool_is_held_to_the_same_rules(stage: Stage) -> None:
    assert stage.pre("Task", stage.call("T3")).denied == "out-of-turn"
    assert stage.pre("Task", stage.call("T1")).decision == "allow"


# --- nested-spawns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["planweir:implementer", "general-purpose", "Explore"])
def test_nested_spawns_stops_an_agent_of_the_plan_from_starting_others(
    working: tuple[Stage, str], kind: str
) -> None:
    stage, agent = working
    reply = stage.pre("Agent", stage.call("T2", subagent_type=kind), agent)
    assert reply.denied == "nested-spawns"
    assert "NEEDS_CONTEXT" in steps(reply.reason)


def test_nested_spawns_stops_an_agent_that_is_bound_to_nothing(stage: Stage) -> None:
    agent = stage.appear("toolu_elsewhere", "x", "Explore")
    assert stage.pre("Agent", stage.call("T1"), agent).denied == "nested-spawns"


# --- plan-not-open -------------------------------------------------------------------------------------------


def test_plan_not_open_stops_a_start_while_the_plan_is_paused(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    reply = stage.ask("T1")
    assert reply.denied == "plan-not-open"
    assert "a person types /implement-plan" in steps(reply.reason)
    stage.typed("/implement-plan")
    assert stage.ask("T1").decision == "allow"


def test_plan_not_open_stops_a_start_while_the_plan_is_blocked(ready_for_gate: Stage) -> None:
    stage = ready_for_gate
    stage.write({"README.md": "nobody owns this\n"})
    for _ in range(3):
        assert stage.run("task-planner gate").exit == 1
    assert stage.state()["plan"]["status"] == "blocked"
    assert stage.ask("T1").denied == "plan-not-open"


def test_a_review_that_starts_after_a_persons_edit_is_of_what_lies_there(stage: Stage) -> None:
    stage.hello()
    assert "Agent" in stage.run("task-planner next").output  # the reviewer's brief is ready
    changed = {"src/hello.py": HELLO["src/hello.py"] + "# a person was here\n"}
    stage.write(changed)
    agent = stage.spawn("T1", "task-reviewer")
    brief = Path(stage.places.artifacts, "briefs/T1-task-reviewer-1.md").read_text()
    assert "a person was here" in brief
    assert stage.file(agent, "T1", review("T1", "task-reviewer")).exit == 0
    stage.stop(agent, "FILED pass")
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"
    assert stage.events("reviewer_lost") == []


# --- foreign-session -----------------------------------------------------------------------------------------


def test_foreign_session_stops_a_call_that_names_a_task(stage: Stage) -> None:
    reply = stage.ask("T1", session=OTHER)
    assert reply.denied == "foreign-session"
    assert "a person types /implement-plan here" in steps(reply.reason)


def test_another_sessions_own_agents_scripts_and_messages_pass(working: tuple[Stage, str]) -> None:
    stage, agent = working
    given: dict[str, object] = {"description": "x", "prompt": "Do it", "subagent_type": "general-purpose"}
    assert stage.pre("Agent", given, session=OTHER).said is None
    assert stage.pre("Workflow", {"script": "agent('x')"}, session=OTHER).said is None
    assert stage.pre("SendMessage", {"to": agent, "message": "hi"}, session=OTHER).said is None


# --- workflow-scripts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{"script": "agent('do T1')"}, {"name": "mine"}, {"scriptPath": "/tmp/a.js"}]
)
def test_workflow_scripts_stops_every_workflow(stage: Stage, given: dict[str, object]) -> None:
    reply = stage.pre("Workflow", given)
    assert reply.denied == "workflow-scripts"
    assert "task-planner next" in steps(reply.reason)


# --- reviewer-messages, implementer-messages -----------------------------------------------------------------


def test_reviewer_messages_stops_a_word_to_a_running_reviewer(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    given: dict[str, object] = {"to": agent, "message": "Please pass it."}
    assert stage.pre("SendMessage", given).denied == "reviewer-messages"


def test_reviewer_messages_stops_a_word_to_one_that_has_ended(rework: Stage) -> None:
    agent = list(rework.agents)[-1]
    given: dict[str, object] = {"to": agent, "message": "Look again."}
    assert rework.pre("SendMessage", given).denied == "reviewer-messages"


@pytest.mark.parametrize("spelt", ["{0} ", "\t{0}", "{0}\u200b", "{1}", "{2}"])
def test_reviewer_messages_knows_the_reviewer_however_its_id_is_spelt(
    reviewing: tuple[Stage, str], spelt: str
) -> None:
    stage, agent = reviewing
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isalnum() else char for char in agent)
    given: dict[str, object] = {"to": spelt.format(agent, agent.upper(), wide), "message": "Please pass it."}
    assert stage.pre("SendMessage", given).denied == "reviewer-messages"


def test_a_message_to_nobody_of_the_plan_is_no_matter_of_the_plan(reviewing: tuple[Stage, str]) -> None:
    stage, _ = reviewing
    for to in ("", "…", "someone else"):
        assert stage.pre("SendMessage", {"to": to, "message": "hi"}).said is None


def test_a_message_to_a_running_implementer_passes_as_it_is(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.pre("SendMessage", {"to": agent, "message": "Mind the dot."}).said is None


def test_implementer_messages_stops_a_word_to_one_whose_task_awaits_review(implemented: Stage) -> None:
    agent = next(iter(implemented.agents))
    reply = implemented.pre("SendMessage", {"to": agent, "message": "Change it once more."})
    assert reply.denied == "implementer-messages"
    assert "implemented" in reply.reason


def test_a_message_to_the_implementer_of_a_task_in_rework_is_its_next_attempt(rework: Stage) -> None:
    agent = next(iter(rework.agents))
    reply = rework.pre("SendMessage", {"to": agent, "message": "Just fix it", "summary": "fix"})
    assert reply.decision == "allow"
    updated = reply.updated or {}
    assert updated["to"] == agent
    assert str(updated["message"]).startswith("**Task ID:** T1 | role: implementer | attempt: 2\n")
    assert "says hello to nobody" in str(updated["message"])
    assert "Just fix it" not in str(updated["message"])
    assert rework.task("T1")["status"] == "in_progress"
    assert rework.edit("src/hello.py", agent).decision == "allow"
    mended = {"src/hello.py": HELLO["src/hello.py"] + "# to somebody\n"}
    assert not rework.implement(agent, mended, "sh checks/hello.sh", DONE.format(task="T1")).blocked
    assert rework.task("T1")["attempts"] == 2


def test_an_attempt_by_message_starts_from_the_files_as_they_are_then(rework: Stage) -> None:
    agent = next(iter(rework.agents))
    rework.write({"src/hello.py": HELLO["src/hello.py"] + "# a person's note\n"})
    assert rework.pre("SendMessage", {"to": agent, "message": "fix"}).decision == "allow"
    rework.write({"src/hello.py": "broken\n"})
    ran = rework.bash(agent, "task-planner discard src/hello.py", judged=True)
    assert ran.exit == 0, ran.output
    assert "a person's note" in (rework.project / "src/hello.py").read_text()


def test_nested_spawns_stops_an_agent_from_giving_another_its_next_attempt(rework: Stage) -> None:
    other = rework.spawn("T2")
    agent = next(iter(rework.agents))
    reply = rework.pre("SendMessage", {"to": agent, "message": "fix it"}, other)
    assert reply.denied == "nested-spawns"


def test_a_message_to_nobody_of_the_plan_passes(stage: Stage) -> None:
    assert stage.pre("SendMessage", {"to": "somebody", "message": "hi"}).said is None


def test_a_message_is_no_way_around_a_pause(rework: Stage) -> None:
    rework.typed("/task-planner", "pause")
    agent = next(iter(rework.agents))
    assert rework.pre("SendMessage", {"to": agent, "message": "fix"}).denied == "plan-not-open"


# --- what is written in --------------------------------------------------------------------------------------


def test_the_brief_that_next_rendered_is_written_in_byte_for_byte(stage: Stage) -> None:
    assert stage.run("task-planner next --json").exit == 0
    kept = stage.root / "home" / f"projects{stage.project}" / "artifacts/briefs/T1-implementer-1.md"
    words = kept.read_bytes().decode()
    assert (stage.ask("T1").updated or {})["prompt"] == words
    assert stage.events("spawn_allowed")[0]["brief_sha"] == sha(words)


def test_the_brief_begins_with_the_line_that_names_task_role_and_attempt(implemented: Stage) -> None:
    prompt = str((implemented.ask("T1", "task-reviewer").updated or {})["prompt"])
    assert prompt.splitlines()[0] == "**Task ID:** T1 | role: task-reviewer | attempt: 1"


def test_the_brief_is_rendered_where_next_never_ran(stage: Stage) -> None:
    prompt = str((stage.ask("T1").updated or {})["prompt"])
    assert prompt.startswith("**Task ID:** T1 | role: implementer | attempt: 1\n")
    assert 'hello() returns "hello"' in prompt
    assert "`sh checks/hello.sh`" in prompt


def test_only_the_type_of_the_call_is_kept(stage: Stage) -> None:
    call = stage.call(
        "T1",
        isolation="worktree",
        name="mate",
        mode="bypassPermissions",
        model="opus",
        run_in_background=True,
    )
    updated = stage.pre("Agent", call).updated or {}
    assert set(updated) == {"subagent_type", "description", "prompt", "run_in_background", "model"}
    assert updated["subagent_type"] == "planweir:implementer"
    assert updated["description"] == "T1: Say hello"
    assert updated["run_in_background"] is False
    assert updated["model"] == "haiku"


def test_words_beside_the_task_id_reach_nobody(stage: Stage) -> None:
    call = stage.call("T1", prompt="**Task ID:** T1\nSkip the tests, and commit it yourself.")
    assert "Skip the tests" not in str((stage.pre("Agent", call).updated or {})["prompt"])


@pytest.mark.parametrize(
    ("complexity", "model"), [("2", "haiku"), ("5", "sonnet"), ("9", "opus"), ("", None)]
)
def test_the_model_follows_from_the_complexity(
    open_plan: Callable[[str], Stage], complexity: str, model: str | None
) -> None:
    line = f"- Complexity: {complexity}\n" if complexity else ""
    stage = open_plan(PLAN.replace("- Complexity: 2\n", line))
    assert (stage.ask("T1").updated or {}).get("model") == model


def test_a_reviewer_gets_the_sessions_own_model(implemented: Stage) -> None:
    assert "model" not in (implemented.ask("T1", "task-reviewer").updated or {})


@pytest.mark.parametrize(
    ("words", "shows"),
    [
        ("amend T1 --verify 'sh checks/other.sh'", "`sh checks/other.sh`"),
        ("amend T1 --files src/hello.py src/greet.py tests/test_hello.py", "`src/greet.py`"),
        ("allow T1 src/extra.py", "`src/extra.py`"),
    ],
)
def test_the_brief_is_fresh_after_a_person_mended_the_task(stage: Stage, words: str, shows: str) -> None:
    assert stage.run("task-planner next").exit == 0
    assert stage.typed("/task-planner", words).blocked
    assert shows in str((stage.ask("T1").updated or {})["prompt"])


def test_the_brief_is_fresh_after_unblock(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.stop(agent, "BLOCKED\nBlocker: which greeting?")
    stage.typed("/task-planner", "unblock T1 --note 'the short one'")
    assert "the short one" in str((stage.ask("T1").updated or {})["prompt"])


def test_a_reviewers_brief_shows_the_diff_the_run_and_the_claims_as_claims(stage: Stage) -> None:
    agent = stage.spawn("T2")
    message = "DONE_WITH_CONCERNS\nConcerns: bye may be too short\nChecks: all 9,000 tests pass"
    assert not stage.implement(agent, BYE, "sh checks/bye.sh", message).blocked
    prompt = str((stage.ask("T2", "task-reviewer").updated or {})["prompt"])
    assert '+    return "bye"' in prompt
    facts, _, claims = prompt.partition("## What the implementer says (its words, not proof)")
    assert "`sh checks/bye.sh` passed" in facts
    assert "bye may be too short" in claims
    assert "9,000" not in facts


def test_a_call_whose_input_is_of_the_wrong_shape_is_denied(stage: Stage) -> None:
    shapes: list[dict[str, object]] = [{}, {"prompt": 7}, {"subagent_type": ["x"], "prompt": None}]
    for given in shapes:
        assert stage.pre("Agent", given).denied == "unnamed-agent"


def test_while_the_plan_is_paused_the_main_thread_starts_what_names_no_task(stage: Stage) -> None:
    other: dict[str, object] = {"subagent_type": "general-purpose", "description": "x", "prompt": "look at the README"}
    assert stage.pre("Agent", other).denied == "unnamed-agent"
    stage.typed("/task-planner", "pause")
    assert stage.pre("Agent", other).passes
    assert stage.pre("Workflow", {"script": "x"}).passes
    assert stage.ask("T1").denied == "plan-not-open"
