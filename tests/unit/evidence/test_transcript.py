from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from tests.unit.evidence.calls import FAILS, PASSES, ROOT, verdict

from planweir.evidence.transcript import LONGEST_LINE, runs_from_transcript
from planweir.shell.scan import Scan, scan


class Transcript:
    """Writes what the host writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calls = 0
        path.write_text("")

    def entry(self, kind: str, block: object, **more: object) -> None:
        line = {
            "type": kind,
            "isSidechain": True,
            "agentId": "a1",
            "cwd": ROOT,
            "timestamp": "2026-11-20T17:38:14.510Z",
            "message": {"role": kind, "content": [block]},
            **more,
        }
        with self.path.open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def use(self, name: str, **tool_input: object) -> str:
        self.calls += 1
        identity = f"toolu_{self.calls}"
        self.entry("assistant", {"type": "tool_use", "id": identity, "name": name, "input": tool_input})
        return identity

    def result(self, identity: str, text: str = "", error: bool = False, **more: object) -> None:
        block: dict[str, object] = {"type": "tool_result", "tool_use_id": identity, "content": text}
        self.entry("user", {**block, "is_error": True} if error else block, **more)

    def bash(self, command: str, output: str = "", status: int = 0) -> None:
        text = f"Exit code {status}\n{output}" if status else output
        self.result(self.use("Bash", command=command), text, bool(status))

    def rows(self, *commands: str) -> list[tuple[str, int | None, str | None]]:
        rows = runs_from_transcript(str(self.path), commands, ROOT)
        return [(row["command"], row["exit"], row["digest"]) for row in rows]


@pytest.fixture
def transcript(tmp_path: Path) -> Transcript:
    return Transcript(tmp_path / "agent-a1.jsonl")


def test_runs_are_paired_with_their_results(transcript: Transcript) -> None:
    transcript.bash("pytest -q", FAILS, 1)
    transcript.bash("ls")
    transcript.bash("make check", "fine")
    transcript.bash("pytest -q", PASSES)
    assert transcript.rows("make check") == [
        ("pytest -q", 1, None),
        ("make check", 0, None),
        ("pytest -q", 0, None),
    ]


def test_a_row_is_judged_like_a_recorded_one(transcript: Transcript) -> None:
    transcript.bash("pytest -q", PASSES)
    row = runs_from_transcript(str(transcript.path), [], ROOT)[0]
    assert verdict(row)["ok"]
    assert row["at"] == pytest.approx(1795196294.51)


@pytest.mark.parametrize("tool", ["Edit", "Write", "NotebookEdit", "mcp__files__write", "SomethingNew"])
def test_a_run_before_a_write_of_the_same_agent_is_stale(transcript: Transcript, tool: str) -> None:
    transcript.bash("pytest", PASSES)
    transcript.result(transcript.use(tool, file_path=f"{ROOT}/a.py"))
    assert transcript.rows() == [("pytest", 0, "")]
    assert verdict(*runs_from_transcript(str(transcript.path), [], ROOT))["reason"] == "stale"
    transcript.bash("pytest", PASSES)
    assert transcript.rows()[-1] == ("pytest", 0, None)


@pytest.mark.parametrize(
    "command",
    [
        "echo x > a.py",
        "sed -i s/a/b/ a.py",
        "python fix.py",
        "git checkout a.py",
        "rm a.py",
        'eval "$X"',
        "sh x.sh",
    ],
)
def test_a_bash_call_that_could_have_written_is_a_write(transcript: Transcript, command: str) -> None:
    transcript.bash("pytest", PASSES)
    transcript.bash(command, "", 1)
    assert transcript.rows()[0][2] == ""


@pytest.mark.parametrize(
    "command",
    [
        "ls -la",
        "cat a.py",
        "git status",
        "git diff HEAD",
        "grep -r x . 2>/dev/null",
        "pytest --version",
        "cd sub && pwd",
    ],
)
def test_a_bash_call_that_only_reads_is_none(transcript: Transcript, command: str) -> None:
    transcript.bash("pytest", PASSES)
    transcript.bash(command)
    assert transcript.rows()[0][2] is None


def test_a_write_that_was_refused_is_none(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    transcript.result(transcript.use("Edit", file_path="a.py"), "Planweir [scope]: denied", error=True)
    transcript.result(transcript.use("Bash", command="echo x > a.py"), "Planweir [scope]: denied", error=True)
    assert transcript.rows() == [("pytest", 0, None)]


def test_a_write_while_the_run_was_under_way_makes_it_stale(transcript: Transcript) -> None:
    run = transcript.use("Bash", command="pytest")
    transcript.result(transcript.use("Write", file_path="a.py"))
    transcript.result(run, PASSES)
    assert transcript.rows() == [("pytest", 0, "")]


def test_a_write_without_a_result_makes_earlier_runs_stale(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    transcript.use("Write", file_path="a.py")
    assert transcript.rows() == [("pytest", 0, "")]


def test_a_call_that_was_denied_is_no_run(transcript: Transcript) -> None:
    transcript.result(transcript.use("Bash", command="pytest"), "Permission denied", error=True)
    assert transcript.rows() == []


def test_text_that_looks_like_a_run_is_none(transcript: Transcript) -> None:
    transcript.entry("assistant", {"type": "text", "text": "I ran pytest: 5 passed in 0.1s"})
    transcript.entry("user", {"type": "tool_result", "tool_use_id": "toolu_9", "content": PASSES})
    transcript.entry("user", {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "pytest"}})
    assert transcript.rows() == []


def test_what_the_host_tells_beside_the_result_is_used(transcript: Transcript) -> None:
    use = transcript.use("Bash", command="pytest")
    transcript.result(
        use,
        "moved",
        toolUseResult={"stdout": "", "stderr": "", "interrupted": False, "backgroundTaskId": "b1"},
    )
    assert transcript.rows() == [("pytest", None, None)]


def test_torn_and_odd_lines_are_passed_over(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    with transcript.path.open("ab") as stream:
        stream.write(
            b'\xff\n[]\n3\n{"type":"user","message":{"content":"text"}}\n{"message":3}\n{"type":"user","mess'
        )
    assert transcript.rows() == [("pytest", 0, None)]
    assert runs_from_transcript(str(transcript.path) + ".none", []) == []


BIG = "x" * (LONGEST_LINE + 1)


def test_a_result_too_long_to_read_is_passed_over_where_its_call_only_reads(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    transcript.result(transcript.use("Read", file_path="a.json"), BIG)
    transcript.entry("assistant", {"type": "text", "text": BIG + '"tool_use"'})
    assert transcript.rows() == [("pytest", 0, None)]


@pytest.mark.parametrize(
    ("tool", "given"),
    [("Edit", {"file_path": "a.json"}), ("Bash", {"command": "pytest -v"}), ("Bash", {"command": "make"})],
)
def test_a_result_too_long_to_read_counts_as_a_write_where_its_call_matters(
    transcript: Transcript, tool: str, given: dict[str, str]
) -> None:
    transcript.bash("pytest", PASSES)
    transcript.result(transcript.use(tool, **given), BIG)
    assert transcript.rows() == [("pytest", 0, "")]
    transcript.bash("pytest", PASSES)
    assert transcript.rows()[-1] == ("pytest", 0, None)


def test_a_result_too_long_to_tell_whose_it_is_counts_as_a_write(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    use = transcript.use("Read", file_path="a.json")
    transcript.entry("user", {"content": BIG, "type": "tool_result", "tool_use_id": use})
    assert transcript.rows() == [("pytest", 0, "")]


def test_a_call_too_long_to_read_counts_as_a_write_that_never_ends(transcript: Transcript) -> None:
    transcript.bash("pytest", PASSES)
    transcript.use("Read", file_path=BIG)
    transcript.bash("pytest", PASSES)
    assert transcript.rows() == [("pytest", 0, ""), ("pytest", 0, "")]


def test_a_mark_across_the_cut_of_a_long_line_is_seen(transcript: Transcript) -> None:
    """Wherever the mark lies: the line is read in pieces."""
    transcript.bash("pytest", PASSES)
    whole = transcript.path.read_bytes()
    call = b'"content":[{"type":"tool_use","id":"t","name":"Write","input":{}}]}}\n'
    for shift in range(0, 24, 4):
        start = b'{"type":"assistant","message":{"text":"'
        filler = b"x" * (LONGEST_LINE - len(start) - shift - 2)
        transcript.path.write_bytes(whole + start + filler + b'",' + call)
        assert transcript.rows() == [("pytest", 0, "")], shift


def test_a_short_command_is_read_once_however_often_it_runs(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0

    def counted(command: str, cwd: str, env: dict[str, str] | None = None) -> Scan:
        nonlocal read
        read += 1
        return scan(command, cwd, env)

    monkeypatch.setattr("planweir.evidence.transcript.scan", counted)
    for _ in range(5):
        transcript.bash("ls src")
    transcript.bash("ls tests")
    assert transcript.rows() == []
    assert read == 2


def test_a_long_transcript_is_not_held_in_memory(transcript: Transcript) -> None:
    line = (
        json.dumps({"type": "user", "message": {"content": [{"type": "text", "text": "x" * 10_000}]}}) + "\n"
    )
    with transcript.path.open("w") as stream:
        for _ in range(1_000):
            stream.write(line)
    transcript.bash("pytest", PASSES)
    tracemalloc.start()
    rows = transcript.rows()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == [("pytest", 0, None)]
    assert peak < 4_000_000
