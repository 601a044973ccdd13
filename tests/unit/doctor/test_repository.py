"""git's checks, each in a repository that is broken so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic


class TestGit:
    def test_without_git_it_is_bad_and_the_rest_could_not_be_checked(self, clinic: Clinic) -> None:
        world = clinic.world(PATH="/nowhere")
        assert clinic.only("git", world).state == "bad"
        for name in ("repository", "commit", "exclude"):
            assert clinic.only(name, world).state == "unknown"

    def test_an_old_git_is_bad(self, clinic: Clinic) -> None:
        clinic.program("git", "echo git version 2.17.1")
        found = clinic.only("git", clinic.world(PATH=str(clinic.tools)))
        assert (found.state, "2.25" in found.what) == ("bad", True)

    def test_a_git_that_tells_nothing_is_unknown(self, clinic: Clinic) -> None:
        clinic.program("git", "true")
        assert clinic.only("git", clinic.world(PATH=str(clinic.tools))).state == "unknown"


class TestRepository:
    def test_no_repository_is_bad_with_the_line_that_makes_one(self, clinic: Clinic) -> None:
        shutil.rmtree(clinic.shop.root / ".git")
        found = clinic.only("repository")
        assert found.state == "bad"
        assert found.mend == f"cd {clinic.shop.root} && git init && git add -A && git commit -m First"
        assert clinic.only("commit").state == clinic.only("exclude").state == "unknown"

    def test_one_without_a_commit_is_bad(self, clinic: Clinic) -> None:
        clinic.shop.git("update-ref", "-d", "HEAD")
        found = clinic.only("repository")
        assert (found.state, "no commit yet" in found.what) == ("bad", True)

    def test_a_folder_inside_a_repository_is_bad(self, clinic: Clinic) -> None:
        clinic.shop.write("sub/a.py")
        clinic.places.project = str(clinic.shop.root / "sub")
        found = clinic.only("repository")
        assert (found.state, f"cd {clinic.shop.root}" in found.mend) == ("bad", True)

    def test_a_project_that_is_gone_is_bad(self, clinic: Clinic) -> None:
        shutil.rmtree(clinic.shop.root)
        assert clinic.only("repository").state == clinic.only("git").state == "bad"

    def test_a_broken_index_is_bad(self, clinic: Clinic) -> None:
        (clinic.shop.root / ".git" / "index").write_bytes(b"garbage")
        found = clinic.only("repository")
        assert (found.state, "work tree" in found.what) == ("bad", True)


class TestCommit:
    def test_a_lock_of_the_index_that_is_left_is_bad(self, clinic: Clinic) -> None:
        lock = clinic.shop.root / ".git" / "index.lock"
        lock.write_text("")
        found = clinic.only("commit")
        assert (found.state, f"rm {lock}" in found.mend) == ("bad", True)
        assert "rm " not in clinic.only("commit", clinic.world(agent=True)).mend

    def test_no_identity_is_bad(self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
        clinic.shop.git("config", "--remove-section", "user")
        clinic.shop.git("config", "user.useConfigOnly", "true")
        found = clinic.only("commit")
        assert (found.state, "git config user.name" in found.mend) == ("bad", True)


class TestExclude:
    def test_without_our_line_the_copy_is_told(self, clinic: Clinic) -> None:
        clinic.open()
        assert clinic.only("exclude").state == "ok"
        path = clinic.shop.root / ".git" / "info" / "exclude"
        path.write_text("")
        found = clinic.only("exclude")
        assert found.state == "warn"
        os.system(f"cd {clinic.shop.root} && {found.mend}")
        assert clinic.only("exclude").state == "ok"
        assert Path(path).read_text() == "/.claude/state/active_task_graph.json\n"
