"""`check`: errors, notices and warnings, each with its code, line and mend."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from planweir.plan.check import check, check_file
from planweir.plan.cycles import cycles
from planweir.plan.model import Criterion, Plan, Problem, Task
from planweir.plan.paths import could_hold_test, is_test_path, path_problem
from planweir.plan.reader import read_text
from planweir.plan.syntax import unparsable

GOOD = Task("T1", "Do it", files=("a.py", "test_a.py"), verify=("pytest -q",), done_when=(Criterion("done"),))


def plan_of(*tasks: Task) -> Plan:
    return Plan("P", goal="g", verify=("pytest -q",), tasks=tasks)


def told(plan: Plan, root: Path | None = None) -> list[tuple[str, str]]:
    return [(p.level, p.code) for p in check(plan, str(root) if root else None)]


def told_of(text: str) -> list[Problem]:
    reading = read_text(text)
    assert reading.partial is not None
    return [*reading.problems, *check(reading.partial, None, reading.lines)]


def task(number: int, *depends: str, **changes: object) -> Task:
    files = (f"m{number}.py", f"test_m{number}.py")
    return replace(GOOD, id=f"T{number}", depends_on=depends, **{"files": files, **changes})  # type: ignore[arg-type]


def test_a_good_plan_has_no_problems() -> None:
    assert check(plan_of(task(1), task(2, "T1"))) == []


def test_errors_name_the_line_of_their_key() -> None:
    problems = told_of(
        "# P\n## Tasks\n### T1: a\n- Files: `a.rs`\n\n### T2: b\n"
        "- Files: `/b`\n- Depends on: T9\n- Verify: `echo '`\n"
    )
    assert [(p.code, p.line, p.task) for p in problems if p.level == "error"] == [
        ("unknown-dependency", 8, "T2"),
        ("outside", 7, "T2"),
        ("bad-command", 9, "T2"),
    ]


def test_duplicate_ids_are_errors_even_in_another_case() -> None:
    assert ("error", "duplicate-id") in told(plan_of(task(1), task(1)))
    assert ("error", "duplicate-id") in told(plan_of(task(1), replace(task(2), id="t1")))


def test_an_unknown_dependency_names_the_nearest_id() -> None:
    (problem,) = check(plan_of(replace(task(1), id="model-1"), task(2, "modl-1")))
    assert (problem.code, problem.mend) == ("unknown-dependency", "did you mean model-1?")


def test_a_cycle_is_printed_as_a_path() -> None:
    (problem,) = check(plan_of(task(1, "T2"), task(2, "T3"), task(3, "T1"), task(4, "T1")))
    assert problem.code == "cycle"
    assert problem.message.endswith("T1 -> T2 -> T3 -> T1")
    assert cycles(plan_of(task(1, "T1"))) == [["T1", "T1"]]


def test_each_knot_is_told_once_and_by_its_shortest_cycle() -> None:
    plan = plan_of(task(1, "T2"), task(2, "T3", "T1"), task(3, "T1"), task(4, "T5"), task(5, "T4"))
    assert sorted(cycles(plan)) == [["T1", "T2", "T1"], ["T4", "T5", "T4"]]


def test_a_cycle_of_ten_thousand_is_found_and_shortened() -> None:
    plan = plan_of(*(task(n, f"T{(n + 1) % 10_000}") for n in range(10_000)))
    (problem,) = [p for p in check(plan) if p.code == "cycle"]
    assert problem.message.endswith("-> T9999 -> T0")
    assert len(problem.message) < 1000


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "~/x",
        "~root/x",
        "C:\\x",
        "C:/x",
        ".git/config",
        ".git",
        ".GIT/x",
        "sub/.git/hooks/x",
        ".git/**",
        ".g*/x",
        "{a,../b}",
        "{src,/etc}/x",
        "**/.git/x",
        ".claude/state/x.json",
        ".claude/state/",
        ".claude/state",
        ".claude/st*/x",
        ".cl*/state/x",
    ],
)
def test_paths_outside_the_project_are_errors(path: str) -> None:
    wrong = path_problem(path)
    assert wrong is not None
    assert wrong[0] == "outside"
    assert ("error", "outside") in told(plan_of(task(1, files=(path, "test_a.py"))))
    assert ("error", "outside") in told(plan_of(task(1, also=(path,))))


@pytest.mark.parametrize(
    "path",
    ["", " ", "a\\b", "a\nb", "http://x/y", "./a", "a//b", "$HOME/x", "{a,b}" * 12, "a" * 2000, "*a" * 9],
)
def test_what_is_no_path_is_an_error(path: str) -> None:
    wrong = path_problem(path)
    assert wrong is not None
    assert wrong[0] == "bad-path"


@pytest.mark.parametrize(
    "path",
    [
        "a",
        ".github/workflows/x.yml",
        ".gitignore",
        ".claude/settings.json",
        "..a/b",
        "**",
        "*.py",
        "a$b",
        "app/(auth)/[id]/page.tsx",
        "ü.py",
        "a b.py",
        "src/",
        ".claude/states/x",
    ],
)
def test_paths_inside_the_project_are_good(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize(
    "command",
    ["echo 'x", "if true", "a && ", "(a", "a | | b", "for x in; do", "cat <<E\nx", "", " ", "a\0b", "while"],
)
@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_commands_that_do_not_parse_are_errors(command: str) -> None:
    wrong, unchecked = unparsable([command])
    assert wrong[command]
    assert not unchecked
    assert ("error", "bad-command") in told(plan_of(replace(GOOD, verify=(command,))))


@pytest.mark.parametrize(
    "command",
    [
        "pytest -q",
        "cd a && make",
        "for x in a b; do echo $x; done",
        "a | b",
        "-x",
        "[[ -e a ]]",
        "diff <(a) <(b)",
        "cat <<E\nx\nE",
        "A=1 b",
        "test \"$(a 'b')\" = c",
        "! grep -q x y",
    ],
)
def test_commands_that_parse_are_good(command: str) -> None:
    assert unparsable([command]) == ({}, [])


def test_checking_a_command_does_not_run_it(tmp_path: Path) -> None:
    target = tmp_path / "ran"
    unparsable([f"touch '{target}'; }}; touch '{target}'", f"$(touch '{target}')"])
    assert not target.exists()


def test_without_bash_only_quotes_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    wrong, _ = unparsable(["echo 'x", "if true; then"])
    assert list(wrong) == ["echo 'x"]


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "test_a.py",
        "a_test.go",
        "a.test.ts",
        "a.spec.js",
        "src/__tests__/a.js",
        "FooTest.java",
        "FooTests.cs",
        "UserSpec.scala",
        "spec/a_spec.rb",
        "t/a.t",
        "a.bats",
        "src/lib.rs",
        "src/**",
        "src/*.py",
        "src/",
        "tests.py",
        "e2e/a.ts",
        "{a,b}.py",
        "tests/data.json",
    ],
)
def test_where_a_test_could_be(path: str) -> None:
    assert could_hold_test(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/a.py",
        "README.md",
        "docs/*.md",
        "config/*.{yml,json}",
        "latest.py",
        "contest.js",
        "src/a.go",
        "Makefile",
    ],
)
def test_where_no_test_could_be(path: str) -> None:
    assert not could_hold_test(path)


def test_new_tests_need_a_file_that_could_hold_one() -> None:
    assert told(plan_of(task(1, files=("a.py",)))) == [("error", "no-test-file")]
    assert told(plan_of(task(1, files=("a.py",), new_tests=False))) == []
    assert told(plan_of(task(1, files=()))) == [("notice", "no-files")]


def test_new_tests_may_be_examples_in_docstrings_where_a_command_runs_them() -> None:
    plan = plan_of(task(1, files=("a.py",)))
    assert told(replace(plan, verify=("pytest --doctest-modules",))) == []
    assert ("error", "no-test-file") in told(replace(plan, verify=("pytest",)))


def test_a_task_may_be_planned_first() -> None:
    assert told(plan_of(task(1, plan_first=True))) == []


def test_bad_values_of_a_plan_in_code_are_errors() -> None:
    assert ("error", "bad-value") in told(plan_of(task(1, complexity=11)))
    assert ("error", "empty-criterion") in told(plan_of(task(1, done_when=(Criterion(" "),))))
    assert ("error", "no-title") in told(plan_of(task(1, title=" ")))
    assert ("error", "bad-id") in told(plan_of(replace(task(1), id="../x")))
    assert told(plan_of()) == [("error", "no-tasks")]


def test_a_file_conflict_is_a_notice_with_both_waves() -> None:
    (problem,) = check(plan_of(task(1, files=("a", "test_a")), task(2, files=("a", "test_b"))))
    assert (problem.level, problem.code, problem.task) == ("notice", "file-conflict", "T2")
    assert problem.message == "T2 and T1 both claim `a`: T2 moves from wave 1 to wave 2"


def test_sizes_are_warnings() -> None:
    assert told(plan_of(*(task(n, *([f"T{n - 1}"] if n % 5 else [])) for n in range(13)))) == [
        ("warning", "many-tasks")
    ]
    assert told(plan_of(*(task(n, *([f"T{n - 1}"] if n else [])) for n in range(6)))) == [
        ("warning", "many-waves")
    ]
    assert told(plan_of(*(task(n) for n in range(7)))) == [("warning", "wide-wave")]
    assert told(plan_of(task(1, files=("a", "b", "c", "d", "e", "test_f")))) == [("warning", "many-files")]


@pytest.mark.parametrize(
    ("title", "warned"),
    [
        ("Add login and logout", True),
        ("Do A AND B", True),
        ("Search-and-replace", False),
        ("Handle `a and b`", False),
        ("Understand it", False),
        ("Und so weiter", False),
    ],
)
def test_and_in_a_title_is_a_warning(title: str, warned: bool) -> None:
    assert told(plan_of(task(1, title=title))) == ([("warning", "and-in-title")] if warned else [])


def test_a_task_that_is_only_tests_is_a_warning() -> None:
    assert told(plan_of(task(1, files=("tests/test_a.py",)))) == [("warning", "only-tests")]
    assert ("warning", "only-tests") in told(
        plan_of(task(1, title="Write unit tests for the model", files=()))
    )
    assert ("warning", "only-tests") not in told(plan_of(task(1, title="Test the waters", files=())))
    assert is_test_path("a/testing/b.py")


def test_no_criterion_is_a_warning_that_knows_other_names_for_it() -> None:
    (problem,) = check(plan_of(task(1, done_when=(), description="x\n\n#### Acceptance criteria\n- y")))
    assert (problem.code, problem.mend) == ("no-criteria", "call `#### Acceptance criteria` `#### Done when`")


def test_no_verify_anywhere_and_no_goal_are_warnings() -> None:
    plan = replace(plan_of(task(1, verify=())), verify=(), goal="")
    assert told(plan) == [("warning", "no-verify"), ("warning", "no-goal")]


@pytest.mark.parametrize(
    ("command", "warned"),
    [
        ("npx vitest --watch", True),
        ("npx jest --watchAll", True),
        ("npx vitest dev", True),
        ("npm run test:watch", True),
        ("npm start", True),
        ("npx vitest", False),
        ("npx vitest run test/watch.test.js", False),
        ("npx jest --watchAll=false", False),
        ("timeout 60 npm run dev", False),
        ("npm run start-tests", False),
    ],
)
def test_a_verify_that_never_ends_is_a_warning(command: str, warned: bool) -> None:
    plan = replace(plan_of(GOOD), verify=(command,))
    assert told(plan) == [("warning", "endless-verify")] * warned
    assert told(plan_of(replace(GOOD, verify=(command,)))) == [("warning", "endless-verify")] * warned


@pytest.mark.parametrize(
    ("command", "warned"),
    [
        ("pytest || true", True),
        ("pytest -q || :", True),
        ("pytest || echo failed", True),
        ("pytest; echo done", True),
        ("pytest; exit 0", True),
        ("pytest &", True),
        ("pytest | tail -5", True),
        ("pytest 2>&1 | tee log", True),
        ("set +o pipefail; pytest | tail", True),
        ("true", True),
        ("echo '3 passed in 0.1s'", True),
        ("pytest -q", False),
        ("pytest -q && echo done", False),
        ("set -o pipefail; pytest | tail -5", False),
        ("pytest -k 'a || true'", False),
        ("test -e a.py || { echo missing; false; }", False),
        ("true && pytest", False),
        ("pytest -q && git diff --exit-code", False),
        ("pytest -q 2>&1", False),
        ("grep -q a b | grep -q c && true", False),
        ("npm test || npm test", False),
    ],
)
def test_a_verify_that_cannot_fail_or_hides_its_status_is_a_warning(command: str, warned: bool) -> None:
    plan = replace(plan_of(GOOD), verify=(command,))
    assert told(plan) == [("warning", "cannot-fail")] * warned
    assert told(plan_of(replace(GOOD, verify=(command,)))) == [("warning", "cannot-fail")] * warned


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("- Depends on T1", True),
        ("Depends on Task 2", True),
        ("- Files `src/a.js`", True),
        ("Depends on the weather.", False),
        ("Verify that it works.", False),
        ("It depends on T1.", False),
    ],
)
def test_a_key_without_its_colon_is_a_warning(line: str, warned: bool) -> None:
    plan = plan_of(replace(GOOD, description=line))
    assert told(plan) == [("warning", "lost-colon")] * warned


def test_files_to_modify_that_do_not_exist_are_warnings(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/there.py").touch()
    files = ("src/there.py", "src/gone.py", "test_a.py")
    description = "Modify `src/there.py` to x.\nUpdate `src/gone.py` as well."
    assert told(plan_of(task(1, files=files, description=description)), tmp_path) == [
        ("warning", "missing-file")
    ]
    assert (
        told(plan_of(task(1, files=files, description="Create `src/gone.py` to change x.")), tmp_path) == []
    )


def test_a_folder_that_does_not_exist_is_one_warning(tmp_path: Path) -> None:
    plan = plan_of(task(1, files=("srcc/a.py", "test_a.py")), task(2, files=("srcc/b.py", "test_b.py")))
    assert told(plan, tmp_path) == [("warning", "missing-folder")]
    assert told(plan_of(task(1, title="Create it", files=("new/a.py", "test_a.py"))), tmp_path) == []


def test_a_folder_named_without_slash_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    assert ("warning", "folder") in told(plan_of(task(1, files=("tests",))), tmp_path)


def test_a_file_is_read_and_checked_in_one_go(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# P\nGaol: x\nVerify: `x`\n## Tasks\n### T1: a\n- Files: `plan.md`, `test_x.py`, `/x`\n")
    reading = check_file(str(path), str(tmp_path))
    assert reading.plan is None
    assert [(p.level, p.code, p.line) for p in reading.problems] == [
        ("error", "unknown-key", 2),
        ("error", "outside", 6),
        ("error", "plan-file", 6),
        ("warning", "no-goal", None),
        ("warning", "no-criteria", 5),
    ]
    assert check_file(str(tmp_path / "none.md")).problems[0].code == "unreadable"


def test_a_good_file_gives_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# P\n## Tasks\n### T1: a\n")
    assert check_file(str(path), str(tmp_path)).plan is not None


@pytest.mark.parametrize(
    ("files", "told_of"),
    [
        (("src/a/x.py", "src/b/x.py", "src/c/x.py", "src/d/x.py"), True),
        (("api/**", "web/**", "infra/**", "mail/**"), True),
        (("src/a/x.py", "src/a/y.py", "src/b/x.py", "src/c/x.py"), False),
        (("src/a/x.py", "src/b/x.py", "tests/x/test_x.py", "docs/x.md", "other/y.md"), False),
        (("a.py", "b.py", "c.py", "d.py"), False),
    ],
)
def test_files_without_a_place_in_common_hint_at_unrelated_concerns(files: tuple[str, ...], told_of: bool) -> None:
    task = replace(GOOD, files=files, new_tests=False)
    codes = [problem.code for problem in check(plan_of(task))]
    assert ("scattered-files" in codes) is told_of
