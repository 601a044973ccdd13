"""Tests by the lines of a diff: for languages that are not parsed, and where no parser is to be had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.evidence.newtests.patterns import by_lines


def new_tests(text: str) -> list[str]:
    told = by_lines(text)
    return told.added or told.grown


def diff(path: str, *lines: str) -> str:
    old, new = sum(line[0] in " -" for line in lines), sum(line[0] in " +" for line in lines)
    body = "\n".join(lines)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    return f"{head}@@ -1,{old} +1,{new} @@ def test_header():\n{body}\n"


@pytest.mark.parametrize(
    ("path", "lines", "names"),
    [
        ("test_a.py", ["+def test_one():", "+    pass", "+async def test_two(x):"], ["test_one", "test_two"]),
        ("test_a.py", ["+class TestX:", "+    def test_in(self):", "+    def helper(self):"], ["test_in"]),
        ("test_a.py", ["+# def test_no():", "+x = 'def test_no():'", " def test_context():"], []),
        (
            "a.test.ts",
            ["+  it('adds', () => {", '+test("subtracts", async () => {', "+  test.each([1])(`n`, f)"],
            ["adds", "subtracts", "n"],
        ),
        (
            "a.test.js",
            ["+it.only('x', f)", "+it.skip('y', f)", "+xit('z', f)", "+test.todo('w')", "+// it('c', f)"],
            ["x"],
        ),
        (
            "a.test.mjs",
            ["+  await t.test('sub', f)", "+test('no', { skip: true }, f)", "+test('yes', { timeout: 5 }, f)"],
            ["sub", "yes"],
        ),
        ("a.test.mjs", ["+test('runs', { skip: false }, f)", "+test('not', { todo: 'later' }, f)"], ["runs"]),
        ("a.test.ts", ["+test.for([[1, 2]])('n', f)", "+test.each`", "+  a | b", "+`('m', f)"], ["n", "m"]),
        ("tests/test_a.py", ["+class A(unittest.TestCase):", "+    def test_one(self) -> None:"], ["test_one"]),
        (
            "a_test.go",
            ["+func TestAdd(t *testing.T) {", "+func Testify() {", "+func helper() {", "+func FuzzX(f *F) {"],
            ["TestAdd", "FuzzX"],
        ),
        ("src/lib.rs", ["+    #[test]", "+    fn adds() {", "+    fn helper() {"], ["adds"]),
        ("src/lib.rs", ["+    #[tokio::test]", "+    #[ignore]", "+    async fn adds() {"], []),
        ("src/lib.rs", ["+    #[tokio::test]", "+    #[should_panic]", "+    async fn adds() {"], ["adds"]),
        ("src/lib.rs", ["+#[test]", "+#[ignore = \"slow\"]", "+fn a() {}", "+#[test]", "+fn b() {}"], ["b"]),
        ("src/run.go", ["+func TestAdd(t *testing.T) {"], []),
        ("a_test.go", ['+\tt.Run("adds", func(t *testing.T) {'], ["adds"]),
        ("src/lib.rs", ["+#[test]", " fn was_there() {}"], ["was_there"]),
        ("ATest.java", ["+  @Test", "+  public void adds() throws E {", "+  void helper() {"], ["adds"]),
        (
            "ATest.java",
            [
                "+  @Test void shortOne() {",
                "+  @ParameterizedTest",
                "+  @ValueSource(ints = {1})",
                "+  void many(int i) {",
            ],
            ["shortOne", "many"],
        ),
        ("ATest.kt", ["+  @Test", "+  fun `adds two`() {"], ["adds two"]),
        ("ATests.cs", ["+  [Fact]", "+  public async Task Adds() {"], ["Adds"]),
        ("a_spec.rb", ["+  it 'adds' do", "+  def test_x"], ["adds", "test_x"]),
        ("ATest.php", ["+    public function testAdds(): void"], ["testAdds"]),
        ("a_test.exs", ['+  test "adds" do'], ["adds"]),
        ("a.cc", ["+TEST_F(Suite, Adds) {"], ["Suite, Adds"]),
        ("a.bats", ['+@test "adds" {'], ["adds"]),
        ("a.unknown", ["+def test_one():", "+it('two', f)"], ["test_one", "two"]),
    ],
)
def test_added_tests_are_named(path: str, lines: list[str], names: list[str]) -> None:
    assert new_tests(diff(path, *lines)) == names


def test_a_moved_test_does_not_count() -> None:
    moved = diff("test_a.py", "-def test_one():", "-    pass") + diff(
        "test_b.py", "+def test_one():", "+    pass"
    )
    assert new_tests(moved) == []


def test_a_changed_test_does_not_count_and_a_second_of_its_name_does() -> None:
    assert new_tests(diff("test_a.py", "-def test_one(a):", "+def test_one(b):")) == []
    assert new_tests(diff("test_a.py", "-def test_one():", "+def test_one():", "+def test_one():")) == [
        "test_one"
    ]


def test_removed_tests_add_none() -> None:
    assert new_tests(diff("test_a.py", "-def test_one():")) == []


def test_lines_that_look_like_headers_are_lines() -> None:
    text = diff("test_a.py", "--- a/old.go", "+++ b/new.go", "+def test_one():")
    assert new_tests(text) == ["test_one"]


def test_a_new_file_and_no_newline_at_its_end() -> None:
    text = (
        "diff --git a/test_a.py b/test_a.py\nnew file mode 100644\n--- /dev/null\n+++ b/test_a.py\n"
        "@@ -0,0 +1 @@\n+def test_one(): pass\n\\ No newline at end of file\n"
    )
    assert new_tests(text) == ["test_one"]


@given(st.text())
def test_any_text_is_borne(text: str) -> None:
    new_tests(text)
    new_tests(diff("a.py", *("+" + line for line in text.splitlines())))


@pytest.mark.parametrize(
    ("path", "lines", "names"),
    [
        ("a.test.js", ["+it(", "+  'adds',", "+  f)"], ["adds"]),
        ("a.test.js", ["+it.each([", "+  [1, 2],", "+])('adds %i', f)"], ["adds %i"]),
        ("a.test.js", ["+test.each([[f(1), ')']])('adds', f)"], ["adds"]),
        ("a.test.js", ["+test.each`", "+ a | b", "+`('adds', f)"], ["adds"]),
        ("a_test.go", ['+  t.Run("sub", func(t *testing.T) {'], ["sub"]),
        (
            "tests/test_a.py",
            [" @parametrize('x', [", "+    (1, 2),", " ])"],
            ["more cases in tests/test_a.py"],
        ),
        (
            "tests/test_a.py",
            [
                "-@pytest.mark.parametrize('x', [1])",
                "+@pytest.mark.parametrize('x', [1, 2])",
                " def test_a(x):",
            ],
            ["more cases in tests/test_a.py"],
        ),
        ("src/a.py", [" rows = [", "+    (1, 2),", " ]"], []),
    ],
)
def test_tests_over_several_lines_and_further_cases_are_seen(
    path: str, lines: list[str], names: list[str]
) -> None:
    assert new_tests(diff(path, *lines)) == names


CHECKING = [
    ("tests/x_test.sh", "+test \"$(./x)\" = 3 || exit 1\n"),
    ("test/tax.test.js", "+for (const [given, wanted] of cases) test(given, () => equal(tax(given), wanted))\n"),
    ("src/tax.py", "+    >>> tax(100)\n+    19\n"),
]


@pytest.mark.parametrize(("path", "line"), CHECKING)
def test_what_checks_without_a_name_counts(path: str, line: str) -> None:
    diff = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{line.count(chr(10))} @@\n{line}"
    assert new_tests(diff) == [f"more checks in {path}"] or new_tests(diff)


def test_an_assertion_more_in_a_test_that_was_there_counts() -> None:
    diff = (
        "--- a/tests/test_a.py\n+++ b/tests/test_a.py\n@@ -1,2 +1,3 @@\n def test_a() -> None:\n     assert a() == 1\n"
        "+    assert a(2) == 3\n"
    )
    assert new_tests(diff) == ["more checks in tests/test_a.py"]


@pytest.mark.parametrize("line", ["+# a remark\n", "+it.skip('adds', () => { expect(1).toBe(1) })\n"])
def test_remarks_and_skipped_tests_do_not_count_as_checks(line: str) -> None:
    path = "test/tax.test.js" if "skip" in line else "tests/x_test.sh"
    assert new_tests(f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n{line}") == []
