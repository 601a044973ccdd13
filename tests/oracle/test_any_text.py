"""Whatever the text, the analysis does not raise and keeps to its time."""

from __future__ import annotations

import random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.grammar import command_lines, seeded
from tests.oracle.nasty import KINDS

from planweir.shell.limits import MAX_SIZE
from planweir.shell.scan import Scan, scan

BUDGET = 0.05  # seconds of the processor for 100 kB; the benchmark prints what it takes
BUSY = 6  # a machine that does other things at the same time makes each second of the processor dearer
PIECES = ["$(", ")", "`", '"', "'", "\\", "{", "}", "(", "((", "[[", ";", "&", "|", ">", "<<E", "\n", "$", "${", "#", "*", " ", "=", "\0", "é"]


def timed(text: str) -> tuple[Scan, float]:
    began = process_time()
    found = scan(text, "/tmp", env={"PATH": "/bin"})
    return found, process_time() - began


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """What is imported when it is first needed is not counted."""
    for one in seeded(200, 1):
        scan(one, "/tmp", env={})


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_thousand_characters_keep_to_the_time(kind: str) -> None:
    text = KINDS[kind](100_000)
    assert len(text) > 50_000
    spent = min(timed(text)[1] for _ in range(2))
    assert spent < BUDGET * BUSY, f"{spent * 1000:.0f} ms"


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_command_lines_keep_to_the_time_as_well(kind: str) -> None:
    found, spent = timed(KINDS[kind](MAX_SIZE - 1_000))
    assert found.readable or found.why
    assert spent < BUDGET * 4 * BUSY, f"{spent * 1000:.0f} ms"


@given(st.text(max_size=300))
@settings(max_examples=300, derandomize=True, database=None)
def test_no_text_makes_it_raise(text: str) -> None:
    found = scan(text, "/tmp", env={})
    assert found.readable or found.why


@given(command_lines(), st.randoms(use_true_random=False))
@settings(max_examples=300, derandomize=True, database=None)
def test_no_broken_command_makes_it_raise(command: str, source: random.Random) -> None:
    text = command
    for _ in range(source.randint(1, 4)):
        at, end = sorted((source.randint(0, len(text)), source.randint(0, len(text))))
        piece = source.choice(PIECES)
        text = source.choice([text[:at] + text[end:], text[:at] + piece + text[at:], text[:end], text[:at] + text[at:end] * 3 + text[end:]])
        text = text[:20_000]
    found, spent = timed(text)
    assert found.readable or found.why
    assert spent < 0.2 * BUSY


@given(command_lines(), st.integers(1, 60))
@settings(max_examples=100, derandomize=True, database=None)
def test_deep_nesting_of_a_real_command_does_not_make_it_raise(command: str, depth: int) -> None:
    for before, behind in (("$(", "\n)"), ("( ", "\n)"), ("{ ", "\n}"), ("if a; then ", "\nfi"), ("echo \"$(", "\n)\"")):
        found, spent = timed(before * depth + command + behind * depth)
        assert found.readable or found.why
        assert spent < 0.2 * BUSY
