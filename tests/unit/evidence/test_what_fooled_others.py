"""What has fooled others, where runs are judged: one test for each, by its name. Each fails without the rule beside it.

Its fellows: `tests/unit/gate/test_what_fooled_others.py` (what the gate sees), `tests/hooks/test_what_fooled_others.py` (who said it).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evidence.calls import FAILS, PASSES, ROOT, bash, ran, recorded, verdict

from planweir.evidence.runs import record
from planweir.evidence.transcript import runs_from_transcript

JEST_FAILS = "FAIL src/sum.test.js\n\nTest Suites: 1 failed, 2 passed, 3 total\nTests:       1 failed, 9 passed, 10 total\nTime:        0.5 s\n"
VITEST_FAILS = "\n Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 9 passed (10)\n"
MAVEN_PASSES = "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n"
MAVEN_FAILS = "[ERROR] Tests run: 4, Failures: 1, Errors: 0, Skipped: 0\n[ERROR] BUILD FAILURE\n"


def reason(command: str, output: str, status: int = 0) -> str:
    return verdict(recorded(command, output, status))["reason"]


def test_a_failing_pytest_run_whose_8_passed_was_read_after_2_failed() -> None:
    assert reason("pytest | tail", "2 failed in 0.1s\n8 passed in 0.1s") == "failed"
    assert reason("pytest | tail", "============ 2 failed, 8 passed in 0.12s ============") == "failed"


def test_9_passed_1_error() -> None:
    assert reason("pytest | tail", "==== 9 passed, 1 error in 0.20s ====") == "failed"


def test_a_vitest_failure_summary() -> None:
    assert reason("npx vitest run | tail", VITEST_FAILS) == "failed"


def test_a_jest_failure_summary() -> None:
    assert reason("npx jest | tail -20", JEST_FAILS) == "failed"


def test_maven_failing_after_an_earlier_success_in_one_transcript() -> None:
    good, bad = ran("mvn test", MAVEN_PASSES), ran("mvn test", MAVEN_FAILS, 1)
    assert verdict(good)["reason"] == "ok"
    assert verdict(good, bad)["reason"] == "failed"
    assert reason("mvn test -Dmaven.test.failure.ignore=true", MAVEN_PASSES + MAVEN_FAILS) == "failed"


class TestAFailingFullRunThenAPassingSubset:
    BAD = ("pytest", FAILS, 1)

    @pytest.mark.parametrize(
        "subset",
        [
            "pytest tests/test_b.py",
            "pytest -k good",
            "pytest --lf",
            "pytest tests/test_a.py -k other",
            "cd tests && pytest",
            "python -m pytest tests/test_b.py",
            "pytest --deselect tests/test_a.py::test_x",
            "pytest --ignore tests/test_a.py",
            "pytest -o python_files=test_b.py",
            "pytest --override-ini=testpaths=tests/test_b.py",
            "timeout 60 pytest tests/test_b.py | tail -3",
        ],
    )
    def test_by_any_spelling(self, subset: str) -> None:
        assert verdict(ran(*self.BAD), ran(subset))["reason"] == "failed"

    def test_by_the_same_words_in_a_folder_below(self) -> None:
        below = ran("pytest -q", cwd=f"{ROOT}/sub")
        assert verdict(ran("pytest -q", FAILS, 1), below)["reason"] == "failed"

    def test_one_file_failing_then_another(self) -> None:
        first = ran("pytest tests/test_a.py", FAILS, 1)
        assert verdict(first, ran("pytest tests/test_b.py"))["reason"] == "failed"
        assert verdict(first, ran("pytest tests/test_b.py"), ran("pytest tests/test_a.py -k y"))["reason"] == "failed"

    def test_a_failure_under_a_script_and_one_file_of_its_runner(self, tmp_path: Path) -> None:
        (tmp_path / "package.json").write_text('{"scripts": {"test": "jest", "test:quick": "jest one.test.js"}}')
        good = "Test Suites: 1 passed, 1 total\nTests:       2 passed, 2 total\n"

        def told(second: str, output: str = good) -> str:
            rows = [
                record(bash(command, words, status, str(tmp_path)), [], lambda: "now", str(tmp_path))
                for command, words, status in (("npm test", JEST_FAILS, 1), (second, output, 0))
            ]
            return verdict(*rows)["reason"]

        assert told("npx jest one.test.js") == "failed"
        assert told("npm run test:quick") == "failed"
        whole = "Test Suites: 3 passed, 3 total\nTests:       10 passed, 10 total\n"
        assert told("npx jest", whole) == "ok"
        assert told("npm test 2>&1 | tail -20", whole) == "ok"

    def test_a_failure_of_one_runner_and_a_pass_of_another(self) -> None:
        jest = "Test Suites: 3 passed, 3 total\nTests:       30 passed, 30 total\n"
        assert verdict(ran(*self.BAD), ran("npx jest", jest))["reason"] == "failed"

    @pytest.mark.parametrize("first", ["pytest; echo done", "pytest > log; tail -3 log", "pytest || echo failed", "pytest; cat log"])
    def test_a_failure_beside_which_something_else_was_printed(self, first: str) -> None:
        assert verdict(ran(first, FAILS), ran("pytest tests/test_b.py"))["reason"] == "failed"

    def test_but_the_whole_again_counts_and_so_does_what_fails_in_a_running_neighbours_files(self) -> None:
        assert verdict(ran(*self.BAD), ran("pytest tests/test_b.py"), ran("python -m pytest -q"))["ok"]
        assert verdict(ran("python -m unittest", "Ran 2 tests in 0.1s\n\nFAILED (failures=1)\n", 1), ran("pytest"))["ok"]
        assert verdict(ran(*self.BAD), ran("pytest tests/test_b.py"), neighbours=[[r"tests/test_a\.py"]])["ok"]


def test_echo_pytest_echo_10_passed() -> None:
    assert reason("echo 'pytest'; echo '10 passed'", "pytest\n10 passed") == "none"
    assert reason("echo pytest; echo '==== 10 passed in 0.10s ===='", "==== 10 passed in 0.10s ====") == "none"


def test_grep_pytest_readme() -> None:
    assert reason("grep pytest README", "Run pytest: 10 passed in 0.10s") == "none"


@pytest.mark.parametrize("command", ["cat old.log", "tail -5 pytest.log", "less old.log", "cat old.log | grep passed"])
def test_cat_of_an_old_log(command: str) -> None:
    assert reason(command, PASSES) == "none"


def test_cat_of_an_old_log_beside_a_run_that_shows_nothing() -> None:
    assert reason("pytest -qq; cat old.log", PASSES) == "unrecognised"


def test_a_made_up_full_output_saved_to_path(tmp_path: Path) -> None:
    log = tmp_path / "pytest.log"
    log.write_text(PASSES)
    words = f"Output too large (106KB). Full output saved to: {log}"
    assert reason(f"echo 'Full output saved to: {log}'", words) == "none"
    assert reason("pytest -v", words) == "unread"
    named = bash("pytest -v | cat", words, persistedOutputPath=str(log), persistedOutputSize=10)
    row = record({**named, "transcript_path": str(tmp_path / "s.jsonl")}, [], lambda: "now", ROOT)
    assert verdict(row)["reason"] == "unread"


def test_0_passed() -> None:
    assert reason("pytest", "0 passed in 0.1s") == "empty"
    assert reason("npx mocha", "\n\n  0 passing (2ms)\n\n") == "empty"


def test_pytest_or_true() -> None:
    assert reason("pytest || true", FAILS) == "failed"
    assert reason("pytest -qq || true", "..F") == "unread"


def test_pytest_tail_5() -> None:
    assert reason("pytest | tail -5", FAILS) == "failed"
    assert reason("pytest -qq | tail -5", "...") == "unread"


def test_pytest_echo_done() -> None:
    assert reason("pytest; echo done", FAILS + "\ndone") == "unrecognised"
    assert reason("pytest -qq; echo '8 passed in 0.1s'", "8 passed in 0.1s") == "unrecognised"


def test_pytest_in_the_background() -> None:
    assert reason("pytest &", "") == "unread"
    event = bash("pytest", PASSES, backgroundTaskId="b1")
    assert verdict(record(event, [], lambda: "now", ROOT))["reason"] == "unread"


def test_tests_run_before_the_last_edit(tmp_path: Path) -> None:
    assert verdict(ran("pytest", digest="then"))["reason"] == "stale"
    path = tmp_path / "agent.jsonl"
    path.write_text("")
    assert runs_from_transcript(str(path), [], ROOT) == []


class TestARunnerShadowed:
    def test_by_a_script_of_the_same_name_in_the_work_tree(self, tmp_path: Path) -> None:
        assert reason("./pytest", PASSES) == "none"
        assert reason("bin/jest", "Tests:       2 passed, 2 total\n") == "none"
        (tmp_path / "pytest.py").write_text(f"print({PASSES!r})")
        row = record(bash("python -m pytest", PASSES, cwd=str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert verdict(row)["reason"] == "unrecognised"

    @pytest.mark.parametrize(
        "command",
        ["alias pytest='echo 5 passed in 0.1s'; pytest", "pytest() { echo x; }; pytest", "PATH=./fake:$PATH pytest", "hash -p ./fake pytest; pytest"],
    )
    def test_by_an_alias_a_function_or_a_path(self, command: str) -> None:
        assert reason(command, PASSES) in ("unrecognised", "none")


def test_a_package_json_test_script_rewritten_to_true(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"test": "true"}}')
    row = record(bash("npm test", "", cwd=str(tmp_path)), [], lambda: "now", str(tmp_path))
    assert verdict(row)["reason"] == "unread"
