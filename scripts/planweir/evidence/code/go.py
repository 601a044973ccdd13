"""Tests of Go."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import field, text, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_NAME = re.compile(r"(?:Test|Fuzz|Example)(?:[^a-z]\w*)?")
_CHECKS = frozenset("Error Errorf Fatal Fatalf Fail FailNow".split())
_TELLS = frozenset(
    "Log Logf Run Parallel Helper Skip Skipf SkipNow Cleanup Setenv TempDir Name Deadline Chdir Context Add Output Attr".split()
)
_SKIPS = frozenset(("Skip", "Skipf", "SkipNow"))
_OUTPUT = re.compile(r"(?im)//\s*(?:unordered )?output:")
_NOT_IMPLEMENTED = re.compile(r"(?i)not\s+(?:yet\s+)?implemented|unimplemented|\btodo\b|implement\s+me")


def _call(node: Node) -> tuple[str, str] | None:
    if node.type != "call_expression":
        return None
    called = field(node, "function")
    while called is not None and called.type in ("parenthesized_expression", "index_expression", "type_instantiation_expression"):
        called = called.named_children[0] if called.named_children else None
    if called is None:
        return None
    if called.type == "selector_expression":
        return _plain(field(called, "operand")), text(field(called, "field"))
    return "", text(called) if called.type == "identifier" else "()"


def _plain(node: Node | None) -> str:
    while node is not None and node.type == "selector_expression":
        node = field(node, "field")
    return text(node) if node is not None and node.type in ("identifier", "field_identifier", "package_identifier") else "()"


def _cases(root: Node, path: str) -> Iterator[Case]:
    if not path.endswith("_test.go"):
        return
    off = next(
        ("skipped: its file is built for nothing" for one in root.children if text(one).strip() in ("//go:build ignore", "// +build ignore")),
        "",
    )
    for node in root.children:
        name = text(field(node, "name"))
        body = field(node, "body")
        suite = node.type == "method_declaration" and name.startswith("Test") and "uite" in text(field(node, "receiver"))
        if body is None or not (suite or (node.type == "function_declaration" and _NAME.fullmatch(name))):
            continue
        if name == "TestMain" and "testing.M" in text(field(node, "parameters")):
            continue
        marks = int(name.startswith("Example") and bool(_OUTPUT.search(text(body))))
        if name.startswith("Example") and not marks:
            continue  # it is compiled, never run
        yield Case(name, "", node, body, off, marks, called=field(node, "name"))
        yield from _inner(body, name, off)


def _inner(body: Node, where: str, off: str) -> Iterator[Case]:
    """Subtests that are named in the text."""
    for node in walk(body):
        told = _call(node)
        if told is None or told[1] != "Run" or told[0] not in ("t", "b", "tt", "s", "suite"):
            continue
        given = field(node, "arguments")
        parts = given.named_children if given is not None else []
        if len(parts) == 2 and parts[0].type in ("interpreted_string_literal", "raw_string_literal"):
            made = parts[1].type == "func_literal"
            inner = field(parts[1], "body") if made else None
            yield Case(text(parts[0])[1:-1], where, node, inner, off, marks=int(not made), called=parts[0])


def _statements(body: Node) -> list[Node]:
    found: list[Node] = []
    for one in body.named_children:
        found += one.named_children if one.type == "statement_list" else [one]
    return [one for one in found if one.type != "comment"]


def _skips(told: tuple[str, str], node: Node) -> bool:
    del node
    return told[1] in _SKIPS and told[0] in ("t", "b", "tb", "f", "T()")


def _special(node: Node, receiver: str, name: str) -> bool | None:
    given = field(node, "arguments")
    if name == "Run" and given is not None and given.named_children and given.named_children[-1].type != "func_literal":
        return True  # a test that is made elsewhere
    if receiver in ("t", "b", "tb", "f"):
        return name in _CHECKS if name in _CHECKS | _TELLS else None
    if name in ("panic",) and not receiver:
        return True
    if receiver == "log" and name.startswith(("Fatal", "Panic")):
        return True
    for one in given.named_children if given is not None else []:
        if text(one) in ("t", "tb", "s.T()", "suite.T()"):
            return True  # a helper that is given the test can fail it
    return None


def _functions(root: Node) -> Iterator[Func]:
    built = any(one.type == "comment" and text(one).startswith(("//go:build", "// +build")) for one in root.children[:8])
    for node in root.children:
        body = field(node, "body")
        if node.type not in ("function_declaration", "method_declaration") or body is None:
            continue
        name = text(field(node, "name"))
        mild = "exempt" if name in ("main", "init") and node.type == "function_declaration" else ""
        if node.type == "method_declaration":
            owner = text(field(node, "receiver")).strip("()").rpartition(" ")[2].lstrip("*")
            empty = not _statements(body)
            # A method without a body marks a type as one of an interface, or is the method that wants nothing.
            mild = "it may mark its type" if empty else ""
            if re.search(r"(?i)noop|nop|null|discard|fake|stub|mock|dummy", owner):
                mild = "exempt"
            name = f"{owner}.{name}"
        elif re.search(r"(?i)noop|^nop|dummy", name):
            mild = "exempt"
        elif built and not _statements(body):
            mild = "its file is for some machines alone"
        given = field(node, "parameters")
        yield Func(name, node, body, bool(given is not None and given.named_child_count), mild)


def _unimplemented(row: Node) -> bool:
    said = text(row)
    return row.type == "expression_statement" and said.startswith("panic(") and bool(_NOT_IMPLEMENTED.search(said))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("argument_list",)),
    chain=frozenset(("selector_expression", "call_expression")),
    literals=frozenset(
        """interpreted_string_literal interpreted_string_literal_content raw_string_literal raw_string_literal_content
        int_literal float_literal rune_literal true false nil escape_sequence""".split()
    ),
    comments=frozenset(("comment",)),
    collections=frozenset(("literal_value",)),
    fails=frozenset(),
    leaves=frozenset(("return_statement",)),
    imports=frozenset(("import_declaration",)),
    identifiers=frozenset(("identifier", "type_identifier", "package_identifier")),
    special=_special,
    here="folder",
)
