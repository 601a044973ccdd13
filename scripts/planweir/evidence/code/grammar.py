"""What a syntax tree of tree-sitter says of tests and functions: the part that all languages share.

A language's module gives a `Grammar`: how its calls, tests, functions and comments look. Nothing here raises on a broken tree.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from functools import partial
from typing import NamedTuple

from planweir.evidence.code.model import (
    ALWAYS_TRUE,
    CONSTANT,
    EMPTY,
    NOT_IMPLEMENTED,
    NOTHING,
    ONLY_PASSES,
    RETURNS_NOTHING,
    Function,
    Read,
    Test,
    closure,
)
from planweir.evidence.code.trees import leaves, line, text, tokens, walk
from planweir.evidence.code.words import asserts, for_tests, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

Callee = tuple[str, str]  # receiver, name


class Case(NamedTuple):
    """A test as its language marks it. `body` is None where nothing would run."""

    name: str
    where: str
    node: Node
    body: Node | None
    skipped: str = ""
    marks: int = 0  # assertions that its marks make
    beside: tuple[Node, ...] = ()  # marks that stand beside it
    called: Node | None = None  # the node of its name


class Func(NamedTuple):
    """A function that has a body. `mild`: `exempt`, or why a stub of it may be right, or ""."""

    name: str
    node: Node
    body: Node
    given: bool
    mild: str = ""


def _none(_node: Node, _receiver: str, _name: str) -> bool | None:
    return None


def _nobody(_root: Node) -> frozenset[str]:
    return frozenset()


def _nothing_swallowed(_node: Node) -> Node | None:
    return None


class Grammar(NamedTuple):
    call: Callable[[Node], Callee | None]
    cases: Callable[[Node, str], Iterator[Case]]
    functions: Callable[[Node], Iterator[Func]]
    statements: Callable[[Node], list[Node]]
    unimplemented: Callable[[Node], bool]  # is this statement a stub's?
    skips: Callable[[Callee, Node], bool]
    arguments: frozenset[str]
    chain: frozenset[str]  # what a call is part of in `expect(x).to.be(y)`
    literals: frozenset[str]
    comments: frozenset[str]
    collections: frozenset[str]
    fails: frozenset[str]  # statements that fail the test that they stand in
    leaves: frozenset[str]  # statements after which nothing runs
    imports: frozenset[str]
    identifiers: frozenset[str]
    special: Callable[[Node, str, str], bool | None] = _none  # does this call assert, for certain?
    product: Callable[[Node], frozenset[str]] = _nobody
    swallowed: Callable[[Node], Node | None] = _nothing_swallowed  # what of a `try` can fail nothing
    chained: frozenset[str] = frozenset()  # assert nothing unless something follows them
    neutral: re.Pattern[str] = re.compile(r"(?!)")  # names that are as good as constants
    here: str = "imports"  # what the names of a test depend on: its file's imports, its folder, its file


def read(root: Node, path: str, rules: Grammar) -> Read:
    return _Reader(root, path, rules).read


_FAILS = frozenset("fail fails failed fatal throws raises raise unreachable error errors panic flunk".split())
_STATES = frozenset("assert asserts assertion assertions expect should require refute must wont".split())
# What the libraries define: a helper of one's own may well be given constants alone.
_PLAIN = re.compile(
    r"(?i)(?:expect|should|(?:debug_)?(?:assert|refute)_?(?:not)?_?"
    r"(?:true|false|eq|ne|equals?|equal|same|null|nil|none|not_?null|is|in|that|truthy|falsy|strict_?equals?|deep_?equals?)?)"
)
_TABLES = re.compile(r"(?i)case|values|inline|data|source|param|with|each")
_EXPLAINS = re.compile(r"(?i)\b(?:todo|fixme|xxx|hack|implement|stub|placeholder)\b")


class Body:
    """What some statements check: up to the first that leaves whatever happens."""

    def __init__(self, reader: _Reader, body: Node | None) -> None:
        self.reader = reader
        self.checks = self.trivial = 0
        self.calls: list[str] = []
        self.skipped = False
        statements = reader.rules.statements(body) if body is not None else []
        for row in statements:
            before = self.checks
            if not before and _skip_of(row, reader.rules):
                self.skipped = True
                break
            for node in self._live(row):
                self._look(node)
            if row.type in reader.rules.leaves and body is not None and len(statements) > 1:
                break

    def _live(self, row: Node) -> Iterator[Node]:
        waiting = [row]
        while waiting:
            node = waiting.pop()
            yield node
            lost = self.reader.rules.swallowed(node)
            waiting.extend(one for one in reversed(node.children) if lost is None or one.id != lost.id)

    def _look(self, node: Node) -> None:
        rules = self.reader.rules
        if node.type in rules.fails:
            self.checks += 1
            return
        told = rules.call(node)
        if told is None:
            return
        receiver, name = told
        sure = rules.special(node, receiver, name)
        if sure is None:
            sure = asserts(receiver, name, self.reader.product)
        if not sure:
            if sure is not None:
                self.calls.append(name)
            return
        top = _climb(node, rules)
        if name in rules.chained and not receiver and top.id == node.id:
            return
        plain = _PLAIN.fullmatch(name) or words(receiver) & _STATES
        if plain and not words(name) & _FAILS and _constant(top, receiver, rules):
            self.trivial += 1
        else:
            self.checks += 1


def _climb(node: Node, rules: Grammar) -> Node:
    """The whole of `expect(x).to.be(y)`, from the part that asserts."""
    while node.parent is not None and node.parent.type in rules.chain:
        node = node.parent
    return node


def _constant(top: Node, receiver: str, rules: Grammar) -> bool:
    """Is an assertion given nothing but constants, or one name twice?"""
    if receiver not in ("", "self", "this", "static", "chai", "()") and not words(receiver) & _STATES:
        return False  # what it is asked of is none: x.should.be(1)
    if receiver == "()" or "should" in words(receiver):  # what it is asked of stands before it
        if not _literal(next(leaves(top)), rules):
            return False
    args: list[Node] = []
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node.type in rules.arguments:
            args += [one for one in node.children if one.is_named and one.type not in rules.comments]
        else:
            waiting += reversed(node.children)
    args = [one for one in args if text(one) not in ("t", "b", "tb", "self")]
    if not args:
        first = next(leaves(top), None)
        return first is not None and first.type in rules.literals
    if all(_literal(one, rules) for one in args):
        return True
    return len(args) == 2 and args[0].type in rules.identifiers and text(args[0]) == text(args[1])


def _literal(node: Node, rules: Grammar) -> bool:
    return all(
        not leaf.is_named or leaf.type in rules.literals or bool(rules.neutral.fullmatch(text(leaf))) for leaf in leaves(node)
    )


def _skip_of(row: Node, rules: Grammar) -> bool:
    """Does a statement skip the test, whatever happens?"""
    node = row
    while node.type.endswith(("expression_statement", "await_expression", "return_statement")) and node.named_child_count:
        node = node.named_children[0]
    told = rules.call(node)
    return told is not None and rules.skips(told, node)


def _begins_within(spans: list[tuple[int, int]], node: Node) -> bool:
    """Does one of these sorted spans begin within a node?"""
    at = bisect_left(spans, (node.start_byte, 0))
    return at < len(spans) and spans[at][0] < node.end_byte


class _Reader:
    def __init__(self, root: Node, path: str, rules: Grammar) -> None:
        self.read = Read()
        self.root, self.path, self.rules = root, path, rules
        self.product = rules.product(root)
        self._contexts: dict[int, str] = {}
        cases = list(rules.cases(root, path))
        self.spans = sorted({(case.node.start_byte, case.node.end_byte) for case in cases})
        functions = list(rules.functions(root))
        self._helpers(functions)
        for case in cases:
            self._case(case)
        for function in functions:
            if not any(case.body is not None and case.body.id == function.body.id for case in cases):
                self._function(function)
        self._rest(functions)

    def _helpers(self, functions: list[Func]) -> None:
        inside: set[str] = set()
        calls: dict[str, set[str]] = {}
        for function in functions:
            if self.rules.here == "file" and not for_tests(f"{self.path} {function.name}"):
                continue  # Rust's tests stand beside what they test
            body = Body(self, function.body)
            name = re.split(r"\.|::", function.name)[-1]
            calls.setdefault(name, set()).update(body.calls)
            if body.checks or body.trivial:
                inside.add(name)
        self.read.asserting = closure(inside, calls)

    def _case(self, case: Case) -> None:
        body = Body(self, case.body)
        helped = sum(name in self.read.asserting for name in body.calls)
        nothing = case.body is None or not [one for one in self.rules.statements(case.body) if one.type not in self.rules.comments]
        skipped = case.skipped or ("skipped: it calls skip before it asserts anything" if body.skipped else "")
        if case.body is None and not skipped and not case.marks:
            skipped = "skipped: it has no body"
        cases = sum(self._elements(node) for part in (case.node, *case.beside) for node in walk(part))
        self.read.tests.append(
            Test(
                case.name,
                case.where,
                line(case.node),
                checks=body.checks + helped + case.marks,
                cases=cases,
                skipped=skipped,
                hollow=EMPTY if nothing else ALWAYS_TRUE if body.trivial else NOTHING,
                calls=body.calls,
                text=partial(self._text, case),
            )
        )

    def _elements(self, node: Node) -> int:
        if node.type not in self.rules.collections:
            return 0
        if node.type == "template_string":
            return text(node).count("\n")
        if node.type.startswith("attribute") and not _TABLES.search(text(node)):
            return 0
        return max(1, sum(one.is_named and one.type not in self.rules.comments for one in node.children))

    def _text(self, case: Case) -> str:
        name = (case.called.start_byte, case.called.end_byte) if case.called is not None else (-1, -1)
        parts = [tokens(part, self.rules.comments, name) for part in (*case.beside, case.node)]
        used = {text(leaf) for part in (*case.beside, case.node) for leaf in leaves(part) if leaf.type in self.rules.identifiers}
        node = case.node.parent
        while node is not None and node.parent is not None:
            parts.append(self._context(node))
            node = node.parent
        imported: list[str] = []
        for row in self.root.children:
            if row.type in self.rules.imports:
                words_ = {text(leaf) for leaf in leaves(row)}
                if words_ & used:
                    imported.append(tokens(row, self.rules.comments))
            elif not self._holds_case(row):
                named = next((text(leaf) for leaf in leaves(row) if leaf.type in self.rules.identifiers), "")
                if named in used:
                    parts.append(tokens(row, self.rules.comments))
        parts += sorted(imported)
        if self.rules.here == "file":
            parts.append(self.path)
        elif self.rules.here == "folder" or any("./" in row for row in imported):
            parts.append(os.path.dirname(self.path))
        return "\n".join(parts)

    def _holds_case(self, node: Node) -> bool:
        return _begins_within(self.spans, node)

    def _context(self, node: Node) -> str:
        """What else stands in a block that holds tests: what runs before each, fields, bases; not the tests."""
        if node.id not in self._contexts:
            inner = [one for one in node.children if one.is_named and not self._holds_case(one) and one.type not in self.rules.comments]
            self._contexts[node.id] = " ".join(tokens(one, self.rules.comments) for one in inner if one.type != "string")
        return self._contexts[node.id]

    def _function(self, function: Func) -> None:
        stub, mild = "", function.mild
        rows = self.rules.statements(function.body)
        real = [row for row in rows if row.type not in self.rules.comments]
        at = next((number for number, row in enumerate(real) if self.rules.unimplemented(row)), -1)
        if at >= 0:
            stub = NOT_IMPLEMENTED
            if any("return" in text(row) for row in real[:at]):
                mild = mild or "some of its cases are"
        elif not real:
            stub = ONLY_PASSES
            said = [text(one) for one in walk(function.body) if one.type in self.rules.comments]
            if said and not _EXPLAINS.search(" ".join(said)):
                mild = mild or "a comment in it says why"
        elif len(real) == 1 and real[0].type.startswith("return"):
            value = [one for one in leaves(real[0]) if text(one) not in ("return", ";", "")]
            if not value or [text(one) for one in value] in (["null"], ["nil"], ["undefined"], ["None"]):
                stub = RETURNS_NOTHING
            elif function.given and all(not one.is_named or one.type in self.rules.literals for one in value):
                stub = CONSTANT
            mild = mild or "a constant may be what is wanted"
        if stub and (function.mild == "exempt" or (stub in (CONSTANT, RETURNS_NOTHING) and function.mild)):
            stub = ""
        self.read.functions.append(Function(function.name, line(function.node), stub, mild))

    def _rest(self, functions: list[Func]) -> None:
        within = sorted([*self.spans, *((one.node.start_byte, one.node.end_byte) for one in functions)])
        spans = set(self.spans)
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            if node.parent is not None and (node.start_byte, node.end_byte) in spans:
                continue
            self.read.rows += self._elements(node)
            waiting += reversed(node.children)
        loose = Body(self, None)
        for row in self.root.children:
            if not _begins_within(within, row):
                for node in walk(row):
                    loose._look(node)
        self.read.loose = loose.checks
        self.read.names = frozenset(function.name for function in functions)
