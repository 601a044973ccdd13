"""A task's new tests must fail without its change: real tests, really run with it and without it."""

from __future__ import annotations

import json
import shutil
from typing import ClassVar

import pytest
from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.gate import redgreen
from planweir.gate.starting import how
from planweir.verbs import mend

RUN = "python3 -m pytest -q -p no:cacheprovider"
HEAD = f"Setup: `true`\nVerify: `{RUN}`"
OLD = {"shop.py": "def price():\n    return 1\n", "tests/test_old.py": "def test_old():\n    assert True\n"}
BETTER = {"shop.py": "def price():\n    return 2\n"}
TRUE_TEST = "from shop import price\n\n\ndef test_price():\n    assert price() == 2\n"
EMPTY_TEST = "import shop\n\n\ndef test_price():\n    assert shop\n"
PATHED = {"conftest.py": "import os, sys\n\nsys.path.insert(0, os.path.dirname(__file__))\n"}


def started(shop: Shop, head: str = HEAD, files: str = "shop.py tests/test_new.py", old: dict[str, str] | None = None) -> None:
    for path, content in {**PATHED, ".gitignore": "__pycache__/\n", **(OLD if old is None else old)}.items():
        shop.write(path, content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")
    shop.open(plan(task("T1", files, new_tests=True), head=head))


class TestProvenByTheGate:
    def test_a_test_that_fails_without_the_change_is_well(self, shop: Shop) -> None:
        started(shop)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        row = check(shop.passes(), "red")
        assert (row.result, row.said) == ("ok", "1 of 1 new tests fail without the change")

    def test_one_that_passes_without_it_sends_the_task_back(self, shop: Shop) -> None:
        started(shop)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": EMPTY_TEST})
        row = check(shop.fails(), "red")
        assert row.failed
        assert row.tasks == ["T1"]
        assert "T1: passes without the change too: test_price" in row.details
        assert shop.status("T1") == "rework"
        assert "proves nothing" in row.mend

    def test_a_person_may_waive_it(self, shop: Shop) -> None:
        started(shop)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": EMPTY_TEST})
        assert mend.waive(shop.places, "red", "it describes what is there").ok
        assert check(shop.passes(), "red").result == "waived"

    def test_one_red_among_green_ones_is_enough_and_the_green_are_named(self, shop: Shop) -> None:
        started(shop)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST + "\n\ndef test_easy():\n    assert price()\n"})
        row = check(shop.passes(), "red")
        assert row.said == "1 of 2 new tests fail without the change"
        assert row.details == ["T1: passes without the change too: test_easy"]

    def test_a_module_that_is_not_there_without_the_change_is_red(self, shop: Shop) -> None:
        started(shop, files="cart.py tests/test_new.py")
        shop.reviewed("T1", {"cart.py": "def full():\n    return True\n", "tests/test_new.py": "from cart import full\n\n\ndef test_full():\n    assert full()\n"})
        assert "cannot run or fail without the change" in check(shop.passes(), "red").said

    def test_a_new_case_in_an_old_test_file_is_seen(self, shop: Shop) -> None:
        old = {**OLD, "tests/test_new.py": "def test_there():\n    assert True\n"}
        started(shop, old=old)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": old["tests/test_new.py"] + "\n\n" + TRUE_TEST})
        assert check(shop.passes(), "red").said == "1 of 1 new tests fail without the change"

    def test_a_first_project_without_older_tests_is_tried_as_well(self, shop: Shop) -> None:
        started(shop, old={"shop.py": OLD["shop.py"]})
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        assert check(shop.passes(), "red").result == "ok"

    def test_each_of_two_tasks_is_tried_without_its_own_change_alone(self, shop: Shop) -> None:
        for path, content in {**PATHED, **OLD, "cart.py": "N = 1\n"}.items():
            shop.write(path, content)
        shop.git("add", "-A")
        shop.git("commit", "-qm", "more")
        shop.open(plan(task("T1", "shop.py tests/test_new.py", new_tests=True), task("T2", "cart.py tests/test_cart.py", new_tests=True), head=HEAD))
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        shop.reviewed("T2", {"cart.py": "N = 2\n", "tests/test_cart.py": "import cart\n\n\ndef test_n():\n    assert cart\n"})
        row = check(shop.fails(), "red")
        assert row.tasks == ["T2"]
        assert shop.status("T1") == "reviewed"

    def test_something_built_from_the_change_by_setup_is_built_again_before_it_is_called_green(self, shop: Shop) -> None:
        head = f"Setup: `cp shop.py built.py`\nVerify: `cp shop.py built.py && {RUN}`"
        started(shop, head=head, old={**OLD, ".gitignore": "built.py\n__pycache__/\n"})
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST.replace("shop", "built")})
        assert check(shop.passes(), "red").result == "ok"

    def test_what_setup_built_without_one_tasks_change_is_not_what_the_next_is_tried_with(self, shop: Shop) -> None:
        for path, content in {**PATHED, **OLD, ".gitignore": "built.py\n__pycache__/\n", "cart.py": "N = 1\n"}.items():
            shop.write(path, content)
        shop.git("add", "-A")
        shop.git("commit", "-qm", "more")
        build = "cat shop.py cart.py > built.py"
        two = [task("T1", "shop.py tests/test_new.py", new_tests=True), task("T2", "cart.py tests/test_cart.py", new_tests=True)]
        shop.open(plan(*two, head=f"Setup: `{build}`\nVerify: `{build} && {RUN}`"))
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": EMPTY_TEST})
        shop.reviewed("T2", {"cart.py": "N = 2\n", "tests/test_cart.py": "import built\n\n\ndef test_n():\n    assert built.N == built.price() == 2\n"})
        row = check(shop.fails(), "red")
        assert row.tasks == ["T1"]
        assert not [line for line in row.details if line.startswith("T2")]

    def test_the_checkout_is_whole_again_for_the_next_task(self, shop: Shop) -> None:
        for path, content in {**PATHED, **OLD, "cart.py": "N = 1\n"}.items():
            shop.write(path, content)
        shop.git("add", "-A")
        shop.git("commit", "-qm", "more")
        shop.open(plan(task("T1", "shop.py tests/test_new.py", new_tests=True), task("T2", "cart.py tests/test_cart.py", new_tests=True), head=HEAD))
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        shop.reviewed("T2", {"cart.py": "N = 2\n", "tests/test_cart.py": "import cart, shop\n\n\ndef test_n():\n    assert cart.N == shop.price() == 2\n"})
        assert check(shop.passes(), "red").said == "2 of 2 tasks have new tests that fail without the change"

    def test_what_was_shown_of_a_tree_is_not_tried_again(self, shop: Shop) -> None:
        command, count = shop.counter()
        started(shop, head=f"Setup: `{command}`\nVerify: `{RUN}`")
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        shop.write("stray.txt")
        shop.fails()
        shop.fails()
        assert count() == 1


NODE = {
    "head": "Setup: `true`\nVerify: `node --test`",
    "old": {"shop.js": "exports.price = () => 1;\n", "test/old.test.js": "const { test } = require('node:test');\ntest('old', () => {});\n"},
    "good": {"shop.js": "exports.price = () => 2;\n"},
    "true": {"test/new.test.js": "const { test } = require('node:test');\nconst a = require('node:assert');\ntest('price', () => a.strictEqual(require('../shop').price(), 2));\n"},
    "empty": {"test/new.test.js": "const { test } = require('node:test');\nconst a = require('node:assert');\ntest('price', () => a.ok(require('../shop').price()));\n"},
}
GO = {
    "head": "Setup: `true`\nVerify: `go test ./...`",
    "old": {"go.mod": "module shop\n\ngo 1.18\n", "shop.go": "package shop\n\nfunc Price() int { return 1 }\n", "old_test.go": 'package shop\n\nimport "testing"\n\nfunc TestOld(t *testing.T) {}\n'},
    "good": {"shop.go": "package shop\n\nfunc Price() int { return 2 }\n"},
    "true": {"new_test.go": 'package shop\n\nimport "testing"\n\nfunc TestPrice(t *testing.T) {\n\tif Price() != 2 {\n\t\tt.Fatal("no")\n\t}\n}\n'},
    "empty": {"new_test.go": 'package shop\n\nimport "testing"\n\nfunc TestPrice(t *testing.T) {\n\tif Price() == 0 {\n\t\tt.Fatal("no")\n\t}\n}\n'},
}


@pytest.mark.parametrize("lang", [pytest.param(NODE, id="node"), pytest.param(GO, id="go")])
@pytest.mark.parametrize("kind", ["true", "empty"])
def test_other_runners_are_tried_as_well(shop: Shop, lang: dict[str, dict[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = str(lang["head"])
    if shutil.which(head.split("Verify: `")[1].split()[0]) is None:
        pytest.skip("it is not installed here")
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    for path, content in lang["old"].items():
        shop.write(path, content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "more")
    files = " ".join([*lang["good"], *lang["true"]])
    shop.open(plan(task("T1", files, new_tests=True), head=head))
    shop.reviewed("T1", {**lang["good"], **lang[kind]})
    row = check(shop.passes() if kind == "true" else shop.fails(), "red")
    assert row.result == ("ok" if kind == "true" else "fail"), row
    if kind == "true":
        assert row.said == "1 of 1 new tests fail without the change"


class TestNotChecked:
    def said(self, shop: Shop) -> str:
        row = check(shop.passes(), "red")
        assert row.result == "not checked", row
        return row.said

    def test_without_a_setup(self, shop: Shop) -> None:
        started(shop, head=f"Verify: `{RUN}`")
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": EMPTY_TEST})
        assert "`Setup:`" in self.said(shop)

    def test_without_a_runner_that_can_be_told_what_to_run(self, shop: Shop) -> None:
        started(shop, head="Setup: `true`\nVerify: `true`", files="shop.sh tests/test_new.sh")
        shop.reviewed("T1", {"shop.sh": "true\n", "tests/test_new.sh": "test_new() {\n  test -e shop.sh\n}\n"})
        assert "no Verify command starts a test runner" in self.said(shop)

    def test_of_a_test_file_that_no_known_runner_takes(self, shop: Shop) -> None:
        started(shop, head="Setup: `true`\nVerify: `true`", files="shop.sh test/shop.bats.sh")
        shop.reviewed("T1", {"shop.sh": "true\n", "test/shop.bats.sh": "test -e shop.sh\n"})
        assert self.said(shop) == "no test runner is known that could be told to run test/shop.bats.sh alone"

    def test_where_setup_fails_and_what_it_said(self, shop: Shop) -> None:
        for path, content in OLD.items():
            shop.write(path, content)
        shop.git("add", "-A")
        shop.git("commit", "-qm", "more")
        head = "Setup: `echo no such index; exit 3`\nVerify: `test -e later`"
        shop.open(plan(task("T1", "shop.py tests/test_new.py", new_tests=True), task("T2", "later", "T1"), head=head))
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": TRUE_TEST})
        said = self.said(shop)
        assert "Setup failed in the clean checkout: `echo no such index; exit 3`" in said
        assert "no such index" in said

    def test_where_a_task_changed_tests_alone(self, shop: Shop) -> None:
        started(shop, files="tests/test_new.py")
        shop.reviewed("T1", {"tests/test_new.py": EMPTY_TEST})
        assert "tests alone" in self.said(shop)

    def test_where_older_tests_fail_without_the_change_too(self, shop: Shop) -> None:
        """Its change is one that everything stands on: what fails is no news of the new test."""
        started(shop, files="base.py conftest.py tests/test_new.py", old={**OLD, "base.py": "A = 1\n"})
        conftest = PATHED["conftest.py"] + "from base import B\n\nassert B\n"
        shop.reviewed("T1", {"base.py": "A = 1\nB = 1\n", "conftest.py": conftest, "tests/test_new.py": "import base\n\n\ndef test_new():\n    assert base.A == 1\n"})
        assert "older tests (tests/test_old.py) do not pass without the change either" in self.said(shop)

    def test_where_it_takes_too_long(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redgreen, "BUDGET", -1.0)
        started(shop)
        shop.reviewed("T1", {**BETTER, "tests/test_new.py": EMPTY_TEST})
        assert "time" in self.said(shop)

    def test_a_task_that_owes_no_tests_is_not_asked(self, shop: Shop) -> None:
        started(shop)
        assert mend.amend(shop.places, "T1", {"new_tests": False}).ok
        shop.reviewed("T1", BETTER)
        assert results(shop.passes())["red"] == "ok"


class TestShownByTheAttempt:
    ROW: ClassVar[dict[str, object]] = {"runner": "pytest", "verify": False, "flags": [], "select": ["tests/test_new.py"], "digest": "d", "filed": "", "tail": "", "command": RUN}

    def runs(self, shop: Shop, *rows: tuple[list[str], int, int]) -> None:
        agent = shop.begin("T1")
        path = shop.folder / f"home/projects{shop.root}/runs/{agent}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = [
            {**self.ROW, "at": float(at), "tool_use_id": f"u{at}", "exit": int(failed > 0), "summary": {"passed": passed, "failed": failed, "errors": 0, "failing": names}}
            for at, (names, failed, passed) in enumerate(rows)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in told))
        for name, content in {**BETTER, "tests/test_new.py": TRUE_TEST}.items():
            shop.write(name, content)
        shop.report("T1", agent)
        shop.reviews("T1")

    def test_a_failing_run_that_names_the_test_and_a_passing_one_after_it_do(self, shop: Shop) -> None:
        started(shop, head=f"Verify: `{RUN}`")
        self.runs(shop, (["tests/test_new.py::test_price"], 1, 0), ([], 0, 2))
        row = check(shop.passes(), "red")
        assert row.result == "ok"
        assert row.said == "shown by the attempt's own runs: test_price failed first and passed later"

    @pytest.mark.parametrize(
        "rows",
        [
            [([], 0, 2)],
            [([], 0, 2), (["tests/test_new.py::test_price"], 1, 0)],
            [(["tests/test_old.py::test_old"], 1, 0), ([], 0, 2)],
            [(["tests/test_new.py"], 1, 0), ([], 0, 2)],
            [(["tests/test_new.py::test_price"], 1, 0), (["tests/test_old.py::test_old"], 1, 2)],
        ],
        ids=["never red", "red at the end", "another test", "a file that could not be loaded", "never green"],
    )
    def test_other_runs_do_not(self, shop: Shop, rows: list[tuple[list[str], int, int]]) -> None:
        started(shop, head=f"Verify: `{RUN}`")
        self.runs(shop, *rows)
        assert check(shop.passes(), "red").result == "not checked"


class TestHowARunnerIsStarted:
    @pytest.mark.parametrize(
        ("verify", "files", "wanted"),
        [
            ("pytest -q --cov tests", "tests/test_a.py", "pytest --maxfail=0 --continue-on-collection-errors -rfE tests/test_a.py"),
            ("uv run pytest -x", "tests/test_a.py", "uv run pytest --maxfail=0 --continue-on-collection-errors -rfE tests/test_a.py"),
            ("A='1 2' .venv/bin/python -m pytest", "test_a.py", "A='1 2' .venv/bin/python -m pytest --maxfail=0 --continue-on-collection-errors -rfE test_a.py"),
            ("timeout 60 python -m unittest discover -v", "tests/test_a.py", "python -m unittest tests/test_a.py"),
            ("npx jest --coverage", "a.test.ts", "npx jest --ci --coverage=false --runTestsByPath a.test.ts"),
            ("cd web && npx vitest run", "web/a.test.ts", "cd web && npx vitest run a.test.ts"),
            ("node --import tsx --test --test-reporter=spec", "a.test.ts", "node --import tsx --test a.test.ts"),
            ("go test ./...", "pkg/a/a_test.go", "go test -count=1 -v ./pkg/a"),
            ("cargo test --features x --quiet", "tests/sums.rs", "cargo test --features x --test sums"),
        ],
    )
    def test_as_the_plan_starts_it_with_these_files_alone(self, shop: Shop, verify: str, files: str, wanted: str) -> None:
        (shop.root / "web").mkdir()
        shop.open(plan(task("T1", "a.py"), head=f"Verify at end: `{verify}`"))
        way = how(shop.state, [files], str(shop.root), str(shop.root))
        assert way is not None
        assert way.command([files]) == wanted

    def test_as_is_usual_where_the_plans_command_does_not_say(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify at end: `make test`"))
        shop.write("node_modules/.bin/jest", "x")
        py, js = how(shop.state, ["test_a.py"], str(shop.root), str(shop.root)), how(shop.state, ["a.test.js"], str(shop.root), str(shop.root))
        assert py is not None and js is not None
        assert (py.shown, js.shown) == ("python3 -m pytest", "node_modules/.bin/jest")
        assert how(shop.state, ["test_a.sh"], str(shop.root), str(shop.root)) is None
