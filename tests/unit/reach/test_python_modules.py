"""Is there a way from an entry point to a new Python module?"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from tests.unit.reach.trees import MAIN, ask, tree, words

from planweir.reach.judge import judge
from planweir.reach.outcome import Asked
from planweir.reach.python import importgraph
from planweir.reach.python.layout import Layout

PROJECT = '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.cli:main"\n'
INIT = {"shop/__init__.py": ""}
CLI = {"pyproject.toml": PROJECT, **INIT}
NEW = "shop/new.py"


def one(root: Path, files: dict[str, str], new: str = NEW) -> str:
    return words(root, {new: "def f():\n    return 1\n", **files}, new)[0]


def test_a_module_that_nothing_imports_is_an_orphan(tmp_path: Path) -> None:
    assert one(tmp_path, {**CLI, "shop/cli.py": "def main(): pass\n"}) == "orphan"


def test_a_module_that_only_a_test_imports_is_an_orphan_and_the_test_is_named(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "def main(): pass\n", NEW: "x = 1\n", "tests/test_new.py": "from shop.new import x\n"}
    row = ask(tmp_path, files, NEW)[NEW]
    assert row.word == "orphan"
    assert row.detail == "only tests import it (tests/test_new.py)"


@pytest.mark.parametrize(
    "cli",
    [
        "import shop.new\n",
        "from shop import new\n",
        "from shop.new import f\n",
        "from .new import f\n",
        "from . import new\n",
        "from .new import *\n",
        "def main():\n    from shop import new\n",
        "try:\n    from shop.new import f\nexcept ImportError:\n    f = None\n",
        "import sys\nif sys.platform == 'win32':\n    import shop.new\n",
        "import importlib\nimportlib.import_module('shop.new')\n",
        "from importlib import import_module\nimport_module('.new', 'shop')\n",
        "__import__('shop.new')\n",
        "COMMANDS = {'new': 'shop.new'}\n",
        "COMMANDS = ['shop.new:f']\n",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'shop.new'])\n",
        "import importlib\ndef load(name):\n    return importlib.import_module(f'shop.{name}')\n",
        "import importlib\ndef load(name):\n    return importlib.import_module('shop.' + name)\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\nelse:\n    import shop.new\n",
    ],
)
def test_each_way_of_importing_wires(tmp_path: Path, cli: str) -> None:
    assert one(tmp_path, {**CLI, "shop/cli.py": cli}) == "wired"


@pytest.mark.parametrize(
    "cli",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.new\n",
        "import typing\nif typing.TYPE_CHECKING:\n    from .new import f\n",
        "# import shop.new\n",
        "'''import shop.new'''\n",
        "from shop import newer\n",
    ],
)
def test_what_is_not_run_does_not_wire(tmp_path: Path, cli: str) -> None:
    assert one(tmp_path, {**CLI, "shop/cli.py": cli}) == "orphan"


def test_a_module_of_types_alone_is_wired_by_who_names_it_for_the_type_checker(tmp_path: Path) -> None:
    kinds = "from typing import TypedDict\n\nclass Row(TypedDict):\n    a: int\n"
    cli = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from shop.new import Row\n"
    assert one(tmp_path, {**CLI, "shop/cli.py": cli, NEW: kinds}) == "wired"


def test_a_re_export_wires_what_it_exports(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "from shop.api import f\n", "shop/api/__init__.py": "from .deep import f\n", "shop/api/deep.py": "from ..new import f\n"}
    assert one(tmp_path, files) == "wired"


def test_importing_a_module_runs_the_packages_around_it(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "import shop.a.b\n", "shop/a/__init__.py": "from shop import new\n", "shop/a/b.py": ""}
    assert one(tmp_path, files) == "wired"


def test_two_new_modules_that_import_each_other_are_an_island(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "import shop.a\n"}
    found = ask(tmp_path, files, "shop/a.py", "shop/b.py")
    assert [row.word for row in found.values()] == ["orphan", "orphan"]
    assert "shop/b.py imports it and is not reached either" in found["shop/a.py"].detail


def test_source_folders_and_namespace_packages_are_followed(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project.scripts]\nshop = "acme.shop.cli:main"\n',
        "src/acme/shop/__init__.py": "",
        "src/acme/shop/cli.py": "from acme.base.new import f\nimport acme.flat\n",
        "src/acme/base/new.py": "def f(): pass\n",
        "src/acme/flat.py": "y = 1\n",
        "src/acme/idle.py": "z = 1\n",
    }
    assert words(tmp_path, files, "src/acme/base/new.py", "src/acme/flat.py", "src/acme/idle.py") == ["wired", "wired", "orphan"]


def test_loose_modules_beside_a_script_are_followed(tmp_path: Path) -> None:
    files = {"tools/run.py": "import helper\n" + MAIN, "tools/helper.py": "x = 1\n", "tools/lib/more.py": "y = 1\n", "app.py": "import core\n", "core.py": "z = 1\n", "idle.py": "z = 1\n"}
    assert words(tmp_path, files, "tools/helper.py", "core.py", "idle.py") == ["wired", "wired", "orphan"]


def test_of_two_packages_of_one_name_each_has_its_own(tmp_path: Path) -> None:
    files = {
        "one/app/__init__.py": "", "one/app/__main__.py": "from app import new\n", "one/app/new.py": "x = 1\n", "one/pyproject.toml": "[project]\n",
        "two/app/__init__.py": "", "two/app/__main__.py": "print(1)\n", "two/app/new.py": "x = 1\n", "two/pyproject.toml": "[project]\n",
    }  # fmt: skip
    assert words(tmp_path, files, "one/app/new.py", "two/app/new.py") == ["wired", "orphan"]


def test_one_package_of_a_repository_may_use_another(tmp_path: Path) -> None:
    files = {
        "a/pyproject.toml": '[project.scripts]\na = "a_app.cli:main"\n', "a/src/a_app/__init__.py": "", "a/src/a_app/cli.py": "from b_lib.new import f\n",
        "b/pyproject.toml": "[project]\n", "b/src/b_lib/__init__.py": "", "b/src/b_lib/new.py": "def f(): pass\n", "b/src/b_lib/idle.py": "x = 1\n",
    }  # fmt: skip
    assert words(tmp_path, files, "b/src/b_lib/new.py", "b/src/b_lib/idle.py") == ["wired", "orphan"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project.entry-points."shop.plugins"]\nnew = "shop.new"\n'),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    new = shop.new:f\n"),
        ("setup.py", "from setuptools import setup\nsetup(entry_points={'console_scripts': ['new=shop.new:f']})\n"),
        ("Procfile", "web: gunicorn shop.new:f\n"),
        ("Dockerfile", 'CMD ["python", "-m", "shop.new"]\n'),
        ("docker-compose.yml", "command: python shop/new.py\n"),
        ("Makefile", "run:\n\tpython shop/new.py\n"),
        ("config/settings.py", "INSTALLED_APPS = ['shop.new']\n" + MAIN),
        ("shop/__main__.py", "from shop import new\n"),
        ("manage.py", "import shop.new\n"),
        ("wsgi.py", "import shop.new\n"),
        ("scripts/once.py", "import shop.new\n"),
        ("bin/shop.py", "#!/usr/bin/env python\nimport shop.new\n"),
        ("web/site.py", "from flask import Flask\nimport shop.new\napp = Flask(__name__)\n"),
        ("web/api.py", "from fastapi import FastAPI\nimport shop.new\napp = FastAPI()\n"),
    ],
)
def test_programs_begin_where_settings_frameworks_and_names_say(tmp_path: Path, path: str, text: str) -> None:
    assert one(tmp_path, {**INIT, "main.py": "print(1)\n", path: text}) == "wired"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", PROJECT + '[[tool.mypy.overrides]]\nmodule = "shop.new"\nignore_errors = true\n'),
        ("mypy.ini", "[mypy-shop.new]\nignore_errors = True\n"),
        (".coveragerc", "[run]\nomit = shop/new.py\n"),
        ("Makefile", "# python shop/new.py\n"),
        ("tests/conftest.py", "import shop.new\n"),
        ("notes.md", "shop.new does it\n"),
        ("plan.json", '{"files": ["shop/new.py"]}'),
    ],
)
def test_what_only_judges_or_tells_of_code_does_not_reach_it(tmp_path: Path, path: str, text: str) -> None:
    assert one(tmp_path, {**INIT, "main.py": "import shop\n", path: text}) == "orphan"


def test_a_library_reaches_what_its_package_exports_and_what_its_documents_name(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'shop'\n", "shop/__init__.py": "from shop.a import f\n", "shop/a.py": "def f(): pass\n",
        "shop/extra.py": "x = 1\n", "shop/idle.py": "x = 1\n", "README.md": "Use `from shop.extra import x`\n",
    }  # fmt: skip
    assert words(tmp_path, files, "shop/a.py", "shop/extra.py", "shop/idle.py") == ["wired", "wired", "orphan"]


def test_a_package_that_loads_its_own_modules_by_name_wires_them(tmp_path: Path) -> None:
    runners = "from importlib import import_module\nfrom pkgutil import iter_modules\nALL = [import_module(f'{__name__}.{row.name}') for row in iter_modules(__path__)]\n"
    files = {**CLI, "shop/cli.py": "import shop.runners\n", "shop/runners/__init__.py": runners, "shop/runners/new.py": "x = 1\n"}
    assert one(tmp_path, files, "shop/runners/new.py") == "wired"


def test_a_guard_that_runs_nothing_makes_no_program(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "x = 1\n"}
    guard = "def f(): pass\n\nif __name__ == '__main__':\n"
    assert words(tmp_path, {**files, NEW: guard + "    pass\n"}, NEW) == ["orphan"]
    assert words(tmp_path, {**files, NEW: guard + "    # go\n    f()\n"}, NEW) == ["wired"]


def test_a_declared_entry_point_is_one(tmp_path: Path) -> None:
    files = {**INIT, "main.py": "import shop.core\n", "shop/core.py": "x = 1\n", "shop/odd.py": "import shop.new\n", NEW: "x = 1\n"}
    assert words(tmp_path, files, NEW) == ["orphan"]
    assert words(tmp_path, files, NEW, declared=("shop/odd.py",)) == ["wired"]
    assert words(tmp_path, files, NEW, declared=("shop.odd:main",)) == ["wired"]


def test_where_no_entry_point_reaches_anything_of_a_package_nothing_is_said_of_what_is_new_there(tmp_path: Path) -> None:
    files = {**INIT, "main.py": "print(1)\n", "shop/odd.py": "y = 1\n", NEW: "x = 1\n"}
    row = ask(tmp_path, files, NEW)[NEW]
    assert row.word == "unsupported" and "no entry point found reaches anything of shop/" in row.detail


def test_without_an_entry_point_nothing_is_said_of_a_module(tmp_path: Path) -> None:
    row = ask(tmp_path, {"calc.py": "x = 1\n", "new.py": "y = 1\n", "test_calc.py": "import calc, new\n"}, "new.py")["new.py"]
    assert row.word == "unsupported"
    assert "`Entry points:` in the plan" in row.detail


def test_without_an_entry_point_old_modules_that_use_others_stand_for_them(tmp_path: Path) -> None:
    files = {**INIT, "shop/top.py": "import shop.low\n", "shop/low.py": "x = 1\n", NEW: "y = 1\n"}
    assert words(tmp_path, files, NEW) == ["orphan"]
    assert words(tmp_path, {**files, "shop/low.py": "import shop.new\n"}, NEW) == ["wired"]


def test_a_module_that_cannot_be_parsed_is_an_error_and_spoils_nothing_else(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "import shop.new\n", NEW: "x = 1\n", "shop/bad.py": "def f(:\n"}
    assert words(tmp_path, files, NEW, "shop/bad.py") == ["wired", "error"]


def test_a_way_through_a_module_that_cannot_be_parsed_is_followed(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "import shop.bad\n", NEW: "x = 1\n", "shop/bad.py": "from shop import new\ndef f(:\n"}
    assert words(tmp_path, files, NEW) == ["wired"]


def test_tests_empty_packages_and_documents_are_asked_nothing(tmp_path: Path) -> None:
    files = {**CLI, "shop/cli.py": "", "tests/test_a.py": "x = 1\n", "shop/sub/__init__.py": '"""Words."""\n', "a.md": "x\n"}
    assert ask(tmp_path, files, "tests/test_a.py", "shop/sub/__init__.py", "a.md") == {}


def test_the_import_graph_and_our_own_reading_agree(tmp_path: Path) -> None:
    files = {
        **CLI, "shop/cli.py": "from . import a\nimport shop.sub.b as b\n", "shop/a.py": "from .sub import c\n", "shop/sub/__init__.py": "from .d import x\n",
        "shop/sub/b.py": "def f():\n    from ..a import y\n", "shop/sub/c.py": "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import shop.idle\n",
        "shop/sub/d.py": "x = 1\n", "shop/idle.py": "x = 1\n",
    }  # fmt: skip
    layout = Layout(tree(tmp_path, files))
    whole = importgraph.graph(layout, few=1)
    assert set(whole) == {path for path in files if path.endswith(".py")}
    assert set(whole["shop/cli.py"]) >= {"shop/a.py", "shop/sub/b.py"}
    assert "shop/sub/c.py" in whole["shop/a.py"] and whole["shop/sub/c.py"] == []


def test_a_project_that_is_called_like_a_library_of_ours_is_read_and_not_imported(tmp_path: Path) -> None:
    files = {"click/__init__.py": "raise SystemExit('imported')\n", "click/a.py": "import click.b\n", "click/b.py": "x = 1\n"}
    assert importgraph.graph(Layout(tree(tmp_path, files)), few=1)["click/a.py"] == ["click/b.py"]


def test_ten_thousand_modules_take_seconds(tmp_path: Path) -> None:
    body = "\n\n".join(f"def f{n}(a, b):\n    return [a + b for _ in range({n})]" for n in range(12)) + "\n"
    files = {**CLI, "shop/cli.py": "import shop.p0.m0\n", "shop/idle.py": "x = 1\n"}
    for n in range(100):
        files[f"shop/p{n}/__init__.py"] = ""
        for m in range(100):
            after = f"shop.p{n}.m{m + 1}" if m < 99 else f"shop.p{n + 1}.m0"
            files[f"shop/p{n}/m{m}.py"] = (f"import {after}\n" if (n, m) != (99, 99) else "") + body
    found = tree(tmp_path, files)
    began = time.process_time()
    rows = judge(found, [Asked("shop/p99/m99.py"), Asked("shop/idle.py")], (), frozenset(files))
    assert [row.word for row in rows] == ["orphan", "wired"]
    assert time.process_time() - began < 30


def test_time_that_is_over_is_told(tmp_path: Path) -> None:
    files = tree(tmp_path, {**CLI, "shop/cli.py": "x = 1\n", NEW: "x = 1\n"}, seconds=-1.0)
    (row,) = judge(files, [Asked(NEW)])
    assert row.word == "error" and "too large" in row.detail


def test_our_own_modules_are_all_reached() -> None:
    root = Path(__file__).resolve().parents[3]
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    from planweir.reach.files import Files, is_test
    from planweir.reach.files import listed as there

    paths = there(str(root), [path for path in listed if path])
    own = [path for path in paths if path.startswith("scripts/") and path.endswith(".py") and not is_test(path)]
    found = judge(Files(str(root), paths), [Asked(path) for path in own])
    assert [str(row) for row in found if row.word != "wired"] == []
