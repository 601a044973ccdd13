"""A command that nobody can read changes a file of another task that runs: said to whoever did it, to the owner's reviewers and at
the gate; and whoever works on its own files is blamed for nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from zlib import crc32

import pytest
from tests.hooks.stage import BYE, DONE, OTHER, Reply, Stage

from planweir.brief.noticed import blamed

THREE = """\
# Plan: Small words

Goal: A package that greets.

## Tasks

### T1: Say hello
- Files: `src/hello.py`
- Verify: `sh checks/hello.sh`
- New tests: no

#### Done when
- it greets

### T2: Say bye
- Files: `src/bye.py`, `src/words/**`
- Verify: `sh checks/bye.sh`
- New tests: no

#### Done when
- it parts

### T3: Say both
- Files: `src/both.py`
- Verify: `sh checks/both.sh`
- New tests: no

#### Done when
- it does both
"""


@dataclass(frozen=True)
class Hidden:
    """A command that no reading can tell, for what it does stands in the environment of whoever runs it."""

    does: str

    @property
    def name(self) -> str:
        return f"STEP_{crc32(self.does.encode()):08x}"

    @property
    def text(self) -> str:
        return f"""python3 -c "import os; os.system(os.environ['{self.name}'])\""""


SPOILS = Hidden("echo spoilt > src/bye.py")


class Call:
    """A Bash call with its three parts apart: asked, run, told."""

    def __init__(self, stage: Stage, agent: str, command: str | Hidden, session: str = "") -> None:
        if isinstance(command, Hidden):
            stage.env[command.name] = command.does
            command = command.text
        self.stage = stage
        self.agent = agent
        self.session = session
        self.use = stage.next_use()
        self.given: dict[str, object] = {"command": command, "description": "x"}
        self.asked = stage.pre("Bash", self.given, agent, session, use=self.use)
        assert self.asked.passes, self.asked.reason

    def ends(self, **response: object) -> Reply:
        return self.stage.send(
            "PostToolUse",
            self.agent,
            self.session,
            tool_name="Bash",
            tool_input=self.given,
            tool_use_id=self.use,
            tool_response={"stdout": "", "stderr": "", "interrupted": False, **response},
            duration_ms=12,
        )

    def runs(self) -> Call:
        ran = self.stage.run(str(self.given["command"]))
        assert (ran.exit, ran.output) == (0, "")  # what it does is done
        return self

    def fails(self) -> Reply:
        return self.stage.send(
            "PostToolUseFailure",
            self.agent,
            self.session,
            tool_name="Bash",
            tool_input=self.given,
            tool_use_id=self.use,
            error="Exit code 1\n",
            is_interrupt=False,
            duration_ms=12,
        )


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")


def did(stage: Stage, agent: str, tool: str, given: dict[str, object], ago: float = 0.0, failed: bool = False) -> None:
    """A call of an agent in its transcript, which ended `ago` seconds ago."""
    use = stage.next_use()
    at = stamp(time.time() - ago)
    path = Path(stage.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{agent}.jsonl"
    call = {"type": "tool_use", "id": use, "name": tool, "input": given}
    back = {"type": "tool_result", "tool_use_id": use, "content": "x", "is_error": failed}
    lines = [
        {"type": "assistant", "timestamp": at, "cwd": str(stage.project), "message": {"role": "assistant", "content": [call]}},
        {"type": "user", "timestamp": at, "cwd": str(stage.project), "message": {"role": "user", "content": [back]}},
    ]
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def rows(stage: Stage) -> dict[str, str]:
    return {path: row["by"] for path, row in stage.state()["noticed"]["rows"].items()}


@pytest.fixture
def side_by_side(open_plan: Callable[[str], Stage]) -> tuple[Stage, str, str, str]:
    """Three tasks, each with an implementer."""
    stage = open_plan(THREE)
    stage.write({"src/bye.py": "as T2 has it by now\n", "src/words/one.py": "1\n"})
    return stage, stage.spawn("T1"), stage.spawn("T2"), stage.spawn("T3")


Beside = tuple[Stage, str, str, str]


class TestWhoeverChangesANeighboursFile:
    def test_is_named_with_its_call(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        reply = Call(stage, first, SPOILS).runs().ends()
        assert rows(stage) == {"src/bye.py": f"during the call `{SPOILS.text}` of T1's implementer ({first})"}
        assert "src/bye.py belongs to T2, and changed during your command" in reply.context
        assert "task-planner discard src/bye.py" in reply.context

    def test_also_where_the_command_failed(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        reply = Call(stage, first, SPOILS).runs().fails()
        assert "src/bye.py belongs to T2" in reply.context
        assert set(rows(stage)) == {"src/bye.py"}

    @pytest.mark.parametrize(
        ("command", "path"),
        [
            ("rm src/bye.py", "src/bye.py"),
            ("echo 2 > src/words/two.py", "src/words/two.py"),
            ("mv src/words/one.py src/words/three.py", "src/words/one.py"),
            ("chmod +x src/bye.py", "src/bye.py"),
            ("touch -d 2001-01-01 x; cp --preserve=timestamps x src/bye.py; rm x", "src/bye.py"),
        ],
    )
    def test_deletes_makes_moves_and_old_times_count(self, side_by_side: Beside, command: str, path: str) -> None:
        stage, first, _second, _third = side_by_side
        Call(stage, first, Hidden(command)).runs().ends()
        assert path in rows(stage)

    def test_puts_it_back_as_it_was_before_the_command(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        Call(stage, first, SPOILS).runs().ends()
        ran = stage.bash(first, "task-planner discard src/bye.py", judged=True)
        assert (ran.exit, Path(stage.path("src/bye.py")).read_text()) == (0, "as T2 has it by now\n"), ran.output
        assert rows(stage) == {}

    def test_does_not_put_back_what_the_owner_changed_since(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        Call(stage, first, SPOILS).runs().ends()
        stage.write(BYE)
        ran = stage.bash(first, "task-planner discard src/bye.py", judged=True)
        assert ran.exit != 0
        assert "has changed again since your command" in ran.output
        assert Path(stage.path("src/bye.py")).read_text() == BYE["src/bye.py"]

    def test_is_named_with_the_other_that_ran_meanwhile(self, side_by_side: Beside) -> None:
        stage, first, _second, third = side_by_side
        one, other = Call(stage, first, SPOILS), Call(stage, third, Hidden("true"))
        one.runs()
        other.ends()
        by = rows(stage)["src/bye.py"]
        assert f"T3's implementer ({third}) or the call" in by
        assert f"T1's implementer ({first})" in by
        one.ends()
        assert len(stage.events("unexplained")) == 1  # told once

    def test_in_a_background_shell_is_found_at_its_agents_end(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        call = Call(stage, first, SPOILS)
        call.ends(backgroundTaskId="b1")
        call.runs()
        assert rows(stage) == {}
        stage.stop(first, "BLOCKED\nTask: T1\nBlocker: none\n")
        assert set(rows(stage)) == {"src/bye.py"}

    def test_may_be_a_reviewer(self, open_plan: Callable[[str], Stage]) -> None:
        stage = open_plan(THREE)
        first = stage.spawn("T1")
        held = stage.implement(first, {"src/hello.py": 'def hello():\n    return "hello"\n'}, "sh checks/hello.sh", DONE.format(task="T1"))
        assert not held.blocked, held.reason
        stage.spawn("T2")
        reviewer = stage.spawn("T1", "task-reviewer")
        reply = Call(stage, reviewer, SPOILS).runs().ends()
        assert "say so in your review" in reply.context
        assert f"T1's task-reviewer ({reviewer})" in rows(stage)["src/bye.py"]

    def test_may_be_another_session(self, side_by_side: Beside) -> None:
        stage, _first, _second, _third = side_by_side
        stage.begins("startup", session=OTHER)
        reply = Call(stage, "", SPOILS, OTHER).runs().ends()
        assert "a person settles it" in reply.context
        assert rows(stage)["src/bye.py"].endswith("of another session")


class TestNobodyIsBlamed:
    def test_for_what_the_owner_edited_meanwhile(self, side_by_side: Beside) -> None:
        stage, first, second, _third = side_by_side
        call = Call(stage, first, Hidden("sh checks/hello.sh"))
        stage.write(BYE)
        did(stage, second, "Edit", {"file_path": stage.path("src/bye.py")})
        assert call.ends().said is None
        assert rows(stage) == {}

    @pytest.mark.parametrize("command", ["python3 gen.py", "echo x > src/bye.py", "rm -r src"])
    def test_for_what_a_command_of_the_owners_may_have_done(self, side_by_side: Beside, command: str) -> None:
        stage, first, second, _third = side_by_side
        call = Call(stage, first, Hidden("sh checks/hello.sh"))
        stage.write(BYE)
        did(stage, second, "Bash", {"command": command})
        assert call.ends().said is None
        assert rows(stage) == {}

    def test_for_what_a_command_of_the_owners_may_be_doing(self, side_by_side: Beside) -> None:
        stage, first, second, _third = side_by_side
        call, other = Call(stage, first, Hidden("true")), Call(stage, second, SPOILS)
        other.runs()
        assert call.ends().said is None
        assert other.ends().said is None
        assert rows(stage) == {}

    def test_for_a_touch_or_for_the_same_bytes_again(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        call = Call(stage, first, Hidden("touch src/bye.py; cp src/words/one.py x; mv x src/words/one.py"))
        assert call.runs().ends().said is None
        assert rows(stage) == {}

    def test_for_ignored_files_and_by_products(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        call = Call(stage, first, Hidden("mkdir src/words/__pycache__; echo x > src/words/__pycache__/a.pyc; echo x > src/words/a.log"))
        assert call.runs().ends().said is None
        assert rows(stage) == {}

    def test_for_its_own_files(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        assert Call(stage, first, Hidden("echo x > src/hello.py")).runs().ends().said is None
        assert Path(stage.path("src/hello.py")).read_text() == "x\n"
        assert rows(stage) == {}

    def test_by_what_the_owner_merely_read_or_failed_to_edit(self, side_by_side: Beside) -> None:
        stage, first, second, _third = side_by_side
        call = Call(stage, first, SPOILS).runs()
        did(stage, second, "Read", {"file_path": stage.path("src/bye.py")})
        did(stage, second, "Bash", {"command": "git status && cat src/bye.py"})
        did(stage, second, "Edit", {"file_path": stage.path("src/words/one.py")})
        did(stage, second, "Edit", {"file_path": stage.path("src/bye.py")}, failed=True)
        did(stage, second, "Edit", {"file_path": stage.path("src/bye.py")}, ago=60.0)
        assert "belongs to T2" in call.ends().context


class TestWhatIsNoticed:
    def test_is_told_to_the_owners_reviewers_and_theirs_when_they_pass_it(self, side_by_side: Beside) -> None:
        stage, first, second, _third = side_by_side
        stage.write(BYE)
        Call(stage, first, Hidden("echo '# x' >> src/bye.py")).runs().ends()
        assert "Unexplained: src/bye.py changed during the call" in stage.run("task-planner status").output
        stage.bash(second, "sh checks/bye.sh")
        held = stage.stop(second, DONE.format(task="T2"))
        assert not held.blocked, held.reason
        assert set(blamed(stage.state())) == {"src/bye.py"}  # holds the gate
        stage.reviewed("T2", "task-reviewer")
        told = "".join(path.read_text() for path in Path(stage.places.base).rglob("*.md"))
        assert "Unexplained (in this task's files): src/bye.py changed during the call" in told.replace("`src/bye.py`", "src/bye.py")
        stage.reviewed("T2", "code-reviewer")
        assert blamed(stage.state()) == {}


class TestAStamp:
    def left(self, stage: Stage) -> list[str]:
        folder = f"{stage.places.notice}/calls"
        return os.listdir(folder) if os.path.isdir(folder) else []

    def test_is_left_by_no_call_that_can_be_read(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        for command in ("ls", "cat src/bye.py", "echo x > src/hello.py", "git status"):
            Call(stage, first, command)
        assert self.left(stage) == []

    def test_is_left_where_nobody_else_runs_by_nobody(self, working: tuple[Stage, str]) -> None:
        stage, agent = working
        Call(stage, agent, SPOILS)
        assert self.left(stage) == []

    def test_is_gone_when_the_call_has_ended(self, side_by_side: Beside) -> None:
        stage, first, _second, _third = side_by_side
        call = Call(stage, first, SPOILS)
        assert len(self.left(stage)) == 1
        call.ends()
        assert self.left(stage) == []

    def test_of_a_call_that_was_never_made_accuses_nobody(self, side_by_side: Beside) -> None:
        stage, first, _second, third = side_by_side
        call = Call(stage, third, Hidden("true"))  # a person says no
        path = Path(stage.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{third}.jsonl"
        back = {"type": "tool_result", "tool_use_id": call.use, "content": "denied", "is_error": True}
        with path.open("a") as file:
            file.write(json.dumps({"type": "user", "message": {"role": "user", "content": [back]}}) + "\n")
        Call(stage, first, SPOILS).runs().ends()
        assert "T3" not in rows(stage)["src/bye.py"]
