"""The parts together: a real repository, a real run, its record on file, and the verdict on it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.unit.evidence.calls import bash, really

from planweir.evidence import tree
from planweir.evidence.judge import judge
from planweir.evidence.runs import append, read_runs, record

SCOPE = [r"src/.*", r"tests/.*"]
VERIFY = ["python -m pytest -q"]


class Work:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs = str(root.parent / "a1.jsonl")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_text(text)

    def digest(self) -> str:
        return tree.digest(str(self.root), SCOPE)

    def check(self) -> None:
        status, output = really([sys.executable, "-m", "pytest", "-q"], self.root)
        row = record(bash(VERIFY[0], output, status, str(self.root)), VERIFY, self.digest, str(self.root))
        assert row is not None
        append(self.runs, row)

    def reason(self) -> str:
        return judge(read_runs(self.runs), VERIFY, self.digest(), [], True)["reason"]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    work = Work(tmp_path / "project")
    work.root.mkdir()
    really(["git", "init", "-q"], work.root)
    work.write("tests/test_one.py", "def test_one():\n    assert False\n")
    return work


def test_evidence_comes_and_goes_with_the_files(work: Work) -> None:
    assert work.reason() == "none"
    work.check()
    assert work.reason() == "failed"
    work.write("tests/test_one.py", "def test_one():\n    assert True\n")
    assert work.reason() == "failed"
    work.check()
    assert work.reason() == "ok"
    work.write("README", "outside of the task's files")
    assert work.reason() == "ok"
    work.write("src/late.py", "x = 1\n")
    assert work.reason() == "stale"
    (work.root / "src" / "late.py").unlink()
    assert work.reason() == "ok"
