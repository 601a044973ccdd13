"""The grammar of what begins with a reserved word: if, for, while, case, [[, functions, coprocesses."""

from __future__ import annotations

import re

from planweir.shell.grammar import CALL
from planweir.shell.lazy import pattern
from planweir.shell.limits import Unreadable
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Test
from planweir.shell.redirections import redirection, skip_blanks
from planweir.shell.words import RAW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.grammar import Parser
    from planweir.shell.words import Word

_NAME = pattern(r"[A-Za-z_]\w*", re.A)


def compound(parser: Parser, word: str) -> Node:
    """The command that a reserved word opens, which has just been read."""
    if word == "{":
        return Group(_body(parser, "}"), False)
    if word == "[[":
        return _test(parser)
    if word == "if":
        return _if(parser)
    if word in ("while", "until"):
        return Loop(_body(parser, "do"), _body(parser, "done"))
    if word in ("for", "select"):
        return _for(parser)
    if word == "case":
        return _case(parser)
    if word == "function":
        skip_blanks(parser)
        name = _text_of(parser.word())
        call = CALL.match(parser.text, parser.pos)
        if call:
            parser.pos = call.end()
        return function(parser, name)
    if word == "coproc":
        return _coproc(parser)
    raise Unreadable(f"an unexpected {word}")


def _if(parser: Parser) -> Node:
    heads: list[list[Node]] = []
    bodies: list[list[Node]] = []
    ends = frozenset(("elif", "else", "fi"))
    while True:
        heads.append(_body(parser, "then"))
        bodies.append(parser.commands("", ends))
        word = parser.reserved()
        parser.pos += len(word)
        if word == "else":
            bodies.append(_body(parser, "fi"))
        if word != "elif":
            return Branches(heads, bodies)


def _for(parser: Parser) -> Node:
    skip_blanks(parser)
    if parser.text.startswith("((", parser.pos):
        part = parser.arithmetic(2)
        if part is None:
            raise Unreadable("a for without its expressions")
        parser.space()
        if parser.at() == ";":
            parser.pos += 1
            parser.space()
        return Loop([_lone([part])], _do(parser))
    match = _NAME.match(parser.text, parser.pos)
    if match is None:
        raise Unreadable("a for without a name")
    parser.pos = match.end()
    parser.space()
    words: list[Word] | None = None
    if re.compile(r"in(?=[\s;])").match(parser.text, parser.pos):
        parser.pos += 2
        words = []
        while True:
            skip_blanks(parser)
            if parser.at() == "#":
                break
            word = parser.word()
            if not word:
                break
            words.append(word)
    parser.space()
    if parser.at() == ";":
        parser.pos += 1
    parser.space()
    return Loop([], _do(parser), match.group(), words)


def _do(parser: Parser) -> list[Node]:
    word = parser.reserved()
    if word not in ("do", "{"):
        raise Unreadable("a for without do")
    parser.pos += len(word)
    return _body(parser, "done" if word == "do" else "}")


def _case(parser: Parser) -> Node:
    skip_blanks(parser)
    word = parser.word()
    parser.space()
    if not parser.text.startswith("in", parser.pos):
        raise Unreadable("a case without in")
    parser.pos += 2
    bodies: list[list[Node]] = []
    falls: set[int] = set()
    ends = frozenset((";;", "esac"))
    while True:
        parser.space()
        if parser.reserved() == "esac":
            parser.pos += 4
            node = Branches([], bodies, word)
            node.falls = falls
            return node
        if parser.at() == "(":
            parser.pos += 1
        while True:
            parser.space()
            if not parser.word():
                raise Unreadable("a case without a pattern")
            parser.space()
            if parser.at() != "|":
                break
            parser.pos += 1
        if parser.at() != ")":
            raise Unreadable("a case pattern is not closed")
        parser.pos += 1
        bodies.append(parser.commands("", ends))
        if parser.at() == ";":
            if parser.text.startswith((";&", ";;&"), parser.pos):
                falls.add(len(bodies) - 1)
            parser.pos += 3 if parser.text.startswith(";;&", parser.pos) else 2


def _test(parser: Parser) -> Node:
    words: list[Word] = []
    while True:
        parser.space()
        word = parser.word(test=True)
        if not word:
            raise Unreadable("a [[ is not closed")
        if len(word) == 1 and word[0].kind == RAW and word[0].text in ("]]", "]];"):
            if word[0].text == "]];":
                parser.pos -= 1
            return Test(words)
        if len(word) == 1 and word[0].kind == RAW and re.match(r"\]\][;&|)]", word[0].text):
            parser.pos -= len(word[0].text) - 2
            return Test(words)
        words.append(word)


def _coproc(parser: Parser) -> Node:
    skip_blanks(parser)
    match = re.compile(r"[A-Za-z_]\w*(?=[ \t]+(?:[{(]|while|until|for|if|case))").match(
        parser.text, parser.pos
    )
    if match:
        parser.pos = match.end()
        skip_blanks(parser)
    node = AndOr([("", parser.command())])
    node.background = True
    return node


def function(parser: Parser, name: str) -> Node:
    """A function's body, behind its name."""
    parser.space()
    body = parser.compound()
    if body is None:
        raise Unreadable("a function without a body")
    while True:  # redirections behind it are the body's: they are opened when it is called
        skip_blanks(parser)
        found = redirection(parser)
        if found is None:
            break
        body.redirections.append(found)
    return Function(name, body)


def _text_of(word: Word) -> str:
    if not word or any(part.kind not in (RAW, "lit") for part in word):
        raise Unreadable("a name cannot be read")
    return "".join(part.text for part in word)


def _body(parser: Parser, end: str) -> list[Node]:
    nodes = parser.commands("", frozenset((end,)))
    parser.pos += len(end)
    return nodes


def _lone(word: Word) -> Node:
    return Test([word])
