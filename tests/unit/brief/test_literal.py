"""Text as JavaScript source, held against a JavaScript engine."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as some
from tests.unit.brief.running import evaluated

from planweir.brief.literal import joined, one_line, plain, size, template

PIECES = [
    "`", "${", "$", "{", "}", "\\", "\\u{", "\\x", "*/", "/*", "//", "<!--", "-->", "'", '"', "\n", "\r\n", "\r", "\t", "\0", "0", "\x1b[2J",
    "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\ufeff", "\u200b", "\u202e", "\ud800", "\udc80", "\U0001f600", "é", "\u0301", "T1",
    "CONTEXT", "  ", "export const meta = {}", "/*: briefs */",
]  # fmt: skip
TEXTS = some.lists(some.sampled_from(PIECES) | some.text(max_size=4), max_size=12).map("".join)
# Anything that a person would not see as it is, or that an approval dialog does not take.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def halves(words: str) -> str:
    """`words` as JavaScript holds it: a pair of halves is one character."""
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@settings(max_examples=12, deadline=None)
@given(some.lists(some.tuples(TEXTS, TEXTS), min_size=30, max_size=120))
def test_a_literal_evaluates_to_its_text_and_hides_nothing(rows: list[tuple[str, str]]) -> None:
    literals = [made for words, _part in rows for made in (template(words), one_line(words))]
    literals += [f"(CONTEXT => {joined(words, part, 'CONTEXT')})({template(part)})" for words, part in rows]
    wanted = [words for words, _part in rows for _ in range(2)] + [words for words, _part in rows]
    assert [halves(str(words)) for words in evaluated(literals)] == [halves(words) for words in wanted]
    assert not [made for made in literals if HIDDEN.search(made)]


@given(TEXTS)
def test_a_literal_of_one_line_is_one(words: str) -> None:
    assert len(one_line(words).splitlines()) == 1


@given(TEXTS)
def test_plain_text_is_left_alone_by_whoever_indents_it(words: str) -> None:
    once = plain(words)
    assert plain(once) == once == once.strip()
    assert re.sub("\r\n?|[\x1c-\x1e\u2028\u2029\x85\x0b\x0c]", "\n", once) == once
    once.encode()


def test_plain_text_keeps_what_can_be_read() -> None:
    assert plain("a\tb\r\nc\u2028d \U0001f600\x1b[1m\udcff\n\n") == "a\tb\nc\nd \U0001f600\ufffd[1m\ufffd"


@given(TEXTS)
def test_size_is_what_the_client_counts(words: str) -> None:
    assert size(plain(words)) == len(plain(words).encode("utf-16-le")) // 2
