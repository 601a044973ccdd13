"""What the oracle itself can be trusted with: the recorders see what commands do, and the sandbox holds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.oracle.recorder import Batch, Run, recorder, sandbox
from tests.oracle.world import HERE, project

RECORDERS = ["digests", *(["strace"] if recorder() == "strace" else [])]

DEEDS = {
    "echo x > a.txt": {"a.txt"},
    "echo x > 'n w'": {"n w"},
    "cd d && touch ../q": {"q"},
    "(cd d; bash -c 'cd e; : > z'); : > y": {"d/e/z", "y"},
    "echo x > ln.txt": {"b.txt"},
    "rm a.txt": {"a.txt"},
    "mv a.txt d/": {"a.txt", "d/a.txt"},
    "mkdir -p m/n": {"m", "m/n"},
    "ln -s a.txt l; ln a.txt h": {"l", "h"},
    "chmod 600 a.txt": {"a.txt"},
    "sed -i s/one/1/ a.txt": {"a.txt"},
    "perl -e 'rename q(a.txt), q(r); chdir q(d); mkdir q(in)'": {"a.txt", "r", "d/in"},
    "touch $'new\\nline\\t\"é'": {'new\nline\t"é'},
    "exec 3<> a.txt; echo x >&3": {"a.txt"},
    f"echo x > {HERE}/abs": {"abs"},
    "cat a.txt; ls; grep -r one .": set(),
}


def _changed(run: Run) -> set[str]:
    return {os.path.relpath(path, project(run.world)) for path in run.changed}


@pytest.mark.parametrize("how", RECORDERS)
def test_a_recorder_sees_what_each_command_changed(how: str, tmp_path: Path) -> None:
    runs = Batch(tmp_path, list(DEEDS)).run(how)
    assert {run.command: _changed(run) for run in runs} == {
        run.command: changed for run, changed in zip(runs, DEEDS.values(), strict=True)
    }


def test_strace_sees_what_is_made_and_gone_again(tmp_path: Path) -> None:
    if recorder() != "strace":
        pytest.skip("strace is not here, or may not look")
    runs = Batch(tmp_path, ["touch short; rm short", "echo x > a.txt; git --version"]).run()
    assert [_changed(run) for run in runs] == [{"short"}, {"a.txt"}]


def test_ci_has_the_better_recorder() -> None:
    if recorder() == "strace":
        return
    why = "strace is not here, or may not look: what is made and gone again is not compared"
    if os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get") and not shutil.which("strace"):
        pytest.fail(why)
    pytest.skip(why)


def test_a_command_that_does_not_end_is_ended_and_the_next_one_is_recorded(tmp_path: Path) -> None:
    endless, after = Batch(tmp_path, ["while :; do :; done", "touch after"]).run()
    assert endless.status in (124, 137)
    assert _changed(after) == {"after"}


def test_nothing_outside_its_own_folder_can_be_written(tmp_path: Path) -> None:
    if sandbox() != "bwrap":
        pytest.skip("bubblewrap is not here, or may not run")
    outside = tmp_path / "outside"
    outside.mkdir()
    (run,) = Batch(tmp_path / "inside", [f"touch {outside}/x; cat /proc/net/dev | tail -n +3 | grep -v lo: ; exit 3"]).run()
    assert run.status == 3
    assert list(outside.iterdir()) == []
    assert (tmp_path / "inside/out/0000").read_text() == ""
