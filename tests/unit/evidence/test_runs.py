from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.calls import PASSES, ROOT, bash, ran, recorded

from planweir.evidence.filed import filed_sha
from planweir.evidence.outcome import outcome, verbatim
from planweir.evidence.runs import append, read_runs, record

SCRIPTS = Path(__file__).parents[3] / "scripts"


class TestVerbatim:
    @pytest.mark.parametrize(
        "command",
        [
            "make check",
            "  make check\n",
            "make check 2>&1",
            f"cd {ROOT} && make check",
            f"cd '{ROOT}' && make check 2>&1",
            f'cd "{ROOT}/" && make check',
            f"cd {ROOT}/sub/.. && make check",
            "cd . && make check",
        ],
    )
    def test_the_declared_command_counts_as_it_stands(self, command: str) -> None:
        assert verbatim(command, ["pytest", "make check"], ROOT, ROOT) == "make check"

    @pytest.mark.parametrize(
        "command",
        [
            "true || make check",
            "make check || true",
            "make check; true",
            "make check | tail",
            "make check > log",
            "make  check",
            "make check #",
            "make",
            "make check check",
            "cd sub && make check",
            "cd $X && make check",
            "make check 2>/dev/null",
            f"cd {ROOT}; make check",
            "(make check)",
            "! make check",
            "make check &",
            "cd `pwd` && make check",
            "",
        ],
    )
    def test_anything_else_does_not(self, command: str) -> None:
        assert verbatim(command, ["pytest", "make check"], ROOT, ROOT) is None

    def test_it_runs_in_the_projects_folder(self) -> None:
        assert verbatim("make check", ["make check"], ROOT, f"{ROOT}/sub") is None
        assert verbatim(f"cd {ROOT} && make check", ["make check"], ROOT, f"{ROOT}/sub") == "make check"

    def test_a_declared_command_may_itself_hold_what_is_stripped(self) -> None:
        assert verbatim("make 2>&1", ["make 2>&1"], ROOT) == "make 2>&1"

    @given(
        st.text(min_size=1).filter(str.strip),
        st.sampled_from(["; true", " || true", " &", " | cat", "\ntrue"]),
    )
    def test_nothing_can_be_put_behind_it(self, declared: str, tail: str) -> None:
        assert verbatim(declared + tail, [declared], ROOT) is None


class TestOutcome:
    def test_post_tool_use_is_exit_0_with_both_streams(self) -> None:
        event = bash("x", "out", stderr="err")
        assert outcome(event) == (0, "out\nerr", None)

    def test_the_status_of_a_failure_stands_in_its_error(self) -> None:
        assert outcome(bash("x", "/home/dev/app\npytest 9.0.3", 3)) == (
            3,
            "/home/dev/app\npytest 9.0.3",
            None,
        )

    def test_a_failure_without_a_status_has_none(self) -> None:
        event = {**bash("x", "", 1), "error": "The user doesn't want to proceed"}
        assert outcome(event)[0] is None
        assert outcome({**bash("x", "", 1), "is_interrupt": True})[0] is None

    def test_the_status_is_unknown_where_the_host_did_not_see_the_end(self) -> None:
        assert outcome(bash("x", backgroundTaskId="b7")) == (None, "", "b7")
        assert outcome(bash("x", interrupted=True))[0] is None
        assert outcome(bash("x", timedOutAfterMs=1))[0] is None

    def test_a_status_that_the_host_reads_as_harmless_is_not_0(self) -> None:
        assert outcome(bash("grep -q x y", returnCodeInterpretation="No matches found"))[0] == 1

    @given(
        st.dictionaries(
            st.sampled_from(["hook_event_name", "tool_response", "error", "tool_input", "tool_name", "cwd"]),
            st.one_of(
                st.none(),
                st.integers(),
                st.text(),
                st.just("Bash"),
                st.just("PostToolUseFailure"),
                st.dictionaries(st.sampled_from(["command", "stdout"]), st.integers()),
            ),
        )
    )
    def test_events_of_any_shape_are_borne(self, event: dict[str, object]) -> None:
        outcome(event)
        record(event, ["x"], lambda: "d", ROOT)


class TestRecord:
    def test_a_verify_command_of_any_program_is_a_check(self) -> None:
        row = ran("bin/check", "fine", verify=["bin/check"])
        assert (row["exit"], row["verify"], row["runner"], row["summary"], row["digest"]) == (
            0,
            True,
            None,
            None,
            "now",
        )

    def test_a_runner_is_a_check_with_its_summary(self) -> None:
        row = ran("pytest -q", PASSES)
        assert row["runner"] == "pytest"
        assert row["verify"] is False
        assert row["summary"] is not None
        assert row["summary"]["passed"] == 4

    @pytest.mark.parametrize(
        ("command", "flag"),
        [
            ("pytest || true", "masked"),
            ("pytest &", "background"),
            ("pytest > x", "redirected"),
            ("pytest; echo x", "impure"),
            ("PATH=x pytest", "path"),
            ("pytest -k x", "narrowed"),
            ("PYTEST_ADDOPTS='-k x' pytest", "narrowed"),
            ("pytest --co", "lists"),
            ("pytest 'unclosed", "unreadable"),
            ("g() { :; }; pytest", "shadowed"),
        ],
    )
    def test_flags(self, command: str, flag: str) -> None:
        row = recorded(command)
        assert row is None or flag in row["flags"]
        assert row is not None or flag == "unreadable"

    def test_the_digest_is_asked_for_once_and_only_for_checks(self) -> None:
        asked: list[int] = []

        def digest() -> str:
            asked.append(1)
            return "d"

        record(bash("ls"), [], digest, ROOT)
        assert asked == []
        record(bash("pytest", PASSES), [], digest, ROOT)
        assert asked == [1]

    def test_a_digest_that_cannot_be_taken_equals_none(self) -> None:
        def digest() -> str:
            raise RuntimeError("git is gone")

        row = record(bash("pytest", PASSES), [], digest, ROOT)
        assert row is not None
        assert row["digest"] == ""
        assert "git is gone" in row["tail"]

    def test_the_end_of_the_output_is_kept(self) -> None:
        assert ran("pytest", "x" * 5_000 + "\nend")["tail"].endswith("end")
        assert len(ran("pytest", "x" * 5_000)["tail"]) == 2_000

    def test_names_of_failing_tests_are_relative_to_the_project(self) -> None:
        row = ran("cd sub && pytest", "FAILED tests/t.py::a - x\n1 failed in 0.1s", 1)
        assert row["summary"] is not None
        assert row["summary"]["failing"] == ["sub/tests/t.py::a"]

    def test_a_background_shell_is_recorded_whatever_it_runs(self) -> None:
        row = ran("npm start", "", backgroundTaskId="b1")
        assert (row["shell"], row["exit"], row["runner"]) == ("b1", None, None)

    def test_other_tools_are_not_recorded(self) -> None:
        assert record({**bash("pytest", PASSES), "tool_name": "Monitor"}, [], lambda: "d", ROOT) is None


class TestFiled:
    REVIEW = '{"task": "T3"}\n'

    def test_a_review_from_a_here_document_is_known_by_its_digest(self) -> None:
        row = ran(f"task-planner file T3 <<'EOF'\n{self.REVIEW}EOF", "filed")
        assert (row["filed"], row["task"]) == (filed_sha(self.REVIEW), "T3")

    def test_else_by_the_digest_that_was_printed(self) -> None:
        row = ran("cat review.json | task-planner file T3", f"Filed {filed_sha(self.REVIEW)}")
        assert row["filed"] == filed_sha(self.REVIEW)

    @pytest.mark.parametrize(
        "command",
        [
            "echo task-planner file T3",
            "cat x | task-planner file T3; echo " + "a" * 64,
            "task-planner status",
            "cat x | task-planner file T3 > log",
        ],
    )
    def test_nothing_is_filed_by(self, command: str) -> None:
        row = recorded(command, "a" * 64)
        assert row is None or "filed" not in row

    def test_a_call_that_failed_filed_nothing(self) -> None:
        assert recorded(f"task-planner file T3 <<'EOF'\n{self.REVIEW}EOF", "no", 1) is None


class TestFile:
    def test_rows_are_read_back_in_order(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a.jsonl")
        rows = [ran("pytest"), ran("pytest -q", "é\n", 1)]
        for row in rows:
            append(path, row)
        assert read_runs(path) == rows

    def test_no_file_is_no_runs(self, tmp_path: Path) -> None:
        assert read_runs(str(tmp_path / "none")) == []

    def test_torn_lines_and_other_shapes_are_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        append(str(path), ran("pytest"))
        with path.open("ab") as stream:
            stream.write(
                b'{"command": "torn\n[]\n{"command": 1}\n'
                b'\xff\xfe\n{"command": "x", "flags": [], "exit": "0"}\n{"comm'
            )
        append(str(path), ran("pytest -q"))
        assert [row["command"] for row in read_runs(str(path))] == ["pytest", "pytest -q"]

    def test_fifty_writers_at_once_lose_nothing(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a.jsonl")
        row = ran("pytest", "x" * 3_000)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: append(path, row), range(50)))
        assert len(read_runs(path)) == 50


def test_recording_needs_only_the_cheap_part_of_the_standard_library() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "import planweir.evidence.runs, planweir.evidence.judge\n"
        "from planweir.evidence.runners import runners; runners()\n"
        "dear = 'typing dataclasses pathlib subprocess shlex logging argparse datetime "
        "tempfile shutil hashlib'.split()\n"
        "print(*[name for name in dear if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(SCRIPTS)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_a_row_is_one_line_of_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    append(str(path), ran("pytest -q\n", "line\u2028separator \udcff"))
    assert len(path.read_bytes().splitlines()) == 1
    assert json.loads(path.read_text())["command"] == "pytest -q\n"
    assert os.stat(path).st_mode & 0o077 == 0
