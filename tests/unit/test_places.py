"""Half-written files of writers that were killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from planweir.places import sweep, write_whole


def test_what_a_killed_writer_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    path = tmp_path / "state.json"
    write_whole(str(path), "whole")
    kept = [f"state.json.{os.getpid()}.new", "state.json.new", "state.json.x1.new", "state.json.1.old"]
    kept += [f"other.json.{done.pid}.new", f"state.json.bak.{done.pid}.new"]
    for name in (*kept, f"state.json.{done.pid}.new"):
        (tmp_path / name).touch()
    sweep(str(path))
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, "state.json"])
    assert path.read_text() == "whole"


def test_a_folder_that_is_not_there_is_swept_already(tmp_path: Path) -> None:
    sweep(str(tmp_path / "none" / "state.json"))
    assert list(tmp_path.iterdir()) == []
