"""tree-sitter, where it is installed: parsers by language, and small steps in a syntax tree.

Hooks run without site-packages (`-S`): the folder of the Python environment that they run in is added here, when it is needed.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

    from planweir.evidence.code.grammar import Grammar

# language -> (the wheel's module, its function, the module beside this one that knows the language)
_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language", "javascript"),
    "typescript": ("tree_sitter_typescript", "language_typescript", "javascript"),
    "tsx": ("tree_sitter_typescript", "language_tsx", "javascript"),
    "go": ("tree_sitter_go", "language", "go"),
    "rust": ("tree_sitter_rust", "language", "rust"),
    "java": ("tree_sitter_java", "language", "java"),
    "csharp": ("tree_sitter_c_sharp", "language", "csharp"),
    "ruby": ("tree_sitter_ruby", "language", "ruby"),
    "php": ("tree_sitter_php", "language_php", "php"),
}
_loaded: dict[str, Parser | None] = {}


def parser(name: str) -> Parser | None:
    """The parser of a language; None where its wheel is not to be had."""
    if name not in _loaded:
        _loaded[name] = _load(name)
    return _loaded[name]


def _load(name: str) -> Parser | None:
    module, function, _rules = _GRAMMARS[name]
    _own_environment()
    try:
        from tree_sitter import Language, Parser

        return Parser(Language(getattr(import_module(module), function)()))
    # A wheel of another version speaks another binary form of grammars: ValueError.
    except (ImportError, AttributeError, ValueError, TypeError, OSError):
        return None


def _own_environment() -> None:
    top = os.path.dirname(os.path.dirname(sys.executable))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = os.path.join(top, "lib", version, "site-packages")
    if os.path.exists(os.path.join(top, "pyvenv.cfg")) and packages not in sys.path:
        sys.path.append(packages)


def rules(name: str) -> Grammar:
    found: Grammar = import_module(f"planweir.evidence.code.{_GRAMMARS[name][2]}").GRAMMAR
    return found


def root(parser: Parser, source: bytes) -> Node:
    return parser.parse(source).root_node


DEEPEST = 300  # what nests deeper is no code that anybody wrote, and dear to walk


def too_deep(root: Node) -> bool:
    cursor = root.walk()
    depth = 0
    while True:
        if cursor.goto_first_child():
            depth += 1
            if depth > DEEPEST:
                return True
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1


def text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line(node: Node) -> int:
    return node.start_point[0] + 1


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))


def leaves(node: Node) -> Iterator[Node]:
    for one in walk(node):
        if not one.child_count:
            yield one


def tokens(node: Node, without: frozenset[str], but: tuple[int, int] = (-1, -1)) -> str:
    """The text of a node without layout and comments, nor what lies within `but`."""
    found: list[str] = []
    for leaf in leaves(node):
        if leaf.type not in without and not (but[0] <= leaf.start_byte < but[1]) and not _within(leaf, without):
            found.append(text(leaf))
    return " ".join(found)


def _within(leaf: Node, types: frozenset[str]) -> bool:
    return leaf.parent is not None and leaf.parent.type in types


def field(node: Node, name: str) -> Node | None:
    return node.child_by_field_name(name)


def child(node: Node, *types: str) -> Node | None:
    """The first child of one of these types."""
    return next((one for one in node.children if one.type in types), None)
