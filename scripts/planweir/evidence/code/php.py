"""Tests of PHP: PHPUnit, Pest."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import child, field, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_CALLS = ("function_call_expression", "member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression")
_FUNCTIONS = ("anonymous_function", "anonymous_function_creation_expression", "arrow_function")
_SKIPS = ("markTestSkipped", "markTestIncomplete")
_CLASSES = ("class_declaration", "trait_declaration", "enum_declaration", "interface_declaration", "anonymous_class")


def _call(node: Node) -> tuple[str, str] | None:
    if node.type == "function_call_expression":
        called = field(node, "function")
        return "", text(called).rpartition("\\")[2] if called is not None and called.type in ("name", "qualified_name") else "()"
    if node.type not in _CALLS:
        return None
    owner = field(node, "object") or field(node, "scope")
    if owner is None:
        return None
    if owner.type in ("variable_name", "relative_scope", "name", "qualified_name"):
        return text(owner).lstrip("$").rpartition("\\")[2], text(field(node, "name"))
    return "()", text(field(node, "name"))


def _special(node: Node, receiver: str, name: str) -> bool | None:
    del node, receiver
    if name.startswith("expect") or name in ("addToAssertionCount", "expects", "shouldReceive"):
        return True
    return None


def _cases(root: Node, path: str) -> Iterator[Case]:
    del path
    waiting: list[tuple[Node, str, str]] = [(root, "", "")]
    while waiting:
        node, where, off = waiting.pop()
        if node.type == "method_declaration":
            case = _method(node, where)
            if case is not None:
                yield case
        elif node.type == "function_call_expression" and text(field(node, "function")) in ("it", "test"):
            case = _pest(node, where, off)
            if case is not None:
                yield case
        elif node.type == "function_call_expression" and text(field(node, "function")) == "describe":
            given = _arguments(node)
            where = f"{where} > {text(given[0])[1:-1]}" if given else where
            off = off or _chained(node)
        elif node.type in _CLASSES:
            where = text(field(node, "name"))
        waiting.extend((one, where, off) for one in reversed(node.children))


def _method(node: Node, where: str) -> Case | None:
    name = field(node, "name")
    said = _comment_before(node)
    marks = " ".join(text(one) for one in node.children if one.type == "attribute_list")
    body = field(node, "body")
    if body is None or not (
        (text(name).startswith("test") and where.endswith(("Test", "TestCase", "Tests"))) or re.search(r"@test\b", said) or re.search(r"\bTest\b", marks)
    ):
        return None
    sure = int("expectedException" in said or "DoesNotPerformAssertions" in marks or "doesNotPerformAssertions" in said)
    return Case(text(name), where, node, body, "", sure, called=name)


def _comment_before(node: Node) -> str:
    before = node.prev_sibling
    return text(before) if before is not None and before.type == "comment" else ""


def _pest(node: Node, where: str, off: str) -> Case | None:
    given = _arguments(node)
    if not given:
        return None
    body = next((one for one in given if one.type in _FUNCTIONS), None)
    if body is None and given[0].type not in ("string", "encapsed_string"):
        return None
    why = off or _chained(node)
    sure = 0
    top = node
    while top.parent is not None and top.parent.type == "member_call_expression":
        top = top.parent
        sure += text(field(top, "name")) in ("throws", "expect")
    name = text(given[0])[1:-1]
    return Case(name, where, top, body, why, sure, called=given[0])


def _chained(node: Node) -> str:
    up = node.parent
    while up is not None and up.type == "member_call_expression":
        mark = text(field(up, "name"))
        given = _arguments(up)
        if mark in ("skip", "todo") and (not given or given[0].type in ("string", "encapsed_string") or text(given[0]) == "true"):
            return f"skipped: `{mark}()`"
        up = up.parent
    return ""


def _arguments(node: Node) -> list[Node]:
    given = field(node, "arguments")
    return [one.named_children[-1] for one in given.named_children if one.type == "argument" and one.named_children] if given is not None else []


def _statements(body: Node) -> list[Node]:
    inner = field(body, "body") if body.type in _FUNCTIONS else body
    if inner is None:
        return []
    if inner.type == "compound_statement":
        return [one for one in inner.named_children if one.type != "comment"]
    return [inner]


def _skips(told: tuple[str, str], node: Node) -> bool:
    del node
    return told[1] in _SKIPS


def _functions(root: Node) -> Iterator[Func]:
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, owner = waiting.pop()
        body = field(node, "body")
        if node.type in ("method_declaration", "function_definition") and body is not None:
            name = text(field(node, "name"))
            where = text(field(owner, "name")) if owner is not None else ""
            mild = ""
            if name.startswith("__") or re.search(r"(?i)noop|null|fake|stub|mock|dummy", where + name) or name in ("setUp", "tearDown", "up", "down", "boot", "register"):
                mild = "exempt"
            elif owner is not None and (child(owner, "base_clause", "class_interface_clause") is not None or owner.type == "trait_declaration"):
                heir = owner.type != "trait_declaration"
                mild = "its base may want nothing here" if not heir or not _statements(body) else ""
            given = field(node, "parameters")
            yield Func(f"{where}::{name}" if where else name, node, body, bool(given is not None and given.named_child_count), mild)
        waiting.extend((one, node if node.type in _CLASSES else owner) for one in reversed(node.children))


def _unimplemented(row: Node) -> bool:
    if not any(one.type in ("throw_expression", "throw_statement") for one in [row, *row.children]):
        return False
    return bool(re.search(r"(?i)not\s+(?:yet\s+)?implemented|\btodo\b|NotImplemented", text(row)))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("arguments",)),
    chain=frozenset(_CALLS),
    literals=frozenset("string encapsed_string string_content integer float boolean null escape_sequence".split()),
    comments=frozenset(("comment",)),
    collections=frozenset(("array_creation_expression", "attribute")),
    fails=frozenset(("throw_expression", "throw_statement")),
    leaves=frozenset(("return_statement",)),
    imports=frozenset(("namespace_use_declaration", "namespace_definition")),
    identifiers=frozenset(("name", "variable_name")),
    special=_special,
)

