"""Whose is a change? Reviewed tasks own theirs; what nobody owns fails the gate until a person has settled it."""

from __future__ import annotations

import os
import stat

import pytest
from tests.unit.gate.shop import TWO, TWO_WAVES, Shop, check, plan, results, task

from planweir.gate.changes import owners
from planweir.verbs import lifecycle, mend


def ready(shop: Shop, document: str = TWO_WAVES) -> None:
    shop.open(document)
    shop.reviewed("T1", {"a.py": "a\n"})


class TestNobodysChange:
    @pytest.fixture(autouse=True)
    def stray(self, shop: Shop) -> None:
        ready(shop)
        shop.write("README.md", "changed by nobody\n")

    def test_fails_the_gate_and_only_a_person_can_settle_it(self, shop: Shop) -> None:
        done = shop.fails()
        row = check(done, "changes")
        assert "README.md" in row.details[0]
        assert all(way in row.mend for way in ("allow", "discard", "commit"))
        assert shop.step() == "person"
        assert shop.status("T1") == "reviewed"
        assert shop.commits() == []

    def test_discard_is_a_way_out(self, shop: Shop) -> None:
        shop.fails()
        answer = mend.discard(shop.places, ["README.md"])
        assert answer.ok, answer.text
        assert shop.read("README.md") == "a shop\n"
        assert shop.step() == "gate"
        shop.passes()

    def test_to_allow_it_to_the_reviewed_task_is_a_way_out_and_its_reviews_are_due_again(
        self, shop: Shop
    ) -> None:
        shop.fails()
        assert mend.allow(shop.places, "T1", "README.md").ok
        assert shop.status("T1") == "implemented"
        shop.reviews("T1")
        shop.passes()
        assert shop.files_of() == ["README.md", "a.py"]

    def test_to_allow_it_to_a_later_task_is_a_way_out_and_it_waits_for_that_task(self, shop: Shop) -> None:
        shop.fails()
        assert mend.allow(shop.places, "T2", "README.md").ok
        assert shop.step() == "gate"
        done = shop.passes()
        assert "README.md" in "\n".join(done.lines())
        assert shop.files_of() == ["a.py"]
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert shop.files_of() == ["README.md", "b.py"]

    def test_a_commit_by_the_person_is_a_way_out(self, shop: Shop) -> None:
        shop.fails()
        shop.git("commit", "-qm", "mine", "--", "README.md")
        assert lifecycle.resume(shop.places, "s1").ok
        shop.passes()
        assert shop.commits() == ["mine", "T1: Do T1"]

    def test_a_waiver_lets_it_be_and_later_gates_do_not_ask_again(self, shop: Shop) -> None:
        assert mend.waive(shop.places, "changes", "I know").ok
        assert check(shop.passes(), "changes").result == "waived"
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert shop.commits() == ["T1: Do T1", "T2: Do T2"]
        assert shop.dirty() == [" M README.md"]


@pytest.mark.parametrize("change", ["new", "deleted", "mode", "staged"])
def test_every_kind_of_change_is_seen(shop: Shop, change: str) -> None:
    ready(shop)
    if change == "new":
        shop.write("deep/new.txt")
    elif change == "deleted":
        (shop.root / "README.md").unlink()
    elif change == "mode":
        (shop.root / "README.md").chmod(0o755)
    else:
        shop.write("README.md", "staged\n")
        shop.git("add", "README.md")
    assert check(shop.fails(), "changes").failed


def test_a_file_of_a_task_that_is_not_reviewed_yet_fails_the_gate(shop: Shop) -> None:
    ready(shop)
    shop.write("b.py", "too early\n")
    row = check(shop.fails(), "changes")
    assert row.details[0] == "T2 is pending, but changed: b.py"


def test_a_change_to_a_completed_task_belongs_to_nobody(shop: Shop) -> None:
    ready(shop)
    shop.passes()
    shop.reviewed("T2", {"b.py": "b\n"})
    shop.write("a.py", "changed after its gate\n")
    assert "a.py" in check(shop.fails(), "changes").details[0]


def test_a_file_that_two_tasks_name_goes_to_the_one_that_is_reviewed(shop: Shop) -> None:
    shop.open(plan(task("T1", "shared.py"), task("T2", "shared.py", "T1")))
    shop.reviewed("T1", {"shared.py": "1\n"})
    shop.passes()
    shop.reviewed("T2", {"shared.py": "2\n"})
    shop.passes()
    assert shop.commits() == ["T1: Do T1", "T2: Do T2"]


class TestATaskWithoutFiles:
    DOCUMENT = plan(task("T1", "a.py"), task("T2", "", "T1"), task("T3", "c.py", "T2"))

    def test_owns_what_changed_meanwhile(self, shop: Shop) -> None:
        ready(shop, self.DOCUMENT)
        shop.passes()
        shop.reviewed("T2", {"anywhere/x.txt": "x\n", "README.md": "y\n", "a.py": "z\n"})
        shop.passes()
        assert shop.files_of() == ["README.md", "a.py", "anywhere/x.txt"]

    def test_does_not_own_what_had_changed_before_it_began(self, shop: Shop) -> None:
        ready(shop, self.DOCUMENT)
        shop.passes()
        shop.write("before.txt")
        shop.reviewed("T2", {"x.txt": "x\n"})
        assert check(shop.fails(), "changes").details == ["no task owns: before.txt"]

    def test_does_not_own_what_the_gate_made_before_it_began(self, shop: Shop) -> None:
        ready(shop, self.DOCUMENT.replace("Goal: Sell.", "Goal: Sell.\nVerify: `date +%N > report.txt`"))
        shop.passes()
        shop.reviewed("T2", {"x.txt": "x\n"})
        shop.passes()
        assert shop.files_of() == ["x.txt"]


class TestThePersonsOwnChanges:
    def test_from_before_the_plan_are_neither_owned_nor_committed(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        shop.write("a.py", "the person's too\n")
        shop.write("notes.txt", "new\n")
        shop.open(TWO)
        shop.reviewed("T1")
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert shop.commits() == ["T2: Do T2"]
        assert shop.dirty() == [" M README.md", "?? a.py", "?? notes.txt"]

    def test_are_noticed_when_they_change_again(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        ready(shop)
        shop.write("README.md", "changed again\n")
        assert check(shop.fails(), "changes").details[0] == "no task owns: README.md"

    def test_are_noticed_when_only_their_mode_changes(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        ready(shop)
        (shop.root / "README.md").chmod(0o755)
        assert check(shop.fails(), "changes").details[0] == "no task owns: README.md"

    def test_are_noticed_when_they_are_gone(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        shop.write("notes.txt", "new\n")
        ready(shop)
        shop.git("checkout", "-q", "--", "README.md")
        (shop.root / "notes.txt").unlink()
        row = check(shop.gate(), "changes")
        assert any("README.md" in line and "notes.txt" in line for line in row.details)

    def test_that_the_person_commits_meanwhile_are_no_matter(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        ready(shop)
        shop.git("commit", "-qm", "mine", "--", "README.md")
        row = check(shop.passes(), "changes")
        assert row.details == []

    def test_staging_survives_the_commits(self, shop: Shop) -> None:
        shop.write("README.md", "staged\n")
        shop.write("staged.txt", "staged\n")
        shop.git("add", "README.md", "staged.txt")
        shop.write("README.md", "staged and changed again\n")
        shop.git("rm", "-q", "--cached", "--ignore-unmatch", "nothing")
        before = shop.git("diff", "--cached")
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert shop.git("diff", "--cached") == before
        assert shop.files_of("HEAD~1") == ["a.py"]
        assert shop.files_of() == ["b.py"]

    def test_staging_survives_a_failed_commit(self, shop: Shop) -> None:
        shop.write("staged.txt", "staged\n")
        shop.git("add", "staged.txt")
        before = shop.git("diff", "--cached")
        shop.hook("pre-commit", "exit 1")
        ready(shop)
        shop.write("a.py", "a\n")
        shop.fails()
        assert shop.git("diff", "--cached") == before


ODD = [
    "two words.py",
    "quo'te\".py",
    "new\nline.py",
    "tab\there.py",
    "größe-日本.py",
    "-dash.py",
    "--all",
    ":colon.py",
    "*star*.py",
    "[id].py",
    "{a,b}.py",
    "back\\slash.py",
    "deep/er/f.py",
    "#hash",
    "bytes\udcff.py",
]


def test_oddly_named_files_are_committed_for_the_right_task(shop: Shop) -> None:
    shop.open(plan(task("T1", "one/"), task("T2", "two/")))
    shop.reviewed("T1", {f"one/{name}": "1\n" for name in ODD})
    shop.reviewed("T2", {f"two/{name}": "2\n" for name in ODD})
    done = shop.passes()
    assert shop.files_of("HEAD~1") == sorted(f"one/{name}" for name in ODD)
    assert shop.files_of() == sorted(f"two/{name}" for name in ODD)
    assert shop.dirty() == []
    assert done.passed


def test_an_oddly_named_file_that_nobody_owns_is_said_and_can_be_allowed_and_discarded(shop: Shop) -> None:
    ready(shop, plan(task("T1", "a.py")))
    for name in ODD:
        shop.write(name, "stray\n")
    row = check(shop.fails(), "changes")
    assert row.failed
    for name in ODD[: len(ODD) // 2]:
        assert mend.allow(shop.places, "T1", name).ok, name
    for name in ODD[len(ODD) // 2 :]:
        assert mend.discard(shop.places, [name]).ok, name
    shop.reviews("T1")
    shop.passes()
    assert shop.files_of() == sorted(["a.py", *ODD[: len(ODD) // 2]])


def test_new_deleted_renamed_executable_and_linked_files_are_committed(shop: Shop) -> None:
    for path in ("old/gone.py", "old/from.py", "old/mode.sh", "old/kind.py", "old/folder/x.py"):
        shop.write(path, f"{path}\n")
    shop.write("old/removed.py", "x\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")
    shop.open(plan(task("T1", "old/ new/")))
    agent = shop.begin("T1")
    shop.write("new/made.py", "new\n")
    (shop.root / "old/gone.py").unlink()
    os.rename(shop.root / "old/from.py", shop.root / "new/to.py")
    (shop.root / "old/mode.sh").chmod(0o755)
    (shop.root / "old/kind.py").unlink()
    (shop.root / "old/kind.py").symlink_to("mode.sh")
    (shop.root / "new/link").symlink_to("nowhere")
    (shop.root / "old/folder/x.py").unlink()
    (shop.root / "old/folder").rmdir()
    shop.write("old/folder", "a file now\n")
    shop.git("rm", "-q", "old/removed.py")
    shop.report("T1", agent)
    shop.reviews("T1")
    shop.passes()
    assert shop.dirty() == []
    assert shop.commits() == ["more", "T1: Do T1"]
    modes = {row.split("\t")[1]: row.split(" ")[0] for row in shop.git("ls-tree", "-r", "HEAD").splitlines()}
    assert modes == {
        "README.md": "100644",
        "new/link": "120000",
        "new/made.py": "100644",
        "new/to.py": "100644",
        "old/folder": "100644",
        "old/kind.py": "120000",
        "old/mode.sh": "100755",
    }
    assert stat.S_ISLNK(os.lstat(shop.root / "new/link").st_mode)


def test_lock_files_and_what_also_names_go_with_their_task(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py", also="docs/api.md"), task("T2", "b.py", "T1")))
    shop.reviewed("T1", {"a.py": "a\n", "docs/api.md": "api\n", "web/package-lock.json": "{}\n"})
    shop.passes()
    assert shop.files_of() == ["a.py", "docs/api.md", "web/package-lock.json"]


def test_a_snapshot_goes_with_the_task_whose_test_it_is_of(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.js a.test.js"), task("T2", "b.js test/b.test.js")))
    shop.reviewed("T1", {"a.test.js": "a\n", "__snapshots__/old.test.js.snap": "nobody else's\n"})
    shop.reviewed("T2", {"test/b.test.js": "b\n", "test/__snapshots__/b.test.js.snap": "b\n"})
    shop.passes()
    assert shop.files_of() == ["test/__snapshots__/b.test.js.snap", "test/b.test.js"]
    assert shop.files_of("HEAD~1") == ["__snapshots__/old.test.js.snap", "a.test.js"]


def test_a_lock_file_goes_with_the_task_that_names_it(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.js"), task("T2", "package.json", also="package-lock.json")))
    shop.reviewed("T1", {"a.js": "a\n"})
    shop.reviewed("T2", {"package.json": "{}\n", "package-lock.json": "{}\n"})
    shop.passes()
    assert shop.files_of() == ["package-lock.json", "package.json"]


def test_a_neighbours_lock_file_and_snapshot_void_no_review(shop: Shop) -> None:
    shop.open(
        plan(task("T1", "a.js a.test.js"), task("T2", "package.json b.test.js", also="package-lock.json"))
    )
    shop.reviewed("T1", {"a.js": "a\n"})
    shop.reviewed("T2", {"package.json": "{}\n", "package-lock.json": "{}\n", "__snapshots__/b.test.js.snap": "b\n"})
    shop.passes()


def test_a_snapshot_of_its_own_test_voids_a_tasks_review(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.js a.test.js"), task("T2", "b.test.js")))
    shop.reviewed("T1", {"a.js": "a\n"})
    shop.reviewed("T2", {"b.test.js": "b\n"})
    shop.write("__snapshots__/a.test.js.snap", "written after the review\n")
    assert not shop.gate().due
    assert (shop.status("T1"), shop.status("T2")) == ("implemented", "reviewed")


def test_caches_and_ignored_files_are_never_a_change(shop: Shop) -> None:
    shop.write(".gitignore", "build/\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "ignore")
    shop.open(plan(task("T1", "a.py"), task("T2", "", "T1")))
    shop.reviewed("T1", {"a.py": "a\n"})
    caches = ["__pycache__/a.pyc", "src/.mypy_cache/x", ".coverage", "node_modules/m/i.js", "build/out.o"]
    for path in caches:
        shop.write(path)
    shop.passes()
    assert shop.files_of() == ["a.py"]
    shop.reviewed("T2", {"x.txt": "x\n"})
    shop.passes()
    assert shop.files_of() == ["x.txt"]


def test_the_rendered_copy_in_the_project_is_no_change(shop: Shop) -> None:
    ready(shop)
    assert (shop.root / ".claude/state/active_task_graph.json").exists()
    assert shop.dirty() == ["?? a.py"]
    shop.passes()


class TestASkippedTasksChanges:
    def test_handed_to_a_later_task_they_wait_for_it(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py"), task("T3", "c.py", "T1, T2")))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.implement("T2", {"b.py": "half\n"})
        assert mend.skip(shop.places, "T2", to="T3").ok
        shop.passes()
        assert shop.files_of() == ["a.py"]
        shop.reviewed("T3", {"c.py": "c\n"})
        shop.passes()
        assert shop.files_of() == ["b.py", "c.py"]

    def test_handed_to_a_reviewed_task_they_are_reviewed_again_and_committed_with_it(
        self, shop: Shop
    ) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.implement("T2", {"b.py": "half\n"})
        assert mend.skip(shop.places, "T2", to="T1").ok
        assert not shop.gate().due
        assert shop.status("T1") == "implemented"
        shop.reviews("T1")
        shop.passes()
        assert shop.files_of() == ["a.py", "b.py"]

    def test_taken_out_they_are_gone_and_the_patch_is_kept(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.implement("T2", {"b.py": "half\n"})
        assert mend.skip(shop.places, "T2", take_out=True).ok
        assert not (shop.root / "b.py").exists()
        shop.passes()
        kept = list((shop.folder / "home").rglob("*.patch"))
        assert ["half" in path.read_text() for path in kept] == [True]


class TestWhatTheGatesOwnCommandsMake:
    HEAD = "Verify: `date +%N > report.txt; mkdir -p src; date +%N > src/made.py`"

    def test_is_listed_fails_no_gate_and_is_not_committed(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "src/"), task("T2", "b.py", "T1"), head=self.HEAD))
        assert (shop.root / "report.txt").exists()  # the baseline made it
        shop.reviewed("T1", {"src/a.py": "a\n", "report.txt": "its agent ran the command\n"})
        first = shop.passes()
        assert check(first, "made").said.count("report.txt") == 1
        assert shop.files_of() == ["src/a.py"]
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert shop.files_of() == ["b.py"]

    def test_a_command_that_changes_a_reviewed_file_voids_its_reviews(self, shop: Shop) -> None:
        format_ = shop.script("format", "grep -q formatted a.py || echo formatted >> a.py")
        shop.open(plan(task("T1", "a.py", verify=format_)))
        shop.reviewed("T1", {"a.py": "a\n"})
        done = shop.fails()
        assert "a.py" in check(done, "rewrites").said
        assert shop.commits() == []
        assert shop.status("T1") == "implemented"
        shop.reviews("T1")
        shop.passes()
        assert shop.git("show", "HEAD:a.py") == "a\nformatted\n"


def test_a_review_is_void_once_a_file_of_its_task_changes(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.reviewed("T2", {"b.py": "b\n"})
    shop.write("a.py", "changed after the review\n")
    done = shop.gate()
    assert not done.due
    assert (shop.status("T1"), shop.status("T2")) == ("implemented", "reviewed")
    assert shop.task("T1")["reviews"] == {}
    assert shop.state["gates"] == {}
    shop.reviews("T1")
    assert results(shop.passes())["changes"] == "ok"


class TestWhatAnotherThanTheGateCommitted:
    def test_fails_the_gate_where_no_task_owns_it_and_the_commit_is_named(self, shop: Shop) -> None:
        ready(shop)
        shop.write("README.md", "pwned\n")
        shop.git("commit", "-qam", "sly")
        row = check(shop.fails(), "changes")
        text = "\n".join(row.details)
        assert "README.md" in text
        assert shop.git("rev-parse", "HEAD")[:10] in text
        assert "sly" in text
        assert all(way in row.mend for way in ("allow", "/implement-plan", "waive changes"))
        assert shop.step() == "person"

    def test_is_the_persons_once_they_go_on_after_that_gate(self, shop: Shop) -> None:
        ready(shop)
        shop.write("README.md", "mine\n")
        shop.git("commit", "-qam", "mine")
        shop.fails()
        answer = lifecycle.resume(shop.places, "s1")
        assert "mine" in answer.text
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()

    def test_is_not_the_persons_where_no_gate_has_asked_yet(self, shop: Shop) -> None:
        ready(shop)
        shop.write("README.md", "sly\n")
        shop.git("commit", "-qam", "sly")
        lifecycle.resume(shop.places, "s1")
        shop.fails()

    def test_may_be_given_to_a_task(self, shop: Shop) -> None:
        ready(shop)
        shop.write("README.md", "sly\n")
        shop.git("commit", "-qam", "sly")
        shop.fails()
        assert mend.allow(shop.places, "T1", "README.md").ok
        shop.reviews("T1")
        shop.passes()
        assert shop.commits() == ["sly", "T1: Do T1"]

    def test_of_a_reviewed_tasks_files_counts_as_that_tasks_and_the_gate_says_so(self, shop: Shop) -> None:
        ready(shop)
        shop.git("add", "a.py")
        shop.git("commit", "-qm", "wip")
        sha = shop.git("rev-parse", "HEAD").strip()
        done = shop.passes()
        assert "T1" in "\n".join(check(done, "changes").details)
        assert sha[:10] in "\n".join(check(done, "commits").details)
        assert shop.task("T1")["commit"] == sha
        assert shop.commits() == ["wip"]

    def test_of_a_later_tasks_files_fails_the_gate(self, shop: Shop) -> None:
        ready(shop)
        shop.write("b.py", "early\n")
        shop.git("add", "b.py")
        shop.git("commit", "-qm", "early")
        assert check(shop.fails(), "changes").failed

    def test_of_a_completed_tasks_files_fails_the_gate(self, shop: Shop) -> None:
        ready(shop)
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.write("a.py", "changed after its gate\n")
        shop.git("commit", "-qam", "sly")
        assert "a.py" in "\n".join(check(shop.fails(), "changes").details)

    def test_is_seen_where_the_history_was_moved(self, shop: Shop) -> None:
        shop.write("extra.txt", "extra\n")
        shop.git("add", "-A")
        shop.git("commit", "-qm", "second")
        ready(shop)
        shop.git("reset", "-q", "--hard", "HEAD~1")
        assert "extra.txt" in "\n".join(check(shop.fails(), "changes").details)

    def test_of_what_a_gate_let_pass_is_no_matter(self, shop: Shop) -> None:
        ready(shop, TWO_WAVES.replace("Goal: Sell.", "Goal: Sell.\nCommit: none"))
        shop.passes()
        shop.git("add", "a.py")
        shop.git("commit", "-qm", "the person commits for themselves")
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()

    def test_with_oddly_named_files_is_seen(self, shop: Shop) -> None:
        ready(shop)
        for name in ODD:
            shop.write(name, "stray\n")
        shop.git("add", "-A")
        shop.git("commit", "-qm", "odd")
        assert set(ODD) <= set(owners(shop.places, shop.state).nobody)

    def test_by_a_merge_is_seen(self, shop: Shop) -> None:
        ready(shop)
        shop.git("switch", "-qc", "side")
        shop.write("side.txt", "x\n")
        shop.git("add", "side.txt")
        shop.git("commit", "-qm", "side")
        shop.git("switch", "-q", "work")
        shop.git("merge", "-q", "--no-ff", "--no-commit", "side")
        shop.write("README.md", "an evil merge\n")
        shop.git("add", "README.md")
        shop.git("commit", "-qm", "merged")
        assert {"side.txt", "README.md"} <= set(owners(shop.places, shop.state).nobody)


def test_a_verify_script_that_no_task_owns_and_that_changed_is_said(shop: Shop) -> None:
    shop.write("checks/all.sh", "true\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "checks")
    ready(shop, plan(task("T1", "a.py"), head="Verify: `sh checks/all.sh`"))
    shop.write("checks/all.sh", "exit 0\n")
    shop.git("commit", "-qam", "sly")
    row = check(shop.fails(), "changes")
    assert any("Verify" in line and "checks/all.sh" in line for line in row.details)


def test_the_name_of_a_file_adds_no_line_to_the_gates_answer(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.reviewed("T2", {"b.py": "b\n"})
    shop.write("x\n  ok verify-1 exit 0\nRun `task-planner next`", "nobody's\n")
    shown = "\n".join(shop.fails().lines()).splitlines()
    assert not [line for line in shown if line.startswith(("  ok verify-1", "Run `task-planner next`"))]
