"""What decides what tests mean: told to reviewers, held by the gate where nobody could see it; and files that change while checks run."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.brief.package import package
from planweir.gate.watched import Watch
from planweir.verbs import mend

HIDES = "def pytest_collection_modifyitems(items):\n    items[:] = []\n"
PACKAGE = {"name": "shop", "scripts": {"test": "jest", "build": "tsc"}, "dependencies": {"left": "1"}}
BAD = "def test_bad():\n    assert False\n"
PYTEST = "python3 -m pytest -q -p no:cacheprovider"


def committed(shop: Shop, files: dict[str, str]) -> None:
    for path, content in files.items():
        shop.write(path, content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")


def facts(shop: Shop, name: str = "T1") -> str:
    return package(shop.places, shop.state, name)[0].split("## What the implementer says")[0]


class TestToldToReviewers:
    def test_a_conftest_that_hides_failures_with_the_hook_by_which_it_does(self, shop: Shop) -> None:
        committed(shop, {"conftest.py": "X = 1\n"})
        shop.open(plan(task("T1", "conftest.py")))
        shop.implement("T1", {"conftest.py": HIDES})
        assert "It changed what decides what tests mean: conftest.py +2 -1 lines, with pytest_collection_modifyitems (its Files name it)" in facts(shop)

    def test_a_test_script_that_is_rewritten_by_its_key_and_both_values(self, shop: Shop) -> None:
        committed(shop, {"package.json": json.dumps(PACKAGE)})
        shop.open(plan(task("T1", "package.json")))
        shop.implement("T1", {"package.json": json.dumps({**PACKAGE, "scripts": {"test": "true", "build": "tsc"}})})
        assert "package.json scripts.test: `jest` -> `true` (its Files name it)" in facts(shop)

    def test_that_a_pattern_alone_holds_it(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "tests/**")))
        shop.implement("T1", {"tests/conftest.py": HIDES})
        assert "tests/conftest.py is new (its Files hold it by a pattern alone: tests/**)" in facts(shop)

    def test_options_in_pyproject_by_their_keys_and_nothing_of_the_rest(self, shop: Shop) -> None:
        committed(shop, {"pyproject.toml": '[project]\nname = "a"\n\n[tool.pytest.ini_options]\naddopts = "-q"\n'})
        shop.open(plan(task("T1", "pyproject.toml")))
        shop.implement("T1", {"pyproject.toml": '[project]\nname = "b"\n\n[tool.pytest.ini_options]\naddopts = "-q -k easy"\n'})
        assert 'pyproject.toml [tool.pytest.ini_options] addopts: `"-q"` -> `"-q -k easy"`' in facts(shop)
        assert "name" not in facts(shop).split("mean:")[1].split("\n")[0].replace("Files name it", "")

    def test_what_others_changed_of_it(self, shop: Shop) -> None:
        committed(shop, {"pytest.ini": "[pytest]\naddopts = -q\n"})
        shop.open(plan(task("T1", "a.py")))
        shop.implement("T1", {"a.py": "a\n"})
        shop.write("pytest.ini", "[pytest]\naddopts = -k easy\n")
        assert "of no task, and deciding what tests mean: pytest.ini [pytest] addopts: `-q` -> `-k easy`" in facts(shop)

    def test_not_what_a_person_had_changed_before(self, shop: Shop) -> None:
        committed(shop, {"pytest.ini": "[pytest]\naddopts = -q\n"})
        shop.write("pytest.ini", "[pytest]\naddopts = -k easy\n")
        shop.open(plan(task("T1", "a.py")))
        shop.implement("T1", {"a.py": "a\n"})
        assert "what tests mean" not in facts(shop)

    @pytest.mark.parametrize(
        ("path", "old", "new"),
        [
            ("package.json", json.dumps(PACKAGE), json.dumps({**PACKAGE, "version": "2", "dependencies": {"left": "2"}})),
            ("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "b"\ndependencies = ["x"]\n'),
            ("src/app.py", "a = 1\n", "a = 2\n"),
            ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n"),
        ],
    )
    def test_nothing_where_nothing_of_that_changed(self, shop: Shop, path: str, old: str, new: str) -> None:
        committed(shop, {path: old})
        shop.open(plan(task("T1", path)))
        shop.implement("T1", {path: new})
        assert "what tests mean" not in facts(shop)


class TestAtTheGate:
    def test_a_conftest_of_no_task_holds_it(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Setup: `true`\nVerify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write("conftest.py", HIDES)
        assert check(shop.fails(), "changes").failed

    def test_and_a_clean_checkout_runs_without_it(self, shop: Shop) -> None:
        committed(shop, {"test_old.py": "def test_old():\n    pass\n"})
        shop.open(plan(task("T1", "test_bad.py"), head=f"Setup: `true`\nVerify: `{PYTEST}`"))
        shop.reviewed("T1", {"test_bad.py": BAD})
        shop.write("conftest.py", "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if 'bad' not in i.name]\n")
        done = shop.fails()
        assert results(done)["verify-1"] == "ok"
        assert check(done, "clean-verify-1").failed

    def test_a_test_script_of_no_task_rewritten_to_true_holds_it_and_fails_nothing_less_in_a_clean_checkout(self, shop: Shop) -> None:
        committed(shop, {"package.json": json.dumps(PACKAGE), "run": "#!/bin/sh\ngrep -q '\"test\": \"jest\"' package.json && test ! -e broken\n"})
        (shop.root / "run").chmod(0o755)
        shop.open(plan(task("T1", "broken"), head="Setup: `true`\nVerify: `grep -q '\"test\": \"true\"' package.json || ./run`"))
        shop.reviewed("T1", {"broken": "x\n"})
        shop.write("package.json", json.dumps({**PACKAGE, "scripts": {"test": "true"}}))
        done = shop.fails()
        assert results(done)["verify-1"] == "ok"
        assert check(done, "changes").failed
        assert check(done, "clean-verify-1").failed

    def test_one_of_a_task_passes_and_is_told(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "pytest.ini"), head="Verify: `true`"))
        shop.reviewed("T1", {"pytest.ini": "[pytest]\naddopts = -q\n"})
        row = check(shop.passes(), "steering")
        assert row.result == "ok"
        assert row.details == ["T1: pytest.ini is new: [pytest] addopts = `-q` (its Files name it)"]

    @pytest.mark.parametrize("path", ["conftest.py", "tests/pytest.ini", "src/sitecustomize.py"])
    def test_one_that_git_ignores_holds_it(self, shop: Shop, path: str) -> None:
        committed(shop, {".gitignore": "conftest.py\npytest.ini\nsitecustomize.py\n", "tests/test_a.py": "", "src/a.py": ""})
        shop.open(plan(task("T1", "a.py"), head="Verify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write(path, HIDES)
        later(shop, path)
        done = shop.fails()
        assert check(done, "changes").result == "ok"
        assert path in check(done, "steering").said
        assert mend.waive(shop.places, "steering", "mine").ok
        shop.passes()

    @pytest.mark.parametrize("path", ["node_modules/x/package.json", "dist/package.json", ".venv/lib/conftest.py", "notes.txt", "build/Makefile", "scratch/made/conftest.py", ".vscode-test/package.json"])
    def test_what_tools_make_does_not(self, shop: Shop, path: str) -> None:
        committed(shop, {".gitignore": f"{path.split('/')[0]}\n"})
        shop.open(plan(task("T1", "a.py"), head="Verify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write(path, "x\n")
        later(shop, path)
        assert results(shop.passes())["steering"] == "ok"

    def test_one_that_was_there_before_does_not(self, shop: Shop) -> None:
        committed(shop, {".gitignore": "conftest.py\n"})
        shop.write("conftest.py", HIDES)
        shop.open(plan(task("T1", "a.py"), head="Verify: `true`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert results(shop.passes())["steering"] == "ok"


def later(shop: Shop, path: str) -> None:
    """Let a file's change be of a later second than the plan's beginning, as the journal tells it."""
    from planweir.journal.render import seconds

    began = seconds(shop.state["plan"]["opened_at"])
    whole = shop.root / path
    while os.lstat(whole).st_ctime <= began + 1.0:
        os.utime(whole)


class TestFilesThatChangeWhileChecksRun:
    def watcher(self, shop: Shop, run: str) -> str:
        """A process of nobody's session that makes a.py good while `run` is there, and bad again afterwards."""
        code = f"while test ! -e {run}; do sleep 0.01; done; cp a.py {run}.kept; echo 'good = 1' > a.py; while test -e {run}; do sleep 0.01; done; cp {run}.kept a.py; touch {run}.over"
        subprocess.Popen(["setsid", "sh", "-c", code], cwd=shop.root, start_new_session=True)
        return f"touch {run}; until grep -q good a.py; do sleep 0.01; done; sleep 0.3; rm {run}; until test -e {run}.over; do sleep 0.01; done"

    def test_one_that_somebody_makes_good_for_that_time_holds_the_gate(self, shop: Shop) -> None:
        verify = shop.script("verify", 'test -e a.py || exit 0; eval "$(cat "${0%/*}/do")"')
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{verify}`"))
        shop.reviewed("T1", {"a.py": "bad = 1\n"})
        (shop.folder / "do").write_text(self.watcher(shop, str(shop.folder / "run")))
        done = shop.fails()
        assert results(done)["verify-1"] == "ok"
        row = check(done, "watched")
        assert row.failed
        assert row.files == ["a.py"]
        assert shop.status("T1") == "rework"
        assert shop.read("a.py") == "bad = 1\n"

    def test_its_result_is_not_kept(self, shop: Shop) -> None:
        verify = shop.script("verify", 'test -e a.py || exit 0; echo x >> "${0%/*}/count"; eval "$(cat "${0%/*}/do")"')
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{verify}`"))
        shop.reviewed("T1", {"a.py": "bad = 1\n"})
        (shop.folder / "do").write_text(self.watcher(shop, str(shop.folder / "run")))
        shop.fails()
        (shop.folder / "do").write_text("grep -q good a.py")
        shop.implement("T1")
        shop.reviews("T1")
        assert check(shop.fails(), "verify-1").failed
        assert (shop.folder / "count").read_text() == "x\nx\n"

    def test_what_passes_in_a_clean_checkout_too_is_only_told(self, shop: Shop) -> None:
        verify = shop.script("verify", 'test -e a.py || exit 0; test "$PWD" = "$(cat "${0%/*}/here")" || exit 0; eval "$(cat "${0%/*}/do")"')
        (shop.folder / "here").write_text(str(shop.root))
        (shop.folder / "do").write_text("true")
        shop.open(plan(task("T1", "a.py"), head=f"Setup: `true`\nVerify: `{verify}`"))
        shop.reviewed("T1", {"a.py": "bad = 1\n"})
        (shop.folder / "do").write_text(self.watcher(shop, str(shop.folder / "run")))
        row = check(shop.passes(), "watched")
        assert "pass in a clean checkout as well" in row.said

    @pytest.mark.parametrize("command", ["cp a.py b && cat b > a.py", "cp a.py b && mv b a.py", "touch a.py", "chmod 644 a.py"])
    def test_a_command_that_writes_the_same_again_is_well(self, shop: Shop, command: str) -> None:
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `test ! -e a.py || {{ {command}; rm -f b; sleep 0.3; }}`"))
        shop.reviewed("T1", {"a.py": "good = 1\n"})
        assert results(shop.passes())["watched"] == "ok"

    def test_one_that_a_command_changes_for_good_is_for_the_reviews(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify: `test ! -e a.py || { echo more >> a.py; sleep 0.2; }`"))
        shop.reviewed("T1", {"a.py": "good = 1\n"})
        done = shop.fails()
        assert results(done)["watched"] == "ok"
        assert check(done, "rewrites").failed

    def test_a_watch_over_nothing_costs_no_thread(self, shop: Shop) -> None:
        with Watch(str(shop.root), []) as watch:
            pass
        assert watch.swapped == []
