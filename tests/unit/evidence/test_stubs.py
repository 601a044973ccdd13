"""What reviewers should not have to find: stubs, notes, lost tests; and what looks like one and is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.before_after import BeforeAfter

from planweir.evidence import stubs
from planweir.evidence.code.sources import Source


@pytest.fixture
def files(tmp_path: Path) -> BeforeAfter:
    return BeforeAfter(tmp_path)


SEVERE = [
    ("src/a.py", "def tax(x):\n    raise NotImplementedError\n"),
    ("src/a.py", "def tax(x):\n    '''The tax.'''\n    raise NotImplementedError('later')\n"),
    ("src/a.py", "def tax(x):\n    pass\n"),
    ("src/a.py", "def tax(x): ...\n"),
    ("src/a.py", "class Shop:\n    def tax(self, x):\n        '''Compute the tax.'''\n"),
    ("src/a.py", "@app.get('/x')\ndef tax(x):\n    pass\n"),
    ("src/a.ts", "export function tax(x: number): number { throw new Error('Not implemented'); }"),
    ("src/a.ts", "class Shop { tax(x: number) {} }"),
    ("src/a.js", "function tax(x) { throw new Error('TODO') }"),
    ("src/a.tsx", "export function Page() { throw new Error('not implemented yet'); }"),
    ("a.go", 'package a\nfunc Tax(x int) int { panic("not implemented") }'),
    ("a.go", "package a\nfunc Store(x int) {}"),
    ("src/a.rs", "pub fn tax(x: u8) -> u8 { todo!() }"),
    ("src/a.rs", 'pub fn tax(x: u8) -> u8 { unimplemented!("later") }'),
    ("A.java", "class A { int tax(int x) { throw new UnsupportedOperationException(); } }"),
    ("A.java", 'class A { int tax(int x) { throw new RuntimeException("TODO"); } }'),
    ("A.cs", "class A { int Tax(int x) => throw new NotImplementedException(); }"),
    ("A.cs", "class A { void Store(int x) { } }"),
    ("a.rb", "def tax(x)\n  raise NotImplementedError\nend"),
    ("a.rb", "def tax(x)\nend"),
    ("a.php", "<?php function tax($x) { throw new Exception('Not implemented'); }"),
    ("a.php", "<?php class A { function tax($x) {} }"),
]
RIGHT = [
    ("src/a.py", "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def tax(self): ...\n"),
    ("src/a.py", "class A(Protocol):\n    def tax(self) -> int: ...\n"),
    ("src/a.py", "@overload\ndef tax(x: int) -> int: ...\n@overload\ndef tax(x: str) -> str: ...\ndef tax(x): return x + x\n"),
    ("src/a.py", "class TaxError(Exception):\n    pass\n"),
    ("src/a.py", "class A:\n    def __init__(self):\n        pass\n"),
    ("src/a.py", "class NullLog:\n    def write(self, x):\n        pass\n"),
    ("src/a.py", "class A:\n    def tax(self):\n        raise NotImplementedError\n\nclass B(A):\n    def tax(self):\n        return x\n"),
    ("src/a.py", "class A:\n    def tax(self):\n        raise NotImplementedError('subclasses override this')\n"),
    ("src/a.py", "def tax(x):\n    if x:\n        return 1 / x\n    raise NotImplementedError(x)\n"),
    ("src/a.py", "@click.group()\ndef main():\n    '''The command line.'''\n"),
    ("src/a.py", "def noop(*_):\n    pass\n"),
    ("src/a.pyi", "def tax(x: int) -> int: ...\n"),
    ("tests/test_a.py", "class Fake:\n    def send(self, x):\n        pass\n"),
    ("src/a.ts", "abstract class A { abstract tax(): number }\ninterface B { tax(): number }\nexport const noop = () => {}"),
    ("src/a.ts", "class A extends B { constructor() { super() } onClose() {} }"),
    ("src/a.ts", "function tax(x: string) { switch (x) { case 'a': return 1 } throw new Error('not implemented: ' + x) }"),
    ("a.go", "package a\nfunc (Node) isNode() {}\nfunc init() {}"),
    ("src/a.rs", "impl Visitor for A { fn visit(&mut self) {} }\nfn is_send<T: Send>() {}"),
    ("A.java", "class A extends B { @Override void close() {} @Override void add() { throw new UnsupportedOperationException(); } A() {} }"),
    ("A.java", "interface A { int tax(int x); }"),
    ("A.cs", "class A : B { protected override void Close() { } public void Dispose() { } }"),
    ("a.rb", "class A < B\n  def close; end\n  def initialize; end\nend"),
    ("a.php", "<?php interface A { function tax($x); } class B extends C { function boot() {} function close() {} }"),
]


@pytest.mark.parametrize(("path", "text"), SEVERE)
def test_a_stub_in_new_code_is_severe(files: BeforeAfter, path: str, text: str) -> None:
    files.after({path: text})
    assert len(files.severe()) == 1
    assert "is not implemented" in files.severe()[0] or "has an empty body" in files.severe()[0]


@pytest.mark.parametrize(("path", "text"), RIGHT)
def test_what_is_right_without_a_body_is_not_severe(files: BeforeAfter, path: str, text: str) -> None:
    files.after({path: text})
    assert files.severe() == []


@pytest.mark.parametrize(("path", "text"), SEVERE)
def test_a_stub_that_was_there_before_is_nobodys_doing(files: BeforeAfter, path: str, text: str) -> None:
    files.before({path: text})
    comment = "# more\n" if path.endswith((".py", ".rb")) else "// more\n"
    files.after({path: text + "\n" + comment})
    assert files.severe() == []


def test_a_method_that_another_files_class_overrides_is_not_severe(files: BeforeAfter) -> None:
    files.after({"src/a.py": "class Store:\n    def get(self, x):\n        raise NotImplementedError\n"})
    assert len(files.severe()) == 1
    files.after({"src/a.py": "class Store:\n    def get(self, x):\n        raise NotImplementedError\n", "src/b.py": "class Disk(Store):\n    def get(self, x):\n        return read(x)\n"})
    assert files.severe() == []


@pytest.mark.parametrize("text", ["Write the abstract base class of stores.", "Scaffold the module.", "Add stubs for later tasks."])
def test_a_task_that_asks_for_shapes_may_hand_in_stubs_which_are_still_told(files: BeforeAfter, text: str) -> None:
    files.after({"src/a.py": "def tax(x):\n    raise NotImplementedError\n"})
    assert stubs.wants_shapes(text)
    assert files.severe(shapes=True) == []
    assert "is not implemented (the task asks for it)" in files.facts(shapes=True)[0].what


@pytest.mark.parametrize("text", ["Compute the tax.", "Write the command line interface.", "Abstract the tax away."])
def test_other_tasks_may_not(text: str) -> None:
    assert not stubs.wants_shapes(text)


OLD = "from shop import tax\n\ndef test_tax():\n    assert tax(1) == 2\n    assert tax(2) == 3\n\n\ndef test_price():\n    assert price(7) == 8\n"
KEPT = OLD.split("\n\n\n")[0] + "\n"


class TestTests:
    @pytest.fixture(autouse=True)
    def there(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": OLD, "shop.py": "def tax(x):\n    return x + 1\n\ndef price(x):\n    return x + 1\n"})

    def test_a_deleted_test_is_severe(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": KEPT})
        assert files.severe() == ["the test test_price was there before and is gone"]

    def test_a_deleted_file_of_tests_is_severe(self, files: BeforeAfter) -> None:
        files.after({}, gone=("tests/test_a.py",))
        assert len(files.severe()) == 2

    def test_the_plans_reason_makes_it_a_fact(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": KEPT})
        assert files.severe(fewer="the price is gone") == []
        assert "the price is gone" in files.facts(fewer="the price is gone")[0].what

    def test_a_test_of_what_is_gone_too_is_a_fact(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": KEPT, "shop.py": "def tax(x):\n    return x + 1\n"})
        assert files.severe() == []
        assert "price, which it tests, is gone too" in files.facts()[0].what

    def test_one_that_another_replaced_is_a_fact(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": OLD.replace("test_price", "test_price_of_seven").replace("price(7) == 8", "price(7, 'EUR') == 8")})
        assert files.severe() == []

    def test_a_new_test_of_something_else_replaces_none(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": KEPT + "\ndef test_names():\n    assert list(names('x')) == ['a', 'b']\n"})
        assert files.severe() == ["the test test_price was there before and is gone"]

    @pytest.mark.parametrize(
        "mark", ["@pytest.mark.skip\ndef test_price", "@pytest.mark.xfail\ndef test_price", "@unittest.skip('x')\ndef test_price"]
    )
    def test_a_skip_mark_on_an_old_test_is_severe(self, files: BeforeAfter, mark: str) -> None:
        files.after({"tests/test_a.py": OLD.replace("def test_price", mark)})
        assert len(files.severe()) == 1
        assert "checks nothing now" in files.severe()[0]

    def test_an_old_test_that_asserts_nothing_any_more_is_severe(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": OLD.replace("assert price(7) == 8", "price(7)")})
        assert files.severe() == ["the test test_price was there before and checks nothing now: asserts nothing now"]

    def test_fewer_assertions_are_a_fact(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": OLD.replace("    assert tax(2) == 3\n", "")})
        assert [str(fact) for fact in files.facts()] == ["tests/test_a.py:3 test_tax: assertions fewer: 2 -> 1"]

    @pytest.mark.parametrize("weak", ["price(7)", "price(7) is not None", "price(7) in (8, 9)"])
    def test_an_assertion_that_was_changed_is_a_fact(self, files: BeforeAfter, weak: str) -> None:
        files.after({"tests/test_a.py": OLD.replace("price(7) == 8", weak)})
        assert "checks something else now" in files.facts()[0].what

    def test_one_that_was_only_laid_out_anew_is_none(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": OLD.replace("price(7) == 8", "price( 7 )==8  # seven")})
        assert files.facts() == []

    def test_a_new_test_that_asserts_nothing_is_a_fact(self, files: BeforeAfter) -> None:
        files.after({"tests/test_a.py": OLD + "\n\ndef test_more():\n    tax(1)\n"})
        assert [fact.what for fact in files.facts()] == ["the new test test_more does not count: asserts nothing"]


@pytest.mark.parametrize("line", ["# TODO: rounding", "// FIXME later", "/* XXX */", "-- HACK", "x = 1  # TODO"])
def test_notes_in_new_lines_are_facts(files: BeforeAfter, line: str) -> None:
    files.before({"a.sql": "// TODO old\n"})
    files.after({"a.sql": f"// TODO old\n{line}\n"})
    assert [(fact.line, fact.severe) for fact in files.facts()] == [(2, False)]


@pytest.mark.parametrize(("path", "line"), [("README.md", "<!-- TODO -->"), ("a.py", "todo = 1"), ("a.sh", "mktemp /tmp/aXXXXXX")])
def test_other_lines_are_none(files: BeforeAfter, path: str, line: str) -> None:
    files.after({path: line + "\n"})
    assert files.facts() == []


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.py", "# x = tax(1)\n# if x:\n#     print(x)\n", True),
        ("a.js", "// const x = tax(1);\n// if (x) {\n//   print(x);\n// }\n", True),
        ("a.py", "# The tax is rounded\n# to whole cents, as the law\n# has it.\n", False),
        ("a.js", "// The tax is rounded\n// to whole cents, as the law\n// has it.\n", False),
    ],
)
def test_code_that_is_commented_out_is_a_fact(files: BeforeAfter, path: str, text: str, found: bool) -> None:
    files.after({path: text})
    assert any("commented-out" in fact.what for fact in files.facts()) is found


def test_a_constant_whatever_is_given_is_a_fact_and_never_severe(files: BeforeAfter) -> None:
    files.after({"src/a.py": "def tax(x):\n    return 0\n\n\ndef name():\n    return 'shop'\n"})
    assert [(fact.what, fact.severe) for fact in files.facts()] == [("tax returns a constant whatever it is given", False)]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_borne(old: bytes, new: bytes) -> None:
    for path in ("a.py", "a.js"):
        for fact in [*stubs._notes(Source(path, old, new)), *stubs._commented_out(Source(path, old, new))]:
            assert not fact.severe
