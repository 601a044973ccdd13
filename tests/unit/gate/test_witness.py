"""What pytest itself counts speaks beside what is printed, in runs of a real pytest; honest setups run as they did."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from planweir.gate.commands import Ran, run

FAILS = "def test_good(): pass\ndef test_bad(): assert 0\n"
PYTEST = f"{shlex.quote(sys.executable)} -m pytest -q -p no:cacheprovider"
ALL_KINDS = """
import unittest, pytest
def test_good(): pass
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_known(): assert 0
class T(unittest.TestCase):
    def test_good(self): pass
    @unittest.skip('not here')
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_known(self): self.fail()
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTEST_ADDOPTS", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def ran(folder: Path, command: str = PYTEST, **files: str) -> Ran:
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)
    return run(str(folder), command)


SESSION = "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session): session.exitstatus = 0\n"
SUMMARY = "def pytest_terminal_summary(terminalreporter): terminalreporter.stats.pop('failed', None)\n"
REPORT = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.outcome, report.longrepr = 'passed', None
"""
VOICE = "def pytest_unconfigure(): print('\\n5 passed in 0.10s')\n"


class TestAConftestThatHidesFailures:
    @pytest.mark.parametrize("command", [PYTEST, "pytest -q", "PYTHONPATH=. pytest -q"])
    def test_by_the_exit_status(self, tmp_path: Path, command: str) -> None:
        found = ran(tmp_path, command, test_a=FAILS, conftest=SESSION)
        assert (found.exit, found.ok, found.failing) == (0, False, ["test_a.py::test_bad"])

    @pytest.mark.parametrize("command", [PYTEST, "pytest -q", "PYTHONPATH=. pytest -q"])
    def test_by_the_summary(self, tmp_path: Path, command: str) -> None:
        found = ran(tmp_path, command, test_a=FAILS, conftest=SESSION + SUMMARY)
        assert (found.exit, found.ok) == (0, False)
        assert "pytest itself saw 1 failing" in found.said

    def test_by_rewriting_reports(self, tmp_path: Path) -> None:
        found = ran(tmp_path, test_a=FAILS, conftest=REPORT)
        assert (found.exit, found.passed, found.ok) == (0, 2, False)
        assert "hides it" in found.said

    def test_by_taking_the_error_out_of_the_call(self, tmp_path: Path) -> None:
        takes = "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_makereport(item, call): call.excinfo = None\n"
        found = ran(tmp_path, test_a=FAILS, conftest=takes)
        assert (found.exit, found.ok) == (0, False)

    def test_behind_a_makefile(self, tmp_path: Path) -> None:
        (tmp_path / "Makefile").write_text("test:\n\t@pytest -q\n")
        assert not ran(tmp_path, "make test", test_a=FAILS, conftest=REPORT).ok
        assert not ran(tmp_path, "make test", test_a="import pytest\n@pytest.mark.skip\ndef test_a(): pass\n", conftest=VOICE).ok

    def test_by_taking_away_what_was_lent(self, tmp_path: Path) -> None:
        assert not ran(tmp_path, test_a=FAILS, conftest=SESSION + SUMMARY + "import os\nos.environ.pop('PLANWEIR_WITNESS', None)\n").ok

    def test_by_rewriting_those_of_a_testcase(self, tmp_path: Path) -> None:
        case = "import unittest\nclass T(unittest.TestCase):\n    def test_bad(self): self.fail()\n    def test_good(self): pass\n"
        assert not ran(tmp_path, test_a=case, conftest=REPORT).ok

    @pytest.mark.parametrize("command", [PYTEST, "PYTHONPATH=. pytest -q"])
    def test_by_a_summary_of_its_own(self, tmp_path: Path, command: str) -> None:
        skipped = "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n"
        found = ran(tmp_path, command, test_a=skipped, conftest=VOICE)
        assert (found.exit, found.ok) == (0, False)
        assert "something else prints a summary" in found.said


class TestATestThatEndsTheProcess:
    FORGED = "import os\nos.write(1, b'5 passed in 0.10s\\n')\nos._exit(0)\n"

    @pytest.mark.parametrize("command", [PYTEST + " -s", "pytest -s", "PYTHONPATH=. pytest -s"])
    def test_at_its_import(self, tmp_path: Path, command: str) -> None:
        found = ran(tmp_path, command, test_a=self.FORGED)
        assert (found.exit, found.passed, found.ok) == (0, 5, False)
        assert "without coming to its end" in found.said

    def test_while_it_runs(self, tmp_path: Path) -> None:
        body = "    " + self.FORGED.replace("\n", "\n    ").rstrip()
        assert not ran(tmp_path, PYTEST + " -s", test_a=f"def test_a():\n{body}\n").ok

    def test_with_sys_exit_0(self, tmp_path: Path) -> None:
        assert not ran(tmp_path, test_a="import sys\ndef test_a(): assert 0\nsys.exit(0)\n").ok

    def test_when_all_is_over(self, tmp_path: Path) -> None:
        assert not ran(tmp_path, test_a=FAILS, conftest="import atexit, os\natexit.register(lambda: os._exit(0))\n").ok


class TestHonestSetups:
    @pytest.mark.parametrize(
        "command",
        [
            PYTEST,
            "pytest",
            "pytest -qq",
            "pytest 2>&1 | tail -3",
            "pytest --junitxml=own.xml && test -s own.xml",
            "pytest -p no:junitxml",
            "PYTHONPATH=. pytest",
            "PYTHONPATH=. pytest -p no:junitxml",
            "PYTHONPATH=. pytest --junitxml=own.xml && test -s own.xml",
            "python -I -m pytest",
            "env -i PATH=\"$PATH\" pytest",
            "PYTEST_ADDOPTS=-q pytest",
            "pytest > log && cat log",
            "pytest && pytest -q",
            "python -W error -m pytest",
        ],
    )
    def test_run_as_they_did(self, tmp_path: Path, command: str) -> None:
        found = ran(tmp_path, command, test_a=ALL_KINDS)
        assert found.ok, found.said + found.output

    def test_leave_nothing_behind_and_the_environment_as_it_was_for_what_tests_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONPATH", "/nowhere")
        body = "import os\ndef test_a():\n    names = [name for name in os.environ if 'PLANWEIR' in name or name == 'PYTEST_ADDOPTS']\n    assert (names, os.environ['PYTHONPATH']) == ([], '/nowhere')\n"
        monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
        (tmp_path / "tmp").mkdir()
        found = ran(tmp_path, test_a=body)
        assert found.ok, found.output
        assert not list((tmp_path / "tmp").glob("planweir-witness-*"))

    def test_a_pytest_within_a_test_is_none_of_ours(self, tmp_path: Path) -> None:
        body = (
            "import subprocess, sys\ndef test_a(tmp_path):\n    (tmp_path / 'test_z.py').write_text('def test_z(): assert 0')\n"
            "    assert subprocess.run([sys.executable, '-m', 'pytest', '-q', str(tmp_path)]).returncode == 1\n"
        )
        assert ran(tmp_path, test_a=body).ok

    def test_settings_of_the_project_that_ask_for_a_report_keep_it(self, tmp_path: Path) -> None:
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --junitxml=own.xml\n")
        assert ran(tmp_path, "PYTHONPATH=. pytest && test -s own.xml", test_a=ALL_KINDS).ok

    def test_a_makefile_that_sets_the_path_itself_is_run_again_without_what_was_lent(self, tmp_path: Path) -> None:
        (tmp_path / "Makefile").write_text("test:\n\t@echo run >> runs\n\t@PYTHONPATH=. pytest -q\n")
        found = ran(tmp_path, "make test", test_a=ALL_KINDS)
        assert found.ok, found.output
        assert (tmp_path / "runs").read_text() == "run\nrun\n"

    def test_a_failing_run_fails_as_it_did(self, tmp_path: Path) -> None:
        found = ran(tmp_path, test_a=FAILS)
        assert (found.exit, found.passed, found.failing, found.doubt) == (1, 1, ["test_a.py::test_bad"], "")


class TestAStatusThatTheOutputContradicts:
    @pytest.mark.parametrize("command", ["{} || true", "{}; echo done", "set +o pipefail; {} | tail -5", "{} & wait"])
    def test_is_not_believed(self, tmp_path: Path, command: str) -> None:
        found = ran(tmp_path, command.format(PYTEST), test_a=FAILS)
        assert (found.exit, found.ok) == (0, False)
        assert "1 failed" in found.said

    @pytest.mark.parametrize("command", ["{} || true", "{}; echo done", "{} | tail -5"])
    def test_is_where_all_passed(self, tmp_path: Path, command: str) -> None:
        assert ran(tmp_path, command.format(PYTEST), test_a="def test_a(): pass\n").ok
