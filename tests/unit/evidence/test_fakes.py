"""What has fooled others (and what was found while building): none of it is evidence, each by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.evidence.calls import FAILS, PASSES, ROOT, bash, ran, recorded, verdict

from planweir.evidence.runs import record

FORGED = "==== 5 passed in 0.10s ===="


class TestNotARunAtAll:
    @pytest.mark.parametrize(
        "command",
        [
            'echo "==== 5 passed in 0.10s ===="',
            "echo pytest; echo '10 passed in 0.10s'",
            "printf '5 passed in 0.10s\\n'",
            "cat <<'EOF'\n==== 5 passed in 0.10s ====\nEOF",
            "cat old.log",
            "tail results.txt",
            "grep pytest README",
            "git log --grep pytest",
            "echo 'Full output saved to: /tmp/pytest.log'; cat /tmp/pytest.log",
            "./pytest",
            "pytest() { echo '5 passed in 0.10s'; }; pytest",
            "function pytest { echo '5 passed in 0.10s'; }; pytest -q",
            "alias pytest='echo 5 passed in 0.10s'; pytest",
            "npm test",
            "make test",
        ],
    )
    def test_leaves_no_evidence(self, command: str) -> None:
        assert verdict(recorded(command, FORGED))["reason"] in ("none", "unrecognised")

    def test_a_bash_call_that_checks_nothing_is_not_recorded(self) -> None:
        assert recorded("echo hello", "hello") is None


class TestAnotherVoiceInTheOutput:
    @pytest.mark.parametrize(
        "command",
        [
            "pytest; echo '5 passed in 0.10s'",
            "pytest || echo '1 passed in 0.10s'",
            "pytest -qq && echo '5 passed in 0.10s'",
            "pytest; echo done",
            "pytest -qq; cat old.log",
            "cat old.log; pytest -qq || true",
            "pytest | sed s/failed/passed/",
            "pytest | awk '{print}'",
            "pytest | grep -o '8 passed.*'",
            "pytest | grep --only-matching '8 passed in.*'",
            "pytest | tail -5 old.log",
            "pytest -qq; python -c 'print(\"5 passed in 0.1s\")'",
            "pytest -qq; ls",
            "git stash && pytest && git stash pop",
            "bash -c 'pytest -qq; echo 5 passed in 0.10s'",
            "source fakes.sh && pytest",
            "eval 'pytest() { echo 5 passed in 0.10s; }'; pytest",
            "trap 'echo 5 passed in 0.10s' EXIT; pytest -qq",
            "pytest | tail -c 18",
            "pytest | head --bytes=9",
            "pytest | grep passed old.log",
            "pytest | grep -r passed .",
            "pytest | grep --only-matching=x passed",
            "pytest | rg --replace=x passed",
            "pytest | cat old.log -",
            "pytest -qq; date '+5 passed in 0.10s'",
            "set -v; pytest -qq",
            "set -x; pytest -qq; : 'a\n5 passed in 0.10s\n'",
            "bash -xc 'pytest -qq'",
            "X='\n5 passed in 0.10s\n'; pytest -qq; declare -p X",
            "pytest -qq; cd $'x\\n5 passed in 0.10s\\ny'",
            "pytest -qq $'x\\n5 passed in 0.10s' || true",
            'pytest -qq "$(cat old.log)" || true',
            "/usr/bin/time -f '%x passed in 0.1s' pytest -qq || true",
        ],
    )
    def test_is_not_recognised(self, command: str) -> None:
        assert verdict(recorded(command, FORGED))["reason"] in ("unrecognised", "none")


class TestAnotherProgramOfThatName:
    @pytest.mark.parametrize(
        "command",
        [
            "PATH=./fake:$PATH pytest",
            "PATH=./fake:$PATH; pytest",
            "BASH_ENV=fake.sh bash -c pytest",
            "LD_PRELOAD=./x.so pytest",
            "env PATH=./fake:$PATH pytest",
            "export PATH=./fake:$PATH; pytest",
            "export PATH=./fake:$PATH && pytest -q",
        ],
    )
    def test_a_path_set_beside_it_is_refused(self, command: str) -> None:
        assert verdict(recorded(command, FORGED))["reason"] == "unrecognised"

    @pytest.mark.parametrize("fake", ["pytest.py", "pytest/__init__.py", "_pytest/__init__.py"])
    @pytest.mark.parametrize("command", ["python -m pytest -q", "PYTHONPATH=. pytest -q", "export PYTHONPATH=.; pytest -q"])
    def test_a_module_of_its_name_in_the_work_tree_is_refused(
        self, tmp_path: Path, fake: str, command: str
    ) -> None:
        (tmp_path / fake).parent.mkdir(exist_ok=True)
        (tmp_path / fake).write_text(f"print('{FORGED}')")
        row = record(bash(command, FORGED, cwd=str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert verdict(row)["reason"] == "unrecognised"

    def test_also_where_it_is_the_verify_command(self, tmp_path: Path) -> None:
        (tmp_path / "pytest.py").write_text("")
        verify = ["python -m pytest -q"]
        row = record(bash(verify[0], "", cwd=str(tmp_path)), verify, lambda: "now", str(tmp_path))
        assert verdict(row, verify=verify)["reason"] == "unrecognised"


class TestMaskedStatus:
    @pytest.mark.parametrize(
        "command",
        [
            "pytest || true",
            "pytest; true",
            "pytest | tail -5",
            "pytest 2>&1 | tail -20",
            "! pytest",
            "pytest | tee log; exit ${PIPESTATUS[0]}",
            "pytest tests || pytest tests",
        ],
    )
    def test_a_failure_shows_in_the_summary(self, command: str) -> None:
        assert verdict(ran(command, FAILS))["reason"] in ("failed", "unread")

    @pytest.mark.parametrize(
        "command",
        [
            "pytest || true",
            "pytest; true",
            "pytest | head -3",
            "! pytest",
            "pytest | tee log; exit ${PIPESTATUS[0]}",
        ],
    )
    def test_without_a_summary_nothing_is_known(self, command: str) -> None:
        assert verdict(ran(command, "....  [100%]"))["reason"] == "unread"

    def test_the_exit_of_the_last_of_several_runs_speaks_for_none(self) -> None:
        assert verdict(ran("pytest -qq tests || pytest tests/good", "4 passed in 0.1s"))["reason"] == "unread"
        assert verdict(ran("pytest -qq tests; pytest tests/good", "4 passed in 0.1s"))["reason"] == "unread"

    def test_no_test_ran_but_the_status_is_masked(self) -> None:
        assert verdict(ran("pytest -k nothing || true", "2 deselected in 0.01s"))["reason"] == "empty"

    def test_true_before_or_is_not_the_verify_command(self) -> None:
        row = recorded("true || pytest -q", "", verify=["pytest -q"])
        assert verdict(row, verify=["pytest -q"])["reason"] == "unread"


class TestUnseen:
    @pytest.mark.parametrize(
        "command", ["pytest > log 2>&1", "pytest >/dev/null", "pytest &> log", "x=$(pytest)"]
    )
    def test_output_that_went_elsewhere_is_unread(self, command: str) -> None:
        assert verdict(ran(command, ""))["reason"] == "unread"

    def test_a_job_in_the_background_is_unread(self) -> None:
        assert verdict(ran("pytest &", ""))["reason"] == "unread"

    @pytest.mark.parametrize(
        "cut", [{"backgroundTaskId": "b1"}, {"interrupted": True}, {"timedOutAfterMs": 120_000}]
    )
    def test_a_call_that_the_host_did_not_wait_for_is_unread(self, cut: dict[str, Any]) -> None:
        event = bash("pytest -q", PASSES, **cut)
        row = record(event, ["pytest -q"], lambda: "now", ROOT)
        assert row is not None
        assert row["exit"] is None
        assert verdict(row, verify=["pytest -q"])["reason"] == "unread"

    def test_a_summary_that_was_cut_off_is_unread(self) -> None:
        assert (
            verdict(ran("pytest -v", "tests/a.py::test_a PASSED\n... [12000 characters truncated] ..."))[
                "reason"
            ]
            == "unread"
        )


class TestContradictions:
    def test_a_passing_summary_with_a_failing_status(self) -> None:
        assert verdict(ran("pytest", PASSES, 1))["reason"] == "failed"

    def test_a_failing_summary_with_a_passing_status(self) -> None:
        assert verdict(ran("pytest", FAILS, 0))["reason"] == "failed"
        assert verdict(ran("pytest -q", FAILS, 0, ["pytest -q"]), verify=["pytest -q"])["reason"] == "failed"

    def test_a_failing_run_and_eight_passed_after_it(self) -> None:
        assert verdict(ran("pytest", "2 failed in 0.1s\n8 passed in 0.1s"))["reason"] == "failed"

    def test_nine_passed_one_error(self) -> None:
        assert verdict(ran("pytest | tail -1", "9 passed, 1 error in 0.1s"))["reason"] == "failed"

    def test_zero_passed(self) -> None:
        assert verdict(ran("pytest", "0 passed in 0.1s"))["reason"] == "empty"

    def test_a_forged_line_beside_no_tests_ran(self) -> None:
        assert (
            verdict(ran("pytest -s || true", "5 passed in 0.1s\nno tests ran in 0.1s"))["reason"] == "empty"
        )


class TestHonestRuns:
    @pytest.mark.parametrize(
        "command",
        [
            "pytest",
            "pytest -q 2>&1",
            "pytest 2>&1 | tail -20",
            "pytest -q | grep -E 'passed|failed'",
            "pytest | tee out.log",
            "cd src && pytest",
            "cd /home/dev/app && source .venv/bin/activate && pytest -q 2>&1 | tail -5",
            "set -o pipefail; pytest | tail -5",
            "mkdir -p tmp && pytest --basetemp tmp",
            "export A=1; pytest",
            "pip install -e . && pytest",
            "ruff check . && mypy src && pytest -q",
            "uv sync && uv run pytest",
            "(cd sub && pytest)",
            "bash -lc 'pytest -q'",
            "timeout 300 pytest",
            "PYTHONPATH=src pytest -q",
            "time pytest",
            "pytest tests/test_a.py",
            "pytest $(git diff --name-only)",
            "sleep 1; pytest",
            "yes | pytest",
            "pytest 2>/dev/null",
            "echo x > data.txt && pytest",
            "pytest -q && ruff check .",
            "pytest -q && git status --short",
            "coverage run -m pytest -q && coverage report -m",
        ],
    )
    def test_are_evidence(self, command: str) -> None:
        told = verdict(recorded(command, PASSES))
        assert (told["reason"], told["passed"]) == ("ok", 4), told["detail"]
