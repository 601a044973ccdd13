"""Work that outlives its caller: started once, joined by all, its result kept, its death noticed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from planweir import jobs, permits
from planweir.places import Places

LONG = 60.0  # seconds; far more than any of these jobs needs


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "project").mkdir()
    return Places(str(tmp_path / "home"), str(tmp_path / "project"))


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A named pipe: a job that reads it runs until somebody writes."""
    os.mkfifo(tmp_path / "gate")
    return tmp_path / "gate"


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-I", "-c", code, *words]


def waits(gate: Path, then: str = "") -> list[str]:
    return python(f"import sys; print('begun', flush=True); open(sys.argv[1]).read(); {then}", str(gate))


@pytest.mark.parametrize("status", [0, 1, 7])
def test_a_job_gives_its_exit_status_and_what_it_printed(places: Places, status: int) -> None:
    code = f"import sys; print('out'); print('err', file=sys.stderr); sys.exit({status})"
    assert jobs.start(places, "gate", python(code)) is True
    assert jobs.join(places, "gate", LONG) == status
    assert sorted(jobs.output(places, "gate").split()) == ["err", "out"]
    assert jobs.known(places, "gate")
    assert not jobs.running(places, "gate")


def test_a_job_runs_in_the_project_without_input_and_in_a_session_of_its_own(places: Places) -> None:
    code = "import os, sys; print(os.getcwd()); print(repr(sys.stdin.read())); print(os.getsid(0) != int(sys.argv[1]))"
    jobs.start(places, "gate", python(code, str(os.getsid(0))))
    assert jobs.join(places, "gate", LONG) == 0
    assert jobs.output(places, "gate").splitlines() == [os.path.realpath(places.project), "''", "True"]


def test_a_job_that_runs_is_joined_and_not_started_again(places: Places, gate: Path) -> None:
    assert jobs.start(places, "gate", waits(gate)) is True
    assert jobs.running(places, "gate")
    assert jobs.start(places, "gate", python("raise SystemExit(9)")) is False
    assert jobs.join(places, "gate", 0) is None
    gate.write_text("go")
    assert jobs.join(places, "gate", LONG) == 0
    assert jobs.start(places, "gate", python("raise SystemExit(9)")) is True
    assert jobs.join(places, "gate", LONG) == 9


def test_of_many_that_start_a_job_at_once_one_does(places: Places, gate: Path) -> None:
    started: list[bool] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        started.append(jobs.start(places, "gate", waits(gate)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == [False] * 7 + [True]
    gate.write_text("go")
    assert jobs.join(places, "gate", LONG) == 0


def test_two_jobs_of_one_project_do_not_know_each_other(places: Places, gate: Path) -> None:
    jobs.start(places, "gate", waits(gate))
    jobs.start(places, "complete", python("raise SystemExit(4)"))
    assert jobs.join(places, "complete", LONG) == 4
    assert jobs.running(places, "gate")
    gate.write_text("go")
    assert jobs.join(places, "gate", LONG) == 0


def test_a_job_that_is_killed_has_failed_and_the_result_of_the_one_before_is_not_its_own(
    places: Places, gate: Path
) -> None:
    jobs.start(places, "gate", python("raise SystemExit(0)"))
    assert jobs.join(places, "gate", LONG) == 0
    jobs.start(places, "gate", waits(gate, "import os; os.kill(os.getppid(), 9); os.kill(os.getpid(), 9)"))
    gate.write_text("go")
    assert jobs.join(places, "gate", LONG) == 3


def test_a_command_that_a_signal_ended_is_a_failure_of_ours(places: Places) -> None:
    jobs.start(places, "gate", python("import os; os.kill(os.getpid(), 9)"))
    assert jobs.join(places, "gate", LONG) == 3


def test_a_job_outlives_the_process_that_started_it(places: Places, gate: Path) -> None:
    starter = """
import os, sys
sys.path.insert(0, sys.argv[1])
from planweir import jobs
from planweir.places import Places
jobs.start(Places(sys.argv[2], sys.argv[3]), "gate", sys.argv[4:])
os.kill(os.getpid(), 9)
"""
    scripts = str(Path(jobs.__file__).parents[1])
    words = python(starter, scripts, places.home, places.project, *waits(gate, "sys.exit(5)"))
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert jobs.running(places, "gate")
    gate.write_text("go")
    assert jobs.join(places, "gate", LONG) == 5


def test_a_job_that_never_was_is_neither_running_nor_known(places: Places) -> None:
    assert not jobs.running(places, "gate")
    assert not jobs.known(places, "gate")
    assert jobs.output(places, "gate") == ""
    assert jobs.join(places, "gate", 0) == 3


def test_how_long_a_caller_waits_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANWEIR_WAIT", raising=False)
    assert jobs.wait_limit(540.0) == 540.0
    for said, limit in (("2.5", 2.5), ("0", 0.0), ("soon", 540.0), ("", 540.0)):
        monkeypatch.setenv("PLANWEIR_WAIT", said)
        assert jobs.wait_limit(540.0) == limit


# --- permits ---------------------------------------------------------------------------------------------------


def test_a_permit_is_for_one_exact_call_and_for_once(places: Places) -> None:
    permits.grant(places, "a1", "task-planner discard 'src/a b.py'")
    assert permits.take(places, ["discard", "src/a", "b.py"]) == ""
    assert permits.take(places, ["discard"]) == ""
    assert permits.take(places, ["discard", "src/a b.py"]) == "a1"
    assert permits.take(places, ["discard", "src/a b.py"]) == ""


def test_of_two_permits_for_the_same_call_the_last_holds(places: Places) -> None:
    permits.grant(places, "a1", "task-planner discard x")
    permits.grant(places, "a2", "task-planner  discard   x")
    assert permits.take(places, ["discard", "x"]) == "a2"


def test_the_jobs_of_a_plan_that_ends_end_with_it(places: Places, gate: Path) -> None:
    for name in ("gate", "complete"):
        jobs.start(places, name, waits(gate))
    jobs.start(places, "baseline", python("pass"))
    assert jobs.join(places, "baseline", LONG) == 0
    jobs.stop_all(places)
    assert [jobs.running(places, name) for name in ("gate", "complete", "baseline")] == [False] * 3
    assert jobs.join(places, "gate", LONG) == 3


def test_a_job_that_does_not_end_when_asked_is_killed(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "STOP", 0.2)
    os.mkfifo(tmp_path / "deaf")
    code = "import signal, sys; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').close(); signal.pause()"
    jobs.start(places, "gate", python(code, str(tmp_path / "deaf")))
    (tmp_path / "deaf").read_text()
    jobs.stop_all(places)
    assert not jobs.running(places, "gate")


def test_a_job_that_ends_the_plan_does_not_end_itself(places: Places) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from planweir import jobs; from planweir.places import Places; "
        "jobs.stop_all(Places(*sys.argv[2:4])); print('still here')"
    )
    scripts = str(Path(jobs.__file__).resolve().parents[1])
    jobs.start(places, "gate", python(code, scripts, places.home, places.project))
    assert jobs.join(places, "gate", LONG) == 0
    assert jobs.output(places, "gate") == "still here\n"


def test_where_no_job_ever_ran_there_is_none_to_end(places: Places) -> None:
    jobs.stop_all(places)
    assert not os.path.exists(places.jobs)
