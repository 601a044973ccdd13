"""The grammar: from a text to the tree of nodes.py. Broken or too dear input raises Unreadable.

Lists, pipelines and simple commands; what a reserved word begins is read in compounds.py.
"""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import Unreadable
from planweir.shell.nodes import AndOr, Group, Node, Pipeline, Simple, Test
from planweir.shell.redirections import redirection, skip_blanks
from planweir.shell.words import ARR, RAW, Part, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.words import Word

_RESERVED = pattern(
    r"(?:if|then|elif|else|fi|while|until|for|select|do|done|case|esac|function|coproc|time|\[\[|[{}!])(?=[\s;&|()<>]|\Z)"
)
_ASSIGNMENT = pattern(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?(\+?)=", re.A)
CALL = pattern(r"[ \t]*\([ \t]*\)")
DECLARES = ("declare", "typeset", "local", "export", "readonly")
_ENDS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))


class Parser(Reader):
    """One text, read by recursive descent."""

    __slots__ = ()

    def program(self) -> list[Node]:
        """The whole text."""
        nodes = self.commands("")
        if self.pos < self.size:
            raise Unreadable("it does not end where it should")
        if self.pending:  # announced on the last line: the bodies are empty
            self.pending = []
        return nodes

    def reread(self, text: str) -> list[Node]:
        self.limit.deeper()
        nodes = type(self)(text, self.limit).program()
        self.limit.shallower()
        return nodes

    # -- lists ---------------------------------------------------------------------------------------------

    def commands(self, closer: str, ends: frozenset[str] = frozenset()) -> list[Node]:
        """Commands up to `closer` or one of the reserved words in `ends` (";;": a case branch's end), left
        standing."""
        nodes: list[Node] = []
        while True:
            self.space()
            char = self.at()
            if char == "":
                if closer or ends:
                    raise Unreadable("something is not closed")
                return nodes
            if char == ")":
                if closer == ")":
                    return nodes
                raise Unreadable("a parenthesis is closed that was not opened")
            if char == ";":
                if self.text[self.pos + 1 : self.pos + 2] in (";", "&"):
                    if ";;" in ends:
                        return nodes
                    raise Unreadable("a ;; without a case")
                self.pos += 1
                continue
            reserved = self.reserved()
            if reserved in ends:
                return nodes
            if reserved in _ENDS:
                raise Unreadable(f"an unexpected {reserved}")
            start = self.pos
            nodes.append(self._and_or())
            if self.pos == start:
                raise Unreadable("an unexpected " + self.at())

    def space(self) -> None:
        """Blanks, comments, line ends."""
        while True:
            self.limit.tick()
            skip_blanks(self)
            char = self.at()
            if char == "#":
                end = self.text.find("\n", self.pos)
                self.pos = self.size if end < 0 else end
            elif char == "\n":
                self.newline()
            else:
                return

    def reserved(self) -> str:
        """The reserved word at the position, "" for none; it is left standing."""
        match = _RESERVED.match(self.text, self.pos)
        return match.group() if match else ""

    def _and_or(self) -> Node:
        items: list[tuple[str, Node]] = [("", self._pipeline())]
        while True:
            skip_blanks(self)
            op = self.text[self.pos : self.pos + 2]
            if op not in ("&&", "||"):
                break
            self.pos += 2
            self.space()
            items.append((op, self._pipeline()))
        node = AndOr(items)
        if op[:1] == "&" and op != "&>":
            self.pos += 1
            node.background = True
        return node

    def _pipeline(self) -> Node:
        negated = False
        while True:
            skip_blanks(self)
            word = self.reserved()
            if word == "!":
                negated = not negated
                self.pos += 1
            elif word == "time":
                self.pos += 4
                skip_blanks(self)
                if self.text.startswith("-p", self.pos):
                    self.pos += 2
            else:
                break
        commands = [self.command()]
        while True:
            skip_blanks(self)
            if self.at() != "|" or self.at(1) == "|":
                break
            self.pos += 2 if self.at(1) == "&" else 1
            self.space()
            commands.append(self.command())
        return commands[0] if len(commands) == 1 and not negated else Pipeline(commands, negated)

    # -- commands ------------------------------------------------------------------------------------------

    def command(self) -> Node:
        """One command of a pipeline, with the redirections behind it."""
        self.limit.tick()
        node = self.compound()
        if node is None:
            return self._simple()
        while True:
            skip_blanks(self)
            found = redirection(self)
            if found is None:
                return node
            node.redirections.append(found)

    def compound(self) -> Node | None:
        """A command that begins with a parenthesis or a reserved word, None where none does."""
        char = self.at()
        if char == "(":
            if self.at(1) == "(":
                part = self.arithmetic(2)
                if part is not None:
                    return Test([[part]])
            self.pos += 1
            return Group(self._enclosed(), True)
        word = self.reserved()
        if not word or word in ("time", "!"):
            return None
        self.limit.deeper()
        self.pos += len(word)
        from planweir.shell.compounds import compound

        node = compound(self, word)
        self.limit.shallower()
        return node

    def _simple(self) -> Node:
        node = Simple()
        while True:
            self.limit.tick()
            skip_blanks(self)
            if self.at() == "#":
                break
            found = redirection(self)
            if found is not None:
                node.redirections.append(found)
                continue
            start = self.pos
            word = self.word()
            if not word:
                break
            first = word[0]
            match = _ASSIGNMENT.match(first.text) if first.kind == RAW else None
            if match and self.at() == "(" and self.text[start : self.pos] == match.group():
                declares = bool(node.words) and plain_word(node.words[0]) in DECLARES
                if declares or not node.words:
                    value: Word = [Part(ARR, words=self._array())]
                    node.assignments.append((match.group(1), bool(match.group(2)), value))
                    continue
            if match and not node.words:
                rest: Word = [Part(RAW, first.text[match.end() :]), *word[1:]]
                indexed = "[" in match.group()
                node.assignments.append(
                    (
                        match.group(1),
                        bool(match.group(2)) or indexed,
                        [Part("sub", nodes=[])] if indexed else rest,
                    )
                )
                if (
                    indexed
                ):  # one element of an array: the whole is no longer known, its value is still run through
                    node.assignments.append(("_", False, rest))
                continue
            if not node.words and not node.assignments and len(word) == 1:
                call = CALL.match(self.text, self.pos)
                if call and first.kind == RAW:
                    self.pos = call.end()
                    from planweir.shell.compounds import function

                    return function(self, first.text)
            node.words.append(word)
        return node

    def _array(self) -> list[Word]:
        self.pos += 1
        words: list[Word] = []
        while True:
            self.space()
            if self.at() == ")":
                self.pos += 1
                return words
            word = self.word()
            if not word:
                raise Unreadable("an array is not closed")
            words.append(word)


def plain_word(word: Word) -> str:
    """The text of a word without quotes or expansions, else ""."""
    return word[0].text if len(word) == 1 and word[0].kind == RAW else ""


def assigns(word: Word) -> bool:
    """Whether the word has the shape NAME=…"""
    return bool(word) and word[0].kind == RAW and _ASSIGNMENT.match(word[0].text) is not None
