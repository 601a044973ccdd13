"""Tests of JavaScript and TypeScript: jest, vitest, mocha, node, playwright, Deno, QUnit, ava, tap."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import child, field, leaves, text
from planweir.evidence.code.words import for_tests, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TESTS = frozenset("it test specify xit xtest xspecify fit ftest".split())
_HOLDERS = frozenset(("Deno", "t", "QUnit", "ava", "tap", "Bun"))
_GROUPS = frozenset("describe suite context xdescribe fdescribe xcontext module".split())
_MARKS = frozenset(
    "only concurrent sequential serial failing fails fail each for skip todo skipIf runIf fixme slow extend parallel macro if".split()
)
_OFF = frozenset(("skip", "todo", "fixme"))
_FUNCTIONS = frozenset(("arrow_function", "function_expression", "function", "generator_function"))
_DONE = frozenset(("done", "cb", "callback", "next"))
# Methods of a test's own argument that check nothing: `t.plan(2)`.
_NO_CHECKS = frozenset(
    """test plan end comment log timeout teardown skip todo diagnostic before after beforeEach afterEach mock context pass
    step name signal runOnly setTimeout slow retries""".split()
)
_OF_CYPRESS = frozenset("contains get find should and".split())
_NOT_IMPLEMENTED = re.compile(r"(?i)\b(?:not\s+(?:yet\s+)?implemented|unimplemented|todo|implement\s+me)\b|NotImplemented")
NO_OPERATION = re.compile(r"(?i)_*(?:.*_?)?(?:no_?op|nop|ignore\w*|nothing|fake|stub|mock|dummy|null)\w*|_+")


def path_of(node: Node | None) -> list[str]:
    """`it`, `only` of `it.only`; what is called or computed in between is left out."""
    found: list[str] = []
    while node is not None:
        if node.type in ("identifier", "this", "super"):
            return [text(node), *reversed(found)]
        if node.type == "member_expression":
            found.append(text(field(node, "property")))
            node = field(node, "object")
        elif node.type == "call_expression":
            node = field(node, "function")
        elif node.type in ("parenthesized_expression", "non_null_expression", "await_expression"):
            node = node.named_children[0] if node.named_children else None
        else:
            break
    return ["()", *reversed(found)]


def _call(node: Node) -> tuple[str, str] | None:
    if node.type == "new_expression":
        return "", text(field(node, "constructor"))
    if node.type == "member_expression" and text(field(node, "property")) == "should":
        return "", "should"  # x.should.be.true calls nothing
    if node.type == "type_identifier" or (node.type == "comment" and "@ts-expect-error" in text(node)):
        return "types", "expect" if node.type == "comment" else text(node)
    if node.type != "call_expression":
        return None
    parts = path_of(field(node, "function"))
    return ".".join(parts[:-1]), parts[-1]


def _arguments(node: Node) -> list[Node]:
    given = field(node, "arguments")
    return [one for one in given.named_children if one.type != "comment"] if given is not None and given.type == "arguments" else []


def _test_path(node: Node) -> list[str] | None:
    """The names of a call that makes a test, None for another call."""
    called = field(node, "function")
    if called is not None and called.type == "call_expression" and _arguments(called) and path_of(called)[-1] not in _MARKS:
        return None
    parts = path_of(called)
    rest = parts[1:]
    if parts[0] in _HOLDERS and rest[:1] and rest[0] in _TESTS | {"test"}:
        rest = rest[1:]
    elif parts[0] not in _TESTS:
        return None
    return parts if all(one in _MARKS for one in rest) else None


def _cases(root: Node, path: str) -> Iterator[Case]:
    del path
    waiting: list[tuple[Node, str, str]] = [(root, "", "")]
    while waiting:
        node, where, off = waiting.pop()
        if node.type == "call_expression":
            parts = _test_path(node)
            if parts is not None:
                case = _case(node, parts, where, off)
                if case is not None:
                    yield case
            elif path_of(field(node, "function"))[0] in _GROUPS or path_of(field(node, "function"))[:2] == ["test", "describe"]:
                parts = path_of(field(node, "function"))
                given = _arguments(node)
                if given and given[-1].type in _FUNCTIONS:
                    where = f"{where} > {_title(given[0])}" if where else _title(given[0])
                    if parts[0].startswith("x") or _OFF & set(parts[1:]):
                        off = off or "skipped: all of its block is"
        waiting.extend((one, where, off) for one in reversed(node.children))


def _title(node: Node) -> str:
    return text(node)[1:-1] if node.type in ("string", "template_string") else " ".join(text(node).split())[:80]


def _case(node: Node, parts: list[str], where: str, off: str) -> Case | None:
    given = _arguments(node)
    if not given:
        return None
    body = next((one for one in given if one.type in _FUNCTIONS), None)
    options = next((one for one in given if one.type == "object"), None)
    named, name = given[0], _title(given[0])
    if options is not None and options.id == given[0].id:  # Deno.test({name, fn})
        pairs = {text(field(one, "key") or field(one, "name")): one for one in options.named_children}
        named = pairs["name"] if "name" in pairs else given[0]
        name = _title(field(named, "value") or named)
        body = body or pairs.get("fn")
        if body is not None and body.type == "pair":
            body = field(body, "value")
    elif body is not None and body.id == given[0].id:
        name = text(field(body, "name")) or "(no name)"
    elif body is None and len(given) > 1 and given[-1].type in ("identifier", "call_expression", "member_expression"):
        return Case(name, where, node, None, off or _off(parts, options), marks=1, called=named)  # a function made elsewhere
    elif body is None and named.type not in ("string", "template_string"):
        return None
    return Case(name, where, node, body, off or _off(parts, options) or _this_off(body), called=named)


def _off(parts: list[str], options: Node | None) -> str:
    if parts[0].startswith("x"):
        return f"skipped: `{parts[0]}`"
    for mark in parts[1:]:
        if mark in _OFF:
            return f"skipped: it is marked `{mark}`"
    for one in options.named_children if options is not None else []:
        key, value = text(field(one, "key")), text(field(one, "value"))
        if key in ("skip", "todo", "ignore") and value not in ("false", "undefined", "null", "0"):
            if value == "true" or value[:1] in "'\"`1":
                return f"skipped: `{key}: {value}`"
    return ""


def _this_off(body: Node | None) -> str:
    del body
    return ""


def _skips(told: tuple[str, str], node: Node) -> bool:
    receiver, name = told
    if name in ("skip", "fixme") and receiver in ("this", "t", "ctx", "context", "test", "it", "test.info()", "task"):
        given = _arguments(node)
        return not given or text(given[0]) == "true" or given[0].type in ("string", "template_string")
    return name == "pending" and not receiver


def _statements(body: Node) -> list[Node]:
    inner = field(body, "body") if body.type in _FUNCTIONS or body.type == "method_definition" else body
    if inner is None:
        return []
    if inner.type == "statement_block":
        return [one for one in inner.named_children if one.type != "comment" or "@ts-expect-error" in text(one)]
    return [inner]


def _special(node: Node, receiver: str, name: str) -> bool | None:
    first = receiver.partition(".")[0]
    if receiver == "types":
        return name == "expect" or bool({"assert", "expect", "equal"} & words(name))  # the compiler checks these
    if receiver in ("t", "tap", "ava", "qunit") or (first == "assert" and receiver):
        return name not in _NO_CHECKS
    if first == "cy":
        return name in _OF_CYPRESS
    if name in _DONE and not receiver:
        return _nested(node, name)
    if any(one.type == "identifier" and text(one) == "done" for one in _arguments(node)):
        return True
    if name == "test" and receiver and first not in _HOLDERS:
        return False  # a regular expression is asked
    return None


def _nested(node: Node, name: str) -> bool:
    """Is `done` used inside a function within the test's own? Then the test waits for what calls it."""
    depth = 0
    up = node.parent
    while up is not None:
        if up.type in _FUNCTIONS:
            given = field(up, "parameters") or field(up, "parameter")
            if name in text(given).strip("()").replace(" ", "").split(","):
                return depth > 0
            depth += 1
        up = up.parent
    return False


def _product(root: Node) -> frozenset[str]:
    found: set[str] = set()
    for row in root.children:
        if row.type == "import_statement":
            source = text(field(row, "source"))[1:-1]
            if source.startswith((".", "@/", "~/", "src/")) and not for_tests(source):
                found |= {text(leaf) for leaf in leaves(row) if leaf.type == "identifier"}
    return frozenset(found)


def _swallowed(node: Node) -> Node | None:
    if node.type != "try_statement":
        return None
    handler = field(node, "handler")
    body = field(handler, "body") if handler is not None else None
    return field(node, "body") if body is not None and not body.named_child_count else None


def _functions(root: Node) -> Iterator[Func]:
    waiting: list[tuple[Node, str, str]] = [(root, "", "")]
    while waiting:
        node, where, mild = waiting.pop()
        inner, why = where, mild
        if node.type in ("class_declaration", "class", "abstract_class_declaration"):
            inner = text(field(node, "name"))
            heir = child(node, "class_heritage") is not None
            why = "exempt" if NO_OPERATION.fullmatch(inner) else "its class has a base, whose method may want nothing here" if heir else ""
        name, body = "", field(node, "body")
        if node.type in ("function_declaration", "generator_function_declaration"):
            name = text(field(node, "name"))
        elif node.type == "method_definition":
            name = text(field(node, "name"))
            kept = node.parent is not None and node.parent.type == "object"
            if name == "constructor" or any(one.type in ("get", "set") for one in node.children):
                why = "exempt"
            why = why or ("an object may want a method that does nothing" if kept else "")
        elif node.type in _FUNCTIONS and node.parent is not None and body is not None and body.type == "statement_block":
            holder = node.parent
            if holder.type in ("variable_declarator", "assignment_expression", "pair", "public_field_definition", "field_definition"):
                name = text(field(holder, "name") or field(holder, "left") or field(holder, "key") or field(holder, "property"))
                why = why or "a function that is a value may want to do nothing"
        if name and body is not None and body.type == "statement_block":
            if NO_OPERATION.fullmatch(name.rpartition(".")[2]) or (field(node, "type_parameters") is not None and not body.named_child_count):
                why = "exempt"  # what it says of types is checked by the compiler
            yield Func(f"{where}.{name}" if where else name, node, body, bool(_given(node)), why)
        waiting.extend((one, inner, why if node.type in ("class_body", "class_declaration", "class") else "") for one in reversed(node.children))


def _given(node: Node) -> int:
    given = field(node, "parameters")
    return given.named_child_count if given is not None else 0


def _unimplemented(row: Node) -> bool:
    return row.type == "throw_statement" and bool(_NOT_IMPLEMENTED.search(text(row)))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("arguments",)),
    chain=frozenset(("member_expression", "call_expression", "await_expression", "non_null_expression")),
    literals=frozenset(
        "string_fragment escape_sequence number true false null undefined regex_pattern regex_flags template_string string".split()
    ),
    comments=frozenset(("comment",)),
    collections=frozenset(("array", "object", "template_string")),
    fails=frozenset(("throw_statement",)),
    leaves=frozenset(("return_statement", "throw_statement")),
    imports=frozenset(("import_statement",)),
    identifiers=frozenset(("identifier", "type_identifier", "shorthand_property_identifier")),
    special=_special,
    product=_product,
    swallowed=_swallowed,
    chained=frozenset(("expect",)),
)

