"""Here-documents: what is announced on one line and stands below it."""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.words import LIT, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.words import Reader, Word

_IN_BODY = pattern(r"[^\\$`]+")


class Heredoc:
    """A here-document whose body comes after the present line."""

    __slots__ = ("delimiter", "parts", "quoted", "strip")

    def __init__(self, delimiter: str, quoted: bool, strip: bool) -> None:
        self.delimiter = delimiter
        self.quoted = quoted
        self.strip = strip
        self.parts: Word = []


def read_body(reader: Reader, heredoc: Heredoc) -> None:
    """Reads one body at the reader's position, which is the start of a line."""
    body = _body_of(reader, heredoc)
    heredoc.parts = [Part(LIT, body, True)] if heredoc.quoted else _expandable(reader, body)


def _body_of(reader: Reader, heredoc: Heredoc) -> str:
    start, where = reader.pos, reader.pos
    wanted = heredoc.delimiter
    while True:
        reader.limit.tick()
        if wanted and not heredoc.strip:
            if reader.text.startswith(wanted, where) and where == start:
                found = where
            else:
                found = reader.text.find("\n" + wanted, where) + 1 or -1
        elif wanted:
            found = reader.text.find(wanted, where)
        else:  # `<< ""` ends at the first empty line
            found = reader.text.find("\n", where)
        if found < 0:
            body, reader.pos = reader.text[start:], reader.size
            break
        begin = reader.text.rfind("\n", 0, found) + 1
        lead = reader.text[begin:found]
        after = reader.text[found + len(wanted) : found + len(wanted) + 1]
        if (
            begin >= start
            and after in ("", "\n")
            and (not lead or (heredoc.strip and not lead.strip("\t")))
        ):
            body = reader.text[start:begin]
            reader.pos = min(found + len(wanted) + 1, reader.size)
            break
        where = found + 1
    return re.sub(r"(?m)^\t+", "", body) if heredoc.strip else body


def _expandable(reader: Reader, body: str) -> Word:
    """The parts of an unquoted here-document's body."""
    inner = type(reader)(body, reader.limit)  # of the same kind and budget
    parts: Word = []
    while inner.pos < inner.size:
        reader.limit.tick()
        match = _IN_BODY.match(inner.text, inner.pos)
        if match:
            inner.pos = match.end()
            parts.append(Part(LIT, match.group(), True))
        else:
            inner.inside_quotes(parts, inner.at(), "")
    return parts
