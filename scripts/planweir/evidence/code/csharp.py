"""Tests of C#: xUnit, NUnit, MSTest, TUnit."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import child, field, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TESTS = re.compile(r"(?:\w*Fact|\w*Theory|Test|TestCase\w*|\w*TestMethod|Property|Combinatorial)(?:Attribute)?")
_OFF = frozenset(("Ignore", "Explicit"))
_NOT_IMPLEMENTED = re.compile(r"NotImplementedException|(?i:not\s+(?:yet\s+)?implemented|\btodo\b)")
_CLASSES = ("class_declaration", "struct_declaration", "record_declaration", "interface_declaration")


def _call(node: Node) -> tuple[str, str] | None:
    if node.type != "invocation_expression":
        return None
    called = field(node, "function")
    if called is None:
        return None
    if called.type == "conditional_access_expression":
        called = called.named_children[-1]
    if called.type in ("member_access_expression", "member_binding_expression"):
        owner = field(called, "expression")
        if owner is not None and owner.type == "member_access_expression":
            owner = field(owner, "name")
        known = owner is not None and owner.type in ("identifier", "this", "base", "this_expression")
        return text(owner) if known else "()", _bare(field(called, "name"))
    return "", _bare(called)


def _bare(node: Node | None) -> str:
    return text(node).partition("<")[0]


def _special(node: Node, receiver: str, name: str) -> bool | None:
    del node
    if receiver in ("Assert", "CollectionAssert", "StringAssert", "Check", "FileAssert"):
        return name not in ("Inconclusive", "Ignore", "Multiple", "Pass")
    return True if name in ("Received", "DidNotReceive", "Should", "VerifyAll", "VerifyNoOtherCalls") else None


def _marks(node: Node) -> dict[str, Node]:
    return {
        text(field(one, "name")).rpartition(".")[2]: one
        for row in node.children
        if row.type == "attribute_list"
        for one in row.named_children
        if one.type == "attribute"
    }


def _methods(root: Node) -> Iterator[tuple[Node, str, str, Node | None]]:
    waiting: list[tuple[Node, str, str, Node | None]] = [(root, "", "", None)]
    while waiting:
        node, where, off, owner = waiting.pop()
        if node.type == "method_declaration":
            yield node, where, off, owner
            continue
        if node.type in _CLASSES:
            name = text(field(node, "name"))
            where, owner = (f"{where}.{name}" if where else name), node
            if _OFF & set(_marks(node)):
                off = "skipped: its class is"
        waiting.extend((one, where, off, owner) for one in reversed(node.children))


def _cases(root: Node, path: str) -> Iterator[Case]:
    del path
    for node, where, off, _owner in _methods(root):
        marks = _marks(node)
        if not any(_TESTS.fullmatch(mark) for mark in marks):
            continue
        for mark, one in marks.items():
            if mark in _OFF:
                off = off or f"skipped: it is marked `[{mark}]`"
            if re.search(r"\b(?:Skip|Ignore)\s*=\s*\"", text(one)):
                off = off or f"skipped: `[{mark}(Skip = …)]`"
        name = field(node, "name")
        told = " ".join(text(one) for one in marks.values())
        sure = int("ExpectedException" in told or "ExpectedResult" in told or "Property" in marks)
        yield Case(text(name), where, node, field(node, "body"), off, sure, called=name)


def _statements(body: Node) -> list[Node]:
    return [one for one in body.named_children if one.type != "comment"]


def _skips(told: tuple[str, str], node: Node) -> bool:
    receiver, name = told
    given = text(field(node, "arguments"))
    return (receiver == "Assert" and name in ("Ignore", "Inconclusive")) or (receiver == "Skip" and given.startswith("(true"))


def _functions(root: Node) -> Iterator[Func]:
    for node, where, _off, owner in _methods(root):
        body = field(node, "body")
        if body is None:
            continue
        name, mild = text(field(node, "name")), ""
        modifiers = {text(one) for one in node.children if one.type == "modifier"}
        if owner is None or owner.type == "interface_declaration" or re.search(r"(?i)noop|null|fake|stub|mock|dummy", where):
            mild = "exempt"
        elif modifiers & {"override", "virtual", "partial"}:
            mild = "its base, or a class below it, may want nothing here"
        elif child(owner, "base_list") is not None and not _statements(body):
            mild = "its base may want nothing here"
        if {"SetUp", "TearDown", "TestInitialize", "TestCleanup"} & set(_marks(node)) or name == "Dispose":
            mild = "exempt"
        given = field(node, "parameters")
        yield Func(f"{where}.{name}" if where else name, node, body, bool(given is not None and given.named_child_count), mild)


def _unimplemented(row: Node) -> bool:
    return row.type in ("throw_statement", "throw_expression") and bool(_NOT_IMPLEMENTED.search(text(row)))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("argument_list",)),
    chain=frozenset(("member_access_expression", "invocation_expression", "await_expression")),
    literals=frozenset(
        """string_literal string_literal_content verbatim_string_literal integer_literal real_literal boolean_literal
        null_literal character_literal character_literal_content escape_sequence""".split()
    ),
    comments=frozenset(("comment",)),
    collections=frozenset(("initializer_expression", "collection_expression", "attribute")),
    fails=frozenset(("throw_statement", "throw_expression")),
    leaves=frozenset(("return_statement", "throw_statement")),
    imports=frozenset(("using_directive",)),
    identifiers=frozenset(("identifier",)),
    special=_special,
)
