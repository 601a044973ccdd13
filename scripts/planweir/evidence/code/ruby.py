"""Tests of Ruby: RSpec, minitest, test-unit, Rails."""

from __future__ import annotations

import re

from planweir.evidence.code.grammar import Case, Func, Grammar
from planweir.evidence.code.trees import field, text
from planweir.evidence.code.words import STRONG, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TESTS = frozenset("it specify example scenario its test should they property".split())
_OFF = frozenset("xit xspecify xexample xscenario skip pending".split())
_GROUPS = frozenset("describe context feature".split())
_BLOCKS = ("do_block", "block")


def _call(node: Node) -> tuple[str, str] | None:
    if node.type == "call":
        owner = field(node, "receiver")
        told = "" if owner is None else text(owner) if owner.type in ("identifier", "constant", "self") else "()"
        return told, text(field(node, "method"))
    if node.type == "identifier":  # a call without arguments, or a variable
        up = node.parent
        method = field(up, "method") if up is not None and up.type == "call" else None
        if method is None or method.id != node.id:
            return "", text(node)
    return None


def _special(node: Node, receiver: str, name: str) -> bool | None:
    if node.type == "identifier":
        return True if name == "is_expected" or (words(name) & STRONG and up_is_statement(node)) else None
    if name in ("raise", "fail") and not receiver:
        return True
    if name in ("must_equal", "wont_equal") or name.startswith(("must_", "wont_")):
        return True
    return None


def up_is_statement(node: Node) -> bool:
    """Does a name stand alone? Then it is a call, not a variable."""
    return node.parent is not None and node.parent.type in ("body_statement", "block_body", "then", "else")


def _cases(root: Node, path: str) -> Iterator[Case]:
    waiting: list[tuple[Node, str, str]] = [(root, "", "")]
    spec = bool(re.search(r"spec|test", path))
    while waiting:
        node, where, off = waiting.pop()
        if node.type == "call" and text(field(node, "receiver")) in ("", "RSpec", "Minitest"):
            name, block = text(field(node, "method")), field(node, "block")
            if name.lstrip("xf") in _GROUPS and block is not None:
                given = _given(node)
                title = text(given[0]).strip("\"'") if given else ""
                where = f"{where} > {title}" if where else title
                if name.startswith("x") or _marked(given):
                    off = off or "skipped: all of its block is"
            elif spec and (name in _TESTS or name in _OFF or name in ("fit", "focus")):
                case = _case(node, name, where, off)
                if case is not None:
                    yield case
        elif node.type == "method" and text(field(node, "name")).startswith("test_"):
            yield Case(text(field(node, "name")), where, node, node, off, called=field(node, "name"))
        elif node.type in ("class", "module"):
            where = f"{where}::{text(field(node, 'name'))}" if where else text(field(node, "name"))
        waiting.extend((one, where, off) for one in reversed(node.children))


def _given(node: Node) -> list[Node]:
    given = field(node, "arguments")
    return list(given.named_children) if given is not None else []


# Without a block these are words of other meanings: `skip "why"` in a test, `should eq 1`.
_NEED_A_BLOCK = frozenset("skip pending should test example its property they".split())


def _case(node: Node, name: str, where: str, off: str) -> Case | None:
    block, given = field(node, "block"), _given(node)
    if block is None and (name in _NEED_A_BLOCK or not given):
        return None
    if given and given[0].type not in ("string", "symbol", "simple_symbol"):
        return None
    why = off or (f"skipped: `{name}`" if name in _OFF else "") or _marked(given)
    named = given[0] if given else None
    title = text(named).strip("\"'") if named is not None else " ".join(text(block).split())[:60]
    if block is None and not why:
        why = "skipped: it has no body"
    return Case(title, where, node, block, why, called=named)


def _marked(given: list[Node]) -> str:
    for one in given:
        told = text(one)
        if one.type == "pair" and re.match(r":?(?:skip|pending)\b", told) and not told.endswith(("false", "nil")):
            return f"skipped: `{told}`"
        if one.type == "simple_symbol" and told in (":skip", ":pending"):
            return f"skipped: `{told}`"
    return ""


def _statements(body: Node) -> list[Node]:
    inner = field(body, "body")
    if inner is None:
        return []
    if inner.type in ("body_statement", "block_body"):
        return [one for one in inner.named_children if one.type != "comment"]
    return [inner]


def _skips(told: tuple[str, str], node: Node) -> bool:
    del node
    return told[1] in ("skip", "pending", "omit") and not told[0]


def _functions(root: Node) -> Iterator[Func]:
    waiting: list[tuple[Node, str, str]] = [(root, "", "")]
    while waiting:
        node, where, mild = waiting.pop()
        if node.type in ("method", "singleton_method"):
            name = text(field(node, "name"))
            given = field(node, "parameters")
            why = "exempt" if name == "initialize" or re.search(r"(?i)noop|null|dummy", name + where) else mild
            yield Func(f"{where}.{name}" if where else name, node, node, bool(given is not None and given.named_child_count), why)
            continue
        if node.type in ("class", "module"):
            inner = text(field(node, "name"))
            where = f"{where}::{inner}" if where else inner
            base = field(node, "superclass")
            mild = "its class has a base, whose method may want nothing here" if base is not None else ""
            if re.search(r"^(?:Abstract|Base)|(?:Base|Abstract|Interface)$", inner):
                mild = "its class is a base of others, by its name"
        waiting.extend((one, where, mild) for one in reversed(node.children))


def _unimplemented(row: Node) -> bool:
    if row.type != "call" or text(field(row, "method")) != "raise":
        return False
    said = text(row)
    if re.search(r"(?i)subclass|overrid|abstract|must implement|#\{self\.class|#\{self\}", said):
        return False
    return "NotImplementedError" in said or bool(re.search(r"(?i)not\s+(?:yet\s+)?implemented|\btodo\b", said))


GRAMMAR = Grammar(
    call=_call,
    cases=_cases,
    functions=_functions,
    statements=_statements,
    unimplemented=_unimplemented,
    skips=_skips,
    arguments=frozenset(("argument_list",)),
    chain=frozenset(("call",)),
    literals=frozenset("string string_content integer float true false nil simple_symbol hash_key_symbol escape_sequence".split()),
    comments=frozenset(("comment",)),
    collections=frozenset(("array", "hash", "string_array", "symbol_array")),
    fails=frozenset(),
    leaves=frozenset(("return",)),
    imports=frozenset(),
    identifiers=frozenset(("identifier", "constant")),
    special=_special,
    chained=frozenset(("expect",)),
    neutral=re.compile(r"be|eq|eql|equal|be_truthy|be_true|be_nil|be_falsey|to|not_to|must_equal"),
    here="folder",
)
