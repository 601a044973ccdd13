"""The keyword tables: which agent does a task that names none."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from planweir.plan.agents import Choice, Row, assign, doubts
from planweir.plan.config import at_once, config_of, settled
from planweir.plan.forms import PlanFormError
from planweir.plan.model import Plan, Task

SCHEMA = Path(__file__).resolve().parents[3] / "scripts/planweir/plan/config.schema.json"
SECURITY = Row(("security", "auth"), "security-auditor")
PAGES = Row(("page", "front end"), "frontend")


def chosen(*tasks: Task, rows: tuple[Row, ...] = (SECURITY, PAGES)) -> list[tuple[str, str]]:
    plan, _ = assign(Plan("P", tasks=tasks), list(rows))
    return [(task.id, task.agent) for task in plan.tasks]


class TestWhichAgent:
    def test_a_word_of_the_title_gives_its_agent(self) -> None:
        plan, choices = assign(Plan("P", tasks=(Task("T3", "Check auth tokens"),)), [SECURITY])
        assert plan.tasks[0].agent == "security-auditor"
        assert choices == [Choice("T3", "security-auditor", "auth")]
        assert str(choices[0]) == "T3 → security-auditor (word: auth)"

    def test_no_word_gives_the_implementer(self) -> None:
        assert chosen(Task("T1", "Add a parser")) == [("T1", "implementer")]

    @pytest.mark.parametrize("title", ["Name the author", "Rename authority", "A webpage", "Say preauth"])
    def test_part_of_a_word_is_not_the_word(self, title: str) -> None:
        assert chosen(Task("T1", title)) == [("T1", "implementer")]

    def test_capitals_and_line_breaks_make_no_difference(self) -> None:
        assert chosen(Task("T1", "AUTH: tokens"), Task("T2", "x", description="the front\nend of it")) == [
            ("T1", "security-auditor"),
            ("T2", "frontend"),
        ]

    def test_the_title_counts_before_the_description(self) -> None:
        task = Task("T1", "Draw the login page", description="It is about security.")
        assert chosen(task) == [("T1", "frontend")]

    def test_the_first_row_is_taken(self) -> None:
        task = Task("T1", "Auth page")
        assert chosen(task) == [("T1", "security-auditor")]
        assert chosen(task, rows=(PAGES, SECURITY)) == [("T1", "frontend")]

    def test_what_the_plan_names_stands(self) -> None:
        assert chosen(Task("T1", "Auth", agent="implementer"), Task("T2", "Auth", agent="mine")) == [
            ("T1", "implementer"),
            ("T2", "mine"),
        ]

    @given(some.text(max_size=20), some.text(max_size=40))
    def test_any_word_may_be_looked_for_in_any_text(self, word: str, title: str) -> None:
        if word.strip():
            assign(Plan("P", tasks=(Task("T1", title),)), [Row((word,), "one")])


class TestTheFile:
    def write(self, folder: Path, value: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "planweir.json").write_text(value if isinstance(value, str) else json.dumps(value))

    def test_the_projects_rows_come_before_the_persons(self, tmp_path: Path) -> None:
        mine, ours = tmp_path / "config", tmp_path / "project"
        self.write(mine, {"agents": [{"words": ["auth"], "agent": "mine"}]})
        self.write(ours / ".claude", {"agents": [{"words": ["auth"], "agent": "ours"}]})
        found = settled(str(ours), str(mine))
        assert [row.agent for row in found.rows] == ["ours", "mine"]
        assert not found.problems

    def test_the_projects_engine_and_tasks_at_once_count_before_the_persons(self, tmp_path: Path) -> None:
        mine, ours = tmp_path / "config", tmp_path / "project"
        self.write(mine, {"engine": "workflow", "max_parallel": 2})
        assert settled(str(ours), str(mine)).engine == "workflow"
        self.write(ours / ".claude", {"engine": "agents"})
        found = settled(str(ours), str(mine))
        assert (found.engine, found.engine_in, found.max_parallel) == ("agents", f"{ours}/.claude/planweir.json", 2)

    def test_tasks_at_once_are_for_plans_that_do_not_say(self, tmp_path: Path) -> None:
        config = config_of({"max_parallel": 2})
        assert at_once(Plan("P"), config).max_parallel == 2
        assert at_once(Plan("P", max_parallel=9), config).max_parallel == 9
        assert at_once(Plan("P"), config_of({})) == Plan("P")

    def test_no_file_is_no_table(self, tmp_path: Path) -> None:
        assert settled(str(tmp_path), str(tmp_path / "config")) == config_of({})

    def test_an_unknown_key_is_an_error_that_names_the_nearest(self, tmp_path: Path) -> None:
        self.write(tmp_path / ".claude", {"agents": [{"wrods": ["auth"], "agent": "mine"}]})
        found = settled(str(tmp_path), str(tmp_path / "config"))
        (problem,) = found.problems
        assert found.rows == []
        assert problem.level == "error"
        assert ".claude/planweir.json: $.agents[0] has the unknown key `wrods`" in problem.message
        assert problem.mend == "did you mean `words`?"

    @pytest.mark.parametrize("text", ["{", "[]", '"x"', "\udcff", "[" * 100_000])
    def test_what_is_no_configuration_is_an_error_and_no_crash(self, tmp_path: Path, text: str) -> None:
        (tmp_path / ".claude").mkdir()
        (tmp_path / ".claude/planweir.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        found = settled(str(tmp_path), str(tmp_path / "config"))
        assert found.rows == []
        assert [problem.code for problem in found.problems] == ["configuration"]


SAMPLES: list[object] = [
    {},
    {"agents": []},
    {"$schema": "x", "agents": [{"words": ["a"], "agent": "b"}]},
    {"agents": [{"words": ["a b"], "agent": "plugin:b.c-d"}]},
    [],
    {"agent": []},
    {"agents": {}},
    {"agents": [{"words": [], "agent": "b"}]},
    {"agents": [{"words": [" "], "agent": "b"}]},
    {"agents": [{"words": "a", "agent": "b"}]},
    {"agents": [{"words": ["a"]}]},
    {"agents": [{"words": ["a"], "agent": "no agent"}]},
    {"agents": [{"words": ["a"], "agent": "ä"}]},
    {"agents": [{"words": ["a"], "agent": "b", "more": 1}]},
    {"engine": "auto", "max_parallel": 1},
    {"engine": "workflow", "max_parallel": 16},
    {"max_parallel": 3.0},
    {"engine": "Workflow"},
    {"engine": ""},
    {"engine": None},
    {"max_parallel": 0},
    {"max_parallel": 17},
    {"max_parallel": True},
    {"max_parallel": None},
    {"max_parallel": 2.5},
]


@pytest.mark.parametrize("value", SAMPLES)
def test_the_published_schema_and_the_reader_say_the_same(value: object) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    by_schema = jsonschema.Draft202012Validator(schema).is_valid(value)
    try:
        config_of(value)
    except PlanFormError:
        assert not by_schema
    else:
        assert by_schema


class TestDoubts:
    def said(self, tmp_path: Path, agent: str) -> list[tuple[str, str]]:
        plan = Plan("P", tasks=(Task("T1", "x", agent=agent),))
        return [(row.level, row.code) for row in doubts(plan, str(tmp_path), str(tmp_path / "config"))]

    def test_an_agent_that_is_nowhere_is_a_warning(self, tmp_path: Path) -> None:
        assert self.said(tmp_path, "security-auditor") == [("warning", "unknown-agent")]

    @pytest.mark.parametrize("folder", [".claude/agents", "config/agents/team"])
    def test_one_that_the_person_has_is_none(self, tmp_path: Path, folder: str) -> None:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "audit.md").write_text("---\nname: security-auditor\n---\nLook.\n")
        (tmp_path / folder / "other.md").write_text("no front matter\nname: not-this\n")
        assert self.said(tmp_path, "security-auditor") == []
        assert self.said(tmp_path, "audit") == [("warning", "unknown-agent")]

    @pytest.mark.parametrize("agent", ["implementer", "planweir:implementer", "general-purpose", "team:auditor"])
    def test_what_comes_with_a_plugin_or_the_host_is_none(self, tmp_path: Path, agent: str) -> None:
        assert self.said(tmp_path, agent) == []

    @pytest.mark.parametrize("agent", ["Explore", "code-reviewer", "planweir:task-reviewer"])
    def test_one_that_may_write_nothing_is_told(self, tmp_path: Path, agent: str) -> None:
        assert self.said(tmp_path, agent) == [("warning", "reading-agent")]
