"""A gate is a process of its own: a long one runs on, a second call joins it, and nothing is ever started twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.unit.gate.shop import PLANNER, Shop, plan, task

from planweir import jobs


@pytest.fixture
def slow(shop: Shop) -> Shop:
    """A plan at its only gate, whose command counts its runs and lasts until `go` is there."""
    command, count = shop.counter()
    wait = shop.script(
        "wait", f"test -e {shop.folder}/baseline && exit; {command}; read -r _ < {shop.folder}/go"
    )
    os.mkfifo(shop.folder / "go")
    (shop.folder / "baseline").touch()
    shop.open(plan(task("T1", "a.py"), head=f"Verify: `{wait}`"))
    (shop.folder / "baseline").unlink()
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.count = count  # type: ignore[attr-defined]
    return shop


def runs(shop: Shop) -> int:
    return int(shop.count())  # type: ignore[attr-defined]


def let_go(shop: Shop) -> None:
    """Opening the pipe waits for the command to read it."""
    (shop.folder / "go").write_text("go\n")


def test_a_long_gate_runs_on_and_wait_joins_it(slow: Shop) -> None:
    first = slow.planner("gate", PLANWEIR_WAIT="0.2")
    assert first.returncode == 1
    assert "gate --wait" in first.stdout
    assert jobs.running(slow.places, "gate")
    assert slow.status("T1") == "reviewed"
    threading.Thread(target=let_go, args=(slow,)).start()
    joined = slow.planner("gate", "--wait")
    assert joined.returncode == 0, joined.stdout + joined.stderr
    assert "Passed" in joined.stdout
    assert slow.status("T1") == "completed"
    assert runs(slow) == 1
    again = slow.planner("gate", "--wait")
    assert (again.returncode, again.stdout) == (0, joined.stdout)
    assert slow.kinds().count("gate_passed") == 1


def test_a_second_gate_joins_and_never_restarts(slow: Shop) -> None:
    def gate() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", str(PLANNER), "gate", "--json"],
            cwd=slow.root,
            stdout=subprocess.PIPE,
            text=True,
        )

    started = [gate() for _ in range(3)]
    let_go(slow)
    answers = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert [json.loads(answer)["passed"] for answer in answers] == [True, True, True]
    assert runs(slow) == 1
    assert slow.commits() == ["T1: Do T1"]


def test_while_it_runs_json_says_so_and_next_says_to_join(slow: Shop) -> None:
    done = slow.planner("gate", "--json", PLANWEIR_WAIT="0.2")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"running": True}
    assert "gate --wait" in slow.planner("status").stdout
    let_go(slow)
    assert slow.planner("gate", "--wait").returncode == 0


def test_a_gate_whose_keeper_is_killed_is_still_running_and_is_not_started_again(slow: Shop) -> None:
    slow.planner("gate", PLANWEIR_WAIT="0.2")
    keepers = [pid for pid in processes(str(slow.root)) if "jobs.py" in words(pid)]
    assert len(keepers) == 1
    os.kill(keepers[0], signal.SIGKILL)
    assert slow.planner("gate", PLANWEIR_WAIT="0.2").returncode == 1
    let_go(slow)
    slow.planner("gate", "--wait")
    assert runs(slow) == 1
    assert slow.status("T1") == "completed"
    assert slow.commits() == ["T1: Do T1"]


def test_a_gate_that_died_is_said_and_the_next_call_starts_it_anew(slow: Shop) -> None:
    slow.planner("gate", PLANWEIR_WAIT="0.2")
    for pid in processes(str(slow.root)):
        os.kill(pid, signal.SIGKILL)
    died = slow.planner("gate", "--wait")
    assert died.returncode == 3
    assert "ended without a result" in died.stdout
    assert "Run `task-planner gate`" in died.stdout
    threading.Thread(target=let_go, args=(slow,)).start()
    assert slow.planner("gate").returncode == 0
    assert slow.commits() == ["T1: Do T1"]


def words(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def processes(root: str) -> list[int]:
    """The processes of the gate that runs in `root`, and of its command."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                if os.readlink(f"/proc/{name}/cwd") == root:
                    found.append(int(name))
            except OSError:
                continue
    return found


def test_three_that_are_told_to_run_here_run_once(slow: Shop) -> None:
    words = [sys.executable, "-I", str(PLANNER), "gate", "--here"]
    three = [subprocess.Popen(words, cwd=slow.root, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    let_go(slow)
    said = [each.communicate(timeout=60)[0] for each in three]
    assert all("Passed" in words for words in said), said
    assert runs(slow) == 1
    assert slow.kinds().count("gate_passed") == 1


def test_a_gate_that_died_before_it_began_does_not_tell_what_an_earlier_one_found(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
    shop.reviewed("T1", {"a.py": "a\n"})
    assert shop.planner("gate").returncode == 0
    shop.reviewed("T2", {"b.py": "b\n"})
    for name in ("result.json", "out"):  # what a start takes away, before its process is killed at once
        os.unlink(f"{shop.places.jobs}/gate/{name}")
    (Path(shop.places.jobs) / "gate" / "out").touch()
    status, told = shop.answer("gate", "--wait")
    assert (status, told["passed"], told.get("died")) == (3, False, True)


def test_wait_runs_the_gate_whose_turn_has_come_instead_of_telling_of_an_earlier_wave(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
    shop.reviewed("T1", {"a.py": "a\n"})
    assert shop.planner("gate").returncode == 0
    shop.reviewed("T2", {"b.py": "b\n"})
    assert "every wave is closed" in shop.planner("gate", "--wait").stdout
    assert shop.status("T2") == "completed"
