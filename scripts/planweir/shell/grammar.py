"""The grammar: from a text to the tree of nodes.py. Broken or too dear input raises Unreadable."""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import Unreadable
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Pipeline, Simple, Test
from planweir.shell.redirections import redirection, skip_blanks
from planweir.shell.words import ARR, RAW, Part, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.words import Word

_RESERVED = pattern(
    r"(?:if|then|elif|else|fi|while|until|for|select|do|done|case|esac|function|coproc|time|\[\[|[{}!])(?=[\s;&|()<>]|\Z)"
)
_ASSIGNMENT = pattern(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?(\+?)=", re.A)
_NAME = pattern(r"[A-Za-z_]\w*", re.A)
_CALL = pattern(r"[ \t]*\([ \t]*\)")
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
        nodes = Parser(text, self.limit).program()
        self.limit.shallower()
        return nodes

    # -- lists ---------------------------------------------------------------------------------------------

    def commands(self, closer: str, ends: frozenset[str] = frozenset()) -> list[Node]:
        """Commands up to `closer` or one of the reserved words in `ends` (";;": a case branch's end), left
        standing."""
        nodes: list[Node] = []
        while True:
            self._space()
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
            reserved = self._reserved()
            if reserved in ends:
                return nodes
            if reserved in _ENDS:
                raise Unreadable(f"an unexpected {reserved}")
            start = self.pos
            nodes.append(self._and_or())
            if self.pos == start:
                raise Unreadable("an unexpected " + self.at())

    def _space(self) -> None:
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

    def _reserved(self) -> str:
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
            self._space()
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
            word = self._reserved()
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
        commands = [self._command()]
        while True:
            skip_blanks(self)
            if self.at() != "|" or self.at(1) == "|":
                break
            self.pos += 2 if self.at(1) == "&" else 1
            self._space()
            commands.append(self._command())
        return commands[0] if len(commands) == 1 and not negated else Pipeline(commands, negated)

    # -- commands ------------------------------------------------------------------------------------------

    def _command(self) -> Node:
        self.limit.tick()
        node = self._compound()
        if node is None:
            return self._simple()
        while True:
            skip_blanks(self)
            found = redirection(self)
            if found is None:
                return node
            node.redirections.append(found)

    def _compound(self) -> Node | None:
        char = self.at()
        if char == "(":
            if self.at(1) == "(":
                part = self.arithmetic(2)
                if part is not None:
                    return Test([[part]])
            self.pos += 1
            return Group(self._enclosed(), True)
        word = self._reserved()
        if not word or word in ("time", "!"):
            return None
        self.limit.deeper()
        self.pos += len(word)
        node = self._reserved_command(word)
        self.limit.shallower()
        return node

    def _reserved_command(self, word: str) -> Node:
        if word == "{":
            return Group(self._body("}"), False)
        if word == "[[":
            return self._test()
        if word == "if":
            return self._if()
        if word in ("while", "until"):
            return Loop(self._body("do"), self._body("done"))
        if word in ("for", "select"):
            return self._for()
        if word == "case":
            return self._case()
        if word == "function":
            skip_blanks(self)
            name = self._text_of(self.word())
            call = _CALL.match(self.text, self.pos)
            if call:
                self.pos = call.end()
            return self._function(name)
        if word == "coproc":
            return self._coproc()
        raise Unreadable(f"an unexpected {word}")

    def _body(self, end: str) -> list[Node]:
        nodes = self.commands("", frozenset((end,)))
        self.pos += len(end)
        return nodes

    def _if(self) -> Node:
        heads: list[list[Node]] = []
        bodies: list[list[Node]] = []
        ends = frozenset(("elif", "else", "fi"))
        while True:
            heads.append(self._body("then"))
            bodies.append(self.commands("", ends))
            word = self._reserved()
            self.pos += len(word)
            if word == "else":
                bodies.append(self._body("fi"))
            if word != "elif":
                return Branches(heads, bodies)

    def _for(self) -> Node:
        skip_blanks(self)
        if self.text.startswith("((", self.pos):
            part = self.arithmetic(2)
            if part is None:
                raise Unreadable("a for without its expressions")
            self._space()
            if self.at() == ";":
                self.pos += 1
                self._space()
            return Loop([_lone([part])], self._do())
        match = _NAME.match(self.text, self.pos)
        if match is None:
            raise Unreadable("a for without a name")
        self.pos = match.end()
        self._space()
        words: list[Word] | None = None
        if re.compile(r"in(?=[\s;])").match(self.text, self.pos):
            self.pos += 2
            words = []
            while True:
                skip_blanks(self)
                if self.at() == "#":
                    break
                word = self.word()
                if not word:
                    break
                words.append(word)
        self._space()
        if self.at() == ";":
            self.pos += 1
        self._space()
        return Loop([], self._do(), match.group(), words)

    def _do(self) -> list[Node]:
        word = self._reserved()
        if word not in ("do", "{"):
            raise Unreadable("a for without do")
        self.pos += len(word)
        return self._body("done" if word == "do" else "}")

    def _case(self) -> Node:
        skip_blanks(self)
        word = self.word()
        self._space()
        if not self.text.startswith("in", self.pos):
            raise Unreadable("a case without in")
        self.pos += 2
        bodies: list[list[Node]] = []
        falls: set[int] = set()
        ends = frozenset((";;", "esac"))
        while True:
            self._space()
            if self._reserved() == "esac":
                self.pos += 4
                node = Branches([], bodies, word)
                node.falls = falls
                return node
            if self.at() == "(":
                self.pos += 1
            while True:
                self._space()
                if not self.word():
                    raise Unreadable("a case without a pattern")
                self._space()
                if self.at() != "|":
                    break
                self.pos += 1
            if self.at() != ")":
                raise Unreadable("a case pattern is not closed")
            self.pos += 1
            bodies.append(self.commands("", ends))
            if self.at() == ";":
                if self.text.startswith((";&", ";;&"), self.pos):
                    falls.add(len(bodies) - 1)
                self.pos += 3 if self.text.startswith(";;&", self.pos) else 2

    def _test(self) -> Node:
        words: list[Word] = []
        while True:
            self._space()
            word = self.word(test=True)
            if not word:
                raise Unreadable("a [[ is not closed")
            if len(word) == 1 and word[0].kind == RAW and word[0].text in ("]]", "]];"):
                if word[0].text == "]];":
                    self.pos -= 1
                return Test(words)
            if len(word) == 1 and word[0].kind == RAW and re.match(r"\]\][;&|)]", word[0].text):
                self.pos -= len(word[0].text) - 2
                return Test(words)
            words.append(word)

    def _coproc(self) -> Node:
        skip_blanks(self)
        match = re.compile(r"[A-Za-z_]\w*(?=[ \t]+(?:[{(]|while|until|for|if|case))").match(
            self.text, self.pos
        )
        if match:
            self.pos = match.end()
            skip_blanks(self)
        node = AndOr([("", self._command())])
        node.background = True
        return node

    def _function(self, name: str) -> Node:
        self._space()
        body = self._compound()
        if body is None:
            raise Unreadable("a function without a body")
        while True:  # redirections behind it are the body's: they are opened when it is called
            skip_blanks(self)
            found = redirection(self)
            if found is None:
                break
            body.redirections.append(found)
        return Function(name, body)

    def _text_of(self, word: Word) -> str:
        if not word or any(part.kind not in (RAW, "lit") for part in word):
            raise Unreadable("a name cannot be read")
        return "".join(part.text for part in word)

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
                call = _CALL.match(self.text, self.pos)
                if call and first.kind == RAW:
                    self.pos = call.end()
                    return self._function(first.text)
            node.words.append(word)
        return node

    def _array(self) -> list[Word]:
        self.pos += 1
        words: list[Word] = []
        while True:
            self._space()
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


def _lone(word: Word) -> Node:
    return Test([word])
