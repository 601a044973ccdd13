"""How sure the scan is of each write and each program: certain, possible, opaque."""

from __future__ import annotations

from pathlib import Path

import pytest

from planweir.shell.scan import scan

WRITES = [
    ("echo x > a", {("a", "certain")}),
    ("if grep -q x y; then echo x > a; fi", {("a", "certain")}),
    ("false && rm a", {("a", "certain")}),
    ("cd gone; echo x > a", {("gone/a", "certain"), ("a", "possible")}),
    ("touch run-$RANDOM", {(None, "possible")}),
    ("echo x > $(some-program)", {(None, "opaque")}),
    ("some-program", set()),
    ("make", {(None, "opaque")}),
]


@pytest.mark.parametrize(("command", "expected"), WRITES)
def test_a_write_says_how_sure_its_path_is(
    command: str, expected: set[tuple[str | None, str]], tmp_path: Path
) -> None:
    found = scan(command, str(tmp_path), env={})
    shown = {(one.path and one.path.removeprefix(f"{tmp_path}/"), one.certainty) for one in found.writes}
    assert shown == expected
    assert all(one.sure == (one.certainty == "certain") for one in found.writes)


def test_a_program_says_whether_its_name_and_words_are_known() -> None:
    found = scan('ls a; ls "$(some-program)"; $(some-program) a', "/", env={})
    assert [(one.name, one.certainty) for one in found.programs if one.nested == 0] == [
        ("ls", "certain"),
        ("ls", "possible"),
        ("", "opaque"),
    ]
