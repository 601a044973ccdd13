"""Where the plan has a Setup, its commands must pass in a clean checkout of what would be committed."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.gate.shop import PLANNER, Shop, check, plan, results, task

from planweir.gate import checkout, surroundings
from planweir.gate.clean import in_clean_checkout
from planweir.gate.commands import run
from planweir.verbs import mend

PYTEST = "Setup: `true`\nVerify: `python3 -m pytest -q -p no:cacheprovider`"
TESTED = {
    "pkg.py": "import helper\n\n\ndef total():\n    return helper.ONE + 1\n",
    "test_pkg.py": "from pkg import total\n\n\ndef test_total():\n    assert total() == 2\n",
}
OLD_TEST = {"helper_old.py": "ONE = 1\n", "test_old.py": "def test_old():\n    assert True\n"}


def committed(shop: Shop, files: dict[str, str]) -> None:
    for path, content in files.items():
        shop.write(path, content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")


def one_task(head: str = PYTEST, files: str = "pkg.py test_pkg.py", new_tests: bool = False) -> str:
    return plan(task("T1", files, new_tests=new_tests), head=head)


def left(shop: Shop) -> list[str]:
    """What lies in the folder of checkouts."""
    folder = shop.folder / "home" / checkout.FOLDER
    return sorted(os.listdir(folder)) if folder.exists() else []


class TestWhatItCatches:
    @pytest.fixture
    def tested(self, shop: Shop) -> Shop:
        committed(shop, {**OLD_TEST, ".gitignore": "helper.py\n__pycache__/\n"})
        return shop

    def test_a_helper_that_git_ignores(self, tested: Shop) -> None:
        tested.open(one_task())
        tested.write("helper.py", "ONE = 1\n")
        tested.reviewed("T1", TESTED)
        done = tested.fails()
        assert results(done)["verify-1"] == "ok"
        row = check(done, "clean-verify-1")
        assert row.failed
        assert "only in the work tree: helper.py" in row.details
        assert tested.status("T1") == "rework"
        assert "helper.py" in tested.task("T1")["sent_back"]

    def test_a_helper_that_is_untracked_and_the_persons_own_from_before_the_plan(self, shop: Shop) -> None:
        committed(shop, OLD_TEST)
        shop.write("helper.py", "ONE = 1\n")
        shop.open(one_task())
        shop.reviewed("T1", TESTED)
        row = check(shop.fails(), "clean-verify-1")
        assert "only in the work tree: helper.py" in row.details

    def test_a_persons_uncommitted_change_that_the_work_needs(self, shop: Shop) -> None:
        committed(shop, {**OLD_TEST, "helper.py": "ONE = 0\n"})
        shop.write("helper.py", "ONE = 1\n")
        shop.open(one_task())
        shop.reviewed("T1", TESTED)
        assert check(shop.fails(), "clean-verify-1").failed

    def test_a_link_to_what_git_ignores(self, tested: Shop) -> None:
        tested.open(one_task(files="pkg.py test_pkg.py link.py"))
        tested.write("helper.py", "ONE = 1\n")
        os.symlink("helper.py", tested.root / "link.py")
        tested.reviewed("T1", {name: text.replace("helper", "link") for name, text in TESTED.items()})
        done = tested.fails()
        assert check(done, "files").failed
        assert check(done, "clean-verify-1").failed

    def test_a_test_that_is_good_only_while_somebody_puts_a_file_there(self, tested: Shop) -> None:
        watcher = tested.script("watcher", f"echo 'ONE = 1' > {tested.root}/helper.py; \"$@\"; status=$?; rm {tested.root}/helper.py; exit $status")
        tested.open(one_task(head=f"Setup: `true`\nVerify: `{watcher} python3 -m pytest -q -p no:cacheprovider`"))
        tested.reviewed("T1", TESTED)
        assert check(tested.fails(), "clean-verify-1").failed

    def test_a_setup_that_fails_because_of_the_tasks_work(self, shop: Shop) -> None:
        committed(shop, {"setup.sh": "true\n"})
        shop.open(plan(task("T1", "setup.sh"), head="Setup: `sh setup.sh`\nVerify: `true`"))
        shop.reviewed("T1", {"setup.sh": "echo it is broken; exit 3\n"})
        row = check(shop.fails(), "clean-setup")
        assert row.failed
        assert "it is broken" in row.details[-1]


class TestWhatItLetsPass:
    def test_an_honest_plan(self, shop: Shop) -> None:
        committed(shop, OLD_TEST)
        shop.open(one_task(files="pkg.py test_pkg.py helper.py"))
        shop.reviewed("T1", {**TESTED, "helper.py": "ONE = 1\n"})
        done = shop.passes()
        assert results(done)["clean-verify-1"] == "ok"
        assert left(shop) == []

    def test_a_setup_that_makes_an_environment_in_the_project(self, shop: Shop) -> None:
        committed(shop, {".gitignore": ".venv/\n__pycache__/\n", "mod.py": "X = 1\n"})
        setup = "python3 -m venv --without-pip .venv && pwd > .venv/made"
        verify = "test -e .venv/made && .venv/bin/python -c 'import mod'"
        run(str(shop.root), setup)
        shop.open(plan(task("T1", "a.py"), head=f"Setup: `{setup}`\nVerify: `{verify}`"))
        before = (shop.root / ".venv/made").read_text()
        shop.reviewed("T1", {"a.py": "a = 1\n"})
        assert results(shop.passes())["clean-verify-1"] == "ok"
        assert (shop.root / ".venv/made").read_text() == before

    def test_a_node_project_whose_modules_are_installed_by_setup(self, shop: Shop) -> None:
        committed(shop, {".gitignore": "node_modules/\n", "package.json": '{"scripts": {"test": "node_modules/.bin/t"}}\n'})
        stub = shop.script("install", "mkdir -p node_modules/.bin && printf '#!/bin/sh\\ntest -e a.js' > node_modules/.bin/t && chmod +x node_modules/.bin/t")
        run(str(shop.root), stub)
        shop.open(plan(task("T1", "a.js"), head=f"Setup: `{stub}`\nVerify: `node_modules/.bin/t`"))
        shop.reviewed("T1", {"a.js": "1;\n"})
        assert results(shop.passes())["clean-verify-1"] == "ok"

    def test_a_plan_without_setup_says_that_nothing_was_checked_and_how(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.passes(), "clean")
        assert row.result == "not checked"
        assert "`Setup:`" in row.said

    def test_tests_that_failed_by_name_before_the_plan(self, shop: Shop) -> None:
        committed(shop, {"test_old.py": "def test_bad():\n    assert False\n\n\ndef test_good():\n    pass\n"})
        shop.open(one_task())
        shop.reviewed("T1", {"pkg.py": "x = 1\n"})
        row = check(shop.passes(), "clean-verify-1")
        assert "1 failed before the plan too" in row.said

    def test_a_project_whose_clean_checkout_never_worked_is_not_yet_and_at_the_last_gate_a_persons(self, shop: Shop) -> None:
        committed(shop, {".gitignore": "local.cfg\n"})
        shop.write("local.cfg", "here\n")
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head="Setup: `true`\nVerify: `cat local.cfg`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert check(shop.passes(), "clean-verify-1").result == "not yet"
        shop.reviewed("T2", {"b.py": "b\n"})
        row = check(shop.fails(), "clean-verify-1")
        assert row.persons
        assert "only in the work tree: local.cfg" in row.details
        assert mend.waive(shop.places, "clean-verify-1", "it is each person's own").ok
        assert shop.passes().passed

    def test_what_a_command_failed_at_before_the_plan_is_no_excuse_once_it_passes(self, shop: Shop) -> None:
        committed(shop, {".gitignore": "helper.py\n__pycache__/\n"})
        shop.open(plan(task("T1", "pkg.py test_pkg.py"), task("T2", "b.py", "T1"), head=PYTEST))  # no tests yet: it fails
        shop.write("helper.py", "ONE = 1\n")
        shop.reviewed("T1", TESTED)
        assert check(shop.fails(), "clean-verify-1").failed

    def test_other_waves_files_and_the_persons_are_not_in_it(self, shop: Shop) -> None:
        seen = shop.folder / "seen"
        shop.write("mine.txt", "the person's\n")
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head=f"Setup: `ls > {seen}`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert seen.read_text().split() == ["README.md", "a.py"]

    def test_a_plan_without_commits_has_what_earlier_waves_made_in_it(self, shop: Shop) -> None:
        head = "Commit: none\nSetup: `true`\nVerify: `test ! -e b.py || test -e a.py`"
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head=head))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        assert results(shop.passes())["clean-verify-1"] == "ok"


class TestTheCheckout:
    def test_is_a_repository_of_its_own_with_the_projects_name_branch_and_tags(self, shop: Shop) -> None:
        shop.git("tag", "v1.2")
        said = shop.folder / "said"
        verify = f"(basename $PWD; git rev-parse --abbrev-ref HEAD; git status --porcelain; git describe --tags --match 'v*'; git worktree list | wc -l) > {said}"
        shop.open(plan(task("T1", "a.py"), head=f"Setup: `true`\nVerify: `{verify}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        name, branch, version, worktrees = said.read_text().split()
        assert (name, branch, worktrees) == ("project", "work", "1")
        assert version.startswith("v1.2-1-g")

    def test_leaves_the_persons_repository_as_it_was(self, shop: Shop) -> None:
        verify = "git stash list; git checkout -q -b other && git commit -q --allow-empty -m x --no-verify; git clean -fdxq; true"
        before = shop.git("for-each-ref"), shop.git("worktree", "list"), sorted(os.listdir(shop.root / ".git"))
        shop.open(plan(task("T1", "a.py"), head=f"Setup: `{verify}`\nVerify: `true`"))
        shop.write("untracked.txt", "the person's\n")
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.gate()
        assert (shop.git("for-each-ref"), shop.git("worktree", "list")) == before[:2]
        assert sorted(os.listdir(shop.root / ".git")) == before[2]
        assert (shop.root / "untracked.txt").exists()

    def test_runs_no_hook_of_the_repository(self, shop: Shop) -> None:
        noted = shop.folder / "noted"
        shop.hook("post-checkout", f"echo ran >> {noted}")
        shop.open(plan(task("T1", "a.py"), head="Setup: `true`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert results(shop.passes())["clean-verify-1"] == "ok"
        assert not noted.exists()

    def test_of_a_project_in_a_subfolder_runs_in_that_folder(self, shop: Shop) -> None:
        from planweir.evidence import tree
        from planweir.places import Places

        committed(shop, {"web/a.txt": "a\n", "top.txt": "t\n"})
        places = Places(str(shop.folder / "home"), str(shop.root / "web"))
        shop.write("web/b.txt", "b\n")
        made = tree.composed(places.project, "HEAD", ["b.txt"])
        with checkout.Checkout(places, made, "HEAD") as there:
            assert there.run("ls; ls ..").output.split() == ["a.txt", "b.txt", "README.md", "top.txt", "web"]

    def test_keeps_links_and_modes(self, shop: Shop) -> None:
        os.symlink("README.md", shop.root / "link")
        shop.write("run.sh", "#!/bin/sh\n")
        (shop.root / "run.sh").chmod(0o755)
        committed(shop, {})
        shop.open(plan(task("T1", "a.py"), head="Setup: `true`\nVerify: `test -L link && test -x run.sh`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert results(shop.passes())["clean-verify-1"] == "ok"

    def test_a_project_with_submodules_is_not_judged_by_what_fails_there(self, shop: Shop, tmp_path: Path) -> None:
        other = tmp_path / "other"
        from tests.unit.gate.shop import new_repository

        new_repository(other)
        shop.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
        shop.git("commit", "-qm", "sub")
        shop.open(plan(task("T1", "a.py"), head="Setup: `true`\nVerify: `test -e sub/README.md`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.passes(), "clean-verify-1")
        assert row.result == "not checked"
        assert "sub" in row.said

    def test_files_that_git_keeps_by_a_filter_are_not_judged_by_what_fails_there(self, shop: Shop) -> None:
        committed(shop, {".gitattributes": "*.bin filter=lfs\n", "a.bin": "pointer\n"})
        shop.open(plan(task("T1", "a.py"), head="Setup: `true`\nVerify: `test ! -e a.py || test -e local || { test -e .git/hooks && touch local; }`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.gate(), "clean-verify-1")
        assert row.result == "not checked"
        assert "filters" in row.said

    def test_is_not_made_again_for_the_same_tree(self, shop: Shop) -> None:
        command, count = shop.counter()
        shop.open(plan(task("T1", "a.py"), head=f"Setup: `{command}`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write("stray.txt")
        shop.fails()
        again = shop.fails()
        assert count() == 1
        assert "kept" in check(again, "clean-verify-1").said
        (shop.root / "stray.txt").unlink()
        shop.passes()
        assert count() == 1
        assert [row.result for row in in_clean_checkout(shop.places, shop.state, [("verify-1", "true")], print)] == ["ok"]
        assert count() == 1
        in_clean_checkout(shop.places, shop.state, [("verify-1", "true")], print, again=True)
        assert count() == 2

    def test_a_command_over_the_limit_fails_and_leaves_nothing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.open(plan(task("T1", "a.py"), head="Setup: `test ! -e a.py || sleep 300`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        monkeypatch.setenv("PLANWEIR_COMMAND_LIMIT", "0.5")
        row = check(shop.fails(), "clean-setup")
        assert "time limit" in row.said
        assert left(shop) == []

    def test_read_only_folders_that_a_tool_left_go_too(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Setup: `mkdir -p d/e && touch d/e/f && chmod 500 d/e d`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert left(shop) == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_gate_that_is_ended_in_it_leaves_the_repository_as_it_was(shop: Shop, sign: signal.Signals) -> None:
    pipe = shop.folder / "begun"
    os.mkfifo(pipe)
    shop.open(plan(task("T1", "a.py"), head=f"Setup: `echo > {pipe}; sleep 300`\nVerify: `true`"))
    shop.reviewed("T1", {"a.py": "a\n"})
    before = shop.dirty(), shop.git("worktree", "list"), sorted(os.listdir(shop.root / ".git"))
    code = f"from planweir.gate.gate import run_gate; from planweir.places import Places; run_gate(Places({str(shop.folder / 'home')!r}, {str(shop.root)!r}), print)"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=shop.root, env={**os.environ, "PYTHONPATH": str(PLANNER.parent)})
    pipe.read_text()
    assert len(left(shop)) == 2  # the folder and its lock
    process.send_signal(sign)
    process.wait(timeout=60)
    assert (shop.dirty(), shop.git("worktree", "list"), sorted(os.listdir(shop.root / ".git"))) == before
    if sign == signal.SIGKILL:
        assert len(left(shop)) == 2
        checkout.sweep(shop.places)
    assert left(shop) == []


class TestSurroundings:
    def test_variables_and_commands_name_the_checkout_where_they_named_the_project(self) -> None:
        env = {"PATH": "/p/.venv/bin:/usr/bin", "PYTHONPATH": "/p:/p2", "HOME": "/p", "GIT_DIR": "/p/.git", "X": "a=/p/x"}
        assert surroundings.variables("/p", "/c/p", env) == {"PATH": "/c/p/.venv/bin:/usr/bin", "PYTHONPATH": "/c/p:/p2", "HOME": "/p", "X": "a=/c/p/x"}
        assert surroundings.moved("cd /p && ls /p-old /q/p", "/p", "/c") == "cd /c && ls /p-old /q/p"

    @pytest.mark.parametrize("command", ["pip install -e .", "python3 -m pip install -r r.txt", "cd a && poetry install", "uv pip install -e .", "python setup.py develop"])
    def test_a_setup_that_installs_into_whatever_python_is_there_is_seen(self, command: str) -> None:
        assert surroundings.installs([command])

    @pytest.mark.parametrize("command", ["npm ci", "uv sync", "python -m venv .venv && .venv/bin/pip install -e .", "echo pip", "make setup"])
    def test_one_that_does_not_is_let_be(self, command: str) -> None:
        assert not surroundings.installs([command])

    @pytest.mark.parametrize("first", ["#!{env}/bin/python3\n", "#!/bin/sh\n'''exec' {env}/bin/python \"$0\" \"$@\"\n' '''\n"], ids=["plain", "long"])
    def test_the_persons_environment_stays_as_it_is_and_the_checkout_is_what_is_imported(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, first: str
    ) -> None:
        """A `pip install -e .` in the checkout would point the person's environment at a folder that is gone afterwards."""
        committed(shop, {"src/pkg/__init__.py": "X = 1\n", ".gitignore": "__pycache__/\nsrc/pkg/here.py\n"})
        env = shop.folder / "env"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(env)], check=True)
        site = next(env.glob("lib/python*/site-packages"))
        (site / "pip").mkdir()  # theirs serves; to bring one takes seconds
        (site / "pip/__init__.py").touch()
        (site / "editable.pth").write_text(f"{shop.root}/src\n")
        tool = "import pkg; print(pkg.__file__)\nif pkg.X > 1:\n    import pkg.here\n"
        (env / "bin/tool").write_text(first.format(env=env) + tool)
        (env / "bin/tool").chmod(0o755)
        # What `pip install -e .` comes to, without an index.
        code = "import site, os; open(site.getsitepackages()[0] + '/e.pth', 'w').write(os.getcwd() + '/src')"
        monkeypatch.setenv("PATH", f"{env}/bin:{os.environ['PATH']}")
        monkeypatch.setenv("VIRTUAL_ENV", str(env))
        shop.open(plan(task("T1", "src/pkg/__init__.py"), head=f'Setup: `python -c "{code}" && : pip install -e .`\nVerify: `tool`'))
        shop.write("src/pkg/here.py", "Y = 1\n")
        shop.reviewed("T1", {"src/pkg/__init__.py": "X = 2\n"})
        done = shop.fails()
        assert results(done)["verify-1"] == "ok"
        row = check(done, "clean-verify-1")
        assert row.failed
        assert "only in the work tree: src/pkg/here.py" in row.details
        assert row.details[-1].startswith("src/pkg/__init__.py\n")
        assert [path.name for path in site.glob("*.pth")] == ["editable.pth"]


def test_shell_words_of_a_name_with_a_space_are_kept(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), head=f"Setup: `true`\nVerify: `test -e {shlex.quote('a.py')} || test -e README.md`"))
    shop.reviewed("T1", {"a.py": "a\n"})
    assert results(shop.passes())["clean-verify-1"] == "ok"
