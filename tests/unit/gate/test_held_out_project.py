"""A project that no other test knows: an orphan module, a stub, a weakened test, a rewritten test script, each beside its honest twin.

Real git, real pytest, make and npm: which check catches each is what is asserted, and that its twin is held by none.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys

import pytest
from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.brief.package import package
from planweir.verbs.complete import complete

PYTEST = f"{shlex.quote(sys.executable)} -m pytest -q -p no:cacheprovider"
MAKEFILE = f"test:\n\t@{PYTEST}\n"
PACKAGE = {"name": "library", "private": True, "scripts": {"test": PYTEST}}
PROJECT = {
    "library/__init__.py": "# lends books\n",
    "library/__main__.py": "from library.desk import main\n\nmain()\n",
    "library/desk.py": "from library.fees import fee\n\n\ndef main():\n    print(fee(3))\n",
    "library/fees.py": "def fee(days):\n    return max(0, days - 2) * 5\n",
    "tests/test_fees.py": "from library.fees import fee\n\n\ndef test_late():\n    assert fee(4) == 10\n\n\ndef test_in_time():\n    assert fee(2) == 0\n    assert fee(0) == 0\n",
    "conftest.py": "import os, sys\n\nsys.path.insert(0, os.path.dirname(__file__))\n",
    "Makefile": MAKEFILE,
    "package.json": json.dumps(PACKAGE, indent=2) + "\n",
    ".gitignore": "__pycache__/\n",
}
LOANS = "def due(day, weeks):\n    return day + 7 * weeks\n"
LOANS_TEST = "from library.loans import due\n\n\ndef test_due():\n    assert due(1, 2) == 15\n"
WIRED = "from library.fees import fee\nfrom library.loans import due\n\n\ndef main():\n    print(fee(3), due(0, 3))\n"
HONEST = {"library/loans.py": LOANS, "tests/test_loans.py": LOANS_TEST, "library/desk.py": WIRED}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def opened(shop: Shop, *, verify: str = PYTEST, files: str = "", setup: bool = True, new_tests: bool = True) -> None:
    for path, content in PROJECT.items():
        shop.write(path, content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "a library")
    owned = f"library/loans.py library/desk.py library/fees.py tests/test_loans.py tests/test_fees.py {files}".strip()
    head = ("Setup: `true`\n" if setup else "") + f"Verify: `{verify}`"
    shop.open(plan(task("T1", owned, new_tests=new_tests), head=head))


class TestTheOrphan:
    def test_is_scaffold_and_its_plan_does_not_complete(self, shop: Shop) -> None:
        opened(shop)
        shop.reviewed("T1", {path: text for path, text in HONEST.items() if path != "library/desk.py"})
        done = shop.passes()
        assert check(done, "reach").result == "not yet"
        assert "only tests import it (tests/test_loans.py)" in "\n".join(done.lines())
        assert shop.status("T1") == "scaffold"
        ended = complete(shop.places)
        assert not ended.ok
        assert "reach" in ended.text

    def test_wired_it_passes_every_check_and_completes(self, shop: Shop) -> None:
        opened(shop)
        shop.reviewed("T1", HONEST)
        done = shop.passes()
        assert {name: result for name, result in results(done).items() if result != "ok"} == {}
        assert shop.status("T1") == "completed"
        assert complete(shop.places).ok


class TestTheStub:
    STUB = "def due(day, weeks):\n    raise NotImplementedError\n"

    def test_with_a_test_that_expects_it_to_raise_fails_stubs(self, shop: Shop) -> None:
        opened(shop)
        raises = "import pytest\nfrom library.loans import due\n\n\ndef test_due():\n    with pytest.raises(NotImplementedError):\n        due(1, 2)\n"
        shop.reviewed("T1", {**HONEST, "library/loans.py": self.STUB, "tests/test_loans.py": raises, "library/desk.py": WIRED.replace("due(0, 3)", "due")})
        row = check(shop.fails(), "stubs")
        assert row.details == ["T1: library/loans.py:1 due is not implemented"]
        assert shop.status("T1") == "rework"

    def test_a_function_that_refuses_what_it_cannot_do_is_none(self, shop: Shop) -> None:
        opened(shop)
        refuses = "def due(day, weeks):\n    if weeks < 0:\n        raise NotImplementedError\n    return day + 7 * weeks\n"
        shop.reviewed("T1", {**HONEST, "library/loans.py": refuses})
        assert results(shop.passes())["stubs"] == "ok"


class TestTheWeakenedTest:
    BROKEN = "def fee(days):\n    return 0\n"

    def test_emptied_fails_stubs(self, shop: Shop) -> None:
        opened(shop)
        weak = PROJECT["tests/test_fees.py"].replace("assert fee(4) == 10", "fee(4)")
        shop.reviewed("T1", {**HONEST, "library/fees.py": self.BROKEN, "tests/test_fees.py": weak})
        done = shop.fails()
        assert results(done)["verify-1"] == "ok"  # nothing that runs tells of it
        assert "test_late" in check(done, "stubs").details[0]

    @pytest.mark.parametrize(
        ("was", "now", "fact"),
        [
            ("assert fee(4) == 10", "assert fee(4) >= 0", "checks something else now"),
            ("    assert fee(2) == 0\n    assert fee(0) == 0\n", "    assert fee(2) == 0\n", "assertions fewer: 2 -> 1"),
        ],
    )
    def test_weaker_is_told_to_its_reviewers(self, shop: Shop, was: str, now: str, fact: str) -> None:
        opened(shop)
        shop.implement("T1", {**HONEST, "tests/test_fees.py": PROJECT["tests/test_fees.py"].replace(was, now)})
        found = package(shop.places, shop.state, "T1")[0].partition("## Found in the diff (computed)")[2]
        assert "tests/test_fees.py" in found, found
        assert fact in found

    def test_skipped_fails_stubs_and_the_ratchet(self, shop: Shop) -> None:
        opened(shop)
        skipped = "import pytest\n" + PROJECT["tests/test_fees.py"].replace("def test_late", "@pytest.mark.skip\ndef test_late")
        shop.reviewed("T1", {**HONEST, "library/fees.py": self.BROKEN, "tests/test_fees.py": skipped})
        done = shop.fails()
        assert [name for name, result in results(done).items() if result == "fail"] == ["fewer-tests", "stubs"]

    def test_a_test_that_says_more_and_one_under_another_name_are_held_by_nobody(self, shop: Shop) -> None:
        opened(shop)
        more = PROJECT["tests/test_fees.py"].replace("assert fee(4) == 10", "assert fee(4) == 10\n    assert fee(5) == 15").replace("test_in_time", "test_nothing_is_due")
        shop.reviewed("T1", {**HONEST, "tests/test_fees.py": more})
        assert results(shop.passes())["stubs"] == "ok"


class TestTheRewrittenScript:
    NPM = shutil.which("npm") is None

    @pytest.mark.parametrize(
        ("verify", "path", "content", "caught"),
        [
            pytest.param("make test", "Makefile", "test:\n\ttrue\n", "fewer-tests", id="make-true"),
            pytest.param("make test", "Makefile", "test:\n\t@echo '3 passed in 0.02s'\n", "verify-1", id="make-echo"),
            pytest.param("make test", "Makefile", MAKEFILE.replace("-q", "-q -k in_time"), "fewer-tests", id="make-k"),
            pytest.param("make test", "Makefile", MAKEFILE.replace("\t@", "\t-@"), "verify-1", id="make-ignores"),
            pytest.param("npm test", "package.json", json.dumps({**PACKAGE, "scripts": {"test": "true"}}), "fewer-tests", id="npm-true", marks=pytest.mark.skipif(NPM, reason="no npm here")),
            pytest.param(
                "npm test", "package.json", json.dumps({**PACKAGE, "scripts": {"test": "printf 'ok 1 - a\\nok 2 - b\\nok 3 - c\\n1..3\\n'"}}), "verify-1", id="npm-tap", marks=pytest.mark.skipif(NPM, reason="no npm here")
            ),
        ],
    )
    def test_is_caught_with_broken_code_behind_it(self, shop: Shop, verify: str, path: str, content: str, caught: str) -> None:
        opened(shop, verify=verify, files=path)
        shop.reviewed("T1", {**HONEST, path: content, "library/fees.py": "def fee(days):\n    return 0\n"})
        assert check(shop.fails(), caught).failed

    def test_whose_summary_comes_from_a_program_that_is_no_pytest_is_caught(self, shop: Shop) -> None:
        opened(shop, verify="make test", files="Makefile tests/say.py")
        say = "words = ['3', 'passed', 'in', '0.02s']\nprint(*words)\n"
        shop.reviewed("T1", {**HONEST, "tests/say.py": say, "Makefile": "test:\n\t@python3 tests/say.py\n"})
        row = check(shop.fails(), "fewer-tests")
        assert "no pytest told what it counted" in row.details[0]

    @pytest.mark.parametrize("path", ["Makefile", "package.json"])
    def test_that_no_task_owns_fails_changes(self, shop: Shop, path: str) -> None:
        opened(shop, verify="make test")
        shop.reviewed("T1", HONEST)
        shop.write(path, "{}\n")
        assert check(shop.fails(), "changes").failed

    def test_with_another_script_beside_it_is_held_by_nobody(self, shop: Shop) -> None:
        opened(shop, verify="make test", files="Makefile")
        shop.reviewed("T1", {**HONEST, "Makefile": MAKEFILE.replace("-q", "-q -rA") + "\nlint:\n\ttrue\n"})
        done = shop.passes()
        assert "fail" not in results(done).values()
        assert "Makefile" in "\n".join(check(done, "steering").details)


class TestAHookThatTakesTestsOut:
    DROPS = PROJECT["conftest.py"] + "\n\ndef pytest_collection_modifyitems(items):\n    items[:] = [item for item in items if 'late' not in item.name]\n"

    def test_is_seen_by_pytest_itself_though_as_many_pass_as_before(self, shop: Shop) -> None:
        opened(shop, files="conftest.py")
        shop.reviewed("T1", {**HONEST, "conftest.py": self.DROPS, "library/fees.py": "def fee(days):\n    return 0\n"})
        assert "1 left out (1 dropped), 0 before" in check(shop.fails(), "fewer-tests").details[0]

    def test_that_only_orders_or_marks_them_is_held_by_nobody(self, shop: Shop) -> None:
        opened(shop, files="conftest.py")
        orders = PROJECT["conftest.py"] + "\n\ndef pytest_collection_modifyitems(items):\n    items.sort(key=lambda item: item.name)\n"
        shop.reviewed("T1", {**HONEST, "conftest.py": orders})
        assert results(shop.passes())["fewer-tests"] == "ok"
