"""docs/rules.md: one section for each rule, and its pointers lead somewhere."""

from __future__ import annotations

import re

import pytest
from tests.hooks.stage import PLUGIN

from planweir.guard.rules import RULES

PAGE = (PLUGIN / "docs" / "rules.md").read_text()
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in PAGE.split("\n## ")[1:]}


def files(section: str, key: str) -> list[str]:
    line = next(line for line in section.splitlines() if line.startswith(f"- {key}: "))
    return re.findall(r"`([^`]+)`", line)


def test_the_page_lists_exactly_the_rules_in_their_order() -> None:
    assert list(SECTIONS) == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_table_says_whom_a_rule_binds(rule: str) -> None:
    assert f"[{rule}](#{rule})" in PAGE.split("\n## ", 1)[0]


@pytest.mark.parametrize("rule", RULES)
def test_a_rules_section_says_what_why_and_the_way_out(rule: str) -> None:
    for key in ("Stops", "Why", "Way out"):
        assert f"\n- {key}: " in SECTIONS[rule]


@pytest.mark.parametrize("rule", RULES)
def test_a_rules_section_names_the_files_that_decide_it(rule: str) -> None:
    decide = files(SECTIONS[rule], "Decided in")
    assert all((PLUGIN / path).is_file() for path in decide)
    assert any(f'"{rule}"' in (PLUGIN / path).read_text() for path in decide)


@pytest.mark.parametrize("rule", RULES)
def test_a_rules_section_names_tests_that_name_the_rule(rule: str) -> None:
    tests = files(SECTIONS[rule], "Tests")
    words = [(PLUGIN / path).read_text() for path in tests]
    assert all(rule in text or f"test_{rule.replace('-', '_')}_" in text for text in words)
    if any(path.endswith(".py") for path in tests):
        assert any(
            f"test_{rule.replace('-', '_')}_" in text or f'denied == "{rule}"' in text for text in words
        )
