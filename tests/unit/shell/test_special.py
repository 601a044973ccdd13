"""Every program that needs more than a row of the table has the module that reads it, and no module reads another."""

from __future__ import annotations

import importlib

import pytest

from planweir.shell.special import READER_OF, READERS, reader


@pytest.mark.parametrize("module", READERS)
def test_a_module_reads_just_the_programs_that_the_table_gives_it(module: str) -> None:
    handlers: dict[str, object] = importlib.import_module(f"planweir.shell.{module}").HANDLERS
    assert set(handlers) == set(READERS[module].split())


@pytest.mark.parametrize("program", READER_OF)
def test_every_program_of_the_table_is_read(program: str) -> None:
    assert callable(reader(program))


def test_other_programs_have_a_row_or_nothing() -> None:
    assert reader("ls") is None
    assert reader("no-such-program") is None
