"""What is committed is what was reviewed: the files themselves, all of them, and as they were judged."""

from __future__ import annotations

import os
import py_compile
import sys
import time
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, Shop, check, plan, task

from planweir.gate import held

ONE = plan(task("T1", "a.py docs/"), head="Verify: `true`")


def opened(shop: Shop, document: str = ONE) -> None:
    shop.open(document)


class TestAFileThatNoCommitCanHold:
    def test_a_link_out_of_the_project_sends_the_task_back(self, shop: Shop) -> None:
        opened(shop)
        (shop.folder / "elsewhere.py").write_text("reviewed by nobody\n")
        (shop.root / "a.py").symlink_to(shop.folder / "elsewhere.py")
        shop.reviewed("T1")
        row = check(shop.fails(), "files")
        assert row.details == [f"T1: a.py is a link out of the project, to {shop.folder / 'elsewhere.py'}"]
        assert shop.status("T1") == "rework"

    def test_so_does_a_link_to_what_git_ignores(self, shop: Shop) -> None:
        shop.write(".gitignore", "*.log\n")
        shop.git("add", ".gitignore")
        shop.git("commit", "-qm", "ignore")
        opened(shop)
        shop.write("build.log", "work\n")
        (shop.root / "a.py").symlink_to("build.log")
        shop.reviewed("T1")
        assert "a.py is a link to build.log, which git ignores" in check(shop.fails(), "files").details[0]

    @pytest.mark.parametrize("target", ["../README.md", "../docs", "nowhere"])
    def test_a_link_within_it_passes(self, shop: Shop, target: str) -> None:
        opened(shop)
        shop.write("docs/b.md")
        (shop.root / "docs/a").symlink_to(target)
        shop.reviewed("T1")
        shop.passes()
        assert shop.files_of() == ["docs/a", "docs/b.md"]

    def test_a_pipe_is_no_file(self, shop: Shop) -> None:
        opened(shop)
        os.mkfifo(shop.root / "a.py")
        shop.reviewed("T1", {"docs/b.md": "b\n"})
        assert "a.py is no file" in check(shop.fails(), "files").details[0]


class TestAFileThatGitIgnores:
    def test_work_that_hides_itself_is_told_and_is_an_incident(self, shop: Shop) -> None:
        opened(shop)
        shop.reviewed("T1", {"a.py": "a\n", "docs/.gitignore": "*\n", "docs/work.md": "w\n"})
        row = check(shop.passes(), "commits")
        said = "T1: git ignores docs/.gitignore, docs/work.md: no review was of that, and no commit holds it"
        assert row.details == [said]
        assert shop.state["incidents"] == [said]

    def test_what_a_build_makes_again_is_not(self, shop: Shop) -> None:
        shop.write(".gitignore", "build/\n*.log\n__pycache__/\n")
        shop.git("add", ".gitignore")
        shop.git("commit", "-qm", "ignore")
        opened(shop)
        made = {"docs/build/index.html": "x\n", "docs/run.log": "x\n", "docs/__pycache__/a.pyc": "x\n"}
        shop.reviewed("T1", {"a.py": "a\n", **made})
        assert check(shop.passes(), "commits").details == []
        assert shop.state["incidents"] == []


class TestACommitHook:
    CHANGES = "echo changed > a.py; git add a.py; echo more > more.py; git add more.py"

    def changing(self, shop: Shop) -> list[str]:
        shop.hook("pre-commit", f"test -e more.py || {{ {self.CHANGES}; }}")
        opened(shop, TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        return check(shop.passes(), "commits").details

    def test_one_that_changes_the_commit_is_told(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held, "seconds", lambda _at: time.time() + 60)
        told = self.changing(shop)
        assert "holds a.py otherwise than reviewed: a commit hook changed that" in told[0]
        assert "holds more.py too, which no review of T1 was of" in told[1]
        assert shop.state["incidents"] == []

    def test_one_that_is_younger_than_the_plan_is_an_incident_too(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(held, "seconds", lambda _at: time.time() - 60)
        shop.git("config", "core.hooksPath", ".git/hooks")
        self.changing(shop)
        assert "; .git/config changed since the plan began" in shop.state["incidents"][0]

    def test_one_that_only_looks_is_none(self, shop: Shop) -> None:
        shop.hook("pre-commit", "git diff --cached --quiet; exit 0")
        opened(shop, TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        assert check(shop.passes(), "commits").details == []
        assert shop.state["incidents"] == []


def test_a_compiled_file_does_not_stand_in_for_its_source(shop: Shop, tmp_path: Path) -> None:
    opened(shop, plan(task("T1", "a.py"), head=f"Verify: `{sys.executable} -c 'import a; assert a.said == 1'`"))
    good = tmp_path / "good.py"
    good.write_text("said = 1\n")
    shop.write("a.py", "said = 2\n")
    name = shop.root / "__pycache__" / f"a.{sys.implementation.cache_tag}.pyc"
    py_compile.compile(str(good), str(name), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    shop.reviewed("T1")
    assert check(shop.fails(), "verify-1").failed
