"""`bin/task-planner demo`, started as a stranger starts it, and its recording played the way a terminal runs agents."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planweir.play import board
from planweir.play.hooks_player import Player
from planweir.play.stage import Stage
from planweir.play.story import Line, Story

PLUGIN = Path(__file__).resolve().parents[1]
COMMITS = [
    "T6: Serve the links",
    "T5: Read many addresses at once",
    "T4: Count visits",
    "T3: Keep links",
    "T2: Refuse what no link may lead to",
    "T1: Write numbers as short codes",
]

# What goes wrong in the recording -> what a person reads of it.
INCIDENTS = {
    "a first attempt whose tests fail": (
        r"T1 implementer 1 +runs python3 -m pytest -q tests/test_codes\.py +\(its first attempt\)\n +→ fails: 2 failed",
        r"held: T1 has no evidence yet \(failed\)",
    ),
    "a claimed pass that never ran": (r"T2 implementer 1 .*it claims a pass; nothing ever ran\)\n +held: T2 has no evidence yet \(none\)",),
    "an orchestrator that tries to edit": (r"main +writes shortener/codes\.py .*\n +denied \[main-thread-edits\]: ",),
    "an orchestrator that tries to write the state": (
        r"main +runs echo .*active_task_graph\.json .*\n +denied \[guarded-paths\]: ",
    ),
    "a task spawned before its turn": (
        r"main +starts an agent: \*\*Task ID:\*\* T6 .*\n +denied \[out-of-turn\]: T6 is in wave 3, wave 1 is open",
    ),
    "a review that rejects": (
        r"T3 task-reviewer 1 +ends: FILED fail \(The same address gets a new code each time\.\)\n +rejected: T3 goes to rework",
        r"T3 task-reviewer 2 +ends: FILED pass \(An address keeps its code now\.\)",
    ),
    "a formatter that touches a neighbour's file": (
        r"T3 implementer 2 +runs python3 tools/tidy\.py shortener tests .*(\n +)?→ put in order: shortener/visits\.py",
        r"Planweir +voids the reviews of T4: its files changed after the review",
        r"T4 code-reviewer 2 +ends: FILED pass",
    ),
    "a session that is cut and resumed": (
        r"T6 implementer 1 +the power goes: .*\n +the session is gone",
        r"person +resumes the session\n",
        r"Planweir +takes T6 back: its client is gone",
        r"T6 implementer 2 +ends: DONE",
    ),
}


@pytest.fixture
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and the Python that runs the tests (which has pytest) first on PATH."""
    for key, value in {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PLANWEIR_HOME": str(tmp_path / "planweir"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


def left(folder: Path) -> list[Path]:
    return list(folder.glob("planweir-demo-*"))


def test_the_demo_shows_each_thing_that_goes_wrong_and_ends_with_six_commits(isolated: Path) -> None:
    picture = isolated / "view.svg"
    done = subprocess.run(
        [str(PLUGIN / "bin" / "task-planner"), "demo", "--svg", str(picture)],
        cwd=isolated,
        capture_output=True,
        text=True,
        timeout=280,
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    missing = {what: words for what, rows in INCIDENTS.items() for words in rows if not re.search(words, said)}
    assert missing == {}
    assert "\x1b" not in said
    for rule in ("scope", "reviewer-edits", "neighbours"):
        assert f"denied [{rule}]: " in said
    assert len(re.findall(r"ok verify-1 \d+ passed", said)) == 3
    assert re.search(r"ok end-1 +`python3 tools/tidy\.py --check shortener tests`: exit 0", said)
    assert "held: the plan is open and the next step is yours" in said
    assert "Planweir: done: A link shortener" in said
    log = [line.split(maxsplit=1)[1] for line in said.splitlines() if re.match(r" {4}[0-9a-f]{7,} \S", line)]
    assert log == [*COMMITS, "The example as it begins, and its plan"]
    assert re.search(r"\n    Planweir-Plan: .*\n    Planweir-Task: T6\n    Planweir-Gate: wave 3\n", said)
    assert "    2 × held: no evidence\n" in said
    assert said.splitlines()[-1] == (
        "Seen, all as recorded: 23 agents, 6 denied calls, 3 held ends, 1 failed review, 1 lost session, 3 passed gates, "
        "6 commits."
    )
    drawn = picture.read_text()
    assert "<svg" in drawn and "T3&#160;goes&#160;to&#160;rework" in drawn
    assert left(isolated) == []


def test_the_recording_holds_with_agents_in_the_background_whatever_the_persons_settings_are(isolated: Path) -> None:
    (isolated / ".gitconfig").write_text("[commit]\n gpgsign = true\n[gpg]\n program = /nowhere\n[core]\n hooksPath = /nowhere\n")
    (isolated / ".claude").mkdir()
    (isolated / ".claude" / "settings.json").write_text('{"sandbox": {"enabled": true}}')
    folder = isolated / "stage"
    folder.mkdir()
    stage = Stage("link-shortener", str(folder), pytest.fail)
    story = Story(stage.project, lambda: board.read(stage.project))
    shown: list[Line] = []
    player = Player(stage.host, stage.recording, lambda seen: shown.extend(story.lines(seen)), background=True)
    player.play()
    assert player.counts["started"] == 23
    assert {(one.by, one.who) for one in story.stopped} >= {("void review", "T4"), ("lost attempt", "T6")}
    assert [task.status for task in story.board.tasks] == ["completed"] * 6
    assert story.working == {}
    assert stage.git("log", "--format=%s", "-6").splitlines() == COMMITS
    assert stage.git("status", "--porcelain") == ""
    assert not (isolated / "planweir").exists()


def test_a_demo_that_goes_another_way_says_where_and_ends_with_1(isolated: Path) -> None:
    plugin = isolated / "plugin"
    for part in ("bin", "hooks", "scripts", "examples"):
        shutil.copytree(PLUGIN / part, plugin / part, ignore=shutil.ignore_patterns("__pycache__"))
    path = plugin / "examples" / "link-shortener" / "recording.json"
    recording = json.loads(path.read_text())
    recording["actors"]["main"][2]["expect"] = {"denied": "another-rule"}
    path.write_text(json.dumps(recording))
    done = subprocess.run(
        [str(plugin / "bin" / "task-planner"), "demo"], cwd=isolated, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The run is not what was recorded. main, step 3 " in done.stderr
    assert "the recording expects [another-rule]; it was denied: Planweir [main-thread-edits]: " in done.stderr
    assert "Seen, all as recorded" not in done.stdout
    assert f"Everything is left in {left(isolated)[0]}" in done.stderr


@pytest.mark.parametrize("moment", ["T1 implementer 1", "main                  asks `task-planner next`: Wave 1 of 3: every task"])
def test_a_demo_that_is_interrupted_leaves_nothing_behind(isolated: Path, moment: str) -> None:
    """While agents work, and while a gate runs, which outlives who called it."""
    play = subprocess.Popen(
        [str(PLUGIN / "bin" / "task-planner"), "demo"],
        cwd=isolated,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A test run in the background ignores it, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert play.stdout is not None
    for line in play.stdout:
        if line.startswith(moment):
            break
    os.killpg(play.pid, signal.SIGINT)
    _, errors = play.communicate(timeout=60)
    assert (play.returncode, errors.strip()) == (130, "Stopped. Nothing is left of it.")
    assert left(isolated) == []
    assert not _any_in_session(play.pid)


def _any_in_session(session: int) -> list[str]:
    """The processes of a session that still run, after some time to end."""
    running: list[str] = []
    until = time.monotonic() + 10
    while time.monotonic() < until:
        shown = subprocess.run(["ps", "-o", "pid=,args=", "-s", str(session)], capture_output=True, text=True, check=False)
        running = shown.stdout.splitlines()
        if not running:
            break
        time.sleep(0.1)
    return running
