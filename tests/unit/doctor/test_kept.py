"""Markers, journal, rendered files, lock and faults, each broken as it breaks in life."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic

from planweir.doctor import kept
from planweir.doctor.finding import Finding
from planweir.journal import markers
from planweir.places import Places, write_whole
from planweir.verbs.ending import put_away

Data = str


@pytest.fixture
def data(clinic: Clinic) -> Data:
    """The client's folder for the plugin, where a terminal looks for it too."""
    path = clinic.config / "plugins" / "data" / "planweir-planweir"
    path.mkdir(parents=True)
    return str(path)


def armed(clinic: Clinic, data: Data) -> str:
    """A plan with both markers; returns the second one."""
    clinic.open()
    markers.record_second(clinic.places, data)
    return clinic.places.second(data)


class TestMarkers:
    def test_two_that_agree_are_well(self, clinic: Clinic, data: Data) -> None:
        armed(clinic, data)
        found = clinic.only("markers")
        assert (found.state, found.what) == ("ok", "2 set, and they agree with the journal")

    @pytest.mark.parametrize("which", ["first", "second"])
    def test_one_that_is_missing_is_told(self, clinic: Clinic, data: Data, which: str) -> None:
        second = armed(clinic, data)
        os.unlink(clinic.places.armed if which == "first" else second)
        found = clinic.only("markers")
        assert (found.state, found.mend) == ("warn", "/implement-plan sets it again")

    def test_both_missing_is_bad_for_nothing_is_enforced(self, clinic: Clinic, data: Data) -> None:
        os.unlink(armed(clinic, data))
        os.unlink(clinic.places.armed)
        found = clinic.only("markers")
        assert (found.state, "nothing is enforced" in found.what) == ("bad", True)
        assert clinic.shop.planner("resume").returncode == 0  # the terminal's word for /implement-plan
        assert clinic.only("markers").state == "ok"

    def test_one_that_names_another_plan_is_told_and_the_line_mends_it(self, clinic: Clinic) -> None:
        clinic.open()
        write_whole(clinic.places.armed, "another-plan")
        found = clinic.only("markers")
        assert found.state == "warn"
        os.system(found.mend)
        assert clinic.only("markers").state == "ok"

    def test_one_without_a_journal_is_bad_and_abort_takes_it_away(self, clinic: Clinic) -> None:
        write_whole(clinic.places.armed, "lost")
        found = clinic.only("markers")
        assert (found.state, "/task-planner --abort" in found.mend) == ("bad", True)
        assert clinic.shop.planner("abort").returncode == 0
        assert clinic.only("markers").state == "ok"

    def test_one_of_a_plan_in_the_archive_is_a_left_over(self, clinic: Clinic, data: Data) -> None:
        second = armed(clinic, data)
        plan = clinic.shop.state["plan"]["id"]
        put_away(clinic.places, clinic.shop.record("aborted", by="person"))
        write_whole(second, plan)
        found = clinic.only("markers")
        assert (found.state, "archive" in found.what) == ("warn", True)

    def test_one_of_a_plan_that_ended_but_was_not_put_away_is_a_left_over(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.shop.record("aborted", by="person")
        found = clinic.only("markers")
        assert (found.state, found.mend) == ("warn", "/task-planner --status takes it away")

    def test_an_abort_typed_without_python_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        os.rename(clinic.places.armed, clinic.places.abort_requested)
        assert "not taken in yet" in clinic.findings("markers")[0].what
        assert os.path.exists(clinic.places.abort_requested)  # looking takes nothing in

    def test_a_marker_of_another_installation_arms_nothing_here(self, clinic: Clinic, data: Data) -> None:
        write_whole(clinic.places.second(data), "lost")
        assert clinic.only("markers").state == "bad"  # a terminal does not know which one the client has
        assert clinic.only("markers", clinic.world(CLAUDE_PLUGIN_DATA="/elsewhere")).state == "ok"

    def test_a_list_of_markers_that_cannot_be_read_is_told(self, clinic: Clinic, data: Data) -> None:
        armed(clinic, data)
        Path(clinic.places.markers).write_text("{")
        assert f"rm {clinic.places.markers}" in clinic.only("markers").mend


class TestStaleArms:
    def arm(self, clinic: Clinic, folder: Path, plan: str = "p1") -> Places:
        other = Places(clinic.places.home, str(folder))
        write_whole(other.armed, plan)
        return other

    def ran(self, clinic: Clinic, found: Finding) -> int:
        words = found.mend.removeprefix("in a terminal: ")
        line = words.replace(
            "task-planner", f"{sys.executable} -I {Path(__file__).parents[3] / 'scripts/task_planner.py'}"
        )
        return subprocess.run(["sh", "-c", line], cwd="/", capture_output=True, check=False).returncode

    def test_a_project_that_is_gone_is_told_and_the_line_ends_its_plan(self, clinic: Clinic) -> None:
        clinic.open()
        gone = clinic.shop.folder / "gone"
        os.rename(clinic.shop.root, gone)
        old, clinic.places = clinic.places, Places(clinic.places.home, str(gone))
        found = clinic.only("stale-arms")
        assert (found.state, f"{old.project} is gone" in found.what) == ("warn", True)
        assert self.ran(clinic, found) == 0
        assert clinic.only("stale-arms").state == "ok"
        assert os.listdir(old.archive)
        assert not os.path.exists(old.project)

    def test_a_marker_without_a_plan_is_told_and_the_line_takes_it_away(self, clinic: Clinic) -> None:
        folder = clinic.shop.folder / "other"
        folder.mkdir()
        self.arm(clinic, folder)
        found = clinic.only("stale-arms")
        assert (found.state, "denied as undecided" in found.what) == ("warn", True)
        assert self.ran(clinic, found) == 0
        assert clinic.only("stale-arms").state == "ok"

    def test_one_in_the_clients_folder_alone_is_told(self, clinic: Clinic, data: Data) -> None:
        path = f"{data}/armed{clinic.shop.folder}/gone/open"
        write_whole(path, "p1")
        found = clinic.only("stale-arms")
        assert (found.state, found.mend) == ("warn", f"rm {path}")
        assert "rm " not in clinic.only("stale-arms", clinic.world(agent=True)).mend

    def test_a_plan_that_is_open_elsewhere_is_well(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.places = Places(clinic.places.home, str(clinic.shop.folder / "another"))
        assert clinic.only("stale-arms").state == "ok"


class TestJournal:
    def test_a_damaged_line_is_bad_and_named(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.shop.begin("T1")
        path = Path(clinic.places.journal)
        rows = path.read_bytes().split(b"\n")
        rows[2] = rows[2].replace(b"T1", b"T9")
        path.write_bytes(b"\n".join(rows))
        found = clinic.only("journal")
        assert (found.state, "line 3 is damaged" in found.what) == ("bad", True)
        assert "hooks deny" in found.what
        assert "/task-planner doctor --repair" in found.mend
        assert {clinic.only(name).state for name in ("plan", "agents", "gate", "rendered", "hooks")} == {
            "unknown"
        }

    def test_a_half_written_last_line_is_told_and_left_alone(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept, "IN_PASSING", 0.0)
        clinic.open()
        before = Path(clinic.places.journal).read_bytes() + b'{"seq":9,'
        Path(clinic.places.journal).write_bytes(before)
        found = clinic.only("journal")
        assert (found.state, "/task-planner --status" in found.mend) == ("warn", True)
        assert Path(clinic.places.journal).read_bytes() == before

    def test_a_whole_one_is_well(self, clinic: Clinic) -> None:
        clinic.open()
        assert clinic.only("journal").state == "ok"


class TestRendered:
    @pytest.mark.parametrize("name", ["guard", "plan", "state", "rendered_copy"])
    @pytest.mark.parametrize("how", ["gone", "changed"])
    def test_a_file_that_is_gone_or_changed_is_told_and_the_mend_writes_it_again(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, name: str, how: str
    ) -> None:
        monkeypatch.setattr(kept, "IN_PASSING", 0.0)
        clinic.open()
        path = Path(str(getattr(clinic.places, name)))
        path.unlink()
        if how == "changed":
            path.write_text('{"bytes": 1}')
        found = clinic.only("rendered")
        assert (found.state, str(path) in found.what) == ("warn", True)
        assert clinic.shop.planner("resume").returncode == 0
        assert clinic.only("rendered").state == "ok"

    def test_one_behind_the_journal_is_told(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kept, "IN_PASSING", 0.0)
        clinic.open()
        before = Path(clinic.places.guard).read_text()
        clinic.shop.record("note", what="x")
        Path(clinic.places.guard).write_text(before)
        assert clinic.places.guard in clinic.only("rendered").what


class TestLock:
    def test_one_that_is_held_on_and_on_is_bad_and_its_holder_named(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept, "IN_PASSING", 0.1)
        clinic.open()
        # The process that took the lock has ended; a child that it left behind holds it on.
        line = f"exec 9>>{clinic.places.lock}; flock 9; sleep 600 & echo $!"
        if shutil.which("flock") is None:
            pytest.skip("no flock here")
        with subprocess.Popen(["sh", "-c", line], stdout=subprocess.PIPE, text=True) as first:
            assert first.stdout is not None
            child = int(first.stdout.readline())
            first.wait()
            try:
                found = clinic.only("lock")
                assert found.state == "bad"
                if os.path.isdir("/proc/self"):
                    assert f"kill {child}" in found.mend
                assert "kill" not in clinic.only("lock", clinic.world(agent=True)).mend
            finally:
                os.kill(child, 9)
        assert clinic.only("lock").state == "ok"

    def test_one_that_is_held_for_an_append_is_well(self, clinic: Clinic) -> None:
        clinic.open()
        line = "import fcntl,sys,time; f=open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(0.2)"
        with subprocess.Popen(
            [sys.executable, "-c", line, clinic.places.lock], stdout=subprocess.PIPE
        ) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            assert clinic.only("lock").state == "ok"

    def test_looking_keeps_nobody_out(self, clinic: Clinic) -> None:
        clinic.open()
        clinic.only("lock")
        with open(clinic.places.lock) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class TestFaults:
    def test_the_last_failure_of_a_hook_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        Path(clinic.places.faults).write_text(
            "2026-01-01T00:00:00Z record_run.py: OSError: first\nTraceback\n  File x\n"
            "2026-01-01T00:00:01Z guard_state_file.py: no space left on device\nNoneType: None\n"
        )
        found = clinic.only("faults")
        assert found.state == "warn"
        assert "failed 2 times" in found.what
        assert "no space left on device" in found.what

    def test_a_log_that_is_a_folder_could_not_be_checked(self, clinic: Clinic) -> None:
        clinic.open()
        os.mkdir(clinic.places.faults)
        assert clinic.only("faults").state == "unknown"


def test_a_rendered_graph_is_compared_as_json(clinic: Clinic) -> None:
    clinic.open()
    value = json.loads(Path(clinic.places.plan).read_text())
    write_whole(clinic.places.plan, json.dumps(value))
    assert clinic.only("rendered").state == "ok"
