"""A second reading of a text that is given to `sh`: where that is dash, bash's own words are words like any other.

`[[ a > f ]]` then truncates f, and `[[ a || rm f ]]` runs rm. Nobody knows here which shell `sh` is, so what only this
reading finds is possible; a program in no table is rather an operand of bash's, and is left out.
"""

from __future__ import annotations

import re

from planweir.shell.grammar import Parser
from planweir.shell.lazy import pattern
from planweir.shell.limits import Dear, Unreadable
from planweir.shell.nodes import Group
from planweir.shell.scan import CERTAIN, OPAQUE, POSSIBLE
from planweir.shell.shells import SHELLS
from planweir.shell.table import row_of
from planweir.shell.words import LIT, RAW, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.nodes import Node
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk
    from planweir.shell.words import Word

_OWN = frozenset(("[[", "function", "coproc", "select", "time"))  # reserved words of bash's alone
_DIFFERS = pattern(r"\[\[|\(\(|\$['\"\[]|\{[^\s{}]*(?:,|\.\.)|\b(?:function|coproc|select)\b")
_HEADER = pattern(r"#!\s*\S*/(?:env\s+)?(?:sh|dash|ash)\b")


class PosixParser(Parser):
    """The grammar of a shell that knows no word of bash's."""

    __slots__ = ()

    def reserved(self) -> str:
        word = super().reserved()
        return "" if word in _OWN else word

    def compound(self) -> Node | None:
        if self.at() == "(":  # `((` opens two
            self.pos += 1
            return Group(self._enclosed(), True)
        return super().compound()

    def dollar(self, parts: Word, quoted: bool) -> None:
        if self.at(1) == "[" or (self.at(1) in ("'", '"') and not quoted):
            self.pos += 1
            parts.append(Part(LIT, "$", True))
        else:
            super().dollar(parts, quoted)

    def word(self, test: bool = False) -> Word:
        """One word; its braces are text."""
        return [piece for part in super().word(test) for piece in (_unbraced(part) if part.kind == RAW else (part,))]


def _unbraced(part: Part) -> list[Part]:
    pieces = re.split(r"([{}])", part.text)
    if len(pieces) == 1 or part.text in ("{", "}"):
        return [part]
    return [Part(LIT if one in ("{", "}") else RAW, one) for one in pieces if one]


def for_sh(program: str, text: str) -> bool:
    """Whether a script is read by `sh`, whichever that is: it is given to it, or is started itself and names it on its first line."""
    return program in SHELLS or (row_of(program).kind not in ("sh", "builtin") and _HEADER.match(text) is not None)


def read_again(walk: Walk, text: str, state: State, flow: Flow) -> None:
    """Notes what is run and written only where `sh` knows no word of bash's."""
    if not _DIFFERS.search(text):
        return
    result = walk.result
    programs, writes = len(result.programs), len(result.writes)
    run = [one.words for one in result.programs]
    told = {(one.path, one.within, one.kind) for one in result.writes}
    held = walk.limit.depth, walk.nested, walk.unsure, list(walk.calls)
    walk.limit.deeper()
    try:
        walk.readable_lines(PosixParser, text, state, flow)
    except Dear:
        raise
    except Unreadable:
        pass  # up to there it has been walked
    walk.limit.depth, walk.nested, walk.unsure, walk.calls = held
    further = [one for one in result.programs[programs:] if one.kind != "unknown" and one.words not in run]
    for program in further:
        program.maybe = True
    result.programs[programs:] = further
    names = {one.name for one in further}
    kept = [
        one
        for one in result.writes[writes:]
        if (one.by in names if one.certainty == OPAQUE else (one.path, one.within, one.kind) not in told)
    ]
    for write in kept:
        if write.certainty == CERTAIN:
            write.certainty = POSSIBLE
    result.writes[writes:] = kept
