"""The native Markdown form: what is read, what is refused, and with which mend."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.plan.model import Criterion, Plan, Problem, Task
from planweir.plan.reader import read_plan, read_text

WHOLE = """\
# Plan: Add user authentication

Goal: People can log in.
Setup: `pip install -e .`              # what a clean checkout needs
Verify: `pytest -q`
Verify: `ruff check .`
Verify at end: `mypy src`
Commit: no-verify
Grants: none

## Context

Passwords are hashed.

### Decisions
- argon2

## Tasks

### T1: Create User model
- Depends on: none
- Files: `src/user.py`, `tests/test_user.py`
- Also: `uv.lock`
- Verify: `pytest -q tests/test_user.py`
- Verify: `python -c "import user"`
- Agent: backend-dev
- Complexity: 3
- New tests: yes
- Plan first: no

A user has a name.

#### Notes
- key: value

#### Done when
- a user can be stored
- (by hand) the form looks right

### T10a: Login endpoint
- Depends on: T1

Text.
"""


def plan_of(text: str) -> Plan:
    reading = read_text(text)
    assert reading.plan is not None, reading.problems
    return reading.plan


def task_of(body: str, head: str = "### T1: Title") -> Task:
    return plan_of(f"# P\n\n## Tasks\n\n{head}\n{body}\n").tasks[0]


def errors_of(text: str) -> list[Problem]:
    reading = read_text(text)
    assert reading.plan is None
    return [problem for problem in reading.problems if problem.level == "error"]


def error_of(body: str) -> Problem:
    (problem,) = errors_of(f"# P\n\n## Tasks\n\n### T1: Title\n{body}\n")
    return problem


def test_a_whole_plan_is_read() -> None:
    assert plan_of(WHOLE) == Plan(
        title="Add user authentication",
        goal="People can log in.",
        setup=("pip install -e .",),
        verify=("pytest -q", "ruff check ."),
        verify_at_end=("mypy src",),
        commit="no-verify",
        grants="none",
        context="Passwords are hashed.\n\n### Decisions\n- argon2",
        tasks=(
            Task(
                id="T1",
                title="Create User model",
                files=("src/user.py", "tests/test_user.py"),
                also=("uv.lock",),
                verify=("pytest -q tests/test_user.py", 'python -c "import user"'),
                agent="backend-dev",
                complexity=3,
                description="A user has a name.\n\n#### Notes\n- key: value",
                done_when=(Criterion("a user can be stored"), Criterion("the form looks right", True)),
            ),
            Task(id="T10a", title="Login endpoint", depends_on=("T1",), description="Text."),
        ),
    )


def test_each_task_knows_its_line() -> None:
    assert [task.line for task in plan_of(WHOLE).tasks] == [20, 40]


@pytest.mark.parametrize(
    "change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t + "\n\n\n"]
)
def test_bom_crlf_and_blank_lines_at_the_end_change_nothing(change) -> None:  # type: ignore[no-untyped-def]
    assert plan_of(change(WHOLE)) == plan_of(WHOLE)


@pytest.mark.parametrize(
    "fenced",
    [
        "```md\n### T9: fake\n## Tasks\n- Files: `x`\n```",
        "````\n```\n### T9: fake\n```\n````",
        "~~~\n### T9: fake\n```\n~~~",
        "```md\n### T8: fake\n```python\nx\n```\n### T9: fake\n```",
        "<!--\n### T9: fake\n-->",
        "    ### T9: fake",
    ],
)
def test_headings_in_fences_comments_and_indented_code_are_text(fenced: str) -> None:
    plan = plan_of(f"# P\n\n## Tasks\n\n### T1: One\n\nSo:\n\n{fenced}\n\n### T2: Two\n")
    assert [task.id for task in plan.tasks] == ["T1", "T2"]
    assert plan.tasks[0].description == f"So:\n\n{fenced}"


def test_a_fence_that_nothing_closes_is_an_error_with_its_line() -> None:
    (problem, *_) = errors_of("# P\n\n## Tasks\n\n### T1: One\n\n```\n### T2: Two\n")
    assert (problem.code, problem.line) == ("unclosed-fence", 7)


@pytest.mark.parametrize(
    ("heading", "task_id", "title"),
    [
        ("### T1: Größe prüfen 🚀", "T1", "Größe prüfen 🚀"),
        ("### T10a: x", "T10a", "x"),
        ("### Task 3: x", "T3", "x"),
        ("### 1.2: x", "T1.2", "x"),
        ("### T1 - x", "T1", "x"),
        ("### T1 — x", "T1", "x"),
        ("### T1. x", "T1", "x"),
        ("### T1 Create it", "T1", "Create it"),
        ("### **T1: x**", "T1", "x"),
        ("### **T1**: x", "T1", "x"),
        ("### `T1`: x", "T1", "x"),
        ("### [ ] T1: x", "T1", "x"),
        ("### T1： x", "T1", "x"),
        ("### T1: x ###", "T1", "x"),
        ("### T1: learn C#", "T1", "learn C#"),
        ("### T1: a: b - c", "T1", "a: b - c"),
        ("###T1: x", "T1", "x"),
        ("### auth-1: x", "auth-1", "x"),
    ],
)
def test_headings_of_tasks(heading: str, task_id: str, title: str) -> None:
    task = task_of("- Files: `a.py`", heading)
    assert (task.id, task.title) == (task_id, title)


def test_an_id_without_a_digit_is_a_task_when_keys_stand_below_it() -> None:
    assert task_of("- Files: `a.py`", "### setup: Lay the ground").id == "setup"
    assert [p.code for p in errors_of("# P\n\n## Tasks\n\n### Note: think\n\ntext\n")] == ["not-a-task"]


@pytest.mark.parametrize(
    "line",
    [
        "- Files: `a.py`, `b/c.ts`",
        "* Files: `a.py`, `b/c.ts`",
        "- **Files:** `a.py`, `b/c.ts`",
        "- **Files**: `a.py`, `b/c.ts`",
        "**Files:** `a.py`, `b/c.ts`",
        "- __Files__: `a.py`, `b/c.ts`",
        "- `Files`: `a.py`, `b/c.ts`",
        "- FILES : `a.py` `b/c.ts`",
        "- files:`a.py` and `b/c.ts`",
        "- Files: a.py, b/c.ts",
        "- Files: a.py b/c.ts",
        "- Files: `./a.py`, `b//c.ts`",
        "- Files: `a.py` (new), `b/c.ts` (modify)",
        "- Files: `a.py:10-20`, `b/c.ts`.",
        "- Files:\n  - `a.py`\n  - `b/c.ts`",
        "- Files:\n    * `a.py` - the model\n    * b/c.ts",
        "- Files:\n\n  - `a.py`\n\n  - `b/c.ts`",
        "- Files: `a.py`,\n  `b/c.ts`",
        "- Files: `a.py`,\n`b/c.ts`",
        "**Files:**\n- `a.py`\n- `b/c.ts`",
        "Files: `a.py`, `b/c.ts`",
        "- Files: `a.py`, `b/c.ts`  # globs allowed",
    ],
)
def test_ways_to_write_files(line: str) -> None:
    for after in ("", "\n- Verify: `x`", "\n\nText."):
        task = task_of(line + after)
        assert task.files == ("a.py", "b/c.ts")
        assert task.description == after.strip().removeprefix("- Verify: `x`")


def test_globs_and_odd_paths_are_kept() -> None:
    task = task_of(
        "- Files: `src/**/*.py`, `app/(auth)/[id]/page.tsx`, `docs/my file.md`, `a.{js,ts}`, `lib/`"
    )
    assert task.files == ("src/**/*.py", "app/(auth)/[id]/page.tsx", "docs/my file.md", "a.{js,ts}", "lib/")
    assert task_of("- Files: src/a.{js,ts}, lib/*").files == ("src/a.{js,ts}", "lib/*")


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("- Verify: `pytest -q`", ["pytest -q"]),
        ("- Verify: pytest -q", ["pytest -q"]),
        ("- Verify: `a`, `b` and `c`", ["a", "b", "c"]),
        ("- Verify: run `pytest -q` (all of it)", ["pytest -q"]),
        ("- Verify: `make test` must pass.", ["make test"]),
        ("- Verify: `` echo `date` ``", ["echo `date`"]),
        ("- Verify: `a`\n- Verify: `b`", ["a", "b"]),
        ("- Verify:\n  - `a`\n  - b -q", ["a", "b -q"]),
        ("- Verify:\n  ```bash\n  cd x\n  make\n  ```", ["cd x\nmake"]),
        ("- Verify:\n      ```\n      make\n      ```", ["make"]),
        ("**Verify:**\n```\nmake\n```", ["make"]),
        ("- Verify: none", []),
        ("- Verify: `grep -c ':' a | wc -l`", ["grep -c ':' a | wc -l"]),
    ],
)
def test_ways_to_write_commands(line: str, commands: list[str]) -> None:
    assert list(task_of(line).verify) == commands


@pytest.mark.parametrize(
    "line", ["`make` fails", "`make` (should fail)", "see `make` in the docs", "a `b` c"]
)
def test_prose_beside_a_command_is_an_error(line: str) -> None:
    assert error_of(f"- Verify: {line}").code == "bad-value"


@pytest.mark.parametrize("words", ["All the tests pass", "npm test and then lint", "npm test then npm run lint"])
def test_a_sentence_as_command_is_a_warning(words: str) -> None:
    reading = read_text(f"# P\nVerify: {words}\n## Tasks\n### T1: x\n")
    assert [(p.level, p.code, p.line) for p in reading.problems] == [("warning", "prose-command", 2)]


@pytest.mark.parametrize(
    "value",
    ["T2, T3", "T2 and T3", "`T2`, `T3`", "Task 2, task 3", "t2, t3", "2, 3", "T2 T3", "T2 (model), T3."],
)
def test_ways_to_write_dependencies_in_any_order_of_tasks(value: str) -> None:
    plan = plan_of(f"# P\n## Tasks\n### T1: a\n- Depends on: {value}\n### T2: b\n### T3: c\n")
    assert plan.tasks[0].depends_on == ("T2", "T3")


@pytest.mark.parametrize("value", ["none", "None", "-", "—", "n/a", "", "nothing"])
def test_ways_to_depend_on_nothing(value: str) -> None:
    assert task_of(f"- Depends on: {value}").depends_on == ()


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("yes", True),
        ("Yes", True),
        ("true", True),
        ("`no`", False),
        ("**no**", False),
        ("no.", False),
        ("no, only docs", False),
        ("no (docs)", False),
        ("false", False),
        ("no   # optional", False),
    ],
)
def test_ways_to_write_yes_and_no(value: str, meaning: bool) -> None:
    assert task_of(f"- New tests: {value}").new_tests is meaning


@pytest.mark.parametrize("value", ["maybe", "not needed", "yes/no", "nope", "yesterday"])
def test_anything_else_is_no_boolean(value: str) -> None:
    problem = error_of(f"- New tests: {value}")
    assert (problem.code, problem.line, problem.task) == ("bad-value", 6, "T1")
    assert "`yes` or `no`" in problem.mend


@pytest.mark.parametrize(
    ("value", "meaning"), [("3", 3), ("`10`", 10), ("3/10", 3), ("2 (small)", 2), ("none", None)]
)
def test_ways_to_write_complexity(value: str, meaning: int | None) -> None:
    assert task_of(f"- Complexity: {value}").complexity == meaning


@pytest.mark.parametrize("value", ["0", "11", "-1", "high", "3.5", "999999999999999999999"])
def test_complexity_outside_1_to_10_is_an_error(value: str) -> None:
    assert "1 to 10" in error_of(f"- Complexity: {value}").mend


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("- Depend on: T2", "Depends on"),
        ("- File: `a`", "Files"),
        ("- Verfiy: `a`", "Verify"),
        ("- Test: no", "New tests"),
        ("- **Complexty**: 3", "Complexity"),
        ("- Verify at end: `a`", "Verify"),
        ("- Owner: me", None),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(line: str, near: str | None) -> None:
    problem = error_of(line)
    assert (problem.code, problem.line) == ("unknown-key", 6)
    assert (f"`{near}`" if near else "`Complexity`") in problem.mend


def test_an_unknown_key_of_the_plan_is_an_error_that_names_the_nearest() -> None:
    (problem,) = errors_of("# P\n\nVerfy at end: `x`\n\n## Tasks\n### T1: a\n")
    assert (problem.code, problem.line, problem.mend) == ("unknown-key", 3, "did you mean `Verify at end`?")


def test_a_plan_key_in_a_task_is_told_where_it_belongs() -> None:
    assert "below the plan's title" in error_of("- Grants: none").mend


def test_a_key_given_twice_is_an_error_save_verify() -> None:
    problem = error_of("- Files: `a`\n- Files: `b`")
    assert (problem.code, problem.line) == ("repeated-key", 7)
    (problem,) = errors_of("# P\nGoal: a\nGoal: b\n## Tasks\n### T1: x\n")
    assert (problem.code, problem.line) == ("repeated-key", 3)


@pytest.mark.parametrize("line", ["- Files:", "- Verify:", "- Agent:", "- Files: ", "- Complexity:"])
def test_a_key_without_a_value_is_an_error(line: str) -> None:
    assert error_of(line).code == "empty-value"


@pytest.mark.parametrize("line", ["- Files: none", "- Files: [a](b)", "- Files: the model", "- Agent: a b"])
def test_a_value_without_a_certain_meaning_is_an_error(line: str) -> None:
    assert error_of(line).code == "bad-value"


@pytest.mark.parametrize(
    "heading",
    [
        "#### Done when",
        "#### Done when:",
        "#### DONE WHEN",
        "##### Done When",
        "**Done when:**",
        "Done when:",
        "### Done when",
        "#### **Done when**",
    ],
)
def test_ways_to_begin_the_criteria(heading: str) -> None:
    task = task_of(f"- Files: `a`\n\nText.\n\n{heading}\n- one\n* [ ] two\n3. three\n  more\n\n---\n")
    assert [c.text for c in task.done_when] == ["one", "two", "three\nmore"]
    assert task.description == "Text."


def test_criteria_as_a_key() -> None:
    task = task_of("- Files: `a`\n- Done when:\n  - one\n  - two (by hand)\n- Complexity: 2\n\nText.")
    assert task.done_when == (Criterion("one"), Criterion("two", True))
    assert (task.complexity, task.description) == (2, "Text.")


def test_a_criterion_in_prose_and_an_announcing_line() -> None:
    assert task_of("#### Done when\nIt works.").done_when == (Criterion("It works."),)
    assert task_of("#### Done when\nAll of this holds:\n- it works").done_when == (Criterion("it works"),)


@pytest.mark.parametrize("body", ["", "-", "- ok\n-\n- ok", "- (by hand)", "- [ ]", "- ..."])
def test_an_empty_criterion_is_an_error(body: str) -> None:
    assert error_of(f"#### Done when\n{body}").code == "empty-criterion"


def test_text_after_the_criteria_belongs_to_the_description() -> None:
    task = task_of("First.\n\n#### Done when\n- one\n\n#### Notes\n- x")
    assert task.description == "First.\n\n#### Notes\n- x"
    assert task.done_when == (Criterion("one"),)


def test_keys_below_a_description_are_read_and_keys_in_its_midst_refused() -> None:
    task = task_of("The text.\n\n- Files: `a`\n- Complexity: 2\n\nMore.")
    assert (task.files, task.complexity, task.description) == (("a",), 2, "The text.\n\nMore.")
    problem = error_of("- Files: `a`\n\nText.\n\n- Verify: `b`")
    assert (problem.code, problem.line) == ("late-key", 10)


def test_a_description_may_hold_lists_of_its_own() -> None:
    body = "- Why: because\n- How: so\n  - Files: nested\n- plain"
    assert task_of(f"- Files: `a`\n\n{body}").description == body


def test_key_as_heading_and_tasks_in_wrong_places_are_errors() -> None:
    assert error_of("#### Files\n- `a`").code == "key-as-heading"
    assert error_of("#### Task 2: b").code == "task-level"
    (problem,) = errors_of("# P\n## Tasks\n### T1: a\n## Phase 2\n### T2: b\n")
    assert (problem.code, problem.line) == ("task-outside", 5)


def test_without_a_tasks_heading_sure_tasks_are_found() -> None:
    for level in ("##", "###"):
        plan = plan_of(f"# P\n\n{level} Task 1: a\n- Files: `x`\n\n{level} Task 2: b\n- Depends on: Task 1\n")
        assert [(t.id, t.depends_on) for t in plan.tasks] == [("T1", ()), ("T2", ("T1",))]


@pytest.mark.parametrize(
    "heading",
    ["## Tasks", "## Tasks:", "# Tasks", "## 3. Tasks", "## Tasks (12)", "## TASKS", "## **Tasks**"],
)
def test_ways_to_write_the_tasks_heading(heading: str) -> None:
    assert len(plan_of(f"# P\n\n{heading}\n\n### T1: a\n").tasks) == 1


def test_header_keys_as_people_write_them() -> None:
    plan = plan_of(
        "# P\n\n**Goal:** do\n  it\n\n- Verify:\n  - `a`\n  - `b`\n- **Verify at end**: `c`\n\n"
        "Setup:\n```sh\nd\n```\n"
        "\nPlain words here.\n\n## Goals\nnone\n\n## Tasks\n### T1: x\n"
    )
    assert (plan.goal, plan.verify, plan.verify_at_end, plan.setup) == ("do it", ("a", "b"), ("c",), ("d",))
    assert plan.context == "Plain words here.\n\n## Goals\nnone"


def test_a_goal_section_is_the_goal() -> None:
    assert plan_of("# P\n\n## Goal\n\nDo\nit.\n\n## Tasks\n### T1: x\n").goal == "Do it."


def test_other_sections_are_context_and_told() -> None:
    reading = read_text("# P\n## Context\na\n## Risks\nb\n## Tasks\n### T1: x\n")
    assert reading.plan is not None
    assert reading.plan.context == "a\n\n## Risks\nb"
    assert [(p.level, p.code) for p in reading.problems] == [("notice", "other-section")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\ufeff \n", "empty"),
        ("hello", "no-title"),
        ("# P\n", "no-tasks"),
        ("# Plan:\n## Tasks\n### T1: x", "no-title"),
        ("# P\n## Tasks\n### T1:\n", "no-title"),
        ("# P\n## Tasks\n### Overview\n", "not-a-task"),
        ("\ud800", "encoding"),
        ("# P\n## Tasks\n### T1: <title>\n", "placeholder"),
    ],
)
def test_what_is_no_plan_is_told(text: str, code: str) -> None:
    assert code in [problem.code for problem in errors_of(text)]


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("# Plän\n".encode("latin-1"))
    (tmp_path / "wide.md").write_bytes("# P\n".encode("utf-16"))
    with open(tmp_path / "huge.md", "wb") as file:
        file.truncate(21 * 1024 * 1024)
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "empty.md").touch()
    wanted = {
        "latin.md": "encoding",
        "wide.md": "encoding",
        "huge.md": "too-big",
        "pipe.md": "unreadable",
        "empty.md": "empty",
        "": "unreadable",
        "missing.md": "unreadable",
        "nul\0": "unreadable",
    }
    for name, code in wanted.items():
        reading = read_plan(f"{tmp_path}/{name}")
        assert [(p.level, p.code) for p in reading.problems] == [("error", code)], name
        assert reading.plan is None
    (latin,) = read_plan(str(tmp_path / "latin.md")).problems
    assert "byte 4" in latin.message
    assert latin.line == 1


LINES = st.sampled_from(
    [
        "# Plan: x",
        "## Tasks",
        "## Context",
        "### T1: a",
        "### T2 - b",
        "#### Done when",
        "- a",
        "-",
        "- Files: `a`",
        "- Files:",
        "  - `b`",
        "- Verify: `x",
        "Verify:",
        "```",
        "````md",
        "~~~",
        "<!--",
        "-->",
        "",
        "   ",
        "---",
        "text",
        "- Depends on: T1, T2",
        "- **Verify:**",
        "    deep",
        "\tx",
        "- (by hand)",
        "- Complexity: 5",
        "Goal: g",
        "### **T3**: c",
        "1. x",
        "- New tests: no",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(LINES, st.text(max_size=20))).map("\n".join)))
def test_the_reader_never_raises_and_errors_have_mends(text: str) -> None:
    reading = read_text(text)
    assert all(problem.mend and problem.message for problem in reading.problems)
    assert (reading.plan is None) == any(problem.level == "error" for problem in reading.problems)
