"""Layer two: what changed through a call that nobody could read is found, said, and owned by somebody before a gate passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, OTHER, Reply, Stage

MAKE = "make x"


def batch(stage: Stage, *calls: tuple[str, dict[str, object]], agent: str = "", session: str = "") -> Reply:
    """PostToolBatch, as the client sends it after the calls of one message."""
    rows = [
        {"tool_name": tool, "tool_input": given, "tool_use_id": stage.next_use(), "tool_response": "x"}
        for tool, given in calls
    ]
    return stage.send("PostToolBatch", agent, session, tool_calls=rows)


def made(stage: Stage, files: dict[str, str], command: str = MAKE) -> Reply:
    """The main thread's command wrote `files`, whatever it looked like."""
    stage.write(files)
    return batch(stage, ("Bash", {"command": command}))


def rows(stage: Stage) -> dict[str, str]:
    """Path -> during what, of everything that nothing explains."""
    return {path: row["by"] for path, row in stage.state()["noticed"]["rows"].items()}


def rests(stage: Stage) -> None:
    """A turn of the person's own ended: the client waits for them."""
    stage.prompt("thanks")
    assert stage.main_stop().said is None


def status(stage: Stage) -> str:
    return stage.run("task-planner status").output


def said(reply: Reply) -> str:
    return str((reply.said or {}).get("systemMessage", ""))


class TestAfterABatchOfTheMainThread:
    def test_a_file_that_its_command_changed_is_named_with_the_command(self, stage: Stage) -> None:
        reply = made(stage, {"src/old.py": "broken\n"})
        assert "src/old.py changed during the main thread's call `make x`" in reply.context
        assert rows(stage) == {"src/old.py": "during the main thread's call `make x`"}
        assert "Unexplained: src/old.py changed during the main thread's call `make x`." in status(stage)
        assert stage.events("unexplained")[0]["calls"] == ["call `make x`"]

    def test_it_is_told_once(self, stage: Stage) -> None:
        made(stage, {"src/old.py": "broken\n"})
        assert batch(stage, ("Bash", {"command": "ls"})).said is None
        assert len(stage.events("unexplained")) == 1

    def test_new_deleted_and_executable_files_count(self, stage: Stage) -> None:
        (stage.project / "README.md").unlink()
        (stage.project / "src/old.py").chmod(0o755)
        made(stage, {"src/new file.py": "x\n"})
        assert set(rows(stage)) == {"README.md", "src/old.py", "src/new file.py"}

    def test_ignored_files_by_products_and_our_own_copy_are_no_change(self, stage: Stage) -> None:
        stage.places.rendered_copy  # noqa: B018
        copy = Path(stage.places.rendered_copy)
        copy.chmod(0o644)
        copy.write_text("{}")
        reply = made(stage, {"build.log": "x\n", "src/__pycache__/old.pyc": "x", "node_modules/a/b.js": "x"})
        assert (reply.said, rows(stage)) == (None, {})

    def test_one_that_is_ignored_by_now_is_none_either(self, stage: Stage) -> None:
        stage.write({"dist/app.js": "1\n"})
        assert stage.typed("/task-planner", "mine dist/app.js").blocked
        stage.write({".gitignore": "dist/\n"})
        made(stage, {"dist/app.js": "2\n"})
        assert set(rows(stage)) == {".gitignore"}

    def test_the_same_length_under_the_same_time_is_seen(self, stage: Stage) -> None:
        import os

        before = os.stat(stage.path("src/old.py"))
        stage.write({"src/old.py": "def old():\n    return 2\n"})
        os.utime(stage.path("src/old.py"), ns=(before.st_atime_ns, before.st_mtime_ns))
        made(stage, {})
        assert set(rows(stage)) == {"src/old.py"}

    def test_a_switch_that_tells_git_to_look_away_changes_nothing(self, stage: Stage) -> None:
        stage.git("update-index", "--assume-unchanged", "src/old.py")
        made(stage, {"src/old.py": "broken\n"})
        assert set(rows(stage)) == {"src/old.py"}

    @pytest.mark.parametrize(
        ("tool", "given"),
        [("Read", {"file_path": "x"}), ("Bash", {"command": "task-planner next"}), ("Agent", {"prompt": "x"})],
    )
    def test_a_batch_that_only_read_is_not_looked_at(self, stage: Stage, tool: str, given: dict[str, object]) -> None:
        stage.write({"src/old.py": "broken\n"})
        assert batch(stage, (tool, given)).said is None
        assert rows(stage) == {}

    @pytest.mark.parametrize("command", ["task-planner next; make x", "task-planner next && make x", "task-planner $(make x)"])
    def test_our_own_command_line_hides_no_other_command(self, stage: Stage, command: str) -> None:
        made(stage, {"src/old.py": "broken\n"}, command)
        assert set(rows(stage)) == {"src/old.py"}

    def test_while_agents_run_their_end_is_waited_for(self, working: tuple[Stage, str]) -> None:
        stage, _ = working
        made(stage, {"src/hello.py": "x\n", "src/old.py": "broken\n"})
        assert rows(stage) == {}

    def test_an_agents_own_batch_and_another_sessions_are_passed_over(self, working: tuple[Stage, str]) -> None:
        stage, agent = working
        stage.write({"src/old.py": "broken\n"})
        assert batch(stage, ("Bash", {"command": MAKE}), agent=agent).said is None
        assert batch(stage, ("Bash", {"command": MAKE}), session=OTHER).said is None
        assert rows(stage) == {}

    def test_a_file_that_is_as_it_was_again_is_settled_by_itself(self, stage: Stage) -> None:
        before = (stage.project / "src/old.py").read_text()
        made(stage, {"src/old.py": "broken\n"})
        made(stage, {"src/old.py": before})
        assert rows(stage) == {}
        assert stage.events("settled")[0]["paths"] == ["src/old.py"]

    def test_a_journal_does_not_grow_with_the_number_of_files(self, stage: Stage) -> None:
        made(stage, {f"src/many/f{n}.py": "x\n" for n in range(400)})
        event = stage.events("unexplained")[0]
        assert (len(event["paths"]), event["more"]) == (50, 350)  # type: ignore[arg-type]
        assert "350 more paths" in status(stage)

    def test_head_and_the_stash_that_moved_are_named(self, stage: Stage) -> None:
        stage.write({"src/old.py": "mine\n"})
        stage.git("stash")
        stage.git("switch", "-qc", "elsewhere")
        stage.git("commit", "-q", "--allow-empty", "-m", "Sneaked in")
        made(stage, {})
        told = " ".join(stage.state()["incidents"])
        assert "HEAD was switched from work to elsewhere" in told
        assert "Sneaked in" in told
        assert "stash" in told
        assert "during the main thread's call `make x`" in told

    def test_the_folder_of_looks_lost_or_damaged_costs_one_whole_look(self, stage: Stage) -> None:
        folder = Path(stage.places.notice)
        (folder / "index").write_bytes(b"DIRC damaged")
        made(stage, {"src/old.py": "broken\n"})
        assert set(rows(stage)) == {"src/old.py"}
        for path in folder.iterdir():
            path.unlink()
        made(stage, {"README.md": "broken\n"})
        assert set(rows(stage)) == {"src/old.py", "README.md"}
        (folder / "last.json").write_text("[")
        made(stage, {})
        assert len(stage.events("unexplained")) == 2

    def test_a_tree_that_git_has_thrown_away_costs_no_more(self, stage: Stage) -> None:
        made(stage, {"src/old.py": "broken\n"})
        last = Path(stage.places.notice, "last.json")
        last.write_text(json.dumps({**json.loads(last.read_text()), "tree": "1" * 40}))
        made(stage, {"README.md": "broken\n"})
        assert set(rows(stage)) == {"src/old.py", "README.md"}
        assert json.loads(last.read_text())["tree"] != "1" * 40


class TestAtTheEndOfAnAttempt:
    def test_what_lies_in_its_tasks_files_is_explained(self, stage: Stage) -> None:
        stage.hello()
        assert rows(stage) == {}

    def test_what_it_wrote_elsewhere_is_named_with_it(self, working: tuple[Stage, str]) -> None:
        stage, agent = working
        stage.write({"src/old.py": "broken\n"})
        stage.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1") + "Concerns: src/old.py changed\n")
        assert rows(stage) == {"src/old.py": f"while T1's implementer ({agent}) ran"}

    def test_a_file_of_a_task_that_does_not_run_is_not_its_to_write(self, working: tuple[Stage, str]) -> None:
        stage, agent = working
        stage.implement(agent, {**HELLO, **BYE}, "sh checks/hello.sh", DONE.format(task="T1"))
        assert rows(stage) == {"src/bye.py": f"while T1's implementer ({agent}) ran"}

    def test_an_agent_that_was_stopped_or_lost_is_looked_after_as_well(self, working: tuple[Stage, str]) -> None:
        stage, agent = working
        stage.write({"src/old.py": "broken\n"})
        stage.notify(agent, "killed")
        assert set(rows(stage)) == {"src/old.py"}

    def test_a_reviewer_changes_nothing(self, reviewing: tuple[Stage, str]) -> None:
        stage, agent = reviewing
        stage.write({"src/hello.py": "def hello():\n    return 'bad'\n"})
        stage.stop(agent, "x")
        stage.stop(agent, "x")
        stage.stop(agent, "x")
        assert rows(stage) == {"src/hello.py": f"while T1's task-reviewer ({agent}) ran"}

    def test_the_next_reviewers_are_told_of_it(self, implemented: Stage) -> None:
        stage = implemented
        made(stage, {"src/hello.py": 'def hello():\n    return "hello"  # x\n', "src/old.py": "broken\n"})
        stage.run("task-planner next")
        stage.spawn("T1", "task-reviewer")
        brief = next(Path(stage.places.artifacts, "briefs").glob("T1*task-reviewer*.md")).read_text()
        assert "Unexplained (in this task's files): src/hello.py changed during the main thread's call `make x`" in brief
        assert "Unexplained (outside this task): src/old.py" in brief


class TestWhileAPersonIsAtIt:
    def test_they_are_asked_at_their_next_prompt_and_only_there(self, stage: Stage) -> None:
        rests(stage)
        stage.write({"src/both.py": "theirs\n"})
        reply = stage.prompt("how is it going?")
        assert said(reply) == (
            "Planweir: while you were at it: src/both.py changed; yours (/task-planner mine src/both.py), T3's "
            "(/task-planner allow T3 src/both.py)?"
        )
        assert "src/both.py" in reply.context
        assert stage.prompt("well?").said is None
        assert "While you were at it: src/both.py changed" in status(stage)
        assert "Unexplained" not in status(stage)

    def test_what_the_main_thread_does_in_their_own_turn_is_asked_about(self, stage: Stage) -> None:
        stage.prompt("please mend the readme")
        assert made(stage, {"README.md": "mended\n"}).said is None
        assert rows(stage) == {"README.md": "while you were at it"}

    def test_a_paused_plan_blames_nobody(self, stage: Stage) -> None:
        stage.typed("/task-planner", "pause")
        made(stage, {"src/old.py": "theirs\n"})
        assert rows(stage) == {"src/old.py": "while you were at it"}

    def test_what_was_named_before_keeps_its_cause_when_they_touch_it_too(self, stage: Stage) -> None:
        made(stage, {"README.md": "x\n"})
        stage.typed("/task-planner", "pause")
        made(stage, {"README.md": "theirs\n"})
        assert rows(stage) == {"README.md": "during the main thread's call `make x`"}

    def test_a_session_that_begins_asks_as_well(self, stage: Stage) -> None:
        rests(stage)
        stage.write({"README.md": "theirs\n"})
        assert "While you were at it: README.md changed" in stage.begins().context

    def test_their_own_shell_line_is_theirs(self, stage: Stage) -> None:
        rests(stage)
        stage.write({"README.md": "theirs\n"})  # `! make x`: no prompt, no tool event, but a Stop
        stage.main_stop()
        assert rows(stage) == {"README.md": "while you were at it"}

    def test_a_working_turn_that_ended_is_the_main_threads(self, stage: Stage) -> None:
        stage.write({"README.md": "x\n"})
        stage.main_stop()
        assert rows(stage) == {"README.md": "during the main thread's turn"}

    def test_a_later_change_of_theirs_softens_no_earlier_one(self, stage: Stage) -> None:
        made(stage, {"README.md": "x\n"})
        rests(stage)
        stage.write({"README.md": "y\n"})
        stage.prompt("hm")
        assert not stage.state()["noticed"]["rows"]["README.md"]["person"]


class TestTheGate:
    def gate(self, stage: Stage) -> tuple[int, str]:
        ran = stage.run("task-planner gate")
        return ran.exit, ran.output

    def test_fails_until_a_person_owns_it(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        made(stage, {"src/old.py": "broken\n"})
        status_, output = self.gate(stage)
        assert status_ == 1
        assert "unexplained: src/old.py changed during the main thread's call `make x`" in output
        for way in ("allow", "mine src/old.py", "discard src/old.py", "waive changes"):
            assert f"/task-planner {way}" in output
        reply = stage.typed("/task-planner", "mine src/old.py")
        assert "yours: src/old.py" in reply.reason
        assert self.gate(stage)[0] == 0
        assert stage.git("status", "--porcelain").split() == ["M", "src/old.py"]
        assert "Unexplained" not in status(stage)

    def test_asks_about_what_was_changed_while_the_person_was_at_it(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        rests(stage)
        stage.write({"src/old.py": "theirs\n"})
        assert "while you were at it" in said(stage.prompt("on with it"))
        status_, output = self.gate(stage)
        assert (status_, "unexplained" in output) == (1, False)
        assert "while you were at it: src/old.py changed; yours (/task-planner mine src/old.py)" in output

    def test_takes_a_persons_change_of_a_reviewed_file_once_it_is_reviewed_again(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        rests(stage)
        stage.write({"src/bye.py": 'def bye():\n    return "bye"  # theirs\n'})
        stage.typed("/implement-plan")
        stage.run("task-planner next")
        stage.reviewed("T2", "task-reviewer")
        stage.reviewed("T2", "code-reviewer")
        assert self.gate(stage)[0] == 0
        assert rows(stage) == {}

    def test_looks_at_a_file_again_that_was_called_theirs_once_it_changes(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        made(stage, {"src/old.py": "broken\n"})
        stage.typed("/task-planner", "mine src/old.py")
        made(stage, {"src/old.py": "worse\n"})
        assert self.gate(stage)[0] == 1

    def test_finds_a_change_in_a_reviewed_file_and_wants_new_reviews_that_know_of_it(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        made(stage, {"src/bye.py": 'def bye():\n    return "bye"  # x\n'})
        assert self.gate(stage)[0] == 1
        assert stage.task("T2")["status"] == "implemented"
        stage.reviewed("T2", "task-reviewer")
        stage.reviewed("T2", "code-reviewer")
        status_, output = self.gate(stage)
        assert (status_, "unexplained" in output) == (0, False), output

    def test_does_not_take_a_change_that_came_after_the_reviews_of_a_finished_task(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        assert self.gate(stage)[0] == 0
        made(stage, {"src/bye.py": "broken\n"})
        assert rows(stage) == {"src/bye.py": "during the main thread's call `make x`"}

    def test_what_its_own_commands_make_is_explained(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        stage.write({"checks/bye.sh": "echo made > made.txt\n"})
        stage.typed("/task-planner", "mine checks/bye.sh")
        assert self.gate(stage)[0] == 0
        assert batch(stage, ("Bash", {"command": "ls"})).said is None
        assert rows(stage) == {}

    def test_its_commits_are_no_moved_head(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        assert self.gate(stage)[0] == 0
        made(stage, {})
        assert stage.state()["incidents"] == []

    def test_allow_gives_it_to_a_task(self, ready_for_gate: Stage) -> None:
        stage = ready_for_gate
        made(stage, {"src/old.py": "broken\n"})
        stage.typed("/task-planner", "allow T2 src/old.py")
        assert rows(stage) == {}
        assert stage.task("T2")["status"] == "implemented"


def test_the_log_names_the_files(stage: Stage) -> None:
    made(stage, {f"src/n{n}.py": "x\n" for n in range(7)})
    assert "paths=src/n0.py, src/n1.py, src/n2.py, src/n3.py, src/n4.py and 2 more" in stage.run("task-planner log").output


class TestUndoing:
    def test_discard_gives_back_what_was_there_before_the_change_and_keeps_the_patch(self, implemented: Stage) -> None:
        stage = implemented
        before = (stage.project / "src/hello.py").read_text()
        made(stage, {"src/hello.py": "broken\n"})
        reply = stage.typed("/task-planner", "discard src/hello.py")
        assert (stage.project / "src/hello.py").read_text() == before  # which no commit holds
        assert rows(stage) == {}
        kept = reply.reason.split("kept in ")[1].rstrip(".")
        assert "+broken" in Path(kept).read_text() or "-broken" in Path(kept).read_text()
        made(stage, {})
        assert rows(stage) == {}

    def test_a_persons_discard_is_explained(self, stage: Stage) -> None:
        stage.write({"src/old.py": "x\n"})
        stage.typed("/task-planner", "discard src/old.py")
        made(stage, {})
        assert (len(stage.events("unexplained")), rows(stage)) == (1, {})

    def test_mine_says_what_it_cannot_take(self, working: tuple[Stage, str]) -> None:
        stage, _ = working
        stage.write({"src/hello.py": "x\n"})
        assert "an agent works on now" in stage.typed("/task-planner", "mine src/hello.py").reason
        assert "has not changed" in stage.typed("/task-planner", "mine README.md").reason
        assert "not inside the project" in stage.typed("/task-planner", "mine /etc/passwd").reason
        assert "nothing was done" in stage.typed("/task-planner", "mine").reason


def test_a_look_that_fails_is_noted_and_fails_no_hook(ready_for_gate: Stage, sound: list[str]) -> None:
    stage = ready_for_gate
    (Path(stage.places.notice) / "index").unlink()
    (Path(stage.places.notice) / "index").mkdir()
    assert stage.main_stop().said is not None  # the gate is due: held as ever
    sound.append("the look at the tree")


def test_the_plan_that_ends_leaves_no_folder_of_looks(stage: Stage) -> None:
    stage.typed("/task-planner", "--abort")
    assert not Path(stage.places.notice).exists()
    assert not list(Path(stage.places.archive).rglob("last.json"))


def test_a_plan_that_begins_anew_begins_with_a_look_of_its_own(stage: Stage) -> None:
    stage.typed("/task-planner", "--abort")
    stage.write({"src/old.py": "between two plans\n"})
    stage.typed("/implement-plan", "docs/plan.md --yes")
    made(stage, {})
    assert rows(stage) == {}
    assert json.loads(Path(stage.places.notice, "last.json").read_text())["tree"]


