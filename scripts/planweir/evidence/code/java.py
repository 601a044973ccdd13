"""Tests of Java: JUnit, TestNG, jqwik."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import child, field, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TESTS = frozenset("Test ParameterizedTest RepeatedTest TestFactory TestTemplate Property Example".split())
_OFF = frozenset(("Disabled", "Ignore"))
_CLASSES = ("class_declaration", "record_declaration", "enum_declaration", "interface_declaration")
_NOT_IMPLEMENTED = re.compile(r"(?i)not\s+(?:yet\s+)?implemented|unimplemented|\btodo\b|NotImplemented|implement\s+me")


def _call(node: Node) -> tuple[str, str] | None:
    if node.type != "method_invocation":
        return None
    owner = field(node, "object")
    if owner is None:
        return "", text(field(node, "name"))
    while owner is not None and owner.type in ("field_access", "method_invocation"):
        owner = field(owner, "field") or field(owner, "name")
    return text(owner) if owner is not None and owner.type in ("identifier", "this", "super") else "()", text(field(node, "name"))


def _special(node: Node, receiver: str, name: str) -> bool | None:
    if name == "then" and receiver:
        return True  # RestAssured, BDDAssertions
    del node
    return None


def marks_of(node: Node) -> dict[str, Node]:
    modifiers = child(node, "modifiers")
    return {
        text(field(one, "name")).rpartition(".")[2]: one
        for one in (modifiers.children if modifiers is not None else [])
        if one.type in ("annotation", "marker_annotation")
    }


def _methods(root: Node) -> Iterator[tuple[Node, str, str, Node | None]]:
    """(method, the classes around it, why these are skipped, the innermost of them)."""
    waiting: list[tuple[Node, str, str, Node | None]] = [(root, "", "", None)]
    while waiting:
        node, where, off, owner = waiting.pop()
        if node.type == "method_declaration":
            yield node, where, off, owner
            continue
        if node.type in _CLASSES:
            name = text(field(node, "name"))
            where, owner = (f"{where}.{name}" if where else name), node
            if _OFF & set(marks_of(node)):
                off = "skipped: its class is"
        waiting.extend((one, where, off, owner) for one in reversed(node.children))


def _cases(root: Node, path: str) -> Iterator[Case]:
    del path
    for node, where, off, owner in _methods(root):
        marks = marks_of(node)
        name = field(node, "name")
        old = owner is not None and "TestCase" in text(field(owner, "superclass")) and text(name).startswith("test")
        if not (_TESTS & set(marks) or old):
            continue
        for mark in sorted(_OFF & set(marks)):
            off = off or f"skipped: it is marked `@{mark}`"
        told = text(marks.get("Test"))
        if re.search(r"\benabled\s*=\s*false", told):
            off = off or "skipped: `enabled = false`"
        sure = int(bool(re.search(r"\b(?:expected|expectedExceptions|timeOut|timeout)\s*=", told)))
        sure += "TestFactory" in marks or "Property" in marks
        yield Case(text(name), where, node, field(node, "body"), off, sure, called=name)


def _statements(body: Node) -> list[Node]:
    return [one for one in body.named_children if one.type not in ("line_comment", "block_comment")]


def _skips(told: tuple[str, str], node: Node) -> bool:
    given = text(field(node, "arguments"))
    return (told[1] == "assumeTrue" and given == "(false)") or (told[1] == "assumeFalse" and given == "(true)") or told[1] == "abort"


def _functions(root: Node) -> Iterator[Func]:
    for node, where, _off, owner in _methods(root):
        body = field(node, "body")
        if body is None:
            continue
        name, mild = text(field(node, "name")), ""
        heir = owner is not None and (field(owner, "superclass") is not None or field(owner, "interfaces") is not None)
        if owner is None or owner.type == "interface_declaration" or re.search(r"(?i)noop|null|fake|stub|mock|dummy|adapter", where):
            mild = "exempt"
        elif owner.parent is not None and "abstract" in text(child(owner, "modifiers")):
            mild = "its class is abstract"
        elif "Override" in marks_of(node) or (heir and not _statements(body)):
            mild = "its base may want nothing here"
        if any(mark.startswith(("Before", "After", "Pointcut", "PostConstruct")) for mark in marks_of(node)):
            mild = "exempt"
        given = field(node, "parameters")
        yield Func(f"{where}.{name}" if where else name, node, body, bool(given is not None and given.named_child_count), mild)


def _unimplemented(row: Node) -> bool:
    if row.type != "throw_statement":
        return False
    said = text(row)
    if _NOT_IMPLEMENTED.search(said):
        return True
    # Without a word of its own: of collections that cannot be changed it is what an overridden method throws.
    method = row.parent.parent if row.parent is not None else None
    bare = "UnsupportedOperationException()" in said
    return bare and method is not None and method.type == "method_declaration" and "Override" not in marks_of(method)


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("argument_list",)),
    chain=frozenset(("method_invocation", "field_access")),
    literals=frozenset(
        """string_literal string_fragment multiline_string_fragment decimal_integer_literal hex_integer_literal
        decimal_floating_point_literal true false null_literal character_literal escape_sequence""".split()
    ),
    comments=frozenset(("line_comment", "block_comment")),
    collections=frozenset(("element_value_array_initializer", "array_initializer")),
    fails=frozenset(("throw_statement", "assert_statement")),
    leaves=frozenset(("return_statement", "throw_statement")),
    imports=frozenset(("import_declaration", "package_declaration")),
    identifiers=frozenset(("identifier", "type_identifier")),
    special=_special,
)
