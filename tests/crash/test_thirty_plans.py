"""Thirty plans opened and ended in a row, in every way in which one ends: nothing stays but the archive. Real processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.crash.armed import ROOT, TOOLS
from tests.hooks.stage import FILES, Stage

from planweir import __version__, jobs
from planweir.journal.store import Journal

ARCHIVED_MOST = 100_000  # bytes of a small plan's folder in the archive
DEAD = 2**22 + 1  # above the largest process id there can be
# Records, and is killed at the moment in which the copy in the project would be put into its place.
KILLED = """
import os, sys
sys.path[:0] = [sys.argv[1]]
from planweir.journal.store import Journal
from planweir.places import Places
real = os.replace
def replace(source, target):
    if target.endswith("active_task_graph.json"):
        os.kill(os.getpid(), 9)
    real(source, target)
os.replace = replace
Journal(Places(sys.argv[2], sys.argv[3])).record({"kind": "note", "what": "the last words"})
"""


def plan(root: Path) -> str:
    """Its check is quick, but for a gate that finds the file `slow`: that says so and then runs for a day."""
    check = f"[ ! -e {root}/slow ] || {{ echo on > {root}/fifo; sleep 86400; }}"
    return (
        f"# Plan: Small\n\nGoal: Little.\nVerify: `{check}`\n\n## Tasks\n\n### T1: Word\n- Files: `src/w.py`\n"
        "- New tests: no\n\nWrite it.\n\n#### Done when\n- it is there\n"
    )


def ready(root: Path) -> Stage:
    stage = Stage(root)
    stage.build({**FILES, "docs/plan.md": plan(root)})
    os.mkfifo(root / "fifo")
    (root / "tools").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (root / "tools" / tool).symlink_to(found)
    return stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = ready(tmp_path)
    yield stage
    for line in processes(stage):  # of a test that failed
        os.kill(int(line.split()[0]), signal.SIGKILL)


def typed(stage: Stage, command: str, words: str, wanted: str) -> None:
    reply = stage.typed(command, words, prompted=False)
    said = reply.reason or reply.context
    assert wanted in said, said


def opens(stage: Stage) -> None:
    typed(stage, "/implement-plan", "docs/plan.md --yes", "started.")
    assert os.path.exists(stage.places.armed)
    assert os.path.exists(stage.places.second(str(stage.data)))


def completed(stage: Stage) -> None:
    typed(stage, "/task-planner", "skip T1", "skipped")
    ran = stage.run("task-planner gate")
    assert ran.exit == 0, ran.output
    typed(stage, "/task-planner", "--complete", "done: Small")


def aborted(stage: Stage) -> None:
    typed(stage, "/task-planner", "--abort", "the plan is aborted")


def aborted_in_a_terminal(stage: Stage) -> None:
    ran = stage.run("task-planner abort", person=True)
    assert ran.exit == 0, ran.output


def aborted_by_sh(stage: Stage) -> None:
    """No Python can be run; the next command that can takes it in."""
    runtime = Path(stage.places.home) / "runtime" / __version__
    away = runtime.with_name("away")
    runtime.rename(away)
    reply = stage.send(
        "UserPromptExpansion",
        env={"PATH": str(stage.root / "tools")},
        expansion_type="slash_command",
        command_name="planweir:task-planner",
        command_args="--abort",
        command_source="plugin",
        prompt="/planweir:task-planner --abort",
    )
    away.rename(runtime)
    assert "the plan is aborted" in reply.reason
    typed(stage, "/task-planner", "--status", "")


def aborted_while_its_gate_runs(stage: Stage) -> None:
    typed(stage, "/task-planner", "skip T1", "skipped")
    (stage.root / "slow").touch()
    stage.env["PLANWEIR_WAIT"] = "0"
    stage.run("task-planner gate")
    del stage.env["PLANWEIR_WAIT"]
    assert (stage.root / "fifo").read_text() == "on\n"  # it is in the middle of its command
    (stage.root / "slow").unlink()
    assert jobs.running(stage.places, "gate")
    aborted(stage)


def aborted_after_a_writer_was_killed(stage: Stage) -> None:
    writer = [sys.executable, "-I", "-S", "-c", KILLED, str(ROOT / "scripts")]
    done = subprocess.run([*writer, stage.places.home, stage.places.project], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(Path(stage.places.rendered_copy).parent.iterdir())) == 2
    for path in (stage.places.armed, stage.places.second(str(stage.data)), stage.places.offered):
        Path(f"{path}.{DEAD}.new").write_text("half")
    aborted(stage)


ENDS: list[tuple[Callable[[Stage], None], int]] = [
    (completed, 5),
    (aborted, 11),
    (aborted_in_a_terminal, 5),
    (aborted_by_sh, 4),
    (aborted_while_its_gate_runs, 2),
    (aborted_after_a_writer_was_killed, 3),
]


def listing(top: Path, *but: str) -> set[str]:
    """Every file and folder below `top`, with what the files of git hold, but for what lies below `but`."""
    found: set[str] = set()
    for folder, folders, names in os.walk(top):
        here = os.path.relpath(folder, top)
        folders[:] = [name for name in folders if os.path.normpath(f"{here}/{name}") not in but]
        found |= {os.path.normpath(f"{here}/{name}") for name in (*names, *folders)}
    return found


def processes(stage: Stage) -> list[str]:
    """The processes whose command lines name this test's folder."""
    shown = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in shown.splitlines() if str(stage.root) in line]


def test_thirty_plans_in_a_row_leave_the_archive_behind_and_nothing_else(stage: Stage) -> None:
    archive = os.path.relpath(stage.places.archive, stage.places.home)
    base = Path(stage.places.base)

    def world() -> tuple[object, ...]:
        exclude = stage.project / ".git/info/exclude"
        return (
            listing(Path(stage.places.home), archive, "runtime"),
            listing(stage.data),
            listing(stage.project, ".git/objects"),
            stage.git("for-each-ref"),
            stage.git("worktree", "list"),
            stage.git("stash", "list"),
            stage.git("status", "--porcelain", "--ignored"),
            exclude.read_text() if exclude.exists() else "",
        )

    opens(stage)
    aborted(stage)  # the folders of the first plan stay: that of the project, with the archive in it
    before = world()
    turn = 1
    for end, times in ENDS:
        for _ in range(times):
            opens(stage)
            end(stage)
            turn += 1
            assert not os.path.exists(stage.places.armed), end.__name__
            assert len(os.listdir(stage.places.archive)) == turn
        assert world() == before, end.__name__
        assert processes(stage) == [], end.__name__
    assert turn == 31
    assert os.listdir(base) == ["archive"]
    kept = sorted(Path(stage.places.archive).iterdir())
    for folder in kept:
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < ARCHIVED_MOST
        assert [path for path in folder.rglob("*.new") if not path.name.startswith("armed")] == []
        assert (folder / "journal.jsonl").exists()
        assert not (folder / "keepsake").exists()  # with it would go lines of the person's settings
    assert stage.faults() == ""
    assert Journal(stage.places).state()["plan"]["status"] == ""
    assert stage.edit("src/anything.py").said is None  # as if there had never been a plan
