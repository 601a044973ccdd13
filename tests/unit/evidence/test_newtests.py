"""What counts as a new test: read by parsers, old files against new ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence.before_after import BeforeAfter

from planweir.evidence.code import language, read, trees
from planweir.evidence.newtests import is_test_path


@pytest.fixture
def files(tmp_path: Path) -> BeforeAfter:
    return BeforeAfter(tmp_path)


def py(body: str, head: str = "") -> str:
    return f"{head}\ndef test_one(x):\n    {body}\n"


# Each is one test that counts, in a file of its language.
COUNTS = {
    "tests/test_a.py": [
        py("assert f(x) == 1"),
        py("with pytest.raises(ValueError):\n        f(x)"),
        py("mock.assert_called_once_with(1)"),
        py("np.testing.assert_allclose(f(x), 1)"),
        py("check_total(x)"),
        py("verify_all(f(x))"),
        py("helper(x)", "def helper(x):\n    assert x"),
        py("outer(x)", "def outer(x):\n    inner(x)\n\ndef inner(x):\n    assert x"),
        py("f(x)", "@given(st.text())"),
        py("f(x)\n    if not x:\n        raise AssertionError('no')"),
        py("if NT:\n        pytest.skip('why')\n    assert f(x)"),
        py("assert f(x)", "@pytest.mark.skipif(sys.platform == 'win32', reason='x')"),
        py("eq = unittest.TestCase().assertEqual\n    eq(f(x), 1)"),
        py('"""\n    >>> f(1)\n    2\n    """'),
        py("subprocess.run(['a'], check=True)"),
        py("try:\n        f(x)\n    except ValueError:\n        pass\n    else:\n        pytest.fail('no error')"),
        "class TestOne(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(f(), 1)\n",
        "class TestOne:\n    def check(self, x):\n        assert x\n\n    def test_one(self):\n        self.check(1)\n",
        "async def test_one():\n    assert await f()\n",
        "if True:\n    def test_one():\n        assert f()\n",
    ],
    "a.test.ts": [
        "it('one', () => { expect(f(1)).toBe(2) })",
        "test.each([[1, 2]])('one', (a: number, b: number) => { expect(a).toBe(b) })",
        "it.each`a\n${1}\n`('one', ({ a }) => { expect(f(a)).toMatchSnapshot() })",
        "it('one', () => { f(1).should.equal(2) })",
        "it('one', () => { assert.throws(() => f()) })",
        "it('one', (done) => { request(app).get('/').expect(200, done) })",
        "test('one', async (t) => { t.is(await f(), 1) })",
        "test('one', async () => { await screen.findByText('x') })",
        "function sees(x) { expect(x).toBe(1) }\nit('one', () => sees(f()))",
        "it('one', () => { if (!f()) throw new Error('x') })",
        "test('one', () => { expectTypeOf(f).toBeFunction() })",
        "it.only('one', { timeout: 5 }, () => { expect(f(1)).toBe(2) })",
        "Deno.test({ name: 'one', fn() { assertEquals(f(), 1) } })",
        "it('one', madeElsewhere(1))",
    ],
    "a.test.tsx": ["it('one', () => { render(<App a={1} />); expect(screen.getByText('x')).toBeTruthy() })"],
    "a_test.go": [
        'package a\nfunc TestOne(t *testing.T) {\n\tif f() != 1 {\n\t\tt.Errorf("bad")\n\t}\n}',
        "package a\nfunc TestOne(t *testing.T) { require.Equal(t, 1, f()) }",
        "package a\nfunc TestOne(t *testing.T) { compare(t, f()) }",
        "package a\nfunc TestOne(t *testing.T) {\n\tfor _, c := range cases {\n\t\tt.Run(c.name, func(t *testing.T) { c.check(t) })\n\t}\n}",
        "package a\nfunc ExampleOne() {\n\tfmt.Println(1)\n\t// Output: 1\n}",
        "package a\nfunc FuzzOne(f *testing.F) { f.Fuzz(func(t *testing.T, b []byte) { if x(b) { t.Fatal(b) } }) }",
        'package a\nfunc TestOne(t *testing.T) {\n\tif testing.Short() {\n\t\tt.Skip("slow")\n\t}\n\tif f() { t.Fail() }\n}',
    ],
    "src/lib.rs": [
        "#[test]\nfn one() { assert_eq!(f(1), 2); }",
        "#[test]\n#[should_panic]\nfn one() { f(1); }",
        "#[tokio::test]\nasync fn one() -> Result<(), E> { f(1).await?; Ok(()) }",
        "#[test]\nfn one() { f(1).unwrap(); }",
        "mod tests {\nfn looks(x: u8) { assert!(x > 0) }\n#[test]\nfn one() { looks(f()); }\n}",
        "#[rstest]\n#[case(1)]\nfn one(#[case] x: u8) { insta::assert_snapshot!(f(x)); }",
    ],
    "ATest.java": [
        "class ATest { @Test void one() { assertEquals(1, f()); } }",
        "class ATest { @Test void one() { assertThrows(E.class, () -> f()); } }",
        "class ATest { @Test(expected = E.class) public void one() { f(); } }",
        "class ATest { @Test void one() { mockMvc.perform(get(x)).andExpect(status().isOk()); } }",
        "class ATest { @Test void one() { verify(mock).save(any()); } }",
        "class ATest { @Test void one() { looks(f()); }\n void looks(int x) { assertThat(x).isPositive(); } }",
        "class ATest { @ParameterizedTest @ValueSource(ints = {1, 2}) void one(int i) { assertTrue(f(i)); } }",
    ],
    "ATests.cs": [
        "class A { [Fact] public void One() { Assert.Equal(1, f()); } }",
        "class A { [Theory] [InlineData(1)] public async Task One(int x) { (await f(x)).Should().Be(1); } }",
        "class A { [Test] public void One() { Assert.That(f(), Is.EqualTo(1)); } }",
        "class A { [TestMethod] [ExpectedException(typeof(E))] public void One() { f(); } }",
        "class A { [Fact] public void One() => mock.Verify(x => x.Save(), Times.Once); }",
    ],
    "spec/a_spec.rb": [
        "describe 'a' do\n  it 'one' do\n    expect(f(1)).to eq 2\n  end\nend",
        "describe 'a' do\n  it { is_expected.to be_valid }\nend",
        "class ATest < Minitest::Test\n  def test_one\n    assert_equal 1, f\n  end\nend",
        "it 'one' do\n  f.should eq 1\nend",
        "test 'one' do\n  assert_difference('A.count') { post :create }\nend",
    ],
    "tests/ATest.php": [
        "<?php class ATest extends TestCase { public function testOne() { $this->assertSame(1, f()); } }",
        "<?php class ATest extends TestCase { #[Test] public function one() { self::assertSame(1, f()); } }",
        "<?php class ATest extends TestCase { public function testOne() { $this->expectException(E::class); f(); } }",
        "<?php it('one', function () { expect(f())->toBe(1); });",
        "<?php it('one', fn () => f())->throws(E::class);",
    ],
}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in COUNTS.items() for text in texts])
def test_an_honest_test_counts(files: BeforeAfter, path: str, text: str) -> None:
    seen = files.after({path: text})
    assert len(seen.counted) >= 1, seen.why_not()
    assert seen.rejected == []


NOTHING, TRUE, EMPTY = "asserts nothing", "what it asserts is always true", "its body is empty"
HOLLOW = [
    ("tests/test_a.py", py("f(x)"), NOTHING),
    ("tests/test_a.py", py("pass"), EMPTY),
    ("tests/test_a.py", py('"""It works."""\n    ...'), EMPTY),
    ("tests/test_a.py", py("assert True"), TRUE),
    ("tests/test_a.py", py("f(x)\n    assert 1 == 1"), TRUE),
    ("tests/test_a.py", py("y = f(x)\n    assert y == y"), TRUE),
    ("tests/test_a.py", py("assert (f(x) == 1, 'a tuple')"), TRUE),
    ("tests/test_a.py", py("assert f(x) or True"), TRUE),
    ("tests/test_a.py", py("f(x)\n    return\n    assert f(x)"), NOTHING),
    ("tests/test_a.py", py("if False:\n        assert f(x)"), NOTHING),
    ("tests/test_a.py", py("try:\n        assert f(x) == 1\n    except Exception:\n        pass"), NOTHING),
    ("tests/test_a.py", py("validate(x)", "from shop.orders import validate"), NOTHING),
    ("tests/test_a.py", "class TestA(T):\n    def test_one(self):\n        self.assertTrue(True)\n", TRUE),
    ("a.test.ts", "it('one', () => {})", EMPTY),
    ("a.test.ts", "it('one', () => { f(1) })", NOTHING),
    ("a.test.ts", "it('one', () => { expect(true).toBe(true) })", TRUE),
    ("a.test.ts", "it('one', () => { expect(f()) })", NOTHING),
    ("a.test.ts", "it('one', () => { try { expect(f()).toBe(1) } catch (e) {} })", NOTHING),
    ("a.test.js", "test('one', () => { assert.ok(true) })", TRUE),
    ("a_test.go", "package a\nfunc TestOne(t *testing.T) {}", EMPTY),
    ("a_test.go", 'package a\nfunc TestOne(t *testing.T) { f()\nt.Log("fine") }', NOTHING),
    ("a_test.go", "package a\nfunc TestOne(t *testing.T) { assert.True(t, true) }", TRUE),
    ("src/lib.rs", "#[test]\nfn one() { assert!(true); }", TRUE),
    ("src/lib.rs", "#[test]\nfn one() { f(); }", NOTHING),
    ("ATest.java", "class ATest { @Test void one() { assertTrue(true); } }", TRUE),
    ("ATest.java", "class ATest { @Test void one() { service.run(); } }", NOTHING),
    ("ATests.cs", "class A { [Fact] public void One() { Assert.True(true); } }", TRUE),
    ("ATests.cs", "class A { [Fact] public void One() { var x = f(); } }", NOTHING),
    ("spec/a_spec.rb", "it 'one' do\n  expect(true).to eq(true)\nend", TRUE),
    ("spec/a_spec.rb", "it 'one' do\n  f(1)\nend", NOTHING),
    ("tests/ATest.php", "<?php class ATest extends TestCase { function testOne() { $this->assertTrue(true); } }", TRUE),
    ("tests/ATest.php", "<?php it('one', function () { f(); });", NOTHING),
]
SKIPPED = [
    ("tests/test_a.py", py("assert f(x)", "@pytest.mark.skip")),
    ("tests/test_a.py", py("assert f(x)", "@pytest.mark.skip(reason='later')")),
    ("tests/test_a.py", py("assert f(x)", "@unittest.skip('later')")),
    ("tests/test_a.py", py("assert f(x)", "@pytest.mark.skipif(True, reason='later')")),
    ("tests/test_a.py", py("assert f(x)", "@unittest.skipUnless(False, 'later')")),
    ("tests/test_a.py", py("assert f(x)", "@pytest.mark.xfail(run=False)")),
    ("tests/test_a.py", py("pytest.skip('later')\n    assert f(x)")),
    ("tests/test_a.py", py("assert f(x)", "pytestmark = [pytest.mark.skip]")),
    ("tests/test_a.py", py("assert f(x)", "pytest.skip('all', allow_module_level=True)")),
    ("tests/test_a.py", "@pytest.mark.skip\nclass TestA:\n    def test_one(self):\n        assert f()\n"),
    ("a.test.ts", "it.skip('one', () => { expect(f()).toBe(1) })"),
    ("a.test.ts", "xit('one', () => { expect(f()).toBe(1) })"),
    ("a.test.ts", "it.todo('one')"),
    ("a.test.ts", "describe.skip('a', () => { it('one', () => { expect(f()).toBe(1) }) })"),
    ("a.test.mjs", "test('one', { skip: true }, () => { assert.equal(f(), 1) })"),
    ("a.test.js", "it('one', function () { this.skip(); expect(f()).toBe(1) })"),
    ("a_test.go", 'package a\nfunc TestOne(t *testing.T) { t.Skip("later")\nif f() { t.Fail() } }'),
    ("src/lib.rs", '#[test]\n#[ignore = "slow"]\nfn one() { assert!(f()); }'),
    ("ATest.java", 'class ATest { @Test @Disabled("later") void one() { assertTrue(f()); } }'),
    ("ATest.java", "@Disabled class ATest { @Test void one() { assertTrue(f()); } }"),
    ("ATests.cs", 'class A { [Fact(Skip = "later")] public void One() { Assert.True(f()); } }'),
    ("ATests.cs", "class A { [Test, Ignore] public void One() { Assert.True(f()); } }"),
    ("spec/a_spec.rb", "xit 'one' do\n  expect(f).to eq 1\nend"),
    ("spec/a_spec.rb", "it 'one' do\n  skip 'later'\n  expect(f).to eq 1\nend"),
    ("spec/a_spec.rb", "xdescribe 'a' do\n  it 'one' do\n    expect(f).to eq 1\n  end\nend"),
    ("tests/ATest.php", "<?php class ATest extends TestCase { function testOne() { $this->markTestSkipped(); $this->assertTrue(f()); } }"),
    ("tests/ATest.php", "<?php it('one', function () { expect(f())->toBe(1); })->skip();"),
]


@pytest.mark.parametrize(("path", "text", "why"), [*HOLLOW, *((path, text, "skipped") for path, text in SKIPPED)])
def test_one_that_proves_nothing_does_not_count_and_the_reason_is_told(
    files: BeforeAfter, path: str, text: str, why: str
) -> None:
    seen = files.after({path: text})
    assert seen.names == []
    assert [place.why for place in seen.rejected] and all(place.why.startswith(why) for place in seen.rejected)
    assert why in seen.why_not()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_a.py", "def test_one():\n    assert f(1) == 2\n\ndef test_two():\n    # another\n    assert f( 1 )==2\n"),
        ("a.test.ts", "it('one', () => { expect(f(1)).toBe(2) })\nit('two', () => {\n  expect(f(1)).toBe(2) // again\n})"),
        ("a_test.go", "package a\nfunc TestOne(t *testing.T) { is(t, f()) }\nfunc TestTwo(t *testing.T) {\n\tis(t, f())\n}"),
        ("src/lib.rs", "#[test]\nfn one() { assert!(f()); }\n#[test]\nfn two() { assert!(f()); }"),
        ("ATest.java", "class ATest { @Test void one() { assertTrue(f()); } @Test void two() { assertTrue(f()); } }"),
        ("ATests.cs", "class A { [Fact] void One() { Assert.True(f()); } [Fact] void Two() { Assert.True(f()); } }"),
        ("spec/a_spec.rb", "it 'one' do\n  expect(f).to eq 1\nend\nit 'two' do\n  expect(f).to eq 1\nend"),
        ("tests/ATest.php", "<?php it('one', fn () => expect(f())->toBe(1)); it('two', fn () => expect(f())->toBe(1));"),
    ],
)
def test_a_copy_under_another_name_counts_once(files: BeforeAfter, path: str, text: str) -> None:
    seen = files.after({path: text})
    assert len(seen.counted) == 1
    assert [place.why for place in seen.rejected] == [f"a copy of {seen.counted[0].name}"]


def test_a_copy_of_a_test_in_a_file_that_was_not_changed_does_not_count(files: BeforeAfter) -> None:
    text = "from shop import tax\n\ndef test_tax():\n    assert tax(100) == 19\n"
    files.before({"tests/test_tax.py": text})
    seen = files.after({"tests/test_more.py": text.replace("test_tax", "test_something_else")})
    assert [place.why for place in seen.rejected] == ["a copy of test_tax in tests/test_tax.py"]


def test_the_same_words_about_another_function_are_no_copy(files: BeforeAfter) -> None:
    text = "from {} import run\n\ndef test_run():\n    assert run(1) == 2\n"
    files.before({"tests/test_a.py": text.format("a")})
    assert files.after({"tests/test_b.py": text.format("b")}).names == ["test_run"]


def test_the_same_body_with_other_cases_is_no_copy(files: BeforeAfter) -> None:
    text = "@pytest.mark.parametrize('x', [{}])\ndef test_{}(x):\n    assert f(x)\n\n"
    assert files.after({"tests/test_a.py": text.format(1, "one") + text.format(2, "two")}).names == ["test_one", "test_two"]


def test_the_same_body_in_a_class_with_other_preparations_is_no_copy(files: BeforeAfter) -> None:
    text = "class Test{0}(T):\n    def setUp(self):\n        self.x = {1}\n\n    def test_x{1}(self):\n        assert self.x\n\n"
    assert files.after({"tests/test_a.py": text.format("A", 1) + text.format("B", 2)}).names == ["test_x1", "test_x2"]


def test_a_helper_in_another_file_that_nobody_changed_asserts_too(files: BeforeAfter) -> None:
    files.before({"tests/conftest.py": "@pytest.fixture\ndef run():\n    def go(x):\n        assert x\n    return go\n"})
    assert files.after({"tests/test_a.py": "def test_one(run):\n    run(1)\n"}).names == ["test_one"]


OLD = "def test_one():\n    assert f(1) == 2\n"


class TestAgainstWhatWasThere:
    def test_what_was_there_is_not_new(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": OLD})
        assert files.after({"tests/test_a.py": "# a remark\n" + OLD}).names == []

    def test_a_name_in_a_text_is_no_test(self, files: BeforeAfter) -> None:
        assert files.after({"tests/test_a.py": 'def helper():\n    """\n    def test_one():\n    """\n'}).names == []

    def test_a_moved_test_is_not_new(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": OLD})
        seen = files.after({"tests/test_b.py": OLD}, gone=("tests/test_a.py",))
        assert (seen.names, seen.gone) == ([], [])

    def test_a_renamed_test_is_not_new(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": OLD})
        seen = files.after({"tests/test_a.py": OLD.replace("test_one", "test_all_of_it")})
        assert (seen.names, seen.gone) == ([], [])
        assert seen.rejected[0].why == "it is test_one under another name"

    def test_more_assertions_in_an_old_test_count(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": OLD})
        assert files.after({"tests/test_a.py": OLD + "    assert f(2) == 3\n"}).names == ["more checks in tests/test_a.py"]

    @pytest.mark.parametrize(
        ("path", "was", "now"),
        [
            ("tests/test_a.py", "@parametrize('x', [1])\n" + OLD, "@parametrize('x', [1, 2])\n" + OLD),
            ("tests/test_a.py", "ROWS = [(1, 2)]\n" + OLD, "ROWS = [(1, 2), (2, 3)]\n" + OLD),
            ("a.test.js", "it.each([1])('n', (n) => { expect(f(n)).toBe(1) })", "it.each([1, 2])('n', (n) => { expect(f(n)).toBe(1) })"),
            (
                "ATests.cs",
                "class A { [Theory] [InlineData(1)] public void T(int a) { Assert.True(f(a)); } }",
                "class A { [Theory] [InlineData(1)] [InlineData(2)] public void T(int a) { Assert.True(f(a)); } }",
            ),
        ],
    )
    def test_more_cases_of_an_old_test_count(self, files: BeforeAfter, path: str, was: str, now: str) -> None:
        files.before({path: was})
        assert files.after({path: now}).names == [f"more cases in {path}"]

    def test_an_old_test_that_runs_again_counts(self, files: BeforeAfter) -> None:
        files.before({"tests/test_a.py": "@pytest.mark.skip\n" + OLD})
        assert files.after({"tests/test_a.py": OLD}).names == ["test_one"]

    def test_examples_in_docstrings_count_anywhere(self, files: BeforeAfter) -> None:
        files.before({"src/a.py": 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n'})
        now = 'def f(x):\n    """\n    >>> f(1)\n    2\n    >>> f(2)\n    3\n    """\n'
        assert files.after({"src/a.py": now}).names == ["more checks in src/a.py"]

    def test_tests_made_in_a_loop_and_bare_asserts_count(self, files: BeforeAfter) -> None:
        loop = "for (const [given, wanted] of cases) test(given, () => assert.equal(tax(given), wanted))\n"
        assert len(files.after({"test/tax.test.js": loop}).names) == 1
        assert files.after({"test/plain.test.js": "assert.equal(tax(1), 2)\n"}).names == ["more checks in test/plain.test.js"]

    def test_languages_that_are_not_parsed_are_read_by_their_lines(self, files: BeforeAfter) -> None:
        assert files.after({"tests/a_test.exs": 'test "adds" do\n  assert 1 == f()\nend\n'}).names == ["adds"]

    def test_a_python_file_that_cannot_be_parsed_is_read_by_its_lines(self, files: BeforeAfter) -> None:
        assert files.after({"tests/test_a.py": "def test_one(:\n    assert 1\n"}).names == ["test_one"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/a.py", "class A:\n    def test_connection(self):\n        assert 1 < f()\n"),
        ("tests/conftest.py", "def test_one():\n    assert f()\n"),
        ("tests/test_a.py", "class A:\n    __test__ = False\n    def test_one(self):\n        assert f()\n"),
        ("tests/test_a.py", "@pytest.fixture\ndef test_data():\n    return [f()]\n"),
        ("src/run.go", "package a\nfunc TestOne(t *testing.T) { is(t) }"),
        ("a_test.go", "package a\nfunc Testify(t *testing.T) { is(t) }"),
        ("src/a.js", "if (pattern.test('x')) run()"),
    ],
)
def test_what_no_runner_would_run_is_no_test(files: BeforeAfter, path: str, text: str) -> None:
    assert files.after({path: text}).counted == []


def test_a_project_may_name_its_test_files_otherwise(files: BeforeAfter) -> None:
    assert files.after({"check_a.py": OLD}).counted == []
    (files.root / "pytest.ini").write_text("[pytest]\npython_files = check_*.py\n")
    assert files.after({"check_a.py": OLD}).names == ["test_one"]


def test_without_a_parser_the_lines_are_read(files: BeforeAfter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_loaded", {"typescript": None})
    assert files.after({"a.test.ts": "it('one', () => { f() })\n"}).names == ["one"]


def test_large_files_and_many_files_are_borne(files: BeforeAfter) -> None:
    names = files.after({"tests/test_big.py": OLD + "x = '" + "y" * (1 << 20) + "'\n"}).names
    assert names == ["test_one"]
    many = {f"tests/test_{number}.py": f"def test_n{number}():\n    assert f({number})\n" for number in range(520)}
    assert len(files.after(many).names) == 520


LANGUAGES = ("a.py", "a.js", "a.ts", "a.tsx", "a_test.go", "a.rs", "A.java", "A.cs", "a_spec.rb", "ATest.php")
PIECES = st.lists(st.sampled_from([*(text for texts in COUNTS.values() for text in texts), *(row[1] for row in HOLLOW)]), max_size=3)


@pytest.mark.parametrize("path", LANGUAGES)
@settings(max_examples=25, deadline=None)
@given(noise=st.binary(max_size=60), pieces=PIECES, cut=st.integers(0, 200))
def test_no_bytes_make_a_reader_raise(path: str, noise: bytes, pieces: list[str], cut: int) -> None:
    assert language(path)
    for text in (noise, noise.join(piece.encode() for piece in pieces)[cut:]):
        found = read(text, path)
        for test in found.tests if found is not None else []:
            assert isinstance(test.text, str)


def test_deep_nesting_is_borne() -> None:
    for path in LANGUAGES:
        for text in (b"(" * 20_000 + b")" * 20_000, b"f(" * 3_000 + b")" * 3_000):
            found = read(text, path)
            assert found is None or found.tests == []


def test_every_test_of_this_repository_asserts_something() -> None:
    top = Path(__file__).resolve().parents[2]
    reads = {path: read(path.read_bytes(), str(path)) for path in top.rglob("*.py") if is_test_path(str(path.relative_to(top.parent)))}
    helpers = frozenset[str]().union(*(found.asserting for found in reads.values() if found is not None))
    hollow = [
        f"{path.relative_to(top)}:{test.line} {test.name}"
        for path, found in reads.items()
        for test in (found.tests if found is not None and path.name != "conftest.py" else [])
        if not test.proves(helpers)
    ]
    assert hollow == []
    assert sum(len(found.tests) for found in reads.values() if found is not None) > 2000


def test_parsers_are_not_loaded_by_reading_python() -> None:
    import subprocess

    code = "import sys; from planweir.evidence.code import read; read(b'x = 1', 'a.py'); print('tree_sitter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(Path(__file__).parents[3] / "scripts")}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
