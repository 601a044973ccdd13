"""TAP and JUnit XML: on the output of a runner that was told so, and in a report that it wrote while it ran."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.calls import bash, really, verdict

from planweir.evidence.formats import told
from planweir.evidence.runners import runners
from planweir.evidence.runners.junit import of_report
from planweir.evidence.runs import Row, record

PASSES = '<testsuites><testsuite name="a" tests="2"><testcase name="x" classname="a"/><testcase name="y" classname="a"/></testsuite></testsuites>'
FAILS = '<testsuite name="a"><testcase name="x"/><testcase name="y"><failure message="m">text</failure></testcase></testsuite>'


def counts(report: str) -> tuple[int, int, int, int] | None:
    found = of_report(report.encode())
    return None if found is None else (found["passed"], found["failed"], found["errors"], found["skipped"])


class TestJunit:
    @pytest.mark.parametrize(
        ("report", "expected"),
        [
            (PASSES, (2, 0, 0, 0)),
            (FAILS, (1, 1, 0, 0)),
            ("<testsuites/>", (0, 0, 0, 0)),
            ('<testsuites tests="5"/>', (0, 0, 0, 0)),
            ('<testsuite><testcase name="x"><skipped/></testcase></testsuite>', (0, 0, 0, 1)),
            ('<testsuite><testcase name="x"><error/></testcase></testsuite>', (0, 0, 1, 0)),
            ('<testsuite><testcase name="x"><system-out>&lt;failure/&gt;</system-out></testcase></testsuite>', (1, 0, 0, 0)),
            ('<testsuite failures="1"><testcase name="x"/></testsuite>', (1, 1, 0, 0)),
            ('<testsuites errors="1"><testsuite><testcase name="x"/></testsuite></testsuites>', (1, 0, 1, 0)),
            ('<testsuite failures="0" errors="1"><testcase name="x"><failure/></testcase></testsuite>', (0, 1, 0, 0)),
            ('<testsuite><error/><testcase name="x"/></testsuite>', (1, 0, 1, 0)),
            ('<testsuite><testcase name="x" status="notrun"/><testcase name="y" status="fail"/></testsuite>', (0, 1, 0, 1)),
            ("<testsuite><testsuite><testcase/></testsuite><testcase/></testsuite>", (2, 0, 0, 0)),
        ],
    )
    def test_is_counted_by_its_cases_and_never_less_than_its_suites_tell(
        self, report: str, expected: tuple[int, int, int, int]
    ) -> None:
        assert counts(report) == expected

    @pytest.mark.parametrize(
        "report",
        [
            "",
            "text",
            "<html><testcase/></html>",
            "<testsuite><testcase>",
            '<!DOCTYPE testsuite [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>',
            '<!DOCTYPE testsuite SYSTEM "file:///etc/passwd"><testsuite><testcase/></testsuite>',
            '<?xml version="1.0"?><!DOCTYPE testsuite><testsuite/>',
            "<testsuite>" * 100 + "</testsuite>" * 100,
        ],
    )
    def test_that_is_broken_or_brings_a_document_type_is_not_read(self, report: str) -> None:
        assert counts(report) is None

    def test_in_another_encoding_hides_no_document_type(self) -> None:
        text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE testsuite [<!ENTITY a "b">]><testsuite/>'
        assert of_report(text.encode("utf-16")) is None

    def test_on_an_output_is_found_among_other_lines(self) -> None:
        read = runners()["junit"].read
        found = read(f"building\n<?xml version='1.0'?>\n{PASSES}\nmore\n{FAILS}\n")
        assert found is not None and (found["passed"], found["failed"]) == (3, 1)
        assert read(f"{PASSES}\n<testsuite><testcase/>") is None  # cut off
        assert read("no <testsuite> here") is None

    @given(st.text())
    def test_any_text_can_be_read(self, text: str) -> None:
        of_report(text.encode("utf-8", "surrogatepass"))
        runners()["junit"].read(f"<testsuite>{text}")

    def test_names_lead_to_files_also_from_the_classes_of_python(self, tmp_path: Path) -> None:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests/test_a.py").write_text("")
        locate = runners()["junit"].locate
        assert locate("tests.test_a::test_x", str(tmp_path)) == "tests/test_a.py::test_x"
        assert locate("tests.test_a.TestB::test_x", str(tmp_path)) == "tests/test_a.py::TestB::test_x"
        assert locate("tests/test_a.py::x", str(tmp_path)) == "tests/test_a.py::x"
        assert locate("nowhere.test_a::test_x", str(tmp_path)) is None


class TestTap:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("TAP version 13\nok 1 a\nok 2 b\n1..2\n", (2, 0, 0, False)),
            ("1..2\nok 1 - a\nnot ok 2 - b\n", (1, 1, 0, False)),
            ("TAP version 14\n1..0 # skipped\n", (0, 0, 0, False)),
            ("1..3\nok 1\nok 2\n", (2, 0, 0, True)),
            ("TAP version 13\nok 1 a\n", (1, 0, 0, True)),
            ("1..1\nok 1\nok 2\n", (2, 0, 0, True)),
            ("1..2\nok 1 # SKIP later\nnot ok 2 # TODO some day\n", (0, 0, 1, False)),
            ("1..1\nok 1\nBail out! no database\n", (1, 0, 0, True)),
            ("1..1\n# Subtest: f\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - f\n", (1, 1, 0, False)),
            ("1..1\nnot ok 1 - a\n  ---\n  ok 2 - no point\n  ...\n", (0, 1, 0, False)),
            ("1..1\nnot ok 1 - f # time=9ms {\n    1..1\n    not ok 1 - a # time=2ms\n}\n", (0, 1, 0, False)),
            ("TAP version 13\nok 1 a\n1..1\nTAP version 13\nnot ok 1 b\n1..1\n", (1, 1, 0, False)),
        ],
    )
    def test_is_counted_by_the_points_without_others_below(self, text: str, expected: tuple[int, int, int, bool]) -> None:
        found = runners()["tap"].read(text)
        assert found is not None
        assert (found["passed"], found["failed"], found["skipped"], found["cut"]) == expected

    @pytest.mark.parametrize("text", ["", "ok 1", "ok then", "it is ok 5 times\n1..2", "see 1..3 below", "okay\nnot ok"])
    def test_is_not_seen_in_other_text(self, text: str) -> None:
        assert runners()["tap"].read(text) is None

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=12))
    def test_no_point_that_failed_is_lost(self, points: list[tuple[bool, int]]) -> None:
        lines = [f"{'    ' * depth}{'ok' if good else 'not ok'} {at} - t" for at, (good, depth) in enumerate(points, 1)]
        text = "\n".join([f"1..{sum(not depth for _good, depth in points)}", *lines])
        found = runners()["tap"].read(text)
        if found is not None and any(not good for good, _depth in points):
            assert found["failed"] or found["errors"] or found["cut"]


class TestTold:
    @pytest.mark.parametrize(
        ("args", "formats"),
        [
            ("--reporter=tap", ["tap"]),
            ("--reporter tap-flat", ["tap"]),
            ("-R tap", ["tap"]),
            ("--tap-stream", ["tap"]),
            ("--junitxml=r.xml", ["junit"]),
            ("--reporters=jest-junit", ["junit"]),
            ("-R xunit", ["junit"]),
            ("--test-reporter=junit", ["junit"]),
            ("-q tests", []),
            ("tests/tape.test.js", []),
        ],
    )
    def test_by_the_arguments(self, args: str, formats: list[str]) -> None:
        assert told(args.split()) == formats

    def test_a_runner_that_was_not_told_is_not_read_in_another_form(self) -> None:
        row = record(bash("npx vitest run", "1..1\nok 1 - a\n", cwd="/x"), [], lambda: "now", "/x")
        assert verdict(row)["reason"] == "unread"
        row = record(bash("npx vitest run --reporter=tap", "1..1\nok 1 - a\n", cwd="/x"), [], lambda: "now", "/x")
        assert verdict(row)["reason"] == "ok"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_good.py").write_text("def test_a(): pass\n")
    (tmp_path / "test_bad.py").write_text("def test_a(): pass\ndef test_b(): assert 0\n")
    return tmp_path


def ran(project: Path, command: str, status: int, output: str = "", lasted: float | None = 5_000, **more: object) -> Row:
    event = bash(command, output, status, str(project))
    row = record({**event, **({} if lasted is None else {"duration_ms": lasted}), **more}, [], lambda: "now", str(project))
    assert row is not None
    return row


class TestReport:
    """A runner that says nothing on its output, and writes a report."""

    @pytest.mark.parametrize(("file", "reason"), [("test_good.py", "ok"), ("test_bad.py", "failed")])
    def test_that_the_run_wrote_speaks_for_it(self, project: Path, file: str, reason: str) -> None:
        words = ["-m", "pytest", "-qq", "--no-header", "-p", "no:cacheprovider", f"--junitxml={project}/r.xml", file]
        status, output = really([sys.executable, *words], project)
        row = ran(project, f"python -m pytest -qq --junitxml=r.xml {file}", status, output if status else "")
        assert verdict(row)["reason"] == reason
        assert row["summary"] is not None
        assert row["summary"]["failing"] == (["test_bad.py::test_b"] if status else [])

    COMMAND = "pytest -qq --junitxml=r.xml"

    def test_from_before_the_run_does_not(self, project: Path) -> None:
        (project / "r.xml").write_text(PASSES)
        assert verdict(ran(project, self.COMMAND, 0))["reason"] == "ok"
        before = time.time() - 60
        os.utime(project / "r.xml", (before, before))
        assert verdict(ran(project, self.COMMAND, 0))["reason"] == "unread"

    def test_of_a_run_that_lasted_nobody_knows_how_long_does_not(self, project: Path) -> None:
        (project / "r.xml").write_text(PASSES)
        assert verdict(ran(project, self.COMMAND, 0, lasted=None))["reason"] == "unread"

    @pytest.mark.parametrize(
        "command",
        [
            "pytest -qq --junitxml=r.xml; cp old.xml r.xml",
            "cp old.xml r.xml && pytest -qq --junitxml=r.xml",
            "touch r.xml && pytest -qq --junitxml=r.xml",
            "pytest -qq --junitxml=r.xml | tail -1",
            "pytest -qq --junitxml=r.xml || true",
            "pytest -qq r.xml",
            "npm test -- --junitxml=r.xml",
        ],
    )
    def test_beside_which_others_ran_or_whose_end_was_not_seen_does_not(self, project: Path, command: str) -> None:
        (project / "r.xml").write_text(PASSES)
        (project / "package.json").write_text("{}")
        assert verdict(ran(project, command, 0))["reason"] in ("unread", "unrecognised")

    def test_outside_the_project_or_behind_a_link_does_not(self, project: Path) -> None:
        outside = project.parent / f"{project.name}-outside.xml"
        outside.write_text(PASSES)
        (project / "r.xml").symlink_to(outside)
        assert verdict(ran(project, self.COMMAND, 0))["reason"] == "unread"
        assert verdict(ran(project, f"pytest -qq --junitxml=../{outside.name}", 0))["reason"] == "unread"

    def test_contradicted_by_the_exit_status_fails(self, project: Path) -> None:
        (project / "r.xml").write_text(PASSES)
        assert verdict(ran(project, self.COMMAND, 1))["reason"] == "failed"

    @pytest.mark.parametrize(
        "command",
        [
            "cd . && npx vitest run --reporter=junit --outputFile=r.xml",
            "npx vitest run --reporter=junit --outputFile.junit=./r.xml",
            "node --test --test-reporter=junit --test-reporter-destination=r.xml",
            "npx mocha --reporter mocha-junit-reporter --reporter-options mochaFile=./r.xml",
            "PLAYWRIGHT_JUNIT_OUTPUT_NAME=r.xml npx playwright test --reporter=junit",
            "JEST_JUNIT_OUTPUT_FILE=r.xml npx jest --reporters=jest-junit",
        ],
    )
    def test_of_other_runners_too(self, project: Path, command: str) -> None:
        (project / "r.xml").write_text(PASSES)
        assert verdict(ran(project, command, 0, "JUNIT report written to r.xml\n"))["reason"] == "ok"
        (project / "r.xml").write_text(FAILS)
        assert verdict(ran(project, command, 1, "JUNIT report written to r.xml\n"))["reason"] == "failed"

    def test_is_looked_for_where_a_reporter_writes_by_itself(self, project: Path) -> None:
        (project / "junit.xml").write_text(PASSES)
        assert verdict(ran(project, "npx jest --reporters=jest-junit", 0))["reason"] == "ok"
