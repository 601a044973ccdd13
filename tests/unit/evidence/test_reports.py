"""gradle and quiet maven print no counts: what the run itself wrote is read, and nothing that lay there before."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.unit.evidence.calls import bash, verdict

from planweir.evidence.jvm import of_class, reports_in
from planweir.evidence.runs import record
from planweir.gate.summary import summary_of

GOOD = "> Task :compileTestJava\n> Task :test\n\nBUILD SUCCESSFUL in 2s\n3 actionable tasks: 3 executed\n"
REUSED = GOOD.replace("> Task :test\n", "> Task :test UP-TO-DATE\n")
CACHED = GOOD.replace("> Task :test\n", "> Task :test FROM-CACHE\n")
MODULES = "> Task :app:test\n> Task :lib:test NO-SOURCE\n\nBUILD SUCCESSFUL in 1s\n2 actionable tasks: 1 executed\n"


def suite(path: Path, tests: int = 2, skipped: int = 0, failures: int = 0, age: float = 0.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0"?>\n<testsuite name="x" tests="{tests}" skipped="{skipped}" failures="{failures}" errors="0"/>\n')
    os.utime(path, (time.time() - age, time.time() - age))


def reason(folder: Path, command: str, output: str, took: float | None = 3.0) -> tuple[str, int | None]:
    event = bash(command, output, 0, str(folder))
    row = record(event if took is None else {**event, "duration_ms": took * 1000}, [], lambda: "now", str(folder))
    told = verdict(row)
    return told["reason"], told["passed"]


class TestGradle:
    def test_counts_by_what_the_run_wrote(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml")
        suite(tmp_path / "build/test-results/test/TEST-b.xml", tests=3, skipped=1)
        assert reason(tmp_path, "./gradlew test", GOOD)[0] == "ok"
        assert reason(tmp_path, "./gradlew test", GOOD, took=None)[0] == "ok"
        summary = summary_of(GOOD, str(tmp_path))
        assert summary is not None
        assert (summary["passed"], summary["skipped"]) == (4, 1)

    def test_not_by_what_lay_there_before(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml", age=600)
        assert reason(tmp_path, "./gradlew test", GOOD)[0] == "unread"
        assert summary_of(GOOD, str(tmp_path)) is None

    def test_nor_by_what_says_that_it_comes_from_the_future(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml", age=-3600)
        assert reason(tmp_path, "./gradlew test", GOOD)[0] == "unread"

    @pytest.mark.parametrize("output", [REUSED, CACHED])
    def test_reuse_is_honest(self, tmp_path: Path, output: str) -> None:
        """gradle looked at the inputs and at the reports itself."""
        suite(tmp_path / "build/test-results/test/TEST-a.xml", age=6000)
        assert reason(tmp_path, "./gradlew test", output)[0] == "ok"

    def test_reuse_without_a_report_tells_nothing(self, tmp_path: Path) -> None:
        assert reason(tmp_path, "./gradlew test", REUSED)[0] == "unread"

    def test_only_skipped_tests_are_no_tests(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml", tests=2, skipped=2)
        assert reason(tmp_path, "./gradlew test", GOOD)[0] == "empty"

    def test_failures_that_the_build_ignores_count(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml", tests=2, failures=1)
        assert reason(tmp_path, "./gradlew test", GOOD)[0] == "failed"

    def test_each_project_has_its_own(self, tmp_path: Path) -> None:
        suite(tmp_path / "app/build/test-results/test/TEST-a.xml")
        suite(tmp_path / "lib/build/test-results/test/TEST-old.xml", tests=99, age=600)
        assert reason(tmp_path, "./gradlew test", MODULES)[0] == "ok"

    def test_a_quiet_run_counts_by_what_was_written_meanwhile(self, tmp_path: Path) -> None:
        suite(tmp_path / "app/build/test-results/test/TEST-a.xml", age=1)
        assert reason(tmp_path, "./gradlew -q test", "")[0] == "ok"
        assert reason(tmp_path, "./gradlew -q test", "", took=None)[0] == "unread"

    def test_a_build_without_tests_does_not_count_by_old_reports(self, tmp_path: Path) -> None:
        suite(tmp_path / "build/test-results/test/TEST-a.xml")
        assert reason(tmp_path, "./gradlew build -x test", GOOD.replace("> Task :test\n", ""))[0] == "empty"


class TestMaven:
    def test_a_quiet_run_counts_by_what_was_written_meanwhile(self, tmp_path: Path) -> None:
        suite(tmp_path / "core/target/surefire-reports/TEST-a.xml")
        suite(tmp_path / "core/target/surefire-reports/TEST-old.xml", tests=50, age=600)
        assert reason(tmp_path, "mvn -q test", "") == ("ok", 2)

    def test_not_where_tests_were_left_out(self, tmp_path: Path) -> None:
        suite(tmp_path / "target/surefire-reports/TEST-a.xml")
        assert reason(tmp_path, "mvn -q -DskipTests verify", "")[0] == "empty"

    def test_nor_where_the_build_complained(self, tmp_path: Path) -> None:
        suite(tmp_path / "target/surefire-reports/TEST-a.xml")
        assert reason(tmp_path, "mvn -q test | tail -5", "[ERROR] something\n")[0] == "unread"

    def test_another_command_is_not_read_by_reports(self, tmp_path: Path) -> None:
        suite(tmp_path / "target/surefire-reports/TEST-a.xml")
        assert summary_of("", str(tmp_path)) is None


class TestReports:
    def test_what_is_no_report_is_passed_over(self, tmp_path: Path) -> None:
        (tmp_path / "TEST-x.xml").write_text("<html/>")
        assert reports_in([str(tmp_path)], None) is None

    @pytest.mark.parametrize("name", ["com.ex.CartTest::adds", "com.ex.CartTest$Inner::adds"])
    def test_a_class_is_found_where_its_package_lies(self, tmp_path: Path, name: str) -> None:
        file = tmp_path / "src/test/java/com/ex/CartTest.java"
        file.parent.mkdir(parents=True)
        file.write_text("")
        found = of_class(name, str(tmp_path))
        assert found is not None and found.startswith("src/test/java/com/ex/CartTest.java::CartTest")


class TestScriptsThatStartARunner:
    """`./gradlew`, `./mvnw`, `bin/rspec`: files of the project, believed as long as the attempt left them alone."""

    def told(self, folder: Path, command: str, output: str, changed: list[str]) -> str:
        from planweir.evidence.judge import judge

        row = record({**bash(command, output, 0, str(folder)), "duration_ms": 3000}, [], lambda: "now", str(folder))
        assert row is not None
        return judge([row], [], "now", [], True, (), (), changed)["reason"]

    def test_count_unchanged(self, tmp_path: Path) -> None:
        (tmp_path / "mvnw").write_text("#!/bin/sh\n")
        output = "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n"
        assert self.told(tmp_path, "./mvnw test", output, ["src/a.java"]) == "ok"
        assert self.told(tmp_path, "./mvnw test 2>&1 | tail -20", output, ["src/a.java"]) == "ok"

    def test_do_not_count_changed(self, tmp_path: Path) -> None:
        (tmp_path / "mvnw").write_text("#!/bin/sh\necho '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0'\n")
        output = "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n"
        assert self.told(tmp_path, "./mvnw test", output, ["mvnw"]) == "unrecognised"
        assert self.told(tmp_path, "mvn test", output, ["mvnw"]) == "ok"


class TestConfigurationsOfTheAttemptsOwnMaking:
    @pytest.mark.parametrize(
        ("command", "file"),
        [
            ("cargo nextest run --config-file x.toml", "x.toml"),
            ("mvn -f other/pom.xml test", "other/pom.xml"),
            ("dotnet test --settings x.runsettings", "x.runsettings"),
            ("rspec --options x", "x"),
            ("vendor/bin/phpunit -c x.xml", "x.xml"),
        ],
    )
    def test_are_told_and_their_runs_do_not_count(self, tmp_path: Path, command: str, file: str) -> None:
        from planweir.evidence.judge import judge

        row = record(bash(command, "", 0, str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert row is not None
        assert row["config"] == [file]
        assert judge([row], [], "now", [], True, (), (), [file])["reason"] == "unrecognised"
        assert judge([row], [], "now", [], True, (), (), ["src/a"])["reason"] == "unread"

    @pytest.mark.parametrize("command", ["mvn -f pom.xml test", "vendor/bin/phpunit -c phpunit.xml.dist", "cargo nextest run"])
    def test_those_that_are_read_anyway_give_no_further_power(self, tmp_path: Path, command: str) -> None:
        row = record(bash(command, "", 0, str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert row is not None
        assert "config" not in row
