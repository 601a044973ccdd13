"""What git runs is guarded, wherever the repository keeps it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from planweir.journal.render import git_runs


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A Person", "-c", "user.email=person@example.org")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_the_persons_own_settings_are_among_it(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_runs(str(tmp_path)) == [
        f"{home}/.gitconfig", f"{home}/.config/git/config", f"{home}/.config/git/attributes"
    ]
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/etc/mine")
    assert "/etc/mine" in git_runs(str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert "/dev/null" not in git_runs(str(tmp_path))


def test_of_a_worktree_it_lies_in_the_main_repository(home: Path, tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git(main, "init", "-q")
    git(main, "commit", "-q", "--allow-empty", "-m", "First")
    git(main, "worktree", "add", "-q", str(tmp_path / "side"))
    found = git_runs(str(tmp_path / "side"))
    assert f"{main}/.git/hooks" in found
    assert f"{tmp_path}/side/.git" in found  # the file that points there
    assert f"{main}/.git/config" in found
    assert f"{main}/.git/worktrees/side/config.worktree" in found


def test_a_git_file_that_says_something_else_is_none(home: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("nothing\n")
    assert len(git_runs(str(tmp_path))) == 3
