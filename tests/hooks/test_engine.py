"""What carries a plan's waves out: chosen at its start and whenever a person goes on with it, told before the yes, journaled with why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.hooks.stage import FILES, OTHER, OWNER, PLAN, Reply, Stage, Theatre

from planweir.journal.store import Journal

START = "docs/plan.md --yes"
SCRIPT = {"kind": "workflow_allowed", "tool_use_id": "toolu_wave", "wave": 1, "sum": "0" * 64, "session": OWNER}


def engine(stage: Stage) -> tuple[str, str]:
    plan = stage.state()["plan"]
    return plan["engine"], plan["engine_why"]


def set_to(stage: Stage) -> list[str]:
    """What the journal says of it, oldest first."""
    return [str(row["engine"]) for row in stage.events("engine_set")]


def typed(stage: Stage, words: str = "", session: str = "") -> Reply:
    return stage.typed("/implement-plan", words, session)


def said(reply: Reply) -> str:
    return reply.context or reply.reason


def settings(stage: Stage, **value: object) -> str:
    path = stage.user / ".claude" / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return str(path)


@pytest.fixture
def free(bare: Stage) -> Stage:
    """No plan open, in a client whose environment names no engine."""
    del bare.env["PLANWEIR_ENGINE"]
    return bare


@pytest.fixture
def scripted(theatre: Theatre, sound: list[str]) -> Stage:
    """A plan that goes by scripts, in a client whose environment names no engine; no script runs."""

    def play(stage: Stage) -> None:
        del stage.env["PLANWEIR_ENGINE"]
        stage.build(FILES)
        assert "started." in said(typed(stage, START))

    return theatre.at("scripted", play)


@pytest.fixture
def script_runs(scripted: Stage) -> Stage:
    """The script of its first wave is running."""
    Journal(scripted.places).record(dict(SCRIPT))
    return scripted


# --- before the yes, and at the start ------------------------------------------------------------------------


def test_what_a_person_is_shown_before_the_yes_names_the_engine_and_why_in_one_line(free: Stage) -> None:
    (line,) = [row for row in said(typed(free, "docs/plan.md")).splitlines() if row.startswith("Engine: ")]
    assert line == (
        "Engine: workflow, since nothing here keeps the client from running scripts; one script of the client's runs each wave, "
        "at most 6 tasks at once"
    )
    assert "Engine: workflow, since" in said(free.typed("/task-planner", "check docs/plan.md"))
    assert "Engine: agents, since --engine says so" in said(typed(free, "docs/plan.md --engine agents"))


def test_the_choice_is_journaled_right_after_the_plan_was_opened(free: Stage) -> None:
    assert "Engine: workflow" in said(typed(free, START))
    events, _end = Journal(free.places).events()
    assert [row["kind"] for row in events[:2]] == ["opened", "engine_set"]
    assert (events[1]["engine"], events[1]["by"], events[1]["why"]) == ("workflow", "person", engine(free)[1])
    assert "Engine: workflow (nothing here keeps" in said(free.typed("/task-planner", "--status"))
    assert free.state()["graph"]["engine"] == "auto"


@pytest.mark.parametrize("words", ["docs/plan.md --engine agents --yes", "--engine=AGENTS docs/plan.md -y"])
def test_what_the_person_types_counts_most(free: Stage, words: str) -> None:
    free.env["PLANWEIR_ENGINE"] = "workflow"
    assert "started." in said(typed(free, words))
    assert engine(free) == ("agents", "--engine says so")


def test_go_starts_the_plan_with_the_engine_that_it_was_shown_with_or_another_that_is_typed(free: Stage) -> None:
    typed(free, "docs/plan.md --engine agents")
    assert "started." in said(typed(free, "go"))
    assert engine(free)[0] == "agents"
    free.typed("/task-planner", "--abort")
    typed(free, "docs/plan.md --engine agents")
    assert "started." in said(typed(free, "go --engine workflow"))
    assert engine(free) == ("workflow", "--engine says so")


def test_the_plan_then_the_clients_environment_then_the_configuration(free: Stage) -> None:
    config = Path(free.path(".claude/planweir.json"))
    config.parent.mkdir(exist_ok=True)
    config.write_text('{"engine": "agents", "max_parallel": 2}')
    shown = said(typed(free, "docs/plan.md"))
    assert f"Engine: agents, since {config} says so; the main thread starts the agents of each wave, at most 2 tasks at once" in shown
    free.env["PLANWEIR_ENGINE"] = "workflow"
    assert "Engine: workflow, since PLANWEIR_ENGINE says so" in said(typed(free, "docs/plan.md"))
    free.write({"docs/plan.md": PLAN.replace("Goal:", "Engine: agents\nGoal:")})
    assert "started." in said(typed(free, START))
    assert engine(free) == ("agents", "the plan says so")
    assert free.state()["graph"]["max_parallel"] == 2


def test_a_client_that_runs_no_scripts_gets_agents_and_only_who_asked_for_a_script_is_warned(free: Stage) -> None:
    path = settings(free, disableWorkflows=True)
    shown = said(typed(free, "docs/plan.md"))
    assert f"Engine: agents, since {path} sets disableWorkflows to true" in shown
    assert "Warning: the plan asks" not in shown
    free.write({"docs/plan.md": PLAN.replace("Goal:", "Engine: workflow\nGoal:")})
    why = f"the plan asks for workflow, and {path} sets disableWorkflows to true"
    started = said(typed(free, START))
    assert "started." in started
    assert f"Warning: {why}" in started
    assert engine(free) == ("agents", why)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("docs/plan.md --yes --engine worfklow", "nothing was started: 'worfklow' is none of auto, workflow, agents, did you mean workflow?"),
        ("docs/plan.md --yes --engine", "nothing was started: --engine wants one of auto, workflow, agents"),
        ("--engine= docs/plan.md", "nothing was started: --engine wants one of"),
    ],
)
def test_an_unknown_engine_starts_nothing_and_says_what_there_is(free: Stage, words: str, why: str) -> None:
    reply = typed(free, words)
    assert reply.blocked
    assert why in reply.reason
    assert not Path(free.places.armed).exists()


def test_one_that_the_environment_names_wrongly_is_told_and_starts_the_plan(free: Stage) -> None:
    free.env["PLANWEIR_ENGINE"] = "fast"
    started = said(typed(free, START))
    assert "Warning: PLANWEIR_ENGINE: 'fast' is none of auto, workflow, agents, and counts for nothing." in started
    assert engine(free)[0] == "workflow"


def test_single_wins_and_the_engine_comes_back_with_agents(free: Stage) -> None:
    started = said(typed(free, f"{START} --single --engine workflow"))
    assert "Engine:" not in started
    assert engine(free) == ("agents", "the main thread does the tasks itself (--single)")
    assert "Engine:" not in said(free.typed("/task-planner", "--status"))
    typed(free, "--agents")
    assert engine(free) == ("workflow", "--engine says so")
    typed(free, "--single")
    assert engine(free)[0] == "agents"


# --- going on ------------------------------------------------------------------------------------------------


def test_going_on_asks_anew_and_journals_only_what_changed(scripted: Stage) -> None:
    typed(scripted)
    assert set_to(scripted) == ["workflow"]
    path = settings(scripted, permissions={"deny": ["Workflow"]})
    typed(scripted, session=OTHER)
    assert set_to(scripted) == ["workflow", "agents"]
    assert engine(scripted)[1] == f"{path} denies the tool Workflow (permissions.deny)"
    settings(scripted)
    assert "Engine: workflow" in said(typed(scripted))
    assert set_to(scripted) == ["workflow", "agents", "workflow"]


def test_what_the_person_typed_holds_until_they_type_another(scripted: Stage) -> None:
    typed(scripted, "--engine agents")
    assert engine(scripted) == ("agents", "--engine says so")
    typed(scripted, session=OTHER)
    scripted.typed("/task-planner", "pause", session=OTHER)
    scripted.typed("/task-planner", "resume", session=OTHER)
    assert set_to(scripted) == ["workflow", "agents"]
    typed(scripted, "--engine auto", session=OTHER)
    assert engine(scripted)[0] == "workflow"


def test_an_unknown_engine_changes_nothing(scripted: Stage) -> None:
    reply = typed(scripted, "--engine loop")
    assert reply.blocked
    assert "nothing was changed: 'loop' is none of auto, workflow, agents" in reply.reason
    assert set_to(scripted) == ["workflow"]


def test_a_persons_terminal_leaves_the_engine_as_it_is(scripted: Stage) -> None:
    scripted.typed("/task-planner", "pause")
    ran = scripted.run("PLANWEIR_ENGINE=agents task-planner resume", person=True)
    assert ran.exit == 0, ran.output
    assert set_to(scripted) == ["workflow"]


def test_a_plan_changes_engines_between_waves(ready_for_gate: Stage) -> None:
    assert ready_for_gate.run("task-planner gate").exit == 0
    typed(ready_for_gate, "--engine workflow")
    assert engine(ready_for_gate) == ("workflow", "--engine says so")
    typed(ready_for_gate, "--engine agents")
    assert ready_for_gate.ask("T3").decision == "allow"
    assert set_to(ready_for_gate) == ["agents", "workflow", "agents"]


def test_a_brief_that_was_written_for_the_other_engine_is_written_anew(stage: Stage) -> None:
    stage.run("task-planner next")
    briefs = Path(stage.places.artifacts, "briefs")
    assert list(briefs.glob("T1-*"))
    typed(stage, "--engine workflow")
    assert not list(briefs.glob("T1-*"))


# --- while a script runs -------------------------------------------------------------------------------------


def test_no_other_engine_while_a_script_runs(script_runs: Stage) -> None:
    reply = typed(script_runs, "--engine agents")
    assert reply.blocked
    assert "nothing was changed: the script of wave 1 is running" in reply.reason
    assert engine(script_runs)[0] == "workflow"
    reply = typed(script_runs, "--single")
    assert reply.blocked
    assert "the script of a wave is running" in reply.reason


def test_going_on_while_a_script_runs_leaves_it_its_engine(script_runs: Stage) -> None:
    settings(script_runs, disableWorkflows=True)
    assert "going on." in said(typed(script_runs))
    assert set_to(script_runs) == ["workflow"]


def test_the_orchestrator_gets_no_other_engine_while_a_script_runs(script_runs: Stage) -> None:
    ran = script_runs.run("task-planner next --engine agents")
    assert ran.exit == 1
    assert "the script of a wave is running" in ran.output
    assert engine(script_runs)[0] == "workflow"


# --- the orchestrator's way out ------------------------------------------------------------------------------


def test_an_orchestrator_without_the_tool_starts_the_agents_itself(scripted: Stage) -> None:
    ran = scripted.bash("", "task-planner next --engine agents", judged=True)
    assert ran.exit == 0, ran.output
    assert "**Task ID:** T1" in ran.output
    (_start, row) = scripted.events("engine_set")
    assert (row["engine"], row["by"], row["why"]) == ("agents", "orchestrator", "the orchestrator found no Workflow tool in its session")
    assert "no Workflow tool" in said(scripted.typed("/task-planner", "--status"))
    assert scripted.ask("T1").decision == "allow"
    scripted.bash("", "task-planner next --engine agents")
    assert len(set_to(scripted)) == 2
    typed(scripted)
    assert engine(scripted)[0] == "workflow"


@pytest.mark.parametrize("word", ["workflow", "auto", "x"])
def test_only_a_person_chooses_scripts(stage: Stage, word: str) -> None:
    ran = stage.run(f"task-planner next --engine {word}")
    assert ran.exit == 1
    assert f"they type /implement-plan --engine {word}" in ran.output
    assert set_to(stage) == ["agents"]


@pytest.mark.parametrize("command", ["task-planner next --engine agents", "task-planner next --engine=agents --json"])
def test_an_agent_does_not_choose_and_may_ask_what_is_next(working: tuple[Stage, str], command: str) -> None:
    stage, agent = working
    assert stage.pre("Bash", {"command": command}, agent).denied == "gate-owner"
    assert stage.pre("Bash", {"command": "task-planner next"}, agent).passes
    assert stage.pre("Bash", {"command": command}).passes


def test_no_variable_that_a_command_sets_has_a_say(stage: Stage) -> None:
    for command in ("PLANWEIR_ENGINE=workflow task-planner next", "export PLANWEIR_ENGINE=workflow; task-planner status"):
        assert stage.pre("Bash", {"command": command}).denied == "person-verbs"
    stage.run("PLANWEIR_ENGINE=workflow task-planner next")
    ran = stage.run("PLANWEIR_ENGINE=agents task-planner check docs/plan.md")
    assert "Engine: workflow, since nothing here" in ran.output
    assert set_to(stage) == ["agents"]


def test_another_session_does_not_choose_for_the_one_that_owns_the_plan(scripted: Stage) -> None:
    scripted.env["CLAUDE_CODE_SESSION_ID"] = OTHER
    ran = scripted.run("task-planner next --engine agents")
    assert ran.exit == 1
    assert set_to(scripted) == ["workflow"]


def test_a_plan_from_a_terminal_is_asked_about_anew_by_the_session_that_takes_it_over(free: Stage) -> None:
    ran = free.run("task-planner start docs/plan.md --engine agents", person=True)
    assert ran.exit == 0, ran.output
    assert engine(free) == ("agents", "--engine says so")
    typed(free, "--engine auto")
    assert engine(free)[0] == "workflow"
