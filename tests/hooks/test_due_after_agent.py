"""track_agents: where an agent has ended, the main thread is told at once what is due, and is spared a round of asking.

What is told is said in short; the hook before an Agent call writes the rest. Where nothing is told, `task-planner next` is asked.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.hooks.stage import BYE, DONE, HELLO, OTHER, Stage

REVIEW_OF_T1 = 'Agent planweir:task-reviewer: "**Task ID:** T1"'
REVIEW_OF_T2 = 'Agent planweir:task-reviewer: "**Task ID:** T2"'


def two(stage: Stage, how: str) -> tuple[str, str]:
    """Implementers of T1 and T2, side by side; both have ended with evidence."""
    one, other = stage.spawn("T1", how=how), stage.spawn("T2", how=how)
    for agent, task, files, check in ((one, "T1", HELLO, "hello"), (other, "T2", BYE, "bye")):
        held = stage.implement(agent, files, f"sh checks/{check}.sh", DONE.format(task=task))
        assert not held.blocked, held.reason
    return one, other


def test_a_foreground_agent_that_ends_alone_is_followed_by_what_its_task_needs(stage: Stage) -> None:
    agent = stage.spawn("T1", how="foreground")
    stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    told = stage.returned(agent).context.splitlines()
    assert told[0] == "Now due:"
    assert REVIEW_OF_T1 in told
    assert 'Agent planweir:implementer: "**Task ID:** T2"' in told


def test_what_is_told_is_what_the_hook_then_lets_through(stage: Stage) -> None:
    agent = stage.spawn("T1", how="foreground")
    stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    stage.returned(agent)
    given: dict[str, object] = {"subagent_type": "planweir:task-reviewer", "description": "T1", "prompt": "**Task ID:** T1"}
    updated = stage.pre("Agent", given).updated or {}
    assert updated["description"] == "T1: task reviewer"
    assert str(updated["prompt"]).startswith("**Task ID:** T1 | role: task-reviewer | attempt: 1")


def test_of_foreground_agents_side_by_side_the_last_tells_all(stage: Stage) -> None:
    one, other = stage.spawn("T1", how="foreground"), stage.spawn("T2", how="foreground")
    stage.implement(one, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    assert stage.returned(one).context == ""
    stage.implement(other, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    assert stage.returned(other).context.splitlines() == ["Now due:", REVIEW_OF_T1, REVIEW_OF_T2]


def test_two_that_end_at_once_tell_each_call_once(stage: Stage) -> None:
    agents = two(stage, "foreground")
    with ThreadPoolExecutor(2) as pool:
        said = [reply.context for reply in pool.map(stage.returned, agents)]
    told = sorted(line for words in said for line in words.splitlines() if line.startswith("Agent"))
    assert told == [REVIEW_OF_T1, REVIEW_OF_T2]


def test_a_background_agent_is_followed_by_its_own_tasks_next_call_though_others_run(stage: Stage) -> None:
    one, other = stage.spawn("T1"), stage.spawn("T2")
    stage.implement(one, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    assert stage.notify(one).context.splitlines() == ["Now due:", REVIEW_OF_T1]
    stage.implement(other, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    stage.notify(other)


def test_the_gate_is_told_once_every_task_of_the_wave_is_reviewed(stage: Stage) -> None:
    one, other = two(stage, "background")
    stage.notify(one), stage.notify(other)
    for task in ("T1", "T2"):
        for role in ("task-reviewer", "code-reviewer"):
            last = stage.reviewed(task, role)
    assert stage.notify(last).context == "Now due: `task-planner gate`"
    assert stage.notify(last).context == ""


def test_a_task_that_was_sent_back_is_told_with_its_implementer(rework: Stage) -> None:
    reviewer = list(rework.agents)[-1]
    assert 'Agent planweir:implementer: "**Task ID:** T1"' in rework.notify(reviewer).context


def test_a_question_or_a_block_leads_to_next(stage: Stage) -> None:
    agent = stage.spawn("T1")
    stage.stop(agent, "NEEDS_CONTEXT\nTask: T1\nQuestion: which language?")
    assert stage.notify(agent).context == "Planweir: run `task-planner next`."


def test_an_agent_that_still_runs_is_followed_by_nothing(stage: Stage) -> None:
    agent = stage.spawn("T1")
    assert stage.launched(agent, {}).context == ""
    assert stage.notify(agent, summary='Agent "x" is waiting on its own background work').context == ""


def test_other_agents_other_sessions_and_persons_are_told_nothing(stage: Stage) -> None:
    agent = stage.spawn("T1")
    stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    assert stage.prompt("how far are you?").context == ""
    words = f"<task-notification>\n<task-id>{agent}</task-id>\n<status>completed</status>\n</task-notification>"
    assert stage.prompt(words, session=OTHER).context == ""
    assert stage.prompt(words.replace(agent, "a0b1c2d3")).context == ""


def test_a_paused_plan_hands_out_nothing(stage: Stage) -> None:
    agent = stage.spawn("T1")
    stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
    stage.typed("/task-planner", "pause")
    assert stage.notify(agent).context == ""
