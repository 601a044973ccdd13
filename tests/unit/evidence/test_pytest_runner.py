from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.calls import FAILS, bash, really, verdict

from planweir.evidence.runners import find, runners
from planweir.evidence.runners.pytest import read
from planweir.evidence.runs import record
from planweir.evidence.wrappers import unwrap

SAMPLES = json.loads((Path(__file__).parent / "data" / "pytest-samples.json").read_text())
# What the samples call a result -> the reasons of a verdict.
MEANS = {"pass": "ok", "fail": "failed", "none": "empty"}


def test_every_module_of_the_folder_is_a_runner() -> None:
    assert runners()["pytest"].name == "pytest"


class TestRecognise:
    @pytest.mark.parametrize(
        "command",
        [
            "pytest",
            "py.test -q",
            "python -m pytest",
            "python3 -m pytest -q",
            "python3.12 -B -m pytest",
            "python -X dev -W error -m pytest",
            "python -Im pytest",
            "/usr/bin/python3 -m pytest",
            ".venv/bin/pytest",
            ".venv/bin/python -m pytest",
            "./venv/bin/pytest -q",
            "/home/dev/app/.venv/bin/pytest",
            "uv run pytest",
            "uv run --extra dev --with hypothesis pytest -q",
            "uv run -m pytest",
            "uv run -- pytest",
            "uv run python -m pytest",
            "uv --quiet run pytest",
            "uvx pytest",
            "uv tool run pytest",
            "poetry run pytest",
            "poetry -C sub run pytest",
            "pipenv run python -m pytest",
            "hatch run pytest",
            "hatch run test:pytest -q",
            "hatch -e py312 run pytest",
            "env A=1 B=2 pytest",
            "env -u X pytest",
            "timeout 60 pytest",
            "timeout -k 5 60s pytest -q",
            "A=1 pytest",
            "coverage run -m pytest",
            "coverage run --branch --source src -m pytest -q",
            "coverage run --source=src -m pytest",
            "python -m coverage run -m pytest",
            "uv run coverage run -m pytest",
            "poetry run env A=1 timeout 9 pytest",
            "nice -n 5 pytest",
            "nohup pytest",
            "pdm run pytest",
            "rye run pytest",
        ],
    )
    def test_pytest_is_recognised_through(self, command: str) -> None:
        hit = find(command.split(), "/home/dev/app")
        assert hit is not None
        assert hit[0].name == "pytest"

    @pytest.mark.parametrize(
        "command",
        [
            "echo pytest",
            "grep pytest README",
            "cat pytest",
            "./pytest",
            "bin/pytest",
            "/home/dev/app/bin/pytest",
            "scripts/pytest -q",
            "python pytest.py",
            "python -c pytest",
            "python -m pytest_cov",
            "python -m pip install pytest",
            "pip install pytest",
            "uv pip install pytest",
            "uv add pytest",
            "uv run ruff check",
            "poetry add pytest",
            "coverage report",
            "coverage run pytest.py",
            "command -v pytest",
            "which pytest",
            "python3 tests/pytest",
            "pytest-watch",
            "git commit -m pytest",
            "timeout 60 echo pytest",
            "env",
            "uv run",
            "make pytest",
        ],
    )
    def test_pytest_is_not_recognised_in(self, command: str) -> None:
        assert find(command.split(), "/home/dev/app") is None

    def test_words_that_cannot_be_known_are_no_runner(self) -> None:
        assert find([None, "-q"], None) is None
        assert find([], None) is None
        assert find(["uv", "run", None], None) is None

    @given(
        st.lists(
            st.one_of(
                st.none(),
                st.text(max_size=8),
                st.sampled_from(["uv", "run", "env", "timeout", "-m", "--", "python"]),
            )
        )
    )
    def test_any_words_can_be_unwrapped(self, words: list[str | None]) -> None:
        assert len(unwrap(words)) <= len(words) + 1
        find(words, "/home/dev/app")

    def test_arguments_are_those_of_pytest(self) -> None:
        hit = find(["uv", "run", "--extra", "dev", "python", "-m", "pytest", "-q", "tests"], None)
        assert hit is not None
        assert hit[1] == ["-q", "tests"]


class TestSelection:
    @pytest.mark.parametrize(
        "args",
        [
            "-k fast",
            "-kfast",
            "-m slow",
            "--lf",
            "--last-failed",
            "--deselect=x",
            "--ignore tests/x",
            "tests/t.py::a",
            "--sw",
            "-q -k a",
        ],
    )
    def test_options_that_leave_tests_out_narrow(self, args: str) -> None:
        assert runners()["pytest"].selection(args.split(), "/home/dev/app")[0] is True

    @pytest.mark.parametrize(
        "args",
        [
            "",
            "-q",
            "-x --maxfail 1",
            "-p no:cacheprovider",
            "-n 4",
            "--tb short -rA",
            "-W error",
            "--cov=src",
            "tests",
        ],
    )
    def test_other_options_do_not(self, args: str) -> None:
        assert runners()["pytest"].selection(args.split(), "/home/dev/app")[0] is False

    def test_named_paths_are_told(self) -> None:
        assert runners()["pytest"].selection(["-q", "--tb", "short", "tests/a.py", "-p", "x", "tests/b"], "/home/dev/app")[
            1
        ] == [
            "tests/a.py",
            "tests/b",
        ]


class TestRead:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["scenario"]))
    def test_captured_runs_are_judged_as_they_were(self, sample: dict[str, str]) -> None:
        event = bash(sample["cmd"], sample["out"], int(sample["rc"]), cwd="/home/dev/tr/py")
        row = record(event, [], lambda: "now", "/home/dev/tr/py")
        assert verdict(row)["reason"] == MEANS[sample["expect"]]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("==== 2 passed in 0.01s ====", (2, 0, 0)),
            ("2 passed in 0.01s", (2, 0, 0)),
            ("2 passed, 1 warning in 75.20s (0:01:15)", (2, 0, 0)),
            ("=== 1 failed, 1 passed in 0.04s ===", (1, 1, 0)),
            ("9 passed, 1 error in 1.00s", (9, 0, 1)),
            ("=== 2 errors in 0.23s ===", (0, 0, 2)),
            ("=== no tests ran in 0.04s ===", (0, 0, 0)),
            ("=== 2 deselected in 0.01s ===", (0, 0, 0)),
            ("=== 1 skipped in 0.02s ===", (0, 0, 0)),
            ("=== 1 passed, 3 subtests passed in 0.02s ===", (4, 0, 0)),
            ("=== 1 failed, 1 passed, 2 rerun in 0.02s ===", (1, 1, 0)),
            ("1 passed, 2 snapshots failed in 0.02s", (1, 2, 0)),
            ("no tests collected (2 deselected) in 0.01s", (0, 0, 0)),
            ("1 test collected, 1 error in 0.01s", (0, 0, 1)),
            ("\x1b[32m\x1b[1m2 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m", (2, 0, 0)),
            ("\x1b[31m\x1b[1m1 failed\x1b[0m, \x1b[32m1 passed\x1b[0m\x1b[31m in 0.10s\x1b[0m\r", (1, 1, 0)),
        ],
    )
    def test_summary_lines(self, line: str, expected: tuple[int, int, int]) -> None:
        summary = read(f"x\n{line}\n")
        assert summary is not None
        assert (summary["passed"], summary["failed"], summary["errors"]) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "...  [100%]",
            "we have 5 passed in review",
            "  5 passed in 0.1s",
            "5 items in 0.1s",
            "> 5 passed in 0.1s",
            "tests/a.py ....  [100%]\n",
            "5 passed",
        ],
    )
    def test_what_is_no_summary_line(self, text: str) -> None:
        assert read(text) is None

    def test_failed_and_error_lines_give_names(self) -> None:
        summary = read(
            "FAILED tests/test_a.py::test_x[a b] - assert 0\nERROR tests/test_b.py\n"
            "ERROR tests/c.py::test_y - OSError\n"
            "ERROR    root:x.py:3 logged\nERROR: usage\nFAILED\n1 failed, 2 errors in 1.0s\n"
        )
        assert summary is not None
        assert summary["failing"] == ["tests/test_a.py::test_x[a b]", "tests/test_b.py", "tests/c.py::test_y"]

    def test_a_pass_read_after_a_failure_does_not_hide_it(self) -> None:
        summary = read(FAILS + "\n8 passed in 0.1s\n")
        assert summary is not None
        assert summary["failed"] == 1

    @pytest.mark.parametrize(
        "line",
        [
            "!!!!!!!! KeyboardInterrupt !!!!!!!!",
            "!!!!! _pytest.outcomes.Exit: enough !!!!!",
            "INTERNALERROR> x",
            "ERROR: Coverage failure: total of 50 is less than fail-under=90",
            "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%",
        ],
    )
    def test_a_run_that_did_not_end_well_is_told(self, line: str) -> None:
        summary = read(f"{line}\n3 passed in 0.1s\n")
        assert summary is not None
        assert summary["cut"] is True

    @given(st.text())
    def test_any_output_can_be_read(self, output: str) -> None:
        read(output)

    @given(
        st.dictionaries(
            st.sampled_from(["failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "errors"]),
            st.integers(0, 99_999),
            min_size=1,
        ),
        st.booleans(),
        st.text(st.characters(blacklist_characters="=\x1b", blacklist_categories=["Cs"]), max_size=40),
    )
    def test_counts_are_read_back_from_any_line(
        self, counts: dict[str, int], ruled: bool, before: str
    ) -> None:
        line = ", ".join(f"{number} {word}" for word, number in counts.items()) + " in 1.23s"
        summary = read(f"{before}\n" + (f"===== {line} =====" if ruled else line))
        assert summary is not None
        for word, number in counts.items():
            assert summary[word] >= number  # type: ignore[literal-required]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    files = {
        "pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\n",
        "test_good.py": "def test_a(): pass\ndef test_b(): pass\n",
        "test_bad.py": "def test_a(): pass\ndef test_b(): assert 0\n",
        "test_broken.py": "import nothing_of_that_name\n",
        "test_skipped.py": "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n",
        "test_empty.py": "",
        "test_says.py": "def test_a():\n    print('\\n5 passed in 0.10s')\n    assert 0\n",
        "test_stops.py": "import pytest\ndef test_a(): pass\ndef test_b(): pytest.exit('enough')\n",
        "lies/conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n",
        "lies/test_bad.py": "def test_b(): assert 0\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ("test_good.py", "ok"),
        ("-q --color=yes test_good.py", "ok"),
        ("test_good.py test_bad.py", "failed"),
        ("-q --color=yes test_bad.py", "failed"),
        ("test_broken.py test_good.py", "failed"),
        ("test_skipped.py", "empty"),
        ("test_empty.py", "empty"),
        ("-k nothing test_good.py", "empty"),
        ("-qq test_good.py", "unread"),
        ("-qq test_bad.py", "failed"),
        ("--co -q test_good.py", "empty"),
        ("not_there.py", "empty"),
        ("-s test_says.py", "failed"),
        ("test_stops.py", "failed"),
        ("lies", "failed"),
    ],
)
def test_real_runs(project: Path, args: str, reason: str) -> None:
    status, output = really([sys.executable, "-m", "pytest", *args.split()], project)
    row = record(
        bash(f"python -m pytest {args}", output, status, str(project)), [], lambda: "now", str(project)
    )
    assert verdict(row)["reason"] == reason, output
