from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.evidence.newtests import new_tests


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
            "a_test.go",
            ["+func TestAdd(t *testing.T) {", "+func Testify() {", "+func helper() {", "+func FuzzX(f *F) {"],
            ["TestAdd", "FuzzX"],
        ),
        ("src/lib.rs", ["+    #[test]", "+    fn adds() {", "+    fn helper() {"], ["adds"]),
        ("src/lib.rs", ["+    #[tokio::test]", "+    #[ignore]", "+    async fn adds() {"], ["adds"]),
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
