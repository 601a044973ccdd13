"""A picture holds what the project holds, is cheap the second time, and writes nothing of the person's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.unit.gate.shop import git, new_repository

from planweir.evidence import tree
from planweir.evidence.index import TreeError
from planweir.notice.picture import Camera, Picture


class Place:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.cache = folder / "cache"
        new_repository(self.root)

    def take(self, limit: float = 30) -> Picture:
        return Camera(str(self.root), str(self.cache), limit).take()

    def changed(self, before: Picture) -> list[str]:
        camera = Camera(str(self.root), str(self.cache), 30)
        return camera.between(before.tree, camera.take().tree)

    def write(self, path: str, words: str = "x\n") -> None:
        whole = self.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(words)

    def git(self, *args: str) -> str:
        return git(self.root, *args)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_it_is_the_tree_that_a_snapshot_makes(place: Place) -> None:
    place.write("a.py")
    place.write("staged.py")
    place.git("add", "staged.py")
    place.write("staged.py", "and changed again\n")
    assert place.take().tree == tree.snapshot(str(place.root))
    place.write("b/c.py")
    (place.root / "README.md").unlink()
    os.symlink("a.py", place.root / "link")
    (place.root / "a.py").chmod(0o755)
    assert place.take().tree == tree.snapshot(str(place.root))


def test_the_persons_index_stays_as_it_is(place: Place) -> None:
    place.write("a.py")
    before = (place.root / ".git/index").read_bytes()
    place.take()
    place.write("a.py", "changed\n")
    place.take()
    assert (place.root / ".git/index").read_bytes() == before
    assert place.git("status", "--porcelain") == "?? a.py\n"


def test_it_says_where_head_stands(place: Place) -> None:
    seen = place.take()
    assert (seen.head, seen.branch, seen.stash) == (place.git("rev-parse", "HEAD").strip(), "refs/heads/work", "")
    place.write("README.md", "changed\n")
    place.git("stash")
    place.git("switch", "-q", "--detach")
    seen = place.take()
    assert (seen.branch, bool(seen.stash)) == ("HEAD", True)


def test_a_file_may_follow_a_folder_of_its_name_and_the_reverse(place: Place) -> None:
    place.write("a/b.py")
    place.write("c")
    before = place.take()
    subprocess.run(["rm", "-r", "a", "c"], cwd=place.root, check=True)
    place.write("a")
    place.write("c/d.py")
    assert place.changed(before) == ["a", "a/b.py", "c", "c/d.py"]


def test_a_pipe_where_a_file_was_is_a_file_that_is_gone(place: Place) -> None:
    before = place.take()
    (place.root / "README.md").unlink()
    os.mkfifo(place.root / "README.md")
    assert place.changed(before) == ["README.md"]


def test_names_of_all_kinds(place: Place) -> None:
    before = place.take()
    names = [":(top)x", "a b", "ä\nö", "-n", "q'\"", os.fsdecode(b"\xff")]
    for name in names:
        place.write(name)
    assert place.changed(before) == sorted(names, key=os.fsencode)


def test_a_repository_that_lies_in_this_one_untracked_hides_nothing(place: Place) -> None:
    new_repository(place.root / "inner")
    before = place.take()
    place.write("inner/new.py")
    place.write("inner/README.md", "changed\n")
    assert place.changed(before) == ["inner/README.md", "inner/new.py"]
    before = place.take()
    place.write("inner/README.md", "changed again\n")
    assert place.changed(before) == ["inner/README.md"]


def test_files_in_conflict_are_as_they_are(place: Place) -> None:
    place.git("switch", "-qc", "other")
    place.write("README.md", "one\n")
    place.git("commit", "-qam", "one")
    place.git("switch", "-q", "work")
    place.write("README.md", "two\n")
    place.git("commit", "-qam", "two")
    subprocess.run(["git", "merge", "-q", "other"], cwd=place.root, check=False, capture_output=True)
    seen = place.take()
    assert "<<<<<<<" in place.git("show", f"{seen.tree}:README.md")


def test_one_that_cannot_be_read_is_left_as_it_was(place: Place) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    place.write("secret")
    (place.root / "secret").chmod(0)
    assert place.take().tree


def test_touching_files_is_no_change_and_is_read_once(place: Place) -> None:
    place.write("a.py")
    before = place.take()
    os.utime(place.root / "a.py", (1, 1))
    assert place.changed(before) == []
    scan = subprocess.run(
        ["git", "ls-files", "-m"],
        cwd=place.root,
        env={**os.environ, "GIT_INDEX_FILE": str(place.cache / "index")},
        capture_output=True,
        check=True,
    )
    assert scan.stdout == b""


@pytest.mark.parametrize("damage", [b"", b"DIRC nonsense", None])
def test_a_damaged_cache_is_made_anew(place: Place, damage: bytes | None) -> None:
    place.write("a.py")
    before = place.take()
    if damage is None:
        (place.cache / "index").unlink()
    else:
        (place.cache / "index").write_bytes(damage)
    assert place.take().tree == before.tree


def test_what_a_killed_git_left_is_in_nobodys_way(place: Place) -> None:
    place.take()
    (place.cache / "index.lock").write_text("")
    place.write("a.py")
    assert "a.py" in place.git("ls-tree", "--name-only", place.take().tree)


def test_no_program_of_the_repository_is_run(place: Place) -> None:
    place.git("config", "core.fsmonitor", f"touch {place.root.parent}/ran; false")
    place.git("config", "core.trustctime", "false")
    place.take()
    assert not (place.root.parent / "ran").exists()


def test_it_gives_up_in_time(place: Place) -> None:
    with pytest.raises(TreeError, match="too"):
        place.take(limit=0)


def test_without_an_index_or_a_first_commit_it_still_looks(place: Place) -> None:
    (place.root / ".git/index").unlink()
    assert place.take().tree == tree.snapshot(str(place.root))


def test_what_a_sandbox_mounts_on_while_a_command_runs_is_not_in_it(place: Place) -> None:
    before = place.take()
    for name in (".bashrc", ".claude/settings.local.json", ".claude/agents"):
        place.write(name, "")
        (place.root / name).chmod(0o444)
    assert place.changed(before) == []
    place.write("src/empty.py", "")
    (place.root / "src/empty.py").chmod(0o444)
    assert place.changed(before) == ["src/empty.py"]


@pytest.fixture
def at_home(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A person with a home of their own, whose patterns the first picture has seen."""
    monkeypatch.setenv("HOME", str(place.root.parent / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    mine = place.root.parent / "home/.config/git/ignore"
    mine.parent.mkdir(parents=True)
    mine.write_text("*.swp\n!kept.swp\n")
    (place.root / ".git/info").mkdir(exist_ok=True)
    (place.root / ".git/info/exclude").write_text("scratch/\n")
    return place


class TestWhatGitIsToldToIgnoreLater:
    def test_a_persons_own_patterns_from_before_hold(self, at_home: Place) -> None:
        before = at_home.take()
        for path in ("a.swp", "scratch/a.py", "src/b.swp"):
            at_home.write(path)
        assert at_home.changed(before) == []
        at_home.write("kept.swp")
        assert at_home.changed(before) == ["kept.swp"]

    @pytest.mark.parametrize("where", ["exclude", "home", "setting"])
    def test_a_pattern_outside_the_work_tree_hides_nothing(self, at_home: Place, where: str) -> None:
        before = at_home.take()
        place = {
            "exclude": at_home.root / ".git/info/exclude",
            "home": at_home.root.parent / "home/.config/git/ignore",
            "setting": at_home.root.parent / "elsewhere",
        }[where]
        place.write_text("tests/conftest.py\n")
        if where == "setting":
            at_home.git("config", "core.excludesFile", str(place))
        at_home.write("tests/conftest.py")
        assert at_home.git("status", "--short") == ""
        assert at_home.changed(before) == ["tests/conftest.py"]
        assert Camera(str(at_home.root), str(at_home.cache), 30).ignored(["tests/conftest.py"]) == set()

    def test_one_of_the_projects_own_does_and_is_a_change_itself(self, at_home: Place) -> None:
        before = at_home.take()
        at_home.write(".gitignore", "dist/\n")
        at_home.write("dist/app.js")
        assert at_home.changed(before) == [".gitignore"]


class TestAListThatHidesItself:
    def test_it_is_a_change_where_it_stands_beside_files(self, place: Place) -> None:
        place.write("tests/test_a.py")
        before = place.take()
        place.write("tests/.gitignore", ".gitignore\nconftest.py\n")
        place.write("tests/conftest.py")
        assert place.changed(before) == ["tests/.gitignore"]
        assert Camera(str(place.root), str(place.cache), 30).ignored(["tests/.gitignore"]) == set()
        assert place.changed(place.take()) == []

    def test_it_is_none_where_it_hides_its_whole_folder_as_caches_do(self, place: Place) -> None:
        before = place.take()
        for folder in (".tool_cache", "web/.svelte-kit", "env"):
            place.write(f"{folder}/.gitignore", "*\n")
            place.write(f"{folder}/a/b.py")
        assert place.changed(before) == []

    def test_one_from_before_is_none_until_it_changes(self, place: Place) -> None:
        place.write(".gitignore", ".gitignore\nnotes/\n")
        before = place.take()
        place.write("notes/a.md")
        assert place.changed(before) == []
        place.write(".gitignore", ".gitignore\nnotes/\n*.py\n")
        assert place.changed(before) == [".gitignore"]

    def test_a_folder_that_is_a_link_now_is_not_followed(self, place: Place, tmp_path: Path) -> None:
        place.write("a/b.py")
        before = place.take()
        (tmp_path / "other").mkdir()
        (tmp_path / "other/.gitignore").write_text("*\n")
        (place.root / "a/b.py").unlink()
        (place.root / "a").rmdir()
        (place.root / "a").symlink_to(tmp_path / "other")
        assert place.changed(before) == ["a", "a/b.py"]
