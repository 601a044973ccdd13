"""Which engine carries a plan out: who is asked first, what the client can give, and what an open plan remembers of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from planweir.attempt.client_settings import Client, left_out, no_workflows
from planweir.attempt.engine import choose, lines, resolve
from planweir.attempt.engine import off as kept_off
from planweir.journal.fold import apply, empty
from planweir.journal.fold.graph import graph_of
from planweir.journal.ready import scripted
from planweir.journal.transitions import Illegal
from planweir.plan.model import ENGINES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State

OFF = "settings.json sets disableWorkflows to true"


def asked(*words: str) -> list[tuple[str, str]]:
    return list(zip(("--engine", "the plan", "PLANWEIR_ENGINE", "planweir.json"), words, strict=False))


class TestWhoIsAsked:
    @pytest.mark.parametrize(
        ("words", "engine", "why"),
        [
            (("", "", "", ""), "workflow", "nothing here keeps the client from running scripts"),
            (("agents", "workflow", "workflow", "workflow"), "agents", "--engine says so"),
            (("", "agents", "workflow", "workflow"), "agents", "the plan says so"),
            (("", "", "agents", "workflow"), "agents", "PLANWEIR_ENGINE says so"),
            (("", "", "", "agents"), "agents", "planweir.json says so"),
            (("workflow", "agents", "agents", "agents"), "workflow", "--engine says so"),
            (("auto", "agents", "agents", "agents"), "workflow", "nothing here keeps the client from running scripts"),
            (("", "", "auto", "agents"), "workflow", "nothing here keeps the client from running scripts"),
        ],
    )
    def test_the_first_who_names_one(self, words: tuple[str, ...], engine: str, why: str) -> None:
        assert resolve(asked(*words), "") == (engine, why, "")

    @pytest.mark.parametrize("words", [("", "", "", ""), ("auto", "", "", ""), ("", "", "auto", "workflow")])
    def test_auto_is_agents_where_the_client_runs_no_scripts_and_that_is_no_warning(self, words: tuple[str, ...]) -> None:
        assert resolve(asked(*words), OFF) == ("agents", OFF, "")

    @pytest.mark.parametrize("at", range(4))
    def test_a_workflow_that_the_client_cannot_give_is_agents_and_told(self, at: int) -> None:
        found = resolve(asked(*["workflow" if row == at else "" for row in range(4)]), OFF)
        assert found.engine == "agents"
        assert found.why == f"{asked(*['']*4)[at][0]} asks for workflow, and {OFF}"
        assert found.why in found.warning

    def test_agents_need_nothing_of_the_client(self) -> None:
        assert resolve(asked("agents"), OFF) == ("agents", "--engine says so", "")

    @given(some.lists(some.sampled_from(("", *ENGINES)), min_size=4, max_size=4), some.sampled_from(("", OFF)))
    def test_a_plan_that_the_main_thread_does_itself_has_no_script(self, words: list[str], off: str) -> None:
        found = resolve(asked(*words), off, single=True)
        assert (found.engine, found.warning, lines(found, 6)) == ("agents", "", [])

    @given(some.lists(some.sampled_from(("", *ENGINES)), max_size=4), some.sampled_from(("", OFF)))
    def test_no_script_where_the_client_runs_none_and_a_reason_always(self, words: list[str], off: str) -> None:
        found = resolve(asked(*words), off)
        assert found.engine == "agents" or not off
        assert found.why
        assert len([row for row in lines(found, 6) if row.startswith("Engine: ")]) == 1


class TestTheClient:
    @pytest.fixture
    def client(self, tmp_path: Path) -> Client:
        return Client(str(tmp_path / "app"), str(tmp_path / "person"), {}, (str(tmp_path / "managed"),))

    def settings(self, client: Client, where: str, **value: object) -> str:
        path = Path(
            {
                "user": f"{client.config}/settings.json",
                "project": f"{client.project}/.claude/settings.json",
                "local": f"{client.project}/.claude/settings.local.json",
                "managed": f"{client.managed[0]}/managed-settings.json",
            }[where]
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
        return str(path)

    def test_of_which_nothing_is_known_runs_scripts(self, client: Client) -> None:
        assert no_workflows(client) == ""
        assert choose(client, "auto").engine == "workflow"

    @pytest.mark.parametrize("where", ["user", "project", "local", "managed"])
    @pytest.mark.parametrize(
        "value",
        [
            {"disableWorkflows": True},
            {"enableWorkflows": False},
            {"permissions": {"deny": ["Bash(rm *)", "Workflow"]}},
            {"permissions": {"deny": ["Workflow(*)"]}},
            {"env": {"CLAUDE_CODE_DISABLE_WORKFLOWS": "1"}},
            {"env": {"CLAUDE_CODE_WORKFLOWS": "0"}},
        ],
    )
    def test_whose_settings_switch_them_off_does_not_and_the_file_is_named(self, client: Client, where: str, value: dict[str, object]) -> None:
        path = self.settings(client, where, **value)
        assert path in no_workflows(client)
        assert choose(client, "auto").engine == "agents"

    @pytest.mark.parametrize(
        "value",
        [
            {"disableWorkflows": False},
            {"enableWorkflows": True},
            {"disableWorkflows": "yes"},
            {"permissions": {"deny": ["Workflows", "Workflow(other)", 3]}},
            {"permissions": {"deny": "Workflow"}},
            {"permissions": {"allow": ["Workflow"]}},
            {"env": {"CLAUDE_CODE_DISABLE_WORKFLOWS": "0", "CLAUDE_CODE_WORKFLOWS": "1"}},
            {"env": []},
        ],
    )
    def test_settings_that_say_something_else_keep_nothing(self, client: Client, value: dict[str, object]) -> None:
        self.settings(client, "user", **value)
        assert no_workflows(client) == ""

    def test_the_file_that_counts_more_is_heard(self, client: Client) -> None:
        self.settings(client, "user", disableWorkflows=True)
        self.settings(client, "local", disableWorkflows=False)
        assert no_workflows(client) == ""
        path = self.settings(client, "managed", disableWorkflows=True)
        assert path in no_workflows(client)

    @pytest.mark.parametrize(
        ("env", "kept"),
        [
            ({"CLAUDE_CODE_DISABLE_WORKFLOWS": "1"}, True),
            ({"CLAUDE_CODE_DISABLE_WORKFLOWS": "0"}, False),
            ({"CLAUDE_CODE_WORKFLOWS": "false"}, True),
            ({"CLAUDE_CODE_WORKFLOWS": "1"}, False),
        ],
    )
    def test_its_environment_switches_them_off(self, client: Client, env: dict[str, str], kept: bool) -> None:
        assert bool(no_workflows(Client(client.project, client.config, env, ()))) is kept

    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            (["claude", "--disallowedTools", "Bash", "Workflow", "-p", "x"], True),
            (["claude", "--disallowed-tools=Bash,Workflow"], True),
            (["claude", "--tools", "Bash,Agent"], True),
            (["claude", "--tools", ""], True),
            (["claude", "--tools", "default"], False),
            (["claude", "--tools", "Bash Workflow"], False),
            (["claude", "--disallowedTools", "Bash", "-p", "Workflow"], False),
            (["claude", "-p", "run a Workflow"], False),
            ([], False),
        ],
    )
    def test_its_command_line_leaves_the_tool_out(self, words: list[str], kept: bool) -> None:
        assert bool(left_out(words)) is kept

    @pytest.mark.parametrize(("version", "kept"), [("2.1.239", True), ("2.0.999", True), ("2.1.240", False), ("3.0.0", False), ("", False)])
    def test_an_old_one_runs_none_as_its_transcript_tells_last(self, client: Client, version: str, kept: bool) -> None:
        transcript = Path(client.config, "projects", "-app", "s1.jsonl")
        transcript.parent.mkdir(parents=True)
        rows = [{"version": "2.1.100" if not kept and version else "9.9.9"}, {"version": version}] if version else [{"no": "version"}]
        transcript.write_text("".join(json.dumps(row) + "\n" for row in rows) + "torn {")
        assert bool(kept_off(client, "s1")) is kept
        assert kept_off(client, "other") == ""

    def test_a_word_in_its_environment_that_is_no_engine_is_told_and_counts_for_nothing(self, client: Client) -> None:
        found = choose(Client(client.project, client.config, {"PLANWEIR_ENGINE": "workflows"}, ()), "agents")
        assert (found.engine, found.why) == ("agents", "the plan says so")
        assert "did you mean workflow?" in found.warning

    def test_a_configuration_that_cannot_be_read_counts_for_nothing(self, client: Client) -> None:
        path = Path(client.project, ".claude", "planweir.json")
        path.parent.mkdir(parents=True)
        path.write_text('{"engine": "agents"')
        assert choose(client, "auto").engine == "workflow"
        path.write_text('{"engine": "agents"}')
        assert choose(client, "auto") == ("agents", f"{path} says so", "")


SET: Event = {"kind": "engine_set", "seq": 1, "at": "", "engine": "workflow", "why": "x", "asked": "workflow", "by": "person"}
OLD = {"title": "Old", "goal": "", "commit": "none", "grants": "default", "context": "", "tasks": []}


class TestAnOpenPlan:
    @pytest.fixture
    def state(self) -> State:
        """A plan that goes by scripts, as its person typed."""
        state = empty()
        state["plan"]["status"] = "open"
        apply(state, dict(SET))
        return state

    def test_that_was_frozen_before_there_was_a_choice_stays_with_agents(self) -> None:
        frozen = graph_of({**OLD, "setup": [], "verify": [], "verify_at_end": []})
        assert frozen["engine"] == "agents"
        assert resolve(asked("", frozen["engine"]), "").engine == "agents"

    def test_keeps_what_the_person_typed_when_the_orchestrator_finds_no_tool(self, state: State) -> None:
        apply(state, {"kind": "engine_set", "seq": 2, "at": "", "engine": "agents", "why": "no tool", "by": "orchestrator"})
        kept = state["plan"]
        assert (kept["engine"], kept["engine_why"], kept["engine_asked"]) == ("agents", "no tool", "workflow")

    @pytest.mark.parametrize("change", [{"kind": "engine_set", "engine": "agents"}, {"kind": "mode_set", "mode": "single"}])
    def test_does_not_change_engines_while_a_script_runs(self, state: State, change: Event) -> None:
        apply(state, {"kind": "workflow_allowed", "seq": 2, "at": "", "tool_use_id": "toolu_1", "wave": 1})
        with pytest.raises(Illegal, match="script of a wave is running"):
            apply(state, {"seq": 3, "at": "", **change})
        apply(state, {"kind": "workflow_ended", "seq": 3, "at": "", "tool_use_id": "toolu_1", "why": "completed"})
        apply(state, {"seq": 4, "at": "", **change})
        assert not scripted(state)
