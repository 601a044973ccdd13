"""What a shell runs without being told in so many words, and what only looks like it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from planweir.shell.scan import scan

RUNS = [
    "PS4='+ $(rm f)'; set -x; true",
    "PROMPT_COMMAND='rm f' bash -i",
    "x='a[$(rm f)]'; echo $((x))",
    "x='`rm f`'; echo \"${x@P}\"",
    "w() { rm f; }; export -f w; bash -c w",
    "complete -C 'rm f' x",
    "compgen -F w x; w() { rm f; }; compgen -F w x",
    "readarray -C 'rm f #' -c 1 x < g",
    "hash -p /bin/rm ls; ls f",
    "history -s rm f; fc -s rm",
    "HISTFILE=f; history -w",
    "command_not_found_handle() { rm f; }; nothing",
    "printf -v a '%s' f; rm $a",
    "rm @(f|g)",
    "bash -O extglob -c 'rm ?(f)'",
    "set -- f; for a; do rm $a; done",
    "cp /bin/rm ./x; ./x f",
    "rm /proc/$$/cwd/f",
    "rm \"$(dirname \"$(pwd)/x\")/f\"",
]
RUNS_NOT = [
    "x='a[$(rm f)]'; echo $x",
    "x='$(rm f)'; echo \"${#x}\"",
    "PS4='+ $(date) '; set -x",
    "w() { rm f; }; export -f w",
    "complete -W 'rm f' x",
    "hash -r",
    "history 5",
    "PS1='(x) \\u \\w (y) $ '",
]


def hits(command: str, folder: Path) -> bool:
    found = scan(command, str(folder))
    return any(one.path == f"{folder}/f" for one in found.writes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "f").write_text("x")
    return tmp_path


@pytest.mark.parametrize("command", RUNS)
def test_what_is_run_untold_is_seen(command: str, folder: Path) -> None:
    assert hits(command, folder)


@pytest.mark.parametrize("command", RUNS_NOT)
def test_what_is_only_said_is_not_run(command: str, folder: Path) -> None:
    found = scan(command, str(folder))
    assert not hits(command, folder)
    assert found.readable


def test_a_copy_and_a_link_that_lie_there_are_known(folder: Path) -> None:
    real = shutil.which("rm") or ""
    shutil.copy(real, folder / "cat")
    (folder / "grep").symlink_to(real)
    assert hits("./cat f", folder)
    assert hits("./grep f", folder)
    assert hits(f"PATH={folder}:$PATH; cat f", folder)
    assert not hits("cat f", folder)


def test_names_in_which_a_plain_text_stands_are_looked_up(folder: Path) -> None:
    (folder / "g").write_text("y")
    (folder / "d").mkdir()
    (folder / "d/h.py").write_text("some x here")
    found = scan("grep -rl x . | xargs sed -i s/x/y/", str(folder))
    assert sorted(one.path or "" for one in found.writes) == [f"{folder}/d/h.py", f"{folder}/f"]
    found = scan("grep -rl 'me x' --include='*.py' . | xargs rm", str(folder))
    assert [one.path for one in found.writes] == [f"{folder}/d/h.py"]
    assert scan("grep -rl 'x[y]*' . | xargs rm", str(folder)).writes[0].path is None
