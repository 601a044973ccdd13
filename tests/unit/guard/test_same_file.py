"""One file by several names: hard links, letters in another case, open files by their numbers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard import paths
from planweir.guard.commands import judge_command
from planweir.guard.edits import judge_edit
from planweir.guard.paths import canonical, folds, in_scope
from planweir.guard.tools import judge_other_tool


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def edit(world: World, who: str, path: Path | str, tool: str = "Write") -> str:
    key = "notebook_path" if tool == "NotebookEdit" else "file_path"
    found = judge_edit(world.event(who, tool, {key: str(path)}), {**world.guard})
    return found["rule"] if found and found["decision"] == "deny" else ""


def bash(world: World, who: str, command: str) -> str:
    found = judge_command(world.event(who, "Bash", {"command": world.fill(command)}), {**world.guard})
    return found["rule"] if found and found["decision"] == "deny" else ""


def mcp(world: World, who: str, path: Path | str) -> str:
    found = judge_other_tool(world.event(who, "mcp__files__write_file", {"path": str(path)}), {**world.guard})
    return found["rule"] if found and found["decision"] == "deny" else ""


WHO = ["main", "reviewer", "implementer", "foreign"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("guarded", ["docs/plan.md", ".claude/settings.json", ".git/config"])
def test_a_hard_link_to_a_guarded_file_is_guarded(world: World, who: str, guarded: str) -> None:
    link = world.project / "src/notes.md"
    os.link(world.project / guarded, link)
    assert edit(world, who, link) == "guarded-paths"
    assert bash(world, who, "echo x > src/notes.md") == "guarded-paths"
    assert mcp(world, who, link) == "guarded-paths"


@pytest.mark.parametrize("who", WHO)
def test_a_hard_link_to_what_lies_in_a_guarded_folder_is_guarded(world: World, who: str) -> None:
    link = world.root / "outside.jsonl"
    os.link(world.home / "projects/app/journal.jsonl", link)
    assert edit(world, who, link) == "guarded-paths"
    assert bash(world, who, "echo x >> {R}/outside.jsonl") == "guarded-paths"
    assert bash(world, who, "cat {R}/outside.jsonl") == ""


def test_scope_follows_a_hard_link_to_a_neighbours_file(world: World) -> None:
    os.link(world.project / "src/b.py", world.project / "src/util/mine.py")
    for tool in ("Write", "Edit"):
        assert edit(world, "implementer", world.project / "src/util/mine.py", tool) == "scope"
    assert bash(world, "implementer", "sed -i s/1/2/ src/util/mine.py") == "scope"
    assert mcp(world, "implementer", world.project / "src/util/mine.py") == "scope"
    found = judge_edit(world.event("implementer", "Write", {"file_path": str(world.project / "src/util/mine.py")}), {**world.guard})
    assert found is not None
    assert "which is the same file as src/b.py (a hard link), belongs to T2" in found["reason"]


def test_scope_follows_a_hard_link_from_a_scratch_folder(world: World) -> None:
    scratch = Path("/tmp") / f"planweir-{os.getpid()}-link"
    try:
        os.link(world.project / "README.md", scratch)
    except OSError:
        pytest.skip("no hard links between these folders")
    try:
        for who, rule in (("implementer", "scope"), ("main", "main-thread-edits"), ("reviewer", "reviewer-edits")):
            assert edit(world, who, scratch) == rule
        assert bash(world, "implementer", f"echo x > {scratch}") == "scope"
        assert bash(world, "main", f"echo x > {scratch}") == "main-thread-commands"
        assert bash(world, "reviewer", f"echo x > {scratch}") == "reviewer-commands"
        assert bash(world, "implementer", f"rm {scratch}") == ""  # one name less, no byte less
    finally:
        scratch.unlink()


def test_foreign_session_is_kept_from_a_running_tasks_file_by_its_other_name(world: World) -> None:
    os.link(world.project / "src/b.py", world.project / "copy.py")
    assert edit(world, "foreign", world.project / "copy.py") == "foreign-session"
    assert bash(world, "foreign", "echo x > copy.py") == "foreign-session"


def test_links_among_a_tasks_own_files_or_to_elsewhere_are_free(world: World) -> None:
    os.link(world.project / "src/util/c.py", world.project / "src/util/d.py")
    os.link(world.project / "src/a.py", world.root / "backup.py")
    assert edit(world, "implementer", world.project / "src/util/d.py") == ""
    assert edit(world, "implementer", world.project / "src/a.py") == ""


def test_a_file_with_one_name_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def searched(*_: object) -> list[str]:
        raise AssertionError("folders were searched")

    monkeypatch.setattr("os.scandir", searched)
    assert edit(world, "implementer", world.project / "src/a.py") == ""


def test_in_a_file_system_that_folds_letters_a_file_is_the_same_in_any_case(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not folds(str(world.project))
    assert edit(world, "foreign", world.project / "SRC/B.PY") == ""
    assert edit(world, "implementer", world.project / "SRC/A.PY") == "scope"
    os.rename(world.project / ".git", world.project / "store")
    (world.project / ".git").write_text("gitdir: store\n")
    os.link(world.project / ".git", world.project / ".GIT")  # as such a file system answers
    assert folds(str(world.project))
    assert edit(world, "foreign", world.project / "SRC/B.PY") == "foreign-session"
    assert edit(world, "implementer", world.project / "SRC/A.PY") == ""
    found = judge_edit(world.event("implementer", "Write", {"file_path": str(world.project / "SRC/b.py")}), {**world.guard})
    assert found is not None
    assert "belongs to T2" in found["reason"]


def test_a_scope_folds_only_where_it_is_told_to() -> None:
    assert not in_scope("SRC/A.py", [r"src/a\.py"])
    assert in_scope("SRC/A.py", [r"src/a\.py"], True)


def test_paths_through_a_processs_folder_are_the_callers(tmp_path: Path) -> None:
    cwd = str(tmp_path)
    for spelt in ("/proc/self/cwd/x", "//proc//self/./cwd/x", "/proc/thread-self/cwd/x", "/proc/self/root/proc/self/cwd/x"):
        assert canonical(spelt, cwd) == f"{cwd}/x", spelt
    assert canonical(f"/proc/{os.getpid()}/cwd/x", cwd) == f"{os.getcwd()}/x"  # where that process is
    assert canonical("/proc/999999999/cwd/x", cwd) == f"{cwd}/x"
    assert canonical("/proc/1/root/x", cwd) == "/x"
    assert canonical("../x", f"{cwd}/a/b") == f"{cwd}/a/x"


def test_the_callers_streams_are_not_those_of_the_process_that_looks() -> None:
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/2", "/dev/null"):
        assert canonical(name) == name
        assert paths.device(canonical(name))
    assert not paths.device(canonical("/dev/fd/../../etc/passwd"))


def test_a_file_that_was_opened_to_be_read_is_written_by_its_number() -> None:
    assert paths.reopened("/dev/fd/3", ["/p/a"]) == ["/p/a"]
    assert paths.reopened("/proc/self/fd/0", ["/p/a"]) == ["/p/a"]
    assert paths.reopened("/dev/fd/4/plan.md", ["/p/docs"]) == ["/p/docs/plan.md"]
    for name in ("/dev/stderr", "/dev/fd/2", "/dev/stdout", "/dev/null", "/tmp/x"):
        assert paths.reopened(name, ["/p/a"]) == []


def test_a_folder_of_hooks_that_is_a_link_into_the_work_tree_is_work_like_any_other(world: World) -> None:
    (world.project / "src/util/hooks").mkdir()
    os.rename(world.project / ".git/hooks", world.project / ".git/old")
    (world.project / ".git/hooks").symlink_to(world.project / "src/util/hooks")
    assert edit(world, "implementer", world.project / ".git/hooks/pre-commit") == ""


def test_settings_that_are_a_link_into_the_project_are_work_like_any_other(world: World) -> None:
    (world.root / "user").mkdir(exist_ok=True)
    (world.root / "user/.gitconfig").symlink_to(world.project / "src/util/gitconfig")
    assert edit(world, "implementer", world.project / "src/util/gitconfig") == ""
    (world.root / "user/.gitconfig").unlink()
    (world.root / "user/.gitconfig").write_text("")
    assert edit(world, "implementer", world.root / "user/.gitconfig") == "guarded-paths"


def test_a_folder_of_hooks_that_is_a_link_to_elsewhere_is_guarded_there(world: World) -> None:
    (world.root / "hooks").mkdir()
    os.rename(world.project / ".git/hooks", world.project / ".git/old")
    (world.project / ".git/hooks").symlink_to(world.root / "hooks")
    assert edit(world, "implementer", world.root / "hooks/pre-commit") == "guarded-paths"
