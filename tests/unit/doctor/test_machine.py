"""The machine's checks, each with a real thing that is broken."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic, script
from tests.unit.gate.shop import PLANNER, TOP

from planweir import __version__
from planweir.doctor.machine import room


def runtime(clinic: Clinic, body: str) -> Path:
    """A runtime whose Python is a script."""
    return script(Path(clinic.places.home) / "runtime" / __version__ / "bin" / "python", body)


class TestPython:
    def test_without_python3_on_path_hooks_deny(self, clinic: Clinic) -> None:
        found = clinic.only("hook-python", clinic.world(PATH="/nowhere"))
        assert found.state == "bad"
        assert "task-planner --version" in found.mend

    def test_hooks_take_the_runtimes_python_before_any_other(self, clinic: Clinic) -> None:
        own = runtime(clinic, f'exec {sys.executable} "$@"')
        found = clinic.only("hook-python")
        assert (found.state, str(own) in found.what) == ("ok", True)

    def test_an_old_python_is_bad(self, clinic: Clinic) -> None:
        clinic.program("python3", "echo 3 8 10")
        found = clinic.only("hook-python", clinic.world(PATH=str(clinic.tools)))
        assert found.state == "bad"
        assert "3.8.10" in found.what

    def test_a_runtime_that_does_not_run_is_bad_and_is_built_again(self, clinic: Clinic) -> None:
        own = runtime(clinic, "echo broken >&2; exit 1")
        for name in ("hook-python", "packages"):
            found = clinic.only(name)
            assert found.state == "bad"
            assert f"rm -rf {own.parent.parent}" in found.mend
            assert "task-planner --version" in found.mend

    def test_a_runtime_without_a_package_is_bad(self, clinic: Clinic) -> None:
        runtime(clinic, "echo filelock git")
        found = clinic.only("packages")
        assert found.state == "bad"
        assert "it lacks filelock, git" in found.what


class TestOldRuntimes:
    def test_one_of_another_version_is_told_with_its_size_and_the_line(self, clinic: Clinic) -> None:
        old = Path(clinic.places.home) / "runtime" / "0.0.9"
        old.mkdir(parents=True)
        (old / "big").write_bytes(b"x" * 3_000_000)
        found = clinic.only("old-runtimes")
        assert (found.state, found.mend) == ("warn", f"rm -rf {old}")
        assert "3 MB" in found.what

    def test_an_agent_is_given_no_line_that_removes(self, clinic: Clinic) -> None:
        (Path(clinic.places.home) / "runtime" / "0.0.9").mkdir(parents=True)
        assert "rm " not in clinic.only("old-runtimes", clinic.world(agent=True)).mend

    def test_the_present_one_and_one_that_is_being_built_are_no_left_overs(self, clinic: Clinic) -> None:
        folder = Path(clinic.places.home) / "runtime"
        for name in (__version__, f"demo-{__version__}", "9.9.9.new"):
            (folder / name).mkdir(parents=True)
        with open(folder / "9.9.9.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert clinic.only("old-runtimes").state == "ok"
        assert clinic.only("old-runtimes").state == "warn"


class TestPath:
    def test_another_task_planner_ahead_is_bad_in_a_session_and_told_in_a_terminal(
        self, clinic: Clinic
    ) -> None:
        other = clinic.program("task-planner", "version=0.0.9")
        path = f"{clinic.tools}:{TOP / 'bin'}"
        found = clinic.only("path", clinic.world(PATH=path))
        assert (found.state, f"{other} (Planweir 0.0.9)" in found.what) == ("bad", True)
        assert clinic.only("path", clinic.world(PATH=path, drop=("CLAUDECODE",))).state == "warn"

    def test_another_program_of_that_name_is_not_run(self, clinic: Clinic) -> None:
        mark = clinic.shop.folder / "ran"
        clinic.program("task-planner", f"touch {mark}")
        assert "another program" in clinic.only("path", clinic.world(PATH=str(clinic.tools))).what
        assert not mark.exists()

    def test_a_link_to_ours_is_ours(self, clinic: Clinic) -> None:
        (clinic.tools / "task-planner").symlink_to(TOP / "bin" / "task-planner")
        assert clinic.only("path", clinic.world(PATH=str(clinic.tools))).state == "ok"


def mounted(steps: str, clinic: Clinic) -> list[dict[str, str]]:
    """The doctor's findings in a mount namespace in which `steps` were made."""
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no mount namespace here")
    run = f"{steps} && exec {sys.executable} -I {PLANNER} doctor --json"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", run],
        cwd=clinic.shop.root,
        env=clinic.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        pytest.skip(f"could not be mounted: {done.stderr}")
    assert done.returncode == 1
    found = json.loads(done.stdout)["findings"]
    assert isinstance(found, list)
    return found


class TestHome:
    def test_a_file_in_its_place_is_bad(self, clinic: Clinic) -> None:
        Path(clinic.places.home).write_text("a file")
        found = clinic.only("home")
        assert found.state == "bad"
        assert "PLANWEIR_HOME" in found.mend

    def test_one_that_cannot_be_made_is_bad(self, clinic: Clinic) -> None:
        (clinic.shop.folder / "file").write_text("")
        clinic.places.home = str(clinic.shop.folder / "file" / "home")
        assert clinic.only("home").state == "bad"

    def test_one_that_is_not_there_yet_is_well(self, clinic: Clinic) -> None:
        assert clinic.only("home").state == "ok"

    def test_a_read_only_one_is_bad_as_under_the_sandbox(self, clinic: Clinic) -> None:
        clinic.open()
        home = clinic.places.home
        found = mounted(f"mount --bind {home} {home} && mount -o remount,ro,bind {home}", clinic)
        states = {row["name"]: row for row in found}
        assert states["home"]["state"] == "bad"
        assert "sandbox" in states["home"]["mend"]
        assert states["journal"]["state"] == "ok"
        assert states["clock"]["state"] == "unknown"  # what needs a file there says that it could not look


class TestDisk:
    @pytest.mark.parametrize(
        ("megabytes", "files", "state"),
        [
            (501, None, ""),
            (501, 20_000, ""),
            (499, None, "warn"),
            (49, None, "bad"),
            (9_000, 9_000, "warn"),
            (9_000, 0, "bad"),
        ],
    )
    def test_little_room_is_told_and_none_is_bad(self, megabytes: int, files: int | None, state: str) -> None:
        assert "".join(row.state for row in room("home", "/", megabytes, files)) == state

    def test_a_full_disk_is_bad(self, clinic: Clinic) -> None:
        home = Path(clinic.places.home)
        home.mkdir()
        found = mounted(f"mount -t tmpfs -o size=20m none {home}", clinic)
        rows = [row for row in found if row["name"] == "disk"]
        assert [row["state"] for row in rows] == ["bad"]
        assert "du -xh" in rows[0]["mend"]


class TestClock:
    def test_an_event_in_the_future_is_bad_for_next_hands_out_no_work(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.shop.record("note", what="x", at="2099-01-01T00:00:00Z")
        found = clinic.only("clock")
        assert found.state == "bad"
        assert "timedatectl" in found.mend

    def test_a_clock_that_was_set_back_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.shop.record("note", what="x", at="2020-01-01T00:00:00Z")
        assert clinic.only("clock").state == "warn"

    def test_a_file_system_with_another_clock_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        if not hasattr(os, "O_TMPFILE"):
            pytest.skip("no files without a name here")
        found = clinic.findings("clock", clinic.world(clock=lambda: time.time() + 60))
        assert [row.state for row in found] == ["warn"]
        assert "-60 s" in found[0].what
