"""What people see of a plan that does not get on: each in a plan driven there."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic
from tests.unit.gate.shop import TWO, plan, task

from planweir.attempt.binding import process_start
from planweir.places import write_whole


def later(seconds: float) -> float:
    return time.time() + seconds


class TestAgents:
    def test_a_task_whose_client_is_gone_is_stuck_and_implement_plan_mends_it(self, clinic: Clinic) -> None:
        clinic.open()
        with subprocess.Popen(["sleep", "600"]) as client:
            start = process_start(client.pid)
            clinic.shop.record(
                "bound",
                task="T1",
                role="implementer",
                agent="a1",
                attempt=1,
                session="s0",
                pid=client.pid,
                pid_start=start,
            )
            assert clinic.only("agents").state == "ok"
            client.kill()
        found = clinic.only("agents")
        assert (found.state, "T1 is stuck" in found.what) == ("bad", True)
        assert found.mend.startswith("/implement-plan")

    def test_an_agent_without_a_sign_for_long_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        agent = clinic.shop.begin("T1")
        assert clinic.only("agents").state == "ok"
        hour = clinic.world(clock=lambda: later(3600))
        assert (clinic.only("agents", hour).state, "/tasks" in clinic.only("agents", hour).mend) == (
            "warn",
            True,
        )
        transcript = clinic.config / "projects" / "-app" / "s1" / "subagents" / f"agent-{agent}.jsonl"
        transcript.parent.mkdir(parents=True)
        transcript.write_text("")
        os.utime(transcript, (later(3500), later(3500)))
        assert clinic.only("agents", hour).state == "ok"


class TestSpawns:
    def allowed(self, clinic: Clinic, **fields: object) -> None:
        clinic.open()
        common: dict[str, object] = {"task": "T1", "role": "implementer", "attempt": 1, "session": "s1"}
        clinic.shop.record("spawn_allowed", tool_use_id="u1", **common, **fields)

    def test_one_without_an_agent_for_long_is_told(self, clinic: Clinic) -> None:
        self.allowed(clinic)
        assert clinic.only("spawns").state == "ok"
        found = clinic.only("spawns", clinic.world(clock=lambda: later(700)))
        assert (found.state, "T1" in found.what) == ("warn", True)

    def test_one_of_a_client_that_is_gone_is_bad(self, clinic: Clinic) -> None:
        self.allowed(clinic, pid=2**22 - 1, pid_start="1")
        assert (clinic.only("spawns").state, "/implement-plan" in clinic.only("spawns").mend) == ("bad", True)


class TestTasks:
    def test_a_blocked_one_comes_with_the_typed_lines(self, clinic: Clinic) -> None:
        clinic.open()
        agent = clinic.shop.begin("T1")
        clinic.shop.record("stuck", task="T1", agent=agent, why="needs context: which port?", report={})
        found = clinic.only("tasks")
        assert found.state == "warn"
        assert "which port?" in found.what
        assert (
            found.mend == "/task-planner unblock T1 --note 'the answer', or /task-planner skip T1 --take-out"
        )
        assert clinic.shop.planner("unblock", "T1", "--note", "8080").returncode == 0
        assert clinic.only("tasks").state == "ok"


class TestEvidence:
    def test_a_task_that_was_blocked_for_it_tells_the_reason(self, clinic: Clinic) -> None:
        clinic.open()
        agent = clinic.shop.begin("T1")
        clinic.shop.record(
            "stuck", task="T1", agent=agent, why="no evidence (stale): a.py changed after the run", report={}
        )
        found = clinic.only("evidence")
        assert found.state == "warn"
        assert "a.py changed after the run" in found.what
        assert "run once more" in found.mend
        assert "/task-planner unblock T1" in found.mend

    def test_a_running_agent_that_was_held_for_it_tells_the_last_reason(self, clinic: Clinic) -> None:
        clinic.open()
        agent = clinic.shop.begin("T1")
        for reason in ("none", "failed"):
            clinic.shop.record("held", agent=agent, why=f"T1 has no evidence yet ({reason}): so it is.")
        found = clinic.only("evidence")
        assert "(failed)" in found.what
        assert "its agent was told" in found.mend


class TestGate:
    def test_a_failed_one_tells_which_check_how_often_and_the_mend(self, clinic: Clinic) -> None:
        clinic.open(plan(task("T1", "a.py"), head="Verify: `test ! -e broken`"))
        clinic.shop.reviewed("T1", {"a.py": "x = 1\n"})
        clinic.shop.write("stray.txt", "x\n")
        clinic.shop.fails()
        found = clinic.findings("gate")
        assert any(
            "check `changes` failed 1 of 3 times" in row.what and "stray.txt" in row.what for row in found
        )
        assert all("/task-planner waive" in row.mend or "allow" in row.mend for row in found)
        (clinic.shop.root / "stray.txt").unlink()
        clinic.shop.passes()
        assert clinic.only("gate").state == "ok"

    def test_one_that_fails_without_naming_a_file_says_who_mends_it(self, clinic: Clinic) -> None:
        clinic.open(plan(task("T1", "a.py"), head="Verify: `test ! -e ../broken`"))
        clinic.shop.reviewed("T1", {"a.py": "x = 1\n"})
        (clinic.shop.folder / "broken").write_text("")
        clinic.shop.fails()
        found = clinic.findings("gate")
        assert any("without naming a file" in row.what and row.mend for row in found)

    def test_one_that_is_due_is_well(self, clinic: Clinic) -> None:
        clinic.open(plan(task("T1", "a.py")))
        clinic.shop.reviewed("T1", {"a.py": "x = 1\n"})
        assert (clinic.only("gate").state, "due now" in clinic.only("gate").what) == ("ok", True)


class TestJobs:
    @pytest.mark.parametrize(
        ("name", "again"),
        [("gate", "/wave-gate"), ("complete", "--complete"), ("baseline", "/implement-plan")],
    )
    def test_one_that_died_is_bad_with_what_starts_it_again(
        self, clinic: Clinic, name: str, again: str
    ) -> None:
        folder = Path(clinic.places.jobs) / name
        folder.mkdir(parents=True)
        for file in ("out", "lock"):
            (folder / file).write_text("")
        found = clinic.only("jobs")
        assert (found.state, again in found.mend) == ("bad", True)
        (folder / "result.json").write_text('{"exit": 1}')
        assert clinic.only("jobs").state == "ok"

    def test_one_that_runs_is_well(self, clinic: Clinic) -> None:
        from planweir import jobs

        os.makedirs(clinic.places.base)
        jobs.start(clinic.places, "gate", ["sh", "-c", "read x <&1; sleep 1"])
        assert clinic.only("jobs").what == "gate runs"
        assert jobs.join(clinic.places, "gate", 20.0) is not None


class TestCommits:
    def closed(self, clinic: Clinic) -> str:
        clinic.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
        clinic.shop.reviewed("T1", {"a.py": "x = 1\n"})
        clinic.shop.passes()
        assert clinic.only("commits").what == "1 tasks committed"
        return clinic.shop.task("T1")["commit"]

    def test_one_that_is_not_in_what_is_checked_out_is_told(self, clinic: Clinic) -> None:
        sha = self.closed(clinic)
        clinic.shop.git("checkout", "-q", "-b", "older", "HEAD~1")
        found = clinic.only("commits")
        assert (found.state, f"git branch --contains {sha[:10]}" in found.mend) == ("warn", True)

    def test_a_completed_task_with_changes_and_no_commit_is_told_with_the_line(self, clinic: Clinic) -> None:
        clinic.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
        agent = clinic.shop.begin("T1")
        clinic.shop.write("a.py")
        clinic.shop.report("T1", agent)
        clinic.shop.reviews("T1")
        clinic.shop.record("closed", task="T1")
        state = clinic.world().folded
        state["tasks"]["T1"]["files_changed"] = ["a.py"]
        world = clinic.world()
        world.__dict__["folded"] = state
        found = clinic.only("commits", world)
        assert found.state == "warn"
        assert found.mend == "git add -- a.py && git commit -m 'T1: Do T1' -- a.py"


class TestPlan:
    def test_a_paused_one_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.shop.record("paused", by="person")
        assert (clinic.only("plan").state, "/implement-plan" in clinic.only("plan").mend) == ("warn", True)

    def test_another_sessions_plan_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        found = clinic.only("owner", clinic.world(CLAUDE_CODE_SESSION_ID="s2"))
        assert (found.state, "/implement-plan, typed here" in found.mend) == ("warn", True)
        assert clinic.only("owner", clinic.world(drop=("CLAUDE_CODE_SESSION_ID",))).state == "ok"

    def test_incidents_are_told(self, clinic: Clinic) -> None:
        clinic.open(TWO)
        clinic.shop.record("incident", what="the marker x was gone")
        assert clinic.only("incidents").state == "warn"


def test_a_home_of_the_state_before_a_plan_has_no_symptom(clinic: Clinic) -> None:
    write_whole(clinic.places.offered, "{}")
    for name in (
        "plan",
        "owner",
        "agents",
        "spawns",
        "tasks",
        "evidence",
        "gate",
        "jobs",
        "commits",
        "incidents",
    ):
        assert clinic.only(name).state == "ok"
