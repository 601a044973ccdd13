"""What several scopes cover together: quicker than their expressions one by one, and the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.plan.globs import to_regex
from planweir.plan.scope import Covered, scope

words = st.text("ab.*[]{},/-\\\n é", max_size=8)


@given(st.lists(words, max_size=6), words)
def test_a_path_is_covered_where_one_of_the_globs_matches_it(globs: list[str], path: str) -> None:
    regexes = [to_regex(glob) for glob in globs]
    assert (path in Covered(regexes)) == any(re.fullmatch(regex, path, re.DOTALL) for regex in regexes)


@pytest.mark.parametrize(
    "path", ["src/a.py", "lib/deep/x.py", "yarn.lock", "web/yarn.lock", "a/__snapshots__/x", "odd [1].txt"]
)
def test_what_tasks_may_change_is_covered(path: str) -> None:
    assert path in Covered([*scope(["src/a.py", "lib/**"], ["odd [1].txt"]), *scope(["src/b.py"], [])])


@pytest.mark.parametrize("path", ["src/a.pyc", "src/aXpy", "lib", "xsrc/a.py", "odd 1.txt.bak", ""])
def test_what_no_task_may_change_is_not_covered(path: str) -> None:
    assert path not in Covered([*scope(["src/a.py", "lib/**"], ["odd [1].txt"]), *scope(["src/b.py"], [])])


def test_nothing_is_covered_by_no_scope_and_all_by_a_task_without_files() -> None:
    assert "a" not in Covered([])
    assert "a\nb" in Covered(scope([], []))
