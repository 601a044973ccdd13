"""`bin/task-planner demo`, started as a stranger starts it, and its recording played the way a terminal runs agents."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planweir.play.hooks_player import Player
from planweir.play.stage import Stage

PLUGIN = Path(__file__).resolve().parents[1]


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


def test_the_demo_runs_to_the_end_and_shows_what_planweir_does(isolated: Path) -> None:
    done = subprocess.run(
        [str(PLUGIN / "bin" / "task-planner"), "demo"], cwd=isolated, capture_output=True, text=True, timeout=280
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    for rule in ("main-thread-edits", "guarded-paths", "out-of-turn", "scope", "reviewer-edits", "neighbours"):
        assert f"denied [{rule}]: " in said
    assert "held: T1 has no evidence yet (none)" in said
    assert re.search(r"→ fails: 2 failed", said)
    assert "filed: fail (1 FAIL" in said
    assert re.search(r"fail +verify-1 .*exit 1, 7 passed, 1 failed", said)
    assert "Failed. T2 goes to rework." in said
    assert "Passed: wave 1 is closed." in said
    assert re.search(r"\[✓\] T3: Greet from the command line .*tests: 2 passed +reviews: passed", said)
    assert "Planweir: done: Hello and goodbye" in said
    assert [line.split(maxsplit=1)[1] for line in said.splitlines() if re.match(r" {4}[0-9a-f]{7,} \S", line)] == [
        "T3: Greet from the command line",
        "T2: Say goodbye",
        "T1: Say hello",
        "A package that knows names, and a plan",
    ]
    assert said.splitlines()[-1] == (
        "Seen, all as recorded: 14 agents, 6 denied calls, 2 held ends, 1 failed review, 1 failed gate, 2 passed gates, "
        "3 commits."
    )


def test_the_recording_holds_with_agents_in_the_background_whatever_the_persons_settings_are(isolated: Path) -> None:
    (isolated / ".gitconfig").write_text("[commit]\n gpgsign = true\n[gpg]\n program = /nowhere\n[core]\n hooksPath = /nowhere\n")
    (isolated / ".claude").mkdir()
    (isolated / ".claude" / "settings.json").write_text('{"sandbox": {"enabled": true}}')
    folder = isolated / "stage"
    folder.mkdir()
    stage = Stage("greetings", str(folder), pytest.fail)
    stage.host.start_session()
    with_agents = Player(stage.host, stage.recording, background=True)
    assert "started." in with_agents.type("/implement-plan docs/plan.md --yes")
    with_agents.finish()
    told = with_agents.type("/task-planner --complete")
    assert "done: Hello and goodbye" in told
    assert with_agents.counts["started"] == 14
    assert stage.git("status", "--porcelain") == ""
    assert not (isolated / "planweir").exists()


def test_a_demo_that_goes_another_way_says_where_and_ends_with_1(isolated: Path) -> None:
    plugin = isolated / "plugin"
    for part in ("bin", "hooks", "scripts", "examples"):
        shutil.copytree(PLUGIN / part, plugin / part, ignore=shutil.ignore_patterns("__pycache__"))
    path = plugin / "examples" / "greetings" / "recording.json"
    recording = json.loads(path.read_text())
    recording["actors"]["main"][0]["expect"] = {"denied": "another-rule"}
    path.write_text(json.dumps(recording))
    done = subprocess.run(
        [str(plugin / "bin" / "task-planner"), "demo"], cwd=isolated, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The run is not what was recorded. main, step 1 " in done.stderr
    assert "the recording expects [another-rule]; it was denied: Planweir [main-thread-edits]: " in done.stderr
    assert "Seen, all as recorded" not in done.stdout
