"""Redirections: every form that opens a file."""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import Unreadable
from planweir.shell.words import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.heredocs import Heredoc
    from planweir.shell.words import Word

_HEAD = pattern(r"(\d+|\{[A-Za-z_]\w*\})?(&>>|&>|<<<|<<-|<<|<>|<&|>\||>>|>&|<|>)(?!\()", re.A)
_CLOSED = pattern(r"[0-9-]+\Z")


class Redirection:
    """fd: the number, "" for the operator's own, "{name}"; op: the operator; target: its word; body: a
    here-document."""

    __slots__ = ("body", "fd", "op", "target")

    def __init__(self, fd: str, op: str, target: Word, body: Heredoc | None = None) -> None:
        self.fd = fd
        self.op = op
        self.target = target
        self.body = body


def duplicates(text: str) -> bool:
    """Whether the word behind >& or <& names a descriptor and no file."""
    return _CLOSED.match(text) is not None


def redirection(reader: Reader) -> Redirection | None:
    """The redirection at the reader's position, or None."""
    match = _HEAD.match(reader.text, reader.pos)
    if match is None:
        return None
    reader.pos = match.end()
    fd, op = match.group(1) or "", match.group(2)
    skip_blanks(reader)
    target = reader.word()
    if not target:
        raise Unreadable("a redirection has no target")
    if op in ("<<", "<<-"):
        quoted = any(part.quoted for part in target)
        delimiter = "".join(
            part.text if part.kind in ("raw", "lit") else "$" + part.text if part.kind == "par" else "\0"
            for part in target
        )
        if "\0" in delimiter:
            raise Unreadable("a here-document's delimiter cannot be read")
        from planweir.shell.heredocs import Heredoc

        heredoc = Heredoc(delimiter, quoted, op == "<<-")
        reader.pending.append(heredoc)
        return Redirection(fd, op, target, heredoc)
    return Redirection(fd, op, target)


_BLANKS = pattern(r"(?:[ \t]|\\\n)+")


def skip_blanks(reader: Reader) -> None:
    match = _BLANKS.match(reader.text, reader.pos)
    if match:
        reader.pos = match.end()
