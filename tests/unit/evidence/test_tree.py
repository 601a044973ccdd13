from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planweir.evidence import tree
from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.index import TreeError

# Names that break what splits at white space, quotes or decodes strictly.
ODD_NAMES = [
    "two words.py",
    "new\nline.py",
    'quo"te.py',
    "tab\there",
    "ümlaut.py",
    "-dash",
    ":colon",
    os.fsdecode(b"\xff\xfe.bin"),
]


def git(root: Path, *args: str) -> str:
    settings_ = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *settings_, *args], cwd=root, capture_output=True, check=True)
    return os.fsdecode(done.stdout)


def commit_all(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "a.py").write_text("one\n")
    (root / "pkg").mkdir()
    (root / "pkg" / "b.py").write_text("two\n")
    commit_all(root)
    return root


def index_of(root: Path) -> bytes:
    return (root / ".git" / "index").read_bytes()


class TestChanged:
    def test_a_clean_tree_has_no_changes(self, repo: Path) -> None:
        assert tree.changed(str(repo)) == {}

    def test_each_kind_of_change_has_its_letter(self, repo: Path) -> None:
        (repo / "gone.py").write_text("x")
        (repo / "kind.py").write_text("x")
        commit_all(repo)
        (repo / "a.py").write_text("changed\n")
        (repo / "gone.py").unlink()
        (repo / "kind.py").unlink()
        (repo / "kind.py").symlink_to("a.py")
        (repo / "new.py").write_text("x")
        (repo / "staged.py").write_text("x")
        git(repo, "add", "staged.py")
        assert tree.changed(str(repo)) == {
            "a.py": "M",
            "gone.py": "D",
            "kind.py": "T",
            "new.py": "?",
            "staged.py": "A",
        }

    def test_a_rename_is_a_deletion_and_an_addition(self, repo: Path) -> None:
        git(repo, "mv", "a.py", "c.py")
        assert tree.changed(str(repo)) == {"a.py": "D", "c.py": "A"}

    @pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
    def test_unusual_names_are_told_as_they_are(self, repo: Path, name: str) -> None:
        (repo / name).write_text("x")
        assert tree.changed(str(repo)) == {name: "?"}
        commit_all(repo)
        (repo / name).unlink()
        assert tree.changed(str(repo)) == {name: "D"}

    def test_ignored_files_and_by_products_are_no_change(self, repo: Path) -> None:
        (repo / ".gitignore").write_text("*.log\n")
        commit_all(repo)
        for path in (
            "x.log",
            "pkg/__pycache__/b.cpython-311.pyc",
            ".pytest_cache/v",
            "node_modules/x/i.js",
            ".coverage",
            "src/thing.egg-info/PKG-INFO",
            ".claude/state/active_task_graph.json",
            ".venv/bin/x",
        ):
            (repo / path).parent.mkdir(parents=True, exist_ok=True)
            (repo / path).write_text("x")
        assert tree.changed(str(repo)) == {}

    def test_what_a_person_keeps_in_claude_and_coveragerc_is_a_change(self, repo: Path) -> None:
        (repo / ".claude" / "agents").mkdir(parents=True)
        (repo / ".claude" / "agents" / "x.md").write_text("x")
        (repo / ".coveragerc").write_text("x")
        assert tree.changed(str(repo)) == {".claude/agents/x.md": "?", ".coveragerc": "?"}

    def test_a_staged_change_that_was_undone_in_the_tree_is_none(self, repo: Path) -> None:
        (repo / "a.py").write_text("other\n")
        git(repo, "add", "a.py")
        (repo / "a.py").write_text("one\n")
        assert tree.changed(str(repo)) == {}

    def test_a_file_only_taken_out_of_the_index_is_no_change(self, repo: Path) -> None:
        git(repo, "rm", "-q", "--cached", "a.py")
        assert tree.changed(str(repo)) == {}
        (repo / "a.py").write_text("other\n")
        assert tree.changed(str(repo)) == {"a.py": "M"}

    @pytest.mark.parametrize("switch", ["--assume-unchanged", "--skip-worktree"])
    def test_switches_that_tell_git_to_look_away_hide_nothing(self, repo: Path, switch: str) -> None:
        git(repo, "update-index", switch, "a.py")
        (repo / "a.py").write_text("hidden\n")
        before = index_of(repo)
        assert tree.changed(str(repo)) == {"a.py": "M"}
        assert index_of(repo) == before

    def test_an_fsmonitor_program_is_not_asked(self, repo: Path) -> None:
        program = repo.parent / "monitor"
        program.write_text("#!/bin/sh\ntouch " + str(repo.parent / "asked") + "\n")
        program.chmod(0o755)
        git(repo, "config", "core.fsmonitor", str(program))
        (repo / "a.py").write_text("x")
        assert tree.changed(str(repo)) == {"a.py": "M"}
        assert not (repo.parent / "asked").exists()

    def test_hooks_of_the_repository_do_not_run(self, repo: Path) -> None:
        hook = repo / ".git" / "hooks" / "post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch " + str(repo.parent / "ran") + "\n")
        hook.chmod(0o755)
        (repo / "a.py").write_text("x")
        tree.restore(str(repo), tree.snapshot(str(repo)), "a.py")
        tree.restore(str(repo), "HEAD", "a.py")
        assert not (repo.parent / "ran").exists()

    def test_a_repository_hidden_in_the_tree_is_looked_into(self, repo: Path) -> None:
        inner = repo / "inner"
        inner.mkdir()
        git(inner, "init", "-q")
        (inner / "x.py").write_text("x")
        assert tree.changed(str(repo)) == {"inner/x.py": "?"}
        commit_all(inner)
        assert tree.changed(str(repo)) == {"inner/x.py": "?"}

    def test_an_unborn_head_has_only_new_files(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q")
        (tmp_path / "a").write_text("x")
        (tmp_path / "b").write_text("x")
        git(tmp_path, "add", "b")
        assert tree.changed(str(tmp_path)) == {"a": "?", "b": "A"}

    def test_a_project_inside_a_larger_repository_sees_only_itself(self, repo: Path) -> None:
        (repo / "a.py").write_text("x")
        (repo / "pkg" / "b.py").write_text("x")
        (repo / "pkg" / "new.py").write_text("x")
        assert tree.changed(str(repo / "pkg")) == {"b.py": "M", "new.py": "?"}

    def test_a_conflict_is_told(self, repo: Path) -> None:
        git(repo, "checkout", "-qb", "side")
        (repo / "a.py").write_text("side\n")
        commit_all(repo)
        git(repo, "checkout", "-q", "main")
        (repo / "a.py").write_text("main\n")
        commit_all(repo)
        merge = ["git", "-c", "user.name=Dev", "-c", "user.email=dev@example.invalid", "merge", "-q", "side"]
        subprocess.run(merge, cwd=repo, capture_output=True, check=False)
        assert set(tree.changed(str(repo))) == {"a.py"}

    def test_outside_of_git_is_an_error_that_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(TreeError, match="not a git repository"):
            tree.changed(str(tmp_path))

    def test_the_variables_of_a_git_hook_lead_nowhere_else(
        self, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        assert tree.changed(str(repo)) == {}


class TestSubmodule:
    @pytest.fixture
    def parent(self, repo: Path, tmp_path: Path) -> Path:
        parent = tmp_path / "parent"
        parent.mkdir()
        git(parent, "init", "-q")
        git(parent, "submodule", "--quiet", "add", str(repo), "sub")
        commit_all(parent)
        return parent

    def test_is_changed_when_a_file_in_it_is(self, parent: Path) -> None:
        assert tree.changed(str(parent)) == {}
        (parent / "sub" / "__pycache__").mkdir()
        (parent / "sub" / "__pycache__" / "x.pyc").write_text("x")
        assert tree.changed(str(parent)) == {}
        (parent / "sub" / "a.py").write_text("x")
        assert tree.changed(str(parent)) == {"sub": "M"}

    def test_its_files_are_in_the_digest(self, parent: Path) -> None:
        before = tree.digest(str(parent), ["sub/.*"])
        (parent / "sub" / "a.py").write_text("x")
        assert tree.digest(str(parent), ["sub/.*"]) != before

    def test_a_moved_commit_is_in_the_snapshot(self, parent: Path) -> None:
        before = tree.snapshot(str(parent))
        (parent / "sub" / "a.py").write_text("x")
        commit_all(parent / "sub")
        assert tree.changed(str(parent)) == {"sub": "M"}
        assert tree.snapshot(str(parent)) != before


class TestSnapshot:
    def test_of_a_clean_tree_is_the_tree_of_head(self, repo: Path) -> None:
        assert tree.snapshot(str(repo)) == git(repo, "rev-parse", "HEAD^{tree}").strip()

    def test_holds_what_a_commit_of_everything_would(self, repo: Path) -> None:
        for name in ODD_NAMES:
            (repo / name).write_text(name, errors="surrogateescape")
        (repo / "link").symlink_to("nowhere")
        (repo / "run.sh").write_text("x")
        (repo / "run.sh").chmod(0o755)
        (repo / "a.py").unlink()
        (repo / "a.py").mkdir()
        (repo / "a.py" / "inside").write_text("a file became a folder")
        taken = tree.snapshot(str(repo))
        commit_all(repo)
        assert taken == git(repo, "rev-parse", "HEAD^{tree}").strip()

    def test_of_a_folder_that_became_a_file(self, repo: Path) -> None:
        (repo / "pkg" / "b.py").unlink()
        (repo / "pkg").rmdir()
        (repo / "pkg").write_text("x")
        taken = tree.snapshot(str(repo))
        commit_all(repo)
        assert taken == git(repo, "rev-parse", "HEAD^{tree}").strip()

    def test_leaves_the_persons_index_as_it_is(self, repo: Path) -> None:
        (repo / "staged.py").write_text("x")
        git(repo, "add", "staged.py")
        (repo / "staged.py").write_text("and more")
        os.utime(repo / "a.py", (1, 1))  # only its time differs: git would like to write that down
        before = index_of(repo)
        tree.snapshot(str(repo))
        tree.changed(str(repo))
        tree.digest(str(repo), [".*"], git(repo, "rev-parse", "HEAD^{tree}").strip())
        tree.diff(str(repo), "HEAD", None)
        assert index_of(repo) == before
        assert not list((repo / ".git").glob("*.lock"))

    def test_works_while_somebody_holds_the_lock_of_the_index(self, repo: Path) -> None:
        (repo / ".git" / "index.lock").write_text("")
        (repo / "a.py").write_text("x")
        assert tree.snapshot(str(repo))

    def test_works_with_an_unborn_head(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q")
        (tmp_path / "a").write_text("x")
        taken = tree.snapshot(str(tmp_path))
        assert git(tmp_path, "ls-tree", "--name-only", taken) == "a\n"


class TestDigest:
    def test_changes_with_content_mode_kind_and_name_inside_the_scope(self, repo: Path) -> None:
        seen = {tree.digest(str(repo), [r"pkg/.*"])}
        file = repo / "pkg" / "b.py"
        file.write_text("three\n")
        seen.add(tree.digest(str(repo), [r"pkg/.*"]))
        file.chmod(0o755)
        seen.add(tree.digest(str(repo), [r"pkg/.*"]))
        file.rename(repo / "pkg" / "c.py")
        seen.add(tree.digest(str(repo), [r"pkg/.*"]))
        (repo / "pkg" / "c.py").unlink()
        (repo / "pkg" / "c.py").symlink_to("three\n")
        seen.add(tree.digest(str(repo), [r"pkg/.*"]))
        assert len(seen) == 5

    def test_does_not_change_with_what_lies_outside_the_scope(self, repo: Path) -> None:
        before = tree.digest(str(repo), [r"pkg/.*"])
        (repo / "a.py").write_text("x")
        (repo / "pkg" / "__pycache__").mkdir()
        (repo / "pkg" / "__pycache__" / "b.pyc").write_text("x")
        assert tree.digest(str(repo), [r"pkg/.*"]) == before

    def test_does_not_depend_on_the_index_or_on_commits(self, repo: Path) -> None:
        (repo / "pkg" / "new.py").write_text("x")
        untracked = tree.digest(str(repo), [r"pkg/.*"])
        git(repo, "add", "-A")
        assert tree.digest(str(repo), [r"pkg/.*"]) == untracked
        commit_all(repo)
        assert tree.digest(str(repo), [r"pkg/.*"]) == untracked

    def test_of_the_whole_project_is_over_what_differs_from_the_start(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        before = tree.digest(str(repo), [".*"], start)
        assert before == tree.digest(str(repo), [".*"], start)
        (repo / "a.py").write_text("x")
        after = tree.digest(str(repo), [".*"], start)
        assert after != before
        commit_all(repo)
        assert tree.digest(str(repo), [".*"], start) == after

    def test_of_no_scope_is_that_of_nothing(self, repo: Path) -> None:
        assert tree.digest(str(repo), []) == tree.digest(str(repo), ["nothing/.*"])


class TestDiff:
    def test_is_a_patch_with_new_files_for_the_named_paths(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        (repo / "a.py").write_text("changed\n")
        (repo / "pkg" / "new.py").write_text("new\n")
        patch = tree.diff(str(repo), start, ["pkg"])
        assert "+new" in patch
        assert "changed" not in patch
        assert "changed" in tree.diff(str(repo), start, None)
        assert tree.diff(str(repo), start, []) == ""

    def test_names_are_literal(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        (repo / "a.py").write_text("changed\n")
        assert tree.diff(str(repo), start, ["*.py"]) == ""


class TestRestore:
    def test_puts_a_changed_file_back_and_keeps_the_patch(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        (repo / "a.py").write_text("changed\n")
        patch = tree.restore(str(repo), start, "a.py")
        assert (repo / "a.py").read_text() == "one\n"
        subprocess.run(["git", "apply"], cwd=repo, input=os.fsencode(patch), check=True)
        assert (repo / "a.py").read_text() == "changed\n"

    def test_removes_a_file_that_was_not_there_and_the_folders_it_needed(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        (repo / "x" / "y").mkdir(parents=True)
        (repo / "x" / "y" / "new.bin").write_bytes(b"\0\xff\n")
        patch = tree.restore(str(repo), start, "x/y/new.bin")
        assert not (repo / "x").exists()
        subprocess.run(["git", "apply"], cwd=repo, input=os.fsencode(patch), check=True)
        assert (repo / "x" / "y" / "new.bin").read_bytes() == b"\0\xff\n"

    def test_brings_back_a_deleted_file_with_its_mode(self, repo: Path) -> None:
        (repo / "run").write_text("x")
        (repo / "run").chmod(0o755)
        start = tree.snapshot(str(repo))
        (repo / "run").unlink()
        tree.restore(str(repo), start, "run")
        assert os.access(repo / "run", os.X_OK)

    @pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
    def test_unusual_names(self, repo: Path, name: str) -> None:
        (repo / name).write_text("was")
        start = tree.snapshot(str(repo))
        (repo / name).write_text("is")
        tree.restore(str(repo), start, name)
        assert (repo / name).read_text() == "was"

    def test_puts_back_what_was_uncommitted_at_the_start(self, repo: Path) -> None:
        (repo / "a.py").write_text("the person's\n")
        git(repo, "add", "a.py")
        start, before = tree.snapshot(str(repo)), index_of(repo)
        (repo / "a.py").write_text("the agent's\n")
        tree.restore(str(repo), start, "a.py")
        assert (repo / "a.py").read_text() == "the person's\n"
        assert index_of(repo) == before

    def test_restores_a_link_as_a_link_and_not_what_it_points_to(self, repo: Path) -> None:
        (repo / "link").symlink_to("a.py")
        start = tree.snapshot(str(repo))
        (repo / "link").unlink()
        (repo / "link").symlink_to("pkg/b.py")
        tree.restore(str(repo), start, "link")
        assert os.readlink(repo / "link") == "a.py"
        assert (repo / "pkg" / "b.py").read_text() == "two\n"

    def test_an_ignored_file_is_kept_in_the_patch_too(self, repo: Path) -> None:
        (repo / ".gitignore").write_text("*.log\n")
        commit_all(repo)
        start = tree.snapshot(str(repo))
        (repo / "x.log").write_text("precious\n")
        assert "+precious" in tree.restore(str(repo), start, "x.log")
        assert not (repo / "x.log").exists()

    def test_a_file_that_is_as_it_was_is_left_alone(self, repo: Path) -> None:
        os.utime(repo / "a.py", (1, 1))
        assert tree.restore(str(repo), tree.snapshot(str(repo)), "a.py") == ""
        assert (repo / "a.py").stat().st_mtime == 1

    def test_a_file_in_the_place_of_its_folder_is_not_thrown_away(self, repo: Path) -> None:
        start = tree.snapshot(str(repo))
        (repo / "pkg" / "b.py").unlink()
        (repo / "pkg").rmdir()
        (repo / "pkg").write_text("somebody's")
        with pytest.raises(TreeError, match="is a file now"):
            tree.restore(str(repo), start, "pkg/b.py")
        assert (repo / "pkg").read_text() == "somebody's"

    def test_in_a_project_inside_a_larger_repository(self, repo: Path) -> None:
        start = tree.snapshot(str(repo / "pkg"))
        (repo / "pkg" / "b.py").write_text("x")
        tree.restore(str(repo / "pkg"), start, "b.py")
        assert (repo / "pkg" / "b.py").read_text() == "two\n"

    @pytest.mark.parametrize("path", ["", ".", "pkg", "../out", "/etc/passwd", ".git/config", "out/x"])
    def test_refuses_folders_and_what_lies_outside_and_changes_nothing(self, repo: Path, path: str) -> None:
        outside = repo.parent / "outside"
        outside.mkdir()
        (outside / "x").write_text("x")
        (repo / "out").symlink_to(outside)
        start = tree.snapshot(str(repo))
        with pytest.raises(TreeError):
            tree.restore(str(repo), start, path)
        assert (outside / "x").read_text() == "x"
        assert tree.snapshot(str(repo)) == start


@given(
    folders=st.lists(
        st.sampled_from(["src", "a", "__pycache__", "node_modules", "x.egg-info", "deep"]), max_size=3
    ),
    name=st.sampled_from(["m.py", "m.pyc", ".coverage", ".coveragerc", "README"]),
)
@settings(max_examples=200)
def test_a_path_is_a_by_product_if_and_only_if_a_part_of_it_is(folders: list[str], name: str) -> None:
    expected = name in ("m.pyc", ".coverage") or any(
        f in ("__pycache__", "node_modules", "x.egg-info") for f in folders
    )
    assert is_byproduct("/".join([*folders, name])) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("coverage/lcov.info", True),
        ("packages/core/coverage/lcov-report/src/a.js.html", True),
        ("coverage/coverage-final.json", True),
        (".nyc_output/x.json", True),
        ("packages/core/tsconfig.tsbuildinfo", True),
        ("coverage/report.ts", False),
        ("src/coverage/index.js", False),
        ("coverage.js", False),
        ("dist/index.js", False),
    ],
)
def test_reports_of_nodes_tools_are_by_products_and_a_folder_of_sources_is_not(path: str, expected: bool) -> None:
    assert is_byproduct(path) is expected


@pytest.mark.parametrize("name", [".bashrc", ".mcp.json", ".claude/skills"])
def test_what_a_sandbox_mounts_on_while_a_command_runs_is_no_change(repo: Path, name: str) -> None:
    before, scope = tree.snapshot(str(repo)), tree.digest(str(repo), [".*"])
    place = repo / name
    place.parent.mkdir(exist_ok=True)
    place.touch()
    place.chmod(0o444)
    assert tree.snapshot(str(repo)) == before
    assert tree.digest(str(repo), [".*"]) == scope
    place.chmod(0o644)
    place.write_text("alias rm=true\n")
    place.chmod(0o444)
    assert tree.snapshot(str(repo)) != before


def test_any_other_empty_file_that_nobody_may_write_is_a_change(repo: Path) -> None:
    before = tree.snapshot(str(repo))
    (repo / "empty.py").touch()
    (repo / "empty.py").chmod(0o444)
    assert tree.snapshot(str(repo)) != before
