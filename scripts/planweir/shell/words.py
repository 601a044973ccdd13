"""Words of the shell language: quoting, parameters, substitutions, here-document bodies.

The reader walks over one source text with one position, so that a substitution inside a word is read by the grammar
itself (`case` inside `$( )`, a here-document inside `$( )`), never by looking for its closing bracket.
"""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import Limit, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.heredocs import Heredoc
    from planweir.shell.nodes import Node

# Kinds of a word's parts.
RAW, LIT, PAR, SUB, PROC, NUM, ARR = "raw", "lit", "par", "sub", "proc", "num", "arr"


class Part:
    """One piece of a word.

    text: of RAW and LIT; the name of a PAR; the direction (< or >) of a PROC; the expression of a NUM.
    op, arg: what follows the name inside ${…}; nodes: the commands of a SUB, PROC or NUM; words: of an ARR.
    """

    __slots__ = ("arg", "index", "kind", "nodes", "op", "quoted", "text", "words")

    def __init__(
        self,
        kind: str,
        text: str = "",
        quoted: bool = False,
        nodes: list[Node] | None = None,
        op: str = "",
        arg: list[Part] | None = None,
        index: str | None = None,
        words: list[list[Part]] | None = None,
    ) -> None:
        self.kind = kind
        self.text = text
        self.quoted = quoted
        self.nodes = nodes
        self.op = op
        self.arg = arg
        self.index = index
        self.words = words


if TYPE_CHECKING:
    Word = list[Part]

_PLAIN = pattern(r"[^\s'\"\\$`;&|<>()]+|[\r\f\v\x1c-\x1f\x85\xa0]+")
_IN_TEST = pattern(r"[^ \t\n'\"\\$`<>]+|[<>](?!\()")
_IN_BRACE = pattern(r"[^'\"\\$`}]+")
_IN_DOUBLE = pattern(r"[^\"\\$`]+")
_IN_ANSI = pattern(r"((?:[^'\\]|\\.)*)'", re.S)
_EXTENDS = frozenset("@?*+!")
_CHOICE = pattern(r"\(([^()'\"\\$`{},\n]*)\)")
_NAME = pattern(r"[A-Za-z_]\w*|\d|[@*#?$!-]", re.A)
_BRACED = pattern(r"(!?)([A-Za-z_]\w*|\d+|[@*#?$!-])(\[[^\]]*\])?", re.A)
_OPERATOR = pattern(r":?[-=+?]|##?|%%?|//?|\^\^?|,,?|:|@")
_PATTERNED = pattern(r"!?[#%/^,]")  # inside ${x%…} quotes quote, also where double quotes are around it all


class Reader:
    """Reads words at a position of a source text. The grammar (grammar.py) derives from it."""

    __slots__ = ("limit", "pending", "pos", "size", "text")

    def __init__(self, text: str, limit: Limit) -> None:
        self.text = text
        self.size = len(text)
        self.pos = 0
        self.limit = limit
        self.pending: list[Heredoc] = []

    def commands(self, closer: str) -> list[Node]:
        """The commands up to the closer, which is left standing. Given by the grammar."""
        raise NotImplementedError

    def reread(self, text: str) -> list[Node]:
        """The commands of a text of its own (between backticks). Given by the grammar."""
        raise NotImplementedError

    def at(self, offset: int = 0) -> str:
        """The character at the position, "" behind the end."""
        return self.text[self.pos + offset : self.pos + offset + 1]

    # -- words ---------------------------------------------------------------------------------------------

    def word(self, test: bool = False) -> Word:
        """One word; an empty list where none begins. test: inside [[ ]], where operators are plain text."""
        parts: Word = []
        pattern = _IN_TEST if test else _PLAIN
        while self.pos < self.size:
            self.limit.tick()
            match = pattern.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                parts.append(Part(RAW, match.group()))
            elif not self._special(parts):
                break
        return parts

    def _special(self, parts: Word) -> bool:
        """A quote, an escape, a dollar, a substitution at the position. False where the word ends."""
        char = self.at()
        if char == "\\":
            self._escape(parts)
        elif char == "'":
            parts.append(Part(LIT, self._until_quote(self.pos + 1), True))
        elif char == '"':
            self.pos += 1
            self._double(parts)
        elif char == "$":
            self.dollar(parts, False)
        elif char == "`":
            self.backtick(parts, False)
        elif char in "<>" and self.at(1) == "(":
            self.pos += 2
            parts.append(Part(PROC, char, nodes=self._enclosed()))
        elif char == "(" and parts and parts[-1].kind == RAW and parts[-1].text[-1:] in _EXTENDS and parts[-1].text != "!":
            return self._extended(parts)
        else:
            return False
        return True

    def _extended(self, parts: Word) -> bool:
        """`@(a|b)`, which bash knows with extglob: as words in braces, or any name where it is no such choice."""
        match = _CHOICE.match(self.text, self.pos)
        if match is None:
            return False
        self.pos = match.end()
        before, mark = parts[-1].text[:-1], parts[-1].text[-1:]
        words = [*match.group(1).split("|"), *([""] if mark == "?" else [])]
        chosen = "{" + ",".join(words) + "}" if len(words) > 1 else words[0]
        parts[-1] = Part(RAW, before + (chosen if mark in "@?" else "*"))
        return True

    def _escape(self, parts: Word) -> None:
        following = self.at(1)
        self.pos += 2
        if following != "\n":
            parts.append(Part(LIT, following or "\\", True))

    def _until_quote(self, start: int) -> str:
        end = self.text.find("'", start)
        if end < 0:
            raise Unreadable("a quote is not closed")
        self.pos = end + 1
        return self.text[start:end]

    def _ansi(self, parts: Word) -> None:
        match = _IN_ANSI.match(self.text, self.pos + 2)
        if match is None:
            raise Unreadable("a quote is not closed")
        self.pos = match.end()
        from planweir.shell.escapes import ansi

        parts.append(Part(LIT, ansi(match.group(1)), True))

    def _double(self, parts: Word) -> None:
        parts.append(Part(LIT, "", True))
        while True:
            self.limit.tick()
            match = _IN_DOUBLE.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                parts.append(Part(LIT, match.group(), True))
            char = self.at()
            if char == '"':
                self.pos += 1
                return
            if char == "":
                raise Unreadable("a quote is not closed")
            self.inside_quotes(parts, char, '"')

    def inside_quotes(self, parts: Word, char: str, quote: str) -> None:
        self.limit.tick()
        if char == "$":
            self.dollar(parts, True)
        elif char == "`":
            self.backtick(parts, True)
        else:
            following = self.at(1)
            self.pos += 2
            if following in ("$", "`", "\\", quote) and following:
                parts.append(Part(LIT, following, True))
            elif following != "\n":
                parts.append(Part(LIT, "\\" + following, True))

    def backtick(self, parts: Word, quoted: bool) -> None:
        start = end = self.pos + 1
        while True:
            self.limit.tick()
            char = self.text[end : end + 1]
            if char == "":
                raise Unreadable("a backtick is not closed")
            if char == "`":
                break
            end += 2 if char == "\\" else 1
        self.pos = end + 1
        inner = re.sub(r"\\([$`\\\"])" if quoted else r"\\([$`\\])", r"\1", self.text[start:end])
        parts.append(Part(SUB, quoted=quoted, nodes=self.reread(inner)))

    def _enclosed(self) -> list[Node]:
        """The commands up to the closing parenthesis, which is consumed."""
        self.limit.deeper()
        nodes = self.commands(")")
        self.pos += 1
        self.limit.shallower()
        return nodes

    def dollar(self, parts: Word, quoted: bool) -> None:
        following = self.at(1)
        if following == "(":
            if self.at(2) == "(" and self._sum(parts, 3, quoted):
                return
            self.pos += 2
            parts.append(Part(SUB, quoted=quoted, nodes=self._enclosed()))
        elif following == "{":
            self.pos += 2
            self._parameter(parts, quoted)
        elif following == "'" and not quoted:
            self._ansi(parts)
        elif following == '"' and not quoted:
            self.pos += 2
            self._double(parts)
        elif following == "[":
            end = self.text.find("]", self.pos)
            if end < 0:
                raise Unreadable("an expression is not closed")
            parts.append(Part(NUM, self.text[self.pos + 2 : end], quoted, nodes=[]))
            self.pos = end + 1
        else:
            match = _NAME.match(self.text, self.pos + 1)
            if match:
                self.pos = match.end()
                parts.append(Part(PAR, match.group(), quoted))
            else:
                self.pos += 1
                parts.append(Part(LIT, "$", True))

    def _sum(self, parts: Word, skip: int, quoted: bool) -> bool:
        from planweir.shell.sums import read_sum

        return read_sum(self, parts, skip, quoted)

    def arithmetic(self, skip: int) -> Part | None:
        """The expression that starts `skip` characters ahead and ends with `))`, or None if it is no such
        thing."""
        found: Word = []
        return found[0] if self._sum(found, skip, True) else None

    def _parameter(self, parts: Word, quoted: bool) -> None:
        """What stands behind `${`."""
        match = _BRACED.match(self.text, self.pos)
        if match is None:
            raise Unreadable("a parameter has no name")
        if match.group() == "#" and self.text[match.end() : match.end() + 1] != "}":
            self.pos = match.end()
            self._until_brace(quoted)
            parts.append(Part(NUM, "", quoted, nodes=[]))
            return
        self.pos = match.end()
        bang, name, index = match.groups()
        operator = _OPERATOR.match(self.text, self.pos)
        op = bang
        arg: Word | None = None
        if operator:
            op += operator.group()
            self.pos = operator.end()
        if self.at() != "}" or operator:
            self.limit.deeper()
            arg = self._until_brace(quoted and not _PATTERNED.match(op))
            self.limit.shallower()
        else:
            self.pos += 1
        parts.append(Part(PAR, name, quoted, op=op, arg=arg, index=index[1:-1] if index else None))

    def _until_brace(self, quoted: bool) -> Word:
        parts: Word = []
        while True:
            self.limit.tick()
            match = _IN_BRACE.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                parts.append(Part(LIT if quoted else RAW, match.group(), quoted))
            char = self.at()
            if char == "":
                raise Unreadable("a brace is not closed")
            if char == "}":
                self.pos += 1
                return parts
            if char == "'" and quoted:
                self.pos += 1
                parts.append(Part(LIT, "'", True))
            elif char == "\\" and quoted and self.at(1) not in ("$", "`", '"', "\\", "}", "\n"):
                self.pos += 1
                parts.append(Part(LIT, "\\", True))
            elif not self._special(parts):
                raise Unreadable("a parameter cannot be read")

    # -- here-documents ------------------------------------------------------------------------------------

    def newline(self) -> None:
        """Steps over a line's end and reads the bodies of the here-documents that were announced on that
        line."""
        self.pos += 1
        waiting, self.pending = self.pending, []
        if waiting:
            from planweir.shell.heredocs import read_body

            for heredoc in waiting:
                read_body(self, heredoc)
