from __future__ import annotations

import sys
from pathlib import Path

from planweir import jobs
from planweir.places import Places
from planweir.play.stage import settle


def test_work_that_outlives_its_caller_has_ended_when_the_stage_is_cleared(tmp_path: Path) -> None:
    project = tmp_path / "app"
    project.mkdir()
    places = Places(str(tmp_path / "home"), str(project))
    settle(places)
    assert jobs.start(places, "gate", [sys.executable, "-c", "import time; time.sleep(0.3); open('done', 'w')"])
    settle(places)
    assert (project / "done").exists()
    assert not jobs.running(places, "gate")
