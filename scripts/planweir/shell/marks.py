"""How a half-known text is written down: private characters stand for what is not known or not yet expanded.

A word of a command line is expanded to one string in which these marks may lie, so that what is known of it is kept:
``/tmp/run-$$.log`` lies in /tmp whatever the number is.
"""

from __future__ import annotations

from planweir.shell.lazy import pattern

UNKNOWN = "\ue000"  # any text at all, also with slashes
PIECE = "\ue001"  # some text without a slash that is no "..": a number, a date, the name of a temporary file
DEEP = PIECE + "\ue00a"  # PIECE and what may lie below it: what `find` prints; behind it stands the pattern of the last names
STAR, QUERY, BRACKET = "\ue002", "\ue003", "\ue004"  # unquoted * ? [
OPEN, COMMA, CLOSE = "\ue005", "\ue006", "\ue007"  # unquoted { , }
SPLIT = "\ue008"  # here the shell splits one word into two
EMPTY = "\ue009"  # a pair of quotes: a word is there even if nothing is in it

GLOBBED = pattern("[" + STAR + QUERY + BRACKET + "]")  # in a text that is a pattern

LITERAL = {STAR: "*", QUERY: "?", BRACKET: "[", OPEN: "{", COMMA: ",", CLOSE: "}", SPLIT: " ", EMPTY: ""}
_PLAIN = {ord(mark): text for mark, text in LITERAL.items()}
_RAW = {ord(text): mark for mark, text in LITERAL.items() if text and text != " "}
_STRANGERS = dict.fromkeys(range(57344, 57355), "�")


def clean(text: str) -> str:
    """Text from outside with our private characters taken out of it."""
    return text if text.isascii() else text.translate(_STRANGERS)


def raw(text: str) -> str:
    """Unquoted text: what could be a pattern or a brace is marked as such."""
    return text.translate(_RAW)


def plain(text: str) -> str:
    """Patterns and braces back to the characters they were; what is unknown stays marked."""
    return text if text.isascii() else text.translate(_PLAIN)


def known(text: str) -> bool:
    return UNKNOWN not in text and PIECE not in text


def visible(text: str) -> str | None:
    """The text as a caller may read it, or None where part of it cannot be known."""
    return plain(text) if known(text) else None
