"""Made-up command lines are run by bash under a recorder: what they change is what the analysis foretold."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oracle.grammar import command_lines, seeded
from tests.oracle.judge import Verdict, judged

COUNT = 300
SEED = 1789


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return list(judged(seeded(COUNT, SEED)))


def test_every_change_is_foretold_or_it_is_admitted_that_not_all_is_known(verdicts: list[Verdict]) -> None:
    surprised = [one.told() for one in verdicts if one.surprised]
    assert not surprised, "\n".join(surprised)


def test_what_is_certain_happens(verdicts: list[Verdict]) -> None:
    certain = sum(len(one.certain) for one in verdicts)
    false = sum(len(one.false) for one in verdicts)
    assert false <= certain * 0.05, "\n".join(one.told() for one in verdicts if one.false)


def test_little_is_given_up_as_unknown(verdicts: list[Verdict]) -> None:
    admitted = [one.run.command for one in verdicts if one.admitted]
    assert len(admitted) <= COUNT * 0.3, "\n".join(admitted)


def test_the_commands_are_worth_it(verdicts: list[Verdict]) -> None:
    assert sum(one.run.clean for one in verdicts) > COUNT * 0.6
    assert sum(bool(one.changed) for one in verdicts) > COUNT * 0.6
    assert not [one.run.command for one in verdicts if one.run.status in (124, 137)]


@given(st.lists(command_lines(), min_size=1, max_size=8))
@settings(max_examples=10, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_no_command_that_hypothesis_finds_surprises(commands: list[str]) -> None:
    surprised = [one.told() for one in judged(commands) if one.surprised]
    assert not surprised, "\n".join(surprised)
