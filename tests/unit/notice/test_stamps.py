"""What is kept of neighbours' files before a call, within bounds; and what counts as a change of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planweir.notice import stamps
from planweir.notice.stamps import Stamp, changed, look, neighbours, unknown
from planweir.shell.scan import scan


def made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name}\n")


def stamp(root: Path, *globs: str) -> Stamp:
    found = Stamp()
    found.globs = {"T2": list(globs)}
    found.files, found.cut = look(str(root), found.globs)
    return found


@pytest.mark.parametrize("command", ["pytest -q", "make test", "echo x | sh", "python3 a.py", "xargs rm < list", "bwrap --dev-bind / / sh", "`cat x`", "./task-planner status"])
def test_a_line_that_may_write_anything_is_unknown(command: str) -> None:
    assert unknown(scan(command, "/p"))


@pytest.mark.parametrize("command", ["ls -la", "git status && cat a | grep x", "echo x > src/a.py", "task-planner status", "rm a b"])
def test_a_line_that_can_be_read_is_not(command: str) -> None:
    assert not unknown(scan(command, "/p"))


def test_files_also_and_patterns_of_other_tasks_are_looked_at(tmp_path: Path) -> None:
    made(tmp_path, "src/a.py", "src/b.py", "web/x/y.ts", "web/x/y.css", "web/node_modules/z.ts", "app/[id]/page.tsx")
    running: dict[str, object] = {
        "T1": {"files": ["src/a.py"], "also": []},
        "T2": {"files": ["src/b.py", "src/new.py", "web/**/*.ts"], "also": ["app/[id]/page.tsx"]},
        "T3": {"files": [], "also": []},
    }
    globs = neighbours({"running": running}, "T1")
    assert set(globs) == {"T2"}
    found, cut = look(str(tmp_path), globs)
    assert (set(found), cut) == ({"src/b.py", "web/x/y.ts", "app/[id]/page.tsx"}, False)


def test_new_gone_rewritten_and_executable_files_are_changes_and_a_touch_is_none(tmp_path: Path) -> None:
    made(tmp_path, "s/same.py", "s/gone.py", "s/other.py", "s/runs.py", "s/link.py")
    before = stamp(tmp_path, "s/**")
    os.utime(tmp_path / "s/same.py", (1, 1))
    (tmp_path / "s/gone.py").unlink()
    (tmp_path / "s/other.py").write_text("another\n")
    (tmp_path / "s/runs.py").chmod(0o755)
    (tmp_path / "s/link.py").unlink()
    (tmp_path / "s/link.py").symlink_to("same.py")
    made(tmp_path, "s/new.py")
    assert set(changed(str(tmp_path), before)) == {"s/gone.py", "s/other.py", "s/runs.py", "s/link.py", "s/new.py"}


def test_a_file_too_large_to_keep_is_judged_by_its_times(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * (stamps.LARGEST + 1))
    before = stamp(tmp_path, "big")
    assert changed(str(tmp_path), before) == {}
    (tmp_path / "big").write_bytes(b"y" * (stamps.LARGEST + 1))
    assert changed(str(tmp_path), before) == {"big": "T2"}


def test_beyond_the_bounds_nothing_counts_as_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, *(f"s/{number}.py" for number in range(20)))
    monkeypatch.setattr(stamps, "MOST_FILES", 5)
    before = stamp(tmp_path, "s/**")
    assert (len(before.files), before.cut) == (5, True)
    made(tmp_path, "s/new.py")
    assert changed(str(tmp_path), before) == {}
    (tmp_path / next(iter(before.files))).unlink()
    assert len(changed(str(tmp_path), before)) == 1
