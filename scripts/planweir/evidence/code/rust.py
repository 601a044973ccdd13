"""Tests of Rust."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import child, field, text, walk
from planweir.evidence.code.words import asserts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_MARK = re.compile(r"#\[\s*(?:[\w:]+::)?(?:test|rstest|test_case|wasm_bindgen_test|quickcheck|test_log|proptest|case)\b")
_IGNORED = re.compile(r"#\[\s*ignore\b|#\[\s*cfg\(\s*any\(\s*\)\s*\)")
# Of Result and Option: they end the test where what was wanted did not come.
_UNWRAPS = frozenset("unwrap expect unwrap_err expect_err unwrap_none".split())
_PANICS = frozenset("panic unreachable compile_error".split())


def _call(node: Node) -> tuple[str, str] | None:
    if node.type == "macro_invocation":
        return "", text(field(node, "macro")).rpartition("::")[2]
    if node.type != "call_expression":
        return None
    called = field(node, "function")
    if called is not None and called.type == "generic_function":
        called = field(called, "function")
    if called is None:
        return None
    if called.type == "field_expression":
        owner = field(called, "value")
        return text(owner) if owner is not None and owner.type in ("identifier", "self") else "()", text(field(called, "field"))
    if called.type == "scoped_identifier":
        return text(field(called, "path")).rpartition("::")[2], text(field(called, "name"))
    return "", text(called) if called.type == "identifier" else "()"


def _special(node: Node, receiver: str, name: str) -> bool | None:
    if name in _UNWRAPS and receiver:
        return True
    if node.type == "macro_invocation":
        return name in _PANICS or asserts("", name) or name in ("proptest", "compare", "matches_snapshot")
    return None


def _items(root: Node) -> Iterator[tuple[Node, list[Node], str, bool]]:
    """(function, the attributes before it, the modules and types around it, whether these implement a trait)."""
    waiting: list[tuple[Node, str, bool, str]] = [(root, "", False, "")]
    while waiting:
        node, where, trait, _off = waiting.pop()
        before: list[Node] = []
        for one in node.children:
            if one.type == "attribute_item":
                before.append(one)
            elif one.type in ("line_comment", "block_comment"):
                continue
            else:
                if one.type == "function_item":
                    yield one, before, where, trait
                elif one.type in ("mod_item", "impl_item", "trait_item"):
                    inner = text(field(one, "name") or field(one, "type"))
                    body = field(one, "body")
                    if body is not None:
                        named = f"{where}::{inner}" if where else inner
                        waiting.append((body, named, one.type == "trait_item" or field(one, "trait") is not None, ""))
                elif one.type in ("macro_invocation", "expression_statement") and "proptest!" in text(one)[:40]:
                    pass  # tests in a macro's text are no items
                before = []


def _cases(root: Node, path: str) -> Iterator[Case]:
    del path
    for node, marks, where, _trait in _items(root):
        told = [text(mark) for mark in marks]
        if not any(_MARK.match(mark) for mark in told):
            continue
        off = "skipped: it is marked `#[ignore]`" if any(_IGNORED.match(mark) for mark in told) else ""
        sure = sum("should_panic" in mark or "quickcheck" in mark for mark in told)
        returned = text(field(node, "return_type"))
        body = field(node, "body")
        if body is not None and "Result" in returned:
            sure += any(one.type == "try_expression" for one in walk(body)) or bool(_statements(body)[-1:] and text(_statements(body)[-1]) != "Ok(())")
        if "bool" in returned or "TestResult" in returned:
            sure += 1
        name = field(node, "name")
        yield Case(text(name), where, node, body, off, sure, tuple(marks), name)


def _statements(body: Node) -> list[Node]:
    return [one for one in body.named_children if one.type not in ("line_comment", "block_comment")]


def _skips(told: tuple[str, str], node: Node) -> bool:
    del told, node
    return False


def _functions(root: Node) -> Iterator[Func]:
    for node, marks, where, trait in _items(root):
        body = field(node, "body")
        if body is None:
            continue
        name = text(field(node, "name"))
        given = [one for one in (field(node, "parameters") or node).named_children if one.type == "parameter"]
        mild = "its trait wants it" if trait and not _statements(body) else ""
        if name == "main" or re.search(r"(?i)noop|^nop$|^drop$|dummy|assert_|_assert|^assert|^is_|^requires?_|^needs?_", name) or any(
            "macro" in text(mark) or "test" in text(mark) or "bench" in text(mark) for mark in marks
        ):
            mild = "exempt"
        if field(node, "type_parameters") is not None and not _statements(body):
            mild = "exempt"  # fn is_send<T: Send>() {} is checked by the compiler
        yield Func(f"{where}::{name}" if where else name, node, body, bool(given), mild)


def _unimplemented(row: Node) -> bool:
    while row.type == "expression_statement" and row.named_children:
        row = row.named_children[0]
    if row.type != "macro_invocation":
        return False
    name = text(field(row, "macro"))
    told = text(child(row, "token_tree"))
    return name in ("todo", "unimplemented") or (name == "panic" and bool(re.search(r"(?i)not\s+(?:yet\s+)?implemented|\btodo\b", told)))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("arguments", "token_tree")),
    chain=frozenset(("field_expression", "call_expression", "try_expression", "await_expression")),
    literals=frozenset(
        """string_literal string_content integer_literal float_literal boolean_literal char_literal escape_sequence
        unit_expression raw_string_literal raw_string_content""".split()
    ),
    comments=frozenset(("line_comment", "block_comment")),
    collections=frozenset(("array_expression", "attribute_item")),
    fails=frozenset(),
    leaves=frozenset(("return_expression",)),
    imports=frozenset(("use_declaration",)),
    identifiers=frozenset(("identifier", "type_identifier")),
    special=_special,
    here="file",
)
