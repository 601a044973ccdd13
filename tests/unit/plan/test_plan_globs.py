"""Globs: which paths they cover, and when two may mean one file."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planweir.plan.globs import conflict, expand, is_glob, matches, tidy, to_regex


@pytest.mark.parametrize(
    ("glob", "covered", "not_covered"),
    [
        ("src/a.py", ["src/a.py"], ["src/a.pyc", "src/axpy", "a/src/a.py", "src/a.py/b"]),
        ("src/*.py", ["src/a.py", "src/.py"], ["src/b/a.py", "src/a.js", "a.py"]),
        ("src/*", ["src/a", "src/.b"], ["src/a/b", "src/"]),
        ("src/**", ["src/a", "src/a/b"], ["src", "src/", "srcs/a"]),
        ("src/**/*.py", ["src/a.py", "src/b/c/a.py"], ["a.py", "src/b.js"]),
        ("**/a.py", ["a.py", "x/y/a.py"], ["xa.py"]),
        ("**", ["a", "a/b/c"], [""]),
        ("src/", ["src/a", "src/a/b"], ["src", "srcs/a"]),
        ("a?c", ["abc"], ["ac", "a/c", "abbc"]),
        ("[ab].py", ["a.py", "b.py", "[ab].py"], ["c.py", "ab.py"]),
        ("[!ab].py", ["c.py"], ["a.py", "/.py"]),
        ("[+-9]", ["+", "5"], ["/"]),
        ("app/[id]/page.tsx", ["app/[id]/page.tsx"], ["app/x/page.tsx"]),
        ("app/[...slug]/x", ["app/[...slug]/x"], ["app/q/x"]),
        ("a.{js,ts}", ["a.js", "a.ts"], ["a.{js,ts}", "a."]),
        ("{src,lib}/{a,b{1,2}}.py", ["src/a.py", "lib/b2.py"], ["src/b.py"]),
        ("{a}", ["{a}"], ["a"]),
        ("a{b", ["a{b"], ["ab"]),
        ("a[b", ["a[b"], ["ab"]),
        ("./src//a.py", ["src/a.py"], []),
        (".", ["a", "a/b"], []),
        ("src/a+(b).py", ["src/a+(b).py"], ["src/aab.py"]),
    ],
)
def test_what_a_glob_covers(glob: str, covered: list[str], not_covered: list[str]) -> None:
    assert [p for p in covered if not matches(glob, p)] == []
    assert [p for p in not_covered if matches(glob, p)] == []


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("src/a.py", "src/a.py", True),
        ("src/a.py", "./src/a.py", True),
        ("src/a.py", "src/b.py", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.ts", "src/a.py", False),
        ("src/**", "src/api/*.py", True),
        ("src/a*.py", "src/b*.py", False),
        ("**/*.py", "docs/*.md", True),
        ("src/", "src/a.py", True),
        ("src", "src/a.py", True),
        ("src", "src/**", True),
        ("src", "srcs/a.py", False),
        ("{a,b}.py", "b.py", True),
        ("{a,b}.py", "c.py", False),
        ("src/*.py", "src/*.ts", True),
    ],
)
def test_when_two_patterns_conflict(a: str, b: str, expected: bool) -> None:
    assert conflict(a, b) is expected
    assert conflict(b, a) is expected


def test_too_many_alternatives_are_refused() -> None:
    with pytest.raises(ValueError, match="alternatives"):
        expand("{a,b}" * 12)


PART = st.text("ab*?", min_size=1, max_size=4).filter(lambda p: "**" not in p)
NAME = st.text("ab", min_size=1, max_size=4)
GLOB = st.lists(st.one_of(PART, st.just("**")), min_size=1, max_size=4).map("/".join)
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)


def oracle(glob: list[str], path: list[str]) -> bool:
    """Part by part, by trying everything."""
    if not glob:
        return not path
    if glob[0] == "**":
        least = 1 if len(glob) == 1 else 0
        return any(oracle(glob[1:], path[n:]) for n in range(least, len(path) + 1))
    return bool(path) and fnmatch.fnmatchcase(path[0], glob[0]) and oracle(glob[1:], path[1:])


@given(GLOB, PATH)
def test_matching_agrees_with_trying_everything(glob: str, path: str) -> None:
    assert matches(glob, path) == oracle(glob.split("/"), path.split("/"))


@given(GLOB, GLOB, PATH)
def test_patterns_that_cover_one_path_conflict(a: str, b: str, path: str) -> None:
    if matches(a, path) and matches(b, path):
        assert conflict(a, b)


@given(st.text("ab/.*?[]{},!-^\\ ", max_size=30))
@example("./ ?")
@example("./ . /a")
def test_every_text_has_an_expression_and_a_plain_form(text: str) -> None:
    re.compile(to_regex(text))
    assert tidy(tidy(text)) == tidy(text)
    assert conflict(text, text)
    is_glob(text)
