"""Captured runs of every known runner: judged as they were, with what failed named by its file."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence import make_samples, more_runs, sampled
from tests.unit.evidence.calls import ROOT, bash, verdict
from tests.unit.evidence.sampled.told import TOLD

from planweir.evidence.runners import read_all, runners
from planweir.evidence.runs import Row, record
from planweir.gate.commands import Ran
from planweir.gate.summary import named_failures, summary_of
from planweir.values import number_or


class Sample(TypedDict):
    runner: str
    scenario: str
    cmd: str
    rc: int
    out: str
    expect: str


DATA = Path(__file__).parent / "data"
SAMPLES: list[Sample] = [
    sample for name in ("runner-samples.json", "more-runner-samples.json") for sample in json.loads((DATA / name).read_text())
]
# Forms that a runner is told to print in place of its own: their samples are of that runner.
FORMATS = {"junit"}
KNOWN = [sample for sample in SAMPLES if sample["runner"] in runners()]
FILES = {(runner, scenario): files for runner, scenario, files, _command, _means in (*make_samples.RUNS, *more_runs.RUNS)}
# What the samples call a result -> the reasons of a verdict.
MEANS = {"pass": "ok", "fail": "failed", "none": "empty"}


def told(sample: Sample) -> str:
    return f"{sample['runner']} {sample['scenario']}"


def test_there_are_samples_of_every_runner() -> None:
    counts = Counter(sample["runner"] for sample in KNOWN)
    elsewhere = {row[0] for row in (*sampled.RUNS, *TOLD)} - set(counts)  # test_recorded.py
    assert set(runners()) - FORMATS - elsewhere == set(counts)
    assert min(counts.values()) >= 3


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project with the files that say what tox and nox run."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("tox.ini", "noxfile.py", "test_skip.py", "test_none.py", "test_broken.py"):
        (folder / name).write_text("")
    return str(folder)


def reason(sample: Sample, root: str, behind: str = "", status: int | None = None) -> tuple[str, Row]:
    where = root if runners()[sample["runner"]].says else ROOT
    event = bash(sample["cmd"] + behind, sample["out"], sample["rc"] if status is None else status, where)
    row = record(event, [], lambda: "now", where)
    assert row is not None
    return verdict(row)["reason"], row


@pytest.mark.parametrize("sample", KNOWN, ids=told)
class TestEverySample:
    def test_is_judged_as_it_was(self, sample: Sample, scripted: str) -> None:
        judged, row = reason(sample, scripted)
        assert row["runner"] == sample["runner"]
        assert judged == MEANS[sample["expect"]], row["summary"]

    def test_is_judged_alike_where_only_the_summary_speaks(self, sample: Sample, scripted: str) -> None:
        """Behind `| tail` the exit status is seen of none; without a summary, or of a script, nothing is known."""
        judged, row = reason(sample, scripted, " 2>&1 | tail -100", 0)
        assert judged == MEANS[sample["expect"]] or (
            judged == "unread" and (row["summary"] is None or runners()[sample["runner"]].says != ())
        )

    def test_is_read_by_no_other_runner(self, sample: Sample) -> None:
        read = {name for name, runner in runners().items() if runner.read(sample["out"]) is not None}
        if runners()[sample["runner"]].says:
            read -= {"pytest", sample["runner"]}
            assert not read
        elif re.search(r"tap|unit", sample["cmd"]):
            assert len(read) <= 1
        else:
            assert read <= {sample["runner"]}

    def test_contradicts_an_exit_status_that_says_otherwise(self, sample: Sample, scripted: str) -> None:
        if sample["expect"] != "none":
            assert reason(sample, scripted, status=int(not sample["rc"]))[0] in ("failed", "unread")

    def test_is_the_same_for_the_gate(self, sample: Sample) -> None:
        summary = summary_of(sample["out"], ROOT)
        passed = None if summary is None else number_or(summary, "passed")
        ran_by_gate = Ran(sample["cmd"], sample["rc"], 0.1, sample["out"], passed, named_failures(summary))
        if sample["expect"] == "fail" and not sample["rc"]:
            return  # of the plan's own commands the exit status decides
        assert ran_by_gate.ok == (sample["expect"] == "pass")
        assert ran_by_gate.none_ran == (sample["expect"] == "none" and sample["rc"] == 0)


NAMES: list[tuple[str, str, list[str]]] = [
    (
        "unittest",
        "fail",
        [
            "tests/test_fail.py::T.test_b",
            "tests/test_fail.py::T.test_a",
            "tests/test_fail.py::T.test_e (i=1)",
            "tests/test_fail.py::T.test_d",
        ],
    ),
    ("unittest", "set-up", ["tests/test_setup.py::T.setUpClass"]),
    ("unittest", "import", []),
    ("jest", "fail", ["t/fail.test.js::sum › loses", "t/fail.test.js::throws"]),
    ("jest", "colour", ["t/fail.test.js::sum › loses", "t/fail.test.js::throws"]),
    ("vitest", "fail", ["v/fail.test.mjs::sum > loses", "v/fail.test.mjs::throws"]),
    ("vitest", "verbose", ["v/fail.test.mjs::sum > loses", "v/fail.test.mjs::throws"]),
    ("node", "fail-tap", ["n/fail.test.js::loses", "n/fail.test.js::throws"]),
    ("node", "fail-spec", ["n/fail.test.js::loses", "n/fail.test.js::throws"]),
    ("node", "broken-tap", []),
    ("node", "broken-spec", []),
    ("go", "fail", ["f/f_test.go::TestB", "f/f_test.go::TestC/two"]),
    ("go", "fail-verbose", ["f/f_test.go::TestB", "f/f_test.go::TestC/two"]),
    ("go", "fail-json", ["f/f_test.go::TestB", "f/f_test.go::TestC/two"]),
    ("go", "build-failed", []),
    ("cargo", "fail", ["src/sums.rs::sums::tests::loses"]),
    (
        "cargo",
        "fail-all",
        [
            "src/sums.rs::sums::tests::loses",
            "tests/it.rs::breaks",
            "src/sums.rs::src/sums.rs - sums::two (line 1)",
        ],
    ),
]


def recorded_in(folder: Path, runner: str, scenario: str, root: Path) -> list[str]:
    sample = next(row for row in SAMPLES if (row["runner"], row["scenario"]) == (runner, scenario))
    for name, text in FILES[(runner, scenario)].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    output = sample["out"].replace("/home/dev/app", str(folder))
    row = record(bash(sample["cmd"], output, sample["rc"], str(folder)), [], lambda: "now", str(root))
    assert row is not None and row["summary"] is not None
    return row["summary"]["failing"]


@pytest.mark.parametrize(("runner", "scenario", "names"), NAMES, ids=lambda value: value if isinstance(value, str) else "")
class TestNames:
    def test_of_what_failed_begin_with_its_file(
        self, tmp_path: Path, runner: str, scenario: str, names: list[str]
    ) -> None:
        assert recorded_in(tmp_path, runner, scenario, tmp_path) == names

    def test_are_relative_to_the_project(
        self, tmp_path: Path, runner: str, scenario: str, names: list[str]
    ) -> None:
        found = recorded_in(tmp_path / "sub", runner, scenario, tmp_path)
        assert found == [f"sub/{name}" for name in names]


def test_a_failure_whose_file_is_not_there_is_not_named_and_so_never_forgiven() -> None:
    sample = next(row for row in SAMPLES if (row["runner"], row["scenario"]) == ("go", "fail"))
    assert summary_of(sample["out"], "/nowhere") is not None
    assert named_failures(summary_of(sample["out"], "/nowhere")) is None


def test_a_panic_hides_the_tests_behind_it() -> None:
    sample = next(row for row in SAMPLES if (row["runner"], row["scenario"]) == ("go", "panic"))
    summary = runners()["go"].read(sample["out"])
    assert summary is not None and summary["cut"]


FAILING = [sample for sample in KNOWN if sample["expect"] == "fail" and runners()[sample["runner"]].read(sample["out"])]
PASSING = [sample for sample in KNOWN if sample["expect"] == "pass"]


LONG = {
    "counts of bun": " 1 pass\n",
    "counts of playwright": "  1 failed\n",
    "names of playwright": "    a.ts:1:1 › x ─\n",
    "points": "not ok 1 - a\n",
    "spaces": "     ",
    "digits": "11111",
    "reports": "<testsuite>\n",
    "reports of one line": "<testsuite>",
    "prove": "a (Wstat: 1 ",
    "ends of node's TAP": "# cancelled 1\n",
    "headings": "PASS a.js\n  ● x\n",
    "lines of tox": "a: command failed ",
    "blank": "\n",
}


class TestAnyText:
    @pytest.mark.parametrize("piece", LONG.values(), ids=LONG.keys())
    def test_of_any_length_is_read_in_a_moment(self, piece: str) -> None:
        text = piece * 20_000
        for name, runner in runners().items():
            began = time.process_time()
            runner.read(text)
            assert time.process_time() - began < 3, name

    @given(st.text())
    def test_can_be_read_by_all(self, text: str) -> None:
        read_all(text, ROOT)

    @settings(max_examples=200)
    @given(st.sampled_from(KNOWN), st.data())
    def test_also_what_is_left_of_a_real_output(self, sample: Sample, data: st.DataObject) -> None:
        lines = sample["out"].split("\n")
        kept = data.draw(st.lists(st.sampled_from(lines), max_size=40))
        for runner in runners().values():
            runner.read("\n".join(kept))

    @given(st.sampled_from(FAILING), st.text(max_size=200), st.sampled_from(PASSING))
    def test_round_a_failing_summary_is_never_a_pass(self, failing: Sample, text: str, passing: Sample) -> None:
        for output in (
            f"{text}\n{failing['out']}\n{text}",
            f"{failing['out']}\n{passing['out']}",
            f"{passing['out']}\n{failing['out']}",
        ):
            summary = read_all(output, ROOT)
            assert summary is not None
            assert summary["failed"] or summary["errors"] or summary["cut"]


FIRST = {sample["runner"]: sample for sample in reversed(PASSING)}


@pytest.mark.parametrize("failing", FAILING, ids=told)
def test_no_pass_of_another_runner_hides_a_failure(failing: Sample) -> None:
    for passing in FIRST.values():
        for output in (f"{failing['out']}\n{passing['out']}", f"{passing['out']}\n{failing['out']}"):
            summary = read_all(output, ROOT)
            assert summary is not None
            assert summary["failed"] or summary["errors"] or summary["cut"], passing["runner"]


# go does not tell its tests without -v, and the end of its JSON tells nothing of a package that could not be built.
TELLS_LITTLE = {("go", "build-failed-json"), ("go", "skip-verbose")}
NOT_PASSED = [
    sample for sample in KNOWN if sample["expect"] != "pass" and (sample["runner"], sample["scenario"]) not in TELLS_LITTLE
]


@pytest.mark.parametrize("sample", NOT_PASSED, ids=told)
def test_no_end_of_a_run_that_did_not_pass_is_taken_for_a_pass(sample: Sample, scripted: str) -> None:
    """`| tail -3` may cut off what failed."""
    lines = sample["out"].rstrip("\n").split("\n")
    for most in range(1, 16):
        end = "\n".join(lines[-most:])
        for shown in (end, end.strip()):
            cut: Sample = {**sample, "out": shown}
            assert reason(cut, scripted, f" 2>&1 | tail -{most}", 0)[0] != "ok", shown
