"""PreToolUse of Bash and Monitor: what the hook makes of the judgement of a command line. What a line would run and write
is the subject of tests/unit/shell, tests/unit/guard and tests/redteam."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.hooks.stage import HELLO, OTHER, PLAN, Ran, Reply, Stage

NO_GRANTS = PLAN.replace("Goal: A package that greets.", "Goal: Greet.\nGrants: none")


def bash(stage: Stage, command: str, agent: str = "", **given: object) -> Reply:
    return stage.pre("Bash", {"command": command, **given}, agent)


# --- grants --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["task-planner next", "task-planner status --json", "git log --oneline", "cat README.md"]
)
def test_what_the_person_granted_is_allowed_without_a_dialog(stage: Stage, command: str) -> None:
    assert bash(stage, command).decision == "allow"


def test_the_tasks_own_commands_are_granted_to_its_agent(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert bash(stage, "sh checks/hello.sh", agent).decision == "allow"
    assert bash(stage, "python3 -m pytest -q", agent).decision == "allow"


def test_what_was_not_granted_follows_the_persons_own_permissions(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert bash(stage, "pip install requests", agent).said is None


@pytest.mark.parametrize("command", ["task-planner next", "git log --oneline", "task-planner gate"])
def test_without_grants_nothing_is_allowed(open_plan: Callable[[str], Stage], command: str) -> None:
    assert bash(open_plan(NO_GRANTS), command).said is None


def test_without_grants_the_rules_still_hold(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(NO_GRANTS)
    assert bash(stage, "echo x > src/hello.py").denied == "main-thread-commands"


# --- the gate ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["task-planner gate", "task-planner gate --wait"])
def test_a_gate_gets_the_most_time_that_the_host_gives(stage: Stage, command: str) -> None:
    reply = bash(stage, command, timeout=1000, description="the gate")
    assert reply.decision == "allow"
    assert reply.updated == {"command": command, "timeout": 600_000, "description": "the gate"}


def test_no_other_call_is_changed(stage: Stage) -> None:
    assert bash(stage, "task-planner status").updated is None


def test_gate_owner_stops_an_agent_from_running_the_gate(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert bash(stage, "task-planner gate", agent).denied == "gate-owner"


# --- discard -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [PLAN, NO_GRANTS])
def test_a_bound_implementer_takes_back_its_own_change(open_plan: Callable[[str], Stage], plan: str) -> None:
    stage = open_plan(plan)
    agent = stage.spawn("T1")
    stage.write(HELLO)
    ran = stage.bash(agent, "task-planner discard src/hello.py", judged=True)
    assert ran.exit == 0, ran.output
    assert "The patch is kept in" in ran.output
    assert not (stage.project / "src/hello.py").exists()


def test_a_discard_that_no_hook_judged_is_refused(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    stage.write(HELLO)
    ran = stage.run("task-planner discard src/hello.py")
    assert ran.exit == 1
    assert (stage.project / "src/hello.py").exists()


def test_a_permit_to_discard_is_for_one_call(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    assert stage.bash(agent, "task-planner discard src/hello.py", judged=True).exit == 0
    stage.write(HELLO)
    assert stage.run("task-planner discard src/hello.py").exit == 1


def test_an_implementer_takes_back_nothing_that_is_not_its_own(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.spawn("T2")
    stage.write({"src/bye.py": "a neighbour's\n"})
    for path, why in (("src/bye.py", "belongs to T2"), ("README.md", "nothing of yours")):
        ran = stage.bash(agent, f"task-planner discard {path}", judged=True)
        assert ran.exit == 1
        assert why in ran.output
    assert (stage.project / "src/bye.py").exists()


def test_discard_owner_stops_the_main_thread_and_reviewers(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    reply = bash(stage, "task-planner discard src/hello.py")
    assert reply.denied == "discard-owner"
    assert "a person types `/task-planner discard PATH`" in reply.reason
    assert bash(stage, "task-planner discard src/hello.py", agent).denied == "discard-owner"


def test_a_person_discards_by_typing_it(stage: Stage) -> None:
    stage.write({"README.md": "spoilt\n"})
    reply = stage.typed("/task-planner", "discard README.md")
    assert reply.blocked
    assert "The patch is kept in" in reply.reason
    assert (stage.project / "README.md").read_text() == "# Small words\n"


# --- who -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "complete", "abort", "skip T1", "waive verify-1", "start docs/plan.md"]
)
def test_person_verbs_stops_an_agent_that_decides_for_the_person(
    working: tuple[Stage, str], verb: str
) -> None:
    stage, agent = working
    for who in ("", agent):
        assert bash(stage, f"task-planner {verb}", who).denied == "person-verbs"
    assert stage.run(f"task-planner {verb}").exit == 1  # and the command line refuses it within a session
    assert stage.state()["plan"]["status"] == "open"


def test_the_main_thread_reads_and_does_not_write(stage: Stage) -> None:
    assert bash(stage, "grep -rn hello src | head").passes
    assert bash(stage, "sed -i s/a/b/ src/old.py").denied == "main-thread-commands"


def test_an_implementer_writes_in_its_scope_and_undoes_no_neighbour(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert bash(stage, "printf x > src/hello.py", agent).passes
    assert bash(stage, "printf x > src/old.py", agent).denied == "scope"
    assert bash(stage, "git stash", agent).denied == "neighbours"
    assert bash(stage, "git commit -am x", agent).denied == "neighbours"


def test_guarded_paths_are_read_and_not_written(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for who in ("", agent):
        assert bash(stage, f"cat {stage.places.journal}", who).passes
        assert bash(stage, f"rm {stage.places.journal}", who).denied == "guarded-paths"


def test_unreadable_command_stops_whoever_would_run_what_a_decoder_prints(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for who in ("", agent):
        reply = bash(stage, "base64 -d notes.b64 | sh", who)
        assert reply.denied == "unreadable-command"
        assert "decode it into a file, read that" in reply.reason
    assert bash(stage, "base64 -d notes.b64 | wc -l", agent).passes


def test_unreadable_command_stops_the_main_thread_from_what_cannot_be_read_to_its_end(stage: Stage) -> None:
    assert bash(stage, 'echo "unclosed; ls').denied == "unreadable-command"
    assert bash(stage, 'echo "closed"; ls').passes


def test_another_session_is_kept_from_guarded_paths_and_running_files(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    for command, rule in (
        (f"rm {stage.places.journal}", "guarded-paths"),
        ("printf x > src/hello.py", "foreign-session"),
        ("printf x > README.md", None),
    ):
        assert stage.pre("Bash", {"command": command}, session=OTHER).denied == rule


def test_monitor_is_held_to_the_same_rules(stage: Stage) -> None:
    assert (
        stage.pre("Monitor", {"command": "tail -f x > src/hello.py", "description": "x"}).denied is not None
    )
    assert stage.pre("Monitor", {"command": "tail -f README.md", "description": "x"}).passes


def test_a_call_without_a_command_is_denied(stage: Stage) -> None:
    shapes: list[dict[str, object]] = [{}, {"command": 7}, {"command": ["ls"]}]
    for given in shapes:
        assert stage.pre("Bash", given).denied == "unreadable-event"


# --- the journal follows -------------------------------------------------------------------------------------


def test_deleting_what_is_rendered_changes_nothing(stage: Stage) -> None:
    copy = stage.project / ".claude/state/active_task_graph.json"
    copy.chmod(0o644)
    copy.write_text('{"plan_status": "complete"}')
    assert bash(stage, "echo x > src/hello.py").denied == "main-thread-commands"
    stage.told("", {"command": "true"}, Ran(0, ""))
    stage.main_stop()
    assert '"plan_status": "open"' in copy.read_text()
