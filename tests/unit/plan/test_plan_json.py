"""The JSON form: its schema, its errors, and that writing and reading give the same plan."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.plan.forms import PlanFormError
from planweir.plan.model import ENGINES, MOST_AT_ONCE, Criterion, Plan, Task, plan_from_json, task_hash
from planweir.plan.reader import SCHEMA, read_plan, read_text, schema_problems
from planweir.plan.requirements import Requirement, Wanted
from planweir.plan.write import to_markdown

WORD = st.text("abcdeßü日🚀 -_.,#`*'\"", min_size=1, max_size=12).map(
    lambda t: "w" + " ".join(t.split()) + "w"
)
LINE = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
COMMAND = st.lists(st.text("abc '\"`|&;$<>(){}\\*~-_=/.ü", max_size=12), min_size=1, max_size=2).map(
    lambda lines: "\n".join("c" + " ".join(line.split()) for line in lines)
)
PATHS = st.lists(
    st.text("abü-_[]{}*", min_size=1, max_size=5).map(lambda t: f"s/{t}.py"), max_size=3, unique=True
).map(tuple)
PARAGRAPH = st.one_of(
    LINE,
    LINE.map(lambda t: f"- {t}"),
    LINE.map(lambda t: f"#### {t}"),
    st.just("```md\n### T1: fake\n- Files: `x`\n\n```"),
)
TEXT = st.lists(PARAGRAPH, max_size=3).map("\n\n".join)
SHELL = st.text("abc '\"`|&;$<>(){}\\*~-_=/.ü", max_size=12).map(lambda line: "c" + " ".join(line.split()))
# How something that must hold is shown: by hand, by a command, or not said.
MARKS = st.one_of(st.just((False, "")), st.just((True, "")), SHELL.map(lambda check: (False, check)))
DEMAND = st.lists(PARAGRAPH, min_size=1, max_size=2).map("\n\n".join).filter(lambda t: t[0] == "w" and "####" not in t and "```" not in t)


@st.composite
def requirements(draw: st.DrawFn) -> tuple[Requirement, ...]:
    found = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        name = draw(st.sampled_from((f"R{number}", f"REQ-{number}a", f"Auth_{number}")))
        below = []
        for n in range(1, draw(st.integers(0, 3)) + 1):
            by_hand, check = draw(MARKS)
            below.append(Wanted(f"{name}.{n}", draw(DEMAND), by_hand, check))
        by_hand, check = draw(MARKS)
        found.append(Requirement(name, draw(LINE), by_hand, check, tuple(below)))
    return tuple(found)


CRITERIA = st.lists(st.builds(Criterion, LINE, st.booleans()), max_size=3).map(tuple)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    ids = draw(
        st.lists(
            st.from_regex(r"[A-Z]{1,3}-?[0-9]{1,3}[a-z]?", fullmatch=True),
            min_size=1,
            max_size=4,
            unique_by=str.casefold,
        )
    )
    commands = st.lists(COMMAND, max_size=2).map(tuple)
    return Plan(
        title=draw(LINE),
        goal=draw(st.one_of(st.just(""), LINE)),
        setup=draw(commands),
        verify=draw(commands),
        verify_at_end=draw(commands),
        commit=draw(st.sampled_from(("per task", "none", "no-verify"))),
        grants=draw(st.sampled_from(("default", "none"))),
        scope=draw(st.sampled_from(("ask", "warn"))),
        plans_accepted_by=draw(st.sampled_from(("person", "task-reviewer"))),
        engine=draw(st.sampled_from(ENGINES)),
        max_parallel=draw(st.integers(1, MOST_AT_ONCE)),
        entry_points=draw(PATHS),
        context=draw(TEXT),
        requirements=draw(requirements()),
        tasks=tuple(
            Task(
                id=name,
                title=draw(LINE),
                depends_on=tuple(draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))),
                files=draw(PATHS),
                also=draw(PATHS),
                verify=draw(commands),
                agent=draw(st.sampled_from(("implementer", "frontend-dev", "pack:tester"))),
                complexity=draw(st.one_of(st.none(), st.integers(1, 10))),
                new_tests=draw(st.booleans()),
                plan_first=draw(st.booleans()),
                serves=draw(st.lists(st.from_regex(r"R[0-9](\.[0-9])?", fullmatch=True), max_size=2, unique=True).map(tuple)),
                wires=draw(st.lists(st.sampled_from(ids), max_size=2, unique=True).map(tuple)),
                not_reached=draw(st.one_of(st.just(""), LINE)),
                fewer_tests=draw(st.one_of(st.just(""), LINE)),
                description=draw(TEXT),
                done_when=draw(CRITERIA),
            )
            for name in ids
        ),
    )


@given(plans())
def test_a_plan_written_as_markdown_reads_back_equal(plan: Plan) -> None:
    assert read_text(to_markdown(plan)).plan == plan


@given(plans())
def test_a_plan_written_as_json_reads_back_equal(plan: Plan) -> None:
    assert plan_from_json(plan.to_json()) == plan
    assert schema_problems(plan.to_json()) == []
    reading = read_text(json.dumps(plan.to_json()), "json")
    assert reading.plan == plan, reading.problems


@pytest.mark.parametrize(
    "task",
    [
        Task("T1", "a\nb"),
        Task("T1", "a", description="### T2: b"),
        Task("T1", "a", description="- Files: `x`"),
        Task("T1", "a", files=("a\nb",)),
        Task("T1", "a", description="```"),
        Task("T1", "a", done_when=(Criterion("a\n\nb\n# c"),)),
        Task("T1", "a", done_when=(Criterion(""),)),
    ],
)
def test_what_markdown_cannot_hold_is_refused_and_never_written_otherwise(task: Task) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        to_markdown(Plan("P", tasks=(task,)))


GOOD: dict[str, object] = {"title": "P", "tasks": [{"id": "T1", "title": "a"}]}


def with_task(**fields: object) -> dict[str, object]:
    return {"title": "P", "tasks": [{"id": "T1", "title": "a", **fields}]}


BAD = [
    ([], "$ is [], not an object"),
    ({"tasks": []}, "$ lacks `title`"),
    ({"title": "P"}, "$ lacks `tasks`"),
    ({**GOOD, "gaol": "x"}, "$ has the unknown key `gaol`"),
    (with_task(id=1), "$.tasks[0].id is 1, not a string"),
    (with_task(id="a b"), '$.tasks[0].id is "a b"'),
    (with_task(files="a.py"), '$.tasks[0].files is "a.py", not a list'),
    (with_task(verify=["x", 1]), "$.tasks[0].verify[1] is 1, not a string"),
    (with_task(complexity=11), "$.tasks[0].complexity is 11"),
    (with_task(complexity="3"), '$.tasks[0].complexity is "3", not a whole number'),
    (with_task(new_tests="yes"), '$.tasks[0].new_tests is "yes", not a boolean'),
    (with_task(done_when=["x"]), '$.tasks[0].done_when[0] is "x", not an object'),
    (with_task(done_when=[{"text": ""}]), '$.tasks[0].done_when[0].text is ""'),
    ({**GOOD, "commit": "always"}, '$.commit is "always"'),
    ({**GOOD, "title": " "}, '$.title is " "'),
    ({**GOOD, "tasks": []}, "$.tasks is empty"),
]


@pytest.mark.parametrize(("obj", "message"), BAD)
def test_errors_name_the_json_path(obj: object, message: str) -> None:
    problems = schema_problems(obj)
    assert message in [problem.message for problem in problems]
    assert all(problem.mend and problem.level == "error" for problem in problems)
    assert read_text(json.dumps(obj), "json").plan is None


def test_an_unknown_key_names_the_nearest() -> None:
    (problem,) = schema_problems(with_task(dependson=[]))
    assert problem.mend == "did you mean `depends_on`?"


def test_the_model_refuses_wrong_shapes_without_jsonschema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    (problem,) = read_text(json.dumps(with_task(filess=[])), "json").problems
    assert (problem.message, problem.mend) == (
        "$.tasks[0] has the unknown key `filess`",
        "did you mean `files`?",
    )
    assert read_text(json.dumps(GOOD), "json").plan is not None
    with pytest.raises(PlanFormError, match="not a boolean"):
        plan_from_json(with_task(plan_first=1))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}x",
        '{"title": "a", "title": "b", "tasks": []}',
        '{"title": NaN}',
        "[" * 100_000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"title": ' + "9" * 10_000 + "}",
        '{"title": "\\ud800", "tasks": [{"id": "T1", "title": "a"}]}',
        "null",
        "3",
    ],
)
def test_what_is_no_json_plan_is_a_problem(text: str) -> None:
    reading = read_text(text, "json")
    assert reading.plan is None
    assert reading.problems


def test_a_syntax_error_names_its_line() -> None:
    (problem,) = read_text('{\n"title": "P",\n}', "json").problems
    assert (problem.code, problem.line) == ("json", 3)


@pytest.mark.parametrize(("name", "start"), [("p.json", ""), ("p.JSON", "\ufeff"), ("p.md", "\n ")])
def test_json_is_known_by_its_name_or_its_first_character(tmp_path: Path, name: str, start: str) -> None:
    (tmp_path / name).write_text(start + json.dumps({"$schema": "plan.schema.json", **GOOD}), "utf-8")
    assert read_plan(str(tmp_path / name)).plan == Plan("P", tasks=(Task("T1", "a"),))


def test_paths_in_json_are_tidied_as_in_markdown() -> None:
    plan = read_text(json.dumps(with_task(files=["./a//b.py"])), "json").plan
    assert plan is not None
    assert plan.tasks[0].files == ("a/b.py",)


def test_the_schema_knows_exactly_the_fields_of_the_model() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    requirement = Requirement("R1", "a", criteria=(Wanted("R1.1", "b"),))
    plan = Plan("P", requirements=(requirement,), tasks=(Task("T1", "a", done_when=(Criterion("x"),)),))
    assert set(schema["$defs"]["requirement"]["properties"]) == set(requirement.to_json())
    assert set(schema["$defs"]["wanted"]["properties"]) == set(requirement.criteria[0].to_json())
    assert set(schema["properties"]) - {"$schema"} == set(plan.to_json())
    assert set(schema["$defs"]["task"]["properties"]) == set(plan.tasks[0].to_json())
    assert set(schema["$defs"]["criterion"]["properties"]) == {"text", "by_hand"}


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["title", "tasks", "id", "files", "done_when", "text", "x"]),
                inner,
                max_size=4,
            ),
        ),
    )
)
def test_json_of_any_shape_never_raises(obj: object) -> None:
    read_text(json.dumps(obj), "json")


def test_the_hash_of_a_task_changes_with_its_text_and_not_with_its_line() -> None:
    task = Task("T1", "a", line=3)
    assert task_hash(task) == task_hash(replace(task, line=9))
    assert task_hash(task) != task_hash(replace(task, title="b"))
    assert len(task_hash(task)) == 64


def test_keys_younger_than_a_frozen_plan_leave_its_hashes_as_they_were() -> None:
    assert task_hash(Task(id="T1", title="One")) == "e24d1eafbe48dba0256cdf0ee01bd7bde941234cf2b76fceae1d21f398f8b4ff"
    assert task_hash(Task(id="T1", title="One", serves=("R1",))) != task_hash(Task(id="T1", title="One"))
