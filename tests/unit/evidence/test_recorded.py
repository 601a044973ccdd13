"""Runs of the runners that build first (`sampled/`): each is judged as it was, by the whole way from the event to the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence import sampled
from tests.unit.evidence.calls import ROOT, bash, verdict
from tests.unit.evidence.sampled.told import TOLD

from planweir.evidence.runners import read_all, runners
from planweir.evidence.runs import Row, record
from planweir.gate.commands import Ran
from planweir.gate.summary import named_failures, summary_of
from planweir.values import number_or

DATA = Path(__file__).parent / "data" / "samples"
MEANS = {"pass": "ok", "fail": "failed", "none": "empty", "unread": "unread"}
# Runners of one family: what one prints, the other reads too.
FAMILY = {"gotestsum": {"go"}, "go": {"gotestsum"}, "nextest": {"cargo"}, "cargo": {"nextest"}}


class Sample(TypedDict, total=False):
    runner: str
    scenario: str
    cmd: str
    rc: int
    out: str
    expect: str
    left: dict[str, str]  # files that the run wrote


def _all() -> list[Sample]:
    found: list[Sample] = []
    for file in sorted(DATA.glob("*.json")):
        found += json.loads(file.read_text())
    for runner, scenario, command, status, output, means in TOLD:
        found.append({"runner": runner, "scenario": scenario, "cmd": command, "rc": status, "out": output, "expect": means})
    return found


SAMPLES = _all()
FILES = {(runner, scenario): files for runner, scenario, files, _command, _means in sampled.RUNS}


def told(sample: Sample) -> str:
    return f"{sample['runner']} {sample['scenario']}"


def laid(sample: Sample, folder: Path) -> str:
    """The files of the sample in a folder; its output as if it had run there."""
    for name, text in {**FILES.get((sample["runner"], sample["scenario"]), {}), **sample.get("left", {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return sample["out"].replace("/home/dev/app", str(folder))


def row_of(sample: Sample, folder: Path, command: str | None = None, status: int | None = None) -> Row:
    event = bash(
        sample["cmd"] if command is None else command, laid(sample, folder), sample["rc"] if status is None else status, str(folder)
    )
    row = record({**event, "duration_ms": 15_000}, [], lambda: "now", str(folder))
    assert row is not None
    return row


def test_there_are_samples_of_every_kind() -> None:
    assert {(sample["runner"], sample["scenario"]) for sample in SAMPLES} >= set(FILES)
    for name in {sample["runner"] for sample in SAMPLES}:
        assert {"pass", "fail", "none"} <= {sample["expect"] for sample in SAMPLES if sample["runner"] == name}, name


@pytest.mark.parametrize("sample", SAMPLES, ids=told)
class TestEverySample:
    def test_is_judged_as_it_was(self, sample: Sample, tmp_path: Path) -> None:
        row = row_of(sample, tmp_path)
        assert row["runner"] == sample["runner"]
        assert verdict(row)["reason"] == MEANS[sample["expect"]], row["summary"]

    def test_is_judged_alike_where_only_the_summary_speaks(self, sample: Sample, tmp_path: Path) -> None:
        """Behind `| tail` the exit status is seen of none; without a summary nothing is known."""
        row = row_of(sample, tmp_path, sample["cmd"] + " 2>&1 | tail -100", 0)
        reason = verdict(row)["reason"]
        assert reason == MEANS[sample["expect"]] or (row["summary"] is None and reason == "unread")

    def test_is_read_by_no_other_runner(self, sample: Sample) -> None:
        read = {name for name, runner in runners().items() if runner.read(sample["out"]) is not None}
        assert read <= {sample["runner"]} | FAMILY.get(sample["runner"], set())

    def test_contradicts_an_exit_status_that_says_otherwise(self, sample: Sample, tmp_path: Path) -> None:
        if sample["expect"] in ("pass", "fail") and "ignore" not in sample["scenario"]:
            assert verdict(row_of(sample, tmp_path, status=int(not sample["rc"])))["reason"] in ("failed", "unread")

    def test_is_the_same_for_the_gate(self, sample: Sample, tmp_path: Path) -> None:
        output = laid(sample, tmp_path)
        summary = summary_of(output, str(tmp_path))
        passed = None if summary is None else number_or(summary, "passed")
        ran_by_gate = Ran(sample["cmd"], sample["rc"], 0.1, output, passed, named_failures(summary))
        if summary is None:  # the exit status alone speaks there
            assert ran_by_gate.ok == (sample["rc"] == 0)
            return
        if sample["rc"] == 0 and sample["expect"] != "fail":
            assert ran_by_gate.ok == (sample["expect"] == "pass")
        assert ran_by_gate.none_ran == (sample["expect"] == "none" and sample["rc"] == 0)


NAMES: list[tuple[str, str, list[str]]] = [
    ("gotestsum", "fail", ["f/f_test.go::TestB", "f/f_test.go::TestC/two", "f/f_test.go::TestC"]),
    ("gotestsum", "retried-in-vain", ["f/f_test.go::TestB", "f/f_test.go::TestC/two", "f/f_test.go::TestC"]),
    ("nextest", "fail", ["src/sums.rs::sums::tests::loses"]),
    ("nextest", "fail-all", ["src/sums.rs::sums::tests::loses", "tests/it.rs::breaks"]),
    ("nextest", "several-one-fails", ["two/src/lib.rs::twos"]),
    ("nextest", "time-limit-of-a-test", ["tests/it.rs::it"]),
    ("nextest", "aborts", ["tests/it.rs::it"]),
    ("maven", "fail", ["src/test/java/FTest.java::FTest.b", "src/test/java/FTest.java::FTest.e"]),
    ("maven", "fail-quiet", ["src/test/java/FTest.java::FTest.b", "src/test/java/FTest.java::FTest.e"]),
    ("gradle", "fail", ["src/test/java/FTest.java::FTest.b", "src/test/java/FTest.java::FTest.e"]),
    ("rspec", "fail", ["f_spec.rb::sum loses"]),
    ("rspec", "colour", ["f_spec.rb::sum loses"]),
    ("rspec", "error-outside", []),
    ("phpunit", "fail", ["tests/FTest.php::FTest::testB", 'tests/FTest.php::FTest::testC with data set "two"']),
    ("phpunit", "error", ["tests/ETest.php::ETest::testA", "tests/ETest.php::ETest::testB"]),
    ("ctest", "fail", []),
    ("mix", "fail", ["test/ex_test.exs::test b", "test/ex_test.exs::test c"]),
    ("mix", "colour", ["test/ex_test.exs::test b", "test/ex_test.exs::test c"]),
    ("cargo", "several-one-fails", ["two/src/lib.rs::twos"]),
    ("go", "several-one-fails", ["f/f_test.go::TestB", "f/f_test.go::TestC/two"]),
]


def sample_of(runner: str, scenario: str) -> Sample:
    return next(row for row in SAMPLES if (row["runner"], row["scenario"]) == (runner, scenario))


@pytest.mark.parametrize(("runner", "scenario", "names"), NAMES, ids=lambda value: value if isinstance(value, str) else "")
def test_names_of_what_failed_begin_with_its_file(tmp_path: Path, runner: str, scenario: str, names: list[str]) -> None:
    summary = row_of(sample_of(runner, scenario), tmp_path)["summary"]
    assert summary is not None
    assert summary["failing"] == names


class TestWhatAFileTells:
    def test_names_of_dotnet_are_the_innermost_file_of_the_stack(self, tmp_path: Path) -> None:
        file = tmp_path / "tests/Shop.Tests/CartTests.cs"
        file.parent.mkdir(parents=True)
        file.write_text("")
        for scenario in ("fail", "terminal-fail"):
            summary = row_of(sample_of("dotnet", scenario), tmp_path)["summary"]
            assert summary is not None
            assert summary["failing"] == ["tests/Shop.Tests/CartTests.cs::Shop.Tests.CartTests.Adds"]

    def test_names_of_swift_are_the_files_of_the_assertions(self, tmp_path: Path) -> None:
        file = tmp_path / "Tests/ShopTests/CartTests.swift"
        file.parent.mkdir(parents=True)
        file.write_text("")
        summary = row_of(sample_of("swift", "fail"), tmp_path)["summary"]
        assert summary is not None
        assert summary["failing"] == ["Tests/ShopTests/CartTests.swift::CartTests.testAdds"]


FAILING = [sample for sample in SAMPLES if sample["expect"] == "fail" and runners()[sample["runner"]].read(sample["out"])]
PASSING = [sample for sample in SAMPLES if sample["expect"] == "pass"]


class TestAnyText:
    @settings(max_examples=150)
    @given(st.sampled_from(SAMPLES), st.data())
    def test_also_what_is_left_of_a_real_output_can_be_read_by_all(self, sample: Sample, data: st.DataObject) -> None:
        lines = sample["out"].split("\n")
        kept = data.draw(st.lists(st.sampled_from(lines), max_size=40))
        for runner in runners().values():
            runner.read("\n".join(kept))

    @pytest.mark.parametrize("runner", sorted({sample["runner"] for sample in FAILING}))
    def test_no_pass_of_the_same_runner_hides_a_failure(self, runner: str) -> None:
        read = runners()[runner].read
        for failing in (sample["out"] for sample in FAILING if sample["runner"] == runner):
            for passing in (sample["out"] for sample in PASSING if sample["runner"] == runner):
                for output in (f"{failing}\n{passing}", f"{passing}\n{failing}"):
                    summary = read(output)
                    assert summary is not None
                    assert summary["failed"] or summary["errors"] or summary["cut"]

    @given(st.sampled_from(FAILING), st.text(max_size=200), st.sampled_from(PASSING))
    def test_round_a_failing_summary_is_never_a_pass(self, failing: Sample, text: str, passing: Sample) -> None:
        for output in (f"{text}\n{failing['out']}\n{text}", f"{failing['out']}\n{passing['out']}", f"{passing['out']}\n{failing['out']}"):
            summary = read_all(output, ROOT)
            assert summary is not None
            assert summary["failed"] or summary["errors"] or summary["cut"]
