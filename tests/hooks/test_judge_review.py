"""StructuredOutput of a wave's script: a review is judged before it is taken, kept when it is, and judged again at the agent's end.

The script's agents are bound here as the engine binds them: an allowed spawn and its binding, under the script's call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, OTHER, PLAN, Ran, Reply, Stage, review

from planweir.brief.render import write_brief
from planweir.evidence.filed import answered, filed_sha
from planweir.journal.ready import Due
from planweir.journal.store import Journal
from planweir.review.schema import void

SCRIPT = "toolu_script"
TOOL = "StructuredOutput"
GOOD = review("T1", "task-reviewer")
FINDING = {"severity": "major", "path": "src/hello.py", "line": 2, "what": "says hello to nobody"}


def bind(stage: Stage, task: str = "T1", role: str = "task-reviewer") -> str:
    """A reviewer of the script that runs, bound to its task."""
    journal = Journal(stage.places)
    if not stage.state()["workflow"]["alive"]:
        journal.record({"kind": "engine_set", "engine": "workflow", "why": "a test", "by": "person"})
        journal.record({"kind": "workflow_allowed", "tool_use_id": SCRIPT, "wave": 1, "sum": "x", "session": stage.session})
    agent = stage.appear(SCRIPT, "a brief of the script", f"planweir:{role}", meta=False)
    due = Due(task, role, 1)
    digest = write_brief(stage.places, stage.state(), due)[1]
    use = f"{SCRIPT}/{agent}"
    same: dict[str, object] = {"task": task, "role": role, "attempt": 1, "tool_use_id": use, "session": stage.session}
    journal.record(
        {"kind": "spawn_allowed", **same, "brief_sha": "x", "digest": digest}, {"kind": "reviewer_bound", **same, "agent": agent}
    )
    return agent


def look(stage: Stage, agent: str, task: str = "T1") -> Ran:
    """The reviewer prints what it judges."""
    command = f"task-planner package {task}"
    use = stage.next_use()
    assert stage.pre("Bash", {"command": command}, agent, use=use).decision == "allow"
    ran = stage.run(command)
    assert ran.exit == 0, ran.output
    stage.told(agent, {"command": command}, ran, use)
    stage.wrote(agent, "Bash", {"command": command}, ran.output, use=use)
    return ran


def answer(stage: Stage, agent: str, obj: dict[str, object], task: str = "T1") -> Reply:
    """The reviewer answers; where nothing denies it the client takes it, as it would one that fits the schema."""
    use = stage.next_use()
    reply = stage.pre(TOOL, obj, agent, use=use)
    stage.wrote(agent, TOOL, obj, "Structured output provided successfully" if reply.passes else reply.reason, failed=not reply.passes, use=use)
    if reply.passes:
        stage.send(
            "PostToolUse", agent, tool_name=TOOL, tool_input=obj, tool_response="Structured output provided successfully", tool_use_id=use, duration_ms=0
        )
    return reply


@pytest.fixture
def judging(open_plan: Callable[[str], Stage]) -> tuple[Stage, str]:
    """T1 is implemented, and a task reviewer of the script has looked at it."""
    stage = open_plan(PLAN)
    stage.hello()
    agent = bind(stage)
    look(stage, agent)
    return stage, agent


# --- what is taken ---------------------------------------------------------------------------------------------


def test_a_review_that_holds_together_is_taken_and_counts_as_one_that_was_filed(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    assert answer(stage, agent, GOOD).said is None
    assert stage.stop(agent, "").said is None
    passed = stage.task("T1")["reviews"]["task-reviewer"]
    assert (passed["verdict"], passed["agent"]) == ("pass", agent)
    assert passed["review"] == GOOD


def test_what_is_taken_last_counts(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    answer(stage, agent, GOOD)
    answer(stage, agent, review("T1", "task-reviewer", passes=False))
    assert stage.stop(agent, "").said is None
    assert stage.task("T1")["status"] == "rework"


# --- what is not -----------------------------------------------------------------------------------------------


def test_review_unread_denies_an_answer_before_anything_was_looked_at(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN)
    stage.hello()
    agent = bind(stage)
    reply = answer(stage, agent, GOOD)
    assert reply.denied == "review-unread"
    assert "`task-planner package T1`" in reply.reason
    assert answer(stage, agent, GOOD).denied == "review-unread"  # a second try has seen no more
    look(stage, agent)
    assert answer(stage, agent, GOOD).passes


def test_review_unread_is_not_content_with_another_tasks_package(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN)
    stage.hello()
    other = stage.spawn("T2")
    stage.implement(other, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    agent = bind(stage)
    look(stage, agent, "T2")
    assert answer(stage, agent, GOOD).denied == "review-unread"


@pytest.mark.parametrize(
    "command",
    [
        "true || task-planner package T1",
        "task-planner package T1 >/dev/null",
        "task-planner package T1 | head -1",
        "task-planner package T1 --from 999999 || true",
        "false && task-planner package T1; ls",
    ],
)
def test_review_unread_wants_the_package_printed_and_not_only_named(open_plan: Callable[[str], Stage], command: str) -> None:
    stage = open_plan(PLAN)
    stage.hello()
    agent = bind(stage)
    assert stage.bash(agent, command, judged=True).exit == 0
    assert answer(stage, agent, GOOD).denied == "review-unread"


@pytest.mark.parametrize("command", ["cd . && task-planner package T1 2>&1", "task-planner package T1 | cat; git status --short"])
def test_review_unread_is_content_with_a_package_that_was_printed_beside_more(open_plan: Callable[[str], Stage], command: str) -> None:
    stage = open_plan(PLAN)
    stage.hello()
    agent = bind(stage)
    assert stage.bash(agent, command, judged=True).exit == 0
    assert answer(stage, agent, GOOD).passes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "fail"}, 'its scores and findings say "pass"'),
        ({"task": "T2"}, 'Set "task" to "T1"'),
        ({"scores": []}, "scores is missing or empty"),
        ({"findings": [{**FINDING, "path": ""}]}, "has no path"),
        ({"findings": [{**FINDING, "line": 0}]}, "has no line"),
        ({"findings": [{**FINDING, "line": 77}]}, "no line 77"),
        ({"findings": [{**FINDING, "path": "src/old.py", "line": 1}]}, "src/old.py is outside the package"),
        ({"findings": [{**FINDING, "path": "src/bye.py", "line": 1}]}, "src/bye.py is outside the package"),
    ],
)
def test_review_object_denies_what_contradicts_itself_or_has_no_place(
    judging: tuple[Stage, str], change: dict[str, object], words: str
) -> None:
    stage, agent = judging
    reply = answer(stage, agent, {**GOOD, **change})
    assert reply.denied == "review-object"
    assert words in reply.reason
    assert answer(stage, agent, GOOD).passes
    assert stage.stop(agent, "").said is None
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"


@pytest.mark.parametrize(
    "place", [{"path": "src/hello.py", "line": 1}, {"path": "tests/test_hello.py", "line": 5}, {"path": "tests", "line": 0}]
)
def test_a_finding_at_a_line_of_the_package_is_taken(judging: tuple[Stage, str], place: dict[str, object]) -> None:
    stage, agent = judging
    assert answer(stage, agent, {**GOOD, "findings": [{**FINDING, "severity": "minor", **place}]}).passes


def test_review_void_is_no_answer_to_a_review_that_is_due(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    reply = answer(stage, agent, void("T1", "task-reviewer", "I would rather not"))
    assert reply.denied == "review-void"
    assert stage.bound(agent) is not None


# --- whose business it is not ----------------------------------------------------------------------------------


def test_the_schema_of_another_workflow_is_not_looked_at(judging: tuple[Stage, str]) -> None:
    stage, _agent = judging
    stranger = stage.appear("toolu_else", "count the files", "general-purpose", meta=False)
    assert stage.pre(TOOL, {"files": 3}, stranger).said is None
    assert stage.pre(TOOL, {"files": 3}).said is None  # the main thread, started with a schema of its own
    assert stage.pre(TOOL, {"files": 3}, stranger, session=OTHER).said is None


def test_an_implementers_answer_is_not_looked_at(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert answer(stage, agent, {"done": True}).said is None
    assert not Path(stage.places.runs(agent)).exists()


# --- how it ends -----------------------------------------------------------------------------------------------


def test_a_reviewer_of_the_script_that_only_writes_is_held_twice_and_then_lost(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    words = f"```json\n{json.dumps(GOOD)}\n```"  # the script would wait for an answer that never came
    for _ in range(2):
        held = stage.stop(agent, words)
        assert held.blocked
        assert held.rule == "review"
        assert "Answer with StructuredOutput" in held.reason
    assert stage.stop(agent, words).said is None
    assert stage.task("T1")["status"] == "implemented"
    assert stage.task("T1")["review_losses"] == 1


def test_a_reviewer_of_the_script_that_files_is_told_to_answer(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    ran = stage.file(agent, "T1", GOOD)
    assert ran.exit == 1
    assert "Answer with StructuredOutput" in ran.output


def test_a_taken_answer_that_slipped_past_the_hook_is_judged_at_the_end(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    use = stage.next_use()
    wrong = {**GOOD, "verdict": "fail"}
    stage.wrote(agent, TOOL, wrong, "ok", use=use)
    stage.send("PostToolUse", agent, tool_name=TOOL, tool_input=wrong, tool_response="ok", tool_use_id=use)
    held = stage.stop(agent, "")
    assert held.rule == "review"
    assert "Answer again with StructuredOutput" in held.reason


def test_an_answer_that_no_call_explains_counts_for_nothing(judging: tuple[Stage, str]) -> None:
    """Somebody writes a pass into the agent's runs: of a call that was denied, or of none."""
    stage, agent = judging
    assert answer(stage, agent, {**GOOD, "verdict": "fail"}).denied
    runs = Path(stage.places.runs(agent))
    last = json.loads(runs.read_text().splitlines()[-1])
    command = answered(GOOD)
    forged = {**last, "tool_use_id": "toolu_none", "command": command, "filed": filed_sha(command.partition(" ")[2]), "task": "T1"}
    forged.pop("package")
    with runs.open("a") as file:
        file.write(json.dumps(forged) + "\n")
    assert "Answer with StructuredOutput" in stage.stop(agent, "").reason
    assert stage.task("T1")["reviews"] == {}
    assert any("no call of its agent explains" in str(row["what"]) for row in stage.events("incident"))


def test_an_answer_comes_back_from_its_call_where_its_copy_was_changed(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    answer(stage, agent, GOOD)
    (copy,) = Path(stage.places.artifacts, "filed").iterdir()
    copy.chmod(0o600)
    copy.write_text(json.dumps(review("T1", "task-reviewer", passes=False)))
    assert stage.stop(agent, "").said is None
    assert stage.task("T1")["reviews"]["task-reviewer"]["verdict"] == "pass"


def test_an_answer_on_files_that_changed_meanwhile_is_void_as_in_the_loop(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    answer(stage, agent, GOOD)
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# more\n"})
    assert stage.stop(agent, "").said is None
    assert stage.task("T1")["reviews"] == {}
    assert stage.task("T1")["review_losses"] == 1


# --- what it judges --------------------------------------------------------------------------------------------


def test_the_package_is_what_was_kept_when_the_reviewer_was_bound(judging: tuple[Stage, str]) -> None:
    stage, agent = judging
    before = look(stage, agent).output
    assert '+    return "hello"' in before
    assert "## Done when" in before
    stage.write({"src/hello.py": HELLO["src/hello.py"] + "# more\n"})
    assert look(stage, agent).output == before  # the digest that the review is bound to is of this text


def test_the_loop_refuses_the_same_finding(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN)
    stage.hello()
    agent = stage.spawn("T1", "task-reviewer")
    outside = {**GOOD, "findings": [{**FINDING, "path": "src/old.py", "line": 1}]}
    ran = stage.file(agent, "T1", outside)
    assert ran.exit == 1
    assert "src/old.py is outside the package" in ran.output
    assert "outside the package" in stage.stop(agent, f"```json\n{json.dumps(outside)}\n```").reason
    assert stage.file(agent, "T1", GOOD).exit == 0
    assert stage.stop(agent, "FILED pass").said is None
