"""Every row of the table can be read, and every program that needs more than its row has the module that reads it."""

from __future__ import annotations

import importlib

import pytest

from planweir.shell.table import Row, names, row_of

KINDS = {"reads", "writes", "runs", "network", "unknown", "wraps", "sh", "builtin"}
OPERANDS = {
    "", "all", "first", "second", "third", "last", "rest", "modes", "dest", "cwd", "folders", "unpacked", "made", "pieces", "split", "typescript",
}  # fmt: skip
MODULES = {row_of(name).by for name in names()} - {""}


@pytest.mark.parametrize("name", names())
def test_a_row_says_what_the_table_understands(name: str) -> None:
    row = row_of(name)
    assert row.kind in KINDS
    assert row.operands in OPERANDS
    assert row.how in ("write", "delete", "tree", "spread")
    assert set(vars(row)) <= {one for one in vars(Row) if not one.startswith("_")} | {"kind"}
    for key in ("values", "out", "into", "deep", "runs", "code", "shell", "cd"):
        assert all(one.startswith("-") for one in getattr(row, key)), key


def test_no_program_has_two_rows() -> None:
    assert sorted(names()) == sorted(set(names()))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_judges_just_the_programs_whose_rows_name_it(module: str) -> None:
    handlers: dict[str, object] = importlib.import_module(f"planweir.shell.{module}").HANDLERS
    assert set(handlers) == {name for name in names() if row_of(name).by == module}


@pytest.mark.parametrize("name", ["", "#", "# --", "no-such-program", "ls\ncp", "cat tac", "cp writes"])
def test_what_is_no_program_of_the_table_is_unknown(name: str) -> None:
    assert row_of(name).kind == "unknown"
