"""Does anything but a test name what is new in an old Python module?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.reach.trees import added

OLD = "def old():\n    return 1\n"
CLI = {"shop/__init__.py": "", "shop/__main__.py": "from shop.a import old\nold()\n"}


def one(root: Path, now: str, before: str = OLD, **others: str) -> dict[str, str]:
    files = {path.replace("__", "/").replace("_py", ".py"): text for path, text in others.items()}
    return added(root, {**CLI, "shop/a.py": now, **files}, "shop/a.py", before)


def test_a_new_function_that_nothing_names_is_an_orphan(tmp_path: Path) -> None:
    assert one(tmp_path, OLD + "def new():\n    return old()\n") == {"new": "orphan"}


def test_what_only_a_test_names_is_an_orphan(tmp_path: Path) -> None:
    files = {**CLI, "shop/a.py": OLD + "def new(): pass\n", "tests/test_a.py": "from shop.a import new\nnew()\n"}
    assert added(tmp_path, files, "shop/a.py", OLD) == {"new": "orphan"}


def test_what_comments_docstrings_and_itself_name_is_an_orphan(tmp_path: Path) -> None:
    now = '"""Has new."""\n# new()\n' + OLD + "def new(n):\n    return new(n - 1)\n"
    assert one(tmp_path, now) == {"new": "orphan"}


def test_two_new_functions_that_call_each_other_alone_are_orphans(tmp_path: Path) -> None:
    assert one(tmp_path, OLD + "def f():\n    g()\ndef g():\n    f()\n") == {"f": "orphan", "g": "orphan"}


def test_a_chain_from_old_code_is_wired_to_its_end(tmp_path: Path) -> None:
    assert one(tmp_path, "def old():\n    return f()\ndef f():\n    return g()\ndef g(): pass\n") == {"f": "wired", "g": "wired"}


@pytest.mark.parametrize(
    "now",
    [
        "def old():\n    return new\ndef new(): pass\n",
        "__all__ = ['old', 'new']\ndef new(): pass\n",
        "@app.route('/')\ndef new(): pass\n",
        "@pytest.fixture\ndef new(): pass\n",
        "@register\nclass new: pass\n",
        "TABLE = {'a': 'new'}\ndef new(): pass\n",
        "def old():\n    return globals()['new']\ndef new(): pass\n",
        "def __getattr__(name): pass\n",
        "def pytest_configure(config): pass\n",
        "class Order(models.Model): pass\n",
    ],
)
def test_named_or_registered_code_is_wired(tmp_path: Path, now: str) -> None:
    assert set(one(tmp_path, now).values()) <= {"wired"}


@pytest.mark.parametrize("now", ["@lru_cache\ndef new(): pass\n", "@dataclass\nclass new: pass\n", "@staticmethod\ndef new(): pass\n"])
def test_a_decorator_that_registers_nothing_wires_nothing(tmp_path: Path, now: str) -> None:
    assert one(tmp_path, OLD + now) == {"new": "orphan"}


def test_another_module_template_or_setting_may_name_it(tmp_path: Path) -> None:
    now = OLD + "def new(): pass\n"
    for path, text in (("shop/b.py", "from shop.a import new\n"), ("shop/x.html", "{{ new() }}"), ("setup.cfg", "x = shop.a:new\n")):
        assert added(tmp_path / path.replace("/", "-"), {**CLI, "shop/a.py": now, path: text}, "shop/a.py", OLD) == {"new": "wired"}


def test_a_new_method_of_an_old_class_is_asked_about(tmp_path: Path) -> None:
    before = "class Cart:\n    def total(self): pass\n"
    now = before + "    def discount(self): pass\n    def __len__(self): pass\n    def used(self): pass\n\ndef f(c):\n    c.used()\nf(1)\n"
    assert one(tmp_path, now, before) == {"Cart.discount": "orphan", "Cart.__len__": "wired", "Cart.used": "wired", "f": "wired"}


def test_a_method_that_may_override_is_wired(tmp_path: Path) -> None:
    before = "class View(TemplateView):\n    pass\nclass Plain(object):\n    pass\nclass Own(Plain):\n    pass\n"
    now = before.replace("    pass\n", "    def get_context(self): pass\n")
    assert one(tmp_path, now, before) == {"View.get_context": "wired", "Plain.get_context": "orphan", "Own.get_context": "orphan"}


def test_a_method_called_by_a_name_that_is_put_together_is_wired(tmp_path: Path) -> None:
    before = "class Walk:\n    def go(self, kind):\n        return getattr(self, f'visit_{kind}')()\n"
    assert one(tmp_path, before + "    def visit_leaf(self): pass\n", before) == {"Walk.visit_leaf": "wired"}


def test_methods_of_a_class_that_is_handed_on_are_wired(tmp_path: Path) -> None:
    before = "class Converter:\n    pass\nregister(Converter)\n"
    now = "class Converter:\n    def to_url(self): pass\n    def _own(self): pass\nregister(Converter)\n"
    assert one(tmp_path, now, before) == {"Converter.to_url": "wired", "Converter._own": "orphan"}


def test_what_a_library_exports_need_not_be_named_by_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\n", "shop/__init__.py": "from shop import open_\nfrom shop.cart import Cart\n",
        "shop/open_.py": "def new(): pass\ndef _own(): pass\n", "shop/cart.py": "class Cart:\n    def new(self): pass\n", "shop/shut.py": "def new2(): pass\n",
    }  # fmt: skip
    assert added(tmp_path, files, "shop/open_.py", "") == {"new": "wired", "_own": "orphan"}
    assert added(tmp_path, files, "shop/cart.py", "class Cart:\n    pass\n") == {"Cart.new": "wired"}
    assert added(tmp_path, files, "shop/shut.py", "") == {"new2": "orphan"}


def test_a_declared_entry_point_may_name_it(tmp_path: Path) -> None:
    files = {**CLI, "shop/a.py": OLD + "def new(): pass\n"}
    assert added(tmp_path, files, "shop/a.py", OLD, declared=("shop.a:new",)) == {"new": "wired"}


def test_a_module_that_was_made_unreadable_is_an_error(tmp_path: Path) -> None:
    assert one(tmp_path, "def f(:\n") == {"": "error"}


def test_nothing_new_is_nothing_said(tmp_path: Path) -> None:
    assert one(tmp_path, "x = 2\n" + OLD) == {}
